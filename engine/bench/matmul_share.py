"""Share of the machine's matrix-multiplication rate that an evaluation of the network reaches."""

from __future__ import annotations

from functools import partial

import torch

from engine.bench import flop_counting
from engine.bench.bench_setup import SEED, BenchSetup
from engine.bench.flop_counting import NetworkInput
from engine.bench.report import BenchResult, BenchRow
from engine.bench.timing import TimedWork
from engine.interface.protocol import Generate
from engine.metrics.cost import count_flops
from engine.packs.pack import Pack

BATCHES = (1, 2, 8)


def measure(setup: BenchSetup) -> BenchResult:
    """Measures a row for each batch size. One picture needs half the FLOPs of two, but is computed twice."""
    pack, batches = setup.pack, BATCHES[:2] if setup.quick else BATCHES
    inputs = [network_input(pack, batch, setup.steps) for batch in batches]
    flops = [count_flops(partial(one.evaluate, pack.network)) for one in inputs]
    flops_per_picture = flops[1] / batches[1]
    turns = setup.stopwatch.alternate([TimedWork(partial(evaluate_once, pack, one)) for one in inputs], setup.turns)
    rows = [
        BenchRow(
            name=f"{batch} at once",
            seconds=turns.peer_seconds(index),
            flops=flops[index],
            rate=turns.rate,
            figures={
                "share of the rate": turns.rate_share(index, flops[index]),
                "share that is needed": turns.rate_share(index, flops_per_picture * batch),
            },
            note="computed twice, so that its bytes do not depend on its batch"
            if flops[index] > flops_per_picture * batch
            else "",
        )
        for index, batch in enumerate(batches)
    ]
    return BenchResult(name="share", title="One evaluation of the network against matrix multiplication", rows=rows)


def network_input(pack: Pack, batch: int, steps: int) -> NetworkInput:
    """Returns the network's arguments in the last step of drawing both halves, without guidance."""
    requests = [
        Generate(id="bench", pack=pack.info.name, prompt="", guidance=1.0, seed=SEED + index, steps=steps)
        for index in range(batch)
    ]
    last = flop_counting.record_evaluations(pack, requests).last_input
    assert last is not None, "a step asks"
    return last


def evaluate_once(pack: Pack, evaluation: NetworkInput) -> None:
    """Evaluates the network once."""
    with torch.inference_mode():
        evaluation.evaluate(pack.network)
