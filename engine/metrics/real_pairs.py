"""Real pairs that samples are compared with: validation pairs with captions, and training frames."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.data.pairs import DatasetItem, DatasetPair, LabelNoise, gamma_corrected, label_noise_to_unknown, read_pair
from engine.data.region_masks import RegionMask, random_box, random_half_plane
from engine.data.source_detection import split_items
from engine.data.taxonomy import TaxonomySource, layout_mapping, taxonomy_classes
from engine.interface.errors import BadFile
from engine.interface.raster import fit_image, fit_layout
from engine.metrics.prompt_adherence import layouts_classes
from engine.packs.pack import Pack
from engine.prompts.captions import Caption, Captioner, CaptionStyle

CAPTION_POOL_SIZE = 400
"""Number of training captions from which R-precision draws the other captions."""


@dataclass(frozen=True)
class RealPairs:
    """Pairs cropped to the pack's size, with its gamma applied; doubtful labels are unknown."""

    val: Sequence[DatasetPair]
    train: Sequence[DatasetPair]
    taxonomy: TaxonomySource

    @cached_property
    def train_class_shares(self) -> npt.NDArray[np.float64]:
        """Share of training frames that hold each class, float64 [K]."""
        classes = len(taxonomy_classes(self.taxonomy))
        shares: npt.NDArray[np.float64] = layouts_classes([pair.layout for pair in self.train], classes).mean(0)
        return shares

    @cached_property
    def captions(self) -> list[Caption]:
        """A caption of each validation pair."""
        return self._draw_captions(self.val, 0)

    @cached_property
    def train_captions(self) -> list[str]:
        """Captions of training frames, without empty ones."""
        indices = np.random.default_rng(2).permutation(len(self.train))[:CAPTION_POOL_SIZE]
        return [caption.text for caption in self._draw_captions([self.train[i] for i in indices], 1) if caption.text]

    def _draw_captions(self, pairs: Sequence[DatasetPair], seed: int) -> list[Caption]:
        brightness = np.quantile([pair.image.mean() for pair in self.train], (0.25, 0.75))
        quartiles = (float(brightness[0]), float(brightness[1]))
        captioner = Captioner(
            taxonomy_classes(self.taxonomy),
            self.train_class_shares,
            quartiles,
            CaptionStyle.of_taxonomy(self.taxonomy),
        )
        random = np.random.default_rng(seed)
        return [captioner.draw_caption(pair.layout, pair.image, random) for pair in pairs]

    @cached_property
    def hidden_masks(self) -> list[RegionMask]:
        """Region that inpainting hides in each validation pair: boxes and half-planes in turn, from a fixed seed."""
        random = np.random.default_rng(7)
        shapes = (random_box, random_half_plane)
        sizes = (pair.image.shape for pair in self.val)
        return [shapes[i % 2](height, width, random) for i, (height, width, _) in enumerate(sizes)]

    @cached_property
    def train_halves(self) -> tuple[list[DatasetPair], list[DatasetPair]]:
        """Two disjoint sets of training frames, each as large as the validation set if there are enough frames."""
        order = np.random.default_rng(3).permutation(len(self.train))
        n = min(len(self.val), len(order) // 2)
        return [self.train[i] for i in order[:n]], [self.train[i] for i in order[n : 2 * n]]


def read_real_pairs(data: Path, pack: Pack, count: int) -> RealPairs:
    """Reads the first `count` pairs of DATA/val (0: all), and DATA/train. Raises BadFile."""
    infos = layout_mapping(pack.file.data.taxonomy).file_classes
    val, train = (split_items(data, split, infos) for split in ("val", "train"))
    val = val[: count or len(val)]
    if len(val) < 2 or len(train) < 4:
        raise BadFile(
            f"{len(val)} pairs to compare with and {len(train)} training frames are too few.",
            "Take two and four at least; --count 0 is all of val.",
        )
    return RealPairs(read_pairs_for_pack(val, pack), read_pairs_for_pack(train, pack), pack.file.data.taxonomy)


def read_pairs_for_pack(items: Sequence[DatasetItem], pack: Pack, gamma: float | None = None) -> list[DatasetPair]:
    """Reads pairs as a pack is trained on them, with its gamma or another one. Raises BadFile."""
    mapping = layout_mapping(pack.file.data.taxonomy)
    pack_gamma = pack.file.pixels.gamma if gamma is None else gamma

    def read_item(item: DatasetItem) -> list[DatasetPair]:
        pieces = pack.file.data.split_pair(certain_pair(read_pair(item, mapping), pack), pack.info)
        pairs = (fit_to_pack(piece, pack) for piece in pieces)
        return [DatasetPair(gamma_corrected(pair.image, pack_gamma), pair.layout) for pair in pairs]

    with ThreadPoolExecutor() as pool:
        return [pair for pairs in pool.map(read_item, items) for pair in pairs]


def certain_pair(pair: DatasetPair, pack: Pack) -> DatasetPair:
    """Sets the labels to unknown that the pack's data options declare doubtful."""
    data = pack.file.data
    label_noise = LabelNoise.by_names(data.border, data.thin, [info.name for info in pack.info.classes])
    return DatasetPair(pair.image, label_noise_to_unknown(pair.layout, label_noise))


def fit_to_pack(pair: DatasetPair, pack: Pack) -> DatasetPair:
    """Crops a pair to the pack's size."""
    size = (pack.info.height, pack.info.width)
    return DatasetPair(fit_image(pair.image, *size).pixels, fit_layout(pair.layout, *size).pixels)
