"""The figures of the playground, plotted from the study's numbers and from samples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from engine.diffusion.process import categorical, gaussian
from engine.diffusion.sampling.repaint import RePaintSettings
from engine.diffusion.sampling.sampler import sample
from engine.diffusion.sampling.trajectory import SamplerSettings
from engine.playground.mixture import ring_mixture, unconditional_task
from engine.playground.playground_study import (
    OUR_PROCESS,
    SampledPoints,
    sample_by_clocks,
    sample_by_repaint,
    with_given_label,
    wrong_label_share,
)

COLOURS = ("#3366cc", "#dc6b19", "#2a9d5c")
AXIS_LIMIT = 2.6


def draw_all(folder: Path, figures: Mapping[str, Any], count: int) -> list[Path]:
    """Write every figure as a PNG; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "forward": forward_figure(count),
        "reverse": reverse_figure(count),
        "conditioning": conditioning_figure(count),
        "kernels": kernel_figure(figures["label_shares"]),
        "solvers": solver_figure(figures["kolmogorov_smirnov"], figures["count"]),
    }
    paths = []
    for name, figure in pictures.items():
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], dpi=110)
    return paths


def plot_row(count: int, width: float = 2.6) -> tuple[Figure, list[Axes]]:
    """A figure of square plots side by side."""
    figure = Figure(figsize=(width * count, width + 0.6), layout="constrained")
    axes = figure.subplots(1, count, squeeze=False)
    return figure, list(axes[0])


def scatter_points(axes: Axes, sampled: SampledPoints, title: str) -> None:
    """Plot points in the colours of their labels, grey for a mask."""
    colours = [COLOURS[label] if label < len(COLOURS) else "#999999" for label in sampled.labels.tolist()]
    x, y = sampled.points.T.tolist()
    axes.scatter(x, y, s=3, c=colours, linewidths=0, alpha=0.6)
    axes.set(
        title=title,
        xlim=(-AXIS_LIMIT, AXIS_LIMIT),
        ylim=(-AXIS_LIMIT, AXIS_LIMIT),
        xticks=[],
        yticks=[],
        aspect="equal",
    )


def exact_samples(count: int) -> SampledPoints:
    """Samples of the mixture itself."""
    mixture, random = ring_mixture(OUR_PROCESS), torch.Generator().manual_seed(0)
    components = torch.multinomial(mixture.weights, count, replacement=True, generator=random)
    points = mixture.means[components] + mixture.deviation * torch.randn((count, 2), generator=random)
    return SampledPoints(points, mixture.labels[components])


def forward_figure(count: int) -> Figure:
    """The forward process: both halves of the same samples, noised by one clock."""
    clean, random = exact_samples(count), torch.Generator().manual_seed(1)
    figure, axes = plot_row(5)
    noise = torch.randn((count, 2, 1, 1), generator=random)
    uniform = torch.rand((count, 1, 1, 1), generator=random)
    for plot, t in zip(axes, (0, 200, 400, 700, 1000), strict=True):
        clock = torch.full((count, 1, 1, 1), t)
        points = gaussian.q_sample(OUR_PROCESS.image_schedule, clean.points[:, :, None, None], clock, noise)
        labels = categorical.q_sample(OUR_PROCESS.transitions, clean.labels[:, None, None, None], clock, uniform)
        scatter_points(plot, SampledPoints(points.flatten(1), labels.flatten()), f"clock {t}")
    return figure


def reverse_figure(count: int) -> Figure:
    """The reverse process: both halves from noise in ten steps, the labels ahead."""
    figure, axes = plot_row(5)
    settings = SamplerSettings(steps=10)
    shown = iter(axes)
    for step in sample(OUR_PROCESS, ring_mixture(OUR_PROCESS), unconditional_task(count), settings):
        if step.index in (1, 4, 6, 8, 10):
            sampled = SampledPoints(step.state.image.flatten(1), step.state.layout.flatten())
            clocks = step.state.clocks
            clock_text = f"{int(clocks.image_running[0])}, {int(clocks.layout_running[0])}"
            scatter_points(next(shown), sampled, f"step {step.index}: clocks {clock_text}")
    return figure


def conditioning_figure(count: int) -> Figure:
    """Conditioning on a label: a clock of its own against a shared clock with resampling."""
    mixture, label = ring_mixture(OUR_PROCESS), 1
    task = with_given_label(unconditional_task(count), label)
    samplings = {
        "clocks, 10 steps": sample_by_clocks(task, SamplerSettings(steps=10)),
        "RePaint n = 1, 50 steps": sample_by_repaint(task, RePaintSettings(50)),
        "RePaint n = 5, 50 steps": sample_by_repaint(task, RePaintSettings(50, resamplings=5)),
    }
    figure, axes = plot_row(3, 3.2)
    for plot, (name, drawn) in zip(axes, samplings.items(), strict=True):
        near = SampledPoints(drawn.points, mixture.labels[mixture.nearest_component(drawn.points)])
        scatter_points(plot, near, f"{name}\n{wrong_label_share(mixture, drawn, label):.1%} of another label")
    return figure


def kernel_figure(shares: Mapping[str, list[float]]) -> Figure:
    """The shares of the labels in samples without conditions."""
    figure, (plot,) = plot_row(1, 4.2)
    for offset, (name, values) in enumerate(shares.items()):
        plot.bar([k + 0.27 * (offset - 1) for k in range(len(values))], values, 0.25, label=name)
    plot.set(title="labels drawn without conditions in 10 steps", xticks=range(len(COLOURS)), ylabel="share")
    plot.legend(frameon=False)
    return figure


def solver_figure(curves: Mapping[str, Mapping[int, Mapping[str, float]]], count: int) -> Figure:
    """The distance from the true distribution by the number of steps."""
    figure, (plot,) = plot_row(1, 4.6)
    for name, curve in curves.items():
        plot.plot([int(steps) for steps in curve], [result["distance"] for result in curve.values()], "o-", label=name)
    plot.axhline(1.731 / count**0.5, color="#999999", linestyle=":", label="p = 0.01")
    plot.set(title="Kolmogorov–Smirnov distance", xlabel="steps", xscale="log", yscale="log")
    plot.legend(frameon=False, fontsize=8)
    return figure
