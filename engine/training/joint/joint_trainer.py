"""The training loop: one network, all tasks; runs unchanged on a CPU, a GPU, and several of them (see parallel.py)."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import torch
from rich.progress import Progress, ProgressColumn
from torch import Tensor, nn

from engine.data.taxonomy import ClassWords, class_infos, portable_taxonomy, taxonomy_classes
from engine.diffusion.process.joint_process import LossWeighting
from engine.interface.errors import BadConfig
from engine.interface.protocol import PackInfo
from engine.packs.pack import PACK_FORMAT, choose_device, write_pack
from engine.packs.pack_config import DataConfig, PackFile, PixelConfig, ProcessConfig
from engine.prompts.captions import CaptionStyle, caption_vocabulary
from engine.training.core.distributed import SINGLE_PROCESS, DistributedState, join_process_group
from engine.training.core.ema import ExponentialMovingAverage
from engine.training.core.frames import TrainingFrames
from engine.training.core.muon import Muon
from engine.training.core.training_config import TrainConfig
from engine.training.joint.batches import Batch, BatchStream
from engine.training.joint.class_neighbours import nearest_classes
from engine.training.joint.objective import JointModel, JointObjective, LossMeter
from engine.training.joint.sample_sheets import write_sample_sheet
from engine.training.joint.warm_start import load_pack_weights

CHECKPOINT = "checkpoint.pt"


class JointTrainer:
    """Everything that a run holds, for this part of it. `checkpoint` and `resume` carry it over a stop."""

    def __init__(self, config: TrainConfig, distributed_state: DistributedState = SINGLE_PROCESS) -> None:
        distributed_state.check_batch(config.batch)
        self.config, self.out, self.distributed_state = config, Path(config.out), distributed_state
        self.device = choose_device(config.device)
        classes = taxonomy_classes(config.taxonomy)
        self.frames = TrainingFrames(config, classes)
        self.batches = BatchStream(self.frames, classes, config, distributed_state.batch_rows)
        self.pack_file = build_pack_file(config, classes, self.frames)
        torch.manual_seed(config.seed)
        self.process = self.pack_file.process.build(len(classes))
        self.model = JointModel(self.pack_file, self.process)
        fresh = not (self.out / CHECKPOINT).is_file()
        self.images_before = (
            load_pack_weights(config.start, self.model, self.pack_file) if config.start and fresh else 0
        )
        self.model.to(self.device)
        self.model.unet.to(memory_format=torch.channels_last)
        self.ema = ExponentialMovingAverage(self.model, config.ema)
        self.optimisers = build_optimisers(self.model, config)
        self.step = 0
        self.objective = JointObjective(
            self.model,
            torch.compile(self.model.unet) if config.compile else self.model.unet,
            self.process,
            torch.tensor(self.frames.mean, device=self.device)[:, None, None],
            torch.tensor(self.frames.deviation, device=self.device)[:, None, None],
            LossWeighting(**msgspec.structs.asdict(config.loss)),
            config.layout_weight,
            distributed_state,
        )

    @property
    def training_signature(self) -> str:
        """What the network is taught, which a resumed run must not change; how it is sampled may."""
        window = [self.config.window] if self.config.window else []
        return msgspec.json.encode(
            (self.pack_file.process.without_sampler_settings, self.config.loss, *window)
        ).decode()

    @property
    def images_seen(self) -> int:
        """Images seen so far."""
        return self.step * self.config.batch

    def train_step(self, batch: Batch, meter: LossMeter) -> Tensor:
        """One update from this part's rows of a batch; returns the loss of all its rows."""
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = learning_rate_at(self.config, self.images_seen)
        torch.manual_seed(self.config.seed * 1_000_003 + self.step)  # a resumed run draws the same noise
        total = self.objective.loss(batch.to(self.device), meter)
        torch.autograd.backward(total)
        loss = total.detach()
        gradients = [parameter.grad for parameter in self.model.parameters() if parameter.grad is not None]
        self.distributed_state.all_reduce_mean([*gradients, loss])
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.ema.update(self.model.parameters())
        self.step += 1
        return loss

    def check_ranks_agree(self) -> None:
        """Raise BadConfig if another process of this run begins with another step or other weights."""
        weights = torch.stack([parameter.detach().double().sum() for parameter in self.model.parameters()])
        if not self.distributed_state.all_equal(torch.cat([weights, weights.new_tensor([self.step])])):
            hint = f"`out`, {self.out}, must be one folder that all of them share."
            raise BadConfig("The processes of this run go on from different checkpoints.", hint)

    def export_pack(self) -> Path:
        """Write the pack so far, from the averaged weights."""
        averaged = copy.deepcopy(self.model)
        averaged.load_state_dict(self.ema.state_dict(), strict=False)
        file = msgspec.structs.replace(self.pack_file, images_seen=self.images_before + self.images_seen)
        write_pack(self.out / "pack", file, averaged.unet.state_dict(), averaged.tower)
        return self.out / "pack"

    def save_checkpoint(self) -> None:
        """Write all that `resume` needs, whole or not at all."""
        state = {
            "model": self.model.state_dict(),
            "average": self.ema.state_dict(),
            "updates": self.ema.updates,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "step": self.step,
            "batch": self.config.batch,
            "learns": self.training_signature,
            "before": self.images_before,
        }
        partial = self.out / (CHECKPOINT + ".part")
        torch.save(state, partial)
        partial.replace(self.out / CHECKPOINT)

    def resume(self) -> None:
        """Go on from the checkpoint in the run's folder. Raises BadConfig if it is of another network."""
        path = self.out / CHECKPOINT
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
            self.model.load_state_dict(state["model"])
            self.ema.load(state["average"], state["updates"])
            for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
                optimiser.load_state_dict(saved)
        except (RuntimeError, KeyError, ValueError) as error:
            raise BadConfig(f"{path} does not fit this configuration: {error}", "Choose another `out`.") from error
        if state["batch"] != self.config.batch:
            raise BadConfig(
                f"{path} was made with batch {state['batch']}.", "Set `batch` back, or choose another `out`."
            )
        if state.get("learns", self.training_signature) != self.training_signature:
            raise BadConfig(f"{path} was made with another process, loss or window.", "Choose another `out`.")
        self.step, self.images_before = state["step"], state.get("before", 0)


