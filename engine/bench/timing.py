"""Seconds that can be believed on a shared machine.

Its speed swings by a factor of three from minute to minute. So peers take turns, what is compared is compared within
one turn, and beside every time stands the rate at which the machine multiplied bf16 matrices in the same turn.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import torch

from engine.metrics.cost import matmul_rate, seconds_on_device

MATMUL_SIDES = {"cpu": 2048, "mps": 4096, "cuda": 8192}
"""Of the square matrices that a kind of device is measured with: large enough for its full rate."""
RATE_REPEATS = 3
"""Multiplications in one measurement of the rate."""


class Spread(msgspec.Struct, frozen=True):
    """The median and both quartiles of `count` values."""

    median: float
    low: float
    high: float
    count: int = 1

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one value; the quartiles lie between the values, as numpy's do."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high, len(values))


@dataclass(frozen=True)
class TimedWork:
    """Something to time. If `work` is a part only of what is meant, the whole takes `times` as long."""

    work: Callable[[], object]
    scale: float = 1.0


@dataclass(frozen=True)
class TurnTimings:
    """seconds[turn][peer], and rates[turn] in FLOP/s."""

    seconds: list[list[float]]
    rates: list[float]

    @property
    def rate(self) -> float:
        """The median rate, FLOP/s."""
        return statistics.median(self.rates)

    def peer_seconds(self, peer: int) -> Spread:
        """A peer's seconds."""
        return Spread.of([turn[peer] for turn in self.seconds])

    def ratio(self, peer: int, base: int = 0) -> Spread:
        """How many times as long as `base` a peer took, turn by turn."""
        return Spread.of([turn[peer] / turn[base] for turn in self.seconds])

    def rate_share(self, peer: int, flops: float) -> Spread:
        """Which share of its turn's rate a peer of that many FLOPs reached."""
        return Spread.of([flops / turn[peer] / rate for turn, rate in zip(self.seconds, self.rates, strict=True)])


@dataclass(frozen=True)
class Stopwatch:
    """Times work on a device; `side` is that of the matrices of its rate."""

    device: torch.device
    side: int

    def seconds(self, work: Callable[[], object]) -> float:
        """Times a function until the device has finished its work."""
        return seconds_on_device(work, self.device)

    def matmul_rate(self) -> float:
        """Measures the rate of square bf16 matrix multiplications at this moment, in FLOP/s."""
        return matmul_rate(self.device, self.side, RATE_REPEATS)

    def alternate(self, peers: Sequence[TimedWork], turns: int) -> TurnTimings:
        """Every peer and the rate, once in each turn; a first turn warms up and does not count.

        Every other turn goes backwards, so that a machine that slows down evenly does no peer a wrong.
        """
        for peer in peers:
            peer.work()
        seconds, rates = [], []
        for turn in range(turns):
            rates.append(self.matmul_rate())
            order = range(len(peers)) if turn % 2 == 0 else reversed(range(len(peers)))
            seconds_by_peer = {index: self.seconds(peers[index].work) * peers[index].scale for index in order}
            seconds.append([seconds_by_peer[index] for index in range(len(peers))])
        return TurnTimings(seconds, rates)
