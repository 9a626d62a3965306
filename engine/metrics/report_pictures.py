"""Pictures for the report: pairs side by side in rows, as PNGs inside the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from engine.evaluators.segmentation_scores import segmentation_score
from engine.interface.protocol import UNKNOWN, ClassInfo, Pixels
from engine.interface.raster import colourise
from engine.metrics.generated_samples import GeneratedSamples
from engine.metrics.metric_tables import TaskMeasurement
from engine.metrics.references import References

GAP = 2
GREY_LEVEL = 127
CONTACT_ROWS, EXTREME_ROWS = 8, 4


@dataclass(frozen=True)
class PictureStrip:
    """One picture of the report: what it is, and its PNG."""

    title: str
    pixels: Pixels

    @property
    def url(self) -> str:
        """As a data URL."""
        return png_data_url(self.pixels)


def png_data_url(pixels: Pixels) -> str:
    """RGB [H, W, 3] as a PNG inside a page."""
    data = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(data, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode("ascii")


def picture_grid(rows: Sequence[Sequence[Pixels]]) -> Pixels:
    """Cells of one size, RGB [H, W, 3], in rows, with grey between them."""

    def with_gap(cell: Pixels) -> Pixels:
        return np.pad(cell, [(0, GAP), (0, GAP), (0, 0)], constant_values=GREY_LEVEL)

    whole = np.concatenate([np.concatenate([with_gap(cell) for cell in row], 1) for row in rows])
    return whole[:-GAP, :-GAP]


class ReportSheets:
    """Strips of one evaluation; a strip is as many rows as there are pictures."""

    def __init__(self, references: References, classes: Sequence[ClassInfo]) -> None:
        self.real, self.references, self.classes = references.real, references, classes

    def real_strip(self, task: str, indices: Sequence[int]) -> PictureStrip:
        """The real pairs, with what a task hides in grey."""
        return PictureStrip(
            "real" if task != "region" else "given",
            picture_grid([self._given_cells(task, index) for index in indices]),
        )

    def _given_cells(self, task: str, index: int) -> list[Pixels]:
        image, layout = self.real.val[index]
        if task == "region":
            hidden = self.real.hidden_masks[index]
            layout = np.where(hidden, UNKNOWN, layout).astype(np.uint8)
            image = np.where(hidden[..., None], GREY_LEVEL, image).astype(np.uint8)
        return [image, colourise(layout, self.classes)]

    def samples_strip(self, title: str, samples: GeneratedSamples, indices: Sequence[int]) -> PictureStrip:
        """A contender's pairs."""
        rows = [[samples.images[i], colourise(samples.layouts[i], self.classes)] for i in indices]
        return PictureStrip(title, picture_grid(rows))

    def contact_strips(self, task: str, measurements: Sequence[TaskMeasurement]) -> list[PictureStrip]:
        """The first pictures of a task, real and by every contender."""
        indices = range(min(CONTACT_ROWS, len(self.real.val)))
        return [
            self.real_strip(task, indices),
            *(self.samples_strip(one.candidate, one.samples, indices) for one in measurements),
        ]

    def extreme_strips(self, measurement: TaskMeasurement) -> list[PictureStrip]:
        """Best and worst cases of a contender by its pictures' own mean IoU: real, drawn, and the segmenter's map."""
        if not measurement.has_ranking:
            return []
        ious = np.array([segmentation_score(counts).mean_iou for counts in measurement.ranking_confusions])
        order = np.argsort(-np.nan_to_num(ious), kind="stable")
        count = min(EXTREME_ROWS, len(order) // 2)
        strips = []
        for name, which in (("best", order[:count]), ("worst", order[::-1][:count])):
            rows = [
                [
                    *self._given_cells(measurement.task, int(i)),
                    measurement.samples.images[i],
                    colourise(measurement.samples.layouts[i], self.classes),
                    *([colourise(measurement.maps[i], self.classes)] if measurement.has_segmenter else []),
                ]
                for i in which
            ]
            if rows:
                found = ", ".join(f"{ious[i]:.2f}" for i in which)
                strips.append(PictureStrip(f"{measurement.candidate}, {name}: mIoU {found}", picture_grid(rows)))
        return strips

    def memorised_strip(self, measurement: TaskMeasurement) -> PictureStrip:
        """The samples nearest to a training picture, each beside it, and how near."""
        nearest = measurement.nearest_frames[0]
        order = np.argsort(nearest.distance, kind="stable")[:CONTACT_ROWS]
        rows = [[measurement.samples.images[i], self.references.training_frame(int(nearest.row[i]))] for i in order]
        distances = ", ".join(f"{nearest.distance[i]:.2f}" for i in order)
        return PictureStrip(f"{measurement.candidate}: distances {distances}", picture_grid(rows))
