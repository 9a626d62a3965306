"""One process of several that train: python distributed_part.py CONFIG.toml, as a launcher starts it.

Writes its losses, and a digest of the weights that it ends with, beside the checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from engine.training.core.distributed import join_process_group
from engine.training.core.training_config import read_config
from engine.training.joint.joint_trainer import begin_joint_run


def train_part(path: Path) -> None:
    config = read_config(path)
    with join_process_group(config.device) as distributed_state:
        training_run, task = begin_joint_run(config, distributed_state)
        training_run.save_checkpoint()
        losses = list(training_run.train_steps(training_run.plan.steps))
        training_run.save_and_report(0.0)
        weights = b"".join(value.numpy().tobytes() for value in training_run.network.state_dict().values())
        summary = {"losses": losses, "weights": hashlib.sha256(weights).hexdigest()}
        (task.out / f"part_{distributed_state.rank}.json").write_text(json.dumps(summary))


if __name__ == "__main__":
    train_part(Path(sys.argv[1]))
