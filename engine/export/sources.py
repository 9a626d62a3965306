"""What is given for each pair. It depends on the pair's seed alone, so that a set can be made in parts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from engine import raster
from engine.batch.full import at_full_size
from engine.batch.plan import MAX_PROMPT, pictures
from engine.errors import BadFile, BadPack, BadRequest
from engine.export.order import Order
from engine.export.store import sha256
from engine.guides.check import check_guides
from engine.library import DISTILLED, UPSCALER, full_size
from engine.protocol import AreaGuide, Full, Generate, PackInfo, Pixels, Raster
from engine.requests import size

Each = TypeVar("Each")


class Given(NamedTuple):
    """A request, and the files that it was made of."""

    request: Generate
    layout: Path | None = None
    image: Path | None = None
    areas: AreaGuide | None = None


@dataclass(frozen=True)
class Sources:
    """Everything that an order gives, read but for the pictures.

    The longest list goes round in order; the others do too, one further with each round of the longest.
    """

    order: Order
    info: PackInfo
    layouts: tuple[Path, ...]
    images: tuple[Path, ...]
    prompts: tuple[str, ...]
    areas: tuple[AreaGuide, ...]

    @classmethod
    def read(cls, order: Order, info: PackInfo) -> Sources:
        """Raises BadFile and BadRequest for what does not fit together."""
        if order.layouts and order.images:
            raise BadRequest("With layouts and images given, nothing is left to draw.", "Give one of the two.")
        if order.prompts and order.caption_grammar:
            raise BadRequest("Captions come from a file or from the grammar.", "Give one of the two.")
        if order.canvas and any(
            (order.layouts, order.images, order.prompts, order.caption_grammar, order.targets, order.areas)
        ):
            raise BadRequest("A canvas says everything that is given.", "Leave the other sources out.")
        if order.full and not info.upscale:
            raise BadPack(f"“{info.name}” has no upscaler.", "Make one with diptych-engine train-upscaler.")
        if order.full and order.canvas and full_size(info, *size(order.canvas, info)) is None:
            raise BadRequest("The canvas is too large to be drawn at full size.", "Export it in its own size.")
        for folder in (order.layouts, order.images):
            if folder is not None and not folder.is_dir():
                raise BadFile(f"There is no folder {folder}.", "Give a folder with PNG or JPEG files.")
        areas = _read_targets(order.targets) if order.targets else (order.areas,) if order.areas else ()
        for one in areas:
            check_guides((one,), info)
        return cls(
            order,
            info,
            tuple(pictures(order.layouts).values()) if order.layouts else (),
            tuple(pictures(order.images).values()) if order.images else (),
            _read_prompts(order.prompts) if order.prompts else (),
            areas,
        )

    def digest(self) -> str:
        """Of what the lists hold; pictures by their names, their own digests are in each record."""
        names = [[path.name for path in paths] for paths in (self.layouts, self.images)]
        return hashlib.sha256(msgspec.json.encode([names, self.prompts, self.areas])).hexdigest()

    def given(self, seed: int) -> Given:
        """What the pair with this seed is drawn from. Raises BadFile."""
        order, name = self.order, f"{seed:09d}"
        if order.canvas:
            changed = {"id": name, "seed": seed, "live": False, "trace": False}
            full = (order.canvas.full or Full()) if order.full else None
            return Given(msgspec.structs.replace(order.canvas, **changed, full=full))
        layout, image = self._at(seed, self.layouts), self._at(seed, self.images)
        areas = self._at(seed, self.areas)
        given = None if layout is None else raster.read_layout(layout, self.info.classes)
        picture = None if image is None else raster.read_image(image)
        ids = None if given is None else self._layout(given)
        request = Generate(
            id=name,
            pack=order.pack,
            layout=None if ids is None else Raster.of(ids),
            image=None if picture is None else Raster.of(self._image(picture)),
            prompt=self._prompt(seed, ids),
            negative=order.negative,
            seed=seed,
            steps=order.steps,
            sampler=order.sampler,
            guidance=order.guidance,
            guides=() if areas is None else (areas,),
            live=False,
            full=at_full_size(given, picture, "crop", self.info) if order.full else None,
        )
        return Given(request, layout, image, areas)

    def _at(self, seed: int, some: tuple[Each, ...]) -> Each | None:
        longest = max(len(each) for each in (self.layouts, self.images, self.prompts, self.areas))
        if not some:
            return None
        turn, place = divmod(seed, longest)
        return some[(place + (turn if len(some) < longest else 0)) % len(some)]

    def _prompt(self, seed: int, layout: Pixels | None) -> str:
        if self.order.caption_grammar:
            from engine.export.grammar import caption

            return caption(seed, self.info, layout)
        return self._at(seed, self.prompts) or ""

    def _layout(self, given: Pixels) -> Pixels:
        return raster.fit_layout(given, self.info.height, self.info.width).pixels

    def _image(self, given: Pixels) -> Pixels:
        return raster.fit_image(given, self.info.height, self.info.width).pixels


def _read_prompts(path: Path) -> tuple[str, ...]:
    """One on each line that is not blank."""
    try:
        lines = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} cannot be read ({error}).", "Give a UTF-8 text file, one caption a line.") from error
    prompts = tuple(line for line in lines if line)
    if not prompts:
        raise BadFile(f"{path} holds no captions.", "Write one on each line.")
    longest = max(prompts, key=len)
    if len(longest) > MAX_PROMPT:
        raise BadFile(f"{path} has a caption of {len(longest)} characters.", f"{MAX_PROMPT} are the limit.")
    return prompts


def _read_targets(path: Path) -> tuple[AreaGuide, ...]:
    """{"road": 0.3, "sky": 0.2}, or a list of such, which pairs take in turn."""
    try:
        shares = msgspec.json.decode(path.read_bytes(), type=dict[str, float] | list[dict[str, float]])
        return tuple(
            msgspec.convert({"type": "areas", "shares": one}, AreaGuide)
            for one in ([shares] if isinstance(shares, dict) else shares)
        )
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BadFile(
            f"{path} holds no targets ({error}).", 'Write {"road": 0.3, "sky": 0.2}, or a list of such.'
        ) from error


def pack_digest(folder: Path, order: Order) -> str:
    """Of a pack's description and of the weights that an order's pairs come from. Raises BadPack."""
    names = ["pack.json", "weights.safetensors", *([UPSCALER] if order.full else [])]
    samplers = order.sampler, order.canvas.sampler if order.canvas else None
    names += [DISTILLED] if "distilled" in samplers else []
    try:
        parts = [sha256(folder / name) for name in names]
    except OSError as error:
        raise BadPack(f"{error.filename} cannot be read ({error.strerror}).", "Install the pack again.") from error
    return hashlib.sha256("".join(parts).encode()).hexdigest()
