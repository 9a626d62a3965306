"""Where packs and other assets lie, and what a pack says of itself before torch is loaded."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from engine.interface.errors import BadPack, UnknownPack
from engine.interface.protocol import MAX_FRAME, MAX_SIDE, UNKNOWN, Generate, PackInfo, Sampler

UPSCALER_FILE = "upscaler.safetensors"
DISTILLED_FILE = "distilled.safetensors"
MAX_HEADER_BYTES = 2**20

ConditioningKind = Literal["image", "some", "nothing"]
_SIDE_AND_NUMBER_WORDS = (
    "exactly only just single lone one many lots plenty dozens hundreds scores masses crowds tons loads lot dozen "
    "crowd numerous countless full large number great far hand side half edge corner left right over there our"
)
CONSTRAINT_WORDS = frozenset(_SIDE_AND_NUMBER_WORDS.split())
"""The words by which a prompt's sides and numbers are read by rule (data/told.py), whatever a pack was taught."""
_LIGHT_WORDS = (
    "sun sunny sunlit sunshine sunlight day daylight daytime noon midday bright brighter brightly lit shines shining "
    "blazes blazing night midnight nighttime nightfall evening darkness dark darker dusk twilight gloom gloomy dim "
    "dimly moonlight moonlit hardly barely low poor light lighting outside"
)
BRIGHTNESS_WORDS = frozenset(_LIGHT_WORDS.split())
"""Those by which its light is (data/light.py)."""


class _PackFileHeader(msgspec.Struct):
    info: PackInfo


class _UpscalerHeader(msgspec.Struct):
    factor: int


class _DistilledSamplingHeader(msgspec.Struct):
    steps: int


class _DistilledHeader(msgspec.Struct):
    plan: _DistilledSamplingHeader


class _SafetensorsMetadata(msgspec.Struct):
    facts: str


class _SafetensorsHeader(msgspec.Struct):
    metadata: _SafetensorsMetadata = msgspec.field(name="__metadata__")


F = TypeVar("F")


def assets_folder() -> Path:
    """The assets folder: inside the installed package, or beside it in a checkout."""
    engine = Path(__file__).parents[1]
    installed = engine / "_assets"
    return installed if installed.is_dir() else engine.parent / "assets"


def pack_folders() -> dict[str, Path]:
    """Name to folder of every pack: first those under DIPTYCH_PACKS, then the assets'."""
    roots = [Path(p) for p in os.environ.get("DIPTYCH_PACKS", "").split(os.pathsep) if p] + [assets_folder() / "packs"]
    found: dict[str, Path] = {}
    for root in roots:
        for file in sorted(root.glob("*/pack.json")):
            found.setdefault(file.parent.name, file.parent)
    return found


def find_pack_folder(name: str) -> Path:
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


def read_pack_info(folder: Path) -> PackInfo:
    """The public head of a pack's pack.json, and what the networks beside it do. Raises BadPack."""
    try:
        info = msgspec.json.decode((folder / "pack.json").read_bytes(), type=_PackFileHeader).info
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BadPack(f"{folder / 'pack.json'} cannot be read: {error}", "Install the pack again.") from error
    upscaler, distilled = (
        _read_header_metadata(folder / UPSCALER_FILE, _UpscalerHeader),
        _read_header_metadata(folder / DISTILLED_FILE, _DistilledHeader),
    )
    return msgspec.structs.replace(
        info, upscale=upscaler.factor if upscaler else 0, distilled=distilled.plan.steps if distilled else 0
    )


def _read_header_metadata(path: Path, kind: type[F]) -> F | None:
    """What a file of weights says of itself in its head; None if there is none that can be read."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            head = msgspec.json.decode(file.read(min(length, MAX_HEADER_BYTES)), type=_SafetensorsHeader)
        return msgspec.json.decode(head.metadata.facts, type=kind)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError):
        return None


def full_size_shape(info: PackInfo, height: int, width: int) -> tuple[int, int] | None:
    """The full size of a picture of this one; None if the pack cannot draw that, or it is too large to be sent."""
    full_height, full_width = height * info.upscale, width * info.upscale
    fits = max(full_height, full_width) <= MAX_SIDE and 4 * full_height * full_width <= MAX_FRAME // 2
    return (full_height, full_width) if info.upscale and fits else None


def default_steps(info: PackInfo, sampler: Sampler | None, conditioning: ConditioningKind) -> int:
    """In how many steps a sampler, or the pack's own, draws if nobody says. The layout of a whole "image" is found in
    few, if the pack has it so: each pixel is the likeliest class at once, and more steps let pixels agree where the
    image leaves them open. Where "nothing" is given, two halves have to be made one after the other.
    """
    sampler = sampler or info.sampler
    if sampler == "distilled":
        return info.distilled
    if sampler.startswith("gcdp"):  # on its one clock nothing is to be seen in a first step
        return info.steps
    return {"image": info.layout_steps, "nothing": info.text_steps, "some": 0}[conditioning] or info.steps


def conditioning_kind(request: Generate) -> ConditioningKind:
    """What a request gives: a whole "image", so that only its layout is to be found, or "some" or "nothing" of it."""
    image, layout = request.image, request.layout
    if image is not None and (request.keep_image is None or all(request.keep_image.data)):
        return "image"
    partly_given = image is not None and request.keep_image is not None and any(request.keep_image.data)
    if layout is not None and not partly_given:
        known = layout.pixels() != UNKNOWN
        partly_given = bool(
            (known if request.keep_layout is None else known & (request.keep_layout.pixels() > 0)).any()
        )
    return "some" if partly_given else "nothing"


def example_layout_paths(folder: Path) -> list[Path]:
    """The index PNGs that come with a pack, in order."""
    return sorted((folder / "examples").glob("*.png"))
