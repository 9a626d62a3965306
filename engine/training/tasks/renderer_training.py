"""How a renderer is trained: against photographs, through the features of a network taught on ImageNet.

Half of a batch are real pictures made small, which have a truth: L1 and a perceptual distance to it. The other half
the pack drew: they have to agree with the drawn base where that is averaged over 8 pixels, and to be read as their
layout. Both halves have to pass the critics (network/renderer_critics.py), which see them beside the real pictures of
the same layouts, moved, covered and tinted group_batchable.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.network.renderer_critics import (
    LayoutDecoder,
    RendererCritics,
    hinge_of_critics,
    hinge_of_renderer,
    layout_loss,
)
from engine.network.renderer_unet import RendererUNet
from engine.training.core.ema import averaged_parameters, build_averaged_model, load_average, update_count
from engine.training.core.muon import Muon
from engine.training.core.paired_augmentation import augment
from engine.training.core.perceptual import PerceptualNetwork, feature_scales, perceptual_distance
from engine.training.core.renderer_config import RendererConfig
from engine.training.tasks.renderer_samples import RendererBatch, RendererSamples

Logits = list[Tensor]
READ_FROM = 4
"""The finest stride at which the layout is read; finer features come after those."""


@dataclass
class RendererTraining:
    """All that a run has in memory; a step is drawn from the seed and its number, and from what the pack drew."""

    config: RendererConfig
    samples: RendererSamples
    eyes: PerceptualNetwork
    seed: int
    step: int = 0

    def __post_init__(self) -> None:
        pack = self.samples.pack
        self.classes, self.device = len(pack.info.classes), pack.device
        self.class_names = [one.name for one in pack.info.classes]
        torch.manual_seed(self.seed)
        random = np.random.default_rng((self.seed, 2**31))
        real = self.samples.batch(4 * self.config.batch, random).real
        scales = feature_scales(self.eyes, self.samples.standardisation.to_rgb(real))
        self.scales: list[float] = scales
        self.network = RendererUNet(self.classes).to(self.device).to(memory_format=torch.channels_last)
        eyes = self.eyes
        self.critics = RendererCritics(eyes.channels, eyes.strides, self.classes, scales).to(self.device)
        read = [index for index, stride in enumerate(eyes.strides) if stride >= READ_FROM]
        self.read = slice(read[0], read[-1] + 1)
        self.decoder = LayoutDecoder(eyes.channels[self.read], self.classes, scales[self.read]).to(self.device)
        self.average = build_averaged_model(self.network, self.config.ema)
        self.optimisers = self._optimisers()

    def _optimisers(self) -> list[torch.optim.Optimizer]:
        inner = [p for name, p in self.network.named_parameters() if is_inner(name, p)]
        rest = [p for name, p in self.network.named_parameters() if not is_inner(name, p)]
        judges = [*self.critics.parameters(), *self.decoder.parameters()]
        return [
            torch.optim.AdamW(rest, self.config.rate, (0.5, 0.99), weight_decay=0.01),
            Muon(inner, self.config.rate, momentum=0.9),
            torch.optim.Adam(judges, self.config.critic_rate, (0.0, 0.99)),
        ]

    @property
    def steps(self) -> int:
        return max(1, self.config.images // self.config.batch)

    def rate_share(self) -> float:
        """What the rates are multiplied with: a linear rise, a plateau, half a cosine down to a tenth."""
        rise = min(1.0, (self.step + 1) / self.config.warmup)
        left = (1 - self.step / self.steps) / self.config.decay
        return rise * (0.1 + 0.9 * 0.5 * (1 - math.cos(math.pi * min(1.0, max(0.0, left)))))

    def train_step(self) -> dict[str, float]:
        """One update of critics and renderer; returns the terms of the losses."""
        share = self.rate_share()
        for optimiser, rate in zip(self.optimisers, self._rates(), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * share
        random = np.random.default_rng((self.seed, self.step))
        torch.manual_seed(self.seed * 1_000_003 + self.step)
        batch = self.samples.batch(self.config.batch, random)
        with torch.autocast(self.device.type, torch.bfloat16):
            rendered = self.network(batch.given)
        rendered = torch.where(batch.given.keep, batch.given.known, rendered)
        pictures = [self.samples.standardisation.to_rgb(one) for one in (batch.real, rendered)]
        seen = augment(pictures, batch.given.layout, self.classes, random)
        with torch.no_grad():
            real = self.eyes(seen.pictures[0])
        false = self.eyes(seen.pictures[1])
        terms: dict[str, Tensor] = {}
        shares = self.critics.shares(seen.layout)
        if self.step >= self.config.critics_learn_from:
            terms |= self.teach_critics(real, [one.detach() for one in false], shares)
        terms |= self.teach_renderer(batch, rendered, real, false, shares)
        self.average.update_parameters(self.network)
        self.step += 1
        return {name: float(value.detach()) for name, value in terms.items()}

    def _rates(self) -> tuple[float, float, float]:
        return self.config.rate, self.config.rate, self.config.critic_rate

    def teach_critics(self, real: list[Tensor], false: list[Tensor], shares: list[Tensor]) -> dict[str, Tensor]:
        """One update of heads and decoder, from features of both kinds under the same layouts."""
        critics, config = self.critics, self.config
        for module in (critics, self.decoder):
            module.requires_grad_(True)
        seen = critics.projected(real)
        penalised = self.step % config.penalty_every == 0 and config.penalty > 0
        if penalised:
            seen = [one.requires_grad_() for one in seen]
        wrong = [one.roll(1, 0) for one in shares]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=not penalised):
            on_real, on_wrong = critics(seen, shares, wrong)
            (on_false,) = critics(critics.projected(false), shares)
            read = self.decoder(real[self.read])
        terms = {"critics": hinge_of_critics(on_real, on_false)}
        terms["mismatch"] = hinge_of_mismatch(on_wrong, shares, wrong)
        terms["read"] = layout_loss(read, shares[0])
        total = terms["critics"] + config.mismatch * terms["mismatch"] + terms["read"]
        if penalised:
            terms["penalty"] = gradient_penalty(on_real, seen)
            total = total + config.penalty * config.penalty_every * terms["penalty"]
        self.optimisers[2].zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        self.optimisers[2].step()
        terms["real true"], terms["false false"] = (
            torch.stack([(one > 0).float().mean() for one in on_real]).mean(),
            torch.stack([(one < 0).float().mean() for one in on_false]).mean(),
        )
        return terms

    def teach_renderer(
        self, batch: RendererBatch, rendered: Tensor, real: list[Tensor], false: list[Tensor], shares: list[Tensor]
    ) -> dict[str, Tensor]:
        """One update of the renderer."""
        config, drawn = self.config, batch.drawn
        for module in (self.critics, self.decoder):
            module.requires_grad_(False)
        apart = F.avg_pool2d(rendered[drawn] - batch.given.base[drawn], 8)
        terms = {
            "pixels": F.l1_loss(rendered[~drawn], batch.real[~drawn]),
            "perceptual": perceptual_distance([f[~drawn] for f in false], [f[~drawn] for f in real], self.scales),
            "agreement": (apart * ~pooled_keep(batch)).abs().mean(),
        }
        if self.step >= config.critics_from:
            with torch.autocast(self.device.type, torch.bfloat16):
                (logits,) = self.critics(self.critics.projected(false), shares)
                read = self.decoder(false[self.read])
            terms["adversarial"], terms["reading"] = hinge_of_renderer(logits), layout_loss(read, shares[0])
        total = torch.stack([getattr(config, name) * value for name, value in terms.items()]).sum()
        for optimiser in self.optimisers[:2]:
            optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimiser in self.optimisers[:2]:
            optimiser.step()
        return terms

    def state(self) -> dict[str, Any]:
        """All that a run goes on from."""
        return {
            "network": self.network.state_dict(),
            "average": averaged_parameters(self.average),
            "updates": update_count(self.average),
            "critics": self.critics.state_dict(),
            "decoder": self.decoder.state_dict(),
            "scales": list(self.scales),
            "classes": self.class_names,
            "optimisers": [one.state_dict() for one in self.optimisers],
            "step": self.step,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint's state. Raises KeyError, RuntimeError or ValueError if it is another network's."""
        self.network.load_state_dict(state["network"])
        load_average(self.average, state["average"], state["updates"])
        self.critics.load_state_dict(state["critics"])
        self.decoder.load_state_dict(state["decoder"])
        self.scales = state["scales"]
        self.decoder.scales = self.scales[self.read]
        for one, saved in zip(self.optimisers, state["optimisers"], strict=True):
            one.load_state_dict(saved)
        self.step = state["step"]

    def averaged(self) -> RendererUNet:
        """A network with the averaged weights."""
        network = RendererUNet(self.classes).to(self.device).to(memory_format=torch.channels_last)
        network.load_state_dict(averaged_parameters(self.average), strict=False)
        return network.eval().requires_grad_(False)

    def start_from(self, state: dict[str, Any]) -> None:
        """Begin with the weights of another run's state that fit here; its class embedding does if its classes do."""
        of_classes = () if state.get("classes") == self.class_names else ("layout.weight",)
        for module, name in ((self.network, "average"), (self.critics, "critics"), (self.decoder, "decoder")):
            own, others = module.state_dict(), state[name].items()
            fitting = {k: v for k, v in others if k in own and own[k].shape == v.shape and k not in of_classes}
            module.load_state_dict(own | fitting)
        self.average = build_averaged_model(self.network, self.config.ema)


