"""A contact sheet for a pack's card: every task, from the pack's own examples and captions and no photograph."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from engine import generation, upscaler
from engine.errors import BadPack
from engine.export.grammar import caption
from engine.generation import Result
from engine.library import example_layouts, read_info
from engine.metrics.pictures import grid
from engine.packs import Pack
from engine.protocol import Generate, Pixels, Raster
from engine.raster import colourise, fit_layout, read_layout

SHOWN = 6
TALL = 128
"""Rows of one picture on the sheet, if it has fewer of its own."""
COLUMNS = "a drawn layout, the image for it, the layout of that image, both with their middle drawn anew, text → both"


class Drawn(NamedTuple):
    """A result, and both halves as they are shown, RGB [H, W, 3]."""

    result: Result
    image: Pixels
    layout: Pixels


class Contact(NamedTuple):
    """RGB [H, W, 3], one row for each example, and the captions of its last two columns."""

    sheet: Pixels
    captions: list[str]


def contact(pack: Pack) -> Contact:
    """All tasks at full size, with the seeds 0, 1, … by rows. Raises BadPack."""
    info, rows, captions = pack.info, list[list[Pixels]](), list[str]()
    paths = example_layouts(pack.folder)[:SHOWN]
    if not paths:
        raise BadPack(f"“{info.name}” has no example layouts.", "Put index PNGs into the folder examples of the pack.")
    middle = np.full((info.height, info.width), 255, np.uint8)
    middle[:, info.width // 3 : -(info.width // 3)] = 0
    kept, shown = Raster.of(middle), Shown(pack)
    for seed, path in enumerate(paths):
        captions.append(caption(seed, info))
        layout = Raster.of(fit_layout(read_layout(path, info.classes), info.height, info.width).pixels)
        base = Generate(id="contact", pack=info.name, seed=seed)
        drawn = shown.drawn(replace(base, layout=layout))
        image = Raster.of(drawn.result.image)
        seen = shown.drawn(replace(base, image=image))
        both = shown.drawn(replace(base, layout=layout, image=image, keep_layout=kept, keep_image=kept))
        told = shown.drawn(replace(base, prompt=captions[-1]))
        rows.append([drawn.layout, drawn.image, seen.layout, both.image, both.layout, told.image, told.layout])
    times = max(1, TALL // rows[0][0].shape[0])
    return Contact(grid(rows).repeat(times, 0).repeat(times, 1), captions)


class Shown:
    """Draws with a pack, at its full size if it has an upscaler."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.upscaler = upscaler.load(pack) if read_info(pack.folder).upscale else None

    def drawn(self, request: Generate) -> Drawn:
        """The result of one request."""
        *_, last = generation.steps(self.pack, [request])
        drawn = full = Result(last.image(0), last.layout(0))
        if self.upscaler is not None:
            *_, stage = upscaler.steps(self.upscaler, request, drawn)
            assert stage.result is not None, "the last stage is whole"
            full = stage.result
        return Drawn(drawn, full.image, colourise(full.layout, self.pack.info.classes))
