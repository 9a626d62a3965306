"""How good a probe is by how much is marked: mean IoU on unseen images, beside the same on plain colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from engine.errors import BadFile
from engine.files import write_whole
from engine.metrics.segmentation import score
from engine.packs import Pack
from engine.probe import marks
from engine.probe.features import Network, colours
from engine.probe.samples import Maps, Samples, learn, measure, see
from engine.protocol import ClassInfo

COUNTS = (1, 2, 5, 10, 20)
DRAWS = 3
"""How often other images are marked: which ones they are matters more than anything else."""
UNSEEN = 150
"""Images that are measured on, at most."""


class Point(msgspec.Struct, frozen=True):
    """Mean IoU with so many marked images, by each draw of them, on the network's features and on plain colours."""

    marked: int
    features: list[float]
    plain: list[float]


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """All of study.json; `iou` is each class's with the most marked images, the mean of the draws."""

    pack: str
    data: str
    clocks: tuple[int, ...]
    seed: int
    unseen: int
    classes: list[str]
    curve: list[Point]
    iou: dict[str, float | None]


@dataclass(frozen=True)
class Both:
    """Samples of one image as the network sees it, and of its colours and places."""

    features: Samples
    plain: Samples


def study(pack: Pack, data: Path, out: Path, clocks: tuple[int, ...], seed: int) -> Iterator[str]:
    """Write study.json and study.png to `out`; gives a line for each number of marked images. Raises BadFile."""
    train, val = marks.list_marked(data / "train"), marks.list_marked(data / "val")
    classes = marks.read_classes(data, train)
    if len(train) < COUNTS[0] + 1:
        raise BadFile(f"{data / 'train'} has {len(train)} pairs.", "Marking takes some: give a folder with more.")
    random = np.random.default_rng(seed)
    network = Network(pack, clocks, seed)
    some_val = [val[i] for i in random.permutation(len(val))[:UNSEEN]]
    unseen = watched(network, some_val, classes, "measured")
    pool = [train[i] for i in random.permutation(len(train))[: DRAWS * COUNTS[-1]]]
    seen = watched(network, pool, classes, "learnt")
    curve, shares = [], np.full((DRAWS, len(classes)), np.nan)
    for count in (some for some in COUNTS if some <= len(seen)):
        point = Point(count, [], [])
        for draw in range(DRAWS):
            chosen = [seen[(draw * COUNTS[-1] + index) % len(seen)] for index in range(count)]
            found = [found_by(chosen, unseen, classes, part, seed + draw) for part in ("features", "plain")]
            point.features.append(float(np.nanmean(found[0])))
            point.plain.append(float(np.nanmean(found[1])))
            shares[draw] = found[0]
        curve.append(point)
        yield f"{count:3} marked: mIoU {told(point.features)}; by colour and place {told(point.plain)}"
    iou = {c.name: None if np.isnan(s).all() else float(np.nanmean(s)) for c, s in zip(classes, shares.T, strict=True)}
    names = [info.name for info in classes]
    done = Study(
        pack=pack.info.name,
        data=data.name,
        clocks=clocks,
        seed=seed,
        unseen=len(unseen),
        classes=names,
        curve=curve,
        iou=iou,
    )
    write_whole(out / "study.json", msgspec.json.format(msgspec.json.encode(done), indent=1) + b"\n")
    draw_curve(done, out / "study.png")
    yield f"Wrote {out / 'study.json'} and {out / 'study.png'}"


def watched(
    network: Network,
    files: Sequence[marks.Marked],
    classes: Sequence[ClassInfo],
    part: Literal["learnt", "measured"],
) -> list[Both]:
    """A few pixels of each image, both ways; what else an image has is forgotten before the next is read."""
    ways: tuple[Maps, Maps] = (network.maps, lambda image: colours(image, network.pack))
    both = []
    for one in files:
        pair = one.read(classes)
        features, plain = (see(way, *pair, network.seed) for way in ways)
        if features and plain:
            both.append(Both(getattr(features, part), getattr(plain, part)))
    return both


def found_by(
    chosen: Sequence[Both], unseen: Sequence[Both], classes: Sequence[ClassInfo], part: str, seed: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """IoU by class on the unseen images, of a classifier of the chosen ones."""
    classifier = learn([getattr(one, part) for one in chosen], classes, seed)
    return score(measure(classifier, (getattr(one, part) for one in unseen), len(classes))).iou


def told(values: Sequence[float]) -> str:
    """The mean, and the range."""
    return f"{np.mean(values):.3f} ({min(values):.3f} – {max(values):.3f})"


def draw_curve(done: Study, path: Path) -> None:
    """Both curves, with the range of the draws."""
    from io import BytesIO

    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.6), layout="constrained")
    plot = figure.subplots()
    counts = [point.marked for point in done.curve]
    for name, key, colour in (
        ("the network's features", "features", "#3366cc"),
        ("colour and place", "plain", "#999999"),
    ):
        values = [getattr(point, key) for point in done.curve]
        plot.plot(counts, [np.mean(some) for some in values], "o-", color=colour, label=name)
        plot.fill_between(
            counts, [min(some) for some in values], [max(some) for some in values], color=colour, alpha=0.2
        )
    plot.set(
        xscale="log", xticks=counts, xticklabels=counts, xlabel="marked images", ylabel="mean IoU", ylim=(0, None)
    )
    plot.minorticks_off()
    plot.set_title(f"{done.data}: {len(done.classes)} classes, {done.unseen} unseen images", fontsize=10)
    plot.legend(frameon=False)
    data = BytesIO()
    figure.savefig(data, format="png", dpi=110)
    write_whole(path, data.getvalue())
