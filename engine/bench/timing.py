"""Timing on a shared machine, whose speed may vary by a factor of three from minute to minute.

Peers therefore take turns, ratios are formed within one turn, and every time is accompanied by the rate of bf16 matrix
multiplications in the same turn.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import torch

from engine.metrics.cost import matmul_rate, seconds_on_device

MATMUL_SIDES = {"cpu": 2048, "mps": 4096, "cuda": 8192}
"""Sides of the square matrices for measuring a device's rate, large enough for its full rate."""
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
        """Summarises at least one value; quartiles interpolate between values, as numpy's do."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high, len(values))


@dataclass(frozen=True)
class TimedWork:
    """Work to time. If it is only a part of the whole, the whole takes `scale` times as long."""

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
        """Returns the seconds of a peer."""
        return Spread.of([turn[peer] for turn in self.seconds])

    def ratio(self, peer: int, base: int = 0) -> Spread:
        """Returns the ratio of a peer's seconds to those of `base`, turn by turn."""
        return Spread.of([turn[peer] / turn[base] for turn in self.seconds])

    def rate_share(self, peer: int, flops: float) -> Spread:
        """Returns the share of each turn's rate that a peer of so many FLOPs reached."""
        return Spread.of([flops / turn[peer] / rate for turn, rate in zip(self.seconds, self.rates, strict=True)])


@dataclass(frozen=True)
class Stopwatch:
    """Times work on a device; `side` is that of the matrices for its rate."""

    device: torch.device
    side: int

    def seconds(self, work: Callable[[], object]) -> float:
        """Times a function until the device has finished its work."""
        return seconds_on_device(work, self.device)

    def matmul_rate(self) -> float:
        """Measures the rate of square bf16 matrix multiplications at this moment, in FLOP/s."""
        return matmul_rate(self.device, self.side, RATE_REPEATS)

    def alternate(self, peers: Sequence[TimedWork], turns: int) -> TurnTimings:
        """Times every peer and the rate once per turn, after a turn that warms up.

        Every other turn runs backwards, so that a steady slow-down of the machine affects all peers alike.
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
