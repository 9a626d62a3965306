"""CLIP score and R-precision: how well images fit their captions, from unit vectors of an image and a text tower."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.metrics.bootstrap import FloatArray

R_PRECISION_CHOICES = 100


def clip_scores(images: FloatArray, texts: FloatArray) -> FloatArray:
    """Cosines [N] of images [N, D] with their captions [N, D]  [Hessel et al. 2021, without their factor 2.5]."""
    scores: FloatArray = (images * texts).sum(1)
    return scores


def r_precision(
    images: FloatArray, texts: FloatArray, others: FloatArray, is_other: np.ndarray, choices: int = R_PRECISION_CHOICES
) -> FloatArray:
    """Probability [N] that an image's own caption fits it best among `choices` captions  [Xu et al. 2018, AttnGAN].

    The other captions are drawn from `others` [M, D], among those that differ from the image's own, which `is_other`,
    bool [N, M], marks. The expectation over all draws is exact: none of the captions that fit better may be drawn.
    If fewer captions differ than are to be drawn, all of them are.
    """
    own, rest = clip_scores(images, texts), images @ others.T
    pool = is_other.sum(1)
    better = (is_other & (rest >= own[:, None])).sum(1)
    return np.array(
        [_probability_of_none(int(b), int(p), min(choices - 1, int(p))) for b, p in zip(better, pool, strict=True)]
    )


def _probability_of_none(better: int, pool: int, drawn: int) -> float:
    """Probability that `drawn` items of a pool hold none of its `better` ones (hypergeometric)."""
    left = pool - better
    return float(np.prod([(left - i) / (pool - i) for i in range(drawn)])) if left >= drawn else 0.0


def differing_captions(own: Sequence[str], pool: Sequence[str]) -> np.ndarray:
    """Marks which captions of a pool differ from each image's own, bool [N, M]."""
    return np.array([[text != other for other in pool] for text in own], np.bool_).reshape(len(own), len(pool))
