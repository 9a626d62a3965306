"""Our way against GCDP's own process on the same network: every task, FLOPs and seconds."""

from __future__ import annotations

from functools import partial

import msgspec

from engine import generation
from engine.bench import counting
from engine.bench.report import Bench, Row
from engine.bench.setup import SEED, Setup
from engine.bench.timing import Peer
from engine.packs import Pack
from engine.protocol import Generate, Raster

STEPS, TIMED = 100, 10
"""Steps of the baseline, and how many of them, spread over all of its path, are timed: all cost the same."""


def measure(setup: Setup) -> Bench:
    """Rows of each task: ours first, then the baseline with as many draws of each step as GCDP takes for it."""
    ours = msgspec.structs.replace(
        Generate(id="bench", pack=setup.pack.info.name, seed=SEED, steps=setup.steps), live=False
    )
    told = f"a {setup.pack.info.classes[0].name}"
    tasks = {
        "layout → image": (msgspec.structs.replace(ours, layout=Raster.of(setup.layout())), 5),
        "image → layout": (msgspec.structs.replace(ours, image=Raster.of(setup.image())), 1),
        "text → both": (msgspec.structs.replace(ours, prompt=told), 1),
    }
    rows = [row for name, (request, draws) in tasks.items() for row in compare(setup, name, request, draws)]
    return Bench(name="gcdp", title="Ours against the GCDP process on the same network", rows=rows)


def compare(setup: Setup, task: str, ours: Generate, draws: int) -> list[Row]:
    """Both rows of one task."""
    steps, timed = (TIMED, 2) if setup.quick else (STEPS, TIMED)
    theirs = msgspec.structs.replace(ours, sampler="gcdp", resamplings=draws, steps=steps)
    part = msgspec.structs.replace(theirs, steps=timed)
    peers = [Peer(partial(draw, setup.pack, ours)), Peer(partial(draw, setup.pack, part), steps / timed)]
    asked = [counting.questions(setup.pack, [one]) for one in (ours, theirs)]
    flops = [counting.flops_for(setup.pack, one) for one in asked]
    turns = setup.watch.alternate(peers, setup.turns)
    names = f"ours, {setup.steps} steps", f"RePaint n = {draws}, {steps} steps"
    notes = "", f"extrapolated: {steps // timed} times the seconds of {timed} steps over the same path"
    return [
        Row(
            name=f"{task}: {names[index]}",
            seconds=turns.of(index),
            ratio=turns.ratio(index),
            flops=flops[index],
            rate=turns.rate,
            figures={"evaluations": len(asked[index].rows), "FLOPs over ours": flops[index] / flops[0]},
            note=notes[index],
        )
        for index in range(2)
    ]


def draw(pack: Pack, request: Generate) -> None:
    """One result, both halves as pixels."""
    *_, last = generation.steps(pack, [request])
    last.image(0)
    last.layout(0)
