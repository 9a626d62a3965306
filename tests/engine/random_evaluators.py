"""Judges with random weights, for packs whose judges need not be right but there."""

from __future__ import annotations

import torch

from engine.evaluators import clip_pair, segmenter
from engine.evaluators.clip_pair import ClipMetadata
from engine.evaluators.clip_towers import ClipTowers
from engine.evaluators.segmenter import SegmenterMetadata
from engine.network.segmenter_unet import SegmenterUNet
from engine.packs import companion_files, pack
from engine.packs.companion_files import PackCompatibility


def add_random_segmenter(folder):
    """One that knows nothing, but says something."""
    file = pack.read_pack_file(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = SegmenterUNet(len(file.info.classes))
        torch.nn.init.normal_(network.head.weight)
    facts = SegmenterMetadata(
        purpose=PackCompatibility.from_pack_file(file),
        images_seen=0,
        held_out=0,
        accuracy=0.0,
        mean_iou=0.0,
        believed=(0.0, 0.0),
    )
    companion_files.save(folder / segmenter.FILE, network.state_dict(), facts)


def add_random_clip(folder):
    """Towers as they begin."""
    file = pack.read_pack_file(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        towers = ClipTowers(file.info.height, file.info.width, file.info.vocabulary)
    facts = ClipMetadata(
        purpose=PackCompatibility.from_pack_file(file), images_seen=0, held_out=0, vocabulary=file.info.vocabulary,
        captions=("a car",),
        among=0, r_precision=0.0, mean_rank=0.0, score=0.0,
    )  # fmt: skip
    clip_pair.write(folder / clip_pair.FILE, clip_pair.clip_pair_from_towers(towers, file, torch.device("cpu")), facts)
