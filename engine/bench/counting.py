"""How often a sampler asks its network, and how many FLOPs that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import torch
from torch.utils.flop_counter import FlopCounterMode

from engine import generation
from engine.diffusion import repaint
from engine.diffusion.denoiser import Denoiser, Estimate, Prediction, State, TextFeatures
from engine.diffusion.repaint import RePaint
from engine.diffusion.sampler import Step, sample
from engine.packs import Pack
from engine.protocol import Generate


@dataclass(frozen=True)
class Question:
    """What a network is asked."""

    state: State
    text: TextFeatures
    previous: Estimate | None

    def rows(self, count: int) -> Question:
        """Its first row `count` times."""
        some = [0] * count
        previous = None if self.previous is None else Estimate(*(half[some] for half in self.previous))
        return Question(self.state[some], self.text[some], previous)

    def put(self, network: Denoiser) -> Prediction:
        """Ask."""
        return network(self.state, self.text, self.previous)


@dataclass
class AtOnce:
    """A network that has its answers ready; it remembers how many rows each question had, and the last one."""

    classes: int
    rows: list[int] = field(default_factory=list)
    last: Question | None = None
    answers: dict[torch.Size, Prediction] = field(default_factory=dict)

    def __call__(self, state: State, text: TextFeatures, previous: Estimate | None) -> Prediction:
        self.rows.append(len(state.image))
        self.last = Question(state, text, previous)
        shape = state.image.shape
        if shape not in self.answers:
            zeros = torch.zeros_like(state.image, dtype=torch.float32)
            self.answers[shape] = Prediction(zeros, zeros[:, :1].repeat(1, self.classes, 1, 1))
        return self.answers[shape]


def steps(pack: Pack, requests: Sequence[Generate], network: Denoiser) -> Iterator[Step]:
    """The steps of requests of one kind as `generation.steps` takes them, with another network in the pack's place."""
    return prepared(pack, requests)(network)


def prepared(pack: Pack, requests: Sequence[Generate]) -> Callable[[Denoiser], Iterator[Step]]:
    """The same, all read and encoded, for any network and any number of times."""
    first = requests[0]
    task = generation.task_of(pack, requests, [generation.Given.of(one, pack.info) for one in requests])
    solver = first.sampler or pack.info.sampler
    settings = generation.settings_of(pack, generation.steps_of(pack, first))
    if solver.startswith("gcdp"):
        return lambda network: repaint.sample(pack.process, network, task, settings, RePaint(first.resamplings))
    return lambda network: sample(pack.process, network, task, replace(settings, solver=solver))


def questions(pack: Pack, requests: Sequence[Generate]) -> AtOnce:
    """All that drawing the requests asks of the network, without the network."""
    network = AtOnce(len(pack.info.classes))
    with torch.inference_mode():
        for _ in steps(pack, requests, network):
            pass
    return network


def flops_of(work: Callable[[], object]) -> int:
    """The FLOPs of all matrix multiplications, convolutions and attention in it, a multiplication and its addition
    being two.
    """
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        work()
    return int(counter.get_total_flops())


def flops_for(pack: Pack, asked: AtOnce) -> int:
    """The FLOPs of the network for all that it was asked."""
    assert asked.last is not None, "something was asked"
    each = {rows: flops_of(partial(asked.last.rows(rows).put, pack.network)) for rows in set(asked.rows)}
    return sum(each[rows] for rows in asked.rows)
