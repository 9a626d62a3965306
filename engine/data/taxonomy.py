"""The classes of a domain with the words that people use for them, from a TOML file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from engine.errors import BadConfig
from engine.protocol import UNKNOWN, ClassInfo, Pixels


class ClassWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One class: its id is its place in the file; `mass` nouns have no plural of their own.

    In a file that is coarser than another, `parts` are that one's classes, and `unknown` takes its unknown pixels.
    """

    name: str
    colour: str
    plural: str
    synonyms: tuple[str, ...] = ()
    hotkey: str = ""
    mass: bool = False
    parts: tuple[str, ...] = ()
    unknown: bool = False

    def info(self) -> ClassInfo:
        """What a pack says of the class."""
        return ClassInfo(self.name, self.colour, self.synonyms, self.hotkey)

    def nouns(self, many: bool) -> list[str]:
        """The name first, then the synonyms, in the plural if there are many and the noun has one."""
        if self.mass or not many:
            return [self.name, *self.synonyms]
        return [self.plural, *(plural_of(word) for word in self.synonyms)]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    classes: tuple[ClassWords, ...]
    of: str = ""


class Reading(NamedTuple):
    """How layouts become those of a taxonomy: the classes of the files, and the id that each of theirs becomes."""

    infos: tuple[ClassInfo, ...]
    table: Pixels  # uint8 [256]


def read_taxonomy(name: str) -> tuple[ClassWords, ...]:
    """The classes of "street", which comes with the engine, or of a TOML file by its path. Raises BadConfig."""
    return _read(name).classes


def reading(name: str) -> Reading:
    """How the files of a taxonomy are read. Raises BadConfig."""
    file = _read(name)
    table = np.arange(256, dtype=np.uint8)
    if not file.of:
        return Reading(class_infos(file.classes), table)
    whole = [words.name for words in read_taxonomy(file.of)]
    parts = [part for words in file.classes for part in words.parts]
    if sorted(parts) != sorted(whole) or sum(words.unknown for words in file.classes) > 1:
        raise BadConfig(f"The parts of {name} are not the classes of {file.of}, each once.", "Correct `parts`.")
    for index, words in enumerate(file.classes):
        table[[whole.index(part) for part in words.parts]] = index
        if words.unknown:
            table[UNKNOWN] = index
    return Reading(class_infos(read_taxonomy(file.of)), table)


def _read(name: str) -> _File:
    inside = Path(__file__).parent / f"{name}.toml"
    path = inside if inside.is_file() else Path(name)
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_File)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BadConfig(f"The classes cannot be read from {path}: {error}", "Give “street” or a TOML file.") from error


def plural_of(noun: str) -> str:
    """The regular English plural: box → boxes, lorry → lorries, car → cars."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def class_infos(classes: Sequence[ClassWords]) -> tuple[ClassInfo, ...]:
    """The classes as a pack lists them."""
    return tuple(words.info() for words in classes)
