"""What a step of the sampler costs beyond the network: python tests/bench/step_overhead.py [--pack street] [--runs N]

The same steps with the network, and with one that answers at once; medians of alternating runs, one picture each.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch

from engine import generation, library, packs
from engine.diffusion.denoiser import Denoiser, Estimate, Prediction, State, TextFeatures
from engine.diffusion.process import JointProcess
from engine.diffusion.sampler import Settings, Task, sample
from engine.protocol import Generate

STEPS = 10


class AtOnce:
    """A network that has its answer ready."""

    def __init__(self, shape: tuple[int, ...], classes: int, branches: int) -> None:
        self.answers = {
            rows: Prediction(torch.zeros(rows, *shape), torch.zeros(rows, classes, *shape[1:]))
            for rows in range(1, branches + 1)
        }

    def __call__(self, state: State, text: TextFeatures, previous: Estimate | None) -> Prediction:
        return self.answers[len(state.image)]


def seconds(process: JointProcess, network: Denoiser, task: Task, settings: Settings) -> float:
    """Per step."""
    begun = time.perf_counter()
    with torch.inference_mode():
        for _ in sample(process, network, task, settings):
            pass
    return (time.perf_counter() - begun) / STEPS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", default="street")
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    pack = packs.load(library.find_pack(options.pack), "cpu")
    info = pack.info
    for name, given in (("text → both, guided", {"prompt": "no cars"}), ("any picture, plain", {"prompt": ""})):
        request = Generate(id="bench", pack=info.name, **given)
        task = generation.task_of(pack, [request], [generation.Given.of(request, info)])
        fast = AtOnce((3, info.height, info.width), len(info.classes), 2)
        settings = generation.settings_of(pack, STEPS)
        pairs = [
            tuple(seconds(pack.process, network, task, settings) for network in (pack.network, fast))
            for _ in range(options.runs)
        ]
        whole, beside = (1000 * statistics.median(values) for values in zip(*pairs[1:], strict=True))
        print(f"{name}: {whole:.1f} ms per step, {beside:.2f} ms of it beyond the network ({beside / whole:.1%})")


if __name__ == "__main__":
    main()
