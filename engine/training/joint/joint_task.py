"""The task of a pack's base: both halves with one network, from a configuration to the pack."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import safetensors
import torch
from torch import Tensor

from engine.data.taxonomy import ClassWords, class_infos, portable_taxonomy, taxonomy_classes
from engine.diffusion.process.joint_process import LossWeighting
from engine.interface.errors import BadConfig, BadFile, BadPack
from engine.interface.protocol import PackInfo
from engine.packs.pack import PACK_FORMAT, choose_device, read_pack_file, write_pack
from engine.packs.pack_config import DataConfig, PackFile, PixelConfig, ProcessConfig
from engine.packs.pixel_standardisation import PixelStandardisation
from engine.prompts.captions import CaptionStyle, caption_vocabulary
from engine.training.core.distributed import SINGLE_PROCESS, DistributedState
from engine.training.core.frames import TrainingFrames
from engine.training.core.training_config import TrainConfig
from engine.training.core.training_run import TrainingRun, TrainingTask
from engine.training.joint.batches import Batch, BatchStream
from engine.training.joint.class_neighbours import nearest_classes
from engine.training.joint.objective import JointModel, JointObjective, LossMeter
from engine.training.joint.sample_sheets import write_sample_sheet
from engine.training.joint.warm_start import load_pack_weights

CHECKPOINT_FILE = "checkpoint.pt"
STANDARDISATION_TOLERANCE = 1e-3
"""How far the mean and deviation of the data may be from a checkpoint's: what rounding does, not other data."""
MUON_PREFIXES = ("unet.down", "unet.up", "unet.shrink", "unet.grow")


class JointTask(TrainingTask[Batch]):
    """Trains U-Net, text tower and text probe; exports the pack and a contact sheet at each report."""

    def __init__(self, config: TrainConfig, distributed_state: DistributedState = SINGLE_PROCESS) -> None:
        distributed_state.check_batch(config.batch)
        self.config, self.out = config, Path(config.out)
        self.device = choose_device(config.device)
        classes = taxonomy_classes(config.taxonomy)
        self.frames = TrainingFrames(config, classes)
        self.stream = BatchStream(self.frames, classes, config, distributed_state.batch_rows)
        self.pack_file = build_pack_file(config, classes, self.frames)
        torch.manual_seed(config.seed)
        self.process = self.pack_file.process.build(len(classes))
        self.network: JointModel = JointModel(self.pack_file, self.process)
        is_fresh = not (self.out / CHECKPOINT_FILE).is_file()
        self.images_before = (
            load_pack_weights(config.start, self.network, self.pack_file) if config.start and is_fresh else 0
        )
        self.network.to(self.device)
        self.network.unet.to(memory_format=torch.channels_last)
        forward = torch.compile(self.network.unet) if config.compile else self.network.unet
        self.objective = JointObjective(
            self.network,
            forward,
            self.process,
            PixelStandardisation.from_config(self.pack_file.pixels, self.device),
            LossWeighting(**msgspec.structs.asdict(config.loss)),
            config.layout_weight,
            distributed_state,
        )
        self.meter = LossMeter()

    @property
    def signature(self) -> dict[str, object]:
        """What a resumed run must not change: what the network learns. How it is sampled may change."""
        return {
            "batch": self.config.batch,
            "process": self.pack_file.process.without_sampler_settings,
            "loss": self.config.loss,
            "window": self.config.window,
        }

    def uses_muon(self, name: str, parameter: Tensor) -> bool:
        """Whether a parameter is a matrix between the U-Net's stem and head, if the configuration asks for Muon."""
        return self.config.optimiser == "muon" and parameter.ndim >= 2 and name.startswith(MUON_PREFIXES)

    def batches(self, steps: range) -> Iterator[Batch]:
        """The batches of these steps, made ahead in a thread."""
        return self.stream.stream(steps.start, len(steps))

    def loss(self, batch: Batch) -> Tensor:
        """The joint loss of a batch; the meter takes down its terms."""
        return self.objective.loss(batch.to(self.device), self.meter)

    def state(self) -> dict[str, Any]:
        """How many images the starting pack had seen, and the standardisation of the pixels."""
        pixels = self.pack_file.pixels
        return {"images_before": self.images_before, "mean": pixels.mean, "deviation": pixels.deviation}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue with the checkpoint's standardisation. Raises BadConfig if that of the data is another."""
        self.images_before = state["images_before"]
        if "mean" not in state:  # checkpoints of earlier versions
            return
        pixels, saved = self.pack_file.pixels, (tuple(state["mean"]), tuple(state["deviation"]))
        if not np.allclose((pixels.mean, pixels.deviation), saved, rtol=0, atol=STANDARDISATION_TOLERANCE):
            raise BadConfig(
                f"The images in {self.config.data} have changed: their mean is {rounded(pixels.mean)} instead of "
                f"{rounded(saved[0])}, their deviation {rounded(pixels.deviation)} instead of {rounded(saved[1])}.",
                "Restore the data, or choose another `out`.",
            )
        pixels = msgspec.structs.replace(pixels, mean=saved[0], deviation=saved[1])
        self.pack_file = msgspec.structs.replace(self.pack_file, pixels=pixels)
        standardisation = PixelStandardisation.from_config(pixels, self.device)
        self.objective = dataclasses.replace(self.objective, standardisation=standardisation)

    def report(self, run: TrainingRun[Batch], images_per_second: float) -> None:
        """Export the pack, and add a contact sheet and a line of losses. Raises BadFile."""
        try:
            folder = self.export_pack(run)
            path = self.out / f"sheet_{run.images_seen:07d}.png"
            write_sample_sheet(folder, self.frames, path, self.config.device)
            line = {"images": run.images_seen, "speed": round(images_per_second, 2), **self.meter.means()}
            with (self.out / "log.jsonl").open("a") as file:
                file.write(json.dumps(line) + "\n")
        except (OSError, safetensors.SafetensorError) as error:
            raise BadFile(
                f"{self.out} cannot be written to ({error}).", "Free space there, and run it again."
            ) from error
        self.meter = LossMeter()

    def is_reported(self, run: TrainingRun[Batch]) -> bool:
        """Whether the pack in the run's folder is of the run's step."""
        try:
            return read_pack_file(self.out / "pack").images_seen == self.images_before + run.images_seen
        except BadPack:
            return False

    def export_pack(self, run: TrainingRun[Batch]) -> Path:
        """Write the pack with the averaged weights; returns its folder."""
        averaged = run.ema.module
        assert isinstance(averaged, JointModel)
        file = msgspec.structs.replace(self.pack_file, images_seen=self.images_before + run.images_seen)
        write_pack(self.out / "pack", file, averaged.unet.state_dict(), averaged.tower)
        return self.out / "pack"


