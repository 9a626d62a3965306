"""Figures against counts by hand and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.class_areas import class_area_percentages
from engine.evaluators.segmentation_scores import (
    confusion_matrices,
    confusion_matrix,
    segmentation_score,
)
from engine.interface.protocol import UNKNOWN, ClassInfo, Generate
from engine.metrics import cost, kernel_distance
from engine.metrics.bootstrap import bootstrap_estimate, weighted_mean
from engine.metrics.clip_score import clip_scores, differing_captions, r_precision
from engine.metrics.frechet_distance import frechet_distance, paired_frechet_distance
from engine.metrics.inception_score import inception_score
from engine.metrics.memorisation import mirrored_images, near_copies, nearest_rows, thumbnail_rows
from engine.metrics.prompt_adherence import (
    CaptionMentions,
    adherence_gain,
    adherence_share,
    layout_classes,
    measure_class_adherence,
    shuffled_adherence_share,
)
from engine.metrics.segmentation_statistics import mean_iou, pixel_accuracy
from engine.packs import pack as packs
from engine.prompts.captions import Caption
from engine.requests.generation import generate_steps


def test_accuracy_and_iou_by_hand():
    true = np.array([[0, 0, 1], [1, 2, UNKNOWN]], np.uint8)
    predicted = np.array([[0, 1, 1], [1, 0, 2]], np.uint8)
    result = segmentation_score(confusion_matrix([(true, predicted)], 4))
    assert result.accuracy == pytest.approx(3 / 5)
    assert result.iou[:3] == pytest.approx([1 / 3, 2 / 3, 0])
    assert np.isnan(result.iou[3])
    assert result.mean_iou == pytest.approx(1 / 3)


def test_pictures_are_counted_together_as_often_as_they_are_drawn():
    random = np.random.default_rng(0)
    true, predicted = ([random.integers(0, 3, (4, 5)).astype(np.uint8) for _ in range(4)] for _ in range(2))
    counts = confusion_matrices(true, predicted, 3)
    twice = segmentation_score(confusion_matrix([(true[i], predicted[i]) for i in (0, 2, 2, 3)], 3))
    weights = np.array([1.0, 0, 2, 1])
    assert mean_iou(counts)(weights) == pytest.approx(twice.mean_iou)
    assert pixel_accuracy(counts)(weights) == pytest.approx(twice.accuracy)


def test_where_nothing_is_known_there_is_no_iou():
    unknown = np.full((2, 2), UNKNOWN, np.uint8)
    assert np.isnan(segmentation_score(confusion_matrix([(unknown, np.zeros_like(unknown))], 3)).mean_iou)


def test_areas_are_percentages_of_what_is_known():
    layout = np.array([[0, 0, 0, 1], [UNKNOWN] * 4], np.uint8)
    assert class_area_percentages([layout], 3).tolist() == [[75, 25, 0]]


def with_moments(random, mean_of, covariance, n=300):
    """Vectors whose mean and covariance are exactly these."""
    x = random.normal(size=(n, len(mean_of)))
    x = (x - x.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(x.T))).T
    return x @ np.linalg.cholesky(covariance).T + mean_of


def test_frechet_between_known_gaussians():
    """Where covariances commute it is |μ_a - μ_b|² + Σ (σ_a - σ_b)²; turned together, nothing changes."""
    random = np.random.default_rng(1)
    turn = np.linalg.qr(random.normal(size=(3, 3))).Q
    one, two = np.array([4.0, 1.0, 0.25]), np.array([1.0, 9.0, 0.25])
    a = with_moments(random, np.zeros(3), turn @ np.diag(one) @ turn.T)
    b = with_moments(random, np.array([1.0, 2.0, 2.0]), turn @ np.diag(two) @ turn.T)
    assert frechet_distance(a, b) == pytest.approx(9 + 1 + 4, rel=1e-9)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_frechet_between_gaussians_that_do_not_commute():
    """tr (Σ_a Σ_b)^½ from the eigenvalues of the product itself."""
    random = np.random.default_rng(2)
    a, b = random.normal(size=(50, 4)) * (1, 2, 3, 4), random.normal(size=(60, 4)) @ random.normal(size=(4, 4))
    product = np.linalg.eigvals(np.cov(a.T) @ np.cov(b.T)).real
    direct = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(np.cov(a.T) + np.cov(b.T)) - 2 * np.sqrt(product).sum()
    assert frechet_distance(a, b) == pytest.approx(direct, rel=1e-9)
    wide = [np.concatenate([x, np.zeros((len(x), 80))], 1) for x in (a, b)]  # more dimensions than vectors
    assert frechet_distance(*wide) == pytest.approx(direct, rel=1e-9)


def test_a_picture_drawn_twice_counts_twice():
    random = np.random.default_rng(3)
    a, b, k = random.normal(size=(6, 3)), random.normal(size=(6, 3)), [0, 1, 1, 3, 4, 4]
    weights = np.bincount(k, minlength=6).astype(float)
    assert paired_frechet_distance(a, b)(weights) == pytest.approx(frechet_distance(a[k], b[k]))
    assert inception_score(np.abs(a) / np.abs(a).sum(1, keepdims=True))(weights) == pytest.approx(
        inception_score(np.abs(a[k]) / np.abs(a[k]).sum(1, keepdims=True))(np.ones(6))
    )


def test_the_kernel_distance_is_zero_in_expectation_and_that_of_torchmetrics():
    from torchmetrics.image.kid import poly_mmd

    random = np.random.default_rng(4)
    pairs = [(random.normal(size=(20, 5)), random.normal(size=(20, 5))) for _ in range(400)]
    found = np.array([kernel_distance.kernel_distance(a, b) for a, b in pairs])
    assert abs(found.mean()) < 3 * found.std() / np.sqrt(len(found))
    assert found.min() < 0  # unbiased, so not bounded below
    a, b = random.normal(size=(30, 5)), random.normal(size=(30, 5)) + 0.5
    known = float(poly_mmd(torch.from_numpy(a), torch.from_numpy(b)))
    assert kernel_distance.kernel_distance(a, b) == pytest.approx(known, rel=1e-9)
    assert kernel_distance.paired_kernel_distance(a, b)(np.ones(30)) == pytest.approx(known, rel=1e-9)


def test_the_inception_score_of_sure_and_of_useless_classifiers():
    sure = np.eye(5)[np.arange(20) % 5]
    assert inception_score(sure)(np.ones(20)) == pytest.approx(5)
    assert inception_score(np.full((20, 5), 0.2))(np.ones(20)) == pytest.approx(1)
    assert inception_score(np.eye(5)[np.zeros(20, int)])(np.ones(20)) == pytest.approx(1)


def test_intervals_cover_the_truth_as_often_as_they_say():
    random = np.random.default_rng(5)
    found = [bootstrap_estimate(weighted_mean(random.normal(3, 2, 40)), 40, 200, seed) for seed in range(300)]
    covered = np.mean([one.low <= 3 <= one.high for one in found])
    assert 0.9 < covered < 0.98
    assert np.mean([one.high - one.low for one in found]) == pytest.approx(2 * 1.96 * 2 / np.sqrt(40), rel=0.1)


def test_a_distance_lies_within_its_interval_although_resamples_are_further():
    random = np.random.default_rng(6)
    a, b = random.normal(size=(30, 10)), random.normal(size=(30, 10))
    found = bootstrap_estimate(paired_frechet_distance(a, b), 30, 100)
    assert found.low < found.value < found.high


def test_a_class_counts_from_eight_pixels():
    layout = np.full((10, 10), 2, np.uint8)
    layout[0, :8] = 0
    layout[1, :7] = 1
    layout[2:4] = UNKNOWN
    assert layout_classes(layout, 3).tolist() == [True, False, True]


def test_recall_and_the_same_beside_other_captions_by_hand():
    captions = [Caption("", np.array(row)) for row in ([1, 1, 0], [0, 1, 2], [1, 0, 2])]
    found = np.array([[True, False, True], [True, True, True], [False, True, False]])
    said = CaptionMentions.of(captions)
    assert adherence_share(said.present, found)(np.ones(3)) == pytest.approx(2 / 4)
    assert adherence_share(said.absent, ~found)(np.ones(3)) == pytest.approx(1 / 2)
    others = 0
    for caption, picture in ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)):
        others += int((said.present[caption] & found[picture]).sum())
    assert shuffled_adherence_share(said.present, found)(np.ones(3)) == pytest.approx(others / 8)
    assert adherence_gain(said.present, found)(np.ones(3)) == pytest.approx(2 / 4 - others / 8)


def test_nothing_named_is_no_number():
    nothing = np.zeros((3, 2), bool)
    assert np.isnan(adherence_share(nothing, ~nothing)(np.ones(3)))
    assert np.isnan(bootstrap_estimate(adherence_share(nothing, ~nothing), 3, 10).low)


def test_classes_are_heard_in_what_is_drawn_for_them():
    """Drawers that put in what a prompt names: a car for “car”, and always a road."""

    def draw(prompts, first_seed):
        drawn = []
        for prompt in prompts:
            layout = np.zeros((8, 8), np.uint8)
            layout[:2] = 1 if "a car" in prompt else 0
            drawn.append(layout)
        return drawn

    heard = measure_class_adherence(
        draw, [ClassInfo(name, "#000000") for name in ("road", "car", "bus")], np.array([1.0, 0.2, 0.1]), 3
    )
    assert [(one.name, one.unprompted, one.named, one.absent) for one in heard] == [("car", 0, 1, 0), ("bus", 0, 0, 0)]


def test_r_precision_is_the_chance_of_all_draws():
    """Of three strange captions one is better; of two drawn, it is not among them in a third of the draws."""
    images, own = np.eye(3)[:1], np.array([[0.5, 0, 0]])
    others = np.array([[0.9, 0, 0], [0.1, 0, 0], [0.2, 0, 0], [1.0, 0, 0]])
    strange = np.array([[True, True, True, False]])
    assert clip_scores(images, own).tolist() == [0.5]
    assert r_precision(images, own, others, strange, 3) == pytest.approx([1 / 3])
    assert r_precision(images, own, others, strange, 100) == pytest.approx([0])
    assert r_precision(images, own, others[1:3], strange[:, 1:3], 100) == pytest.approx([1])
    assert differing_captions(["a", "b"], ["b", "c"]).tolist() == [[True, True], [False, True]]


def test_a_mirrored_copy_is_found():
    random = np.random.default_rng(7)
    frames = [random.integers(0, 256, (16, 32, 3)).astype(np.uint8) for _ in range(5)]
    known = [*frames, *mirrored_images(frames)]
    sample = np.ascontiguousarray(frames[3][:, ::-1])
    found = nearest_rows(thumbnail_rows([sample, frames[1] // 2]), thumbnail_rows(known))
    assert found.row[0] == 8
    assert found.distance[0] == 0
    assert found.distance[1] > 0
    assert near_copies(found.distance, np.array([1.0, 2.0, 3.0])).tolist() == [1, 0]


def test_the_cost_of_a_result_is_what_goes_through_the_network(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    ask = [Generate(id="1", pack="tiny", prompt="a car", steps=4, seed=seed, guidance=1.0) for seed in range(3)]
    for asked, calls, rows in ((ask, 4, 12), (ask[:1], 4, 8)):  # one alone is computed twice
        with cost.count_evaluations(pack.network) as count:
            *_, _ = generate_steps(pack, asked)
        assert (count.calls, count.rows) == (calls, rows)
    conv = pack.network.stem
    least = 2 * conv.weight.numel() * (pack.info.height // 2) * (pack.info.width // 2)
    assert cost.flops_per_evaluation(pack) > least
    assert cost.matmul_rate(pack.device, side=64, repeats=1) > 0
    assert cost.peak_memory_mib(pack.device) > 50
