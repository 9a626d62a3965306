"""How improbable real pairs are at most: bits of each half alone, given the other, and of both along the leading path.

The bound's ticks are drawn in strata of the path, one in each; the moves to a clean half always.
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

from engine.data.pairs import Pair
from engine.diffusion import bound, gaussian
from engine.diffusion.categorical import softmax
from engine.diffusion.denoiser import Clocks, State
from engine.diffusion.process import JointProcess
from engine.files import write_whole
from engine.packs import Pack
from engine.protocol import UNKNOWN

LN2 = math.log(2)


class Mean(msgspec.Struct, frozen=True):
    """A mean over pictures and its 95 % interval's half."""

    value: float
    within: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Mean:
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
        return cls(float(np.mean(values)), 1.96 * spread / math.sqrt(len(values)))


class Bits(msgspec.Struct, frozen=True, kw_only=True):
    """The bound of one question.

    image: bits per dimension, of 3·H·W. layout: bits per known pixel. joint: bits of both halves per pixel.
    image_by_place, layout_by_place: the same in strata of the path, whose middles are `places`. last: of both, the
    move to the clean values. end: of both, what is left at T. All are means over pictures in which something is
    known. Of the image they are bits of its 8-bit values as they are, whatever gamma the pack sees them through.
    """

    name: str
    image: Mean | None
    layout: Mean | None
    joint: Mean
    places: list[int]
    image_by_place: list[float]
    layout_by_place: list[float]
    last: tuple[float, float]
    end: tuple[float, float]


class Likelihood(msgspec.Struct, frozen=True):
    """What was measured, on how many pictures with how many ticks each."""

    pack: str
    images_seen: int
    pictures: int
    ticks: int
    questions: list[Bits]

    def lines(self) -> list[str]:
        """The figures as a person reads them."""
        lines = [f"bounds on {self.pictures} pictures, {self.ticks} ticks of each"]
        for one in self.questions:
            parts = [
                f"{mean.value:.3f} ± {mean.within:.3f} {unit}"
                for mean, unit in ((one.image, "bits/dim"), (one.layout, "bits/pixel"))
                if mean is not None
            ]
            lines.append(f"  {one.name}: {', '.join(parts)}")
        return lines


@dataclass(frozen=True)
class Question:
    """A path of clocks from T (at `length`) to 0: those of the image and of the layout at each place of it."""

    name: str
    length: int
    clocks: Callable[[int], tuple[int, int]]

    @property
    def runs(self) -> tuple[bool, bool]:
        """Which halves it is about; the other is given, or unknown."""
        first, last = self.clocks(self.length), self.clocks(0)
        return first[0] != last[0], first[1] != last[1]

    @property
    def lasts(self) -> list[int]:
        """The places from which a half becomes clean, which cost much: they are never left to chance."""
        by_half = [[place for place in range(1, self.length + 1) if self.clocks(place)[half] == 1] for half in (0, 1)]
        return sorted({place for places, runs in zip(by_half, self.runs, strict=True) if runs for place in places})


def questions(process: JointProcess, lead: float) -> list[Question]:
    """Each half alone, given the other, and both."""
    top, ahead = process.image.clocks, round(lead * process.image.clocks)
    return [
        Question("layout", top, lambda place: (top, place)),
        Question("layout given image", top, lambda place: (0, place)),
        Question("image", top, lambda place: (place, top)),
        Question("image given layout", top, lambda place: (place, 0)),
        Question("both", top + ahead, lambda place: (min(top, place), max(0, place - ahead))),
    ]


