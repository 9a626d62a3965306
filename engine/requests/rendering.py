"""A pack's renderer: the pair that a pack drew, at its full size and as a photograph would look, in one evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.sampling.tiles import iterate_tiles
from engine.interface.pack_catalogue import RENDERER_FILE
from engine.interface.protocol import UNKNOWN, PackInfo, Pixels
from engine.network.renderer_unet import HALO, STRIDE, RendererInput, RendererUNet
from engine.packs import companion_files
from engine.packs.companion_files import WeightsMetadata
from engine.packs.pack import Pack
from engine.packs.pack_config import PackFile
from engine.packs.pixel_standardisation import PixelStandardisation
from engine.requests.full_size import KeptImage

TRAIN_RENDERER_COMMAND = "train-renderer"
WINDOW = 512
"""The side of the windows in which a large picture is rendered; they overlap by the network's reach."""


class RendererMetadata(WeightsMetadata, frozen=True, kw_only=True):
    """How many times larger it draws; how many positions the critics judge rightly on frames held out, by stride, of
    photographs and of rendered pictures: 0.5 each means that they cannot tell them.
    """

    factor: int
    photographs_told: dict[str, float]
    rendered_told: dict[str, float]


@dataclass(frozen=True)
class Renderer:
    """The network, with the standardisation of its pixels, on one device."""

    network: RendererUNet
    standardisation: PixelStandardisation
    info: PackInfo
    factor: int
    window: int = WINDOW

    def upscale_image(
        self, low_image: Pixels, layout: Pixels, seed: int, kept: KeptImage | None = None
    ) -> Iterator[tuple[int, int, Pixels | None]]:
        """RGB [H, W, 3] at full size from RGB at the low one and the layout at full size, ids with `UNKNOWN`.

        Yields after every window (done, total, and with the last the picture), so that its caller can stop soon. The
        result depends on these alone, and a pixel on no more of them than lies within the network's reach.
        """
        height, width = layout.shape
        known = np.zeros((height, width, 3), np.uint8) if kept is None else kept.image
        keep = np.zeros((height, width), np.bool_) if kept is None else kept.keep
        whole = self.network_input(low_image, layout, seed, known, keep)
        rendered = torch.empty_like(whole.base)
        windows = list(iterate_tiles(height, width, self.window, HALO))
        for done, window in enumerate(windows, 1):
            with torch.inference_mode():  # left before each window, as in generation.generate_steps
                rendered[window.core] = self.network(whole[window.context])[window.core_in_context]
            if done < len(windows):
                yield done, len(windows), None
        yield len(windows), len(windows), np.where(keep[..., None], known, self.standardisation.to_pixels(rendered[0]))

    def network_input(
        self,
        low_image: Pixels,
        layout: Pixels,
        seed: int,
        known: Pixels,
        keep: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    ) -> RendererInput:
        """What the network gets for a whole picture."""
        device, height, width = self.standardisation.device, *layout.shape
        ids = np.where(layout == UNKNOWN, len(self.info.classes), layout).astype(np.int64)
        base = F.interpolate(
            self.standardise(low_image), scale_factor=self.factor, mode="bicubic", align_corners=False
        )
        return RendererInput(
            base,
            torch.from_numpy(ids)[None, None].to(device),
            position_noise(seed, height, width)[None, None].to(device),
            self.standardise(known),
            torch.from_numpy(keep)[None, None].to(device),
        )

    def standardise(self, image: Pixels) -> Tensor:
        """Standardised [1, 3, H, W] on the device from RGB [H, W, 3]."""
        return self.standardisation.standardise_pixels(np.array(image)[None])


def position_noise(seed: int, height: int, width: int) -> Tensor:
    """Noise float32 [H, W] of mean 0 and deviation 1, each value a function of the seed, its row and its column.

    So a picture that grows keeps the noise that it has. The sum of four uniform numbers of 16 bits, which integers
    alone make, is the same to the bit on every machine, and near enough to normal.
    """
    rows = np.arange(height, dtype=np.uint64)[:, None]
    columns = np.arange(width, dtype=np.uint64)[None]
    with np.errstate(over="ignore"):
        bits = mixed(
            rows * np.uint64(0x9E3779B97F4A7C15) + mixed(columns + mixed(np.array([seed % 2**63], np.uint64)))
        )
    parts = [(bits >> np.uint64(shift)) & np.uint64(0xFFFF) for shift in (0, 16, 32, 48)]
    total = np.sum(parts, axis=0, dtype=np.int64)
    return torch.from_numpy(((total - 2 * 0xFFFF) * (3.0**0.5 / 0x10000)).astype(np.float32))


def mixed(
    values: np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    """The finaliser of SplitMix64 [Steele et al. 2014]: every bit of the result depends on every bit of a value."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    result: np.ndarray[tuple[int, ...], np.dtype[np.uint64]] = values ^ (values >> np.uint64(31))
    return result


def renderer_from_network(network: RendererUNet, file: PackFile, device: torch.device, factor: int) -> Renderer:
    """A renderer from a network, ready to be asked."""
    ready = network.to(device, torch.bfloat16).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    return Renderer(ready, PixelStandardisation.from_config(file.pixels, device), file.info, factor)


def load_renderer(pack: Pack) -> Renderer:
    """The renderer of a pack, on the pack's device. Raises BadPack."""
    return read_renderer(pack.folder / RENDERER_FILE, pack.file, pack.device)


def read_renderer(path: Path, file: PackFile, device: torch.device) -> Renderer:
    """A renderer from its file, for a pack. Raises BadPack."""
    metadata, tensors = companion_files.read(path, RendererMetadata, TRAIN_RENDERER_COMMAND)
    companion_files.check_compatible(metadata, path, file)
    network = RendererUNet(len(file.info.classes))
    companion_files.load_weights(network, tensors, path)
    return renderer_from_network(network, file, device, metadata.factor)


def write_renderer(path: Path, network: RendererUNet, metadata: RendererMetadata) -> None:
    """Write a network's weights as bf16 numbers. Raises BadFile."""
    companion_files.save(
        path, {name: value.to(torch.bfloat16) for name, value in network.state_dict().items()}, metadata
    )


assert WINDOW % STRIDE == 0, "windows begin at multiples of the stride"
