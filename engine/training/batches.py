"""Batches for training, drawn from (seed, step) alone, so that a resumed run goes on as if it had not stopped."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from engine.data.captions import Caption, Captioner, Voice, given
from engine.data.pairs import Pair, gamma_corrected
from engine.data.taxonomy import ClassWords
from engine.diffusion.denoiser import Clocks
from engine.protocol import UNKNOWN, Pixels
from engine.training.config import TrainConfig
from engine.training.frames import Drawn, Frames
from engine.training.tasks import Draw, draw_task


@dataclass(frozen=True)
class Batch:
    """image [B, 3, H, W] in [0, 1]; layout ids [B, 1, H, W] with 0 where not `known`; says [B, K]."""

    image: Tensor
    layout: Tensor
    known: Tensor
    clocks: Clocks
    image_counts: Tensor
    layout_counts: Tensor
    tokens_of: tuple[str, ...]
    says: Tensor
    kinds: tuple[str, ...]

    def to(self, device: torch.device) -> Batch:
        """The same batch with its tensors on a device."""
        moved = {f.name: getattr(self, f.name) for f in fields(self)}
        moved = {k: v.to(device, non_blocking=True) if isinstance(v, Tensor) else v for k, v in moved.items()}
        clocks = Clocks(*(getattr(self.clocks, f.name).to(device) for f in fields(Clocks)))
        return Batch(**{**moved, "clocks": clocks})


Sample = tuple[Pair, str, np.ndarray, Draw]
"""A pair, its caption, what that says of each class, and its task."""


class Batches:
    """Makes batches in a thread of its own, a few ahead; of each only the rows that are this process's `own`."""

    def __init__(
        self, frames: Frames, classes: Sequence[ClassWords], config: TrainConfig, own: slice = slice(None)
    ) -> None:
        self.frames, self.config, self.classes, self.own = frames, config, len(classes), own
        self.captioner = Captioner(classes, frames.frequency, frames.light, Voice.of(config.taxonomy))

    def stream(self, first: int, count: int) -> Iterator[Batch]:
        """The batches of steps `first` … `first + count - 1`."""
        ready: queue.Queue[Batch | BaseException] = queue.Queue(4)
        stop = threading.Event()

        def work() -> None:
            try:
                for step in range(first, first + count):
                    if stop.is_set():
                        return
                    ready.put(self.draw(step))
            except BaseException as error:
                ready.put(error)

        thread = threading.Thread(target=work, daemon=True, name="batches")
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

    def draw(self, step: int) -> Batch:
        """The rows of one step's batch that are this process's."""
        self.frames.go_to(step * self.config.batch)
        rows = range(self.config.batch)[self.own]
        return stacked([self.sample(np.random.default_rng((self.config.seed, step, row))) for row in rows])

    def sample(self, random: np.random.Generator) -> Sample:
        """A pair, its caption, what that says of each class, and its task."""
        drawn = self.frames.draw_told(random)
        pair = drawn.pair
        task = draw_task(pair.layout, self.config.process.clocks, self.config.mix, random)
        image = exposed(pair.image, task, self.config.gamma, random)
        if task.drop_text:
            return Pair(image, pair.layout), "", np.full(self.classes, -1), task
        caption = self.caption(drawn, image, random)
        return Pair(image, pair.layout), caption.text, caption.says, task

    def caption(self, drawn: Drawn, image: Pixels, random: np.random.Generator) -> Caption:
        """One that came with the frame in half of the cases, if there are any; else one by the grammar."""
        if drawn.captions and random.random() < 0.5:
            text = drawn.captions[int(random.integers(len(drawn.captions)))]
            return given(text, drawn.pair.layout, self.captioner.classes, drawn.mirrored)
        return self.captioner.draw(drawn.pair.layout, image, random)


def exposed(image: Pixels, task: Draw, gamma: float, random: np.random.Generator) -> Pixels:
    """The picture after the pack's gamma.

    People give photographs as they are. One that is only ever given is varied freely, which cannot leak; one that is
    given in part is also shown without the gamma, so that the rest is drawn in its light.
    """
    if task.kind == "regions" and (task.image == 0).any() and random.random() < 0.5:
        return gamma_corrected(image, gamma * float(random.uniform(1.0, 1.3)))
    return freely_exposed(image, gamma, random) if task.kind == "image_given" else gamma_corrected(image, gamma)


def freely_exposed(image: Pixels, gamma: float, random: np.random.Generator) -> Pixels:
    """The picture in a light and a tint of its own, from a photograph's to that of what a pack draws."""
    values = gamma_corrected(image, gamma * float(random.uniform(0.8, 1.4))).astype(np.float32)
    return np.clip(values * random.uniform(0.9, 1.1, 3), 0, 255).astype(np.uint8)


def stacked(samples: Sequence[Sample]) -> Batch:
    """One batch of them."""
    pairs, texts, says, draws = zip(*samples, strict=True)
    layout = torch.from_numpy(np.stack([pair.layout for pair in pairs])[:, None].astype(np.int64))
    image = torch.from_numpy(np.stack([pair.image for pair in pairs])).movedim(-1, 1).float() / 255
    return Batch(
        image,
        torch.where(layout == UNKNOWN, 0, layout),
        layout != UNKNOWN,
        stack_clocks(draws),
        torch.tensor([draw.image_counts for draw in draws]),
        torch.tensor([draw.layout_counts for draw in draws]),
        texts,
        torch.from_numpy(np.stack(says)),
        tuple(draw.kind for draw in draws),
    )


def stack_clocks(draws: Sequence[Draw]) -> Clocks:
    """The clocks of a batch."""
    return Clocks(
        torch.from_numpy(np.stack([draw.image for draw in draws])[:, None]),
        torch.from_numpy(np.stack([draw.layout for draw in draws])[:, None]),
        torch.tensor([draw.image_running for draw in draws]),
        torch.tensor([draw.layout_running for draw in draws]),
    )
