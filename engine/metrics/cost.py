"""What a result costs: evaluations of the network, operations, seconds and memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.diffusion.process.denoiser import Clocks, DiffusionState, uninformative_estimate
from engine.network.joint_unet import JointUNet
from engine.packs.pack import Pack

MATMUL_SIDE = 1024


@dataclass
class EvaluationCount:
    """How often the network was asked, and about how many pictures in all."""

    calls: int = 0
    rows: int = 0


@contextmanager
def count_evaluations(network: JointUNet) -> Iterator[EvaluationCount]:
    """Count what goes through a network. One row alone is computed as two, in a call of its own, which counts."""
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


def flops_per_evaluation(pack: Pack) -> float:
    """Floating-point operations of one evaluation on one picture of the pack's size, a multiply-add being two."""
    device, size = pack.device, (pack.info.height, pack.info.width)
    clock = torch.full((2, 1, *size), 1, device=device)
    clocks = Clocks(clock, clock, clock[:, 0, 0, 0], clock[:, 0, 0, 0])
    state = DiffusionState(torch.zeros((2, 3, *size), device=device), torch.zeros_like(clock), clocks)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        pack.network(state, pack.empty_text_features[[0, 0]], uninformative_estimate(state, pack.process.num_classes))
    return float(counter.get_total_flops()) / 2


def matmul_tflops(device: torch.device, seconds: float = 0.1) -> float:
    """bf16 matrix multiplication in TFLOP/s at this moment, to read times by."""
    left = torch.ones((MATMUL_SIDE, MATMUL_SIDE), dtype=torch.bfloat16, device=device)
    times = 0
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        (left @ left)[0, 0].item()
        times += 1
    return times * 2 * MATMUL_SIDE**3 / (time.perf_counter() - start) / 1e12


def reset_peak_memory(device: torch.device) -> None:
    """Forget the peak of memory so far, where that can be done."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def peak_memory_mib(device: torch.device) -> float:
    """The peak of memory in MiB: the device's, or this process's with all that it holds; nan if nobody tells."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    with suppress(OSError):
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) / 2**10 for line in lines if line.startswith("VmHWM"))
    if sys.platform == "win32":
        return float("nan")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes, on a Mac
