"""What a step of the sampler costs beyond the network: the same steps with one that answers at once."""

from __future__ import annotations

from functools import partial

import torch

from engine.bench import counting
from engine.bench.counting import AtOnce
from engine.bench.report import Bench, Row
from engine.bench.setup import SEED, Setup
from engine.bench.timing import Peer, Spread
from engine.diffusion.denoiser import Denoiser
from engine.packs import Pack
from engine.protocol import Generate

STEPS = 10


def measure(setup: Setup) -> Bench:
    """Rows of a step with and without guidance, of one picture."""
    rows = []
    word = setup.pack.info.classes[0].name
    for name, prompt in (("one picture, guided by text", f"no {word}"), ("one picture, plain", "")):
        request = Generate(id="bench", pack=setup.pack.info.name, prompt=prompt, seed=SEED, steps=STEPS)
        networks: list[Denoiser] = [setup.pack.network, AtOnce(len(setup.pack.info.classes))]
        peers = [Peer(partial(draw, setup.pack, request, network), 1 / STEPS) for network in networks]
        turns = setup.watch.alternate(peers, setup.turns)
        share = Spread.of([beside / whole for whole, beside in turns.seconds])
        rows += [
            Row(name=f"{name}: a step", seconds=turns.of(0), rate=turns.rate),
            Row(
                name=f"{name}: of it beside the network",
                seconds=turns.of(1),
                rate=turns.rate,
                figures={"share of the step": share},
            ),
        ]
    return Bench(name="overhead", title="What a step costs beside the network", rows=rows)


def draw(pack: Pack, request: Generate, network: Denoiser) -> None:
    """All steps of one picture."""
    with torch.inference_mode():
        for _ in counting.steps(pack, [request], network):
            pass
