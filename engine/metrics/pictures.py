"""Pictures for the report: pairs side by side in rows, as PNGs inside the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from engine.metrics.drawing import Drawn
from engine.metrics.segmentation import score
from engine.metrics.standards import Standards
from engine.metrics.tables import Measured
from engine.protocol import UNKNOWN, ClassInfo, Pixels
from engine.raster import colourise

GAP = 2
GREY = 127
SHOWN, EXTREME = 8, 4


@dataclass(frozen=True)
class Strip:
    """One picture of the report: what it is, and its PNG."""

    title: str
    pixels: Pixels

    @property
    def url(self) -> str:
        """As a data URL."""
        return data_url(self.pixels)


def data_url(pixels: Pixels) -> str:
    """RGB [H, W, 3] as a PNG inside a page."""
    data = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(data, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode("ascii")


def grid(rows: Sequence[Sequence[Pixels]]) -> Pixels:
    """Cells of one size, RGB [H, W, 3], in rows, with grey between them."""

    def framed(cell: Pixels) -> Pixels:
        return np.pad(cell, [(0, GAP), (0, GAP), (0, 0)], constant_values=GREY)

    whole = np.concatenate([np.concatenate([framed(cell) for cell in row], 1) for row in rows])
    return whole[:-GAP, :-GAP]


class Sheets:
    """Strips of one evaluation; a strip is as many rows as there are pictures."""

    def __init__(self, standards: Standards, classes: Sequence[ClassInfo]) -> None:
        self.real, self.standards, self.classes = standards.real, standards, classes

    def truth(self, task: str, which: Sequence[int]) -> Strip:
        """The real pairs, with what a task hides in grey."""
        return Strip("real" if task != "region" else "given", grid([self._given(task, index) for index in which]))

    def _given(self, task: str, index: int) -> list[Pixels]:
        image, layout = self.real.val[index]
        if task == "region":
            hidden = self.real.hidden[index]
            layout = np.where(hidden, UNKNOWN, layout).astype(np.uint8)
            image = np.where(hidden[..., None], GREY, image).astype(np.uint8)
        return [image, colourise(layout, self.classes)]

    def drawn(self, title: str, drawn: Drawn, which: Sequence[int]) -> Strip:
        """A contender's pairs."""
        rows = [[drawn.images[i], colourise(drawn.layouts[i], self.classes)] for i in which]
        return Strip(title, grid(rows))

    def contact(self, task: str, all_of: Sequence[Measured]) -> list[Strip]:
        """The first pictures of a task, real and by every contender."""
        which = range(min(SHOWN, len(self.real.val)))
        return [self.truth(task, which), *(self.drawn(one.contender, one.drawn, which) for one in all_of)]

    def extremes(self, one: Measured) -> list[Strip]:
        """Best and worst cases of a contender by its pictures' own mean IoU: real, drawn, and the segmenter's map."""
        if not one.ranked:
            return []
        ious = np.array([score(counts).mean_iou for counts in one.judged])
        order = np.argsort(-np.nan_to_num(ious), kind="stable")
        count = min(EXTREME, len(order) // 2)
        strips = []
        for name, which in (("best", order[:count]), ("worst", order[::-1][:count])):
            rows = [
                [
                    *self._given(one.task, int(i)),
                    one.drawn.images[i],
                    colourise(one.drawn.layouts[i], self.classes),
                    *([colourise(one.maps[i], self.classes)] if one.mapped else []),
                ]
                for i in which
            ]
            if rows:
                found = ", ".join(f"{ious[i]:.2f}" for i in which)
                strips.append(Strip(f"{one.contender}, {name}: mIoU {found}", grid(rows)))
        return strips

    def memorised(self, one: Measured) -> Strip:
        """The samples nearest to a training picture, each beside it, and how near."""
        near = one.near[0]
        order = np.argsort(near.distance, kind="stable")[:SHOWN]
        rows = [[one.drawn.images[i], self.standards.frame(int(near.row[i]))] for i in order]
        distances = ", ".join(f"{near.distance[i]:.2f}" for i in order)
        return Strip(f"{one.contender}: distances {distances}", grid(rows))
