"""The joint process: forward by two clock maps, what a prediction means, and which pixels a loss counts."""

from __future__ import annotations

import math

import torch

from engine.diffusion.process import categorical, gaussian
from engine.diffusion.process.denoiser import Clocks, DiffusionState, Prediction
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import UniformTransitions

PROCESS = JointProcess(NoiseSchedule.from_name(), UniformTransitions(NoiseSchedule.from_name(odds=1 / 64), 3))
SIZE = (2, 3)


def draw(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def clocks() -> Clocks:
    """Given, running and unknown pixels in both halves, at different clocks per sample."""
    image = torch.tensor([[[[0, 400, 400], [400, 0, 1000]]], [[[900, 900, 900], [0, 0, 0]]]])
    layout = torch.tensor([[[[300, 0, 1000], [300, 300, 0]]], [[[0, 0, 0], [0, 0, 0]]]])
    return Clocks(image, layout, torch.tensor([400, 900]), torch.tensor([300, 0]))


def ids() -> torch.Tensor:
    return torch.tensor([[[[0, 1, 2], [2, 1, 0]]], [[[1, 1, 1], [0, 2, 2]]]])


def test_forward_leaves_given_pixels_alone_and_drowns_unknown_ones() -> None:
    now, x_0, noise = clocks(), draw(1, 2, 3, *SIZE), draw(2, 2, 3, *SIZE)
    uniform = torch.rand((2, 1, *SIZE), generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    state = PROCESS.q_sample(x_0, ids(), now, noise, uniform)
    given, end = (now.image == 0).expand_as(x_0), (now.image == 1000).expand_as(x_0)
    assert torch.equal(state.image[given], x_0[given])
    torch.testing.assert_close(state.image[end], noise[end], rtol=0, atol=1e-9)
    assert torch.equal(state.layout[now.layout == 0], ids()[now.layout == 0])
    assert torch.equal(state.image, gaussian.q_sample(PROCESS.image_schedule, x_0, now.image, noise))
    assert torch.equal(state.layout, categorical.q_sample(PROCESS.transitions, ids(), now.layout, uniform))
    assert state.clocks is now


def test_an_estimate_is_what_is_given_where_it_is_given() -> None:
    now, x_0, noise = clocks(), draw(1, 2, 3, *SIZE), draw(2, 2, 3, *SIZE)
    x_t = gaussian.q_sample(PROCESS.image_schedule, x_0, now.image, noise)
    v = gaussian.prediction_target(PROCESS.image_schedule, "v", x_0, noise, now.image)
    logits = draw(4, 2, 3, *SIZE)
    estimate = PROCESS.clean_estimate(DiffusionState(x_t, ids(), now), Prediction(v, logits))
    torch.testing.assert_close(estimate.image, x_0, rtol=0, atol=1e-10)
    given = (now.layout == 0).expand_as(logits)
    exact = categorical.one_hot(ids(), 3, torch.float64)
    assert torch.equal(estimate.layout[given], exact[given])
    torch.testing.assert_close(estimate.layout[~given], logits.softmax(1)[~given])


def test_losses_pixel_by_pixel() -> None:
    """The same sums with plain loops: given pixels and those of unknown truth count as 0, all divide."""
    now, x_0, noise = clocks(), draw(1, 2, 3, *SIZE), draw(2, 2, 3, *SIZE)
    prediction = Prediction(draw(5, 2, 3, *SIZE), draw(6, 2, 3, *SIZE))
    known = torch.ones_like(now.layout, dtype=torch.bool)
    known[0, 0, 0, 0] = False
    losses = PROCESS.losses(prediction, x_0, ids(), noise, DiffusionState(x_0, ids(), now), known)
    for b in range(2):
        image = layout = 0.0
        for i in range(SIZE[0]):
            for j in range(SIZE[1]):
                t = int(now.image[b, 0, i, j])
                a = float(PROCESS.image_schedule.alpha_bar[t])
                v = math.sqrt(a) * noise[b, :, i, j] - math.sqrt(1 - a) * x_0[b, :, i, j]
                image += float(((prediction.image_output[b, :, i, j] - v) ** 2).mean()) * (t > 0)
                p = prediction.logits[b, :, i, j].softmax(0)[ids()[b, 0, i, j]]
                counts = bool(known[b, 0, i, j]) and int(now.layout[b, 0, i, j]) > 0
                layout += -math.log(float(p)) / math.log(3) * counts
        assert abs(float(losses.image[b]) - image / 6) < 1e-10
        assert abs(float(losses.layout[b]) - layout / 6) < 1e-10


def test_a_guess_of_nothing_costs_exactly_one() -> None:
    """ln K is the unit: equal logits on a layout that runs everywhere."""
    everywhere = torch.full((2, 1, *SIZE), 500)
    now = Clocks(everywhere, everywhere, torch.tensor([500, 500]), torch.tensor([500, 500]))
    x_0, noise = draw(1, 2, 3, *SIZE), draw(2, 2, 3, *SIZE)
    prediction = Prediction(
        gaussian.prediction_target(PROCESS.image_schedule, "v", x_0, noise, now.image),
        torch.zeros(2, 3, *SIZE).double(),
    )
    losses = PROCESS.losses(prediction, x_0, ids(), noise, DiffusionState(x_0, ids(), now), everywhere > 0)
    torch.testing.assert_close(losses.layout, torch.ones(2, dtype=torch.float64))
    torch.testing.assert_close(losses.image, torch.zeros(2, dtype=torch.float64))
