"""Distillation of a pack's network into one that samples in few unguided steps.

Progressive distillation [Salimans & Ho 2022] in a single stage, of a guided teacher [Meng et al. 2023], along the
student's own trajectory: the student samples real tasks in its few steps; from each of its states the teacher covers
the same step in smaller ones, and where it arrives determines which v the student should have predicted. The layout
is constant meanwhile, as it is within a step of any sampler; its transition is learned from the teacher's guided one.
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

from engine.data.taxonomy import taxonomy_classes
from engine.diffusion.process import categorical
from engine.diffusion.process.denoiser import (
    CleanEstimate,
    Denoiser,
    DiffusionState,
    Prediction,
    uninformative_estimate,
)
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.sampling.guidance import GuidanceWeights, append_map_dims
from engine.diffusion.sampling.guided_denoiser import GuidedDenoiser
from engine.diffusion.sampling.randomness import SeededNoise
from engine.diffusion.sampling.reverse_step import ReverseProcess
from engine.diffusion.sampling.sampler import initial_state
from engine.diffusion.sampling.solvers import SOLVERS, Trajectory
from engine.diffusion.sampling.trajectory import ClockPair, SamplingTask, StepPlan, clock_trajectory, step_plans
from engine.evaluators import segmenter
from engine.evaluators.quality import segmenter_scores
from engine.interface.errors import BadConfig
from engine.interface.pack_catalogue import DISTILLED_FILE
from engine.interface.protocol import Generate, Pixels, Raster
from engine.metrics.cost import count_evaluations
from engine.network.joint_unet import JointUNet
from engine.packs import few_step
from engine.packs.companion_files import SegmenterScores, WeightsMetadata
from engine.packs.few_step import DistilledMetadata, DistilledSampling
from engine.packs.pack import Pack, build_network
from engine.requests.generation import generate_steps
from engine.requests.request_batch import sampler_settings
from engine.training.core.training_config import TaskMix, TrainConfig
from engine.training.joint.batches import Batch, BatchStream, stack_samples
from engine.training.tasks import evaluator_task
from engine.training.tasks.evaluator_task import EvaluatorTask, FrameSource, ValidationSet

TEACHER_STEPS_PER_STUDENT_STEP = 3
"""How many steps the teacher takes for each of the student's."""
DISTILLATION_MIX = TaskMix(layout_given=0.5, joint=0.15, image_given=0.05, regions=0.3)
"""What people do in the studio: mostly images for layouts, complete or not, and regions of either half."""
MAX_EVALUATIONS = 4
"""The student is scored at 1 … `MAX_EVALUATIONS` evaluations."""
DETERMINISTIC_SAMPLERS = ("ddim", "dpm++2m", "unipc", "heun")
"""Samplers of teachers; where one adds noise to each step, its next state is no target for a network."""
FIRST_SEED = 70_000
GENERATION_BATCH = 16
MIN_PROBABILITY = 1e-8


