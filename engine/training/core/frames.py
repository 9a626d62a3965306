"""The frames that a run samples from: all of them in memory, or a sliding window over them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.data.class_areas import class_pixel_counts
from engine.data.pairs import (
    DatasetFrame,
    DatasetItem,
    DatasetPair,
    FrameView,
    LabelNoise,
    TolerantReader,
    cut_pieces,
    gamma_corrected,
    load_frame,
)
from engine.data.source_detection import split_items
from engine.data.taxonomy import ClassWords, LayoutMapping, layout_mapping, mirror_table
from engine.interface.errors import BadConfig
from engine.interface.protocol import Pixels
from engine.prompts.captions import MIN_CLASS_PIXELS
from engine.training.core.training_config import TrainConfig

DRAWS_PER_FRAME = 4
"""How often a frame is sampled, on average, while it is in the window."""


class FrameCrop(NamedTuple):
    """A crop of a frame, the captions that came with the frame, and whether the crop is mirrored."""

    pair: DatasetPair
    captions: tuple[str, ...]
    mirrored: bool


class TrainingPairs(NamedTuple):
    """The pairs of a training split, and the mapping of their layouts to class ids."""

    items: Sequence[DatasetItem]
    mapping: LayoutMapping

    @classmethod
    def of(cls, config: TrainConfig) -> TrainingPairs:
        """The training pairs of a configuration. Raises BadFile."""
        mapping = layout_mapping(config.taxonomy)
        return cls(split_items(Path(config.data), "train", mapping.file_classes), mapping)


class HeldFrame(NamedTuple):
    """A frame in the window (None if it could not be read), the classes in it, bool [K], and its number of pieces."""

    position: int
    frame: DatasetFrame | None
    present_classes: np.ndarray
    piece_count: int


class TrainingFrames:
    """Training frames in memory, and random crops of them; by default those of the configuration's data.

    With `config.window` only that many are held at once. The window slides over the frames as crops are drawn, in an
    order of its own for each epoch, so that its position depends only on the seed and on the number of crops drawn.
    Statistics such as the mean are then those of the first window.
    """

    def __init__(
        self, config: TrainConfig, classes: Sequence[ClassWords], training_pairs: TrainingPairs | None = None
    ) -> None:
        self.config, self._class_count = config, len(classes)
        views = [FrameView(view.rows, view.stretch, config.width, config.cut) for view in config.views]
        label_noise = LabelNoise.by_names(config.border, config.thin, [words.name for words in classes])
        self._items, mapping = training_pairs or TrainingPairs.of(config)
        self._load_frame = partial(load_frame, mapping=mapping, views=views, label_noise=label_noise)
        self._window_size = min(config.window or len(self._items), len(self._items))
        self._tally = TolerantReader(len(self._items))
        self._held: deque[HeldFrame] = deque()
        self._epoch_orders: dict[int, np.ndarray] = {}
        self.mirror = mirror_table(config.taxonomy)
        self.view_shares = np.array([view.share for view in config.views])
        self.view_shares /= self.view_shares.sum()
        self._load_window(0)
        piece_classes = [self._classes_by_piece(held.frame) for held in self._held if held.frame is not None]
        if not piece_classes:
            raise BadConfig(f"{config.data} has no pairs for training.", "Set `data`.")
        self.class_frequency = np.concatenate(piece_classes).mean(0)
        self._repeat_factors = np.sqrt(np.maximum(1, config.repeat / np.maximum(self.class_frequency, 1e-3)))
        self._update_shares()
        first_views = [gamma_corrected(frame.views[0].image[::4, ::4], config.gamma) / 255 for frame in self.frames]
        pixels = np.concatenate([image.reshape(-1, 3) for image in first_views])
        self.mean, self.deviation = _rgb_triple(pixels.mean(0)), _rgb_triple(pixels.std(0))
        frame_brightness = np.array([image.mean() for image in first_views]) * 255
        darkest, dark, bright, brightest = map(float, np.quantile(frame_brightness, (1 / 8, 1 / 4, 3 / 4, 7 / 8)))
        self.brightness_quartiles, self.typical_brightness = (dark, bright), (darkest, brightest)

    @property
    def captions(self) -> Iterator[str]:
        """The captions of all pairs, in the window or not."""
        return (text for item in self._items for text in item.captions)

    def advance_to(self, drawn_count: int) -> None:
        """Move the window to where it is after `drawn_count` crops. Raises BadFile if too many frames are bad."""
        first = drawn_count // DRAWS_PER_FRAME
        if self._window_size < len(self._items) and first != self._held[0].position:
            self._load_window(first)
            self._update_shares()

    def draw_pair(self, random: np.random.Generator) -> DatasetPair:
        """A random crop of a random view of a random frame, mirrored in half of the cases."""
        return self.draw_crop(random).pair

    def draw_crop(self, random: np.random.Generator) -> FrameCrop:
        """A random crop as `draw_pair` gives it, with the captions of its frame."""
        frames, shares = self._drawable
        frame = frames[random.choice(len(frames), p=shares)]
        pair = frame.views[random.choice(len(frame.views), p=self.view_shares)]
        height, width = self.config.height, self.config.width
        top = random.integers(pair.layout.shape[0] - height + 1)
        left = random.integers(pair.layout.shape[1] - width + 1)
        image, layout = (half[top : top + height, left : left + width] for half in pair)
        is_mirrored = random.random() < 0.5
        if is_mirrored:
            image, layout = image[:, ::-1], self.mirror[layout[:, ::-1]]
        return FrameCrop(DatasetPair(image, layout), frame.captions, is_mirrored)

    @property
    def frames(self) -> list[DatasetFrame]:
        """The readable frames in the window."""
        return self._drawable[0]

    def _load_window(self, first: int) -> None:
        """Read the frames that enter the window starting at position `first`, and drop those that leave it."""
        held, last = self._held, first + self._window_size
        if held and not held[0].position <= first <= held[-1].position:
            held.clear()
        positions = range(held[-1].position + 1 if held else first, last)
        loaded = self._tally.map_items(self._load_frame, [self._item_at(place) for place in positions])
        for place, frame in zip(positions, loaded, strict=True):
            piece_classes = (
                np.zeros((1, self._class_count), np.bool_) if frame is None else self._classes_by_piece(frame)
            )
            held.append(HeldFrame(place, frame, np.any(piece_classes, axis=0), len(piece_classes)))
        while held[0].position < first:
            held.popleft()

    def _item_at(self, position: int) -> DatasetItem:
        count = len(self._items)
        epoch, index = divmod(position, count)
        if self._window_size == count:
            return self._items[index]
        if epoch not in self._epoch_orders:
            self._epoch_orders = {number: order for number, order in self._epoch_orders.items() if number == epoch - 1}
            self._epoch_orders[epoch] = np.random.default_rng((self.config.seed, epoch)).permutation(count)
        return self._items[int(self._epoch_orders[epoch][index])]

    def _classes_by_piece(self, frame: DatasetFrame) -> np.ndarray:
        height, width = self.config.height, self.config.width
        pieces = cut_pieces(frame.views[0], height, width) if self.config.cut else frame.views[:1]
        return np.stack([class_presence(pair.layout, self._class_count) for pair in pieces])

    def _update_shares(self) -> None:
        """Set the probability of each frame: higher for rare classes [LVIS: Gupta et al. 2019], times its pieces."""
        readable = [held for held in self._held if held.frame is not None]
        repeat_factors = np.where([held.present_classes for held in readable], self._repeat_factors, 1).max(1)
        shares = repeat_factors * [held.piece_count for held in readable]
        self._drawable = [held.frame for held in readable if held.frame is not None], shares / shares.sum()


def class_presence(layout: Pixels, classes: int) -> np.ndarray:
    """Whether each class has enough pixels in a layout to count as present, bool [K]."""
    return class_pixel_counts(layout, classes) >= MIN_CLASS_PIXELS


def _rgb_triple(values: np.ndarray) -> tuple[float, float, float]:
    red, green, blue = map(float, values)
    return red, green, blue
