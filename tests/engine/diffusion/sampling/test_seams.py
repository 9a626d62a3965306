"""Drawn on without an edge: tones meet where both sides are of one class, and only what is drawn changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.diffusion.process.denoiser import CleanEstimate, DiffusionState, Prediction, TextFeatures
from engine.diffusion.sampling.sampler import sample
from engine.diffusion.sampling.seams import box_smooth, remove_seams
from engine.diffusion.sampling.trajectory import SamplerSettings
from tests.engine.diffusion.brute_force import EXACT_TOLERANCE
from tests.engine.diffusion.optimal_denoiser import PROCESS, empty_task

REACHES = (8, 2)
EDGE = 20


def halves(height: int = 32, width: int = 64) -> tuple[Tensor, Tensor, Tensor]:
    """A bright picture given up to a column and drawn dark after it, all of one class."""
    given_left = torch.zeros(1, 1, height, width, dtype=torch.bool)
    given_left[..., :EDGE] = True
    x_0 = torch.where(given_left, 0.6, -0.2).expand(1, 3, height, width).clone()
    y_0 = torch.zeros(1, 4, height, width)
    y_0[:, 1] = 1
    return x_0, given_left, y_0


def test_the_step_at_the_border_goes_and_what_is_far_stays() -> None:
    x_0, given_left, y_0 = halves()
    found = remove_seams(x_0, given_left, y_0, REACHES)
    assert torch.equal(found[..., :EDGE], x_0[..., :EDGE])
    assert torch.equal(found[..., EDGE + 2 * REACHES[0] + 1 :], x_0[..., EDGE + 2 * REACHES[0] + 1 :])
    assert (found[..., EDGE] - found[..., EDGE - 1]).abs().max() < 0.1 * 0.8
    assert (found.diff(dim=3)[..., EDGE:] <= 1e-6).all(), "it fades evenly"


def test_a_border_between_two_classes_is_left_alone() -> None:
    x_0, given_left, y_0 = halves()
    other = torch.where(given_left, y_0, y_0.roll(1, 1))
    assert torch.equal(remove_seams(x_0, given_left, other, REACHES), x_0)


@pytest.mark.parametrize("all_given", [True, False])
def test_without_a_border_nothing_changes(all_given: bool) -> None:
    x_0, given_left, y_0 = halves()
    assert torch.equal(remove_seams(x_0, torch.full_like(given_left, all_given), y_0, REACHES), x_0)


@given(seed=st.integers(0, 2**31), reach=st.integers(1, 9))
def test_smoothing_is_a_mean_of_means(seed: int, reach: int) -> None:
    x = torch.randn(2, 3, 7, 11, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    size = 2 * reach + 1
    box = torch.full((3, 1, size, size), 1 / size**2, dtype=torch.float64)
    once = torch.nn.functional.conv2d(x, box, padding=reach, groups=3)
    torch.testing.assert_close(
        box_smooth(x, reach), torch.nn.functional.conv2d(once, box, padding=reach, groups=3), **EXACT_TOLERANCE
    )


def test_a_picture_does_not_depend_on_its_batch() -> None:
    generator = torch.Generator().manual_seed(0)
    x_0, y_0 = torch.randn(5, 3, 48, 80, generator=generator), torch.rand(5, 4, 48, 80, generator=generator)
    some = torch.rand(5, 1, 48, 80, generator=generator) < 0.5
    whole = remove_seams(x_0, some, y_0, REACHES)
    for row in range(5):
        one = slice(row, row + 1)
        assert torch.equal(remove_seams(x_0[one], some[one], y_0[one], REACHES), whole[one])


def dark(state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction:
    """A network that sees class 1 and the tone 0 everywhere."""
    logits = torch.zeros(len(state.image), PROCESS.num_classes, *state.image.shape[2:])
    logits[:, 1] = 20
    return Prediction(torch.zeros_like(state.image), logits)


def test_sampling_keeps_what_is_given_and_differs_only_where_something_is() -> None:
    process, size = replace(PROCESS, prediction_type="x_0"), (16, 32)
    nothing = empty_task(2, size)
    kept = torch.zeros_like(nothing.keep_image)
    kept[1, ..., :8] = True  # of one of both
    given_left = replace(nothing, image=torch.full_like(nothing.image, 0.6), keep_image=kept)
    *_, without = sample(process, dark, nothing, SamplerSettings())
    *_, matched = sample(process, dark, given_left, SamplerSettings(seams=REACHES))
    assert torch.equal(matched.state.image[0], without.state.image[0])
    assert torch.equal(matched.state.image[1, ..., :8], given_left.image[1, ..., :8])
    beside = matched.state.image[1, ..., 8]
    assert beside.min() > 0.5
    assert beside.max() < 0.6
