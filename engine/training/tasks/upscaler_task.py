"""Training of a pack's upscaler: the detail of real images at full size, from downscaled crops of them.

Generated images are softer than downscaled photographs, and have faults. So some of the low crops are blurred or
compressed as JPEG, all get noise of a random level, which the network is conditioned on, and half of the layouts are
downscaled and enlarged again, as generated ones are.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import torch
from PIL import Image, ImageFilter
from rich.progress import ProgressColumn
from torch import Tensor

from engine.data.pairs import DatasetPair
from engine.data.region_masks import random_region
from engine.data.taxonomy import taxonomy_classes
from engine.diffusion.process import gaussian
from engine.diffusion.sampling.guidance import append_map_dims
from engine.diffusion.sampling.refinement import CoarseInput, detail_of, fit_detail_variance, local_variance
from engine.evaluators import segmenter
from engine.evaluators.quality import image_quality, segmenter_scores
from engine.evaluators.segmenter import PackSegmenter
from engine.interface.pack_catalogue import UPSCALER_FILE
from engine.interface.protocol import UNKNOWN, Pixels
from engine.interface.raster import enlarge_layout, fit_image, fit_layout
from engine.network.upscaler_unet import MAX_NOISE_STD, STRIDE, UpscalerUNet
from engine.packs.companion_files import WeightsMetadata
from engine.packs.pack import Pack
from engine.requests import full_size
from engine.requests.full_size import Upscaler, UpscalerMetadata, enlarge_bicubic
from engine.training.core.frames import TrainingFrames
from engine.training.core.training_config import TrainConfig, ViewConfig
from engine.training.tasks import evaluator_task
from engine.training.tasks.evaluator_task import EvaluatorTask, FrameSource, ValidationSet, read_validation_set

CROP_SIDE = 96
"""Side of the crops in pixels at full size."""
PURE_NOISE_SHARE, GIVEN_REGION_SHARE, ENLARGED_LAYOUT_SHARE, BLURRED_SHARE, JPEG_SHARE = 0.2, 0.15, 0.5, 0.5, 0.3
"""Shares of samples: at clock T, with a region given, with an enlarged layout, blurred, compressed as JPEG."""
CALIBRATION_CROPS = 256
"""Crops from which the expected amount of detail is estimated."""
STEP_SEARCH_IMAGES = 32
"""Images held out on which the best number of steps is chosen."""
MAX_BLUR_RADIUS, JPEG_QUALITIES = 1.0, (30, 95)


class UpscalerBatch(NamedTuple):
    """x_0 and u [B, 3, H, W], the standard deviation of the noise in u [B], and ids [B, 1, H, W], K where unknown."""

    full: Tensor
    u: Tensor
    noise_level: Tensor
    layout: Tensor


class UpscalerTask(EvaluatorTask[UpscalerMetadata]):
    """Trains the pack's upscaler on degraded crops."""

    file_name, batch, learning_rate = UPSCALER_FILE, 8, 2e-3

    def __init__(self, config: TrainConfig, pack: Pack, sources: Sequence[FrameSource]) -> None:
        super().__init__(config, pack, sources)
        self.factor, self.class_count = config.upscale, len(pack.info.classes)
        network = full_size.build_upscaler_network(self.class_count).to(pack.device)
        self.network: UpscalerUNet = network.to(memory_format=torch.channels_last)
        self.forward = torch.compile(self.network) if config.compile else self.network
        random = np.random.default_rng((config.seed, 2**31))
        measured_errors = [
            self.pixel_errors(self.degraded_batch(self.draw_pairs(random, self.batch), random))
            for _ in range(CALIBRATION_CROPS // self.batch)
        ]
        squares, contrasts, levels = (torch.cat(parts).cpu() for parts in zip(*measured_errors, strict=True))
        self.expected = fit_detail_variance(squares, contrasts, levels)

    @classmethod
    def default_sources(cls, config: TrainConfig, pack: Pack) -> list[FrameSource]:
        """The configuration's frames at full size, to be cropped. Raises BadConfig or BadFile."""
        return [FrameSource(full_size_crops(config), pack.file.pixels.gamma)]

    @classmethod
    def validation_set(cls, config: TrainConfig, pack: Pack) -> ValidationSet:
        """The pairs of DATA/val at full size. Raises BadFile."""
        return read_validation_set(config, pack, config.upscale)

    def uses_muon(self, name: str, parameter: Tensor) -> bool:
        """Whether a parameter is a convolution between stem and head."""
        return parameter.ndim == 4 and not name.startswith(("stem", "head"))

    def pixel_errors(self, batch: UpscalerBatch) -> tuple[Tensor, Tensor, Tensor]:
        """The squared error of every pixel of u, the local contrast and the noise level there, each [B · H · W]."""
        square = (batch.full - batch.u).square().mean(1, keepdim=True)
        noise_level = append_map_dims(batch.noise_level).expand_as(square)
        return square.flatten(), local_variance(batch.u, self.factor).flatten(), noise_level.flatten()

    def degraded_batch(self, pairs: Sequence[DatasetPair], random: np.random.Generator) -> UpscalerBatch:
        """A batch of pairs at full size and of their degraded enlargements."""
        device = self.pack.device
        images = [degraded_image(pair.image, self.factor, random) for pair in pairs]
        low = self.pack.standardisation.standardise_pixels(np.stack(images))
        noise_level = torch.from_numpy(MAX_NOISE_STD * random.random(len(pairs)) ** 2).float().to(device)
        u = enlarge_bicubic(low + append_map_dims(noise_level) * torch.randn_like(low), self.factor)
        layouts = [degraded_layout(pair.layout, self.factor, random) for pair in pairs]
        ids = torch.from_numpy(np.stack(layouts)[:, None].astype(np.int64)).to(device)
        return UpscalerBatch(
            self.pack.standardisation.standardise_pixels(np.stack([pair.image for pair in pairs])),
            u,
            noise_level,
            torch.where(ids == UNKNOWN, self.class_count, ids),
        )

    def loss(self, random: np.random.Generator) -> Tensor:
        """The mean squared error of v where the detail is not given."""
        pairs = self.draw_pairs(random, self.batch)
        full, u, noise_level, layout = self.degraded_batch(pairs, random)
        coarse = CoarseInput(u, self.expected.detail_scale(u, noise_level, self.factor), noise_level, layout)
        schedule, device, top = self.network.schedule, full.device, self.network.schedule.max_clock
        clocks = np.where(random.random(len(pairs)) < PURE_NOISE_SHARE, top, random.integers(1, top + 1, len(pairs)))
        t = torch.from_numpy(clocks).to(device)
        masks = [random_region(pair.layout, random) & (random.random() < GIVEN_REGION_SHARE) for pair in pairs]
        given = torch.from_numpy(np.stack(masks)[:, None]).to(device)
        r_0 = detail_of(full, coarse)
        noise = torch.randn_like(r_0)
        r_t = torch.where(given, r_0, gaussian.q_sample(schedule, r_0, append_map_dims(t), noise))
        with torch.autocast(device.type, torch.bfloat16):
            v: Tensor = self.forward(r_t, given, t, coarse)
        error = (v.float() - gaussian.prediction_target(schedule, "v", r_0, noise, append_map_dims(t))).square()
        return (error * ~given).mean()

    def evaluate_and_save(
        self, validation_set: ValidationSet, metadata: WeightsMetadata, out: Path
    ) -> UpscalerMetadata:
        """Score the upscaler on images held out, by the pack's segmenter, and write it. Raises BadPack or BadFile."""
        pack_segmenter = segmenter.load(self.pack)
        upscaler_metadata = evaluate_upscaler(self.build_upscaler(), pack_segmenter, validation_set, metadata)
        full_size.write_upscaler(out, self.network, upscaler_metadata)
        return upscaler_metadata

    def build_upscaler(self) -> Upscaler:
        """The upscaler with the weights as they are now."""
        network = full_size.build_upscaler_network(self.class_count)
        network.load_state_dict(self.network.state_dict())
        return full_size.upscaler_from_network(network, self.pack.file, self.pack.device, self.factor, self.expected)


def degraded_image(image: Pixels, factor: int, random: np.random.Generator) -> Pixels:
    """An image downscaled by area, and perhaps blurred and compressed as JPEG."""
    picture = Image.fromarray(downscaled(image, factor))
    if random.random() < BLURRED_SHARE:
        picture = picture.filter(ImageFilter.GaussianBlur(float(random.uniform(0, MAX_BLUR_RADIUS))))
    if random.random() < JPEG_SHARE:
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=int(random.integers(*JPEG_QUALITIES)))
        picture = Image.open(jpeg)
    return np.asarray(picture)


