"""The contact sheet of a pack's card: every task, drawn from the pack's example layouts and from captions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from engine.interface.errors import BadPack
from engine.interface.pack_catalogue import example_layout_paths, read_pack_info
from engine.interface.protocol import Generate, Pixels, Raster
from engine.interface.raster import colourise, fit_layout, read_layout
from engine.metrics.report_pictures import picture_grid
from engine.packs.pack import Pack
from engine.prompts.caption_grammar import grammar_caption
from engine.requests import full_size_stage
from engine.requests.batch_snapshot import ImageLayoutPair
from engine.requests.generation import resolve_for_pack, sample_batch

MAX_ROWS = 6
MIN_CELL_HEIGHT = 128
"""Smallest height of a picture on the sheet, in pixels; smaller ones are enlarged."""
COLUMN_TITLES = (
    "a drawn layout, the image for it, the layout of that image, both with their middle drawn anew, text → both"
)


class ContactSheetResult(NamedTuple):
    """A result at the pack's size, and its image and coloured layout as the sheet shows them, RGB [H, W, 3]."""

    result: ImageLayoutPair
    image: Pixels
    layout: Pixels


class ContactSheet(NamedTuple):
    """A contact sheet, RGB [H, W, 3], a row for each example, and the captions of its last two columns."""

    sheet: Pixels
    captions: list[str]


def draw_contact_sheet(pack: Pack) -> ContactSheet:
    """Draws all tasks at full size, with the seeds 0, 1, … by rows. Raises BadPack."""
    info, rows, captions = pack.info, list[list[Pixels]](), list[str]()
    paths = example_layout_paths(pack.folder)[:MAX_ROWS]
    if not paths:
        raise BadPack(f"“{info.name}” has no example layouts.", "Put index PNGs into the folder examples of the pack.")
    middle = np.full((info.height, info.width), 255, np.uint8)
    middle[:, info.width // 3 : -(info.width // 3)] = 0
    keep_mask, sampler = Raster.from_pixels(middle), ContactSheetSampler(pack)
    for seed, path in enumerate(paths):
        captions.append(grammar_caption(seed, info))
        layout = Raster.from_pixels(fit_layout(read_layout(path, info.classes), info.height, info.width).pixels)
        base = Generate(id="contact", pack=info.name, seed=seed)
        from_layout = sampler.draw(replace(base, layout=layout))
        image = Raster.from_pixels(from_layout.result.image)
        from_image = sampler.draw(replace(base, image=image))
        inpainted = sampler.draw(
            replace(base, layout=layout, image=image, keep_layout=keep_mask, keep_image=keep_mask)
        )
        from_text = sampler.draw(replace(base, prompt=captions[-1]))
        rows.append(
            [
                from_layout.layout,
                from_layout.image,
                from_image.layout,
                inpainted.image,
                inpainted.layout,
                from_text.image,
                from_text.layout,
            ]
        )
    scale = max(1, MIN_CELL_HEIGHT // rows[0][0].shape[0])
    return ContactSheet(picture_grid(rows).repeat(scale, 0).repeat(scale, 1), captions)


class ContactSheetSampler:
    """Draws requests with a pack, at full size if the pack has an upscaler."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.full_size = full_size_stage.load_full_size_stage(pack) if read_pack_info(pack.folder).upscale else None

    def draw(self, request: Generate) -> ContactSheetResult:
        """Draws one request."""
        resolved = resolve_for_pack(self.pack, request)
        *_, last = sample_batch(self.pack, [resolved])
        drawn = full = last.pair(0)
        if self.full_size is not None:
            *_, stage = self.full_size.steps(resolved, drawn)
            assert stage.pair is not None, "the last stage is whole"
            full = stage.pair
        return ContactSheetResult(drawn, full.image, colourise(full.layout, self.pack.info.classes))
