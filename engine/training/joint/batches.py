"""Batches of a base, which depend on (seed, step) alone, so that a resumed run continues as if it had not stopped."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from engine.data.pairs import DatasetPair, gamma_corrected
from engine.data.taxonomy import ClassWords
from engine.diffusion.process.denoiser import Clocks
from engine.interface.protocol import UNKNOWN, Pixels
from engine.prompts.captions import Caption, Captioner, CaptionStyle, written_caption
from engine.training.core.frames import FrameCrop, TrainingFrames
from engine.training.core.training_config import TrainConfig
from engine.training.joint.clock_draws import ClockDraw, draw_clocks


@dataclass(frozen=True)
class Batch:
    """image [B, 3, H, W] in [0, 1]; layout ids [B, 1, H, W], 0 where not `known`; class_mentions [B, K]."""

    image: Tensor
    layout: Tensor
    known: Tensor
    clocks: Clocks
    image_has_loss: Tensor
    layout_has_loss: Tensor
    captions: tuple[str, ...]
    class_mentions: Tensor
    task_kinds: tuple[str, ...]

    def to(self, device: torch.device) -> Batch:
        """This batch with its tensors on a device."""
        moved = {f.name: getattr(self, f.name) for f in fields(self)}
        moved = {k: v.to(device, non_blocking=True) if isinstance(v, Tensor) else v for k, v in moved.items()}
        clocks = Clocks(*(getattr(self.clocks, f.name).to(device) for f in fields(Clocks)))
        return Batch(**{**moved, "clocks": clocks})


TrainingSample = tuple[DatasetPair, str, np.ndarray, ClockDraw]
"""A pair, its caption, how that mentions each class [K], and its task."""


class BatchStream:
    """Makes batches ahead in a thread; of each only this process's `rows`."""

    def __init__(
        self, frames: TrainingFrames, classes: Sequence[ClassWords], config: TrainConfig, rows: slice = slice(None)
    ) -> None:
        self.frames, self.config, self.class_count, self.rows = frames, config, len(classes), rows
        self.captioner = Captioner(
            classes, frames.class_frequency, frames.brightness_quartiles, CaptionStyle.of_taxonomy(config.taxonomy)
        )

    def stream(self, first: int, count: int) -> Iterator[Batch]:
        """The batches of steps `first` … `first + count - 1`."""
        ready: queue.Queue[Batch | BaseException] = queue.Queue(4)
        stop = threading.Event()

        def produce_batches() -> None:
            try:
                for step in range(first, first + count):
                    if stop.is_set():
                        return
                    ready.put(self.draw_batch(step))
            except BaseException as error:
                ready.put(error)

        thread = threading.Thread(target=produce_batches, daemon=True, name="batches")
        thread.start()
        try:
            for _ in range(count):
                batch = ready.get()
                if isinstance(batch, BaseException):
                    raise batch
                yield batch
        finally:
            stop.set()
            while not ready.empty():
                ready.get_nowait()

    def draw_batch(self, step: int) -> Batch:
        """This process's rows of the batch of a step."""
        self.frames.advance_to(step * self.config.batch)
        rows = range(self.config.batch)[self.rows]
        return stack_samples([self.draw_sample(np.random.default_rng((self.config.seed, step, row))) for row in rows])

    def draw_sample(self, random: np.random.Generator) -> TrainingSample:
        """A training sample: a crop in a random exposure, with a random task and caption."""
        crop = self.frames.draw_crop(random)
        pair = crop.pair
        task = draw_clocks(pair.layout, self.config.process.clocks, self.config.mix, random)
        image = augment_exposure(pair.image, task, self.config.gamma, random)
        if task.drop_text:
            return DatasetPair(image, pair.layout), "", np.full(self.class_count, -1), task
        caption = self.draw_caption(crop, image, random)
        return DatasetPair(image, pair.layout), caption.text, caption.mentions, task

    def draw_caption(self, crop: FrameCrop, image: Pixels, random: np.random.Generator) -> Caption:
        """A caption of the frame's own in half of the cases, if it has any; otherwise one from the grammar."""
        if crop.captions and random.random() < 0.5:
            text = crop.captions[int(random.integers(len(crop.captions)))]
            return written_caption(text, crop.pair.layout, self.captioner.classes, crop.mirrored)
        return self.captioner.draw_caption(crop.pair.layout, image, random)


def augment_exposure(image: Pixels, task: ClockDraw, gamma: float, random: np.random.Generator) -> Pixels:
    """The image after the pack's gamma, varied where it is given.

    People give photographs as they are. An image that is given completely is varied freely, because the network does
    not learn to generate it; one given in part gets another gamma in half of the cases, so that the network learns to
    match the rest to it.
    """
    if task.task_kind == "regions" and (task.image_clocks == 0).any() and random.random() < 0.5:
        return gamma_corrected(image, gamma * float(random.uniform(1.0, 1.3)))
    return (
        augment_exposure_freely(image, gamma, random)
        if task.task_kind == "image_given"
        else gamma_corrected(image, gamma)
    )


def augment_exposure_freely(image: Pixels, gamma: float, random: np.random.Generator) -> Pixels:
    """The image with a random gamma, from a photograph's to below the pack's, and a random tint."""
    values = gamma_corrected(image, gamma * float(random.uniform(0.8, 1.4))).astype(np.float32)
    return np.clip(values * random.uniform(0.9, 1.1, 3), 0, 255).astype(np.uint8)


def stack_samples(samples: Sequence[TrainingSample]) -> Batch:
    """A batch of samples."""
    pairs, texts, class_mentions, draws = zip(*samples, strict=True)
    layout = torch.from_numpy(np.stack([pair.layout for pair in pairs])[:, None].astype(np.int64))
    image = torch.from_numpy(np.stack([pair.image for pair in pairs])).movedim(-1, 1).float() / 255
    return Batch(
        image,
        torch.where(layout == UNKNOWN, 0, layout),
        layout != UNKNOWN,
        stack_clocks(draws),
        torch.tensor([draw.image_has_loss for draw in draws]),
        torch.tensor([draw.layout_has_loss for draw in draws]),
        texts,
        torch.from_numpy(np.stack(class_mentions)),
        tuple(draw.task_kind for draw in draws),
    )


def stack_clocks(draws: Sequence[ClockDraw]) -> Clocks:
    """The clocks of a batch, from one draw for each row."""
    return Clocks(
        torch.from_numpy(np.stack([draw.image_clocks for draw in draws])[:, None]),
        torch.from_numpy(np.stack([draw.layout_clocks for draw in draws])[:, None]),
        torch.tensor([draw.image_running for draw in draws]),
        torch.tensor([draw.layout_running for draw in draws]),
    )
