"""Our sampling against that of `diffusers`, with networks of as many FLOPs."""

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

from engine import generation
from engine.bench import counting
from engine.bench.report import Bench, Row
from engine.bench.setup import SEED, Setup
from engine.bench.share import answer, question
from engine.bench.timing import Peer
from engine.packs import Pack
from engine.protocol import Generate, Sampler

STEPS = 10
PICTURES = (1, 2, 8)
UNITS = (16, 8, 4, 2)
"""Widths are multiples of the first that comes close enough; matrix units like large ones."""
CLOSE = 0.05
TITLE = "Sampling against diffusers, the same number of FLOPs in every evaluation"
TWICE = "its network computes a single picture twice, so that its bytes do not depend on its batch"
HOW = "diffusers is not installed. Start with: uv run --extra bench diptych-engine bench"


@dataclass(frozen=True)
class Shape:
    """A kind of `UNet2DModel` for pictures of height × width: on blocks of `block`² pixels, with `layers` residual
    blocks on each level and attention on the coarsest one.
    """

    height: int
    width: int
    block: int
    layers: int

    @property
    def sides(self) -> tuple[int, int]:
        """What the network sees, [H, W]."""
        return self.height // self.block, self.width // self.block

    @property
    def channels(self) -> int:
        """What the network sees, C."""
        return 3 * self.block**2

    def build(self, widths: Sequence[int]) -> nn.Module:
        """The network with fresh weights."""
        plain = len(widths) - 1
        network: nn.Module = importlib.import_module("diffusers").UNet2DModel(
            sample_size=self.sides,
            in_channels=self.channels,
            out_channels=self.channels,
            layers_per_block=self.layers,
            block_out_channels=tuple(widths),
            down_block_types=("DownBlock2D",) * plain + ("AttnDownBlock2D",),
            up_block_types=("AttnUpBlock2D",) + ("UpBlock2D",) * plain,
            norm_num_groups=min(32, math.gcd(*widths)),
            attention_head_dim=None,
        )
        return network

    def flops(self, widths: Sequence[int]) -> int:
        """Of one evaluation of one picture, counted without computing."""
        with torch.device("meta"):
            network = self.build(widths).eval()
            sample, clock = torch.zeros(1, self.channels, *self.sides), torch.zeros(1)
            return counting.flops_of(lambda: network(sample, clock))


class Kind(NamedTuple):
    """A kind of network by its name, its shape and the proportions of its widths from the finest level."""

    name: str
    shape: Shape
    form: tuple[int, ...]