def degraded_layout(layout: Pixels, factor: int, random: np.random.Generator) -> Pixels:
    """A layout as it is, or downscaled and enlarged again."""
    if random.random() >= ENLARGED_LAYOUT_SHARE:
        return layout
    height, width = layout.shape
    return enlarge_layout(fit_layout(layout, height // factor, width // factor, "stretch").pixels, factor)


def evaluate_upscaler(
    trained: Upscaler, pack_segmenter: PackSegmenter, validation_set: ValidationSet, metadata: WeightsMetadata
) -> UpscalerMetadata:
    """Scores of an upscaler beside those of bicubic enlargement and of the real images.

    The number of steps is the one with the smallest feature distance on some of the images: more are not always
    better, because the errors of the network add up.
    """
    classes = len(trained.info.classes)
    real = [DatasetPair(*halves) for halves in zip(validation_set.images, validation_set.layouts, strict=True)]
    search_pairs = real[:: max(1, len(real) // STEP_SEARCH_IMAGES)]
    curve = tuple(
        image_quality(pack_segmenter, classes, upscaled_images(trained.with_steps(steps), search_pairs), search_pairs)
        for steps in range(1, full_size.MAX_STEPS + 1)
    )
    steps = 1 + min(range(len(curve)), key=lambda index: curve[index].distance)
    enlarged_images = [
        trained.standardisation.to_pixels(
            enlarge_bicubic(trained.standardise(downscaled(pair.image, trained.factor)), trained.factor)[0]
        )
        for pair in real
    ]
    return UpscalerMetadata(
        **msgspec.structs.asdict(metadata),
        factor=trained.factor,
        expected=trained.expected,
        steps=steps,
        curve=curve,
        upscaled=image_quality(pack_segmenter, classes, upscaled_images(trained.with_steps(steps), real), real),
        enlarged=image_quality(pack_segmenter, classes, enlarged_images, real),
        real=segmenter_scores(pack_segmenter, classes, validation_set.images, validation_set.layouts),
    )


def upscaled_images(trained: Upscaler, real: Sequence[DatasetPair]) -> list[Pixels]:
    """Images downscaled and upscaled again."""
    pictures = []
    for index, (image, layout) in enumerate(real):
        *_, (_, _, picture) = trained.upscale_image(downscaled(image, trained.factor), layout, index)
        assert picture is not None, "the last part holds the picture"
        pictures.append(picture)
    return pictures


def downscaled(image: Pixels, factor: int) -> Pixels:
    """An image downscaled by area."""
    return fit_image(image, image.shape[0] // factor, image.shape[1] // factor, "stretch").pixels


def full_size_crops(config: TrainConfig) -> TrainingFrames:
    """The training frames of a configuration at full size, in its views with the fewest rows, to be cropped."""
    factor, rows = config.upscale, min(view.rows for view in config.views)
    views = tuple(ViewConfig(v.rows * factor, v.stretch, v.share) for v in config.views if v.rows == rows)
    side = min(CROP_SIDE, config.height * factor, config.width * factor) // (STRIDE * factor) * (STRIDE * factor)
    full = msgspec.structs.replace(config, height=side, width=side, views=views)
    return TrainingFrames(full, taxonomy_classes(config.taxonomy))


def train_upscaler(
    config: TrainConfig, pack: Pack, images: int, out: Path, columns: Sequence[ProgressColumn]
) -> UpscalerMetadata:
    """Train the upscaler of a pack; writes `out` and returns its scores on DATA/val.

    Raises BadConfig, BadFile, or BadPack if the pack has no segmenter to evaluate it with.
    """
    segmenter.load(pack)  # without one the run would fail at its end
    return evaluator_task.train_task(UpscalerTask, config, pack, images, out, columns)
