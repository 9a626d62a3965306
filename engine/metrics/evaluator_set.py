"""The evaluators of a measurement: the pack's segmenter and CLIP pair, if it has them, and feature extractors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.evaluators import clip_pair as clip
from engine.evaluators import segmenter
from engine.evaluators.evaluator_protocols import ImageSegmenter, ImageTextEncoder
from engine.metrics.feature_extractors import (
    FeatureExtractor,
    clip_feature_extractor,
    parse_feature_extractor,
)
from engine.metrics.metric_entries import METRICS_BY_EVALUATOR, MissingEvaluator
from engine.packs.pack import Pack

CLIP_FEATURES_TITLE = "CLIP image tower of “{}”"


@dataclass(frozen=True)
class EvaluatorSet:
    """Evaluators that all candidates share. If there is a CLIP pair, `features` begin with its image tower."""

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
        """Combines loaded evaluators with further feature extractors, given as `parse_feature_extractor` reads them.

        Raises BadFile or BadPack.
        """
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
        """Evaluators that the pack lacks, with the metrics that are left out therefore."""
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
    """Loads the evaluators of a pack. Raises BadPack for a broken one, BadFile or BadPack for `extra_features`."""
    segmenter_model, clip_model = (
        judge.load(pack) if (pack.folder / judge.FILE).is_file() else None for judge in (segmenter, clip)
    )
    return EvaluatorSet.of(pack, segmenter_model, clip_model, extra_features)
