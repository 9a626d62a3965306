"""Who judges: the pack's segmenter and CLIP pair, if it has them, and what else pictures are to be seen by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.judges import clip, segmenter
from engine.metrics.entries import NEEDS, Lacking
from engine.metrics.features import ClipPair, Features, of_pair, read_features
from engine.packs import Pack
from engine.protocol import Pixels

OWN = "CLIP image tower of “{}”"


class Segmenter(Protocol):
    """Ids uint8 [H, W] of pictures, RGB uint8 [H, W, 3]; the same however they are batched."""

    def layouts(self, images: Sequence[Pixels]) -> list[Pixels]: ...


@dataclass(frozen=True)
class Judges:
    """The same for every contender. `features` begin with those of the CLIP pair itself, if there is one."""

    segmenter: Segmenter | None
    clip: ClipPair | None
    features: Sequence[Features]

    @classmethod
    def of(
        cls, pack: Pack, by_segmenter: Segmenter | None, by_clip: ClipPair | None, more: Sequence[str] = ()
    ) -> Judges:
        """With more features by their text (features.py). Raises BadFile or BadPack."""
        classes = pack.info.classes
        own = [of_pair(OWN.format(pack.info.name), by_clip, classes)] if by_clip else []
        return cls(by_segmenter, by_clip, [*own, *(read_features(text, classes, pack.device) for text in more)])

    @property
    def lacking(self) -> list[Lacking]:
        """Who is not there, and what is left out for it."""
        found = []
        if self.segmenter is None:
            found.append(Lacking("segmenter", segmenter.COMMAND, NEEDS["segmenter"]))
        if self.clip is None:
            unseen = () if self.features else NEEDS["features"]
            found.append(Lacking("CLIP pair", clip.COMMAND, (*unseen, *NEEDS["clip"])))
        return found


def load(pack: Pack, more: Sequence[str] = ()) -> Judges:
    """The judges that a pack has. Raises BadPack for one that is broken, and BadFile or BadPack for more features."""
    by_segmenter, by_clip = (
        judge.load(pack) if (pack.folder / judge.FILE).is_file() else None for judge in (segmenter, clip)
    )
    return Judges.of(pack, by_segmenter, by_clip, more)