def is_inner(name: str, parameter: Tensor) -> bool:
    """The convolutions between stem and head, which Muon moves."""
    return parameter.ndim == 4 and name.startswith(("down", "up", "shrink", "grow")) and "affine" not in name


def pooled_keep(batch: RendererBatch) -> Tensor:
    """Which cells of 8×8 pixels of the drawn rows hold kept ones."""
    return F.max_pool2d(batch.given.keep[batch.drawn].float(), 8) > 0


def hinge_of_mismatch(logits: Logits, shares: list[Tensor], wrong: list[Tensor]) -> Tensor:
    """Real features under another picture's layout are false where the classes are others."""
    parts = []
    for one, right, other in zip(logits, shares, wrong, strict=True):
        differs = (right - other).abs().sum(1, keepdim=True) > 1.0
        parts.append((F.relu(1 + one) * differs).sum() / differs.sum().clamp(min=1))
    return torch.stack(parts).mean()


def gradient_penalty(logits: Logits, seen: list[Tensor]) -> Tensor:
    """The squared gradient of logits by the features that they are of, a mean over positions [R1: Mescheder 2018]."""
    gradients = torch.autograd.grad([one.sum() for one in logits], seen, create_graph=True)
    return torch.stack([one.square().sum(1).mean() for one in gradients]).mean()
