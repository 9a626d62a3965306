"""The evaluators' results on real pictures, computed once: floors and ceilings of all metrics."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial

import numpy as np

from engine.data.class_areas import class_area_percentages
from engine.evaluators.segmentation_scores import ConfusionCounts, confusion_matrices
from engine.interface.protocol import ClassInfo, Pixels
from engine.metrics.bootstrap import FloatArray
from engine.metrics.clip_score import differing_captions
from engine.metrics.evaluator_set import EvaluatorSet
from engine.metrics.feature_extractors import FeatureExtractor, ImageFeatures, unit_features
from engine.metrics.frechet_distance import frechet_distance
from engine.metrics.kernel_distance import kernel_distance
from engine.metrics.memorisation import FeatureFunction, MemorisationReference, mirrored_images, thumbnail_rows
from engine.metrics.prompt_adherence import BoolArray, CaptionMentions, layouts_classes
from engine.metrics.real_pairs import RealPairs

TRAIN_FLOOR, VAL_FLOOR = "train against train", "train against val"


class References:
    """Results of the evaluators on real pictures. Attributes that need a missing evaluator must not be read."""

    def __init__(self, real: RealPairs, evaluators: EvaluatorSet, classes: Sequence[ClassInfo]) -> None:
        self.real, self.evaluators, self.class_names = real, evaluators, [info.name for info in classes]
        self.class_count = len(classes)
        self._features: dict[tuple[str, int], ImageFeatures] = {}

    @cached_property
    def val_images(self) -> list[Pixels]:
        """Validation images."""
        return [pair.image for pair in self.real.val]

    @cached_property
    def val_layouts(self) -> list[Pixels]:
        """Validation layouts."""
        return [pair.layout for pair in self.real.val]

    def segment(self, images: Sequence[Pixels]) -> list[Pixels]:
        """Predicts the layouts of images with the segmenter."""
        assert self.evaluators.segmenter is not None
        return self.evaluators.segmenter.predict_layouts(images)

    @cached_property
    def val_maps(self) -> list[Pixels]:
        """The segmenter's predictions on the validation images."""
        return self.segment(self.val_images)

    @cached_property
    def val_confusions(self) -> ConfusionCounts:
        """Confusion matrix of the segmenter on each validation image: the ceiling of metrics that use it."""
        return confusion_matrices(self.val_layouts, self.val_maps, self.class_count)

    @cached_property
    def caption_mentions(self) -> CaptionMentions:
        """Classes that the validation captions name and deny."""
        return CaptionMentions.of(self.real.captions)

    @cached_property
    def classes_in_maps(self) -> BoolArray:
        """Classes that the segmenter finds in each validation image, bool [N, K]."""
        return layouts_classes(self.val_maps, self.class_count)

    @cached_property
    def classes_in_layouts(self) -> BoolArray:
        """Classes that each validation layout holds, bool [N, K]."""
        return layouts_classes(self.val_layouts, self.class_count)

    @cached_property
    def layout_floors(self) -> dict[str, float]:
        """Floors of the Fréchet distance of class areas in layouts."""
        first, second = (
            class_area_percentages([pair.layout for pair in half], self.class_count) for half in self.real.train_halves
        )
        return {
            TRAIN_FLOOR: frechet_distance(first, second),
            VAL_FLOOR: frechet_distance(first, class_area_percentages(self.val_layouts, self.class_count)),
        }

    @cached_property
    def map_floors(self) -> dict[str, float]:
        """Floors of the Fréchet distance of class areas in the segmenter's predictions."""
        first, second = (
            class_area_percentages(self.segment([pair.image for pair in half]), self.class_count)
            for half in self.real.train_halves
        )
        return {
            TRAIN_FLOOR: frechet_distance(first, second),
            VAL_FLOOR: frechet_distance(first, class_area_percentages(self.val_maps, self.class_count)),
        }

    def real_features(self, extractor: FeatureExtractor, half: int = -1) -> ImageFeatures:
        """Features of the validation images, or of a half (0 or 1) of the training frames; computed once."""
        key = (extractor.name, half)
        if key not in self._features:
            images = self.val_images if half < 0 else [pair.image for pair in self.real.train_halves[half]]
            self._features[key] = extractor.extract(images)
        return self._features[key]

    def distance_floors(self, extractor: FeatureExtractor) -> dict[str, dict[str, float]]:
        """Floors of FD and KID in the features of an extractor."""
        val, first, second = (self.real_features(extractor, half).features for half in (-1, 0, 1))
        return {
            "fd": {TRAIN_FLOOR: frechet_distance(first, second), VAL_FLOOR: frechet_distance(first, val)},
            "kid": {TRAIN_FLOOR: kernel_distance(first, second), VAL_FLOOR: kernel_distance(first, val)},
        }

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Embeds texts with the CLIP pair, unit vectors [N, D]."""
        assert self.evaluators.clip is not None
        return self.evaluators.clip.embed_texts(texts).double().numpy()

    @cached_property
    def caption_embeddings(self) -> FloatArray:
        """Embeddings of the validation captions."""
        return self.embed_texts([caption.text for caption in self.real.captions])

    @cached_property
    def other_caption_embeddings(self) -> tuple[FloatArray, np.ndarray]:
        """Embeddings of training captions, [M, D], and which of them differ from each image's own, bool [N, M]."""
        own, others = [caption.text for caption in self.real.captions], self.real.train_captions
        return self.embed_texts(others), differing_captions(own, others)

    def embed_images(self, images: Sequence[Pixels]) -> FloatArray:
        """Embeds images with the CLIP pair, unit vectors [N, D]."""
        assert self.evaluators.clip is not None
        return self.evaluators.clip.embed_images(images).double().numpy()

    @cached_property
    def val_embeddings(self) -> FloatArray:
        """Embeddings of the validation images."""
        return self.embed_images(self.val_images)

    @cached_property
    def memorisation_references(self) -> list[MemorisationReference]:
        """Training frames in the first extractor's features, if there is one, and as thumbnails."""
        frames = [pair.image for pair in self.real.train]
        feature_spaces: list[tuple[str, str, FeatureFunction]]
        feature_spaces = [
            ("near_features", extractor.name, partial(unit_features, extractor))
            for extractor in self.evaluators.features[:1]
        ]
        return [
            MemorisationReference(*space, frames, self.val_images)
            for space in (*feature_spaces, ("near_pixels", "", thumbnail_rows))
        ]

    def training_frame(self, index: int) -> Pixels:
        """Returns the training picture of a row of the memorisation references."""
        total = len(self.real.train)
        image = self.real.train[index % total].image
        return image if index < total else mirrored_images([image])[0]
