"""Pictures for the report's page: image-layout pairs side by side in rows, as PNG data URLs."""

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
    """A picture of the report, RGB [H, W, 3], and its title."""

    title: str
    pixels: Pixels

    @property
    def display_width(self) -> int:
        """Width on the page in CSS pixels, half as large again as the picture's own."""
        return int(self.pixels.shape[1]) * 3 // 2

    @property
    def url(self) -> str:
        """The picture as a data URL."""
        return png_data_url(self.pixels)


def png_data_url(pixels: Pixels) -> str:
    """Encodes RGB [H, W, 3] as the data URL of a PNG."""
    data = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(data, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode("ascii")


def picture_grid(rows: Sequence[Sequence[Pixels]]) -> Pixels:
    """Joins cells of one size, RGB [H, W, 3], in rows, with grey gaps between them."""

    def with_gap(cell: Pixels) -> Pixels:
        return np.pad(cell, [(0, GAP), (0, GAP), (0, 0)], constant_values=GREY_LEVEL)

    whole = np.concatenate([np.concatenate([with_gap(cell) for cell in row], 1) for row in rows])
    return whole[:-GAP, :-GAP]


class ReportSheets:
    """Draws the strips of one evaluation; each picture is a row of its strip."""

    def __init__(self, references: References, classes: Sequence[ClassInfo]) -> None:
        self.real, self.references, self.classes = references.real, references, classes

    def real_strip(self, task: str, indices: Sequence[int]) -> PictureStrip:
        """Draws real pairs; pixels that the task hides are grey."""
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
        """Draws a candidate's pairs."""
        rows = [[samples.images[i], colourise(samples.layouts[i], self.classes)] for i in indices]
        return PictureStrip(title, picture_grid(rows))

    def contact_strips(self, task: str, measurements: Sequence[TaskMeasurement]) -> list[PictureStrip]:
        """Draws the first pairs of a task: the real ones, and each candidate's."""
        indices = range(min(CONTACT_ROWS, len(self.real.val)))
        return [
            self.real_strip(task, indices),
            *(self.samples_strip(item.candidate, item.samples, indices) for item in measurements),
        ]

    def extreme_strips(self, measurement: TaskMeasurement) -> list[PictureStrip]:
        """Draws a candidate's best and worst samples by mean IoU: real pair, drawn pair, the segmenter's map."""
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
                listed = ", ".join(f"{ious[i]:.2f}" for i in which)
                strips.append(PictureStrip(f"{measurement.candidate}, {name}: mIoU {listed}", picture_grid(rows)))
        return strips

    def memorised_strip(self, measurement: TaskMeasurement) -> PictureStrip:
        """Draws the samples nearest to a training picture, each beside it, with the distances in the title."""
        nearest = measurement.nearest_frames[0]
        order = np.argsort(nearest.distance, kind="stable")[:CONTACT_ROWS]
        rows = [[measurement.samples.images[i], self.references.training_frame(int(nearest.row[i]))] for i in order]
        distances = ", ".join(f"{nearest.distance[i]:.2f}" for i in order)
        return PictureStrip(f"{measurement.candidate}: distances {distances}", picture_grid(rows))
