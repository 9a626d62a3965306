"""What the judges say of the real pictures, worked out once: every metric's floor or ceiling comes from here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial

import numpy as np

from engine.metrics.bootstrap import Array
from engine.metrics.features import Features, Seen, of_unit_length
from engine.metrics.frechet import areas, frechet
from engine.metrics.hearing import Bools, Said, presence
from engine.metrics.judging import Judges
from engine.metrics.kernel import kernel_distance
from engine.metrics.memory import Memory, See, mirrored, thumbnails
from engine.metrics.real import Real
from engine.metrics.segmentation import Counts, confusions
from engine.metrics.wording import other_captions
from engine.protocol import ClassInfo, Pixels

TRAIN, VAL = "train against train", "train against val"


class Standards:
    """Real pictures as the judges see them; who asks for what a judge says knows that it is there. `count` is K."""

    def __init__(self, real: Real, judges: Judges, classes: Sequence[ClassInfo]) -> None:
        self.real, self.judges, self.names = real, judges, [info.name for info in classes]
        self.count = len(classes)
        self._seen: dict[tuple[str, int], Seen] = {}

    @cached_property
    def images(self) -> list[Pixels]:
        """Of val."""
        return [pair.image for pair in self.real.val]

    @cached_property
    def layouts(self) -> list[Pixels]:
        """Of val."""
        return [pair.layout for pair in self.real.val]

    def map(self, images: Sequence[Pixels]) -> list[Pixels]:
        """What the segmenter sees in pictures."""
        assert self.judges.segmenter is not None
        return self.judges.segmenter.layouts(images)

    @cached_property
    def maps(self) -> list[Pixels]:
        """The segmenter's of val."""
        return self.map(self.images)

    @cached_property
    def own(self) -> Counts:
        """The segmenter on val against the truth, picture by picture: the ceiling of what is judged by it."""
        return confusions(self.layouts, self.maps, self.count)

    @cached_property
    def said(self) -> Said:
        """What the captions name."""
        return Said.of(self.real.captions)

    @cached_property
    def found(self) -> Bools:
        """Which classes the segmenter finds in each val picture."""
        return presence(self.maps, self.count)

    @cached_property
    def in_layouts(self) -> Bools:
        """Which classes each val layout holds."""
        return presence(self.layouts, self.count)

    @cached_property
    def layout_floors(self) -> dict[str, float]:
        """Of the Fréchet distance of layouts' areas."""
        one, two = (areas([pair.layout for pair in half], self.count) for half in self.real.halves)
        return {TRAIN: frechet(one, two), VAL: frechet(one, areas(self.layouts, self.count))}

    @cached_property
    def map_floors(self) -> dict[str, float]:
        """Of the Fréchet distance of the areas of the segmenter's maps."""
        one, two = (areas(self.map([pair.image for pair in half]), self.count) for half in self.real.halves)
        return {TRAIN: frechet(one, two), VAL: frechet(one, areas(self.maps, self.count))}

    def seen(self, by: Features, half: int = -1) -> Seen:
        """Val, or one of the train halves (0 or 1), by some features."""
        key = (by.name, half)
        if key not in self._seen:
            images = self.images if half < 0 else [pair.image for pair in self.real.halves[half]]
            self._seen[key] = by.see(images)
        return self._seen[key]

    def distance_floors(self, by: Features) -> dict[str, dict[str, float]]:
        """Of FD and KID by some features."""
        val, one, two = (self.seen(by, half).features for half in (-1, 0, 1))
        return {
            "fd": {TRAIN: frechet(one, two), VAL: frechet(one, val)},
            "kid": {TRAIN: kernel_distance(one, two), VAL: kernel_distance(one, val)},
        }

    def read(self, texts: Sequence[str]) -> Array:
        """Texts by the CLIP pair, unit vectors [N, D]."""
        assert self.judges.clip is not None
        return self.judges.clip.texts(texts).double().numpy()

    @cached_property
    def texts(self) -> Array:
        """Of val's captions."""
        return self.read([caption.text for caption in self.real.captions])

    @cached_property
    def other_texts(self) -> tuple[Array, np.ndarray]:
        """Captions to choose wrongly, [M, D], and which of them are other than each picture's own."""
        own, others = [caption.text for caption in self.real.captions], self.real.others
        return self.read(others), other_captions(own, others)

    def unit(self, images: Sequence[Pixels]) -> Array:
        """Pictures by the CLIP pair, unit vectors [N, D]."""
        assert self.judges.clip is not None
        return self.judges.clip.images(images).double().numpy()

    @cached_property
    def units(self) -> Array:
        """Val by the CLIP pair."""
        return self.unit(self.images)

    @cached_property
    def memories(self) -> list[Memory]:
        """The training frames by the first features, if there are any, and small."""
        frames = [pair.image for pair in self.real.train]
        sights: list[tuple[str, str, See]]
        sights = [("near_features", by.name, partial(of_unit_length, by)) for by in self.judges.features[:1]]
        return [Memory(*sight, frames, self.images) for sight in (*sights, ("near_pixels", "", thumbnails))]

    def frame(self, index: int) -> Pixels:
        """A training frame of a memory by its row."""
        total = len(self.real.train)
        image = self.real.train[index % total].image
        return image if index < total else mirrored([image])[0]
