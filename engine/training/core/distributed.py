"""Several processes that train one network, as `accelerate launch` or `torchrun` starts them, on one machine or many.

All hold the same weights. Of every batch each takes its rows, and the mean of their gradients moves them all: what one
process would have done, but for the order of sums. The network is small, so that one message a step does.
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
    """Which of `size` processes this is, from 0."""

    rank: int
    world_size: int

    @property
    def is_main_process(self) -> bool:
        """Whether this one writes and reports."""
        return self.rank == 0

    @property
    def batch_rows(self) -> slice:
        """Its rows of a batch. Not one block: so each has its share of what the first half of a batch is for."""
        return slice(self.rank, None, self.world_size)

    def check_batch(self, batch: int) -> None:
        """Raise BadConfig if a batch of so many cannot be shared evenly, both halves of it."""
        if batch % (2 * self.world_size) and self.world_size > 1:
            hint = f"Use a `batch` that {2 * self.world_size} divides, or fewer processes."
            raise BadConfig(f"{self.world_size} processes cannot share a batch of {batch}.", hint)

    def all_equal(self, values: Tensor) -> bool:
        """Whether all processes have the same float64 values."""
        if self.world_size == 1:
            return True
        both = torch.cat([values, -values])
        distributed.all_reduce(both, distributed.ReduceOp.MAX)
        most, least = both.chunk(2)
        return bool((most == -least).all())

    @torch.no_grad()
    def all_reduce_mean(self, tensors: Sequence[Tensor]) -> None:
        """Put the mean over all processes in place of each."""
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
    """This process's part, as the environment says it; a GPU of its own where there are any. Raises BadConfig."""
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
        raise BadConfig(f"WORLD_SIZE is {size}, but {error}", "Start with accelerate launch or torchrun.") from error
    try:
        yield DistributedState(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()
