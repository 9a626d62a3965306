"""The pack's segmenter: a small U-Net, trained on real pairs, that predicts layouts of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.evaluators.fixed_batches import fixed_size_batches
from engine.interface.protocol import Pixels
from engine.network.segmenter_unet import STRIDE, SegmenterUNet
from engine.packs import companion_files
from engine.packs.companion_files import WeightsMetadata
from engine.packs.pack import Pack
from engine.packs.pack_config import PackFile
from engine.packs.pixel_standardisation import PixelStandardisation, pixels_to_rgb

FILE = "segmenter.safetensors"
COMMAND = "train-segmenter"


class SegmenterMetadata(WeightsMetadata, frozen=True, kw_only=True):
    """Pixel accuracy and mean IoU on held-out pairs; `believed` holds both without doubtful labels."""

    accuracy: float
    mean_iou: float
    believed: tuple[float, float]


@dataclass(frozen=True)
class PackSegmenter:
    """The network in bf16, and the standardisation of its input, on one device."""

    network: SegmenterUNet
    standardisation: PixelStandardisation
    metadata: SegmenterMetadata | None = None

    def predict_layouts(self, images: Sequence[Pixels]) -> list[Pixels]:
        """Predicts class ids uint8 [H, W] of RGB uint8 [H, W, 3] of any sizes, independently of the batching."""
        layouts: dict[int, Pixels] = {}
        for shape in dict.fromkeys(image.shape for image in images):
            same_size = [index for index, image in enumerate(images) if image.shape == shape]
            for batch, count in fixed_size_batches(same_size):
                ids = self._predict_ids(np.stack([images[index] for index in batch]))
                layouts |= {index: ids[row] for row, index in enumerate(batch[:count])}
        return [layouts[index] for index in range(len(images))]

    @torch.inference_mode()
    def _predict_ids(self, images: Pixels) -> Pixels:
        """Predicts the ids [B, H, W] of a batch [B, H, W, 3]."""
        height, width = images.shape[1:3]
        logits = self.network(self._standardise(images))[:, :, :height, :width]
        ids: Pixels = logits.argmax(1).to(torch.uint8).cpu().numpy()
        return ids

    @torch.inference_mode()
    def feature_maps(self, images: Sequence[Pixels]) -> list[Tensor]:
        """Computes the encoder's feature maps, finest first, float32, of a batch of images of one size."""
        return [features.float() for features in self.network.features(self._standardise(np.stack(images)))]

    @torch.inference_mode()
    def deepest_feature_map(self, images: Sequence[Pixels]) -> Tensor:
        """Computes the deepest feature map, float32 [B, C, H/8, W/8], of a batch of images of one size."""
        return self.network.features(self._standardise(np.stack(images)))[-1].float()

    def _standardise(self, images: Pixels) -> Tensor:
        """Standardises a batch [B, H, W, 3] and replicates its edges up to a multiple of the network's stride."""
        height, width = images.shape[1:3]
        rgb = pixels_to_rgb(images, self.standardisation.device)
        rgb = F.pad(rgb, (0, -width % STRIDE, 0, -height % STRIDE), mode="replicate")
        return self.standardisation.standardise(rgb)


def segmenter_from_network(
    network: SegmenterUNet, file: PackFile, device: torch.device, metadata: SegmenterMetadata | None = None
) -> PackSegmenter:
    """Builds a segmenter from a network, in eval mode on a device."""
    eval_network = (
        network.to(device, torch.bfloat16).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    )
    return PackSegmenter(eval_network, PixelStandardisation.from_config(file.pixels, device), metadata)


def load(pack: Pack) -> PackSegmenter:
    """Loads the segmenter of a pack on the pack's device. Raises BadPack."""
    return read(pack.folder / FILE, pack.file, pack.device)


def read(path: Path, file: PackFile, device: torch.device) -> PackSegmenter:
    """Reads a segmenter from its file and checks that it fits a pack. Raises BadPack."""
    metadata, tensors = companion_files.read(path, SegmenterMetadata, COMMAND)
    companion_files.check_compatible(metadata, path, file)
    network = SegmenterUNet(len(file.info.classes))
    companion_files.load_weights(network, tensors, path)
    return segmenter_from_network(network, file, device, metadata)
