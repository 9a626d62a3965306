"""Training of a pack's CLIP pair: real images with captions drawn anew each time, by open_clip's loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.data.class_areas import class_pixel_counts
from engine.data.taxonomy import taxonomy_classes
from engine.evaluators import clip_pair, segmenter
from engine.evaluators.clip_pair import ClipMetadata, PackClipPair
from engine.evaluators.clip_towers import TEXT_CONFIG, ClipTowers
from engine.evaluators.retrieval import RetrievalScores, retrieval_scores
from engine.interface.protocol import Pixels
from engine.packs.companion_files import WeightsMetadata
from engine.packs.pack import Pack
from engine.prompts.captions import (
    ABSENT,
    MIN_CLASS_PIXELS,
    OUT_OF_VOCABULARY_WORD,
    PRESENT,
    Caption,
    Captioner,
    CaptionStyle,
)
from engine.training.core.training_config import TrainConfig
from engine.training.tasks.evaluator_task import EvaluatorTask, FrameSource, ValidationSet

CAPTION_COUNT = 512
"""How many captions a pair stores, each of which mentions at least two classes."""
CAPTION_ROUNDS = 4
"""How often the images held out get new captions, over which the scores are averaged; one says little of an image."""


class ClipTask(EvaluatorTask[ClipMetadata]):
    """Trains the pack's CLIP pair."""

    file_name, batch, learning_rate = clip_pair.FILE, 64, 1e-3

    def __init__(self, config: TrainConfig, pack: Pack, sources: Sequence[FrameSource]) -> None:
        from open_clip.loss import ClipLoss

        super().__init__(config, pack, sources)
        self.network: ClipTowers = initialised_towers(pack)
        frames, classes = sources[0].frames, taxonomy_classes(config.taxonomy)
        self.captioner = Captioner(
            classes, frames.class_frequency, frames.brightness_quartiles, CaptionStyle.of_taxonomy(config.taxonomy)
        )
        self.contrastive_loss = ClipLoss()

    def uses_muon(self, name: str, parameter: Tensor) -> bool:
        """Whether a parameter is a matrix of the transformers' layers."""
        return parameter.ndim == 2 and ".resblocks." in name

    def loss(self, random: np.random.Generator) -> Tensor:
        """The contrastive loss of images and their own captions, plus the matching loss of all that fit.

        The second is needed because most captions fit other images as well: with the first alone, a few thousand
        frames teach little.
        """
        pairs = self.draw_pairs(random, self.batch)
        captions = [self.captioner.draw_caption(pair.layout, pair.image, random) for pair in pairs]
        images = np.stack([pair.image for pair in pairs])
        with torch.autocast(self.pack.device.type, torch.bfloat16):
            image_embeddings = self.network.encode_images(self.pack.standardisation.standardise_pixels(images))
            text_embeddings = self.network.encode_texts([caption.text for caption in captions])
        loss: Tensor = self.contrastive_loss(image_embeddings, text_embeddings, self.network.logit_scale)
        matches = torch.from_numpy(caption_matches([pair.layout for pair in pairs], captions)).to(
            image_embeddings.device
        )
        return loss + matching_loss(self.network.logit_scale * image_embeddings @ text_embeddings.T, matches)

    def distinct_captions(self, random: np.random.Generator) -> tuple[str, ...]:
        """Different captions of training images, `CAPTION_COUNT` at most."""
        captions: dict[str, None] = {}
        for _ in range(16 * CAPTION_COUNT):
            (pair,) = self.draw_pairs(random, 1)
            caption = self.captioner.draw_caption(pair.layout, pair.image, random)
            if (caption.mentions == PRESENT).sum() >= 2 and OUT_OF_VOCABULARY_WORD not in caption.text:
                captions[caption.text] = None
            if len(captions) == CAPTION_COUNT:
                break
        return tuple(captions)

    def evaluate_and_save(self, validation_set: ValidationSet, metadata: WeightsMetadata, out: Path) -> ClipMetadata:
        """Score the pair with the weights as they are written, in bfloat16, and write it. Raises BadFile."""
        pair = clip_pair.clip_pair_from_towers(self.network.to(torch.bfloat16), self.pack.file, self.pack.device)
        clip_metadata = ClipMetadata(
            **msgspec.structs.asdict(metadata),
            vocabulary=self.pack.info.vocabulary,
            captions=self.distinct_captions(np.random.default_rng(self.config.seed)),
            **evaluate_retrieval(pair, validation_set, self.captioner)._asdict(),
        )
        clip_pair.write(out, pair, clip_metadata)
        return clip_metadata


def caption_matches(layouts: Sequence[Pixels], captions: Sequence[Caption]) -> np.ndarray:
    """Which captions fit which layouts [H, W], bool [N, N]: layouts in rows, captions in columns.

    A caption fits if every class it mentions is present and none that it calls absent, or if it is the layout's own.
    """
    class_mentions = np.stack([caption.mentions for caption in captions])
    counts = np.stack([class_pixel_counts(layout, class_mentions.shape[1]) for layout in layouts])
    missing_count = (counts < MIN_CLASS_PIXELS).astype(np.int64) @ (class_mentions == PRESENT).T
    denied_count = (counts > 0).astype(np.int64) @ (class_mentions == ABSENT).T
    matches: np.ndarray = (missing_count + denied_count == 0) | np.eye(len(layouts), dtype=np.bool_)
    return matches


def matching_loss(scores: Tensor, matches: Tensor) -> Tensor:
    """-log of the probability of all matching pairs in each row's softmax, and in each column's, averaged."""
    matching = scores.masked_fill(~matches, -torch.inf)
    losses = [scores.logsumexp(dim) - matching.logsumexp(dim) for dim in (0, 1)]
    return torch.stack(losses).mean()


def initialised_towers(pack: Pack) -> ClipTowers:
    """Towers with the weights of the pack's segmenter and text tower. Raises BadPack if the pack has no segmenter."""
    towers = ClipTowers(pack.info.height, pack.info.width, pack.info.vocabulary)
    segmenter_weights = segmenter.load(pack).network.state_dict()
    towers.eye.load_state_dict({name: segmenter_weights[name] for name in towers.eye.state_dict()})
    if pack.file.text == TEXT_CONFIG:
        towers.text.load_state_dict(pack.text_encoder.state_dict())
    return towers.to(pack.device)


def evaluate_retrieval(pair: PackClipPair, validation_set: ValidationSet, captioner: Captioner) -> RetrievalScores:
    """Retrieval scores on the images held out, averaged over `CAPTION_ROUNDS` draws of captions."""
    random = np.random.default_rng(0)
    image_embeddings, rounds = pair.embed_images(validation_set.images), []
    for _ in range(CAPTION_ROUNDS):
        pictures = zip(validation_set.certain_layouts, validation_set.images, strict=True)
        texts = [captioner.draw_caption(layout, image, random).text for layout, image in pictures]
        rounds.append(retrieval_scores(image_embeddings, pair.embed_texts(texts), random))
    means = [float(np.mean(values)) for values in list(zip(*rounds, strict=True))[1:]]
    return RetrievalScores(rounds[0].among, *means)
