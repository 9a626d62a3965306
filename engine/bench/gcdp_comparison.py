"""Diptych's sampling against GCDP's own process on the same network: FLOPs and seconds of every task."""

from __future__ import annotations

from functools import partial

import msgspec

from engine.bench import flop_counting
from engine.bench.bench_setup import SEED, BenchSetup
from engine.bench.report import BenchResult, BenchRow
from engine.bench.timing import TimedWork
from engine.interface.protocol import Generate, Raster
from engine.packs.pack import Pack
from engine.requests import generation

GCDP_STEPS, TIMED_STEPS = 100, 10
"""Steps of the baseline, and the number of them, spread over the path, that are timed: all cost the same."""


def measure(setup: BenchSetup) -> BenchResult:
    """Measures each task: Diptych's row first, then the baseline with GCDP's number of resamplings per step."""
    ours = msgspec.structs.replace(
        Generate(id="bench", pack=setup.pack.info.name, seed=SEED, steps=setup.steps), live=False
    )
    prompt = f"a {setup.pack.info.classes[0].name}"
    tasks = {
        "layout → image": (msgspec.structs.replace(ours, layout=Raster.from_pixels(setup.random_layout())), 5),
        "image → layout": (msgspec.structs.replace(ours, image=Raster.from_pixels(setup.noise_image())), 1),
        "text → both": (msgspec.structs.replace(ours, prompt=prompt), 1),
    }
    rows = [row for name, (request, draws) in tasks.items() for row in compare_task(setup, name, request, draws)]
    return BenchResult(name="gcdp", title="Ours against the GCDP process on the same network", rows=rows)


def compare_task(setup: BenchSetup, task: str, ours: Generate, draws: int) -> list[BenchRow]:
    """Measures both rows of one task."""
    steps, timed = (TIMED_STEPS, 2) if setup.quick else (GCDP_STEPS, TIMED_STEPS)
    theirs = msgspec.structs.replace(ours, sampler="gcdp", resamplings=draws, steps=steps)
    timed_part = msgspec.structs.replace(theirs, steps=timed)
    peers = [
        TimedWork(partial(draw_result, setup.pack, ours)),
        TimedWork(partial(draw_result, setup.pack, timed_part), steps / timed),
    ]
    recordings = [flop_counting.record_evaluations(setup.pack, [one]) for one in (ours, theirs)]
    flops = [flop_counting.sampling_flops(setup.pack, one) for one in recordings]
    turns = setup.stopwatch.alternate(peers, setup.turns)
    names = f"ours, {setup.steps} steps", f"RePaint n = {draws}, {steps} steps"
    notes = "", f"extrapolated: {steps // timed} times the seconds of {timed} steps over the same path"
    return [
        BenchRow(
            name=f"{task}: {names[index]}",
            seconds=turns.peer_seconds(index),
            ratio=turns.ratio(index),
            flops=flops[index],
            rate=turns.rate,
            figures={"evaluations": len(recordings[index].row_counts), "FLOPs over ours": flops[index] / flops[0]},
            note=notes[index],
        )
        for index in range(2)
    ]


def draw_result(pack: Pack, request: Generate) -> None:
    """Draws one result, both halves as pixels."""
    *_, last = generation.generate_steps(pack, [request])
    last.image(0)
    last.layout(0)