class DistillationTask(EvaluatorTask[DistilledMetadata]):
    """Trains a student from the weights of the pack, which is its teacher."""

    file_name, batch, learning_rate = DISTILLED_FILE, 4, 2e-4

    def __init__(self, config: TrainConfig, pack: Pack, sources: Sequence[FrameSource]) -> None:
        super().__init__(config, pack, sources)
        widths = pack.empty_text_features.pooled.shape[-1], pack.empty_text_features.tokens.shape[-1]
        self.network: JointUNet = build_network(pack.file, pack.process, widths)
        self.network.load_state_dict(pack.network.state_dict())
        self.network.to(pack.device, torch.float32).to(memory_format=torch.channels_last).eval().requires_grad_(True)
        self.forward: Denoiser = torch.compile(self.network) if config.compile else self.network
        self.plan, self.teacher_digest = DistilledSampling(), few_step.weights_digest(pack.folder)
        student_config = msgspec.structs.replace(config, mix=DISTILLATION_MIX, batch=self.batch)
        self.samples = BatchStream(sources[0].frames, taxonomy_classes(config.taxonomy), student_config)

    def uses_muon(self, name: str, parameter: Tensor) -> bool:
        """Whether a parameter is a matrix between stem and head, as in the pack's own training."""
        return parameter.ndim >= 2 and name.startswith(("down", "up", "shrink", "grow"))

    def loss(self, random: np.random.Generator) -> Tensor:
        """The mean of `distillation_loss` over the steps of a batch of tasks."""
        batch = stack_samples([self.samples.draw_sample(random) for _ in range(self.batch)]).to(self.pack.device)
        with torch.no_grad():
            task = self.sampling_task(batch, int(random.integers(2**62)))
        return torch.stack(list(self.step_losses(task))).mean()

    def sampling_task(self, batch: Batch, seed: int) -> SamplingTask:
        """What a batch asks of a sampler, with the pack's guidance and the seeds from `seed` on."""
        info, tower, rows = self.pack.info, self.pack.text_encoder, len(batch.image)
        keep_image, keep_layout = batch.clocks.image == 0, batch.clocks.layout == 0
        has_prompt = torch.tensor([bool(text) for text in batch.captions])
        given = (keep_image | keep_layout).flatten(1).any(1).cpu()
        cross = torch.where(given & ~has_prompt, info.cross_guidance, 1.0)
        return SamplingTask(
            image=self.pack.standardisation.standardise(batch.image),
            keep_image=keep_image,
            layout=torch.where(keep_layout, batch.layout, 0),
            keep_layout=keep_layout,
            unknown=torch.zeros_like(keep_layout),
            text=tower(tower.tokenize(batch.captions).to(self.pack.device)),
            negative=self.pack.empty_text_features.repeat_batch(rows),
            seeds=[seed + row for row in range(rows)],
            weights=GuidanceWeights(torch.where(has_prompt, info.guidance, 1.0), cross),
        )

    def step_losses(self, task: SamplingTask) -> Iterator[Tensor]:
        """The loss of each step; the student continues from its own result."""
        process, random = self.pack.process, SeededNoise(task.seeds, task.image.device)
        trajectory = DistillationTrajectory(self.pack, self.plan, task)
        state = initial_state(process, task, trajectory.step_plans[0].clocks, random)
        estimate = uninformative_estimate(state, process.num_classes)
        for index, step_plan in enumerate(trajectory.step_plans):
            with torch.no_grad():
                target = trajectory.teacher_target(index, state, estimate)
            with torch.autocast(state.image.device.type, torch.bfloat16):
                prediction = self.forward(state, task.text, estimate)
            yield distillation_loss(process, task, step_plan, state, prediction, target)
            with torch.no_grad():
                state, estimate = trajectory.student_step(index, state, estimate, prediction, random)

    def evaluate_and_save(
        self, validation_set: ValidationSet, metadata: WeightsMetadata, out: Path
    ) -> DistilledMetadata:
        """Score student and teacher by the pack's segmenter, on images for the layouts held out. Raises BadFile."""
        pack_segmenter, info = segmenter.load(self.pack), self.pack.info
        weights = {name: value.detach() for name, value in self.network.state_dict().items()}
        student = few_step.distilled_pack(self.pack, weights, self.plan, out)

        def segmentation_quality(pictures: Sequence[Pixels]) -> SegmenterScores:
            return segmenter_scores(pack_segmenter, len(info.classes), pictures, validation_set.layouts)

        with count_evaluations(self.pack.network) as count:
            teacher_quality = segmentation_quality(generate_images(self.pack, validation_set.layouts, info.steps))
        distilled_metadata = DistilledMetadata(
            **msgspec.structs.asdict(metadata),
            plan=self.plan,
            teacher=self.teacher_digest,
            curve=tuple(
                segmentation_quality(generate_images(student, validation_set.layouts, steps))
                for steps in range(1, MAX_EVALUATIONS + 1)
            ),
            own=teacher_quality,
            evaluations=round(count.rows / len(validation_set.layouts)),
            real=segmentation_quality(validation_set.images),
        )
        few_step.write_distilled(out, weights, distilled_metadata)
        return distilled_metadata


class TeacherTarget(NamedTuple):
    """What the teacher reaches: the image [B, 3, H, W], and the layout's transition [B, S, H, W], not normalised."""

    image: Tensor
    layout_probabilities: Tensor


class DistillationTrajectory:
    """The student's steps through a task and the teacher's smaller ones; only the teacher is guided."""

    def __init__(self, pack: Pack, plan: DistilledSampling, task: SamplingTask) -> None:
        self.pack, self.process, self.task = pack, pack.process, task
        student_pack = replace(pack, file=plan.apply_to(pack.file))
        self.student_settings, self.teacher_settings = (
            sampler_settings(student_pack, plan.steps),
            sampler_settings(pack, plan.steps),
        )
        ones = torch.ones_like(task.weights.text)
        self.unguided_task = replace(task, weights=GuidanceWeights(ones, ones))
        self.student_clocks = clock_trajectory(self.process, task, self.student_settings)
        self.teacher_clocks = clock_trajectory(
            self.process, task, replace(self.student_settings, steps=TEACHER_STEPS_PER_STUDENT_STEP * plan.steps)
        )
        self.step_plans = step_plans(self.process, self.unguided_task, self.student_settings, self.student_clocks)
        self.solver = SOLVERS[student_pack.info.sampler](
            Trajectory(self.process.image_schedule, self.student_clocks.image, task.image)
        )

    def teacher_target(self, index: int, state: DiffusionState, estimate: CleanEstimate) -> TeacherTarget:
        """The teacher's result after step `index` of the student, in smaller steps that leave the layout as it is."""
        process, task = self.process, self.task
        image = self.teacher_clocks.image[
            TEACHER_STEPS_PER_STUDENT_STEP * index : TEACHER_STEPS_PER_STUDENT_STEP * (index + 1) + 1
        ]
        clocks = ClockPair(image, self.student_clocks.layout[index].expand_as(image))
        settings = self.teacher_settings
        guided_denoiser = GuidedDenoiser(process, self.pack.network, task, settings, settings.seams)
        solver = SOLVERS[self.pack.info.sampler](Trajectory(process.image_schedule, clocks.image, task.image))
        reverse = ReverseProcess(guided_denoiser, solver, SeededNoise(task.seeds, state.image.device))
        next_clocks = task.clock_maps(process, self.step_plans[index].next_clocks)
        layout_probabilities: Tensor | None = None
        for step_plan in step_plans(process, task, settings, clocks):
            state, estimate, guided_prediction = reverse.step(state, estimate, step_plan)
            if layout_probabilities is None:
                layout_probabilities = guided_prediction.layout.reverse_probs(next_clocks)
        assert layout_probabilities is not None, "a step of the student has steps of the teacher"
        return TeacherTarget(state.image, layout_probabilities)

    def student_step(
        self, index: int, state: DiffusionState, estimate: CleanEstimate, prediction: Prediction, random: SeededNoise
    ) -> tuple[DiffusionState, CleanEstimate]:
        """The state after step `index` given the student's prediction, and the estimate for self-conditioning."""
        settings = self.student_settings
        guided_denoiser = GuidedDenoiser(
            self.process, lambda *_: prediction, self.unguided_task, settings, settings.seams
        )
        reverse = ReverseProcess(guided_denoiser, self.solver, random)
        next_state, next_estimate, _ = reverse.step(state, estimate, self.step_plans[index])
        return next_state, next_estimate


