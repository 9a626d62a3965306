"""Cost of a sampler's step beyond the network, whose evaluations are timed separately."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator

import torch
from msgspec import structs

from engine.bench import flop_counting
from engine.bench.bench_setup import SEED, BenchSetup
from engine.bench.report import BenchResult, BenchRow
from engine.bench.timing import Spread
from engine.diffusion.process.denoiser import CleanEstimate, Denoiser, DiffusionState, Prediction, TextFeatures
from engine.diffusion.sampling.sampler import SamplingStep
from engine.interface.protocol import Generate, Raster

STEPS = 10


def measure(setup: BenchSetup) -> BenchResult:
    """Measures a step of one picture by task, with and without guidance."""
    rows = []
    info = setup.pack.info
    plain = Generate(id="bench", pack=info.name, prompt="", seed=SEED, steps=STEPS)
    guided = structs.replace(plain, prompt=f"no {info.classes[0].name}")
    requests = {
        "text → both, plain": plain,
        "text → both, guided": guided,
        "layout → image, guided": structs.replace(guided, layout=Raster.from_pixels(setup.random_layout())),
    }
    runs = {task: flop_counting.prepare_sampling(setup.pack, [request]) for task, request in requests.items()}
    seconds_by_task: dict[str, list[tuple[float, float]]] = {task: [] for task in runs}
    for run in runs.values():
        time_sampling(setup, run)  # warms up, and does not count
    rates = []
    for _ in range(setup.turns):
        rates.append(setup.stopwatch.matmul_rate())
        for task, run in runs.items():
            seconds_by_task[task].append(time_sampling(setup, run))
    rate = statistics.median(rates)
    for task, turns in seconds_by_task.items():
        rows += [
            BenchRow(name=f"{task}: a step", seconds=Spread.of([whole / STEPS for whole, _ in turns]), rate=rate),
            BenchRow(
                name=f"{task}: of it beside the network",
                seconds=Spread.of([beside / STEPS for _, beside in turns]),
                rate=rate,
                figures={"share of the step": Spread.of([beside / whole for whole, beside in turns])},
            ),
        ]
    return BenchResult(name="overhead", title="What a step costs beside the network", rows=rows)


def time_sampling(setup: BenchSetup, run: Callable[[Denoiser], Iterator[SamplingStep]]) -> tuple[float, float]:
    """Times all steps of one picture, with the preparation: the whole, and the part outside the network, in seconds.

    On a GPU this waits for every evaluation, which exports and the studio do not do.
    """
    network_seconds = 0.0

    def network(state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction:
        nonlocal network_seconds
        answers: list[Prediction] = []
        network_seconds += setup.stopwatch.seconds(lambda: answers.append(setup.pack.network(state, text, previous)))
        return answers[0]

    def draw() -> None:
        with torch.inference_mode():
            for _ in run(network):
                pass

    whole = setup.stopwatch.seconds(draw)
    return whole, whole - network_seconds
