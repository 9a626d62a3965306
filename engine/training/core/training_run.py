"""The training loop of bases, upscalers, evaluators, classifiers and distilled networks."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
import torch
from rich.progress import Progress, ProgressColumn
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from engine.interface.errors import BadConfig
from engine.training.core.checkpoint import (
    RESTART_HINT,
    Checkpoint,
    first_line,
    read_checkpoint,
    without_frozen_parameters,
    write_checkpoint,
)
from engine.training.core.distributed import SINGLE_PROCESS, DistributedState
from engine.training.core.ema import averaged_parameters, build_averaged_model, load_average, update_count
from engine.training.core.optimisation import LearningRateFactor, build_optimisers

BatchT = TypeVar("BatchT")


@dataclass(frozen=True)
class TrainingPlan:
    """How long a run is and how it moves the weights.

    `images` is how many the run sees in all, `batch` how many at a step. `signature` holds the settings that a resumed
    run must share with its checkpoint, by name.
    """

    images: int
    batch: int
    seed: int
    learning_rate: float
    learning_rate_factor: LearningRateFactor
    ema_decay: float
    checkpoint_seconds: float
    signature: Mapping[str, object] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """How many steps the run has."""
        return max(1, self.images // self.batch)


class TrainingTask(ABC, Generic[BatchT]):
    """What a run trains: a network on its device, batches for each step, and their loss."""

    network: nn.Module

    @abstractmethod
    def uses_muon(self, name: str, parameter: Tensor) -> bool:
        """Whether Muon moves a parameter; AdamW moves the others."""

    @abstractmethod
    def batches(self, steps: range) -> Iterator[BatchT]:
        """The batch of each step, which depends on the seed and the step alone, so that a run can be resumed."""

    @abstractmethod
    def loss(self, batch: BatchT, /) -> Tensor:
        """The loss of a batch, a scalar."""

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps for the task beside its weights, as plain JSON values."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` gave. Raises BadConfig if the run would not go on as it began."""

    def report(self, run: TrainingRun[BatchT], images_per_second: float) -> None:
        """Write the results so far; called after each checkpoint and at the end. Raises BadFile."""

    def is_reported(self, run: TrainingRun[BatchT]) -> bool:
        """Whether the results of the run's step are written, if a resumed run has no steps left."""
        return True


