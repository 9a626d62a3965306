"""The joint U-Net: both halves in, both halves out, at any height and width divisible by 16."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.diffusion.process.denoiser import (
    CleanEstimate,
    Clocks,
    DiffusionState,
    Prediction,
    TextFeatures,
    uninformative_estimate,
)
from engine.diffusion.process.schedule import NoiseSchedule
from engine.network.layers import (
    HEAD_CHANNELS,
    PixelNorm,
    PixelUnshuffleConv2d,
    ResBlock,
    SpatialTransformer,
    decode,
    encode,
    sinusoidal_embedding,
    zero_module,
)

LOG_SNR_SCALE = 10.5
"""log-SNR is divided by this on its way into a network."""
Channels = Annotated[int, msgspec.Meta(ge=8, le=2048)]
Levels = msgspec.Meta(min_length=1, max_length=4)
"""A side is halved once before the first of them and once between any two; it is a multiple of 16."""


class UNetConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Channels and residual blocks from the finest level (half the picture's size) to the coarsest."""

    widths: Annotated[tuple[Channels, ...], Levels] = (96, 192, 256)
    blocks: Annotated[tuple[Annotated[int, msgspec.Meta(ge=1, le=16)], ...], Levels] = (1, 1, 2)
    condition: Channels = 256
    layout_channels: Annotated[int, msgspec.Meta(ge=1, le=256)] = 16
    dropout: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.05

    def __post_init__(self) -> None:
        """Raises ValueError, which msgspec reports as it does a wrong type."""
        if len(self.widths) != len(self.blocks):
            raise ValueError(f"{len(self.widths)} widths do not go with {len(self.blocks)} numbers of blocks")
        if self.widths[-1] % HEAD_CHANNELS:
            raise ValueError(f"the last width, {self.widths[-1]}, is no multiple of {HEAD_CHANNELS}")


class JointUNetLevel(nn.Module):
    """Residual blocks at one size, each followed by a transformer if there are tokens of some width to attend to."""

    def __init__(self, channels: list[int], config: UNetConfig, token_width: int | None) -> None:
        super().__init__()
        pairs = list(pairwise(channels))
        self.blocks = nn.ModuleList(ResBlock(a, b, config.condition, config.dropout) for a, b in pairs)
        self.transformers = nn.ModuleList(
            SpatialTransformer(b, config.condition, token_width) for _, b in pairs if token_width is not None
        )

    def forward(self, x: Tensor, c: Tensor, text: TextFeatures) -> Tensor:
        for index, block in enumerate(self.blocks):
            x = block(x, c)
            if len(self.transformers):
                x = self.transformers[index](x, c, text.tokens, text.mask)
        return x


