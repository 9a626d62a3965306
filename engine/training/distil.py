"""What a pack's distilled network learns: to go in one step where the pack goes in several guided ones.

Progressive distillation [Salimans & Ho 2022] in one go, of a guided teacher [Meng et al. 2023], along the student's
own path: the student draws real tasks in its few steps; from every state that it comes to, the teacher goes the same
way in smaller steps, and where it arrives says which v the student should have answered. While the teacher does so the
layout waits, as it does within a step of any sampler; its own step is taught by the teacher's guided transition.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import torch
from rich.progress import ProgressColumn
from torch import Tensor

from engine import distilled
from engine.data.taxonomy import read_taxonomy
from engine.diffusion import categorical
from engine.diffusion.denoiser import Denoiser, Estimate, Prediction, State
from engine.diffusion.guidance import Weights, no_estimate, spread
from engine.diffusion.path import Leg, Moment, Task, legs, moments
from engine.diffusion.process import JointProcess
from engine.diffusion.randomness import Randomness
from engine.diffusion.sampler import Looks, Way, layout_estimate, move_image, move_layout, transition
from engine.diffusion.solvers import SOLVERS, Course
from engine.distilled import DistilledFacts, Plan
from engine.errors import BadConfig
from engine.generation import generate, settings_of
from engine.judges import segmenter
from engine.judges.fidelity import Seen, seen
from engine.judges.files import Facts
from engine.library import DISTILLED
from engine.metrics.cost import counted
from engine.network.unet import JointUNet
from engine.packs import Pack, build_network
from engine.protocol import Generate, Pixels, Raster
from engine.training import judge
from engine.training.batches import Batch, Batches, stacked
from engine.training.config import Mix, TrainConfig
from engine.training.judge import Exam, Lessons, Stock

SMALLER = 3
"""Steps of the teacher for each of the student's."""
MIX = Mix(layout_given=0.5, joint=0.15, image_given=0.05, regions=0.3)
"""What live drawing does: mostly images for layouts, whole and half painted, and parts of either half."""
MOST = 4
"""Evaluations up to which the student is measured."""
FIRST_SEED = 70_000
BATCH = 16
TINY = 1e-8

Columns = Sequence[ProgressColumn]


