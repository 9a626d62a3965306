"""Checkpoints of training runs: their file, and the forms that earlier versions wrote."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadConfig

RESTART_HINT = "Undo the change, choose another `out`, or remove the file to start over."


@dataclass(frozen=True)
class Checkpoint:
    """All that resumes a run.

    `average` holds the averaged parameters after `updates` updates. `signature` holds the settings that a resumed run
    must share, by name, `task_state` what the task itself keeps; both are plain JSON values.
    """

    network: dict[str, Tensor]
    average: dict[str, Tensor]
    updates: int
    optimisers: list[dict[str, Any]]
    step: int
    signature: dict[str, Any]
    task_state: dict[str, Any]


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all. Raises BadFile."""
    buffer = io.BytesIO()
    torch.save(vars(checkpoint), buffer)
    write_atomically(path, buffer.getvalue())


def read_checkpoint(path: Path, device: torch.device) -> Checkpoint:
    """A checkpoint of this or of an earlier version. Raises BadConfig if the file is damaged or something else."""
    try:
        checkpoint = Checkpoint(**upgraded_state(torch.load(path, map_location=device, weights_only=True)))
        if not isinstance(checkpoint.step, int) or checkpoint.step < 0:
            raise ValueError("its step is no number")
    except Exception as error:  # torch's reader fails in any way on what it did not write
        raise BadConfig(
            f"{path} is not a checkpoint, or it is damaged ({first_line(error)}).", "Remove it to start over."
        ) from error
    return checkpoint


def upgraded_state(state: dict[str, Any]) -> dict[str, Any]:
    """The fields of a `Checkpoint` from what is in a file; those of bases had "model", those of evaluators "plan"."""
    if "signature" in state:
        return state
    shared = {name: state[name] for name in ("average", "updates", "optimisers", "step")}
    if "plan" in state:
        return shared | {"network": state["network"], "signature": json.loads(state["plan"]), "task_state": {}}
    signature: dict[str, Any] = {"batch": state["batch"]}
    if "learns" in state:
        process, loss, *window = json.loads(state["learns"])
        signature |= {"process": process, "loss": loss, "window": window[0] if window else 0}
    task_state = {"images_before": state.get("before", 0)}
    return shared | {"network": state["model"], "signature": signature, "task_state": task_state}


def without_frozen_parameters(state: dict[str, Any], count: int) -> dict[str, Any]:
    """The state of an optimiser of `count` parameters; earlier versions gave it a network's frozen ones as well.

    Raises ValueError if that does not explain their number.
    """
    (group,) = state["param_groups"]
    if len(group["params"]) == count:
        return state
    trained = sorted(state["state"])  # a frozen parameter has no state
    if len(group["params"]) < count or len(trained) not in (0, count):
        raise ValueError(f"it holds {len(group['params'])} parameters instead of {count}")
    renumbered = {index: state["state"][old_index] for index, old_index in enumerate(trained)}
    return {"state": renumbered, "param_groups": [group | {"params": list(range(count))}]}


def first_line(error: Exception) -> str:
    """The beginning of an error's text; those of torch go on for pages."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
