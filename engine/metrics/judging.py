"""Who judges: the pack's segmenter, its CLIP pair, and what else pictures are to be seen by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.judges import clip, segmenter
from engine.metrics.features import ClipPair, Features, of_pair, read_features
from engine.packs import Pack
from engine.protocol import Pixels

OWN = "CLIP image tower of “{}”"


class Segmenter(Protocol):
    """Ids uint8 [H, W] of pictures, RGB uint8 [H, W, 3]; the same however they are batched."""

    def layouts(self, images: Sequence[Pixels]) -> list[Pixels]: ...


@dataclass(frozen=True)
class Judges:
    """The same for every contender. `features` begin with those of the CLIP pair itself."""

    segmenter: Segmenter
    clip: ClipPair
    features: Sequence[Features]

    @classmethod
    def of(cls, pack: Pack, by_segmenter: Segmenter, by_clip: ClipPair, more: Sequence[str] = ()) -> Judges:
        """With more features by their text (features.py). Raises BadFile or BadPack."""
        classes = pack.info.classes
        own = of_pair(OWN.format(pack.info.name), by_clip, classes)
        return cls(by_segmenter, by_clip, [own, *(read_features(text, classes, pack.device) for text in more)])


def load(pack: Pack, more: Sequence[str] = ()) -> Judges:
    """A pack's own judges. Raises BadPack, which names the command that makes what is missing."""
    return Judges.of(pack, segmenter.load(pack), clip.load(pack), more)
