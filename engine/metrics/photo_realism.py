"""How far generated pictures are from photographs, in all figures together: features, classifier, spectrum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from engine.interface.protocol import Pixels
from engine.metrics.bootstrap import FloatArray
from engine.metrics.kernel_distance import kernel_distance
from engine.metrics.manifold_coverage import manifold_coverage
from engine.metrics.photograph_features import PrincipalAxes
from engine.metrics.power_spectrum import spectrum_error, spectrum_ratio
from engine.metrics.two_sample_classifier import two_sample_accuracies


class PhotoRealism(msgspec.Struct, frozen=True):
    """KID × 1000; the Fréchet distance along 64 axes of real training pictures, and the share of variance outside of
    them; the accuracy of a classifier, 0.5 at best; precision, recall, density and coverage; the power in bands of
    frequency over that of photographs, and the mean of |ln| of that.
    """

    kernel_distance: float
    axes_distance: float
    outside_axes: float
    told_accuracy: float
    precision: float
    recall: float
    density: float
    coverage: float
    spectrum: tuple[float, ...]
    spectrum_error: float


@dataclass
class PhotographReference:
    """Photographs [H, W, 3] that pictures are held against, and features [N, D] of real training pictures."""

    features_of: Callable[[Sequence[Pixels]], FloatArray]
    photographs: Sequence[Pixels]
    training: FloatArray

    def __post_init__(self) -> None:
        self.features = self.features_of(self.photographs)
        self.axes = PrincipalAxes(self.training)

    def realism(self, pictures: Sequence[Pixels]) -> PhotoRealism:
        """Of pictures whose n-th has the layout of the n-th photograph, where both are as many."""
        drawn = self.features_of(pictures)
        groups = np.arange(len(drawn))
        if len(drawn) != len(self.features):
            raise ValueError(f"{len(drawn)} pictures for {len(self.features)} photographs")
        ratio = spectrum_ratio(pictures, self.photographs)
        return PhotoRealism(
            1000 * kernel_distance(self.features, drawn),
            self.axes.distance(self.features, drawn),
            self.axes.outside_share(drawn),
            float(two_sample_accuracies(self.features, drawn, groups).mean()),
            *manifold_coverage(self.features, drawn),
            tuple(map(float, ratio)),
            spectrum_error(ratio),
        )
