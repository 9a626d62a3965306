"""Removal of the visible edge between given and drawn regions: drawn pixels take on the tone of given ones.

A network's x̂_0 may meet a given region in another light. As in Poisson image editing [Pérez et al. 2003], the
difference along the border is spread over the drawn region, smoothly and fading. It is done to x̂_0 in every step, so
that the network goes on from a picture without that edge. A border between two classes is a real edge, and is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

HALF_WEIGHT_SHARE = 0.1
"""The share of a straight border that must be near for half of a difference to be applied."""
NEIGHBOUR_OFFSETS = ((2, 1), (2, -1), (3, 1), (3, -1))
"""Dimension and direction of the four neighbours."""


def remove_seams(x_0: Tensor, given: Tensor, y_0: Tensor, reaches: Sequence[int]) -> Tensor:
    """x̂_0 [B, C, H, W] with its drawn pixels in the tone of its `given` ones (bool [B, 1, H, W]), which stay.

    y_0: probabilities [B, K, H, W]; two neighbours count by the probability that they are of one class. Differences
    are spread over each of `reaches`, in pixels, in turn, best from far to near.
    """
    inside = given.to(x_0.dtype)
    outside = 1 - inside
    difference, weight = torch.zeros_like(x_0), torch.zeros_like(inside)
    for dim, by in NEIGHBOUR_OFFSETS:
        beside = shift_along(inside, dim, by) * outside
        beside *= (y_0 * shift_along(y_0, dim, by)).sum(1, keepdim=True)
        difference += beside * (shift_along(x_0, dim, by) - x_0)
        weight += beside
    missing = torch.where(weight > 0, difference / weight.where(weight > 0, 1), 0)
    change = torch.zeros_like(x_0)
    for reach in reaches:
        spread_change = torch.cat([(missing - change) * weight, weight], 1)
        spread_change = box_smooth(spread_change, reach)
        change += spread_change[:, :-1] / (spread_change[:, -1:] + HALF_WEIGHT_SHARE / (2 * reach + 1)) * outside
    return x_0 + change


def shift_along(x: Tensor, dim: int, offset: int) -> Tensor:
    """x shifted by `offset` = ±1 pixels along `dim`: the values of the next or the last pixel, 0 outside."""
    moved = torch.zeros_like(x)
    size = x.shape[dim] - 1
    moved.narrow(dim, max(0, -offset), size).copy_(x.narrow(dim, max(0, offset), size))
    return moved


def box_smooth(x: Tensor, reach: int) -> Tensor:
    """A box filter over 2·reach + 1 pixels along both sides, applied twice, with 0 outside.

    It uses running sums, so that a picture's values do not depend on its batch.
    """
    width = 2 * reach + 1
    for dim in (3, 2) * 2:
        size = x.shape[dim]
        ends = (reach + 1, reach) if dim == 3 else (0, 0, reach + 1, reach)
        sums = F.pad(x, ends).cumsum(dim)
        x = (sums.narrow(dim, width, size) - sums.narrow(dim, 0, size)) / width
    return x
