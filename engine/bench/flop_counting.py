"""Evaluations of the network in a sampling run, and their FLOPs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import torch

from engine.diffusion.process.denoiser import CleanEstimate, Denoiser, DiffusionState, Prediction, TextFeatures
from engine.diffusion.sampling import repaint
from engine.diffusion.sampling.repaint import RePaintSettings
from engine.diffusion.sampling.sampler import SamplingStep, sample
from engine.interface.protocol import Generate
from engine.metrics.cost import count_flops
from engine.packs.pack import Pack
from engine.requests.generation import resolve_for_pack
from engine.requests.request_batch import sampler_settings, sampling_task


@dataclass(frozen=True)
class NetworkInput:
    """Arguments of one evaluation of a network."""

    state: DiffusionState
    text: TextFeatures
    previous: CleanEstimate | None

    def repeat_first_row(self, count: int) -> NetworkInput:
        """Returns the first row, repeated `count` times."""
        indices = [0] * count
        previous = None if self.previous is None else CleanEstimate(*(half[indices] for half in self.previous))
        return NetworkInput(self.state[indices], self.text[indices], previous)

    def evaluate(self, network: Denoiser) -> Prediction:
        """Evaluates a network on these arguments."""
        return network(self.state, self.text, self.previous)


@dataclass
class RecordingDenoiser:
    """A stand-in for a network that returns zeros and records the rows of each evaluation and the last arguments."""

    classes: int
    row_counts: list[int] = field(default_factory=list)
    last_input: NetworkInput | None = None
    answers: dict[torch.Size, Prediction] = field(default_factory=dict)

    def __call__(self, state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction:
        self.row_counts.append(len(state.image))
        self.last_input = NetworkInput(state, text, previous)
        shape = state.image.shape
        if shape not in self.answers:
            zeros = torch.zeros_like(state.image, dtype=torch.float32)
            self.answers[shape] = Prediction(zeros, zeros[:, :1].repeat(1, self.classes, 1, 1))
        return self.answers[shape]


def sampling_steps(pack: Pack, requests: Sequence[Generate], network: Denoiser) -> Iterator[SamplingStep]:
    """Samples requests of one batch with another network in place of the pack's."""
    return prepare_sampling(pack, requests)(network)


def prepare_sampling(pack: Pack, requests: Sequence[Generate]) -> Callable[[Denoiser], Iterator[SamplingStep]]:
    """Prepares requests of one batch; the result samples them with any network, any number of times."""
    first = requests[0]
    batch = [resolve_for_pack(pack, request) for request in requests]
    task, solver = sampling_task(pack, batch), batch[0].sampler
    settings = sampler_settings(pack, batch[0].steps)
    if solver.startswith("gcdp"):
        return lambda network: repaint.sample_repaint(
            pack.process, network, task, RePaintSettings.from_settings(settings, first.resamplings)
        )
    return lambda network: sample(pack.process, network, task, replace(settings, solver=solver))


def record_evaluations(pack: Pack, requests: Sequence[Generate]) -> RecordingDenoiser:
    """Records the evaluations that sampling the requests needs, without computing them."""
    network = RecordingDenoiser(len(pack.info.classes))
    with torch.inference_mode():
        for _ in sampling_steps(pack, requests, network):
            pass
    return network


def sampling_flops(pack: Pack, recording: RecordingDenoiser) -> int:
    """Counts the FLOPs of all recorded evaluations."""
    assert recording.last_input is not None, "something was asked"
    flops_by_rows = {
        rows: count_flops(partial(recording.last_input.repeat_first_row(rows).evaluate, pack.network))
        for rows in set(recording.row_counts)
    }
    return sum(flops_by_rows[rows] for rows in recording.row_counts)
