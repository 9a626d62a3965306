"""What a step of the sampler costs beyond the network, whose answers are timed on their own."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator

import torch
from msgspec import structs

from engine.bench import counting
from engine.bench.report import Bench, Row
from engine.bench.setup import SEED, Setup
from engine.bench.timing import Spread
from engine.diffusion.denoiser import Denoiser, Estimate, Prediction, State, TextFeatures
from engine.diffusion.sampler import Step
from engine.protocol import Generate, Raster

STEPS = 10


def measure(setup: Setup) -> Bench:
    """Rows of a step of one picture by task, with and without guidance."""
    rows = []
    info = setup.pack.info
    plain = Generate(id="bench", pack=info.name, prompt="", seed=SEED, steps=STEPS)
    guided = structs.replace(plain, prompt=f"no {info.classes[0].name}")
    requests = {
        "text → both, plain": plain,
        "text → both, guided": guided,
        "layout → image, guided": structs.replace(guided, layout=Raster.of(setup.layout())),
    }
    runs = {task: counting.prepared(setup.pack, [request]) for task, request in requests.items()}
    found: dict[str, list[tuple[float, float]]] = {task: [] for task in runs}
    for run in runs.values():
        timed(setup, run)  # warms up, and does not count
    rates = []
    for _ in range(setup.turns):
        rates.append(setup.watch.matmul_rate())
        for task, run in runs.items():
            found[task].append(timed(setup, run))
    rate = statistics.median(rates)
    for task, turns in found.items():
        rows += [
            Row(name=f"{task}: a step", seconds=Spread.of([whole / STEPS for whole, _ in turns]), rate=rate),
            Row(
                name=f"{task}: of it beside the network",
                seconds=Spread.of([beside / STEPS for _, beside in turns]),
                rate=rate,
                figures={"share of the step": Spread.of([beside / whole for whole, beside in turns])},
            ),
        ]
    return Bench(name="overhead", title="What a step costs beside the network", rows=rows)


def timed(setup: Setup, run: Callable[[Denoiser], Iterator[Step]]) -> tuple[float, float]:
    """Seconds of all steps of one picture, with what goes before the first, and of that beside the network. On a GPU
    every answer is waited for, which an export or the studio does not do.
    """
    inside = 0.0

    def network(state: State, text: TextFeatures, previous: Estimate | None) -> Prediction:
        nonlocal inside
        answers: list[Prediction] = []
        inside += setup.watch.seconds(lambda: answers.append(setup.pack.network(state, text, previous)))
        return answers[0]

    def draw() -> None:
        with torch.inference_mode():
            for _ in run(network):
                pass

    whole = setup.watch.seconds(draw)
    return whole, whole - inside
