"""The joint U-Net sees what the clocks let it see, at any size, each row for itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.diffusion.process.denoiser import CleanEstimate, Clocks, DiffusionState, TextFeatures
from engine.diffusion.process.schedule import NoiseSchedule
from engine.network.joint_unet import JointUNet, UNetConfig

CLASSES, END = 5, 1000
CONFIG = UNetConfig(widths=(16, 64), blocks=(1, 1), condition=32, layout_channels=4)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    network = JointUNet(
        CLASSES, (24, 32), NoiseSchedule.from_name(), NoiseSchedule.from_name(odds=1 / 64), CONFIG
    ).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return network


def state(rows=2, height=32, width=48, seed=0):
    generator = torch.Generator().manual_seed(seed)
    t = torch.full((rows, 1, height, width), 500)
    t[..., :8], t[..., 8:16] = 0, END
    running = torch.full((rows,), 500)
    return DiffusionState(
        torch.randn(rows, 3, height, width, generator=generator),
        torch.randint(CLASSES, (rows, 1, height, width), generator=generator),
        Clocks(t, t.flip(-1), running, running.clone()),
    )


def text(rows=2):
    generator = torch.Generator().manual_seed(5)
    mask = torch.arange(7) < 4
    pooled, tokens = torch.randn(rows, 24, generator=generator), torch.randn(rows, 7, 32, generator=generator)
    return TextFeatures(pooled, tokens, mask.expand(rows, 7))


def answers(network, *arguments):
    with torch.no_grad():
        return network(*arguments)


def test_what_is_at_the_end_clock_is_not_seen(network):
    a, b = state(), state(seed=1)
    c = a.clocks
    other = DiffusionState(
        torch.where(c.image == END, b.image, a.image), torch.where(c.layout == END, b.layout, a.layout), c
    )
    assert not torch.equal(other.image, a.image)
    for one, two in zip(answers(network, a, text(), None), answers(network, other, text(), None), strict=True):
        assert torch.equal(one, two)


@pytest.mark.parametrize("half", ["image", "layout"])
def test_all_else_is_seen(network, half):
    a, b = state(), state(seed=1)
    clock = getattr(a.clocks, half)
    mixed = torch.where(clock < END, getattr(b, half), getattr(a, half))
    plain, changed = answers(network, a, text(), None), answers(network, replace(a, **{half: mixed}), text(), None)
    assert not torch.allclose(plain.image_output, changed.image_output)
    assert not torch.allclose(plain.logits, changed.logits)


def test_clocks_text_and_the_last_estimate_are_heard(network):
    plain = answers(network, state(), text(), None).logits
    later = replace(state(), clocks=replace(state().clocks, image_running=torch.full((2,), 100)))
    other_text = replace(text(), tokens=text().tokens.flip(-1))
    last = CleanEstimate(torch.ones(2, 3, 32, 48), torch.full((2, CLASSES, 32, 48), 0.2))
    for inputs in ((later, text(), None), (state(), other_text, None), (state(), text(), last)):
        assert not torch.allclose(plain, answers(network, *inputs).logits)


def test_words_behind_the_mask_are_not_heard(network):
    noisy = text().tokens.clone()
    noisy[:, 4:] = 9
    one, two = (answers(network, state(), t, None) for t in (text(), replace(text(), tokens=noisy)))
    assert torch.equal(one.image_output, two.image_output)


@pytest.mark.parametrize(("height", "width"), [(16, 16), (64, 128), (48, 176)])
def test_any_size_that_sixteen_divides(network, height, width):
    prediction = answers(network, state(1, height, width), text(1), None)
    assert prediction.image_output.shape == (1, 3, height, width)
    assert prediction.logits.shape == (1, CLASSES, height, width)


def test_other_sizes_are_refused(network):
    with pytest.raises(ValueError, match="divisible by 16"):
        answers(network, state(1, 40, 48), text(1), None)


def test_a_fresh_network_says_nothing_yet():
    fresh = JointUNet(CLASSES, (24, 32), NoiseSchedule.from_name(), NoiseSchedule.from_name(), CONFIG).eval()
    prediction = answers(fresh, state(), text(), None)
    assert not prediction.image_output.any()
    assert not prediction.logits.any()
