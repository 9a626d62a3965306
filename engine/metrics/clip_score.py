"""Does a picture fit its caption, by an image tower and a text tower whose vectors have unit length?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.metrics.bootstrap import FloatArray

R_PRECISION_CHOICES = 100


def clip_scores(images: FloatArray, texts: FloatArray) -> FloatArray:
    """The cosine of each picture [N, D] with its own caption [N, D], [N]  [Hessel et al. 2021, without their 2.5]."""
    scores: FloatArray = (images * texts).sum(1)
    return scores


def r_precision(
    images: FloatArray, texts: FloatArray, others: FloatArray, is_other: np.ndarray, choices: int = R_PRECISION_CHOICES
) -> FloatArray:
    """R-precision: how probable it is that a picture's own caption fits it best of `choices`, the rest of which are
    drawn from `others` [M, D], of which those count that `strange` (bool [N, M]) calls other than its own; [N].

    Worked out over all draws (of `better` captions none may be drawn), so that it does not hang on one  [Xu et al.
    2018, AttnGAN]. With fewer strange captions than are drawn, all of them are.
    """
    own, rest = clip_scores(images, texts), images @ others.T
    pool = is_other.sum(1)
    better = (is_other & (rest >= own[:, None])).sum(1)
    return np.array(
        [_probability_of_none(int(b), int(p), min(choices - 1, int(p))) for b, p in zip(better, pool, strict=True)]
    )


def _probability_of_none(better: int, pool: int, drawn: int) -> float:
    """The chance that `drawn` of a pool hold none of its better ones."""
    left = pool - better
    return float(np.prod([(left - i) / (pool - i) for i in range(drawn)])) if left >= drawn else 0.0


def differing_captions(own: Sequence[str], pool: Sequence[str]) -> np.ndarray:
    """Which captions of a pool have another text than a picture's own, bool [N, M]."""
    return np.array([[text != other for other in pool] for text in own], np.bool_).reshape(len(own), len(pool))
