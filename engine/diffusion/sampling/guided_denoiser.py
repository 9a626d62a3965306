"""The denoiser under guidance: every branch of a state in one evaluation, combined into an estimate of each half."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from torch import Tensor

from engine.diffusion.process import categorical, gaussian
from engine.diffusion.process.denoiser import CleanEstimate, Clocks, Denoiser, DiffusionState, concatenate_batches
from engine.diffusion.process.joint_process import ImageEstimate, JointProcess
from engine.diffusion.sampling.guidance import (
    GuidanceBranch,
    GuidanceTerms,
    append_map_dims,
    build_branches,
    guide_image_output,
    guide_transition_probs,
    predict_branches,
)
from engine.diffusion.sampling.guide_protocols import ImageGuide, apply_guides
from engine.diffusion.sampling.seams import remove_seams
from engine.diffusion.sampling.trajectory import DenoisingSettings, SamplingTask


@dataclass(frozen=True)
class LayoutPrediction:
    """The layout half of a prediction at z_t: logits of y_0 on every branch, [branches · B, K, H, W]."""

    process: JointProcess
    state: DiffusionState
    branches: list[GuidanceBranch]
    logits: Tensor

    @cached_property
    def branch_probs(self) -> Tensor:
        """The probabilities of y_0 on every branch, [branches · B, K, H, W]."""
        return categorical.class_softmax(self.logits)

    @property
    def conditional_probs(self) -> Tensor:
        """p(y_0 | z_t) of the branch with every condition, [B, K, H, W]."""
        return self.branch_probs[: len(self.state.layout)]

    @cached_property
    def estimate(self) -> Tensor:
        """ŷ_0 [B, K, H, W]: the conditional probabilities, and the given class with probability 1 at clock 0."""
        return self.process.layout_estimate(self.state, self.conditional_probs)

    def reverse_probs(self, next_clocks: Clocks) -> Tensor:
        """p(y_s | z_t) at the next clocks s, guided, up to a factor per pixel, [B, S, H, W]."""
        weights = [branch.layout_weight for branch in self.branches if branch.layout_weight is not None]
        s, t = append_map_dims(next_clocks.layout_running), append_map_dims(self.state.clocks.layout_running)
        y_t, s, t = (concatenate_batches([each] * (1 + len(weights))) for each in (self.state.layout, s, t))
        probs = self.process.unnormalised_reverse_probs(y_t, self.branch_probs[: len(y_t)], s, t)
        conditional, *unconditional = probs.chunk(1 + len(weights))
        return guide_transition_probs(conditional, list(zip(unconditional, weights, strict=True)))


@dataclass(frozen=True)
class GuidedPrediction:
    """The guided prediction at one state z_t: x̂_0 and ε̂ of the image, and the layout's logits."""

    state: DiffusionState
    image: ImageEstimate
    layout: LayoutPrediction


@dataclass(frozen=True)
class GuidedDenoiser:
    """A denoiser evaluated on all branches of classifier-free guidance and under all guides of the settings.

    An image that is given in part is freed of the edge along the given part within `seams` pixels, if there are any.
    """

    process: JointProcess
    denoiser: Denoiser
    task: SamplingTask
    settings: DenoisingSettings
    seams: tuple[int, ...] = ()

    def __call__(
        self, state: DiffusionState, previous: CleanEstimate | None, terms: GuidanceTerms
    ) -> GuidedPrediction:
        """The prediction at a state; `previous` is the clean estimate of the step before, for self-conditioning."""
        texts = self.task.text, self.task.negative

        def branches_of(branch_state: DiffusionState) -> list[GuidanceBranch]:
            return build_branches(self.process, branch_state, texts, previous, terms)

        branches, guides = branches_of(state), self.settings.guides
        prediction = apply_guides(
            self.process, state, guides, lambda at: predict_branches(self.denoiser, branches_of(at))
        )
        layout = LayoutPrediction(self.process, state, branches, prediction.logits)
        image = self.guided_image(state, branches, prediction.image_output)
        if self.seams and self.task.image_is_partly_given:
            x_0 = remove_seams(image.x_0, self.task.keep_image, layout.estimate, self.seams)
            image = self.image_of_x_0(state, x_0)
        for guide in guides:
            if isinstance(guide, ImageGuide):
                image = self.image_of_x_0(state, guide.guided_x_0(state, image.x_0))
        return GuidedPrediction(state, image, layout)

    def guided_image(self, state: DiffusionState, branches: list[GuidanceBranch], outputs: Tensor) -> ImageEstimate:
        """x̂_0 and ε̂ of the guided output; outputs [branches · B, 3, H, W].

        All running pixels of a sample share one clock, so the schedule is looked up per sample and not per pixel.
        """
        conditional, *others = outputs.chunk(len(branches))
        weights = [branch.image_weight for branch in branches[1:]]
        unconditional = [(output, w) for output, w in zip(others, weights, strict=True) if w is not None]
        output = guide_image_output(conditional, unconditional)
        estimate = self.process.image_estimate(state.image, output, append_map_dims(state.clocks.image_running))
        x_0 = self.task.with_given_image(estimate.x_0, state.image)
        return self.image_of_x_0(state, x_0) if self.settings.limits_image else replace(estimate, x_0=x_0)

    def image_of_x_0(self, state: DiffusionState, x_0: Tensor) -> ImageEstimate:
        """x̂_0 within the image's limits, and the ε̂ = (x_t - √ᾱ_t x̂_0)/√(1-ᾱ_t) that goes with it."""
        schedule, x_t, t = self.process.image_schedule, state.image, append_map_dims(state.clocks.image_running)
        limited = limit_x_0(x_0, self.settings)
        return ImageEstimate(
            self.task.with_given_image(limited, x_t),
            lambda: gaussian.epsilon_from_output(schedule, "x_0", x_t, limited, t),
        )


def limit_x_0(x_0: Tensor, settings: DenoisingSettings) -> Tensor:
    """x̂_0 [B, 3, H, W] clamped to its limits, or dynamically thresholded  [Saharia et al. 2022].

    Thresholding shrinks each sample's distances from the middle of the limits so that their `threshold` quantile lies
    within the limits.
    """
    low, high = settings.image_limits
    if settings.threshold:
        middle, half = (low + high) / 2, (high - low) / 2
        scale = ((x_0 - middle) / half).abs().flatten(1).quantile(settings.threshold, 1).clamp(min=1)
        return middle + ((x_0 - middle) / scale[:, None, None, None]).clamp(-half, half)
    return x_0.clamp(low, high)
