"""Trains a pack's CLIP pair on real pictures with captions drawn anew each time, by open_clip's loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.progress import ProgressColumn
from torch import Tensor

from engine.data.captions import PRESENT, STRANGE, Captioner, Voice
from engine.data.taxonomy import read_taxonomy
from engine.judges import clip
from engine.judges.clip import ClipFacts, ClipPair
from engine.judges.retrieval import Retrieval, retrieval
from engine.judges.towers import Towers
from engine.packs import Pack
from engine.training.batches import Frames, freely_exposed
from engine.training.config import TrainConfig
from engine.training.judge import Course, Exam, Plan, checked, held_out

BATCH = 64
RATE = 1e-3
CAPTIONS = 512
"""How many captions a pair offers, each of which names two classes at least."""
ROUNDS = 4
"""How often the pictures held out get captions; a caption says little of a picture, and not always the same."""


class Lessons:
    """Batches and their loss."""

    def __init__(self, config: TrainConfig, pack: Pack, frames: Frames, towers: Towers) -> None:
        from open_clip.loss import ClipLoss

        classes = read_taxonomy(config.taxonomy)
        self.frames, self.towers, self.contrast = frames, towers, ClipLoss()
        self.captioner = Captioner(classes, frames.frequency, frames.light, Voice.of(config.taxonomy))
        self.gamma, self.device = pack.file.pixels.gamma, pack.device
        pixels = pack.file.pixels
        self.mean, self.deviation = (
            torch.tensor(v, device=pack.device)[:, None, None] for v in (pixels.mean, pixels.deviation)
        )

    def loss(self, random: np.random.Generator) -> Tensor:
        """Each picture is to find its caption in the batch, and each caption its picture."""
        pairs = [self.frames.draw(random) for _ in range(BATCH)]
        pictures = [freely_exposed(pair.image, self.gamma, random) for pair in pairs]
        texts = [
            self.captioner.draw(pair.layout, picture, random).text
            for pair, picture in zip(pairs, pictures, strict=True)
        ]
        rgb = torch.from_numpy(np.stack(pictures)).to(self.device).movedim(-1, 1).float() / 255
        with torch.autocast(self.device.type, torch.bfloat16):
            seen, read = self.towers.see((rgb - self.mean) / self.deviation), self.towers.read(texts)
        loss: Tensor = self.contrast(seen, read, self.towers.scale)
        return loss

    def captions(self, random: np.random.Generator) -> tuple[str, ...]:
        """Captions of training pictures, no two the same."""
        found: dict[str, None] = {}
        for _ in range(16 * CAPTIONS):
            pair = self.frames.draw(random)
            caption = self.captioner.draw(pair.layout, freely_exposed(pair.image, self.gamma, random), random)
            if (caption.says == PRESENT).sum() >= 2 and STRANGE not in caption.text:
                found[caption.text] = None
            if len(found) == CAPTIONS:
                break
        return tuple(found)


def course(config: TrainConfig, pack: Pack, images: int, out: Path) -> tuple[Course, Lessons]:
    """Fresh towers and what they learn from. Raises BadConfig or BadFile."""
    plan = Plan(checked(config, pack, out), images, BATCH, RATE, config.seed)
    frames = Frames(config, read_taxonomy(config.taxonomy))
    torch.manual_seed(config.seed)
    towers = Towers(pack.info.height, pack.info.width, pack.info.vocabulary).to(pack.device)
    return Course(towers, plan, out, inner), Lessons(config, pack, frames, towers)


def inner(name: str, parameter: Tensor) -> bool:
    """The matrices of the transformers' layers are moved by Muon."""
    return parameter.ndim == 2 and ".resblocks." in name


def examine(pair: ClipPair, exam: Exam, captioner: Captioner) -> Retrieval:
    """R-precision over several draws of captions of the pictures held out."""
    random = np.random.default_rng(0)
    seen, found = pair.images(exam.images), []
    for _ in range(ROUNDS):
        pictures = zip(exam.believed, exam.images, strict=True)
        texts = [captioner.draw(layout, image, random).text for layout, image in pictures]
        found.append(retrieval(seen, pair.texts(texts), random))
    means = [float(np.mean(values)) for values in list(zip(*found, strict=True))[1:]]
    return Retrieval(found[0].among, *means)


def train_clip(
    config: TrainConfig, pack: Pack, images: int, out: Path, columns: Sequence[ProgressColumn]
) -> ClipFacts:
    """Train on the data of a configuration, for a pack; writes `out` and returns its figures on DATA/val.

    Raises BadConfig or BadFile.
    """
    exam = held_out(config, pack)  # what would fail later fails now
    taught, lessons = course(config, pack, images, out)
    towers = taught.run(lessons.loss, columns)
    assert isinstance(towers, Towers)
    pair = clip.of(towers.to(torch.bfloat16), pack.file, pack.device)  # as good as what is written, and no better
    found = examine(pair, exam, lessons.captioner)
    facts = ClipFacts(
        purpose=taught.plan.purpose,
        images_seen=taught.step * BATCH,
        held_out=len(exam.images),
        vocabulary=pack.info.vocabulary,
        captions=lessons.captions(np.random.default_rng(config.seed)),
        **found._asdict(),
    )
    clip.write(out, pair, facts)
    taught.finish()
    return facts