def matched(flops: Callable[[Sequence[int]], float], form: Sequence[int], target: float, unit: int) -> list[int]:
    """Widths of about the proportions of `form`, multiples of `unit`, with as many FLOPs as fit into the target.

    The form is scaled as far as it fits, then levels are widened one by one, from the finest, whose units cost most,
    to the coarsest.
    """

    def scaled(scale: float) -> list[int]:
        return [max(unit, round(width * scale / unit) * unit) for width in form]

    scale = 4 * unit / min(form)
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
def hushed() -> Iterator[None]:
    """Without the warnings and advice of diffusers, which are about its own code and not about ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("diffusers").logging.set_verbosity_error()
        yield


def measure(setup: Setup) -> Bench:
    """Rows for each number of pictures, in seconds per evaluation: ours, then diffusers with both schedulers."""
    if importlib.util.find_spec("diffusers") is None:
        return Bench(name="diffusers", title=TITLE, rows=[Row(name="diffusers", note=HOW)])
    rows = []
    with hushed():
        needed = counting.flops_of(partial(answer, setup.pack, question(setup.pack, 2, setup.steps))) / 2
        networks = [peer(kind, needed, setup) for kind in kinds(setup.pack)[setup.quick :]]
        for pictures in PICTURES[:1] if setup.quick else PICTURES:
            rows += compare(setup, networks, pictures, needed)
    return Bench(name="diffusers", title=TITLE, rows=rows)


def kinds(pack: Pack) -> list[Kind]:
    """A network as people usually build it, and one in the shape of ours."""
    info, ours = pack.info, pack.file.network
    return [
        Kind("a usual U-Net", Shape(info.height, info.width, 1, 2), (1, 2, 2, 4)),
        Kind("a U-Net in our shape", Shape(info.height, info.width, 2, 1), ours.widths),
    ]


@dataclass(frozen=True)
class Theirs:
    """A network of diffusers, ready, the FLOPs of one picture, and how it is described."""

    kind: Kind
    network: nn.Module
    flops: int
    described: str


def peer(kind: Kind, needed: float, setup: Setup) -> Theirs:
    """The network of this kind with as many FLOPs as ours, in bf16 and channels_last as ours."""
    shape, flops = kind.shape, cache(kind.shape.flops)
    for unit in UNITS:
        widths = matched(lambda some: flops(tuple(some)), kind.form, needed, unit)
        if abs(flops(tuple(widths)) / needed - 1) < CLOSE:
            break
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        network = shape.build(widths)
    network = network.to(setup.pack.device, torch.bfloat16).to(memory_format=torch.channels_last)
    described = "×".join(map(str, shape.sides)) + " pixels, widths " + ", ".join(map(str, widths))
    return Theirs(kind, network.eval().requires_grad_(False), flops(tuple(widths)), described)


def compare(setup: Setup, networks: Sequence[Theirs], pictures: int, needed: float) -> list[Row]:
    """Rows of so many pictures at once."""
    solvers: dict[str, Sampler] = {"DDIM": "ddim", "DPM-Solver++": "dpm++2m"}
    rows, peers = [], []
    for name, solver in solvers.items():
        rows.append(Row(name=f"ours, {name}", flops=needed * pictures, note=TWICE if pictures == 1 else ""))
        peers.append(Peer(partial(ours, setup.pack, pictures, solver), 1 / STEPS))
    for theirs in networks:
        for name in solvers:
            note = theirs.described
            rows.append(Row(name=f"diffusers, {theirs.kind.name}, {name}", flops=theirs.flops * pictures, note=note))
            peers.append(Peer(partial(loop, theirs, name, pictures), 1 / STEPS))
    turns = setup.watch.alternate(peers, setup.turns)
    return [
        Row(
            name=f"{pictures} at once: {row.name}",
            seconds=turns.of(index),
            ratio=turns.ratio(index),
            flops=row.flops,
            rate=turns.rate,
            figures={"FLOPs over ours": (row.flops or 0) / (needed * pictures)},
            note=row.note,
        )
        for index, row in enumerate(rows)
    ]


def ours(pack: Pack, pictures: int, solver: Sampler) -> None:
    """Both halves of so many pictures as pixels, without guidance."""
    requests = [
        Generate(id="bench", pack=pack.info.name, prompt="", guidance=1.0, seed=SEED + i, steps=STEPS, sampler=solver)
        for i in range(pictures)
    ]
    *_, last = generation.steps(pack, requests)
    for index in range(pictures):
        last.image(index)
        last.layout(index)


def loop(theirs: Theirs, solver: str, pictures: int) -> None:
    """The images of so many pictures as pixels, step by step as diffusers' own DDIMPipeline draws them."""
    diffusers = importlib.import_module("diffusers")
    kind = diffusers.DDIMScheduler if solver == "DDIM" else diffusers.DPMSolverMultistepScheduler
    scheduler, network = kind(num_train_timesteps=1000), theirs.network
    random = torch.Generator().manual_seed(SEED)
    image = torch.randn((pictures, theirs.kind.shape.channels, *theirs.kind.shape.sides), generator=random)
    image = image.to(next(network.parameters()).device, torch.bfloat16).contiguous(memory_format=torch.channels_last)
    scheduler.set_timesteps(STEPS)
    with torch.inference_mode():
        for clock in scheduler.timesteps:
            output = network(image, clock).sample
            image = scheduler.step(output, clock, image).prev_sample
        image = torch.nn.functional.pixel_shuffle(image, theirs.kind.shape.block)
        (image / 2 + 0.5).clamp(0, 1).float().cpu().permute(0, 2, 3, 1).numpy()
