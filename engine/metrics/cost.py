"""Cost of a result: evaluations of the network, FLOPs, seconds and memory."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.diffusion.process.denoiser import Clocks, DiffusionState, uninformative_estimate
from engine.network.joint_unet import JointUNet
from engine.packs.pack import Pack

MATMUL_SIDE, MATMUL_REPEATS = 1024, 5
"""Side of the matrices, and multiplications of one measurement, for the rate that stands beside a cost."""


@dataclass
class EvaluationCount:
    """Calls of a network, and the number of pictures in all of them."""

    calls: int = 0
    rows: int = 0


@contextmanager
def count_evaluations(network: JointUNet) -> Iterator[EvaluationCount]:
    """Counts the calls of a network. A single row is repeated in a nested call of two rows; only that one counts."""
    count = EvaluationCount()

    def hook(_: torch.nn.Module, arguments: tuple[DiffusionState, object, object]) -> None:
        rows = len(arguments[0].image)
        if rows > 1:
            count.calls += 1
            count.rows += rows

    handle = network.register_forward_pre_hook(hook)
    try:
        yield count
    finally:
        handle.remove()


def count_flops(work: Callable[[], object]) -> int:
    """Counts the FLOPs of all matrix multiplications, convolutions and attention that a function computes; a
    multiplication and its addition are two.
    """
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        work()
    return int(counter.get_total_flops())


def flops_per_evaluation(pack: Pack) -> float:
    """Counts the FLOPs of one evaluation of a pack's network, for one picture of the pack's size."""
    device, size = pack.device, (pack.info.height, pack.info.width)
    clock = torch.full((2, 1, *size), 1, device=device)
    clocks = Clocks(clock, clock, clock[:, 0, 0, 0], clock[:, 0, 0, 0])
    state = DiffusionState(torch.zeros((2, 3, *size), device=device), torch.zeros_like(clock), clocks)
    previous = uninformative_estimate(state, pack.process.num_classes)
    return count_flops(lambda: pack.network(state, pack.empty_text_features[[0, 0]], previous)) / 2


def synchronise(device: torch.device) -> None:
    """Waits until a device has finished all work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def seconds_on_device(work: Callable[[], object], device: torch.device) -> float:
    """Times a function until the device has finished its work."""
    synchronise(device)
    begun = time.perf_counter()
    work()
    synchronise(device)
    return time.perf_counter() - begun


def matmul_rate(device: torch.device, side: int = MATMUL_SIDE, repeats: int = MATMUL_REPEATS) -> float:
    """Measures the rate of square bf16 matrix multiplications at this moment, in FLOP/s: the median of a few."""
    matrix = torch.randn((side, side), generator=torch.Generator().manual_seed(0)).to(device, torch.bfloat16)
    durations = [seconds_on_device(lambda: matrix @ matrix, device) for _ in range(repeats + 1)]
    return float(2 * side**3 / statistics.median(durations[1:]))


def reset_peak_memory(device: torch.device) -> None:
    """Resets the peak of memory, where the system can do so."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def peak_memory_mib(device: torch.device) -> float:
    """Reads the peak of memory in MiB: of a CUDA device, otherwise of this process; nan if it is not known."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    with suppress(OSError):
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) / 2**10 for line in lines if line.startswith("VmHWM"))
    if sys.platform == "win32":
        return float("nan")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes, on a Mac
