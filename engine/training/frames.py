"""The frames that a run draws from: all of them in memory, or a window that goes past them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
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
    """A frame that is held, or was read in vain; which classes are in it, bool [K], and how many pieces it has."""

    place: int
    frame: Frame | None
    present: np.ndarray
    pieces: int


class Frames:
    """Training frames in memory, and how to draw from them; without a corpus, the configuration's.

    With `config.window` only so many are held. They go past in an order that each epoch has of its own, as pairs are
    drawn, so that where the window stands depends on the seed and their number alone. What is told of all frames,
    such as their mean, is then of the first window.
    """

    def __init__(self, config: TrainConfig, classes: Sequence[ClassWords], corpus: Corpus | None = None) -> None:
        self.config, self._classes = config, len(classes)
        views = [View(view.rows, view.stretch, config.width, config.cut) for view in config.views]
        names = [words.name for words in classes]
        doubt = Doubt(config.border, tuple(names.index(name) for name in config.thin))
        self._items, how = corpus or Corpus.of(config)
        self._load = partial(load_frame, how=how, views=views, doubt=doubt)
        self._window = min(config.window or len(self._items), len(self._items))
        self._tally = Tally(len(self._items))
        self._held: deque[Held] = deque()
        self._orders: dict[int, np.ndarray] = {}
        self.mirror = mirrored(config.taxonomy)
        self.view_shares = np.array([view.share for view in config.views])
        self.view_shares /= self.view_shares.sum()
        self._hold(0)
        inside = [self._inside(one.frame) for one in self._held if one.frame is not None]
        if not inside:
            raise BadConfig(f"{config.data} has no pairs for training.", "Set `data`.")
        self.frequency = np.concatenate(inside).mean(0)
        self._repeat = np.sqrt(np.maximum(1, config.repeat / np.maximum(self.frequency, 1e-3)))
        self._show()
        firsts = [gamma_corrected(frame.views[0].image[::4, ::4], config.gamma) / 255 for frame in self.frames]
        pixels = np.concatenate([image.reshape(-1, 3) for image in firsts])
        self.mean, self.deviation = _triple(pixels.mean(0)), _triple(pixels.std(0))
        light = np.array([image.mean() for image in firsts]) * 255
        darkest, dark, bright, brightest = map(float, np.quantile(light, (1 / 8, 1 / 4, 3 / 4, 7 / 8)))
        self.light, self.typical_light = (dark, bright), (darkest, brightest)

    @property
    def captions(self) -> Iterator[str]:
        """All that came with the pairs, held or not."""
        return (text for item in self._items for text in item.captions)

    def go_to(self, drawn: int) -> None:
        """Hold the frames to draw from after so many pairs were drawn. Raises BadFile if too many are bad."""
        first = drawn // STAY
        if self._window < len(self._items) and first != self._held[0].place:
            self._hold(first)
            self._show()

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

    def _hold(self, first: int) -> None:
        """Read what comes into the window that begins there, and let go of what leaves it."""
        held, last = self._held, first + self._window
        if held and not held[0].place <= first <= held[-1].place:
            held.clear()
        places = range(held[-1].place + 1 if held else first, last)
        loaded = self._tally.mapped(self._load, [self._item(place) for place in places])
        for place, frame in zip(places, loaded, strict=True):
            inside = np.zeros((1, self._classes), np.bool_) if frame is None else self._inside(frame)
            held.append(Held(place, frame, np.any(inside, axis=0), len(inside)))
        while held[0].place < first:
            held.popleft()

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

    def _show(self) -> None:
        """Draw from what is held: rare classes more often [LVIS: Gupta et al. 2019], large frames by their pieces."""
        held = [one for one in self._held if one.frame is not None]
        shares = np.where([one.present for one in held], self._repeat, 1).max(1) * [one.pieces for one in held]
        self._shown = [one.frame for one in held if one.frame is not None], shares / shares.sum()


def presence(layout: Pixels, classes: int) -> np.ndarray:
    """Whether each class counts as present, bool [K]."""
    return np.bincount(layout[layout != UNKNOWN], minlength=classes) >= COUNTED


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    red, green, blue = map(float, values)
    return red, green, blue
