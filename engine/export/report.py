"""report.json and report.png: what a set holds, how far it is from a reference, and what was rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np

from engine.data.pairs import list_items, read_pair
from engine.data.taxonomy import LayoutMapping
from engine.interface import raster
from engine.interface.dataset.export_order import PairFilters, PairQuality
from engine.interface.dataset.manifest import PairLine
from engine.interface.protocol import UNKNOWN, PackInfo, Pixels
from engine.metrics.bootstrap import FloatArray
from engine.metrics.frechet_distance import frechet_distance

WORST_PER_FILTER = 8
"""How many pairs of those that a filter rejected are kept as pictures."""
REJECTED_FOLDER = "rejected"


class ClassBalance(msgspec.Struct, frozen=True):
    """Shares of one class: of all known pixels, and of the pairs that hold it; of the reference's pixels."""

    name: str
    pixels: float
    pairs: float
    reference: float | None = None


class ExportReport(msgspec.Struct, frozen=True, kw_only=True):
    """report.json. `fsd` is the Fréchet distance of the classes' areas, in percent, to those of the reference;
    `apart_by` is by whose embeddings near-duplicates were told, "clip" or "segmenter", if they were.
    """

    pairs: int
    rejected: dict[str, int]
    filters: PairFilters
    apart_by: str
    agreement: float | None  # the mean of what was kept
    fsd: float | None
    reference_pairs: int
    classes: list[ClassBalance]
    worst: dict[str, list[str]]


def class_areas(layout: Pixels, info: PackInfo) -> tuple[int, ...]:
    """Pixels of each class."""
    counts = np.bincount(layout[layout != UNKNOWN], minlength=len(info.classes))
    return tuple(int(count) for count in counts)


def rejection_severity(quality: PairQuality) -> float:
    """By how much a filter rejected a pair; larger is worse."""
    if quality.rejected == "agreement":
        return -(quality.agreement or 0.0)
    return quality.nearest or 0.0 if quality.rejected == "apart" else float(len(quality.missing))


class WorstRejected:
    """The worst of what each filter rejected, by name; of equals the first."""

    def __init__(self) -> None:
        self.by_filter: dict[str, list[tuple[float, str]]] = {}

    def offer(self, name: str, quality: PairQuality) -> str | None:
        """Whether it is among them: gives the name that falls out for it, which may be its own, or None."""
        ranked = self.by_filter.setdefault(quality.rejected, [])
        ranked.append((-rejection_severity(quality), name))
        ranked.sort()
        return ranked.pop()[1] if len(ranked) > WORST_PER_FILTER else None

    def names(self) -> dict[str, list[str]]:
        """By filter, worst first."""
        return {filter_: [name for _, name in some] for filter_, some in sorted(self.by_filter.items())}


def pair_png(image: Pixels, layout: Pixels, info: PackInfo) -> bytes:
    """Both halves side by side as a PNG file."""
    return raster.encode_image(np.concatenate([image, raster.colourise(layout, info.classes)], 1))


def build_report(lines: Iterable[PairLine], info: PackInfo, filters: PairFilters) -> ExportReport:
    """From the lines of all pairs, the rejected ones too. Raises BadFile for the reference."""
    rejected: Counter[str] = Counter()
    areas, agreements, worst, embedder_kind = [], [], WorstRejected(), ""
    for line in lines:
        quality = line.quality or PairQuality()
        embedder_kind = quality.by if quality.nearest is not None else embedder_kind
        if quality.rejected:
            rejected[quality.rejected] += 1
            worst.offer(line.name, quality)
            continue
        areas.append(line.areas)
        if quality.agreement is not None:
            agreements.append(quality.agreement)
    kept_areas = np.array(areas, np.float64).reshape(-1, len(info.classes))
    reference = reference_class_areas(filters.reference, info) if filters.reference else None
    shares, pixel_shares = _area_percentages(kept_areas), kept_areas.sum(0) / max(1.0, float(kept_areas.sum()))
    reference_shares = None if reference is None else reference.sum(0) / max(1.0, float(reference.sum()))
    return ExportReport(
        pairs=len(kept_areas),
        rejected=dict(rejected),
        filters=filters,
        apart_by=embedder_kind,
        agreement=float(np.mean(agreements)) if agreements else None,
        fsd=None
        if reference is None or min(len(reference), len(kept_areas)) < 2
        else round(frechet_distance(shares, _area_percentages(reference)), 3),
        reference_pairs=0 if reference is None else len(reference),
        classes=[
            ClassBalance(
                one.name,
                round(float(pixel_shares[index]), 5),
                round(float((kept_areas[:, index] > 0).mean()), 5) if len(kept_areas) else 0.0,
                None if reference_shares is None else round(float(reference_shares[index]), 5),
            )
            for index, one in enumerate(info.classes)
        ],
        worst=worst.names(),
    )


