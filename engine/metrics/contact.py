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
from engine.raster import colourise, enlarge_layout, fit_layout, read_layout

SHOWN = 6
SEEING_STEPS = 4
COLUMNS = "a drawn layout, the image for it, the layout of that image, both with their middle drawn anew, text → both"


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
        image = Raster.of(drawn.image)
        seen = shown.drawn(replace(base, image=image, steps=SEEING_STEPS))
        both = shown.drawn(replace(base, layout=layout, image=image, keep_layout=kept, keep_image=kept))
        told = shown.drawn(replace(base, prompt=captions[-1]))
        cells = [*reversed(shown.cells(drawn)), shown.cells(seen)[1], *shown.cells(both), *shown.cells(told)]
        rows.append(cells)
    return Contact(grid(rows), captions)


class Shown:
    """Draws with a pack, and shows what it drew at its full size."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.factor = read_info(pack.folder).upscale
        self.upscaler = upscaler.load(pack) if self.factor else None

    def drawn(self, request: Generate) -> Result:
        """The result of one request."""
        *_, last = generation.steps(self.pack, [request])
        return Result(last.image(0), last.layout(0))

    def cells(self, result: Result) -> list[Pixels]:
        """Its image and its layout."""
        classes = self.pack.info.classes
        if self.upscaler is None:
            return [result.image, colourise(result.layout, classes)]
        layout = enlarge_layout(result.layout, self.factor)
        *_, (_, _, image) = self.upscaler.picture(result.image, layout, 0)
        assert image is not None, "the last one is whole"
        return [image, colourise(layout, classes)]