def build_pack_file(config: TrainConfig, classes: Sequence[ClassWords], frames: TrainingFrames) -> PackFile:
    """What the run's pack says of itself."""
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
    """How the run's pictures are standardised, and their light."""
    dark, bright = (round(value / 255, 4) for value in frames.typical_brightness)
    return PixelConfig(mean=frames.mean, deviation=frames.deviation, gamma=config.gamma, light=(dark, bright))


def resolved_process_config(config: TrainConfig, info: PackInfo) -> ProcessConfig:
    """The run's process; its classes find their neighbours if its transitions ask for them."""
    process = config.process
    if process.layout.transitions != "embedding" or process.layout.neighbours:
        return process
    lists = nearest_classes(config.embeddings, [one.name for one in info.classes], config.neighbours)
    return msgspec.structs.replace(process, layout=msgspec.structs.replace(process.layout, neighbours=lists))


def train_pack(config: TrainConfig, columns: Sequence[ProgressColumn]) -> Path:
    """Train to the end, from the last checkpoint if there is one; returns the pack's folder."""
    out = Path(config.out)
    out.mkdir(parents=True, exist_ok=True)
    with (
        join_process_group(config.device) as distributed_state,
        Progress(*columns, disable=not distributed_state.is_main_process) as progress,
    ):
        trainer = JointTrainer(config, distributed_state)
        if (out / CHECKPOINT).is_file():
            trainer.resume()
        trainer.check_ranks_agree()
        task = progress.add_task("training", total=config.images, completed=trainer.images_seen, loss=0.0, rate=0.0)
        for loss, speed in training_steps(trainer):
            progress.update(task, completed=trainer.images_seen, loss=loss, rate=speed)
    return out / "pack"


def training_steps(trainer: JointTrainer) -> Iterator[tuple[float, float]]:
    """All steps that are left, with a report now and then and at the end; yields the loss and the images a second."""
    config, meter = trainer.config, LossMeter()
    begun = saved = time.monotonic()
    first, last = trainer.step, config.images // config.batch
    for batch in trainer.batches.stream(first, last - first):
        loss = float(trainer.train_step(batch, meter))
        if not math.isfinite(loss):
            raise BadConfig(f"The loss is {loss} at image {trainer.images_seen}.", "Lower the learning rate.")
        speed = (trainer.step - first) * config.batch / (time.monotonic() - begun)
        yield loss, speed
        report_is_due = time.monotonic() - saved > 60 * config.minutes or trainer.step == last
        if report_is_due and trainer.distributed_state.is_main_process:  # the others wait with their next gradients
            meter = write_progress_report(trainer, meter, speed)
            saved = time.monotonic()


def write_progress_report(trainer: JointTrainer, meter: LossMeter, speed: float) -> LossMeter:
    """Checkpoint, pack, contact sheet and a line of losses; returns a fresh meter."""
    trainer.save_checkpoint()
    folder = trainer.export_pack()
    write_sample_sheet(
        folder, trainer.frames, trainer.out / f"sheet_{trainer.images_seen:07d}.png", trainer.config.device
    )
    line = {"images": trainer.images_seen, "speed": round(speed, 2), **meter.means()}
    with (trainer.out / "log.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")
    return LossMeter()


def learning_rate_at(config: TrainConfig, images_seen: int) -> float:
    """The learning rate: linear warm-up, constant, linear to 0 in the last share of the run."""
    remaining = (config.images - images_seen) / max(1.0, config.decay * config.images)
    return config.learning_rate * min(1.0, (images_seen + config.batch) / max(1, config.warmup), max(0.0, remaining))


def build_optimisers(model: JointModel, config: TrainConfig) -> list[torch.optim.Optimizer]:
    """AdamW for all, or Muon for the U-Net's inner matrices and AdamW for the rest."""
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    muon_parameters = {
        name: p
        for name, p in trained.items()
        if config.optimiser == "muon"
        and p.ndim >= 2
        and name.startswith(("unet.down", "unet.up", "unet.shrink", "unet.grow"))
    }
    rest = [p for name, p in trained.items() if name not in muon_parameters]
    result: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(rest, config.learning_rate, (0.9, 0.99), weight_decay=0.01, fused=True)
    ]
    return [*result, Muon(muon_parameters.values(), config.learning_rate)] if muon_parameters else result
