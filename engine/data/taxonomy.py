"""The classes of a domain with the words that people use for them, from a TOML file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from engine.interface.errors import BadConfig
from engine.interface.protocol import UNKNOWN, ClassInfo, Pixels


class ClassWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One class: its id is its place in the file; `mass` nouns have no plural of their own, others a regular one.

    `shades` are the colours that people name it by, such as those of hair. In a file that is coarser than another,
    `parts` are that one's classes, and `unknown` takes its unknown pixels.
    """

    name: str
    colour: str
    plural: str = ""
    synonyms: tuple[str, ...] = ()
    hotkey: str = ""
    mass: bool = False
    shades: dict[str, str] = {}
    parts: tuple[str, ...] = ()
    unknown: bool = False

    def class_info(self) -> ClassInfo:
        """What a pack says of the class."""
        plural = self.plural if self.plural != regular_plural(self.name) and not self.mass else ""
        return ClassInfo(self.name, self.colour, self.synonyms, self.hotkey, self.mass, plural)

    def nouns(self, in_plural: bool) -> list[str]:
        """The name first, then the synonyms, in the plural if there are many and the noun has one."""
        if self.mass or not in_plural:
            return [self.name, *self.synonyms]
        return [self.plural or regular_plural(self.name), *(regular_plural(word) for word in self.synonyms)]


class Taxonomy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The classes of a domain, and how captions speak of its pictures.

    `openers` begin captions; those of `streets` tell of them, of the time of day and of the sky. `mirror` are pairs
    of names that change places when a picture is mirrored. The classes' `parts` are those of the finer taxonomy `of`.
    """

    classes: tuple[ClassWords, ...]
    openers: tuple[str, ...] = ()
    streets: bool = False
    mirror: tuple[tuple[str, str], ...] = ()
    of: str = ""

    def __str__(self) -> str:
        return ", ".join(words.name for words in self.classes)


TaxonomySource = str | Taxonomy
"""A taxonomy, or the name or path of one."""


class LayoutMapping(NamedTuple):
    """How layouts become those of a taxonomy: the classes of the files, and the id that each of theirs becomes."""

    file_classes: tuple[ClassInfo, ...]
    id_table: Pixels  # uint8 [256]


def taxonomy_classes(source: TaxonomySource) -> tuple[ClassWords, ...]:
    """The classes of "street", which comes with the engine, or of a TOML file by its path. Raises BadConfig."""
    return load_taxonomy(source).classes


def layout_mapping(source: TaxonomySource) -> LayoutMapping:
    """How the files of a taxonomy are read. Raises BadConfig."""
    file = load_taxonomy(source)
    table = np.arange(256, dtype=np.uint8)
    if not file.of:
        return LayoutMapping(class_infos(file.classes), table)
    fine = [words.name for words in taxonomy_classes(file.of)]
    parts = [part for words in file.classes for part in words.parts]
    if sorted(parts) != sorted(fine) or sum(words.unknown for words in file.classes) > 1:
        raise BadConfig(f"The parts of {source} are not the classes of {file.of}, each once.", "Correct `parts`.")
    for index, words in enumerate(file.classes):
        table[[fine.index(part) for part in words.parts]] = index
        if words.unknown:
            table[UNKNOWN] = index
    return LayoutMapping(class_infos(taxonomy_classes(file.of)), table)


def identity_mapping(classes: Sequence[ClassInfo]) -> LayoutMapping:
    """The mapping of files whose ids are already those of the classes."""
    return LayoutMapping(tuple(classes), np.arange(256, dtype=np.uint8))


def mirror_table(source: TaxonomySource) -> Pixels:
    """The id that each becomes when a picture is mirrored, uint8 [256]. Raises BadConfig."""
    file = load_taxonomy(source)
    table, names = np.arange(256, dtype=np.uint8), [words.name for words in file.classes]
    for left, right in file.mirror:
        table[[names.index(left), names.index(right)]] = names.index(right), names.index(left)
    return table


def portable_taxonomy(source: TaxonomySource) -> TaxonomySource:
    """What a pack keeps: the name of a taxonomy that comes with the engine, or all of another. Raises BadConfig."""
    return source if isinstance(source, str) and _bundled_path(source).is_file() else load_taxonomy(source)


def load_taxonomy(source: TaxonomySource) -> Taxonomy:
    """A taxonomy that was checked. Raises BadConfig."""
    if isinstance(source, Taxonomy):
        return _validate(source, "the taxonomy")
    inside = _bundled_path(source)
    path = inside if inside.is_file() else Path(source)
    try:
        return _validate(msgspec.toml.decode(path.read_bytes(), type=Taxonomy), str(path))
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BadConfig(f"The classes cannot be read from {path}: {error}", "Give “street” or a TOML file.") from error


def _bundled_path(name: str) -> Path:
    return Path(__file__).parent / f"{name}.toml"


def _validate(file: Taxonomy, origin: str) -> Taxonomy:
    """Ids could not be told apart by names or colours that stand twice, nor painted by colours that are none."""
    names = [words.name for words in file.classes]
    colours = [words.colour.lower() for words in file.classes]
    swapped = [name for pair in file.mirror for name in pair]
    if not 2 <= len(names) <= UNKNOWN:
        raise BadConfig(f"There are {len(names)} classes in {origin}.", f"Name 2 to {UNKNOWN}.")
    for what, values in (("name", names), ("colour", colours), ("mirrored class", swapped)):
        duplicates = [value for index, value in enumerate(values) if value in values[:index]]
        if duplicates:
            raise BadConfig(f"The {what} “{duplicates[0]}” stands twice in {origin}.", "Give each class its own.")
    shades = [colour for words in file.classes for colour in words.shades.values()]
    wrong = [colour for colour in [*colours, *shades] if not re.fullmatch("#[0-9a-fA-F]{6}", colour)]
    if wrong:
        raise BadConfig(f"“{wrong[0]}” in {origin} is no colour.", "Write it as “#804080”.")
    unknown_names = sorted(set(swapped) - set(names))
    if unknown_names:
        raise BadConfig(
            f"`mirror` in {origin} names “{unknown_names[0]}”, which is no class.", "Use the classes' names."
        )
    return file


def regular_plural(noun: str) -> str:
    """The regular English plural: box → boxes, lorry → lorries, car → cars."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return noun[:-1] + "ies"
    return noun + "s"


def class_infos(classes: Sequence[ClassWords]) -> tuple[ClassInfo, ...]:
    """The classes as a pack lists them."""
    return tuple(words.class_info() for words in classes)


def class_word_forms(classes: Sequence[ClassInfo]) -> dict[str, int]:
    """The ids of classes by the words for them, in lower case: names, synonyms and the plurals of both."""
    return {
        form: index
        for index, one in enumerate(classes)
        for word in (*one.synonyms, one.name)
        for form in (word.lower(), regular_plural(word.lower()), one.plural.lower())
        if form
    }
