"""Where packs and other assets lie, and what a pack says of itself before torch is loaded."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from engine.errors import BadPack, UnknownPack
from engine.protocol import MAX_FRAME, MAX_SIDE, PackInfo

UPSCALER = "upscaler.safetensors"
LONGEST_HEAD = 2**20


class _Head(msgspec.Struct):
    info: PackInfo


class _UpscalerFacts(msgspec.Struct):
    factor: int


class _UpscalerNotes(msgspec.Struct):
    facts: str


class _UpscalerHead(msgspec.Struct):
    metadata: _UpscalerNotes = msgspec.field(name="__metadata__")


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
    """The public head of a pack's pack.json, and what its upscaler does. Raises BadPack."""
    try:
        info = msgspec.json.decode((folder / "pack.json").read_bytes(), type=_Head).info
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BadPack(f"{folder / 'pack.json'} cannot be read: {error}", "Install the pack again.") from error
    return msgspec.structs.replace(info, upscale=upscale_of(folder / UPSCALER))


def upscale_of(path: Path) -> int:
    """How many times larger an upscaler draws, by the head of its file; 0 if there is none that can be read."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            head = msgspec.json.decode(file.read(min(length, LONGEST_HEAD)), type=_UpscalerHead)
        return msgspec.json.decode(head.metadata.facts, type=_UpscalerFacts).factor
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError):
        return 0


def full_size(info: PackInfo, height: int, width: int) -> tuple[int, int] | None:
    """The full size of a picture of this one; None if the pack cannot draw that, or it is too large to be sent."""
    tall, wide = height * info.upscale, width * info.upscale
    fits = max(tall, wide) <= MAX_SIDE and 4 * tall * wide <= MAX_FRAME // 2
    return (tall, wide) if info.upscale and fits else None


def example_layouts(folder: Path) -> list[Path]:
    """The index PNGs that come with a pack, in order."""
    return sorted((folder / "examples").glob("*.png"))
