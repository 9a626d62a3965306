"""What a pack's CLIP pair learns: real pictures with captions drawn anew each time, by open_clip's loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.data.captions import ABSENT, COUNTED, PRESENT, STRANGE, Caption, Captioner, Voice
from engine.data.taxonomy import read_taxonomy
from engine.judges import clip, segmenter
from engine.judges.clip import ClipFacts, ClipPair
from engine.judges.files import Facts
from engine.judges.retrieval import Retrieval, retrieval
from engine.judges.towers import TEXT, Towers
from engine.packs import Pack
from engine.protocol import UNKNOWN, Pixels
from engine.training.config import TrainConfig
from engine.training.judge import Exam, Lessons, Stock

CAPTIONS = 512
"""How many captions a pair offers, each of which names two classes at least."""
ROUNDS = 4
"""How often the pictures held out get captions; a caption says little of a picture, and not always the same."""


class ClipLessons(Lessons[ClipFacts]):
    """Pictures and captions."""

    file, batch, rate = clip.FILE, 64, 1e-3

    def __init__(self, config: TrainConfig, pack: Pack, stocks: Sequence[Stock]) -> None:
        from open_clip.loss import ClipLoss

        super().__init__(config, pack, stocks)
        self.network: Towers = begun(pack)
        frames, classes = stocks[0].frames, read_taxonomy(config.taxonomy)
        self.captioner = Captioner(classes, frames.frequency, frames.light, Voice.of(config.taxonomy))
        self.contrast = ClipLoss()

    @staticmethod
    def inner(name: str, parameter: Tensor) -> bool:
        """The matrices of the transformers' layers."""
        return parameter.ndim == 2 and ".resblocks." in name

    def loss(self, random: np.random.Generator) -> Tensor:
        """Each picture is to find its caption in the batch, and each caption its picture; and all captions that name
        nothing wrong are to fit better than those that do. From own captions alone, most of which fit other streets
        as well, a few thousand frames teach little.
        """
        pairs = self.pairs(random, self.batch)
        captions = [self.captioner.draw(pair.layout, pair.image, random) for pair in pairs]
        with torch.autocast(self.pack.device.type, torch.bfloat16):
            seen = self.network.see(self.standardised(pairs))
            read = self.network.read([caption.text for caption in captions])
        loss: Tensor = self.contrast(seen, read, self.network.scale)
        fit = torch.from_numpy(fits([pair.layout for pair in pairs], captions)).to(seen.device)
        return loss + preference(self.network.scale * seen @ read.T, fit)

    def captions(self, random: np.random.Generator) -> tuple[str, ...]:
        """Captions of training pictures, no two the same."""
        found: dict[str, None] = {}
        for _ in range(16 * CAPTIONS):
            (pair,) = self.pairs(random, 1)
            caption = self.captioner.draw(pair.layout, pair.image, random)
            if (caption.says == PRESENT).sum() >= 2 and STRANGE not in caption.text:
                found[caption.text] = None
            if len(found) == CAPTIONS:
                break
        return tuple(found)

    def graded(self, exam: Exam, facts: Facts, out: Path) -> ClipFacts:
        """As good as what is written, and no better."""
        pair = clip.of(self.network.to(torch.bfloat16), self.pack.file, self.pack.device)
        told = ClipFacts(
            **msgspec.structs.asdict(facts),
            vocabulary=self.pack.info.vocabulary,
            captions=self.captions(np.random.default_rng(self.config.seed)),
            **examine(pair, exam, self.captioner)._asdict(),
        )
        clip.write(out, pair, told)
        return told


def fits(layouts: Sequence[Pixels], captions: Sequence[Caption]) -> np.ndarray:
    """Whether each layout [H, W] has all classes that each caption names, and none that it says are not there, and
    whether the caption is its own; bool [N, N].
    """
    says = np.stack([caption.says for caption in captions])
    counts = np.stack([np.bincount(ids[ids != UNKNOWN], minlength=says.shape[1]) for ids in layouts])
    lacks = (counts < COUNTED).astype(np.int64) @ (says == PRESENT).T
    shows = (counts > 0).astype(np.int64) @ (says == ABSENT).T
    found: np.ndarray = (lacks + shows == 0) | np.eye(len(layouts), dtype=np.bool_)
    return found


def preference(scores: Tensor, fit: Tensor) -> Tensor:
    """-log of the share that fitting pairs have of each row's softmax, and of each column's, on average."""
    fitting = scores.masked_fill(~fit, -torch.inf)
    each = [scores.logsumexp(dim) - fitting.logsumexp(dim) for dim in (0, 1)]
    return torch.stack(each).mean()


def begun(pack: Pack) -> Towers:
    """Towers that see through the pack's segmenter and read as its text tower. Raises BadPack without a segmenter."""
    towers = Towers(pack.info.height, pack.info.width, pack.info.vocabulary)
    eye = segmenter.load(pack).network.state_dict()
    towers.eye.load_state_dict({name: eye[name] for name in towers.eye.state_dict()})
    if pack.file.text == TEXT:
        towers.text.load_state_dict(pack.tower.state_dict())
    return towers.to(pack.device)


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