class Distillation(Lessons[DistilledFacts]):
    """A student on its way; the pack is its teacher."""

    file, batch, rate = DISTILLED, 4, 2e-4

    def __init__(self, config: TrainConfig, pack: Pack, stocks: Sequence[Stock]) -> None:
        super().__init__(config, pack, stocks)
        widths = pack.no_text.pooled.shape[-1], pack.no_text.tokens.shape[-1]
        self.network: JointUNet = build_network(pack.file, pack.process, widths)
        self.network.load_state_dict(pack.network.state_dict())
        self.network.to(pack.device, torch.float32).to(memory_format=torch.channels_last).eval().requires_grad_(True)
        self.forward: Denoiser = torch.compile(self.network) if config.compile else self.network
        self.plan, self.teacher = Plan(), distilled.digest(pack.folder)
        taught = msgspec.structs.replace(config, mix=MIX, batch=self.batch)
        self.batches = Batches(stocks[0].frames, read_taxonomy(config.taxonomy), taught)

    @staticmethod
    def inner(name: str, parameter: Tensor) -> bool:
        """The matrices between stem and head, as in the pack's own training."""
        return parameter.ndim >= 2 and name.startswith(("down", "up", "shrink", "grow"))

    def loss(self, random: np.random.Generator) -> Tensor:
        """Over the paths of a few tasks, each step's v-MSE and KL/ln K."""
        batch = stacked([self.batches.sample(random) for _ in range(self.batch)]).to(self.pack.device)
        with torch.no_grad():
            task = self.task(batch, int(random.integers(2**62)))
        return torch.stack(list(self.losses(task))).mean()

    def task(self, batch: Batch, seed: int) -> Task:
        """The batch's tasks, guided as the pack guides them."""
        info, tower, rows = self.pack.info, self.pack.tower, len(batch.image)
        keep_image, keep_layout = batch.clocks.image == 0, batch.clocks.layout == 0
        told = torch.tensor([bool(text) for text in batch.tokens_of])
        given = (keep_image | keep_layout).flatten(1).any(1).cpu()
        cross = torch.where(given & ~told, info.cross_guidance, 1.0)
        return Task(
            image=(batch.image - self.mean) / self.deviation,
            keep_image=keep_image,
            layout=torch.where(keep_layout, batch.layout, 0),
            keep_layout=keep_layout,
            unknown=torch.zeros_like(keep_layout),
            text=tower(tower.tokenize(batch.tokens_of).to(self.pack.device)),
            negative=self.pack.no_text.repeated(rows),
            seeds=[seed + row for row in range(rows)],
            weights=Weights(torch.where(told, info.guidance, 1.0), cross),
        )

    def losses(self, task: Task) -> Iterator[Tensor]:
        """One for each step of the student, who goes on from where it comes to itself."""
        process, random, size = self.pack.process, Randomness(task.seeds, task.image.device), task.image.shape[1:]
        route = Route(self.pack, self.plan, task)
        image = torch.where(task.keep_image, task.image, random.normal(*size))
        layout = torch.where(task.keep_layout, task.layout, process.noise_layout(random.uniform(1, *size[1:])))
        state = State(image, layout, task.clocks(process, route.legs[0].now))
        estimate = no_estimate(state, process.classes)
        for index, leg in enumerate(route.legs):
            with torch.no_grad():
                lesson = route.lesson(index, state, estimate)
            with torch.autocast(state.image.device.type, torch.bfloat16):
                told = self.forward(state, task.text, estimate)
            yield difference(process, task, leg, state, told, lesson)
            with torch.no_grad():
                state, estimate = route.step(index, state, estimate, told, random)

    def graded(self, exam: Exam, facts: Facts, out: Path) -> DistilledFacts:
        """By the pack's segmenter, in what it and its teacher draw for the layouts held out."""
        eye, info = segmenter.load(self.pack), self.pack.info
        weights = {name: value.detach() for name, value in self.network.state_dict().items()}
        student = distilled.of(self.pack, weights, self.plan, out)

        def found(pictures: Sequence[Pixels]) -> Seen:
            return seen(eye, len(info.classes), pictures, exam.layouts)

        with counted(self.pack.network) as count:
            own = found(drawn(self.pack, exam.layouts, info.steps))
        told = DistilledFacts(
            **msgspec.structs.asdict(facts),
            plan=self.plan,
            teacher=self.teacher,
            curve=tuple(found(drawn(student, exam.layouts, steps)) for steps in range(1, MOST + 1)),
            own=own,
            evaluations=round(count.rows / len(exam.layouts)),
            real=found(exam.images),
        )
        distilled.write(out, weights, told)
        return told


class Lesson(NamedTuple):
    """Where the teacher arrives: the image [B, 3, H, W], and ∝ the chances of the layout's next ids [B, S, H, W]."""

    image: Tensor
    chances: Tensor


