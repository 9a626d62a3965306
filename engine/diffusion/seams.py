"""No visible edge where a picture is drawn on: what is drawn takes its tone from what is given beside it.

A network's x̂_0 may meet a given region in another light. As Poisson image editing does [Pérez et al. 2003], the
difference along the border is spread over what is drawn, smoothly and fading, here in x̂_0 of every step: the network
goes on from a picture without that edge. A border between two classes is an edge of its own, and is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

FAINT = 0.1
"""How much of a straight border must be near for a difference to be taken over by half."""
SIDES = ((2, 1), (2, -1), (3, 1), (3, -1))


def without_seams(x_0: Tensor, given: Tensor, y_0: Tensor, reaches: Sequence[int]) -> Tensor:
    """x̂_0 [B, C, H, W] in the tone of what is `given` (bool [B, 1, H, W]), which it holds itself and which stays.

    y_0: probabilities [B, K, H, W]; two neighbours count as far as they may be of one class. Differences are spread
    by each of `reaches` pixels in turn, which is best done from far to near.
    """
    inside = given.to(x_0.dtype)
    drawn = 1 - inside
    difference, weight = torch.zeros_like(x_0), torch.zeros_like(inside)
    for dim, by in SIDES:
        beside = beyond(inside, dim, by) * drawn
        beside *= (y_0 * beyond(y_0, dim, by)).sum(1, keepdim=True)
        difference += beside * (beyond(x_0, dim, by) - x_0)
        weight += beside
    missing = torch.where(weight > 0, difference / weight.where(weight > 0, 1), 0)
    change = torch.zeros_like(x_0)
    for reach in reaches:
        told = torch.cat([(missing - change) * weight, weight], 1)
        told = smooth(told, reach)
        change += told[:, :-1] / (told[:, -1:] + FAINT / (2 * reach + 1)) * drawn
    return x_0 + change


def beyond(x: Tensor, dim: int, by: int) -> Tensor:
    """What lies one pixel further along `dim`, or before it; 0 outside of the picture."""
    moved = torch.zeros_like(x)
    size = x.shape[dim] - 1
    moved.narrow(dim, max(0, -by), size).copy_(x.narrow(dim, max(0, by), size))
    return moved


def smooth(x: Tensor, reach: int) -> Tensor:
    """Means over 2·reach + 1 pixels along both sides, twice, which fall evenly from the middle; 0 outside.

    By running sums, so that a picture's values do not depend on its batch.
    """
    width = 2 * reach + 1
    for dim in (3, 2) * 2:
        size = x.shape[dim]
        ends = (reach + 1, reach) if dim == 3 else (0, 0, reach + 1, reach)
        sums = F.pad(x, ends).cumsum(dim)
        x = (sums.narrow(dim, width, size) - sums.narrow(dim, 0, size)) / width
    return x
