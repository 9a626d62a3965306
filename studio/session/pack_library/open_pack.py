"""The pack of a session, read without the engine so that the window opens at once.

Nothing here uses Qt, as an example is generated even where Qt cannot be loaded. Errors are therefore not translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.interface.errors import BadPack, EngineError
from engine.interface.pack_catalogue import example_layout_paths, pack_folders, read_description, read_pack_info
from engine.interface.protocol import PackInfo

DEFAULT_PACK = "street"


@dataclass(frozen=True)
class StudioPack:
    """A pack by its name in the catalogue. One without classes stands for a missing pack."""

    name: str
    info: PackInfo
    examples: tuple[Path, ...] = ()
    open_ended: bool = False  # whether its text encoder reads any text, not only the vocabulary

    @property
    def usable(self) -> bool:
        return bool(self.info.classes)


NO_PACK = StudioPack("", PackInfo(name="", title="", height=64, width=128, classes=()))


class _TextTowerHeader(msgspec.Struct, frozen=True):
    model: str = ""


class _PackTextHeader(msgspec.Struct, frozen=True):
    text: _TextTowerHeader = _TextTowerHeader()


def open_preferred_pack(preferred: str = "") -> StudioPack:
    """The preferred pack, else the street pack, else the first that can be read. Raises BadPack."""
    folders = pack_folders()
    if not folders:
        raise BadPack(
            "There is no pack to paint with.",
            "Put a pack's folder into a folder of its own, name that one in DIPTYCH_PACKS and start again.",
        )
    first_error: EngineError | None = None
    for name in dict.fromkeys((preferred, DEFAULT_PACK, *folders)):
        try:
            if name in folders:
                return read_pack(name, folders[name])
        except EngineError as error:
            first_error = first_error or error
    assert first_error is not None
    raise first_error


def read_pack(name: str, folder: Path) -> StudioPack:
    """Read the pack in a folder. Raises BadPack."""
    info = read_pack_info(folder)
    head = read_description(folder, _PackTextHeader)
    return StudioPack(name, info, tuple(example_layout_paths(folder)), open_ended=bool(head.text.model))
