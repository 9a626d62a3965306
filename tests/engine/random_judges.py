"""Judges with random weights, for packs whose judges need not be right but there."""

from __future__ import annotations

import torch

from engine import packs
from engine.judges import clip, files, segmenter
from engine.judges.clip import ClipFacts
from engine.judges.files import Purpose
from engine.judges.segmenter import SegmenterFacts
from engine.judges.towers import Towers
from engine.network.segmenter import SegmenterUNet


def add_segmenter(folder):
    """One that knows nothing, but says something."""
    file = packs.read_file(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = SegmenterUNet(len(file.info.classes))
        torch.nn.init.normal_(network.head.weight)
    facts = SegmenterFacts(
        purpose=Purpose.of(file), images_seen=0, held_out=0, accuracy=0.0, mean_iou=0.0, believed=(0.0, 0.0)
    )
    files.save(folder / segmenter.FILE, network.state_dict(), facts)


def add_clip(folder):
    """Towers as they begin."""
    file = packs.read_file(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        towers = Towers(file.info.height, file.info.width, file.info.vocabulary)
    facts = ClipFacts(
        purpose=Purpose.of(file), images_seen=0, held_out=0, vocabulary=file.info.vocabulary, captions=("a car",),
        among=0, r_precision=0.0, mean_rank=0.0, score=0.0,
    )  # fmt: skip
    clip.write(folder / clip.FILE, clip.of(towers, file, torch.device("cpu")), facts)