def reference_class_areas(folder: Path, info: PackInfo) -> FloatArray:
    """Pixels of each class in the layouts of a folder with images/ and layouts/, [N, K]. Raises BadFile."""
    layouts = (read_pair(one, identity_reading(info)).layout for one in list_items(folder))
    return np.array(
        [class_areas(raster.fit_layout(ids, info.height, info.width).pixels, info) for ids in layouts], np.float64
    )


def identity_reading(info: PackInfo) -> LayoutMapping:
    """How layouts are read whose ids are a pack's."""
    return LayoutMapping(info.classes, np.arange(256, dtype=np.uint8))


def _area_percentages(areas: FloatArray) -> FloatArray:
    """In percent of each picture's known pixels."""
    shares: FloatArray = 100.0 * areas / np.maximum(1, areas.sum(1, keepdims=True))
    return shares


def report_png(report: ExportReport, info: PackInfo, folder: Path) -> bytes:
    """report.png: the classes' shares as bars, and the worst of what was rejected."""
    from matplotlib.figure import Figure

    rows = [(name, [folder / REJECTED_FOLDER / f"{one}.png" for one in names]) for name, names in report.worst.items()]
    figure = Figure(figsize=(10, 0.3 * len(info.classes) + 1.2 + 1.2 * len(rows)), layout="constrained")
    heights = [0.3 * len(info.classes) + 1.2, *[1.2] * len(rows)]
    grid = figure.add_gridspec(1 + len(rows), WORST_PER_FILTER, height_ratios=heights)
    axes = figure.add_subplot(grid[0, :])
    names = [one.name for one in report.classes]
    axes.barh(names, [100 * one.pixels for one in report.classes], color=[one.colour for one in info.classes])
    if report.reference_pairs:
        axes.plot([100 * (one.reference or 0.0) for one in report.classes], names, "k|", label="reference")
        axes.legend()
    axes.invert_yaxis()
    axes.set_xlabel("share of the pixels, %")
    axes.set_title(_title(report))
    for row, (name, paths) in enumerate(rows, 1):
        for column, path in enumerate(paths):
            cell = figure.add_subplot(grid[row, column])
            cell.axis("off")
            if path.is_file():
                cell.imshow(raster.read_image(path))
            if column == 0:
                by = f" ({report.apart_by})" if name == "apart" else ""
                cell.set_title(f"rejected by {name}{by}: {report.rejected[name]}", loc="left", fontsize=9)
    data = BytesIO()
    figure.savefig(data, format="png", dpi=100)
    return data.getvalue()


def _title(report: ExportReport) -> str:
    distance = "" if report.fsd is None else f", FSD {report.fsd:.2f} to {report.reference_pairs} of the reference"
    return f"{report.pairs} pairs{distance}"


def report_json(report: ExportReport) -> bytes:
    """As report.json."""
    return msgspec.json.format(msgspec.json.encode(report, enc_hook=_encode_path), indent=1) + b"\n"


def _encode_path(value: object) -> str:
    return str(value)
