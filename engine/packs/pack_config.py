"""The contents of `pack.json`, with strict keys: process, pixels, data, network and text tower of one pack."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from engine.data.pairs import DatasetPair, cut_pieces
from engine.data.taxonomy import TaxonomySource
from engine.diffusion.process.categorical import ReverseKernel
from engine.diffusion.process.gaussian import PredictionType
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import (
    AbsorbingTransitions,
    SimilarityTransitions,
    TransitionChain,
    UniformTransitions,
    neighbour_similarity,
    ordinal_similarity,
)
from engine.diffusion.sampling.trajectory import TimestepSpacing
from engine.interface.errors import BadPack
from engine.interface.protocol import UNKNOWN, Fraction, PackInfo
from engine.network.joint_unet import UNetConfig
from engine.network.text_tower import TextConfig

AtMostClasses = msgspec.Meta(max_length=UNKNOWN)
Deviation = Annotated[float, msgspec.Meta(ge=0.001, le=1)]
Odds = Annotated[float, msgspec.Meta(gt=1e-6, lt=1e6)]
Exponent = Annotated[float, msgspec.Meta(gt=0, le=10)]


class ScheduleConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A noise schedule by its name (`engine.diffusion.process.schedule`)."""

    kind: Literal["cosine", "linear"] = "cosine"
    odds: Odds = 1.0

    def build(self, clocks: int) -> NoiseSchedule:
        """The schedule over clocks 0 to `clocks`."""
        return NoiseSchedule.from_name(self.kind, clocks, self.odds)


class LayoutProcessConfig(ScheduleConfig, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The layout's schedule and transitions (`engine.diffusion.process.transitions`).

    `width` is the discretised Gaussian's, in classes; `neighbours` lists, for each class, the ids of its nearest
    classes in the embedding.
    """

    odds: Odds = 1 / 64
    transitions: Literal["uniform", "absorbing", "gaussian", "embedding"] = "uniform"
    width: Annotated[float, msgspec.Meta(ge=0.3, le=255)] = 1.0
    neighbours: Annotated[tuple[Annotated[tuple[int, ...], AtMostClasses], ...], AtMostClasses] = ()

    def build_transitions(self, clocks: int, classes: int) -> TransitionChain:
        """The chain over `classes` classes. Raises BadPack if the neighbours do not define one."""
        schedule = self.build(clocks)
        if self.transitions == "uniform":
            return UniformTransitions(schedule, classes)
        if self.transitions == "absorbing":
            return AbsorbingTransitions(schedule, classes)
        if self.transitions == "gaussian":
            return SimilarityTransitions(schedule, ordinal_similarity(classes, self.width))
        if len(self.neighbours) != classes or not all(0 <= i < classes for row in self.neighbours for i in row):
            raise BadPack(
                f"pack.json has {len(self.neighbours)} lists of neighbours for {classes} classes.",
                "Give each class one list of class ids.",
            )
        try:
            return SimilarityTransitions(schedule, neighbour_similarity(self.neighbours))
        except ValueError as error:
            raise BadPack(f"The neighbours of the classes are no chain: {error}.", "Name more of them.") from error


class TimestepSpacingConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The course of a half's clock over the steps (`engine.diffusion.sampling.trajectory.TimestepSpacing`)."""

    rise: Exponent = 1.0
    bend: Exponent = 1.0
    start: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0

    def build(self) -> TimestepSpacing:
        """The sampler's form of it."""
        return TimestepSpacing(self.rise, self.bend, self.start)


class ProcessConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Clocks, schedules and kernels of both halves. `lead` and the two paces concern the sampler only."""

    clocks: Annotated[int, msgspec.Meta(ge=2, le=100_000)] = 1000
    image: ScheduleConfig = ScheduleConfig()
    layout: LayoutProcessConfig = LayoutProcessConfig()
    output: PredictionType = "v"
    kernel: ReverseKernel = "sum"
    lead: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.15
    image_pace: TimestepSpacingConfig = TimestepSpacingConfig(rise=2.5)
    layout_pace: TimestepSpacingConfig = TimestepSpacingConfig(rise=2.0, bend=1.5)

    @property
    def without_sampler_settings(self) -> ProcessConfig:
        """This process with the default `lead` and paces: what a checkpoint's network depends on."""
        default = ProcessConfig()
        return msgspec.structs.replace(
            self, lead=default.lead, image_pace=default.image_pace, layout_pace=default.layout_pace
        )

    def build(self, classes: int) -> JointProcess:
        """The joint process over `classes` classes, with its tables."""
        transitions = self.layout.build_transitions(self.clocks, classes)
        return JointProcess(self.image.build(self.clocks), transitions, self.output, self.kernel)


class PixelConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Mean and deviation of each channel of RGB in [0, 1], by which pixels are standardised.

    `gamma` was applied to the training pictures. `light` holds the mean RGB, after that, of the median pictures of the
    darkest and of the brightest quarter.
    """

    mean: tuple[Fraction, Fraction, Fraction]
    deviation: tuple[Deviation, Deviation, Deviation]
    gamma: Annotated[float, msgspec.Meta(ge=0.1, le=10)] = 1.0
    light: tuple[Fraction, Fraction] | None = None

    @property
    def limits(self) -> tuple[float, float]:
        """The smallest and the largest standardised value: those of black and white in the most extreme channel."""
        low = min(-m / d for m, d in zip(self.mean, self.deviation, strict=True))
        high = max((1 - m) / d for m, d in zip(self.mean, self.deviation, strict=True))
        return low, high


class DataConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The data a pack was trained on: its classes' words, and which layout pixels were left out (`engine.data.pairs`).

    `cut` is the height, in rows, of the pieces that large frames are cut into; 0 leaves frames whole.
    """

    taxonomy: TaxonomySource
    cut: Annotated[int, msgspec.Meta(ge=0, le=2**16)] = 0
    border: Annotated[int, msgspec.Meta(ge=0, le=2**10)] = 0
    thin: Annotated[tuple[str, ...], AtMostClasses] = ()

    def split_pair(self, pair: DatasetPair, info: PackInfo) -> list[DatasetPair]:
        """A frame as pieces in the pack's proportions; the frame itself if `cut` is 0."""
        return cut_pieces(pair, self.cut, self.cut * info.width // info.height) if self.cut else [pair]


class PackFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All of pack.json."""

    format: int
    info: PackInfo
    pixels: PixelConfig
    data: DataConfig
    network: UNetConfig = UNetConfig()
    text: TextConfig = TextConfig()
    process: ProcessConfig = ProcessConfig()
    images_seen: Annotated[int, msgspec.Meta(ge=0)] = 0
