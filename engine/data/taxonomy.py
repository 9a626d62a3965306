"""The classes of a domain with the words that people use for them, from a TOML file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.errors import BadConfig
from engine.protocol import ClassInfo


class ClassWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One class: its id is its place in the file; `mass` nouns have no plural of their own."""

    name: str
    colour: str
    plural: str
    synonyms: tuple[str, ...] = ()
    hotkey: str = ""
    mass: bool = False

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


def read_taxonomy(name: str) -> tuple[ClassWords, ...]:
    """The classes of "street", which comes with the engine, or of a TOML file by its path. Raises BadConfig."""
    inside = Path(__file__).parent / f"{name}.toml"
    path = inside if inside.is_file() else Path(name)
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_File).classes
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
