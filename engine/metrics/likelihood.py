"""Variational bounds on the negative log-likelihood of real pairs: each half alone, given the other, and both.

The bound is a sum over the steps of a path of clocks, estimated from one random step in each stratum of the path. The
steps to a clean half dominate and are always included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from engine.data.pairs import DatasetPair
from engine.diffusion.process import bound, gaussian
from engine.diffusion.process.categorical import class_softmax
from engine.diffusion.process.denoiser import Clocks, DiffusionState
from engine.diffusion.process.joint_process import JointProcess
from engine.interface.atomic_files import write_atomically
from engine.interface.protocol import UNKNOWN
from engine.packs.pack import Pack
from engine.packs.pixel_standardisation import PixelStandardisation

LN2 = math.log(2)


class MeanInterval(msgspec.Struct, frozen=True):
    """A mean over pictures and half the width of its 95 % interval."""

    value: float
    within: float

    @classmethod
    def of(cls, values: Sequence[float]) -> MeanInterval:
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
        return cls(float(np.mean(values)), 1.96 * spread / math.sqrt(len(values)))


class LikelihoodBound(msgspec.Struct, frozen=True, kw_only=True):
    """The bound along one path.

    image: bits per dimension, of 3·H·W. layout: bits per known pixel. joint: bits of both halves per pixel.
    image_by_place, layout_by_place: the same by stratum of the path, whose middles are `places`. last: the terms of
    the steps to clean values, of image and layout. end: the terms at T, of both. All are means over the pictures in
    which something is known. Bits of the image are those of its 8-bit values, before the pack's gamma.
    """

    name: str
    image: MeanInterval | None
    layout: MeanInterval | None
    joint: MeanInterval
    places: list[int]
    image_by_place: list[float]
    layout_by_place: list[float]
    last: tuple[float, float]
    end: tuple[float, float]


class LikelihoodReport(msgspec.Struct, frozen=True):
    """Contents of likelihood.json: the bounds, and the numbers of pictures and of random steps in each."""

    pack: str
    images_seen: int
    pictures: int
    ticks: int
    questions: list[LikelihoodBound]

    def summary_lines(self) -> list[str]:
        """Summarises the bounds in text, a line for each path."""
        lines = [f"bounds on {self.pictures} pictures, {self.ticks} ticks of each"]
        for bounds in self.questions:
            parts = [
                f"{mean.value:.3f} ± {mean.within:.3f} {unit}"
                for mean, unit in ((bounds.image, "bits/dim"), (bounds.layout, "bits/pixel"))
                if mean is not None
            ]
            lines.append(f"  {bounds.name}: {', '.join(parts)}")
        return lines


@dataclass(frozen=True)
class BoundPath:
    """A path of clocks from T, at place `length`, to 0. `clocks` returns those of image and layout at a place."""

    name: str
    length: int
    clocks: Callable[[int], tuple[int, int]]

    @property
    def running_halves(self) -> tuple[bool, bool]:
        """Whether image and layout are diffused; a half that is not is given or unknown."""
        first, last = self.clocks(self.length), self.clocks(0)
        return first[0] != last[0], first[1] != last[1]

    @property
    def final_places(self) -> list[int]:
        """Places whose step makes a half clean. Their terms are large, so that they are always computed."""
        by_half = [[place for place in range(1, self.length + 1) if self.clocks(place)[half] == 1] for half in (0, 1)]
        return sorted(
            {place for places, runs in zip(by_half, self.running_halves, strict=True) if runs for place in places}
        )


def bound_paths(process: JointProcess, lead: float) -> list[BoundPath]:
    """Returns the paths of each half alone, of each given the other, and of both with the layout leading."""
    top, lead_clocks = process.image_schedule.max_clock, round(lead * process.image_schedule.max_clock)
    return [
        BoundPath("layout", top, lambda place: (top, place)),
        BoundPath("layout given image", top, lambda place: (0, place)),
        BoundPath("image", top, lambda place: (place, top)),
        BoundPath("image given layout", top, lambda place: (place, 0)),
        BoundPath("both", top + lead_clocks, lambda place: (min(top, place), max(0, place - lead_clocks))),
    ]


def measure_likelihood(pack: Pack, pairs: Sequence[DatasetPair], out: Path, ticks: int = 40) -> LikelihoodReport:
    """Measures pairs of the pack's size and writes likelihood.json and likelihood.png to `out`. Raises BadFile."""
    bounds = []
    for path in bound_paths(pack.process, pack.file.process.lead):
        random = torch.Generator().manual_seed(0)
        bounds.append(
            summarise_bits(path, [PairLikelihood(pack, pair, random).measure(path, ticks) for pair in pairs])
        )
    result = LikelihoodReport(pack.info.name, pack.file.images_seen, len(pairs), ticks, bounds)
    write_atomically(out / "likelihood.json", msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    plot_likelihood(result).savefig(out / "likelihood.png", dpi=110)
    return result


class PairBits(NamedTuple):
    """Terms of the bound of one pair, in bits of image and layout."""

    strata: np.ndarray  # [strata, 2]
    last: np.ndarray  # [2], the steps to a clean half
    end: np.ndarray  # [2]
    dimensions: int
    known: int

    @property
    def total(self) -> np.ndarray:
        """Sum of all terms, [2]."""
        total: np.ndarray = self.strata.sum(0) + self.last + self.end
        return total


def path_strata(path: BoundPath, ticks: int) -> list[tuple[int, int]]:
    """Divides the places other than the final ones into strata a+1 … b, finer just before each final place."""
    final_places = path.final_places
    strata: list[tuple[int, int]] = []
    for start, end in zip(final_places, [*(place - 1 for place in final_places[1:]), path.length], strict=True):
        count, edge = min(ticks // len(final_places), end - start), start
        for index in range(1, count + 1):
            after = max(edge + 1, start + round((end - start) * (index / count) ** 2))
            strata.append((edge, after))
            edge = after
    return strata


class PairLikelihood:
    """Computes the bound's terms of one pair, in float64."""

    def __init__(self, pack: Pack, pair: DatasetPair, random: torch.Generator) -> None:
        self.pack, self.random = pack, random
        pixels = pack.file.pixels
        standardisation = PixelStandardisation.from_config(pixels)
        values = torch.from_numpy(pair.image.copy()).movedim(-1, 0).double()
        edges = [((values + by).clamp(0, 255) / 255) ** pixels.gamma for by in (-0.5, 0, 0.5)]
        lower, self.x_0, upper = (standardisation.standardise(edge)[None] for edge in edges)
        self.lower, self.upper = lower.where(values > 0, -torch.inf), upper.where(values < 255, torch.inf)
        layout = torch.from_numpy(pair.layout.astype(np.int64))[None, None]
        self.known = layout != UNKNOWN
        self.y_0 = torch.where(self.known, layout, 0)

    def measure(self, path: BoundPath, ticks: int) -> PairBits:
        """Estimates all terms along a path."""
        intervals, final_places = path_strata(path, ticks), path.final_places
        places = [int(torch.randint(a + 1, b + 1, (), generator=self.random)) for a, b in intervals]
        nats = self.place_nats(path, [*final_places, *places])
        widths = np.array([b - a for a, b in intervals])
        process, (image_runs, layout_runs) = self.pack.process, path.running_halves
        image_end = bound.image_prior_kl(process.image_schedule, self.x_0) * image_runs
        layout_end = bound.layout_prior_kl(process.transitions, self.y_0) * self.known * layout_runs
        end = [float(image_end.sum()), float(layout_end.sum())]
        known = int(self.known.sum())
        moves, last = nats[len(final_places) :] * widths[:, None], nats[: len(final_places)].sum(0)
        return PairBits(moves / LN2, last / LN2, np.array(end) / LN2, self.x_0.numel(), known)

    def place_nats(self, path: BoundPath, places: Sequence[int]) -> np.ndarray:
        """Computes the terms of the steps at some places, in nats of image and layout, [places, 2]."""
        process, count = self.pack.process, len(places)
        now, next_clocks = (self.clocks_at(path, [place - by for place in places]) for by in (0, 1))
        x_0, y_0 = (half.expand(count, -1, -1, -1) for half in (self.x_0, self.y_0))
        noise = torch.randn(x_0.shape, generator=self.random, dtype=torch.float64)
        uniform = torch.rand((count, 1, *x_0.shape[2:]), generator=self.random, dtype=torch.float64)
        state = process.q_sample(x_0, y_0, now, noise, uniform)
        output, head = self.predict(state)
        t, s = now.image, next_clocks.image
        x_hat = gaussian.x_0_from_output(process.image_schedule, process.prediction_type, state.image, output, t)
        moves = bound.image_step_kl(process.image_schedule, x_0, x_hat, state.image, s.clamp(min=1), t.clamp(min=2))
        variance = 1 - process.image_schedule.alpha_bar_at(torch.ones_like(t), torch.float64)
        decoded = bound.discretised_gaussian_nll(self.lower, self.upper, x_hat, variance)
        image = torch.where(s < t, torch.where(s == 0, decoded, moves), 0)
        layout = bound.layout_one_clock_kl(process.transitions, process.kernel, head, y_0, state)
        layout = torch.where(self.known & (next_clocks.layout < now.layout), layout, 0)
        return torch.stack([image.sum((1, 2, 3)), layout.sum((1, 2, 3))], 1).numpy()

    def clocks_at(self, path: BoundPath, places: Sequence[int]) -> Clocks:
        """Builds the clock maps at several places; unknown layout pixels stay at T."""
        pairs = [path.clocks(place) for place in places]
        image, layout = (torch.tensor(half) for half in zip(*pairs, strict=True))
        whole = torch.ones_like(self.y_0)
        image_map, layout_map = (running[:, None, None, None] * whole for running in (image, layout))
        layout_map = torch.where(self.known, layout_map, self.pack.process.transitions.max_clock)
        image_runs, layout_runs = path.running_halves
        return Clocks(image_map, layout_map, image * image_runs, layout * layout_runs)

    def predict(self, state: DiffusionState) -> tuple[Tensor, Tensor]:
        """Evaluates the network: its output on the image and its probabilities of y_0, float64 on the CPU."""
        device, now, no_text = self.pack.device, state.clocks, self.pack.empty_text_features
        maps = (now.image, now.layout, now.image_running, now.layout_running)
        clocks = Clocks(*(each.to(device) for each in maps))
        state = DiffusionState(state.image.float().to(device), state.layout.to(device), clocks)
        with torch.inference_mode():
            prediction = self.pack.network(state, no_text[[0] * len(state.image)], None)
        return prediction.image_output.cpu().double(), class_softmax(prediction.logits.cpu().double())


def summarise_bits(path: BoundPath, pair_bits: Sequence[PairBits]) -> LikelihoodBound:
    """Averages the bits of all pairs along one path."""
    image_runs, layout_runs = path.running_halves
    pair_bits = [bits for bits in pair_bits if bits.known] if layout_runs else pair_bits
    image = [bits.total[0] / bits.dimensions for bits in pair_bits]
    layout = [bits.total[1] / max(1, bits.known) for bits in pair_bits]
    intervals = path_strata(path, len(pair_bits[0].strata))
    halves = np.mean([bits.strata / (bits.dimensions, max(1, bits.known)) for bits in pair_bits], 0)
    ends = np.mean([bits.end / (bits.dimensions, max(1, bits.known)) for bits in pair_bits], 0)
    return LikelihoodBound(
        name=path.name,
        image=MeanInterval.of(image) if image_runs else None,
        layout=MeanInterval.of(layout) if layout_runs else None,
        joint=MeanInterval.of([3 * bits.total.sum() / bits.dimensions for bits in pair_bits]),
        places=[(a + b) // 2 for a, b in intervals],
        image_by_place=halves[:, 0].tolist(),
        layout_by_place=halves[:, 1].tolist(),
        last=(
            float(np.mean([bits.last[0] / bits.dimensions for bits in pair_bits])),
            float(np.mean([bits.last[1] / max(1, bits.known) for bits in pair_bits])),
        ),
        end=(float(ends[0]), float(ends[1])),
    )


def plot_likelihood(report: LikelihoodReport) -> Figure:
    """Plots the terms of image and layout over the places of each path."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    halves = ("image_by_place", "bits/dim of the image"), ("layout_by_place", "bits/pixel of the layout")
    for axes, (name, unit) in zip(figure.subplots(1, 2), halves, strict=True):
        for bounds in report.questions:
            values = getattr(bounds, name)
            if any(values):
                last = f", + {bounds.last[0]:.2f} in the last tick" if name == "image_by_place" else ""
                axes.plot(bounds.places, values, "o-", markersize=3, label=f"{bounds.name}: {sum(values):.3f}{last}")
        axes.set(xlabel="place on the path from clean to noise", ylabel=f"{unit}, per stratum", yscale="log")
        axes.legend(frameon=False, fontsize=8)
    return figure
