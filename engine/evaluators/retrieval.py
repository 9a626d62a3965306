"""R-precision: how often an image's own caption fits it best among 100  [Xu et al. 2018, AttnGAN]."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from torch import Tensor

CANDIDATE_CAPTIONS = 100


class RetrievalScores(NamedTuple):
    """Share of images whose own caption ranks first among `among`, its mean rank, and its mean cosine."""

    among: int
    r_precision: float
    mean_rank: float
    score: float


def retrieval_scores(images: Tensor, texts: Tensor, random: np.random.Generator) -> RetrievalScores:
    """Scores images and their captions, unit vectors [N, D], each among the captions of others drawn at random.

    Ties, as between captions of the same words, count with the expectation of a random choice.
    """
    cosines = (images.double() @ texts.double().T).numpy()
    count = len(cosines)
    among = min(CANDIDATE_CAPTIONS, count)
    first, place = np.zeros(count), np.zeros(count)
    for index, row in enumerate(cosines):
        others = np.delete(np.arange(count), index)
        rivals = row[random.choice(others, among - 1, replace=False)]
        better, equal = (rivals > row[index] + 1e-9).sum(), (np.abs(rivals - row[index]) <= 1e-9).sum()
        first[index] = 0 if better else 1 / (1 + equal)
        place[index] = 1 + better + equal / 2
    return RetrievalScores(among, float(first.mean()), float(place.mean()), float(np.diag(cosines).mean()))