def likelihood(pack: Pack, pairs: Sequence[Pair], out: Path, ticks: int = 40) -> Likelihood:
    """The bounds of pairs at the pack's size, with likelihood.json and likelihood.png in `out`. Raises BadFile."""
    found = []
    for question in questions(pack.process, pack.file.process.lead):
        random = torch.Generator().manual_seed(0)
        found.append(bits(question, [Picture(pack, pair, random).measured(question, ticks) for pair in pairs]))
    result = Likelihood(pack.info.name, pack.file.images_seen, len(pairs), ticks, found)
    write_whole(out / "likelihood.json", msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    plot(result).savefig(out / "likelihood.png", dpi=110)
    return result


class Measured(NamedTuple):
    """Of one picture, in bits of the image and of the layout."""

    strata: np.ndarray  # [strata, 2]
    last: np.ndarray  # [2], the moves to a clean half
    end: np.ndarray  # [2]
    dimensions: int
    known: int

    @property
    def total(self) -> np.ndarray:
        """[2]"""
        total: np.ndarray = self.strata.sum(0) + self.last + self.end
        return total


def strata(question: Question, ticks: int) -> list[tuple[int, int]]:
    """Strata a+1 … b of all places but the last moves, finer behind each of those, where most is decided."""
    lasts = question.lasts
    found: list[tuple[int, int]] = []
    for start, end in zip(lasts, [*(place - 1 for place in lasts[1:]), question.length], strict=True):
        count, edge = min(ticks // len(lasts), end - start), start
        for index in range(1, count + 1):
            after = max(edge + 1, start + round((end - start) * (index / count) ** 2))
            found.append((edge, after))
            edge = after
    return found


class Picture:
    """One pair as float64 tensors, and its terms at any place of a path."""

    def __init__(self, pack: Pack, pair: Pair, random: torch.Generator) -> None:
        self.pack, self.random = pack, random
        pixels = pack.file.pixels
        mean, deviation = (torch.tensor(v).double()[:, None, None] for v in (pixels.mean, pixels.deviation))
        values = torch.from_numpy(pair.image.copy()).movedim(-1, 0).double()
        edges = [((values + by).clamp(0, 255) / 255) ** pixels.gamma for by in (-0.5, 0, 0.5)]
        lower, self.x_0, upper = (((edge - mean) / deviation)[None] for edge in edges)
        self.lower, self.upper = lower.where(values > 0, -torch.inf), upper.where(values < 255, torch.inf)
        layout = torch.from_numpy(pair.layout.astype(np.int64))[None, None]
        self.known = layout != UNKNOWN
        self.y_0 = torch.where(self.known, layout, 0)

    def measured(self, question: Question, ticks: int) -> Measured:
        """All terms of one question."""
        layers, lasts = strata(question, ticks), question.lasts
        places = [int(torch.randint(a + 1, b + 1, (), generator=self.random)) for a, b in layers]
        nats = self.nats(question, [*lasts, *places])
        widths = np.array([b - a for a, b in layers])
        process, (image_runs, layout_runs) = self.pack.process, question.runs
        image_end = bound.image_end(process.image, self.x_0) * image_runs
        layout_end = bound.layout_end(process.layout, self.y_0) * self.known * layout_runs
        end = [float(image_end.sum()), float(layout_end.sum())]
        known = int(self.known.sum())
        moves, last = nats[len(lasts) :] * widths[:, None], nats[: len(lasts)].sum(0)
        return Measured(moves / LN2, last / LN2, np.array(end) / LN2, self.x_0.numel(), known)

    def nats(self, question: Question, places: Sequence[int]) -> np.ndarray:
        """What the tick at each place costs, [places, 2]: of the image and of the layout."""
        process, count = self.pack.process, len(places)
        now, then = (self.clocks(question, [place - by for place in places]) for by in (0, 1))
        x_0, y_0 = (half.expand(count, -1, -1, -1) for half in (self.x_0, self.y_0))
        noise = torch.randn(x_0.shape, generator=self.random, dtype=torch.float64)
        uniform = torch.rand((count, 1, *x_0.shape[2:]), generator=self.random, dtype=torch.float64)
        state = process.q_sample(x_0, y_0, now, noise, uniform)
        output, head = self.ask(state)
        t, s = now.image, then.image
        x_hat = gaussian.clean(process.image, process.output, state.image, output, t)
        moves = bound.image_move(process.image, x_0, x_hat, state.image, s.clamp(min=1), t.clamp(min=2))
        variance = 1 - process.image.at(torch.ones_like(t), torch.float64)
        decoded = bound.image_decoder(self.lower, self.upper, x_hat, variance)
        image = torch.where(s < t, torch.where(s == 0, decoded, moves), 0)
        layout = bound.layout_tick(process.layout, process.kernel, head, y_0, state)
        layout = torch.where(self.known & (then.layout < now.layout), layout, 0)
        return torch.stack([image.sum((1, 2, 3)), layout.sum((1, 2, 3))], 1).numpy()

    def clocks(self, question: Question, places: Sequence[int]) -> Clocks:
        """Clock maps at several places; unknown layout stays at T."""
        pairs = [question.clocks(place) for place in places]
        image, layout = (torch.tensor(half) for half in zip(*pairs, strict=True))
        whole = torch.ones_like(self.y_0)
        image_map, layout_map = (running[:, None, None, None] * whole for running in (image, layout))
        layout_map = torch.where(self.known, layout_map, self.pack.process.layout.clocks)
        image_runs, layout_runs = question.runs
        return Clocks(image_map, layout_map, image * image_runs, layout * layout_runs)

    def ask(self, state: State) -> tuple[Tensor, Tensor]:
        """The network's output on the image and its probabilities of y_0, float64 on the CPU."""
        device, now, nothing = self.pack.device, state.clocks, self.pack.no_text
        maps = (now.image, now.layout, now.image_running, now.layout_running)
        clocks = Clocks(*(each.to(device) for each in maps))
        state = State(state.image.float().to(device), state.layout.to(device), clocks)
        with torch.inference_mode():
            told = self.pack.network(state, nothing[[0] * len(state.image)], None)
        return told.image.cpu().double(), softmax(told.logits.cpu().double())


def bits(question: Question, pictures: Sequence[Measured]) -> Bits:
    """The figures of one question."""
    image_runs, layout_runs = question.runs
    pictures = [one for one in pictures if one.known] if layout_runs else pictures
    image = [one.total[0] / one.dimensions for one in pictures]
    layout = [one.total[1] / max(1, one.known) for one in pictures]
    layers = strata(question, len(pictures[0].strata))
    halves = np.mean([one.strata / (one.dimensions, max(1, one.known)) for one in pictures], 0)
    ends = np.mean([one.end / (one.dimensions, max(1, one.known)) for one in pictures], 0)
    return Bits(
        name=question.name,
        image=Mean.of(image) if image_runs else None,
        layout=Mean.of(layout) if layout_runs else None,
        joint=Mean.of([3 * one.total.sum() / one.dimensions for one in pictures]),
        places=[(a + b) // 2 for a, b in layers],
        image_by_place=halves[:, 0].tolist(),
        layout_by_place=halves[:, 1].tolist(),
        last=(
            float(np.mean([one.last[0] / one.dimensions for one in pictures])),
            float(np.mean([one.last[1] / max(1, one.known) for one in pictures])),
        ),
        end=(float(ends[0]), float(ends[1])),
    )


def plot(found: Likelihood) -> Figure:
    """Where on their paths both halves cost how much."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    halves = ("image_by_place", "bits/dim of the image"), ("layout_by_place", "bits/pixel of the layout")
    for axes, (name, unit) in zip(figure.subplots(1, 2), halves, strict=True):
        for one in found.questions:
            values = getattr(one, name)
            if any(values):
                last = f", + {one.last[0]:.2f} in the last tick" if name == "image_by_place" else ""
                axes.plot(one.places, values, "o-", markersize=3, label=f"{one.name}: {sum(values):.3f}{last}")
        axes.set(xlabel="place on the path from clean to noise", ylabel=f"{unit}, per stratum", yscale="log")
        axes.legend(frameon=False, fontsize=8)
    return figure
