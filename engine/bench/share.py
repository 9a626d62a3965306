"""Which share of the machine's matrix-multiply rate one evaluation of the network reaches."""

from __future__ import annotations

from functools import partial

import torch

from engine.bench import counting
from engine.bench.counting import Question
from engine.bench.report import Bench, Row
from engine.bench.setup import SEED, Setup
from engine.bench.timing import Peer
from engine.packs import Pack
from engine.protocol import Generate

BATCHES = (1, 2, 8)


def measure(setup: Setup) -> Bench:
    """A row for each batch. What one picture needs is half of what two do: the network computes a single one twice."""
    pack, batches = setup.pack, BATCHES[:2] if setup.quick else BATCHES
    asked = [question(pack, batch, setup.steps) for batch in batches]
    flops = [counting.flops_of(partial(one.put, pack.network)) for one in asked]
    needed = flops[1] / batches[1]
    turns = setup.watch.alternate([Peer(partial(answer, pack, one)) for one in asked], setup.turns)
    rows = [
        Row(
            name=f"{batch} at once",
            seconds=turns.of(index),
            flops=flops[index],
            rate=turns.rate,
            figures={
                "share of the rate": turns.share(index, flops[index]),
                "share that is needed": turns.share(index, needed * batch),
            },
            note="computed twice, so that its bytes do not depend on its batch"
            if flops[index] > needed * batch
            else "",
        )
        for index, batch in enumerate(batches)
    ]
    return Bench(name="share", title="One evaluation of the network against matrix multiplication", rows=rows)


def question(pack: Pack, batch: int, steps: int) -> Question:
    """What the network is asked at the end of drawing both halves, without guidance."""
    requests = [
        Generate(id="bench", pack=pack.info.name, prompt="", guidance=1.0, seed=SEED + index, steps=steps)
        for index in range(batch)
    ]
    last = counting.questions(pack, requests).last
    assert last is not None, "a step asks"
    return last


def answer(pack: Pack, asked: Question) -> None:
    """One evaluation."""
    with torch.inference_mode():
        asked.put(pack.network)
