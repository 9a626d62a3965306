"""How well a linear classifier tells generated pictures from photographs [Lopez-Paz & Oquab 2017]; 0.5 is the best.

Logistic regression with an L2 penalty on features that are standardised by the training fold. Five folds by groups, so
that pictures of one layout are never on both sides; the penalty is chosen by folds within the training fold.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.metrics.bootstrap import FloatArray

FOLDS, INNER_FOLDS = 5, 4
PENALTIES = (1e-1, 1.0, 1e1, 1e2, 1e3, 1e4)
NEWTON_STEPS = 30
TINY = 1e-9

Groups = npt.NDArray[np.int64]


def two_sample_accuracies(real: FloatArray, drawn: FloatArray, groups: Groups, seed: int = 0) -> FloatArray:
    """Whether each picture was told rightly when it was held out, 0 or 1: [N] of real, then [N] of drawn features.

    `groups` [N] are the layouts that the rows of both belong to.
    """
    rows, labels = np.concatenate([real, drawn]), np.repeat([0.0, 1.0], [len(real), len(drawn)])
    both = np.concatenate([groups, groups])
    right = np.zeros(len(rows))
    for train, test in folds(both, FOLDS, seed):
        penalty = chosen_penalty(rows[train], labels[train], both[train], seed)
        right[test] = told_rightly(rows[train], labels[train], rows[test], labels[test], penalty)
    return right


def folds(groups: Groups, count: int, seed: int) -> Iterator[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """Masks of training and test rows, by whole groups."""
    names = np.random.default_rng(seed).permutation(np.unique(groups))
    for part in np.array_split(names, count):
        test = np.isin(groups, part)
        yield ~test, test


def chosen_penalty(rows: FloatArray, labels: FloatArray, groups: Groups, seed: int) -> float:
    """The penalty with which most rows are told rightly by folds within; the largest of equals."""
    scores = []
    for penalty in PENALTIES:
        right = [
            told_rightly(rows[train], labels[train], rows[test], labels[test], penalty).sum()
            for train, test in folds(groups, INNER_FOLDS, seed + 1)
        ]
        scores.append(sum(right))
    best = max(range(len(PENALTIES)), key=lambda index: (scores[index], index))
    return PENALTIES[best]


def told_rightly(
    train: FloatArray, labels: FloatArray, test: FloatArray, truth: FloatArray, penalty: float
) -> FloatArray:
    """Fit on rows and labels of 0 and 1; whether the others are told rightly, 0 or 1 each."""
    mean, deviation = train.mean(0), train.std(0) + TINY
    train, test = (train - mean) / deviation, (test - mean) / deviation
    _, _, axes = np.linalg.svd(train, full_matrices=False)  # nothing is lost: weights lie in the span of the rows
    weights = fit_logistic(with_one(train @ axes.T), labels, penalty)
    said = with_one(test @ axes.T) @ weights > 0
    result: FloatArray = (said == (truth > 0.5)).astype(np.float64)
    return result


def fit_logistic(rows: FloatArray, labels: FloatArray, penalty: float) -> FloatArray:
    """Weights [D] that minimise the log-loss + penalty/2 |w|², the last of them, a constant's, not penalised.

    Newton's method, each step halved until the loss falls.
    """
    scale = np.full(rows.shape[1], penalty)
    scale[-1] = TINY
    weights = np.zeros(rows.shape[1])
    current = loss(rows, labels, weights, scale)
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -500, 500)))
        gradient = rows.T @ (chance - labels) + scale * weights
        hessian = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(scale + TINY)
        step, size = np.linalg.solve(hessian, gradient), 1.0
        while size > 1e-6 and loss(rows, labels, weights - size * step, scale) > current:
            size /= 2
        weights = weights - size * step
        before, current = current, loss(rows, labels, weights, scale)
        if before - current < 1e-8 * max(1.0, abs(before)):
            break
    return weights


def loss(rows: FloatArray, labels: FloatArray, weights: FloatArray, scale: FloatArray) -> float:
    """The penalised log-loss of all rows."""
    logits = rows @ weights
    return float((np.logaddexp(0, logits) - labels * logits).sum() + (scale * weights**2).sum() / 2)


def with_one(rows: FloatArray) -> FloatArray:
    """Rows [N, D] with a column of ones at the end."""
    return np.concatenate([rows, np.ones((len(rows), 1))], 1)
