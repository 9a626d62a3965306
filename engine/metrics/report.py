"""All figures of a pack on a data folder, as one JSON file and one contact sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from engine.data.captions import Captioner
from engine.data.pairs import Doubt, Pair, doubtful_to_unknown, list_pairs, read_pair
from engine.data.taxonomy import read_taxonomy, reading
from engine.generation import generate
from engine.metrics.hearing import ClassHeard, Recall, hear_classes, holds, recall
from engine.metrics.likelihood import Likelihood, likelihood
from engine.metrics.segmentation import Segmentation, confusion, score
from engine.packs import Pack
from engine.protocol import Generate, Pixels, Raster
from engine.raster import colourise, fit_image, fit_layout, write_image

BATCH = 8


class Report(msgspec.Struct, frozen=True):
    """What was measured, on how many pictures."""

    pack: str
    images_seen: int
    pictures: int
    steps: int
    pixel_accuracy: float
    mean_iou: float
    iou: dict[str, float | None]
    believed: tuple[float, float]  # accuracy and mean IoU where the truth is not in doubt
    heard: list[ClassHeard] = []
    recall: Recall | None = None

    def lines(self) -> list[str]:
        """The figures as a person reads them."""
        lines = [
            f"image → layout, {self.pictures} pictures, {self.steps} steps: "
            f"pixel accuracy {self.pixel_accuracy:.3f}, mIoU {self.mean_iou:.3f}",
            "  where the truth is not in doubt: pixel accuracy {:.3f}, mIoU {:.3f}".format(*self.believed),
        ]
        if self.heard:
            means = [np.mean([getattr(h, key) for h in self.heard]) for key in ("unprompted", "named", "absent")]
            lines.append(
                "classes in under half of the training frames: drawn unprompted {:.2f}, named {:.2f}, "
                "named absent {:.2f}".format(*means)
            )
            lines += [
                f"  {h.name}: in train {h.in_train:.2f}, unprompted {h.unprompted:.2f}, named {h.named:.2f}, "
                f"named absent {h.absent:.2f}"
                for h in self.heard
            ]
        if self.recall:
            lines.append(f"recall of captions {self.recall.true:.3f}, shuffled {self.recall.shuffled:.3f}")
        return lines


def evaluate(pack: Pack, data: Path, out: Path, count: int, steps: int = 4, prompts: int = 16) -> Report:
    """Measure a pack on the first `count` pairs of DATA/val (0: all); `prompts` per class, 0 to leave text out.

    Raises BadFile.
    """
    files = list_pairs(data / "val")
    if prompts:  # what would fail later fails now
        list_pairs(data / "train")
    how = reading(pack.file.data.taxonomy)
    raw = [read_pair(one, how) for one in files[: count or len(files)]]
    pairs, sure = [fitted(pair, pack) for pair in raw], [fitted(believed(pair, pack), pack) for pair in raw]
    predicted = list(predict_layouts(pack, [pair.image for pair in pairs], steps))
    found, found_sure = (
        score(confusion(zip([p.layout for p in some], predicted, strict=True), len(pack.info.classes)))
        for some in (pairs, sure)
    )
    report = Report(
        pack=pack.info.name,
        images_seen=pack.file.images_seen,
        pictures=len(pairs),
        steps=steps,
        pixel_accuracy=found.accuracy,
        mean_iou=found.mean_iou,
        iou=named_iou(found, pack),
        believed=(found_sure.accuracy, found_sure.mean_iou),
    )
    if prompts:
        report = msgspec.structs.replace(report, **hearing(pack, data, sure, prompts))
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    write_image(out / "image_to_layout.png", sheet(pairs[:8], predicted[:8], pack))
    return report


def bounds(pack: Pack, data: Path, out: Path, count: int) -> Likelihood:
    """The likelihood of the same pairs, of what is not in doubt in them. Raises BadFile."""
    files = list_pairs(data / "val")
    how = reading(pack.file.data.taxonomy)
    raw = [read_pair(one, how) for one in files[: count or len(files)]]
    return likelihood(pack, [fitted(believed(pair, pack), pack) for pair in raw], out)


def believed(pair: Pair, pack: Pack) -> Pair:
    """A pair in whose layout is unknown what its data make doubtful."""
    names = [info.name for info in pack.info.classes]
    doubt = Doubt(pack.file.data.border, tuple(names.index(name) for name in pack.file.data.thin))
    return Pair(pair.image, doubtful_to_unknown(pair.layout, doubt))


def fitted(pair: Pair, pack: Pack) -> Pair:
    """A pair at the pack's size, its middle."""
    size = (pack.info.height, pack.info.width)
    return Pair(fit_image(pair.image, *size).pixels, fit_layout(pair.layout, *size).pixels)


def predict_layouts(pack: Pack, images: Sequence[Pixels], steps: int) -> Iterable[Pixels]:
    """The layout of each image."""
    for start in range(0, len(images), BATCH):
        requests = [
            Generate(id="evaluate", pack=pack.info.name, image=Raster.of(image), steps=steps, seed=start + index)
            for index, image in enumerate(images[start : start + BATCH])
        ]
        *_, last = generate(pack, requests)
        yield from (last.layout(index) for index in range(len(requests)))


def hearing(pack: Pack, data: Path, pairs: Sequence[Pair], prompts: int) -> dict[str, object]:
    """Both measures of the text: per class, and by captions made from real pairs."""
    classes = read_taxonomy(pack.file.data.taxonomy)
    files = list_pairs(data / "train")
    how = reading(pack.file.data.taxonomy)
    train = [fitted(believed(read_pair(one, how), pack), pack) for one in files]
    in_train = np.mean([holds(pair.layout, len(classes)) for pair in train], 0)
    light = np.quantile([pair.image.mean() for pair in train], (0.25, 0.75))
    captioner = Captioner(classes, in_train, (float(light[0]), float(light[1])))
    random = np.random.default_rng(0)
    captions = [captioner.draw(pair.layout, pair.image, random) for pair in pairs[: 8 * prompts]]
    return {"heard": hear_classes(pack, in_train, prompts), "recall": recall(pack, captions)}


def named_iou(found: Segmentation, pack: Pack) -> dict[str, float | None]:
    """IoU by the class's name; None for a class that does not occur."""
    return {
        info.name: None if np.isnan(iou) else float(iou)
        for info, iou in zip(pack.info.classes, found.iou, strict=True)
    }


def sheet(pairs: Sequence[Pair], predicted: Sequence[Pixels], pack: Pack) -> Pixels:
    """Image, true layout and predicted layout in rows, twice as large."""
    rows = [
        np.concatenate([pair.image, *(colourise(m, pack.info.classes) for m in (pair.layout, layout))], 1)
        for pair, layout in zip(pairs, predicted, strict=True)
    ]
    return np.concatenate(rows).repeat(2, 0).repeat(2, 1)