class TrainingRun(Generic[BatchT]):
    """A task on its way through a plan, in this process of perhaps several.

    Holds the network, its average, the optimisers and the step; a checkpoint carries them over a stop.
    """

    def __init__(
        self,
        task: TrainingTask[BatchT],
        plan: TrainingPlan,
        checkpoint_path: Path,
        distributed_state: DistributedState = SINGLE_PROCESS,
    ) -> None:
        self.task, self.plan, self.network = task, plan, task.network
        self.checkpoint_path, self.distributed_state = checkpoint_path, distributed_state
        self.ema = build_averaged_model(self.network, plan.ema_decay)
        self.optimisers = build_optimisers(self.network, plan.learning_rate, task.uses_muon)
        self._start_at(0)

    @property
    def images_seen(self) -> int:
        """How many images the run has seen."""
        return self.step * self.plan.batch

    def run(self, columns: Sequence[ProgressColumn]) -> None:
        """Train to the end, from the checkpoint if there is one.

        Raises BadConfig if that is of another run or the loss is not finite, BadFile if results cannot be written.
        """
        self.resume()
        self.check_processes_agree()
        self.save_checkpoint()  # a folder that cannot be written to fails now
        first, begun, saved = self.step, time.monotonic(), time.monotonic()
        speed = 0.0
        with Progress(*columns, disable=not self.distributed_state.is_main_process) as progress:
            bar = progress.add_task("", total=self.plan.images, completed=self.images_seen, loss=0.0, rate=0.0)
            for loss in self.train_steps(max(0, self.plan.steps - self.step)):
                speed = (self.step - first) * self.plan.batch / (time.monotonic() - begun)
                progress.update(bar, completed=self.images_seen, loss=loss, rate=speed)
                if time.monotonic() - saved > self.plan.checkpoint_seconds and self.step < self.plan.steps:
                    self.save_and_report(speed)
                    saved = time.monotonic()
        if self.step > first or not self.task.is_reported(self):  # it may have been stopped before its last report
            self.save_and_report(speed)

    def train_steps(self, count: int) -> Iterator[float]:
        """Train for `count` more steps and yield the loss of each. Raises BadConfig if one is not finite."""
        for batch in self.task.batches(range(self.step, self.step + count)):
            yield self.train_step(batch)

    def train_step(self, batch: BatchT) -> float:
        """Update the weights by this process's rows of a batch; returns the loss of all its rows."""
        torch.manual_seed(self.plan.seed * 1_000_003 + self.step)  # a resumed run draws the same noise
        total = self.task.loss(batch)
        torch.autograd.backward(total)
        loss = total.detach()
        gradients = [parameter.grad for parameter in self.network.parameters() if parameter.grad is not None]
        self.distributed_state.all_reduce_mean([*gradients, loss])
        value = float(loss)
        if not math.isfinite(value):
            raise BadConfig(f"The loss is {value} at step {self.step}.", "Check `data`, or lower the learning rate.")
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimiser, scheduler in zip(self.optimisers, self.schedulers, strict=True):
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            scheduler.step()
        self.ema.update_parameters(self.network)
        self.step += 1
        return value

    def save_and_report(self, images_per_second: float) -> None:
        """Save a checkpoint, and let the task report; the main process alone, others wait at their next step."""
        if self.distributed_state.is_main_process:
            self.save_checkpoint()
            self.task.report(self, images_per_second)

    def save_checkpoint(self) -> None:
        """Write the checkpoint, if this is the main process. Raises BadFile."""
        if not self.distributed_state.is_main_process:
            return
        checkpoint = Checkpoint(
            network=self.network.state_dict(),
            average=averaged_parameters(self.ema),
            updates=update_count(self.ema),
            optimisers=[optimiser.state_dict() for optimiser in self.optimisers],
            step=self.step,
            signature=plain_json(self.plan.signature),
            task_state=plain_json(self.task.state()),
        )
        write_checkpoint(self.checkpoint_path, checkpoint)

    def resume(self) -> None:
        """Take over the checkpoint, if there is one. Raises BadConfig if it is damaged or another run's."""
        if not self.checkpoint_path.is_file():
            return
        checkpoint = read_checkpoint(self.checkpoint_path, next(self.network.parameters()).device)
        signature = plain_json(self.plan.signature)
        changed = [
            f"another {name}" if isinstance(value, dict | list) else f"{name} = {value}"
            for name, value in checkpoint.signature.items()
            if signature.get(name) != value
        ]
        if changed:
            raise BadConfig(f"{self.checkpoint_path} was made with {' and '.join(changed)}.", RESTART_HINT)
        try:
            self.network.load_state_dict(checkpoint.network)
            load_average(self.ema, checkpoint.average, checkpoint.updates)
            for optimiser, state in zip(self.optimisers, checkpoint.optimisers, strict=True):
                (group,) = optimiser.param_groups
                optimiser.load_state_dict(without_frozen_parameters(state, len(group["params"])))
        except (RuntimeError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise BadConfig(
                f"{self.checkpoint_path} does not fit this configuration ({first_line(error)}).", RESTART_HINT
            ) from error
        self.task.restore(checkpoint.task_state)
        self._start_at(checkpoint.step)

    def check_processes_agree(self) -> None:
        """Raise BadConfig if another process of this run begins with another step or other weights."""
        weights = torch.stack([parameter.detach().double().sum() for parameter in self.network.parameters()])
        if not self.distributed_state.all_equal(torch.cat([weights, weights.new_tensor([self.step])])):
            hint = f"{self.checkpoint_path.parent} must be one folder that all of them share."
            raise BadConfig("The processes of this run resume from different checkpoints.", hint)

    def use_averaged_weights(self) -> None:
        """Give the network its averaged weights, to be evaluated and written."""
        self.network.load_state_dict(averaged_parameters(self.ema), strict=False)

    def remove_checkpoint(self) -> None:
        """Delete the checkpoint, once the result is written."""
        self.checkpoint_path.unlink(missing_ok=True)

    def _start_at(self, step: int) -> None:
        """Set the step, and the learning rates as they are then."""
        self.step = step
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["initial_lr"] = self.plan.learning_rate
        self.schedulers = [
            LambdaLR(optimiser, self.plan.learning_rate_factor, last_epoch=step - 1) for optimiser in self.optimisers
        ]


def plain_json(values: Mapping[str, object]) -> dict[str, Any]:
    """Values as JSON gives them back, so that those of a checkpoint and of a run compare."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(values))
    return plain
