"""The setup that all benchmarks share, and their random inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.bench.timing import Stopwatch
from engine.interface.protocol import Pixels
from engine.packs.pack import Pack

SEED = 0
BLOCK_SIDE = 8
"""Side of the blocks of one class in a random layout. The content of a picture does not affect its cost."""


@dataclass(frozen=True)
class BenchSetup:
    """A pack to measure. A `quick` run only checks that everything works; its times mean nothing."""

    pack: Pack
    stopwatch: Stopwatch
    quick: bool = False

    @property
    def turns(self) -> int:
        """Number of turns in which all peers are timed."""
        return 2 if self.quick else 9

    @property
    def steps(self) -> int:
        """Steps of the pack's sampler."""
        return self.pack.info.steps

    def noise_image(self) -> Pixels:
        """Returns an image of noise, RGB uint8 [H, W, 3]."""
        info = self.pack.info
        return np.random.default_rng(SEED).integers(0, 256, (info.height, info.width, 3), np.uint8)

    def random_layout(self) -> Pixels:
        """Returns a layout of blocks of random classes, ids uint8 [H, W]."""
        info = self.pack.info
        size = (-(-info.height // BLOCK_SIDE), -(-info.width // BLOCK_SIDE))
        blocks = np.random.default_rng(SEED).integers(0, len(info.classes), size, np.uint8)
        return blocks.repeat(BLOCK_SIDE, 0).repeat(BLOCK_SIDE, 1)[: info.height, : info.width]
