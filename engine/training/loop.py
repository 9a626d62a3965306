"""The training loop: one network, all tasks; runs unchanged on the CPU and on one CUDA GPU."""

from __future__ import annotations

import copy
import json
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import torch
from rich.progress import Progress, ProgressColumn
from torch import Tensor, nn
from torch.nn import functional as F

from engine.data.captions import vocabulary
from engine.data.taxonomy import class_infos, read_taxonomy
from engine.diffusion.denoiser import Clocks, Estimate, Prediction, State, TextFeatures
from engine.diffusion.process import JointProcess
from engine.errors import BadConfig
from engine.network.text import text_tower
from engine.packs import FORMAT, PackFile, PixelConfig, build_network, choose_device, save
from engine.protocol import PackInfo
from engine.training.batches import Batch, Batches, Frames
from engine.training.config import TrainConfig
from engine.training.ema import Average
from engine.training.muon import Muon
from engine.training.sheets import write_sheet

CHECKPOINT = "checkpoint.pt"
TEXT_LOSS = 0.1
"""The weight of hearing from the pooled text alone which classes are named, and which as absent."""


class Model(nn.Module):
    """The U-Net, the text tower and the probe that teaches the tower what words mean."""

    def __init__(self, file: PackFile, process: JointProcess) -> None:
        super().__init__()
        self.tower = text_tower(file.text, file.info.vocabulary)
        self.unet = build_network(file, process, (self.tower.pooled_width, self.tower.token_width))
        self.probe = nn.Linear(self.tower.pooled_width, 3 * len(file.info.classes))


@dataclass
class Meter:
    """Running means of the losses: all, by task, and by tenth of the clock."""

    sums: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, name: str, value: float) -> None:
        self.sums[name] += value
        self.counts[name] += 1

    def means(self) -> dict[str, float]:
        return {name: round(self.sums[name] / self.counts[name], 5) for name in sorted(self.sums)}


class Trainer:
    """Everything that a run holds. `steps` does the work; `save` and `resume` carry it over a stop."""

    def __init__(self, config: TrainConfig) -> None:
        self.config, self.out = config, Path(config.out)
        self.device = choose_device(config.device)
        classes = read_taxonomy(config.taxonomy)
        self.frames = Frames(config, classes)
        self.batches = Batches(self.frames, classes, config)
        self.file = PackFile(
            format=FORMAT,
            info=PackInfo(
                name=config.name,
                title=config.title,
                height=config.height,
                width=config.width,
                classes=class_infos(classes),
                vocabulary=vocabulary(classes),
                licence=config.licence,
            ),
            pixels=PixelConfig(
                mean=tuple(map(float, self.frames.mean)),
                deviation=tuple(map(float, self.frames.deviation)),
                gamma=config.gamma,
            ),
            network=config.network,
            text=config.text,
            process=config.process,
        )
        torch.manual_seed(config.seed)
        self.process = self.file.process.build(len(classes))
        self.model = Model(self.file, self.process).to(self.device)
        self.model.unet.to(memory_format=torch.channels_last)
        self.average = Average(self.model, config.ema)
        self.optimisers = optimisers(self.model, config)
        self.step = 0
        self.forward = torch.compile(self.model.unet) if config.compile else self.model.unet

    @property
    def seen(self) -> int:
        """Images seen so far."""
        return self.step * self.config.batch

    def train_step(self, batch: Batch, meter: Meter) -> Tensor:
        """One update from one batch; returns its loss."""
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate(self.config, self.seen)
        total = self.loss(batch.to(self.device), meter)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.average.update(self.model.parameters())
        self.step += 1
        return total.detach()

    def loss(self, batch: Batch, meter: Meter) -> Tensor:
        """v-MSE + λ CE/ln K over the pixels that count, and the text probe's cross-entropy."""
        generator = torch.Generator(self.device).manual_seed(self.config.seed * 1_000_003 + self.step)
        x_0 = self.standardise(batch.image)
        noise = torch.randn(x_0.shape, generator=generator, device=self.device)
        uniform = torch.rand((len(x_0), 2, *x_0.shape[2:]), generator=generator, device=self.device)
        state = self.process.q_sample(x_0, batch.layout, batch.clocks, noise, uniform)
        with torch.autocast(self.device.type, torch.bfloat16):
            text = self.model.tower(self.model.tower.tokenize(batch.tokens_of).to(self.device))
            said = self.model.probe(text.pooled).float()
            previous = self.previous(state, text)
            prediction: Prediction = self.forward(state, text, previous)
        losses = self.process.losses(prediction, x_0, batch.layout, noise, (batch.clocks, batch.known))
        image, layout = losses.image * batch.image_counts, losses.layout * batch.layout_counts
        heard = F.cross_entropy(said.reshape(-1, 3), batch.says.reshape(-1), ignore_index=-1, reduction="sum") / max(
            1, batch.says.numel()
        )
        self.log(batch, image.detach(), layout.detach(), heard.detach(), meter)
        return image.mean() + self.config.layout_weight * layout.mean() + TEXT_LOSS * heard

    @torch.no_grad()
    def previous(self, state: State, text: TextFeatures) -> Estimate:
        """Self-conditioning: half of the batch is shown the network's own first estimate."""
        half = len(state.image) // 2
        c = state.clocks
        clocks = Clocks(c.image[:half], c.layout[:half], c.image_running[:half], c.layout_running[:half])
        first = State(state.image[:half], state.layout[:half], clocks)
        x, k = state.image, self.process.classes
        nothing = Estimate(torch.zeros_like(first.image), x.new_full((half, k, *x.shape[2:]), 1 / k))
        told = self.process.estimate(first, self.forward(first, text[slice(half)], nothing))
        rest = len(x) - half
        return Estimate(
            torch.cat([told.image, torch.zeros_like(x[half:])]),
            torch.cat([told.layout, x.new_full((rest, k, *x.shape[2:]), 1 / k)]),
        )

    def standardise(self, image: Tensor) -> Tensor:
        """RGB in [0, 1] at unit scale."""
        mean, deviation = (image.new_tensor(v)[:, None, None] for v in (self.frames.mean, self.frames.deviation))
        return (image - mean) / deviation

    def log(self, batch: Batch, image: Tensor, layout: Tensor, heard: Tensor, meter: Meter) -> None:
        meter.add("text", float(heard))
        top = self.process.image.clocks
        for index, kind in enumerate(batch.kinds):
            for half, value, clock, on in (
                ("image", image, batch.clocks.image_running, batch.image_counts),
                ("layout", layout, batch.clocks.layout_running, batch.layout_counts),
            ):
                if on[index] and clock[index] > 0:
                    meter.add(f"{half}/{kind}", float(value[index]))
                    meter.add(f"{half}/clock {int(clock[index] * 10 / (top + 1))}", float(value[index]))

    def export(self) -> Path:
        """Write the pack so far, from the averaged weights."""
        averaged = copy.deepcopy(self.model)
        averaged.load_state_dict(self.average.state(), strict=False)
        file = msgspec.structs.replace(self.file, images_seen=self.seen)
        save(self.out / "pack", file, averaged.unet.state_dict(), averaged.tower)
        return self.out / "pack"

    def checkpoint(self) -> None:
        """Write all that `resume` needs, whole or not at all."""
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state(),
            "updates": self.average.updates,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "step": self.step,
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
            self.average.load(state["average"], state["updates"])
            for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
                optimiser.load_state_dict(saved)
        except (RuntimeError, KeyError, ValueError) as error:
            raise BadConfig(f"{path} does not fit this configuration: {error}", "Choose another `out`.") from error
        self.step = state["step"]


