"""Trains a pack's CLIP pair on real pictures with captions drawn anew each time, by open_clip's loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.progress import ProgressColumn
from torch import Tensor, nn
from torch.nn import functional as F

from engine.data.captions import PRESENT, STRANGE, Captioner, Voice
from engine.data.taxonomy import read_taxonomy
from engine.judges import clip
from engine.judges.clip import ClipFacts, ClipPair
from engine.judges.retrieval import Retrieval, retrieval
from engine.judges.towers import TEXT, WIDTH, Towers
from engine.packs import Pack
from engine.protocol import Pixels
from engine.training.batches import Frames, freely_exposed, presence
from engine.training.config import TrainConfig
from engine.training.judge import Course, Exam, Plan, checked, held_out

BATCH = 64
RATE = 2e-3
THIRDS = 3
BESIDE = 5.0
"""The weight of what is where, beside the contrast."""
CAPTIONS = 512
"""How many captions a pair offers, each of which names two classes at least."""
ROUNDS = 4
"""How often the pictures held out get captions; a caption says little of a picture, and not always the same."""


class Pupil(nn.Module):
    """The towers, and a head of the image tower that is only for learning: which classes are in the left, the middle
    and the right third. A few thousand frames are too few to learn it from captions alone.
    """

    def __init__(self, towers: Towers, classes: int) -> None:
        super().__init__()
        self.towers, self.there = towers, nn.Linear(WIDTH, THIRDS * classes)


def thirds(layout: Pixels, classes: int) -> np.ndarray:
    """Which classes are in each third of a layout [H, W], float32 [THIRDS · K]."""
    parts = np.array_split(layout, THIRDS, 1)
    return np.concatenate([presence(part, classes) for part in parts]).astype(np.float32)


class Lessons:
    """Batches and their loss."""

    def __init__(self, config: TrainConfig, pack: Pack, frames: Frames, pupil: Pupil) -> None:
        from open_clip.loss import ClipLoss

        classes = read_taxonomy(config.taxonomy)
        self.frames, self.pupil, self.contrast, self.classes = frames, pupil, ClipLoss(), len(classes)
        self.captioner = Captioner(classes, frames.frequency, frames.light, Voice.of(config.taxonomy))
        self.gamma, self.device = pack.file.pixels.gamma, pack.device
        pixels = pack.file.pixels
        self.mean, self.deviation = (
            torch.tensor(v, device=pack.device)[:, None, None] for v in (pixels.mean, pixels.deviation)
        )

    def loss(self, random: np.random.Generator) -> Tensor:
        """Each picture is to find its caption in the batch, and each caption its picture; beside it, what is where."""
        pairs = [self.frames.draw(random) for _ in range(BATCH)]
        pictures = [freely_exposed(pair.image, self.gamma, random) for pair in pairs]
        texts = [
            self.captioner.draw(pair.layout, picture, random).text
            for pair, picture in zip(pairs, pictures, strict=True)
        ]
        rgb = torch.from_numpy(np.stack(pictures)).to(self.device).movedim(-1, 1).float() / 255
        there = torch.from_numpy(np.stack([thirds(pair.layout, self.classes) for pair in pairs])).to(self.device)
        towers = self.pupil.towers
        with torch.autocast(self.device.type, torch.bfloat16):
            features, read = towers.features((rgb - self.mean) / self.deviation), towers.read(texts)
            found = self.pupil.there(features).float()
        loss: Tensor = self.contrast(F.normalize(features, dim=1), read, towers.scale)
        return loss + BESIDE * F.binary_cross_entropy_with_logits(found, there)

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
    towers = Towers(pack.info.height, pack.info.width, pack.info.vocabulary)
    if pack.file.text == TEXT:  # it has learnt what the words mean for a picture
        towers.text.load_state_dict(pack.tower.state_dict())
    pupil = Pupil(towers, len(pack.info.classes)).to(pack.device).to(memory_format=torch.channels_last)
    return Course(pupil, plan, out, inner), Lessons(config, pack, frames, pupil)


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
    pupil = taught.run(lessons.loss, columns)
    assert isinstance(pupil, Pupil)
    pair = clip.of(
        pupil.towers.to(torch.bfloat16), pack.file, pack.device
    )  # as good as what is written, and no better
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
