"""The packs on this machine, and what can be read of one without its networks. No torch."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec

from engine.interface.bounded_decoding import DOCUMENT, SMALL_DOCUMENT, decode_json
from engine.interface.bounded_files import read_bounded
from engine.interface.errors import BadFile, BadPack, MalformedData, UnknownPack
from engine.interface.kept_masks import ConditioningKind
from engine.interface.pack_fields import StepCount, UpscaleFactor
from engine.interface.pack_validation import validate_pack_info
from engine.interface.protocol import MAX_FRAME, MAX_SIDE, PackInfo, Sampler

UPSCALER_FILE = "upscaler.safetensors"
RENDERER_FILE = "renderer.safetensors"
DISTILLED_FILE = "distilled.safetensors"
FULL_SIZE_FILES = RENDERER_FILE, UPSCALER_FILE
"""What brings a pack's pairs to full size; the first that it has tells the factor."""
MAX_HEADER_BYTES = 2**20
PACK_FILE = "pack.json"


class _PackFileHeader(msgspec.Struct):
    info: PackInfo


class _FullSizeHeader(msgspec.Struct):
    factor: UpscaleFactor


class _DistilledSamplingHeader(msgspec.Struct):
    steps: StepCount


class _DistilledHeader(msgspec.Struct):
    plan: _DistilledSamplingHeader


class _SafetensorsMetadata(msgspec.Struct):
    facts: str


class _SafetensorsHeader(msgspec.Struct):
    metadata: _SafetensorsMetadata = msgspec.field(name="__metadata__")


MetadataT = TypeVar("MetadataT")


def assets_folder() -> Path:
    """The assets folder: inside the installed package, or beside the package in a checkout."""
    engine = Path(__file__).parents[1]
    installed = engine / "_assets"
    return installed if installed.is_dir() else engine.parent / "assets"


def pack_folders() -> dict[str, Path]:
    """The folder of every pack by its name: those under DIPTYCH_PACKS first, then those of the assets."""
    roots = [Path(p) for p in os.environ.get("DIPTYCH_PACKS", "").split(os.pathsep) if p] + [assets_folder() / "packs"]
    folders: dict[str, Path] = {}
    for root in roots:
        for file in sorted(root.glob(f"*/{PACK_FILE}")):
            folders.setdefault(file.parent.name, file.parent)
    return folders


def find_pack_folder(name: str) -> Path:
    """The folder of a pack by its name, or by the path of its folder. Raises UnknownPack."""
    known = pack_folders()
    if name in known:
        return known[name]
    with contextlib.suppress(OSError, ValueError):  # not a valid path, or not readable
        if (Path(name) / PACK_FILE).is_file():
            return Path(name)
    raise UnknownPack(
        f"There is no pack “{name}”.",
        f"Packs here: {', '.join(known) or 'none'}. A path to a pack's folder works too.",
    )


def read_pack_info(folder: Path) -> PackInfo:
    """The public part of pack.json, with what the headers of the upscaler and the few-step network say.

    Raises BadPack.
    """
    info = read_description(folder, _PackFileHeader).info
    validate_pack_info(info, str(folder / PACK_FILE))
    headers = [_read_header_metadata(folder / name, _FullSizeHeader) for name in FULL_SIZE_FILES]
    factors = [header.factor for header in headers if header is not None]
    return msgspec.structs.replace(info, upscale=factors[0] if factors else 0, distilled=few_step_count(folder))


def few_step_count(folder: Path) -> int:
    """The steps of the few-step network beside a pack; 0 if it has none."""
    header = _read_header_metadata(folder / DISTILLED_FILE, _DistilledHeader)
    return header.plan.steps if header else 0


def read_description(folder: Path, kind: type[MetadataT]) -> MetadataT:
    """A pack's pack.json as this type. Raises BadPack."""
    path = folder / PACK_FILE
    try:
        return decode_json(read_bounded(path, DOCUMENT.length), kind, DOCUMENT)
    except BadFile as error:
        raise BadPack(f"{path} cannot be read: {error.message}", "Install the pack again.") from error
    except MalformedData as error:
        raise BadPack(f"{path} cannot be read: {error.reason}.", "Install the pack again.") from error


def _read_header_metadata(path: Path, kind: type[MetadataT]) -> MetadataT | None:
    """The metadata in the header of a safetensors file; None if the file cannot be read."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            head = decode_json(file.read(min(length, MAX_HEADER_BYTES)), _SafetensorsHeader, SMALL_DOCUMENT)
        return decode_json(head.metadata.facts, kind, SMALL_DOCUMENT)
    except (OSError, MalformedData):
        return None


def full_size_shape(info: PackInfo, height: int, width: int) -> tuple[int, int] | None:
    """Height and width at full size; None without an upscaler, or beyond the protocol's limits."""
    full_height, full_width = height * info.upscale, width * info.upscale
    fits = max(full_height, full_width) <= MAX_SIDE and 4 * full_height * full_width <= MAX_FRAME // 2
    return (full_height, full_width) if info.upscale and fits else None


def default_steps(info: PackInfo, sampler: Sampler | None, conditioning: ConditioningKind) -> int:
    """The number of steps of a sampler (None: the pack's) for a request that names none.

    A pack may take fewer steps for the layout of a whole image: each pixel's likeliest class is clear at once, and
    more steps only let pixels agree where the image leaves them open. It may take more steps where nothing is given,
    as the halves then follow each other.
    """
    sampler = sampler or info.sampler
    if sampler == "distilled":
        return info.distilled
    if sampler.startswith("gcdp"):  # both halves share one clock: after few steps nothing is recognisable
        return info.steps
    return {"image": info.layout_steps, "nothing": info.text_steps, "some": 0}[conditioning] or info.steps


def example_layout_paths(folder: Path) -> list[Path]:
    """The index PNGs that come with a pack, in order."""
    return sorted((folder / "examples").glob("*.png"))
