"""Diptych's sampling against that of `diffusers`, with networks of equal FLOPs."""

from __future__ import annotations

import importlib
import importlib.util
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import torch
from torch import nn

from engine.bench.bench_setup import SEED, BenchSetup
from engine.bench.matmul_share import evaluate_once, network_input
from engine.bench.report import BenchResult, BenchRow
from engine.bench.timing import TimedWork
from engine.interface.protocol import Generate, Sampler
from engine.metrics.cost import count_flops
from engine.packs.pack import Pack
from engine.requests import generation

STEPS = 10
BATCH_SIZES = (1, 2, 8)
WIDTH_UNITS = (16, 8, 4, 2)
"""Units of the widths, tried in this order until the FLOPs are close enough: large units suit matrix hardware."""
FLOPS_TOLERANCE = 0.05
TITLE = "Sampling against diffusers, the same number of FLOPs in every evaluation"
TWICE_NOTE = "its network computes a single picture twice, so that its bytes do not depend on its batch"
INSTALL_NOTE = "diffusers is not installed. Start with: uv run --extra bench diptych-engine bench"


@dataclass(frozen=True)
class UNetShape:
    """Shape of a `UNet2DModel` for images of height × width: on blocks of `block`² pixels, with `layers` residual
    blocks per level and attention on the coarsest level.
    """

    height: int
    width: int
    block: int
    layers: int

    @property
    def input_size(self) -> tuple[int, int]:
        """Spatial size of the network's input, (H, W)."""
        return self.height // self.block, self.width // self.block

    @property
    def input_channels(self) -> int:
        """Number of the network's input channels."""
        return 3 * self.block**2

    def build(self, widths: Sequence[int]) -> nn.Module:
        """Builds the network with random weights."""
        plain = len(widths) - 1
        network: nn.Module = importlib.import_module("diffusers").UNet2DModel(
            sample_size=self.input_size,
            in_channels=self.input_channels,
            out_channels=self.input_channels,
            layers_per_block=self.layers,
            block_out_channels=tuple(widths),
            down_block_types=("DownBlock2D",) * plain + ("AttnDownBlock2D",),
            up_block_types=("AttnUpBlock2D",) + ("UpBlock2D",) * plain,
            norm_num_groups=min(32, math.gcd(*widths)),
            attention_head_dim=None,
        )
        return network

    def flops(self, widths: Sequence[int]) -> int:
        """Counts the FLOPs of one evaluation of one picture, on the meta device."""
        with torch.device("meta"):
            network = self.build(widths).eval()
            sample, clock = torch.zeros(1, self.input_channels, *self.input_size), torch.zeros(1)
            return count_flops(lambda: network(sample, clock))


class UNetKind(NamedTuple):
    """A named network shape, and the proportions of its widths from the finest level on."""

    name: str
    shape: UNetShape
    width_ratios: tuple[int, ...]


def match_widths(
    flops: Callable[[Sequence[int]], float], width_ratios: Sequence[int], target: float, unit: int
) -> list[int]:
    """Finds widths of about the given ratios, multiples of `unit`, whose FLOPs come close to the target from below.

    The ratios are scaled as far as they fit; then levels are widened one by one from the finest, whose units cost
    most, to the coarsest.
    """

    def scaled(scale: float) -> list[int]:
        return [max(unit, round(width * scale / unit) * unit) for width in width_ratios]

    scale = 4 * unit / min(width_ratios)
    for _ in range(2):  # FLOPs grow about as the square
        scale *= (target / flops(scaled(scale))) ** 0.5
    while flops(scaled(scale)) > target and max(scaled(scale)) > unit:
        scale *= 0.97
    widths = scaled(scale)
    for level in range(len(widths)):
        while flops(wider := [width + unit * (i == level) for i, width in enumerate(widths)]) <= target:
            widths = wider
    return widths


@contextmanager
def silence_diffusers() -> Iterator[None]:
    """Suppresses warnings of diffusers about its own code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("diffusers").logging.set_verbosity_error()
        yield


def measure(setup: BenchSetup) -> BenchResult:
    """Measures seconds per step for each number of pictures: Diptych, then diffusers with both schedulers."""
    if importlib.util.find_spec("diffusers") is None:
        return BenchResult(name="diffusers", title=TITLE, rows=[BenchRow(name="diffusers", note=INSTALL_NOTE)])
    rows = []
    with silence_diffusers():
        target_flops = count_flops(partial(evaluate_once, setup.pack, network_input(setup.pack, 2, setup.steps))) / 2
        networks = [
            build_diffusers_network(kind, target_flops, setup) for kind in unet_kinds(setup.pack)[setup.quick :]
        ]
        for pictures in BATCH_SIZES[:1] if setup.quick else BATCH_SIZES:
            rows += compare_samplers(setup, networks, pictures, target_flops)
    return BenchResult(name="diffusers", title=TITLE, rows=rows)


def unet_kinds(pack: Pack) -> list[UNetKind]:
    """Returns a common U-Net shape, and the shape of the pack's network."""
    info, ours = pack.info, pack.file.network
    return [
        UNetKind("a usual U-Net", UNetShape(info.height, info.width, 1, 2), (1, 2, 2, 4)),
        UNetKind("a U-Net in our shape", UNetShape(info.height, info.width, 2, 1), ours.widths),
    ]


