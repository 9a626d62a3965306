"""Training on more than the memory holds: a window that goes past the pairs of WebDataset shards."""

from __future__ import annotations

import io
import tarfile
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from PIL import Image

from engine.interface.errors import BadFile
from engine.packs import pack as packs
from engine.training.core.frames import DRAWS_PER_FRAME, TrainingFrames
from engine.training.joint.joint_trainer import begin_joint_run
from engine.training.tasks import evaluator_task, segmenter_task
from tests.engine.street_pairs import CLASSES, small_train_config, write_street_folder

PAIRS, WINDOW, SHARD = 24, 8, 7


def shards(pictures: Path, folder: Path) -> Path:
    """The pairs of a folder as train-0000.tar, …; each picture's first pixel says which it is."""
    folder.mkdir()
    images = sorted((pictures / "train" / "images").iterdir())
    for index, path in enumerate(images):
        with tarfile.open(folder / f"train-{index // SHARD:04}.tar", "a") as shard:
            add(shard, f"{path.stem}.png", numbered(path, index))
            add(shard, f"{path.stem}.layout.png", (pictures / "train" / "layouts" / path.name).read_bytes())
    with tarfile.open(folder / "val-0000.tar", "w") as shard:
        for path in sorted((pictures / "val" / "images").iterdir()):
            add(shard, f"{path.stem}.png", path.read_bytes())
            add(shard, f"{path.stem}.layout.png", (pictures / "val" / "layouts" / path.name).read_bytes())
    return folder


def numbered(path: Path, index: int) -> bytes:
    pixels = np.array(Image.open(path).convert("RGB"))
    pixels[...] = 2 * index
    packed = io.BytesIO()
    Image.fromarray(pixels).save(packed, "PNG")
    return packed.getvalue()


def add(shard: tarfile.TarFile, name: str, data: bytes) -> None:
    told = tarfile.TarInfo(name)
    told.size = len(data)
    shard.addfile(told, io.BytesIO(data))


@pytest.fixture
def config(tmp_path):
    folder = shards(write_street_folder(tmp_path / "pictures", train=PAIRS), tmp_path / "shards")
    return msgspec.structs.replace(small_train_config(folder, tmp_path / "run"), window=WINDOW)


def held(frames: TrainingFrames) -> list[int]:
    return [int(frame.views[0].image[0, 0, 0]) // 2 for frame in frames.frames]


def test_all_pairs_go_past_and_only_a_window_is_held(config):
    frames = TrainingFrames(config, CLASSES)
    a_round = PAIRS * DRAWS_PER_FRAME // config.batch
    windows = []
    for step in range(2 * a_round):
        frames.advance_to(step * config.batch)
        windows.append(held(frames))
        assert len(windows[-1]) == WINDOW
    turns = windows[: a_round : WINDOW * DRAWS_PER_FRAME // config.batch]
    assert sorted(index for turn in turns for index in turn) == list(range(PAIRS)), "each once in an epoch"
    assert windows[a_round] != windows[0], "each epoch has its own order"
    inside = windows[: (PAIRS - WINDOW) * DRAWS_PER_FRAME // config.batch]
    assert all(len(set(before) & set(after)) == WINDOW - 1 for before, after in pairwise(inside))


def test_a_step_has_its_window_whatever_came_before(config):
    walked, jumped = TrainingFrames(config, CLASSES), TrainingFrames(config, CLASSES)
    for step in range(40):
        walked.advance_to(step * config.batch)
    jumped.advance_to(39 * config.batch)
    assert held(walked) == held(jumped)
    assert np.array_equal(
        walked.draw_pair(np.random.default_rng(1)).image, jumped.draw_pair(np.random.default_rng(1)).image
    )


def test_a_run_that_is_resumed_ends_in_the_same_weights(config, tmp_path):
    straight, stopped = begin_joint_run(config)[0], begin_joint_run(config)[0]
    list(straight.train_steps(6))
    list(stopped.train_steps(3))
    stopped.save_checkpoint()
    resumed, _ = begin_joint_run(config)
    resumed.resume()
    list(resumed.train_steps(3))
    for name, value in straight.network.state_dict().items():
        assert torch.equal(resumed.network.state_dict()[name], value)


def test_bad_pairs_on_the_way_are_counted_against_all(config, tmp_path):
    shard = tmp_path / "shards" / "train-0002.tar"
    shard.write_bytes(shard.read_bytes().replace(b"\x89PNG", b"oops"))

    def walk() -> None:
        frames = TrainingFrames(config, CLASSES)
        for step in range(PAIRS):
            frames.advance_to(step * config.batch)

    with pytest.raises(BadFile, match="pairs are bad"):
        walk()


def test_one_bad_pair_of_many_is_left_out_whenever_it_comes(config, tmp_path, caplog):
    """Counted against all pairs, so that a run can be resumed anywhere."""
    folder = shards(write_street_folder(tmp_path / "more", train=120), tmp_path / "many")
    shard = folder / "train-0003.tar"
    data = shard.read_bytes()
    shard.write_bytes(data.replace(b"\x89PNG", b"oops", 1))
    config = msgspec.structs.replace(config, data=str(folder))
    bad = TrainingFrames(config, CLASSES)
    for step in range(120 * DRAWS_PER_FRAME // config.batch):
        bad.advance_to(step * config.batch)
        assert len(bad.frames) >= WINDOW - 1
    assert "1 of 120 pairs are bad" in caplog.text


def test_evaluators_learn_from_all_pairs(config, tmp_path):
    first, task = begin_joint_run(msgspec.structs.replace(config, out=str(tmp_path / "first")))
    pack = packs.read_pack(task.export_pack(first), "cpu")
    training_run, task = evaluator_task.begin_training_run(
        segmenter_task.SegmenterTask, config, pack, 64, tmp_path / "segmenter"
    )
    frames = task.sources[0].frames
    first_window = held(frames)
    training_run.run(())
    assert held(frames) != first_window
