"""Several processes that train one network, started by `torchrun` on one machine or more.

All hold the same weights. Each takes its rows of every batch, and all are moved by the mean of their gradients: what
one process would have done, but for the order of sums. The network is small, so one reduction a step is enough.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, distributed

from engine.interface.errors import BadConfig
from engine.packs.pack import choose_device


class DistributedState(NamedTuple):
    """The rank of this process among `world_size`, from 0."""

    rank: int
    world_size: int

    @property
    def is_main_process(self) -> bool:
        """Whether this process writes and reports."""
        return self.rank == 0

    @property
    def batch_rows(self) -> slice:
        """This process's rows of a batch: every n-th, so that each has a share of the first half of a batch, which is
        treated differently (self-conditioning).
        """
        return slice(self.rank, None, self.world_size)

    def check_batch(self, batch: int) -> None:
        """Raise BadConfig if the rows of a batch, and of each half of it, cannot be shared evenly."""
        if batch % (2 * self.world_size) and self.world_size > 1:
            hint = f"Use a `batch` that {2 * self.world_size} divides, or fewer processes."
            raise BadConfig(f"{self.world_size} processes cannot share a batch of {batch}.", hint)

    def all_equal(self, values: Tensor) -> bool:
        """Whether all processes have the same values, float64 [N]."""
        if self.world_size == 1:
            return True
        both = torch.cat([values, -values])
        distributed.all_reduce(both, distributed.ReduceOp.MAX)
        most, least = both.chunk(2)
        return bool((most == -least).all())

    @torch.no_grad()
    def all_reduce_mean(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its mean over all processes."""
        if self.world_size == 1:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        distributed.all_reduce(flat)
        parts = torch.split(flat / self.world_size, [tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))


SINGLE_PROCESS = DistributedState(0, 1)


@contextmanager
def join_process_group(device: str) -> Iterator[DistributedState]:
    """Join the processes that the environment describes, with a GPU each where there are any. Raises BadConfig."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield SINGLE_PROCESS
        return
    if device not in ("auto", "cuda", "cpu"):
        raise BadConfig(f"Several processes cannot share {device}.", 'Set `device` to "auto" or "cpu".')
    gpu = device != "cpu" and torch.cuda.is_available()
    if not gpu and choose_device(device).type != "cpu":
        raise BadConfig("Several processes need CUDA devices, or the CPU.", 'Set `device` to "cpu".')
    if gpu:
        local_rank = int(os.environ.get("LOCAL_RANK", "0"))
        if local_rank >= torch.cuda.device_count():
            hint = "Start one process for each GPU."
            raise BadConfig(f"Process {local_rank} has no GPU: {torch.cuda.device_count()} are here.", hint)
        torch.cuda.set_device(local_rank)
    try:
        distributed.init_process_group("nccl" if gpu else "gloo")
    except ValueError as error:
        raise BadConfig(f"WORLD_SIZE is {size}, but {error}", "Start it with torchrun.") from error
    try:
        yield DistributedState(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()
