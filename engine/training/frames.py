"""The frames that a run draws from: all of them in memory, or a window that goes past them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.data.captions import COUNTED
from engine.data.pairs import Doubt, Frame, Item, Pair, Tally, View, cut_pair, gamma_corrected, load_frame
from engine.data.sources import items_of
from engine.data.taxonomy import ClassWords, Reading, mirrored, reading
from engine.errors import BadConfig
from engine.protocol import UNKNOWN, Pixels
from engine.training.config import TrainConfig

STAY = 4
"""How often a frame is drawn, on average, while it is in the window."""


class Drawn(NamedTuple):
    """A window of a frame, the captions that came with the frame, and whether it was mirrored."""

    pair: Pair
    captions: tuple[str, ...]
    mirrored: bool


class Corpus(NamedTuple):
    """Pairs to learn from, and how their layouts are read."""

    items: Sequence[Item]
    how: Reading

    @classmethod
    def of(cls, config: TrainConfig) -> Corpus:
        """The training pairs of a configuration. Raises BadFile."""
        how = reading(config.taxonomy)
        return cls(items_of(Path(config.data), "train", how.infos), how)


class Held(NamedTuple):
    """A frame in memory, and which classes are in its pieces, bool [pieces, K]."""

    frame: Frame
    inside: np.ndarray


class Frames:
    """Training frames in memory, and how to draw from them; without a corpus, the configuration's.

    With `config.window` only so many are held. They go past in an order that each epoch has of its own, a few with
    each step, so that a step's window depends on the seed and the step alone. What is told of all frames, such as
    their mean, is then of the first window.
    """

    def __init__(self, config: TrainConfig, classes: Sequence[ClassWords], corpus: Corpus | None = None) -> None:
        self.config, self._classes = config, len(classes)
        views = [View(view.rows, view.stretch, config.width, config.cut) for view in config.views]
        names = [words.name for words in classes]
        doubt = Doubt(config.border, tuple(names.index(name) for name in config.thin))
        self._items, how = corpus or Corpus.of(config)
        self._load = partial(load_frame, how=how, views=views, doubt=doubt)
        self._window = min(config.window or len(self._items), len(self._items))
        self._tally = Tally()
        self._held: dict[int, Held | None] = {}
        self._orders: dict[int, np.ndarray] = {}
        self.mirror = mirrored(config.taxonomy)
        self.view_shares = np.array([view.share for view in config.views])
        self.view_shares /= self.view_shares.sum()
        held = self._hold(0)
        self.frequency = np.concatenate([one.inside for one in held]).mean(0)
        self._show(held)
        firsts = [gamma_corrected(frame.views[0].image[::4, ::4], config.gamma) / 255 for frame in self.frames]
        pixels = np.concatenate([image.reshape(-1, 3) for image in firsts])
        self.mean, self.deviation = _triple(pixels.mean(0)), _triple(pixels.std(0))
        light = np.array([image.mean() for image in firsts]) * 255
        self.light = (float(np.quantile(light, 0.25)), float(np.quantile(light, 0.75)))

    def go_to(self, step: int) -> None:
        """Hold the frames that a step draws from. Raises BadFile if too many are bad."""
        if self._window < len(self._items):
            self._show(self._hold(step * self.config.batch // STAY))

    def draw(self, random: np.random.Generator) -> Pair:
        """A random window of a random frame in a random view, perhaps mirrored."""
        return self.draw_told(random).pair

    def draw_told(self, random: np.random.Generator) -> Drawn:
        """The same with the captions of the frame."""
        frames, shares = self._shown
        frame = frames[random.choice(len(frames), p=shares)]
        pair = frame.views[random.choice(len(frame.views), p=self.view_shares)]
        height, width = self.config.height, self.config.width
        top = random.integers(pair.layout.shape[0] - height + 1)
        left = random.integers(pair.layout.shape[1] - width + 1)
        image, layout = (half[top : top + height, left : left + width] for half in pair)
        turned = random.random() < 0.5
        if turned:
            image, layout = image[:, ::-1], self.mirror[layout[:, ::-1]]
        return Drawn(Pair(image, layout), frame.captions, turned)

    @property
    def frames(self) -> list[Frame]:
        """Those that are held."""
        return self._shown[0]

    def _hold(self, first: int) -> list[Held]:
        places = range(first, first + self._window)
        fresh = [place for place in places if place not in self._held]
        loaded = self._tally.mapped(self._load, [self._item(place) for place in fresh])
        self._held.update(
            (place, None if frame is None else Held(frame, self._inside(frame)))
            for place, frame in zip(fresh, loaded, strict=True)
        )
        self._held = {place: self._held[place] for place in places}
        held = [one for one in self._held.values() if one is not None]
        if not held:
            raise BadConfig(f"{self.config.data} has no pairs for training.", "Set `data`.")
        return held

    def _item(self, place: int) -> Item:
        count = len(self._items)
        epoch, index = divmod(place, count)
        if self._window == count:
            return self._items[index]
        if epoch not in self._orders:
            self._orders = {one: order for one, order in self._orders.items() if one == epoch - 1}
            self._orders[epoch] = np.random.default_rng((self.config.seed, epoch)).permutation(count)
        return self._items[int(self._orders[epoch][index])]

    def _inside(self, frame: Frame) -> np.ndarray:
        height, width = self.config.height, self.config.width
        pieces = cut_pair(frame.views[0], height, width) if self.config.cut else frame.views[:1]
        return np.stack([presence(pair.layout, self._classes) for pair in pieces])

    def _show(self, held: list[Held]) -> None:
        repeat = np.sqrt(np.maximum(1, self.config.repeat / np.maximum(self.frequency, 1e-3)))
        present = np.stack([one.inside.any(0) for one in held])
        shares = np.where(present, repeat, 1).max(1) * [len(one.inside) for one in held]
        self._shown = [one.frame for one in held], shares / shares.sum()


def presence(layout: Pixels, classes: int) -> np.ndarray:
    """Whether each class counts as present, bool [K]."""
    return np.bincount(layout[layout != UNKNOWN], minlength=classes) >= COUNTED


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    red, green, blue = map(float, values)
    return red, green, blue
