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
from engine.training.joint.joint_trainer import JointTrainer, training_steps


def train_part(path: Path) -> None:
    config = read_config(path)
    with join_process_group(config.device) as distributed_state:
        trainer = JointTrainer(config, distributed_state)
        trainer.out.mkdir(exist_ok=True)
        losses = [loss for loss, _ in training_steps(trainer)]
        weights = b"".join(value.numpy().tobytes() for value in trainer.model.state_dict().values())
        summary = {"losses": losses, "weights": hashlib.sha256(weights).hexdigest()}
        (trainer.out / f"part_{distributed_state.rank}.json").write_text(json.dumps(summary))


if __name__ == "__main__":
    train_part(Path(sys.argv[1]))
