"""report.json and report.png of an export: class balance, distance to a reference, and rejected pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np

from engine.data.class_areas import area_percentages, class_pixel_counts
from engine.data.pairs import list_items, read_pair
from engine.data.taxonomy import identity_mapping
from engine.interface import raster
from engine.interface.bounded_files import unlinked
from engine.interface.dataset.export_order import PairFilters, PairQuality
from engine.interface.dataset.manifest import PairLine
from engine.interface.protocol import PackInfo, Pixels
from engine.metrics.bootstrap import FloatArray
from engine.metrics.frechet_distance import frechet_distance

WORST_PER_FILTER = 8
"""Number of pictures that are kept of the pairs that each filter rejected."""
REJECTED_FOLDER = "rejected"


class ClassBalance(msgspec.Struct, frozen=True):
    """Shares of a class: of all known pixels, of the pairs that hold it, and of the reference's pixels."""

    name: str
    pixels: float
    pairs: float
    reference: float | None = None


class ExportReport(msgspec.Struct, frozen=True, kw_only=True):
    """Contents of report.json. `fsd` is the Fréchet distance of class areas, in percent, to the reference's;
    `apart_by` is the embedder that found near-duplicates, "clip" or "segmenter", or empty.
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


def rejection_severity(quality: PairQuality) -> float:
    """Ranks rejected pairs of one filter; larger is worse."""
    if quality.rejected == "agreement":
        return -(quality.agreement or 0.0)
    return quality.nearest or 0.0 if quality.rejected == "apart" else float(len(quality.missing))


class WorstRejected:
    """The names of the worst pairs that each filter rejected; of equal ones, the first by name."""

    def __init__(self) -> None:
        self.by_filter: dict[str, list[tuple[float, str]]] = {}

    def offer(self, name: str, quality: PairQuality) -> str | None:
        """Adds a pair. Returns the name that it displaces, which may be its own, or None."""
        ranked = self.by_filter.setdefault(quality.rejected, [])
        ranked.append((-rejection_severity(quality), name))
        ranked.sort()
        return ranked.pop()[1] if len(ranked) > WORST_PER_FILTER else None

    def names(self) -> dict[str, list[str]]:
        """Returns the names by filter, worst first."""
        return {filter_: [name for _, name in ranked] for filter_, ranked in sorted(self.by_filter.items())}


def pair_png(image: Pixels, layout: Pixels, info: PackInfo) -> bytes:
    """Encodes image and layout side by side as a PNG."""
    return raster.encode_image(np.concatenate([image, raster.colourise(layout, info.classes)], 1))


def build_report(lines: Iterable[PairLine], info: PackInfo, filters: PairFilters) -> ExportReport:
    """Builds the report from the lines of all pairs, rejected ones included. Raises BadFile for the reference."""
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
    shares, pixel_shares = area_percentages(kept_areas), kept_areas.sum(0) / max(1.0, float(kept_areas.sum()))
    reference_shares = None if reference is None else reference.sum(0) / max(1.0, float(reference.sum()))
    return ExportReport(
        pairs=len(kept_areas),
        rejected=dict(rejected),
        filters=filters,
        apart_by=embedder_kind,
        agreement=float(np.mean(agreements)) if agreements else None,
        fsd=None
        if reference is None or min(len(reference), len(kept_areas)) < 2
        else round(frechet_distance(shares, area_percentages(reference)), 3),
        reference_pairs=0 if reference is None else len(reference),
        classes=[
            ClassBalance(
                class_info.name,
                round(float(pixel_shares[index]), 5),
                round(float((kept_areas[:, index] > 0).mean()), 5) if len(kept_areas) else 0.0,
                None if reference_shares is None else round(float(reference_shares[index]), 5),
            )
            for index, class_info in enumerate(info.classes)
        ],
        worst=worst.names(),
    )


def reference_class_areas(folder: Path, info: PackInfo) -> FloatArray:
    """Counts each class's pixels, [N, K], in the layouts of a folder with images/ and layouts/. Raises BadFile."""
    layouts = (read_pair(item, identity_mapping(info.classes)).layout for item in list_items(folder))
    fitted = (raster.fit_layout(layout, info.height, info.width).pixels for layout in layouts)
    return np.array([class_pixel_counts(layout, len(info.classes)) for layout in fitted], np.float64)


def report_png(report: ExportReport, info: PackInfo, folder: Path) -> bytes:
    """Draws report.png: class shares as bars, and the worst rejected pairs."""
    from matplotlib.figure import Figure

    rows = [
        (name, [unlinked(folder, f"{REJECTED_FOLDER}/{picture}.png") for picture in names])
        for name, names in report.worst.items()
    ]
    figure = Figure(figsize=(10, 0.3 * len(info.classes) + 1.2 + 1.2 * len(rows)), layout="constrained")
    heights = [0.3 * len(info.classes) + 1.2, *[1.2] * len(rows)]
    grid = figure.add_gridspec(1 + len(rows), WORST_PER_FILTER, height_ratios=heights)
    axes = figure.add_subplot(grid[0, :])
    names = [item.name for item in report.classes]
    axes.barh(names, [100 * item.pixels for item in report.classes], color=[item.colour for item in info.classes])
    if report.reference_pairs:
        axes.plot([100 * (item.reference or 0.0) for item in report.classes], names, "k|", label="reference")
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
    """Encodes the report as report.json."""
    return msgspec.json.format(msgspec.json.encode(report, enc_hook=str), indent=1) + b"\n"
