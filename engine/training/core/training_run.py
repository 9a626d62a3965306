"""A judge on its way through training: one-cycle rate, averaged weights, a checkpoint to go on from."""

from __future__ import annotations

import io
import math
import pickle
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from rich.progress import Progress, ProgressColumn
from torch import Tensor, nn

from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadConfig
from engine.packs.companion_files import PackCompatibility
from engine.training.core.ema import ExponentialMovingAverage
from engine.training.core.muon import Muon

WARMUP_SHARE = 0.1
"""The share of a run in which the rate rises."""
EMA_DECAY = 0.998
CHECKPOINT_SECONDS = 60.0
"""Between checkpoints."""

BatchLoss = Callable[[np.random.Generator], Tensor]
"""The loss of a batch that is drawn with the generator."""


class TrainingPlan(msgspec.Struct, frozen=True):
    """A run; one that goes on from a checkpoint must have the same."""

    purpose: PackCompatibility
    images: int
    batch: int
    rate: float
    seed: int

    @property
    def steps(self) -> int:
        return max(1, self.images // self.batch)

    def learning_rate_at(self, step: int) -> float:
        """One cycle: a linear rise, then half a cosine down to almost nothing."""
        done = (step + 1) / (self.steps + 1)
        if done < WARMUP_SHARE:
            return self.rate * done / WARMUP_SHARE
        return self.rate * 0.5 * (1 + math.cos(math.pi * (done - WARMUP_SHARE) / (1 - WARMUP_SHARE)))


class TrainingRun:
    """A network on its way through a plan; `inner` names the weights that Muon moves, AdamW moves the rest."""

    def __init__(
        self, network: nn.Module, plan: TrainingPlan, out: Path, uses_muon: Callable[[str, Tensor], bool]
    ) -> None:
        self.network, self.plan = network, plan
        self.checkpoint_path = out.with_name(out.name + ".checkpoint")
        self.ema = ExponentialMovingAverage(network, EMA_DECAY)
        parts: tuple[list[nn.Parameter], list[nn.Parameter]] = ([], [])
        for name, parameter in network.named_parameters():
            parts[uses_muon(name, parameter)].append(parameter)
        rest, matrices = parts
        adam = torch.optim.AdamW(rest, plan.rate, (0.9, 0.99), weight_decay=0.01, fused=True)
        self.optimisers: list[torch.optim.Optimizer] = [adam, Muon(matrices, plan.rate)]
        self.step = 0

    def train_step(self, loss: BatchLoss) -> float:
        """One update, drawn from the seed and the step alone; returns its loss."""
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.plan.learning_rate_at(self.step)
        torch.manual_seed(self.plan.seed * 1_000_003 + self.step)
        total = loss(np.random.default_rng((self.plan.seed, self.step)))
        torch.autograd.backward(total)
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.ema.update(self.network.parameters())
        self.step += 1
        return float(total.detach())

    def save_checkpoint(self) -> None:
        """Write the checkpoint. Raises BadFile."""
        state = {
            "network": self.network.state_dict(),
            "average": self.ema.state_dict(),
            "updates": self.ema.updates,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "step": self.step,
            "plan": msgspec.json.encode(self.plan).decode(),
        }
        buffer = io.BytesIO()
        torch.save(state, buffer)
        write_atomically(self.checkpoint_path, buffer.getvalue())

    def resume(self) -> None:
        """Go on from the checkpoint if there is one. Raises BadConfig if it is another run's."""
        if not self.checkpoint_path.is_file():
            return
        device = next(self.network.parameters()).device
        try:
            state = torch.load(self.checkpoint_path, map_location=device, weights_only=True)
            plan = msgspec.json.decode(state["plan"], type=TrainingPlan)
            if plan != self.plan:
                raise ValueError(f"it was made for {plan.images} images with batch {plan.batch} and seed {plan.seed}")
            self.network.load_state_dict(state["network"])
            self.ema.load(state["average"], state["updates"])
            for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
                optimiser.load_state_dict(saved)
            self.step = state["step"]
        except (OSError, EOFError, RuntimeError, KeyError, ValueError, TypeError, pickle.UnpicklingError) as error:
            raise BadConfig(
                f"{self.checkpoint_path} is not of this run: {error}.", "Remove it to begin anew."
            ) from error

    def run(self, loss: BatchLoss, columns: Sequence[ProgressColumn]) -> None:
        """To the end, from the last checkpoint if there is one; the network then has its averaged weights.

        Raises BadConfig, and BadFile if it cannot write beside its result.
        """
        self.resume()
        self.save_checkpoint()  # whatever hinders it shall hinder it now
        saved = time.monotonic()
        with Progress(*columns) as progress:
            seen = self.step * self.plan.batch
            task = progress.add_task("training", total=self.plan.images, completed=seen, loss=0.0)
            while self.step < self.plan.steps:
                value = self.train_step(loss)
                if not math.isfinite(value):
                    raise BadConfig(f"The loss is {value} at step {self.step}.", "Look at the pictures of `data`.")
                progress.update(task, advance=self.plan.batch, loss=value)
                if time.monotonic() - saved > CHECKPOINT_SECONDS:
                    self.save_checkpoint()
                    saved = time.monotonic()
        self.save_checkpoint()
        self.network.load_state_dict(self.ema.state_dict(), strict=False)

    def remove_checkpoint(self) -> None:
        """The result is written: the checkpoint has served."""
        self.checkpoint_path.unlink(missing_ok=True)
