"""Features of each pixel of an image: the network's decoder at small clocks  [Baranchuk et al. 2022].

The image is fed clean or lightly noised, always with the same noise, and the layout as unknown. DatasetDDPM has to add
noise, because its network was never trained on clean images; ours was, having a clock for each half, and clock 0 alone
is as good as several clocks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.diffusion.process import gaussian
from engine.diffusion.process.denoiser import Clocks, DiffusionState
from engine.interface.protocol import Pixels
from engine.interface.raster import fit_image
from engine.packs.pack import Pack
from engine.packs.pixel_standardisation import PixelStandardisation, pixels_to_rgb

GRID = 16
"""The number by which the network's height and width must be divisible."""
PixelPoints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ProbeFeatureExtractor:
    """A pack's network as an extractor of features, at some clocks of the image, with noise drawn from the seed."""

    pack: Pack
    clocks: tuple[int, ...]
    seed: int = 0

    def feature_maps(self, image: Pixels) -> Tensor:
        """Features float32 [channels, h, w], on the CPU, of RGB [H, W, 3] of any size; h × w is about the pack's area.

        The last three are the colours themselves: the network's own features are coarser.
        """
        size = network_size(image.shape[0], image.shape[1], self.pack)
        pixels = fit_image(image, *size, "stretch").pixels
        clean = PixelStandardisation.from_config(self.pack.file.pixels).standardise_pixels(pixels[None])[0]
        state = self.noised_states(clean)
        text = self.pack.empty_text_features.repeat_batch(len(self.clocks))
        with captured_outputs(self.feature_layers()) as outputs, torch.inference_mode():
            self.pack.network(state, text, None)
        resized = [
            F.interpolate(part[: len(self.clocks)].float(), size, mode="bilinear", align_corners=False).flatten(0, 1)
            for part in outputs
        ]
        return torch.cat([*(part.cpu() for part in resized), clean])

    @property
    def channels(self) -> int:
        """The channels of `feature_maps`."""
        return len(self.clocks) * sum(self.pack.file.network.widths) + 3

    def feature_layers(self) -> list[nn.Module]:
        """The middle of the U-Net and every level of its decoder."""
        return [self.pack.network.down[-1], *reversed(self.pack.network.up)]

    def noised_states(self, clean: Tensor) -> DiffusionState:
        """The states of an image [3, h, w] at every clock, one row each.

        As in training, the layout beside a given image (clock 0) is one that begins to run, and beside a noised image
        it is unknown.
        """
        pack, rows = self.pack, len(self.clocks)
        noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(self.seed))
        running = torch.tensor(self.clocks)
        image = running[:, None, None, None].expand(rows, 1, *clean.shape[1:])
        noised = gaussian.q_sample(pack.process.image_schedule, clean[None].expand(rows, -1, -1, -1), image, noise)
        noised = torch.where(image == 0, clean, noised)
        unknown = torch.full_like(image, pack.process.transitions.max_clock)
        layout_running = torch.where(running == 0, pack.process.transitions.max_clock, 0)
        clocks = [part.to(pack.device) for part in (image, unknown, running, layout_running)]
        return DiffusionState(noised.to(pack.device), torch.zeros_like(clocks[0]), Clocks(*clocks))


@contextmanager
def captured_outputs(layers: Sequence[nn.Module]) -> Iterator[list[Tensor]]:
    """The outputs of layers, one tensor each, which the network's next forward pass in the context fills in."""
    outputs: list[Tensor] = [torch.empty(0)] * len(layers)

    def hook_for(index: int) -> Callable[[nn.Module, object, Tensor], None]:
        def hook(_layer: nn.Module, _inputs: object, output: Tensor) -> None:
            outputs[index] = output

        return hook

    handles = [layer.register_forward_hook(hook_for(index)) for index, layer in enumerate(layers)]
    try:
        yield outputs
    finally:
        for handle in handles:
            handle.remove()


def colour_and_position(image: Pixels, pack: Pack) -> Tensor:
    """Colours and places [5, h, w] of RGB [H, W, 3], the baseline of `ProbeFeatureExtractor.feature_maps`."""
    height, width = network_size(image.shape[0], image.shape[1], pack)
    colours = pixels_to_rgb(fit_image(image, height, width, "stretch").pixels[None], torch.device("cpu"))[0]
    rows, columns = (torch.arange(side) / side for side in (height, width))
    place = torch.stack(torch.meshgrid(rows, columns, indexing="ij"))
    return torch.cat([colours, place])


def network_size(height: int, width: int, pack: Pack) -> tuple[int, int]:
    """The size at which an image is fed to the network: about the image's aspect and the pack's area."""
    scale = math.sqrt(pack.info.height * pack.info.width / (height * width))
    return max(GRID, round(height * scale / GRID) * GRID), max(GRID, round(width * scale / GRID) * GRID)


def features_at(maps: Tensor, points: PixelPoints, size: tuple[int, int]) -> Tensor:
    """Features [N, C] at pixels (row, column) of an image of this size, bilinear between the maps' pixels."""
    height, width = size
    grid = (torch.from_numpy(points).float() + 0.5) / torch.tensor([height, width]) * 2 - 1
    sampled = F.grid_sample(maps[None], grid.flip(1)[None, None], padding_mode="border", align_corners=False)
    return sampled[0, :, 0].T
