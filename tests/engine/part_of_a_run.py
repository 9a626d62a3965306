"""One process of several that train: python part_of_a_run.py CONFIG.toml, as a launcher starts it.

Writes its losses, and a digest of the weights that it ends with, beside the checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from engine.training.config import read_config
from engine.training.loop import Trainer, steps
from engine.training.parallel import part


def main(path: Path) -> None:
    config = read_config(path)
    with part(config.device) as own:
        trainer = Trainer(config, own)
        trainer.out.mkdir(exist_ok=True)
        losses = [loss for loss, _ in steps(trainer)]
        weights = b"".join(value.numpy().tobytes() for value in trainer.model.state_dict().values())
        told = {"losses": losses, "weights": hashlib.sha256(weights).hexdigest()}
        (trainer.out / f"part_{own.rank}.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