@dataclass(frozen=True)
class DiffusersNetwork:
    """A network of diffusers, its FLOPs for one picture and its description."""

    kind: UNetKind
    network: nn.Module
    flops: int
    description: str


def build_diffusers_network(kind: UNetKind, target_flops: float, setup: BenchSetup) -> DiffusersNetwork:
    """Builds a network of this kind with the target's FLOPs, in bf16 and channels_last as the pack's."""
    shape, flops = kind.shape, cache(kind.shape.flops)
    for unit in WIDTH_UNITS:
        widths = match_widths(lambda candidate: flops(tuple(candidate)), kind.width_ratios, target_flops, unit)
        if abs(flops(tuple(widths)) / target_flops - 1) < FLOPS_TOLERANCE:
            break
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        network = shape.build(widths)
    network = network.to(setup.pack.device, torch.bfloat16).to(memory_format=torch.channels_last)
    description = "×".join(map(str, shape.input_size)) + " pixels, widths " + ", ".join(map(str, widths))
    return DiffusersNetwork(kind, network.eval().requires_grad_(False), flops(tuple(widths)), description)


def compare_samplers(
    setup: BenchSetup, networks: Sequence[DiffusersNetwork], pictures: int, target_flops: float
) -> list[BenchRow]:
    """Measures the rows of one number of pictures."""
    solvers: dict[str, Sampler] = {"DDIM": "ddim", "DPM-Solver++": "dpm++2m"}
    rows, peers = [], []
    for name, solver in solvers.items():
        rows.append(
            BenchRow(name=f"ours, {name}", flops=target_flops * pictures, note=TWICE_NOTE if pictures == 1 else "")
        )
        peers.append(TimedWork(partial(sample_ours, setup.pack, pictures, solver), 1 / STEPS))
    for diffusers_network in networks:
        for name in solvers:
            note = diffusers_network.description
            rows.append(
                BenchRow(
                    name=f"diffusers, {diffusers_network.kind.name}, {name}",
                    flops=diffusers_network.flops * pictures,
                    note=note,
                )
            )
            peers.append(TimedWork(partial(sample_diffusers, diffusers_network, name, pictures), 1 / STEPS))
    turns = setup.stopwatch.alternate(peers, setup.turns)
    return [
        BenchRow(
            name=f"{pictures} at once: {row.name}",
            seconds=turns.peer_seconds(index),
            ratio=turns.ratio(index),
            flops=row.flops,
            rate=turns.rate,
            figures={"FLOPs over ours": (row.flops or 0) / (target_flops * pictures)},
            note=row.note,
        )
        for index, row in enumerate(rows)
    ]


def sample_ours(pack: Pack, pictures: int, solver: Sampler) -> None:
    """Draws both halves of pictures as pixels with Diptych, without guidance."""
    requests = [
        Generate(id="bench", pack=pack.info.name, prompt="", guidance=1.0, seed=SEED + i, steps=STEPS, sampler=solver)
        for i in range(pictures)
    ]
    *_, last = generation.generate_steps(pack, requests)
    for index in range(pictures):
        last.image(index)
        last.layout(index)


def sample_diffusers(diffusers_network: DiffusersNetwork, solver: str, pictures: int) -> None:
    """Draws images as pixels with diffusers, by the steps of its DDIMPipeline."""
    diffusers = importlib.import_module("diffusers")
    scheduler_class = diffusers.DDIMScheduler if solver == "DDIM" else diffusers.DPMSolverMultistepScheduler
    scheduler, network = scheduler_class(num_train_timesteps=1000), diffusers_network.network
    random = torch.Generator().manual_seed(SEED)
    image = torch.randn(
        (pictures, diffusers_network.kind.shape.input_channels, *diffusers_network.kind.shape.input_size),
        generator=random,
    )
    image = image.to(next(network.parameters()).device, torch.bfloat16).contiguous(memory_format=torch.channels_last)
    scheduler.set_timesteps(STEPS)
    with torch.inference_mode():
        for clock in scheduler.timesteps:
            output = network(image, clock).sample
            image = scheduler.step(output, clock, image).prev_sample
        image = torch.nn.functional.pixel_shuffle(image, diffusers_network.kind.shape.block)
        (image / 2 + 0.5).clamp(0, 1).float().cpu().permute(0, 2, 3, 1).numpy()