def build_pack_file(config: TrainConfig, classes: Sequence[ClassWords], frames: TrainingFrames) -> PackFile:
    """The description of a run's pack."""
    info = PackInfo(
        name=config.name,
        title=config.title,
        height=config.height,
        width=config.width,
        classes=class_infos(classes),
        vocabulary=caption_vocabulary(classes, CaptionStyle.of_taxonomy(config.taxonomy), frames.captions),
        openers=CaptionStyle.of_taxonomy(config.taxonomy).openers,
        licence=config.licence,
        steps=config.steps,
        layout_steps=config.layout_steps,
        text_steps=config.text_steps,
        sampler=config.sampler,
        guidance=config.guidance,
        cross_guidance=config.cross_guidance,
    )
    return PackFile(
        format=PACK_FORMAT,
        info=info,
        pixels=build_pixel_config(config, frames),
        network=config.network,
        text=config.text,
        process=resolved_process_config(config, info),
        data=DataConfig(
            taxonomy=portable_taxonomy(config.taxonomy), cut=config.cut, border=config.border, thin=config.thin
        ),
    )


def build_pixel_config(config: TrainConfig, frames: TrainingFrames) -> PixelConfig:
    """How a run's images are standardised, and the brightness of typical dark and bright ones."""
    dark, bright = (round(value / 255, 4) for value in frames.typical_brightness)
    return PixelConfig(mean=frames.mean, deviation=frames.deviation, gamma=config.gamma, light=(dark, bright))


def resolved_process_config(config: TrainConfig, info: PackInfo) -> ProcessConfig:
    """The process of a run, with the neighbours of each class if its transitions need them."""
    process = config.process
    if process.layout.transitions != "embedding" or process.layout.neighbours:
        return process
    neighbours = nearest_classes(config.embeddings, [words.name for words in info.classes], config.neighbours)
    return msgspec.structs.replace(process, layout=msgspec.structs.replace(process.layout, neighbours=neighbours))


def rounded(values: Sequence[float]) -> str:
    """Values to read in a sentence."""
    return "(" + ", ".join(f"{value:.3f}" for value in values) + ")"