class Route:
    """The student's steps through a task, and the teacher's smaller ones, of which it is told the weights."""

    def __init__(self, pack: Pack, plan: Plan, task: Task) -> None:
        self.pack, self.process, self.task = pack, pack.process, task
        planned = replace(pack, file=plan.of(pack.file))
        self.settings, self.guided = settings_of(planned, plan.steps), settings_of(pack, plan.steps)
        ones = torch.ones_like(task.weights.text)
        self.plain = replace(task, weights=Weights(ones, ones))
        self.path = moments(self.process, task, self.settings)
        self.smaller = moments(self.process, task, replace(self.settings, steps=SMALLER * plan.steps))
        self.legs = legs(self.process, self.plain, self.settings, self.path)
        self.solver = SOLVERS[planned.info.sampler](Course(self.process.image, self.path.image, task.image))

    def lesson(self, index: int, state: State, estimate: Estimate) -> Lesson:
        """The teacher's way through a step of the student, the layout waiting."""
        process, task = self.process, self.task
        image = self.smaller.image[SMALLER * index : SMALLER * (index + 1) + 1]
        path = Moment(image, self.path.layout[index].expand_as(image))
        look = Looks(process, self.pack.network, task, self.guided, task.kept, estimate)
        solver = SOLVERS[self.pack.info.sampler](Course(process.image, path.image, task.image))
        random = Randomness(task.seeds, image.device)
        chances: Tensor | None = None
        for leg in legs(process, task, self.guided, path):
            seen, then = look(state, leg.asked), task.clocks(process, leg.then)
            if chances is None:
                chances = transition(process, seen, task.clocks(process, self.legs[index].then))
            moved = move_image(process, solver, Way(leg, then, False, False), seen, look, random)
            look.estimate = Estimate(seen.said.x_0, layout_estimate(process, leg, seen))
            state = State(moved, state.layout, then)
        assert chances is not None, "a step has parts"
        return Lesson(state.image, chances)

    def step(
        self, index: int, state: State, estimate: Estimate, told: Prediction, random: Randomness
    ) -> tuple[State, Estimate]:
        """Where the student comes to by what it said, and what it takes along."""
        process, leg = self.process, self.legs[index]
        look = Looks(process, lambda *_: told, self.plain, self.settings, self.task.kept, estimate)
        seen, then = look(state, leg.asked), self.task.clocks(process, leg.then)
        image = move_image(
            process, self.solver, Way(leg, then, index + 1 == len(self.legs), False), seen, look, random
        )
        layout = state.layout
        if leg.draws:
            layout = move_layout(process, seen, then, random.uniform(1, *layout.shape[2:]), leg.arrives, leg.all_draws)
        return State(image, layout, then), Estimate(seen.said.x_0, layout_estimate(process, leg, seen))


def difference(process: JointProcess, task: Task, leg: Leg, state: State, told: Prediction, lesson: Lesson) -> Tensor:
    """Between one step of the student and the teacher's: v-MSE of the image and KL/ln K of the layout's transition.

    With φ = arccos √ᾱ, a step of DDIM is x_s = cos(φ_t - φ_s) x_t - sin(φ_t - φ_s) v  [Salimans & Ho 2022, app. D],
    which is solved for v.
    """
    t, s = spread(leg.now.image), spread(leg.then.image)
    turn = process.image.angle(t, torch.float32) - process.image.angle(s, torch.float32)
    wanted = (turn.cos() * state.image - lesson.image) / turn.sin().clamp(min=1e-6)
    flows = (s < t) & ~task.keep_image
    image = ((told.image - wanted).square().mean(1, keepdim=True) * flows).mean()
    y_t, u, v = state.layout, spread(leg.then.layout), spread(leg.now.layout)
    said = process.reverse(y_t, categorical.softmax(told.logits), u, v)
    true, said = (chances / chances.sum(1, keepdim=True) for chances in (lesson.chances, said))
    apart = (true * (true.clamp(min=TINY).log() - said.clamp(min=TINY).log())).sum(1, keepdim=True)
    moves = (u < v) & ~task.keep_layout
    return image + (apart * moves).mean() / math.log(process.classes)


def drawn(pack: Pack, layouts: Sequence[Pixels], steps: int) -> list[Pixels]:
    """Images for layouts, by a pack or by its student."""
    found: list[Pixels] = []
    for start in range(0, len(layouts), BATCH):
        asked = [
            Generate(
                id="distil", pack=pack.info.name, layout=Raster.of(one), seed=FIRST_SEED + start + row, steps=steps
            )
            for row, one in enumerate(layouts[start : start + BATCH])
        ]
        *_, last = generate(pack, asked)
        found += [last.image(row) for row in range(len(asked))]
    return found


def train(
    config: TrainConfig, pack: Pack, images: int, out: Path, columns: Sequence[ProgressColumn]
) -> DistilledFacts:
    """Distil a pack; writes `out` and returns what it is worth on DATA/val.

    Raises BadConfig, BadFile, or BadPack if the pack has no segmenter to judge it by.
    """
    segmenter.load(pack)  # what would fail later fails now
    if pack.process.output != "v" or pack.info.sampler not in SOLVERS:
        raise BadConfig(
            f"“{pack.info.name}” is drawn by {pack.info.sampler} from a network that says {pack.process.output}.",
            f"Distil packs that say v and are drawn by one of {', '.join(SOLVERS)}.",
        )
    return judge.train(Distillation, config, pack, images, out, columns)
