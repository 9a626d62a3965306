"""Requests of an export. Each depends on its seed alone, so that a set can be made in parts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from engine.guides.guide_validation import validate_guides
from engine.interface.bounded_decoding import DOCUMENT, JsonDecoder
from engine.interface.bounded_files import read_bounded
from engine.interface.dataset.export_order import ExportOrder
from engine.interface.digests import combined_sha256
from engine.interface.errors import BadFile, BadPack, BadRequest, MalformedData
from engine.interface.kept_masks import request_size
from engine.interface.pack_catalogue import DISTILLED_FILE, FULL_SIZE_FILES, full_size_shape
from engine.interface.protocol import MAX_PROMPT_LENGTH, AreaGuide, FullSizeInputs, Generate, PackInfo, Raster
from engine.sample_command.inputs import FitOptions, read_inputs
from engine.sample_command.plan import MAX_PROMPTS_BYTES, SampleInput, pictures_by_stem

ItemT = TypeVar("ItemT")
Targets = dict[str, float] | list[dict[str, float]]


class PairInputs(NamedTuple):
    """The request of a pair, and the files and targets that it was built from."""

    request: Generate
    layout: Path | None = None
    image: Path | None = None
    areas: AreaGuide | None = None


@dataclass(frozen=True)
class RequestSource:
    """Inputs of an order, read except for the pictures.

    The longest list is cycled in order; shorter ones are cycled with an offset that grows with each round of it.
    """

    order: ExportOrder
    info: PackInfo
    layouts: tuple[Path, ...]
    images: tuple[Path, ...]
    prompts: tuple[str, ...]
    areas: tuple[AreaGuide, ...]

    @classmethod
    def read(cls, order: ExportOrder, info: PackInfo) -> RequestSource:
        """Reads the inputs of an order. Raises BadFile, BadPack, and BadRequest for inputs that exclude each other."""
        if order.layouts and order.images:
            raise BadRequest("With both layouts and images, nothing is left to draw.", "Give one of the two.")
        if order.prompts and order.caption_grammar:
            raise BadRequest("Captions come from a file or from the grammar.", "Give one of the two.")
        if order.canvas and any(
            (order.layouts, order.images, order.prompts, order.caption_grammar, order.targets, order.areas)
        ):
            raise BadRequest("A canvas already contains all inputs.", "Leave the other sources out.")
        if order.full and not info.upscale:
            raise BadPack(f"“{info.name}” has no upscaler.", "Make one with diptych-engine train-upscaler.")
        if order.full and order.canvas and full_size_shape(info, *request_size(order.canvas, info)) is None:
            raise BadRequest("The canvas is too large to be drawn at full size.", "Export it in its own size.")
        for folder in (order.layouts, order.images):
            if folder is not None and not folder.is_dir():
                raise BadFile(f"There is no folder {folder}.", "Give a folder with PNG or JPEG files.")
        areas = _read_targets(order.targets) if order.targets else (order.areas,) if order.areas else ()
        for guide in areas:
            validate_guides((guide,), info)
        return cls(
            order,
            info,
            tuple(pictures_by_stem(order.layouts).values()) if order.layouts else (),
            tuple(pictures_by_stem(order.images).values()) if order.images else (),
            _read_prompts(order.prompts) if order.prompts else (),
            areas,
        )

    def digest(self) -> str:
        """Hashes the lists: names of pictures, whose contents each pair's record covers, captions and targets."""
        names = [[path.name for path in paths] for paths in (self.layouts, self.images)]
        return hashlib.sha256(msgspec.json.encode([names, self.prompts, self.areas])).hexdigest()

    def inputs_for(self, seed: int) -> PairInputs:
        """Builds the request of a seed. Raises BadFile."""
        order, name = self.order, f"{seed:09d}"
        if order.canvas:
            per_pair = {"id": name, "seed": seed, "live": False, "trace": False}
            full = (order.canvas.full or FullSizeInputs()) if order.full else None
            return PairInputs(msgspec.structs.replace(order.canvas, **per_pair, full=full))
        layout, image = self._item_for(seed, self.layouts), self._item_for(seed, self.images)
        areas = self._item_for(seed, self.areas)
        inputs = read_inputs(SampleInput(layout=layout, image=image), self.info, FitOptions(full=order.full))
        request = Generate(
            id=name,
            pack=order.pack,
            prompt=self._prompt(seed, inputs.layout),
            negative=order.negative,
            seed=seed,
            steps=order.steps,
            sampler=order.sampler,
            guidance=order.guidance,
            guides=() if areas is None else (areas,),
            live=False,
            **inputs._asdict(),
        )
        return PairInputs(request, layout, image, areas)

    def _item_for(self, seed: int, items: tuple[ItemT, ...]) -> ItemT | None:
        longest = max(len(each) for each in (self.layouts, self.images, self.prompts, self.areas))
        if not items:
            return None
        round_number, index = divmod(seed, longest)
        return items[(index + (round_number if len(items) < longest else 0)) % len(items)]

    def _prompt(self, seed: int, layout: Raster | None) -> str:
        if self.order.caption_grammar:
            from engine.prompts.caption_grammar import grammar_caption

            return grammar_caption(seed, self.info, None if layout is None else layout.pixels())
        return self._item_for(seed, self.prompts) or ""


def _read_prompts(path: Path) -> tuple[str, ...]:
    """Reads a caption from each line that is not blank. Raises BadFile."""
    try:
        lines = [line.strip() for line in read_bounded(path, MAX_PROMPTS_BYTES).decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        raise BadFile(f"{path} cannot be read ({error}).", "Give a UTF-8 text file, one caption a line.") from error
    prompts = tuple(line for line in lines if line)
    if not prompts:
        raise BadFile(f"{path} holds no captions.", "Write one on each line.")
    longest = max(prompts, key=len)
    if len(longest) > MAX_PROMPT_LENGTH:
        raise BadFile(f"{path} has a caption of {len(longest)} characters.", f"{MAX_PROMPT_LENGTH} are the limit.")
    return prompts


def _read_targets(path: Path) -> tuple[AreaGuide, ...]:
    """Reads targets such as {"road": 0.3, "sky": 0.2}, or a list of them, which pairs take in turn. Raises BadFile."""
    try:
        decoder: JsonDecoder[Targets] = JsonDecoder(Targets, DOCUMENT)
        shares = decoder.decode(read_bounded(path, DOCUMENT.length))
        return tuple(
            msgspec.convert({"type": "areas", "shares": target}, AreaGuide)
            for target in ([shares] if isinstance(shares, dict) else shares)
        )
    except (MalformedData, msgspec.MsgspecError) as error:
        why = error.reason if isinstance(error, MalformedData) else error
        raise BadFile(
            f"{path} holds no targets ({why}).", 'Write {"road": 0.3, "sky": 0.2}, or a list of such.'
        ) from error


def pack_digest(folder: Path, order: ExportOrder) -> str:
    """Hashes pack.json and the weights that an order's pairs are drawn with. Raises BadPack."""
    full_size = [name for name in FULL_SIZE_FILES if order.full and (folder / name).exists()]
    names = ["pack.json", "weights.safetensors", *full_size]
    samplers = order.sampler, order.canvas.sampler if order.canvas else None
    names += [DISTILLED_FILE] if "distilled" in samplers else []
    try:
        return combined_sha256(folder / name for name in names)
    except OSError as error:
        raise BadPack(f"{error.filename} cannot be read ({error.strerror}).", "Install the pack again.") from error
