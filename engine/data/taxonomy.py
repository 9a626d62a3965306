"""Taxonomies: the classes of a domain with the words that people use for them, from TOML files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from engine.interface.bounded_decoding import SMALL_DOCUMENT, decode_toml
from engine.interface.bounded_files import read_bounded
from engine.interface.errors import BadConfig, BadFile, MalformedData
from engine.interface.protocol import UNKNOWN, ClassInfo, Pixels


class ClassWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One class, whose id is its place in the file.

    `mass` nouns have no plural; others have a regular one if `plural` is empty. `shades` are the colours that people
    name it by, such as those of hair. In a taxonomy that is coarser than another, `parts` are that one's classes, and
    the class with `unknown` takes its unknown pixels.
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
        """The class as a pack lists it."""
        plural = self.plural if self.plural != regular_plural(self.name) and not self.mass else ""
        return ClassInfo(self.name, self.colour, self.synonyms, self.hotkey, self.mass, plural)

    def nouns(self, in_plural: bool) -> list[str]:
        """The name first, then the synonyms, in the plural if there are many and the noun has one."""
        if self.mass or not in_plural:
            return [self.name, *self.synonyms]
        return [self.plural or regular_plural(self.name), *(regular_plural(word) for word in self.synonyms)]


class Taxonomy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The classes of a domain, and the style of captions of its pictures.

    `openers` begin captions; with `streets` they describe streets, the time of day and the sky. `mirror` are pairs of
    names that are exchanged when a picture is mirrored. The classes' `parts` are those of the finer taxonomy `of`.
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
    """The mapping of files' layouts to a taxonomy: the classes of the files, and the new id of each of theirs."""

    file_classes: tuple[ClassInfo, ...]
    id_table: Pixels  # uint8 [256]


def taxonomy_classes(source: TaxonomySource) -> tuple[ClassWords, ...]:
    """The classes of "street", which comes with the engine, or of a TOML file by its path. Raises BadConfig."""
    return load_taxonomy(source).classes


def layout_mapping(source: TaxonomySource) -> LayoutMapping:
    """The mapping of layouts for a taxonomy. Raises BadConfig."""
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
    """The id of each id in a mirrored picture, uint8 [256]. Raises BadConfig."""
    file = load_taxonomy(source)
    table, names = np.arange(256, dtype=np.uint8), [words.name for words in file.classes]
    for left, right in file.mirror:
        table[[names.index(left), names.index(right)]] = names.index(right), names.index(left)
    return table


def portable_taxonomy(source: TaxonomySource) -> TaxonomySource:
    """The form in which a pack keeps a taxonomy: its name if it comes with the engine, else all of it.

    Raises BadConfig.
    """
    return source if isinstance(source, str) and _bundled_path(source).is_file() else load_taxonomy(source)


def load_taxonomy(source: TaxonomySource) -> Taxonomy:
    """The validated taxonomy. Raises BadConfig."""
    if isinstance(source, Taxonomy):
        return _validate(source, "the taxonomy")
    inside = _bundled_path(source)
    path = inside if inside.is_file() else Path(source)
    try:
        return _validate(decode_toml(read_bounded(path, SMALL_DOCUMENT.length), Taxonomy), str(path))
    except (BadFile, MalformedData) as error:
        why = error.reason if isinstance(error, MalformedData) else error.message
        raise BadConfig(f"The classes cannot be read from {path}: {why}", "Give “street” or a TOML file.") from error


def _bundled_path(name: str) -> Path:
    return Path(__file__).parent / f"{name}.toml"


def _validate(file: Taxonomy, origin: str) -> Taxonomy:
    """The taxonomy, whose names and colours must be valid and differ. Raises BadConfig."""
    names = [words.name for words in file.classes]
    colours = [words.colour.lower() for words in file.classes]
    swapped = [name for pair in file.mirror for name in pair]
    if not 2 <= len(names) <= UNKNOWN:
        raise BadConfig(f"There are {len(names)} classes in {origin}.", f"Name 2 to {UNKNOWN} of them.")
    for what, values in (("name", names), ("colour", colours), ("mirrored class", swapped)):
        duplicates = [value for index, value in enumerate(values) if value in values[:index]]
        if duplicates:
            raise BadConfig(f"The {what} “{duplicates[0]}” occurs twice in {origin}.", "Give each class its own.")
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
        for index, info in enumerate(classes)
        for word in (*info.synonyms, info.name)
        for form in (word.lower(), regular_plural(word.lower()), info.plural.lower())
        if form
    }
