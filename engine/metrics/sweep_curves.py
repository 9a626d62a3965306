"""Curves of the sweeps as SVG, readable on light and on dark pages."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from engine.metrics.generated_samples import TASK_TITLES
from engine.metrics.sweeps import SweepPoint

INK_COLOUR = "#808a94"
LINE_COLOURS = ("#3b7dd8", "#e07b39", "#2f9e6e", "#c2479a", "#8a63d2", "#b59a1f", "#d0453f", "#3aa3b5")
METRIC_TITLES = {
    "faithfulness": "layout faithfulness mIoU",
    "alignment": "alignment mIoU",
    "kid": "KID",
    "recall_gain": "recall over shuffled",
    "clip_score": "CLIP score",
    "segmentation": "image → layout mIoU",
    "accuracy": "pixel accuracy",
}


def draw_sweep_curves(points: Sequence[SweepPoint]) -> dict[str, str]:
    """Draws an SVG for each sweep and task, by its title."""
    curves = {}
    for key in dict.fromkeys((point.sweep, point.task) for point in points):
        curve_points = [point for point in points if (point.sweep, point.task) == key]
        curves[f"{key[0]}, {TASK_TITLES[key[1]]}"] = figure_svg(plot_sweep(curve_points))
    return curves


def plot_sweep(points: Sequence[SweepPoint]) -> Figure:
    """Plots each metric over the cost of a result, or over the parameter that was varied."""
    metrics = [name for name in METRIC_TITLES if name in points[0].figures]
    figure = Figure(figsize=(4.2 * len(metrics), 3.4), layout="constrained")
    lines = list(dict.fromkeys(point.line for point in points))
    by_cost = points[0].sweep == "steps"
    for axes, metric in zip(figure.subplots(1, len(metrics), squeeze=False)[0], metrics, strict=True):
        for colour, line in zip(LINE_COLOURS * len(lines), lines, strict=False):
            line_points = [point for point in points if point.line == line]
            x = [point.rows if by_cost else point.x for point in line_points]
            estimates = [point.figures[metric] for point in line_points]
            values, low, high = zip(*((each.value, each.low, each.high) for each in estimates), strict=True)
            axes.plot(x, values, "o-", color=colour, markersize=3.5, linewidth=1.3, label=line)
            if not by_cost:
                axes.fill_between(x, low, high, color=colour, alpha=0.2)
        style_axes(
            axes, METRIC_TITLES[metric], "pictures through the network per result" if by_cost else points[0].line
        )
        if by_cost:
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(ScalarFormatter())
            axes.xaxis.set_minor_formatter(NullFormatter())
    if len(lines) > 1:
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, labelcolor=INK_COLOUR)
    return figure


def style_axes(axes: Axes, title: str, x_label: str) -> None:
    """Styles axes in grey on a transparent background."""
    axes.set_title(title, color=INK_COLOUR, fontsize=10)
    axes.set_xlabel(x_label, color=INK_COLOUR, fontsize=9)
    axes.patch.set_alpha(0)
    axes.tick_params(colors=INK_COLOUR, which="both", labelsize=8)
    axes.grid(color=INK_COLOUR, alpha=0.25, linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_visible(False)


def figure_svg(figure: Figure) -> str:
    """Encodes a figure as SVG without a background; equal figures give equal text."""
    figure.patch.set_alpha(0)
    data = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "diptych", "svg.fonttype": "path"}):
        figure.savefig(data, format="svg", metadata={"Date": None})
    text = data.getvalue()
    return text[text.index("<svg") :]