def distillation_loss(
    process: JointProcess,
    task: SamplingTask,
    step_plan: StepPlan,
    state: DiffusionState,
    prediction: Prediction,
    target: TeacherTarget,
) -> Tensor:
    """The loss of one step of the student: v-MSE of the image plus KL/ln K of the layout's transition.

    With φ = arccos √ᾱ, a step of DDIM is x_s = cos(φ_t - φ_s) x_t - sin(φ_t - φ_s) v  [Salimans & Ho 2022, app. D],
    which is solved for v.
    """
    t, s = append_map_dims(step_plan.clocks.image), append_map_dims(step_plan.next_clocks.image)
    angle_step = process.image_schedule.angle(t, torch.float32) - process.image_schedule.angle(s, torch.float32)
    target_v = (angle_step.cos() * state.image - target.image) / angle_step.sin().clamp(min=1e-6)
    image_moves = (s < t) & ~task.keep_image
    image = ((prediction.image_output - target_v).square().mean(1, keepdim=True) * image_moves).mean()
    y_t, u, v = state.layout, append_map_dims(step_plan.next_clocks.layout), append_map_dims(step_plan.clocks.layout)
    student_probabilities = process.unnormalised_reverse_probs(y_t, categorical.class_softmax(prediction.logits), u, v)
    teacher_probabilities, student_probabilities = (
        chances / chances.sum(1, keepdim=True) for chances in (target.layout_probabilities, student_probabilities)
    )
    divergence = (
        teacher_probabilities
        * (
            teacher_probabilities.clamp(min=MIN_PROBABILITY).log()
            - student_probabilities.clamp(min=MIN_PROBABILITY).log()
        )
    ).sum(1, keepdim=True)
    layout_moves = (u < v) & ~task.keep_layout
    return image + (divergence * layout_moves).mean() / math.log(process.num_classes)


def generate_images(pack: Pack, layouts: Sequence[Pixels], steps: int) -> list[Pixels]:
    """Images for layouts in `steps` steps, from a pack or its student."""
    images: list[Pixels] = []
    for start in range(0, len(layouts), GENERATION_BATCH):
        requests = [
            Generate(
                id="distil",
                pack=pack.info.name,
                layout=Raster.from_pixels(layout),
                seed=FIRST_SEED + start + row,
                steps=steps,
            )
            for row, layout in enumerate(layouts[start : start + GENERATION_BATCH])
        ]
        *_, last = generate_steps(pack, requests)
        images += [last.image(row) for row in range(len(requests))]
    return images


def distil_pack(
    config: TrainConfig, pack: Pack, images: int, out: Path, columns: Sequence[ProgressColumn]
) -> DistilledMetadata:
    """Distil a pack; writes `out` and returns its scores on DATA/val.

    Raises BadConfig if the pack cannot be a teacher, BadFile, or BadPack if it has no segmenter to evaluate it with.
    """
    segmenter.load(pack)  # without one the run would fail at its end
    check_teacher(pack)
    return evaluator_task.train_task(DistillationTask, config, pack, images, out, columns)


def check_teacher(pack: Pack) -> None:
    """Raise BadConfig unless the pack predicts v and is sampled deterministically."""
    if pack.process.prediction_type != "v" or pack.info.sampler not in DETERMINISTIC_SAMPLERS:
        raise BadConfig(
            f"“{pack.info.name}” is sampled by {pack.info.sampler} from a network that predicts "
            f"{pack.process.prediction_type}.",
            f"Distil packs that predict v and are sampled by {', '.join(DETERMINISTIC_SAMPLERS)}.",
        )
