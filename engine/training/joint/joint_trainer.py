"""The training run of a pack's base, on a CPU, a GPU or several of them (core/distributed.py)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.progress import ProgressColumn

from engine.interface.errors import BadConfig
from engine.training.core.distributed import SINGLE_PROCESS, DistributedState, join_process_group
from engine.training.core.optimisation import warmup_and_decay
from engine.training.core.training_config import TrainConfig
from engine.training.core.training_run import TrainingPlan, TrainingRun
from engine.training.joint.batches import Batch
from engine.training.joint.joint_task import CHECKPOINT_FILE, JointTask


def train_pack(config: TrainConfig, columns: Sequence[ProgressColumn]) -> Path:
    """Train to the end, from the last checkpoint if there is one; returns the pack's folder.

    Raises BadConfig, or BadFile if `out` cannot be written to.
    """
    make_folder(Path(config.out))
    with join_process_group(config.device) as distributed_state:
        training_run, task = begin_joint_run(config, distributed_state)
        training_run.run(columns)
    return task.out / "pack"


def begin_joint_run(
    config: TrainConfig, distributed_state: DistributedState = SINGLE_PROCESS
) -> tuple[TrainingRun[Batch], JointTask]:
    """The task of a configuration and its run, not resumed yet. Raises BadConfig, BadFile or BadPack."""
    task = JointTask(config, distributed_state)
    plan = TrainingPlan(
        images=config.images,
        batch=config.batch,
        seed=config.seed,
        learning_rate=config.learning_rate,
        learning_rate_factor=warmup_and_decay(config.images, config.batch, config.warmup, config.decay),
        ema_decay=config.ema,
        checkpoint_seconds=60 * config.minutes,
        signature=task.signature,
    )
    return TrainingRun(task, plan, task.out / CHECKPOINT_FILE, distributed_state), task


def make_folder(path: Path) -> None:
    """Make the folder of a run. Raises BadConfig if that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadConfig(f"{path} cannot be made a folder ({error.strerror}).", "Set `out` to another path.") from error