def train(config: TrainConfig, columns: Sequence[ProgressColumn]) -> Path:
    """Train to the end, from the last checkpoint if there is one; returns the pack's folder."""
    out = Path(config.out)
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(config)
    if (out / CHECKPOINT).is_file():
        trainer.resume()
    meter, begun, saved = Meter(), time.monotonic(), time.monotonic()
    first, last = trainer.step, config.images // config.batch
    with Progress(*columns) as progress:
        task = progress.add_task("training", total=config.images, completed=trainer.seen, loss=0.0, rate=0.0)
        for batch in trainer.batches.stream(first, last - first):
            loss = float(trainer.train_step(batch, meter))
            if not math.isfinite(loss):
                raise BadConfig(f"The loss is {loss} at image {trainer.seen}.", "Lower the learning rate.")
            speed = (trainer.step - first) * config.batch / (time.monotonic() - begun)
            progress.update(task, completed=trainer.seen, loss=loss, rate=speed)
            if time.monotonic() - saved > 60 * config.minutes or trainer.step == last:
                meter = report(trainer, meter, speed)
                saved = time.monotonic()
    return out / "pack"


def report(trainer: Trainer, meter: Meter, speed: float) -> Meter:
    """Checkpoint, pack, contact sheet and a line of losses; returns a fresh meter."""
    trainer.checkpoint()
    folder = trainer.export()
    write_sheet(folder, trainer.frames, trainer.out / f"sheet_{trainer.seen:07d}.png")
    line = {"images": trainer.seen, "speed": round(speed, 2), **meter.means()}
    with (trainer.out / "log.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")
    return Meter()


def rate(config: TrainConfig, seen: int) -> float:
    """The learning rate: linear warm-up, constant, linear to 0 in the last share of the run."""
    left = (config.images - seen) / max(1.0, config.decay * config.images)
    return config.learning_rate * min(1.0, (seen + config.batch) / max(1, config.warmup), max(0.0, left))


def optimisers(model: Model, config: TrainConfig) -> list[torch.optim.Optimizer]:
    """AdamW for all, or Muon for the U-Net's inner matrices and AdamW for the rest."""
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    inner = {
        name: p
        for name, p in trained.items()
        if config.optimiser == "muon"
        and p.ndim >= 2
        and name.startswith(("unet.down", "unet.up", "unet.shrink", "unet.grow"))
    }
    rest = [p for name, p in trained.items() if name not in inner]
    result: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(rest, config.learning_rate, (0.9, 0.99), weight_decay=0.01, fused=True)
    ]
    return [*result, Muon(inner.values(), config.learning_rate)] if inner else result
