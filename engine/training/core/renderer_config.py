"""What a renderer's training is made of: the table `renderer` of a training configuration."""

from __future__ import annotations

from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]
Weight = Annotated[float, msgspec.Meta(ge=0)]


class RendererConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Numbers of crops and steps, rates, and the weights of the losses, whose terms are of about unit size."""

    images: Annotated[int, msgspec.Meta(ge=1)] = 40_000  # crops that the run sees in the end
    batch: Annotated[int, msgspec.Meta(ge=2)] = 8
    crop: tuple[int, int] = (64, 128)  # rows and columns at full size, multiples of 32
    drawn: Annotated[int, msgspec.Meta(ge=1)] = 2_560  # pictures that the pack draws before
    rate: Weight = 6e-4
    critic_rate: Weight = 1e-3
    warmup: Annotated[int, msgspec.Meta(ge=1)] = 100  # steps
    decay: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.4  # the last share, in which rates fall to a tenth
    critics_learn_from: Count = 200  # the step from which the critics learn
    critics_from: Count = 400  # the step from which they count
    pixels: Weight = 2.0  # L1 to the real picture
    perceptual: Weight = 3.0  # features, to the real picture
    agreement: Weight = 4.0  # of what is rendered with the base that was drawn, by means of 8×8 pixels
    adversarial: Weight = 1.5  # what the heads say
    reading: Weight = 0.2  # cross-entropy of the layout in what is rendered
    mismatch: Weight = 0.1  # for the heads: photographs under another's layout are false
    penalty: Weight = 0.01  # R1, on the projected features
    penalty_every: Annotated[int, msgspec.Meta(ge=1)] = 8  # steps
    ema: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.999
    minutes: Weight = 10.0  # between checkpoints with their contact sheets
