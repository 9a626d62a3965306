"""Who judges: the pack's segmenter and CLIP pair, if it has them, and what else pictures are to be seen by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.evaluators import clip_pair as clip
from engine.evaluators import segmenter
from engine.interface.protocol import Pixels
from engine.metrics.feature_extractors import (
    FeatureExtractor,
    ImageTextEncoder,
    clip_feature_extractor,
    parse_feature_extractor,
)
from engine.metrics.metric_entries import METRICS_BY_EVALUATOR, MissingEvaluator
from engine.packs.pack import Pack

CLIP_FEATURES_TITLE = "CLIP image tower of “{}”"


class ImageSegmenter(Protocol):
    """Ids uint8 [H, W] of pictures, RGB uint8 [H, W, 3]; the same however they are batched."""

    def predict_layouts(self, images: Sequence[Pixels]) -> list[Pixels]: ...


@dataclass(frozen=True)
class EvaluatorSet:
    """The same for every contender. `features` begin with those of the CLIP pair itself, if there is one."""

    segmenter: ImageSegmenter | None
    clip: ImageTextEncoder | None
    features: Sequence[FeatureExtractor]

    @classmethod
    def of(
        cls,
        pack: Pack,
        segmenter_model: ImageSegmenter | None,
        clip_model: ImageTextEncoder | None,
        extra_features: Sequence[str] = (),
    ) -> EvaluatorSet:
        """With more features by their text (features.py). Raises BadFile or BadPack."""
        classes = pack.info.classes
        own = (
            [clip_feature_extractor(CLIP_FEATURES_TITLE.format(pack.info.name), clip_model, classes)]
            if clip_model
            else []
        )
        return cls(
            segmenter_model,
            clip_model,
            [*own, *(parse_feature_extractor(text, classes, pack.device) for text in extra_features)],
        )

    @property
    def missing(self) -> list[MissingEvaluator]:
        """Who is not there, and what is left out for it."""
        missing = []
        if self.segmenter is None:
            missing.append(MissingEvaluator("segmenter", segmenter.COMMAND, METRICS_BY_EVALUATOR["segmenter"]))
        if self.clip is None:
            feature_metrics = () if self.features else METRICS_BY_EVALUATOR["features"]
            missing.append(
                MissingEvaluator("CLIP pair", clip.COMMAND, (*feature_metrics, *METRICS_BY_EVALUATOR["clip"]))
            )
        return missing


def load_evaluators(pack: Pack, extra_features: Sequence[str] = ()) -> EvaluatorSet:
    """The judges that a pack has. Raises BadPack for one that is broken, and BadFile or BadPack for more features."""
    segmenter_model, clip_model = (
        judge.load(pack) if (pack.folder / judge.FILE).is_file() else None for judge in (segmenter, clip)
    )
    return EvaluatorSet.of(pack, segmenter_model, clip_model, extra_features)