class JointUNet(nn.Module):
    """A `Denoiser`: v of the image and logits of y_0 from the state of both halves, their clocks and a text.

    `text_widths` are the widths of the pooled features and of the tokens' features; `image` and `layout` are the
    halves' noise schedules.
    """

    def __init__(
        self,
        num_classes: int,
        text_widths: tuple[int, int],
        image: NoiseSchedule,
        layout: NoiseSchedule,
        config: UNetConfig,
    ) -> None:
        super().__init__()
        self.num_classes, self.image_schedule, self.layout_schedule = num_classes, image, layout
        w, e = config.widths, config.layout_channels
        self.embed_layout = nn.Conv2d(num_classes, e, 1, bias=False)
        self.embed_previous = nn.Conv2d(num_classes, e, 1, bias=False)
        self.stem = PixelUnshuffleConv2d(3 + e + 4 + 3 + e, w[0], 3)
        self.embed_clocks = nn.Sequential(
            nn.Linear(2 * 64 + 4, config.condition), nn.SiLU(), nn.Linear(config.condition, config.condition)
        )
        pooled_width, token_width = text_widths
        self.embed_text = nn.Linear(pooled_width, config.condition)
        deepest = len(w) - 1
        token_widths = [token_width if i == deepest else None for i in range(len(w))]
        self.down = nn.ModuleList(
            JointUNetLevel([w[i]] * (n + 1), config, token_widths[i]) for i, n in enumerate(config.blocks)
        )
        self.shrink = nn.ModuleList(PixelUnshuffleConv2d(a, b, 1) for a, b in pairwise(w))
        self.grow = nn.ModuleList(nn.Conv2d(b, 4 * a, 1) for a, b in pairwise(w))
        self.up = nn.ModuleList(
            JointUNetLevel([2 * w[i]] + [w[i]] * n, config, None) for i, n in enumerate(config.blocks[:-1])
        )
        self.norm = PixelNorm()
        self.head = zero_module(nn.Conv2d(w[0], 4 * (3 + num_classes), 3, padding=1))

    def forward(self, state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction:
        """Raises ValueError for a height or width that is not divisible by 16.

        A single row is computed twice: kernels for one row may sum in another order than those for more, and a
        sample's bytes would depend on its batch.
        """
        if len(state.image) == 1 and not self.training:
            twice = None if previous is None else CleanEstimate(*(half[[0, 0]] for half in previous))
            v, logits = self(state[[0, 0]], text[[0, 0]], twice)
            return Prediction(v[:1], logits[:1])
        if state.image.shape[2] % 16 or state.image.shape[3] % 16:
            raise ValueError(f"height and width must be divisible by 16, not {tuple(state.image.shape[2:])}")
        dtype = self.stem.weight.dtype
        text = TextFeatures(text.pooled.to(dtype), text.tokens.to(dtype), text.mask)
        c = F.silu(self.embed_clocks(self.clock_features(state.clocks).to(dtype)) + self.embed_text(text.pooled))
        x = self.stem(self.stem_input(state, previous, dtype))
        x = decode(encode(x, self.down, self.shrink, c, text), self.grow, self.up, c, text)
        out = F.pixel_shuffle(self.head(F.silu(self.norm(x))), 2)
        out = out.to(torch.float32, memory_format=torch.contiguous_format)  # the sampler works across classes
        return Prediction(out[:, :3], out[:, 3:])

    def stem_input(self, state: DiffusionState, previous: CleanEstimate | None, dtype: torch.dtype) -> Tensor:
        """All input channels of the stem, [B, C, H, W]; where a clock is T the state is fed as zeros or unknown."""
        clocks = state.clocks
        x = torch.where(clocks.image == self.image_schedule.max_clock, 0.0, state.image)
        x_0, y_0 = uninformative_estimate(state, self.num_classes) if previous is None else previous
        channels = [
            x,
            self.embed_layout_ids(
                torch.where(clocks.layout == self.layout_schedule.max_clock, self.num_classes, state.layout)
            ),
            clock_channels(self.image_schedule, clocks.image),
            clock_channels(self.layout_schedule, clocks.layout),
            x_0,
            self.embed_previous(y_0.to(dtype)),
        ]
        whole = torch.cat([channel.to(dtype) for channel in channels], 1)
        return whole.contiguous(memory_format=torch.channels_last)

    def embed_layout_ids(self, layout: Tensor) -> Tensor:
        """`embed_layout` of ids [B, 1, H, W], looked up; the id K, unknown or masked, is the mean of all classes."""
        rows = self.embed_layout.weight.flatten(1).T
        rows = torch.cat([rows, rows.mean(0, keepdim=True)])
        return F.embedding(layout.squeeze(1), rows).movedim(-1, 1)

    def clock_features(self, clocks: Clocks) -> Tensor:
        """[B, 132]: sine features of both running clocks, and the shares of each half's pixels at 0 and at T."""
        running = torch.stack(
            [
                self.image_schedule.log_snr(clocks.image_running),
                self.layout_schedule.log_snr(clocks.layout_running),
            ],
            1,
        )
        shares = [
            (clock == at).float().mean((1, 2, 3))
            for clock, end in (
                (clocks.image, self.image_schedule.max_clock),
                (clocks.layout, self.layout_schedule.max_clock),
            )
            for at in (0, end)
        ]
        return torch.cat([sinusoidal_embedding(running / LOG_SNR_SCALE, 64).flatten(1), torch.stack(shares, 1)], 1)


def clock_channels(schedule: NoiseSchedule, t: Tensor) -> Tensor:
    """[B, 2, H, W]: the scaled log-SNR of each pixel, and 1 where its clock is 0."""
    return torch.cat([(schedule.log_snr(t) / LOG_SNR_SCALE).clamp(-1, 1), (t == 0).float()], 1)
