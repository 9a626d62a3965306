"""The pack that the studio works with, read without the engine so that the window is up at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadPack
from engine.library import example_layouts, pack_folders, read_info
from engine.protocol import PackInfo

PREFERRED = "street"


@dataclass(frozen=True)
class Pack:
    """A pack by the name that the engine knows it by; without classes there is nothing to paint with."""

    name: str
    info: PackInfo
    examples: tuple[Path, ...] = ()
    open_ended: bool = False  # its text tower reads any text, not only the vocabulary

    @property
    def usable(self) -> bool:
        return bool(self.info.classes)


NO_PACK = Pack("", PackInfo(name="", title="No pack", height=64, width=128, classes=()))


def open_pack() -> Pack:
    """The street pack if it is here, else the first one. Raises BadPack."""
    folders = pack_folders()
    if not folders:
        raise BadPack(
            "There is no pack to paint with.",
            "Put a pack's folder into a folder of its own, name that one in DIPTYCH_PACKS and start again.",
        )
    name = PREFERRED if PREFERRED in folders else next(iter(folders))
    return Pack(name, read_info(folders[name]), tuple(example_layouts(folders[name])))
