"""Where packs and other assets lie, and what a pack says of itself before torch is loaded."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from engine.errors import BadPack, UnknownPack
from engine.protocol import PackInfo


class _Head(msgspec.Struct):
    info: PackInfo


def assets() -> Path:
    """The assets folder: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parent / "_assets"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "assets"


def pack_folders() -> dict[str, Path]:
    """Name to folder of every pack: first those under DIPTYCH_PACKS, then the assets'."""
    roots = [Path(p) for p in os.environ.get("DIPTYCH_PACKS", "").split(os.pathsep) if p] + [assets() / "packs"]
    found: dict[str, Path] = {}
    for root in roots:
        for file in sorted(root.glob("*/pack.json")):
            found.setdefault(file.parent.name, file.parent)
    return found


def find_pack(name: str) -> Path:
    """The folder of a pack by its name, or by the path of its folder. Raises UnknownPack."""
    known = pack_folders()
    if name in known:
        return known[name]
    with contextlib.suppress(OSError, ValueError):  # a name that can be no path, or a folder that may not be read
        if (Path(name) / "pack.json").is_file():
            return Path(name)
    raise UnknownPack(
        f"There is no pack “{name}”.",
        f"Packs here: {', '.join(known) or 'none'}. A path to a pack's folder works too.",
    )


def read_info(folder: Path) -> PackInfo:
    """The public head of a pack's pack.json. Raises BadPack."""
    try:
        return msgspec.json.decode((folder / "pack.json").read_bytes(), type=_Head).info
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BadPack(f"{folder / 'pack.json'} cannot be read: {error}", "Install the pack again.") from error


def example_layouts(folder: Path) -> list[Path]:
    """The index PNGs that come with a pack, in order."""
    return sorted((folder / "examples").glob("*.png"))
