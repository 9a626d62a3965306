"""The metrics of how near pictures come to photographs, against definitions written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from engine.metrics.frechet_distance import frechet_distance
from engine.metrics.kernel_distance import kernel_distance
from engine.metrics.manifold_coverage import manifold_coverage
from engine.metrics.photograph_features import PrincipalAxes
from engine.metrics.power_spectrum import radial_spectrum, spectrum_error, spectrum_ratio
from engine.metrics.two_sample_classifier import fit_logistic, folds, loss, two_sample_accuracies


def points(seed: int, count: int, width: int, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1, (count, width))


def test_kernel_distance_is_the_unbiased_cubic_estimate_of_torchmetrics() -> None:
    mmd = pytest.importorskip("torchmetrics.image.kid").poly_mmd
    real, drawn = points(0, 12, 6), points(1, 15, 6, 0.5)[:12]
    want = mmd(torch.from_numpy(real), torch.from_numpy(drawn))
    assert kernel_distance(real, drawn) == pytest.approx(float(want), rel=1e-9)


def test_manifold_coverage_is_what_counting_by_hand_gives() -> None:
    real, drawn, k = points(2, 14, 3), points(3, 11, 3, 0.7), 2

    def gap(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.sqrt(((a - b) ** 2).sum()))

    def radii(rows: np.ndarray) -> list[float]:
        return [sorted(gap(one, other) for j, other in enumerate(rows) if j != i)[k - 1] for i, one in enumerate(rows)]

    r, d = radii(real), radii(drawn)
    precision = np.mean([any(gap(x, y) <= r[i] for i, x in enumerate(real)) for y in drawn])
    recall = np.mean([any(gap(x, y) <= d[j] for j, y in enumerate(drawn)) for x in real])
    density = sum(gap(x, y) <= r[i] for (i, x), y in itertools.product(enumerate(real), drawn)) / (k * len(drawn))
    coverage = np.mean([any(gap(x, y) <= r[i] for y in drawn) for i, x in enumerate(real)])
    assert manifold_coverage(real, drawn, k) == pytest.approx((precision, recall, density, coverage))


def test_the_same_pictures_are_covered_and_far_ones_are_not() -> None:
    real = points(4, 30, 4)
    assert manifold_coverage(real, real + 1e-9)[:2] == (1.0, 1.0)
    assert manifold_coverage(real, real + 100) == (0.0, 0.0, 0.0, 0.0)


def test_logistic_regression_finds_the_least_loss() -> None:
    rows, labels = points(5, 40, 3), (np.arange(40) % 3 == 0).astype(float)
    rows[:, -1] = 1.0
    penalty = 2.0
    found = fit_logistic(rows, labels, penalty)
    scale = np.array([penalty, penalty, 0.0])
    least = loss(rows, labels, found, scale)
    for nudge in np.vstack([np.eye(3), -np.eye(3)]) * 1e-3:
        assert loss(rows, labels, found + nudge, scale) > least


def test_classifier_tells_shifted_pictures_and_not_equal_ones() -> None:
    groups = np.arange(60)
    same = two_sample_accuracies(points(6, 60, 10), points(7, 60, 10), groups)
    other = two_sample_accuracies(points(6, 60, 10), points(7, 60, 10, 2.0), groups)
    assert len(same) == 120
    assert 0.3 < same.mean() < 0.7
    assert other.mean() > 0.95


def test_folds_keep_the_pictures_of_a_layout_together() -> None:
    groups = np.repeat(np.arange(10), 3)
    seen = np.zeros(30)
    for train, test in folds(groups, 5, 0):
        assert not set(groups[train]) & set(groups[test])
        seen += test
    assert (seen == 1).all()


def test_a_classifier_cannot_learn_a_layout_by_heart() -> None:
    """Each picture has its layout's features; were layouts on both sides of a fold, the label would be found."""
    layouts = points(8, 40, 20) * 5
    labels_agree = two_sample_accuracies(layouts, layouts + points(9, 40, 20) * 1e-3, np.arange(40))
    assert labels_agree.mean() < 0.75


def test_principal_axes_hold_all_of_what_lies_within_them() -> None:
    basis = np.linalg.qr(points(10, 20, 3)).Q.T
    real, drawn = points(11, 50, 3) @ basis, points(12, 50, 3, 1.0) @ basis
    axes = PrincipalAxes(real, 3)
    assert axes.outside == pytest.approx(0, abs=1e-9)
    assert axes.outside_share(drawn) == pytest.approx(0, abs=1e-9)
    assert axes.distance(real, drawn) == pytest.approx(frechet_distance(real, drawn))
    assert axes.outside_share(points(13, 50, 20)) == pytest.approx(1 - 3 / 20, abs=0.1)


def test_spectrum_puts_a_wave_into_its_band() -> None:
    columns = np.arange(64)
    wave = (127 + 100 * np.sin(2 * np.pi * columns * 0.25)).astype(np.uint8)
    image = np.broadcast_to(wave[None, :, None], (64, 64, 3))
    assert int(radial_spectrum(image, 16).argmax()) in (7, 8)


def test_fog_has_less_power_in_high_bands() -> None:
    random = np.random.default_rng(14)
    sharp = [random.integers(0, 256, (32, 32, 3)).astype(np.uint8) for _ in range(4)]
    foggy = [image.reshape(16, 2, 16, 2, 3).mean((1, 3)).repeat(2, 0).repeat(2, 1).astype(np.uint8) for image in sharp]
    ratio = spectrum_ratio(foggy, sharp, 8)
    assert ratio[-1] < 0.5
    assert spectrum_error(spectrum_ratio(sharp, sharp)) == 0
    assert spectrum_error(ratio) > 0
