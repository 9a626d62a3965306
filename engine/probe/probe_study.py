"""How good a probe is by how much is marked: mean IoU on unseen images, beside the same on plain colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from engine.evaluators.segmentation_scores import segmentation_score
from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadFile
from engine.interface.protocol import ClassInfo
from engine.packs.pack import Pack
from engine.probe import marked_images
from engine.probe.network_features import ProbeFeatureExtractor, colour_and_position
from engine.probe.pixel_samples import (
    FeatureMaps,
    PixelSamples,
    count_confusions,
    learn_classifier,
    sample_marked_image,
)

MARKED_COUNTS = (1, 2, 5, 10, 20)
DRAWS = 3
"""How often other images are marked: which ones they are matters more than anything else."""
MAX_UNSEEN = 150
"""Images that are measured on, at most."""


class ProbeStudyPoint(msgspec.Struct, frozen=True):
    """Mean IoU with so many marked images, by each draw of them, on the network's features and on plain colours."""

    marked: int
    features: list[float]
    plain: list[float]


class ProbeStudy(msgspec.Struct, frozen=True, kw_only=True):
    """All of study.json; `iou` is each class's with the most marked images, the mean of the draws."""

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
    """Samples of one image as the network sees it, and of its colours and places."""

    features: PixelSamples
    plain: PixelSamples


def run_probe_study(pack: Pack, data: Path, out: Path, clocks: tuple[int, ...], seed: int) -> Iterator[str]:
    """Write study.json and study.png to `out`; gives a line for each number of marked images. Raises BadFile."""
    train, val = marked_images.list_marked_images(data / "train"), marked_images.list_marked_images(data / "val")
    classes = marked_images.read_marked_classes(data, train)
    if len(train) < MARKED_COUNTS[0] + 1:
        raise BadFile(f"{data / 'train'} has {len(train)} pairs.", "Marking takes some: give a folder with more.")
    random = np.random.default_rng(seed)
    network = ProbeFeatureExtractor(pack, clocks, seed)
    unseen_files = [val[i] for i in random.permutation(len(val))[:MAX_UNSEEN]]
    unseen = sample_images(network, unseen_files, classes, "measured")
    pool = [train[i] for i in random.permutation(len(train))[: DRAWS * MARKED_COUNTS[-1]]]
    marked_samples = sample_images(network, pool, classes, "learnt")
    curve, shares = [], np.full((DRAWS, len(classes)), np.nan)
    for count in (some for some in MARKED_COUNTS if some <= len(marked_samples)):
        point = ProbeStudyPoint(count, [], [])
        for draw in range(DRAWS):
            chosen = [
                marked_samples[(draw * MARKED_COUNTS[-1] + index) % len(marked_samples)] for index in range(count)
            ]
            ious = [iou_on_unseen(chosen, unseen, classes, part, seed + draw) for part in ("features", "plain")]
            point.features.append(float(np.nanmean(ious[0])))
            point.plain.append(float(np.nanmean(ious[1])))
            shares[draw] = ious[0]
        curve.append(point)
        yield f"{count:3} marked: mIoU {mean_and_range(point.features)}; "
        f"by colour and place {mean_and_range(point.plain)}"
    iou = {c.name: None if np.isnan(s).all() else float(np.nanmean(s)) for c, s in zip(classes, shares.T, strict=True)}
    names = [info.name for info in classes]
    result = ProbeStudy(
        pack=pack.info.name,
        data=data.name,
        clocks=clocks,
        seed=seed,
        unseen=len(unseen),
        classes=names,
        curve=curve,
        iou=iou,
    )
    write_atomically(out / "study.json", msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    draw_curve(result, out / "study.png")
    yield f"Wrote {out / 'study.json'} and {out / 'study.png'}"


def sample_images(
    network: ProbeFeatureExtractor,
    files: Sequence[marked_images.MarkedImage],
    classes: Sequence[ClassInfo],
    part: Literal["learnt", "measured"],
) -> list[FeatureSamples]:
    """A few pixels of each image, both ways; what else an image has is forgotten before the next is read."""
    extractors: tuple[FeatureMaps, FeatureMaps] = (
        network.feature_maps,
        lambda image: colour_and_position(image, network.pack),
    )
    both = []
    for one in files:
        pair = one.read(classes)
        features, plain = (sample_marked_image(way, *pair, network.seed) for way in extractors)
        if features and plain:
            both.append(FeatureSamples(getattr(features, part), getattr(plain, part)))
    return both


def iou_on_unseen(
    chosen: Sequence[FeatureSamples],
    unseen: Sequence[FeatureSamples],
    classes: Sequence[ClassInfo],
    part: str,
    seed: int,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """IoU by class on the unseen images, of a classifier of the chosen ones."""
    classifier = learn_classifier([getattr(one, part) for one in chosen], classes, seed)
    return segmentation_score(count_confusions(classifier, (getattr(one, part) for one in unseen), len(classes))).iou


def mean_and_range(values: Sequence[float]) -> str:
    """The mean, and the range."""
    return f"{np.mean(values):.3f} ({min(values):.3f} – {max(values):.3f})"


def draw_curve(result: ProbeStudy, path: Path) -> None:
    """Both curves, with the range of the draws."""
    from io import BytesIO

    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.6), layout="constrained")
    plot = figure.subplots()
    counts = [point.marked for point in result.curve]
    for name, key, colour in (
        ("the network's features", "features", "#3366cc"),
        ("colour and place", "plain", "#999999"),
    ):
        values = [getattr(point, key) for point in result.curve]
        plot.plot(counts, [np.mean(some) for some in values], "o-", color=colour, label=name)
        plot.fill_between(
            counts, [min(some) for some in values], [max(some) for some in values], color=colour, alpha=0.2
        )
    plot.set(
        xscale="log", xticks=counts, xticklabels=counts, xlabel="marked images", ylabel="mean IoU", ylim=(0, None)
    )
    plot.minorticks_off()
    plot.set_title(f"{result.data}: {len(result.classes)} classes, {result.unseen} unseen images", fontsize=10)
    plot.legend(frameon=False)
    data = BytesIO()
    figure.savefig(data, format="png", dpi=110)
    write_atomically(path, data.getvalue())
