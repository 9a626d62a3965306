"""What every benchmark is given, and the inputs that it draws from the seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.bench.timing import Stopwatch
from engine.interface.protocol import Pixels
from engine.packs.pack import Pack

SEED = 0
BLOCK_SIDE = 8
"""Side of the blocks of one class in a made-up layout: what is in a picture does not change what it costs."""


@dataclass(frozen=True)
class BenchSetup:
    """A pack to measure, and how long: `quick` looks whether everything runs, not how fast it is."""

    pack: Pack
    stopwatch: Stopwatch
    quick: bool = False

    @property
    def turns(self) -> int:
        """How often peers take turns."""
        return 2 if self.quick else 9

    @property
    def steps(self) -> int:
        """Steps of our sampler."""
        return self.pack.info.steps

    def noise_image(self) -> Pixels:
        """A picture of noise, RGB [H, W, 3]."""
        info = self.pack.info
        return np.random.default_rng(SEED).integers(0, 256, (info.height, info.width, 3), np.uint8)

    def random_layout(self) -> Pixels:
        """Blocks of random classes, ids [H, W]."""
        info = self.pack.info
        size = (-(-info.height // BLOCK_SIDE), -(-info.width // BLOCK_SIDE))
        blocks = np.random.default_rng(SEED).integers(0, len(info.classes), size, np.uint8)
        return blocks.repeat(BLOCK_SIDE, 0).repeat(BLOCK_SIDE, 1)[: info.height, : info.width]
