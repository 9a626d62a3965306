"""Shares of the picture, by one shift of each class's logits."""

from __future__ import annotations

import torch

from engine.diffusion.process.denoiser import DiffusionState
from engine.guides.area_guide import LayoutAreaGuide
from tests.engine.diffusion.optimal_denoiser import clocks_at


def areas(shares, strength=1.0):
    return LayoutAreaGuide(torch.tensor(list(shares)), torch.tensor(list(shares.values())), strength)


def test_areas_are_covered_by_a_head_that_is_sure():
    """Shares of other sizes than those where its classes end."""
    logits = 15 * torch.randn((2, 4, 16, 16), generator=torch.Generator().manual_seed(1))
    logits[:, 2] += torch.linspace(-60, 60, 16)
    state = DiffusionState(torch.zeros(2, 3, 16, 16), torch.zeros(2, 1, 16, 16).long(), clocks_at(500, 400, (16, 16)))
    for shares in ({2: 0.25}, {2: 0.1, 0: 0.05}, {0: 0.3, 1: 0.3}, {3: 0.6}):
        covered = areas(shares).guided_logits(state, logits).softmax(1).mean((2, 3))[:, list(shares)]
        torch.testing.assert_close(covered, torch.tensor([list(shares.values())] * 2), rtol=0, atol=0.01)


def test_areas_are_covered_by_probabilities_and_by_what_is_given():
    """Of 8 columns the first two are given, as class 2; no other class than those named is told from the others."""
    logits = 3 * torch.randn((1, 5, 6, 8), generator=torch.Generator().manual_seed(0))
    state = DiffusionState(torch.zeros(1, 3, 6, 8), torch.full((1, 1, 6, 8), 2), clocks_at(500, 400, (6, 8)))
    state.clocks.layout[..., :2] = 0
    bent = areas({2: 0.5, 0: 0.1}).guided_logits(state, logits)
    covered = bent.softmax(1)[..., 2:].sum((0, 2, 3)) + torch.tensor([0, 0, 12.0, 0, 0])
    torch.testing.assert_close(covered[[2, 0]] / 48, torch.tensor([0.5, 0.1]), rtol=0, atol=1e-3)
    apart = (bent - logits)[:, [1, 3, 4]]
    torch.testing.assert_close(apart, torch.zeros_like(apart))
    half = areas({2: 0.5, 0: 0.1}, 0.5).guided_logits(state, logits)
    torch.testing.assert_close(half - logits, (bent - logits) / 2)


def test_areas_that_cannot_be_had_stay_finite():
    logits = torch.tensor([60.0, -60.0, 0.0]).reshape(1, 3, 1, 1).expand(1, 3, 4, 4)
    for shares in ({0: 0.0}, {1: 1.0}, {0: 0.0, 1: 1.0, 2: 0.0}):
        state = DiffusionState(torch.zeros(1, 3, 4, 4), torch.zeros(1, 1, 4, 4).long(), clocks_at(500, 400, (4, 4)))
        assert bool(areas(shares).guided_logits(state, logits).isfinite().all())
        state.clocks.layout.zero_()
        assert bool(areas(shares).guided_logits(state, logits).isfinite().all())
