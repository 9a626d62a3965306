"""Two processes train as one: the same losses, and the same weights in both, by `torchrun` on the CPU."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import torch

from engine.interface.errors import BadConfig
from engine.training.core.distributed import SINGLE_PROCESS, DistributedState, join_process_group
from engine.training.core.frames import TrainingFrames
from engine.training.joint.batches import BatchStream
from engine.training.joint.joint_task import CHECKPOINT_FILE, JointTask
from engine.training.joint.joint_trainer import begin_joint_run
from tests.engine.engine_subprocess import ROOT
from tests.engine.street_pairs import CLASSES, small_train_config, write_street_folder

SCRIPT = Path(__file__).with_name("distributed_part.py")
TWO = ["--standalone", "--nproc_per_node", "2"]


@pytest.fixture
def config(tmp_path):
    """Without dropout, which no two processes draw alike."""
    config = small_train_config(write_street_folder(tmp_path / "data"), tmp_path / "two")
    network = msgspec.structs.replace(config.network, dropout=0.0)
    return msgspec.structs.replace(config, images=48, batch=8, network=network)


def launched(config, path, *before):
    path.write_bytes(msgspec.toml.encode(config))
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, *before, str(SCRIPT), str(path)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, cwd=ROOT)


def test_two_processes_train_as_one(config, tmp_path):
    run = launched(config, tmp_path / "two.toml", "-m", "torch.distributed.run", *TWO)
    assert run.returncode == 0, run.stderr[-3000:]
    first, second = (json.loads((tmp_path / "two" / f"part_{rank}.json").read_text()) for rank in (0, 1))
    assert first == second, "both have the whole batch's loss, and the same weights to the last bit"
    alone, _ = begin_joint_run(msgspec.structs.replace(config, out=str(tmp_path / "one")))
    before = {name: value.clone() for name, value in alone.network.state_dict().items()}
    losses = list(alone.train_steps(6))
    assert first["losses"] == pytest.approx(losses, rel=0.01)
    two = torch.load(tmp_path / "two" / CHECKPOINT_FILE, weights_only=True)
    apart = moved = 0.0
    for name, value in alone.network.state_dict().items():
        apart += float((two["network"][name] - value).square().sum())
        moved += float((value - before[name]).square().sum())
    assert apart < 0.02 * moved
    assert (tmp_path / "two" / "pack" / "weights.safetensors").is_file()
    assert len((tmp_path / "two" / "log.jsonl").read_text().splitlines()) == 1, "one of them reports"


def test_rows_are_shared_out_and_the_halves_of_a_batch_stay_halves(config):
    frames = TrainingFrames(config, CLASSES)
    whole = BatchStream(frames, CLASSES, config).draw_batch(3)
    for rank in (0, 1):
        own = DistributedState(rank, 2).batch_rows
        drawn = BatchStream(frames, CLASSES, config, own).draw_batch(3)
        assert torch.equal(drawn.image, whole.image[own])
        assert torch.equal(drawn.layout, whole.layout[own])
        assert torch.equal(drawn.clocks.image, whole.clocks.image[own])
        assert drawn.captions == whole.captions[own]
        rows = range(config.batch)[own]
        assert max(rows[: len(rows) // 2]) < config.batch // 2 <= min(rows[len(rows) // 2 :])


def test_what_cannot_be_shared_is_said(config, monkeypatch):
    with pytest.raises(BadConfig, match="3 processes cannot share a batch of 8"):
        JointTask(config, DistributedState(0, 3))
    monkeypatch.setenv("WORLD_SIZE", "1")
    with join_process_group("cpu") as own:
        assert own == SINGLE_PROCESS
