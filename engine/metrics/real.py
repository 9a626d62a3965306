"""What everything is measured against: real pairs with their captions, and the training frames."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.data.captions import Caption, Captioner, Voice
from engine.data.masks import Mask, box, half_plane
from engine.data.pairs import Doubt, Item, Pair, doubtful_to_unknown, gamma_corrected, read_pair
from engine.data.sources import items_of
from engine.data.taxonomy import Classes, read_taxonomy, reading
from engine.errors import BadFile
from engine.metrics.hearing import presence
from engine.packs import Pack
from engine.raster import fit_image, fit_layout

POOL = 400
"""How many captions of training frames R-precision draws its others from."""


@dataclass(frozen=True)
class Real:
    """Pairs at the pack's size, their middle, in the light that the pack was trained in; what is in doubt is unknown.

    `light` are the quartiles of the training frames' brightness, of which captions speak.
    """

    val: Sequence[Pair]
    train: Sequence[Pair]
    taxonomy: Classes

    @cached_property
    def in_train(self) -> npt.NDArray[np.float64]:
        """The share of training frames that hold each class, [K]."""
        classes = len(read_taxonomy(self.taxonomy))
        shares: npt.NDArray[np.float64] = presence([pair.layout for pair in self.train], classes).mean(0)
        return shares

    @cached_property
    def captions(self) -> list[Caption]:
        """One of each val pair."""
        return self._draw(self.val, 0)

    @cached_property
    def others(self) -> list[str]:
        """Captions of training frames, none of them empty."""
        some = np.random.default_rng(2).permutation(len(self.train))[:POOL]
        return [caption.text for caption in self._draw([self.train[i] for i in some], 1) if caption.text]

    def _draw(self, pairs: Sequence[Pair], seed: int) -> list[Caption]:
        light = np.quantile([pair.image.mean() for pair in self.train], (0.25, 0.75))
        quartiles = (float(light[0]), float(light[1]))
        captioner = Captioner(read_taxonomy(self.taxonomy), self.in_train, quartiles, Voice.of(self.taxonomy))
        random = np.random.default_rng(seed)
        return [captioner.draw(pair.layout, pair.image, random) for pair in pairs]

    @cached_property
    def hidden(self) -> list[Mask]:
        """What inpainting hides of both halves of each val pair: boxes and half-planes in turn, always the same."""
        random = np.random.default_rng(7)
        shapes = (box, half_plane)
        sizes = (pair.image.shape for pair in self.val)
        return [shapes[i % 2](height, width, random) for i, (height, width, _) in enumerate(sizes)]

    @cached_property
    def halves(self) -> tuple[list[Pair], list[Pair]]:
        """Two sets of training frames that share none, each as large as val if there are enough."""
        order = np.random.default_rng(3).permutation(len(self.train))
        n = min(len(self.val), len(order) // 2)
        return [self.train[i] for i in order[:n]], [self.train[i] for i in order[n : 2 * n]]


def read_real(data: Path, pack: Pack, count: int) -> Real:
    """The first `count` pairs of DATA/val (0: all), and DATA/train. Raises BadFile."""
    infos = reading(pack.file.data.taxonomy).infos
    val, train = (items_of(data, split, infos) for split in ("val", "train"))
    val = val[: count or len(val)]
    if len(val) < 2 or len(train) < 4:
        raise BadFile(
            f"{len(val)} pairs to compare with and {len(train)} training frames are too few.",
            "Take two and four at least; --count 0 is all of val.",
        )
    return Real(read_pairs(val, pack), read_pairs(train, pack), pack.file.data.taxonomy)


def read_pairs(items: Sequence[Item], pack: Pack, gamma: float | None = None) -> list[Pair]:
    """Pairs as a pack sees them, in its light or after another gamma. Raises BadFile."""
    how = reading(pack.file.data.taxonomy)
    light = pack.file.pixels.gamma if gamma is None else gamma

    def read(one: Item) -> list[Pair]:
        pieces = pack.file.data.pieces(believed(read_pair(one, how), pack), pack.info)
        pairs = (fitted(piece, pack) for piece in pieces)
        return [Pair(gamma_corrected(pair.image, light), pair.layout) for pair in pairs]

    with ThreadPoolExecutor() as pool:
        return [pair for pairs in pool.map(read, items) for pair in pairs]


def believed(pair: Pair, pack: Pack) -> Pair:
    """A pair in whose layout is unknown what its data make doubtful."""
    names = [info.name for info in pack.info.classes]
    doubt = Doubt(pack.file.data.border, tuple(names.index(name) for name in pack.file.data.thin))
    return Pair(pair.image, doubtful_to_unknown(pair.layout, doubt))


def fitted(pair: Pair, pack: Pack) -> Pair:
    """A pair at the pack's size, its middle."""
    size = (pack.info.height, pack.info.width)
    return Pair(fit_image(pair.image, *size).pixels, fit_layout(pair.layout, *size).pixels)
