"""Windows: nothing changes for a network of single pixels, and every pixel is covered."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from engine.diffusion.process.denoiser import CleanEstimate, DiffusionState, Prediction, TextFeatures
from engine.diffusion.sampling.sampler import sample
from engine.diffusion.sampling.trajectory import SamplerSettings
from engine.diffusion.sampling.windowed_denoiser import (
    WINDOW_BATCH,
    WindowedDenoiser,
    triangular_weights,
    window_starts,
)
from tests.engine.diffusion.optimal_denoiser import PROCESS, empty_task, text_features


class Local:
    """A network of single pixels that records the sizes of its inputs."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, ...]] = []

    def __call__(self, state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction:
        self.sizes.append(tuple(state.image.shape))
        v = torch.tanh(state.image + state.clocks.image / 1000 + text.pooled[:, :1, None, None])
        logits = torch.nn.functional.one_hot(state.layout[:, 0], 3).movedim(-1, 1) * 2.0
        if previous is not None:
            v = v + 0.1 * previous.image
            logits = logits + previous.layout
        return Prediction(v, logits)


@pytest.mark.parametrize("size", [(8, 16), (8, 40), (20, 16), (24, 56)])
def test_a_network_of_one_pixel_says_the_same_through_windows(size: tuple[int, int]) -> None:
    plain = replace(empty_task(2, size), text=text_features(2, 0.1, 0.0, 0.0, 0.0))
    (*_, whole), (*_, cut) = (
        sample(PROCESS, network, plain, SamplerSettings(steps=4))
        for network in (Local(), WindowedDenoiser(Local(), 8, 16))
    )
    torch.testing.assert_close(cut.state.image, whole.state.image, rtol=0, atol=1e-4)
    assert float((cut.state.layout == whole.state.layout).double().mean()) > 0.995


def test_the_network_only_ever_sees_its_own_size_and_a_few_windows_at_once() -> None:
    network = Local()
    list(sample(PROCESS, WindowedDenoiser(network, 8, 16), empty_task(3, (24, 56)), SamplerSettings(steps=2)))
    assert all(size[2:] == (8, 16) and size[0] <= WINDOW_BATCH for size in network.sizes)
    assert sum(size[0] for size in network.sizes) == 2 * 3 * len(window_starts(24, 8)) * len(window_starts(56, 16))


def test_what_fits_is_asked_as_it_is() -> None:
    network = Local()
    list(sample(PROCESS, WindowedDenoiser(network, 8, 16), empty_task(3, (8, 12)), SamplerSettings(steps=2)))
    assert network.sizes == [(3, 3, 8, 12)] * 2


@pytest.mark.parametrize(("whole", "window"), [(128, 128), (144, 128), (256, 128), (320, 128), (100, 16), (10, 16)])
def test_windows_reach_both_ends_and_overlap_by_half(whole: int, window: int) -> None:
    found = window_starts(whole, window)
    assert found[0] == 0
    assert found[-1] + min(window, whole) == whole
    assert all(0 < b - a <= (window + 1) // 2 for a, b in pairwise(found))


def test_weights_fall_to_the_ends_alike() -> None:
    weights = triangular_weights(6, torch.zeros(1))
    assert torch.equal(weights, weights.flip(0))
    assert bool((weights > 0).all())
    assert int(weights.argmax()) in (2, 3)
