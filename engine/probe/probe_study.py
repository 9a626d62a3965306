"""A study of how good a probe is by the number of marked images: mean IoU on unseen images.

The baseline is a classifier of plain colours and places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from torch import Tensor

from engine.data.pairs import DatasetItem, read_pair
from engine.data.taxonomy import identity_mapping
from engine.evaluators.segmentation_scores import segmentation_score
from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadFile
from engine.interface.protocol import ClassInfo, Pixels
from engine.packs.pack import Pack
from engine.probe import marked_images
from engine.probe.network_features import ProbeFeatureExtractor, colour_and_position
from engine.probe.pixel_samples import (
    MarkedSamples,
    PixelSamples,
    count_confusions,
    learn_classifier,
    sample_marked_image,
)

ClassIoU = npt.NDArray[np.float64]
"""IoU by class, [K]; NaN for a class that is not there."""
MARKED_COUNTS = (1, 2, 5, 10, 20)
DRAWS = 3
"""How often other images are drawn to be marked: which ones they are matters more than anything else."""
MAX_UNSEEN = 150
"""The most unseen images to measure on."""


class ProbeStudyPoint(msgspec.Struct, frozen=True):
    """Mean IoU with so many marked images, for each draw of them, by the network's features and by plain colours."""

    marked: int
    features: list[float]
    plain: list[float]


class ProbeStudy(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of study.json; `iou` is each class's with the most marked images, the mean over the draws."""

    pack: str
    data: str
    clocks: tuple[int, ...]
    seed: int
    unseen: int
    classes: list[str]
    curve: list[ProbeStudyPoint]
    iou: dict[str, float | None]


@dataclass(frozen=True)
class FeatureSamples:
    """Pixels of one image by the network's features, and by their colours and places."""

    features: PixelSamples
    plain: PixelSamples


def run_probe_study(pack: Pack, data: Path, out: Path, clocks: tuple[int, ...], seed: int) -> Iterator[str]:
    """Write study.json and study.png to `out`; yields a line for each number of marked images. Raises BadFile."""
    train, val = marked_images.list_marked_images(data / "train"), marked_images.list_marked_images(data / "val")
    classes = marked_images.read_marked_classes(data, train)
    if len(train) < MARKED_COUNTS[0] + 1:
        raise BadFile(f"{data / 'train'} has {len(train)} pairs.", "Give a folder with more.")
    random = np.random.default_rng(seed)
    network = ProbeFeatureExtractor(pack, clocks, seed)
    unseen_items = [val[i] for i in random.permutation(len(val))[:MAX_UNSEEN]]
    unseen = sample_images(network, unseen_items, classes, lambda samples: samples.measured)
    pool_items = [train[i] for i in random.permutation(len(train))[: DRAWS * MARKED_COUNTS[-1]]]
    pool = sample_images(network, pool_items, classes, lambda samples: samples.learnt)
    curve, class_ious = [], np.full((DRAWS, len(classes)), np.nan)
    for count in (count for count in MARKED_COUNTS if count <= len(pool)):
        point = ProbeStudyPoint(count, [], [])
        for draw in range(DRAWS):
            chosen = [pool[(draw * MARKED_COUNTS[-1] + index) % len(pool)] for index in range(count)]
            by_features, by_colour = study_draw(chosen, unseen, classes, seed + draw)
            point.features.append(float(np.nanmean(by_features)))
            point.plain.append(float(np.nanmean(by_colour)))
            class_ious[draw] = by_features
        curve.append(point)
        yield (
            f"{count:3} marked: mIoU {mean_and_range(point.features)}; "
            f"by colour and place {mean_and_range(point.plain)}"
        )
    result = ProbeStudy(
        pack=pack.info.name,
        data=data.name,
        clocks=clocks,
        seed=seed,
        unseen=len(unseen),
        classes=[info.name for info in classes],
        curve=curve,
        iou={info.name: nan_mean_or_none(ious) for info, ious in zip(classes, class_ious.T, strict=True)},
    )
    write_atomically(out / "study.json", msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    draw_curve(result, out / "study.png")
    yield f"Wrote {out / 'study.json'} and {out / 'study.png'}"


def sample_images(
    network: ProbeFeatureExtractor,
    items: Sequence[DatasetItem],
    classes: Sequence[ClassInfo],
    select: Callable[[MarkedSamples], PixelSamples],
) -> list[FeatureSamples]:
    """The selected pixels of each image that has any; nothing else of an image is kept while the next is read."""
    mapping = identity_mapping(classes)

    def plain_maps(image: Pixels) -> Tensor:
        return colour_and_position(image, network.pack)

    both = []
    for item in items:
        pair = read_pair(item, mapping)
        features = sample_marked_image(network.feature_maps, *pair, network.seed)
        plain = sample_marked_image(plain_maps, *pair, network.seed)
        if features and plain:
            both.append(FeatureSamples(select(features), select(plain)))
    return both


def study_draw(
    chosen: Sequence[FeatureSamples], unseen: Sequence[FeatureSamples], classes: Sequence[ClassInfo], seed: int
) -> tuple[ClassIoU, ClassIoU]:
    """IoU by class on the unseen images, by the network's features and by plain colours of the chosen ones."""
    return (
        iou_on_unseen([image.features for image in chosen], [image.features for image in unseen], classes, seed),
        iou_on_unseen([image.plain for image in chosen], [image.plain for image in unseen], classes, seed),
    )


def iou_on_unseen(
    chosen: Sequence[PixelSamples], unseen: Sequence[PixelSamples], classes: Sequence[ClassInfo], seed: int
) -> ClassIoU:
    """IoU by class on the unseen images, of a classifier of the chosen ones."""
    classifier = learn_classifier(chosen, classes, seed)
    return segmentation_score(count_confusions(classifier, unseen, len(classes))).iou


def nan_mean_or_none(values: ClassIoU) -> float | None:
    """The mean of the values that are numbers, if any is."""
    return None if np.isnan(values).all() else float(np.nanmean(values))


def mean_and_range(values: Sequence[float]) -> str:
    """The mean of some values with their range, as text."""
    return f"{np.mean(values):.3f} ({min(values):.3f} – {max(values):.3f})"


def draw_curve(result: ProbeStudy, path: Path) -> None:
    """Write a plot of both curves, with the range of the draws."""
    from io import BytesIO

    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.6), layout="constrained")
    plot = figure.subplots()
    counts = [point.marked for point in result.curve]
    for name, draws, colour in (
        ("the network's features", [point.features for point in result.curve], "#3366cc"),
        ("colour and place", [point.plain for point in result.curve], "#999999"),
    ):
        plot.plot(counts, [np.mean(values) for values in draws], "o-", color=colour, label=name)
        plot.fill_between(counts, [min(v) for v in draws], [max(v) for v in draws], color=colour, alpha=0.2)
    plot.set(
        xscale="log", xticks=counts, xticklabels=counts, xlabel="marked images", ylabel="mean IoU", ylim=(0, None)
    )
    plot.minorticks_off()
    plot.set_title(f"{result.data}: {len(result.classes)} classes, {result.unseen} unseen images", fontsize=10)
    plot.legend(frameon=False)
    data = BytesIO()
    figure.savefig(data, format="png", dpi=110)
    write_atomically(path, data.getvalue())
