"""An ensemble of small networks that tells the class of a pixel from its features."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional as F

MEMBERS, HIDDEN = 4, 64
STEPS, BATCH, RATE, DECAY = 300, 512, 3e-3, 0.05


@dataclass(frozen=True)
class Classifier:
    """mean and deviation of features [C]; of each of M members the weights of two layers, M first."""

    mean: Tensor
    deviation: Tensor
    weight1: Tensor
    bias1: Tensor
    weight2: Tensor
    bias2: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        """The probability of each class, [N, K], of features [N, C]: the members' mean."""
        return (
            self.logits(((features - self.mean) / self.deviation).expand(len(self.weight1), -1, -1))
            .softmax(-1)
            .mean(0)
        )

    def logits(self, features: Tensor) -> Tensor:
        """[M, N, K] of standardised features [M, N, C], a batch of its own for each member."""
        hidden = F.relu(torch.baddbmm(self.bias1, features, self.weight1))
        return torch.baddbmm(self.bias2, hidden, self.weight2)

    def tensors(self) -> dict[str, Tensor]:
        """By name, to be kept."""
        return {field.name: getattr(self, field.name).contiguous() for field in fields(self)}


def fit(features: Tensor, labels: Tensor, classes: int, seed: int) -> Classifier:
    """A classifier of features [N, C] with labels int64 [N], the same for the same seed.

    AdamW on cross-entropy; each member starts and draws its batches by itself. Classes are as large as there are
    samples of them: whoever draws the samples balances them.
    """
    random = torch.Generator().manual_seed(seed)
    mean, deviation = features.mean(0), features.std(0, correction=0).clamp(min=1e-4)
    standard = (features - mean) / deviation
    channels = features.shape[1]
    made = Classifier(
        mean,
        deviation,
        torch.randn((MEMBERS, channels, HIDDEN), generator=random) / channels**0.5,
        torch.zeros(MEMBERS, 1, HIDDEN),
        torch.randn((MEMBERS, HIDDEN, classes), generator=random) / HIDDEN**0.5,
        torch.zeros(MEMBERS, 1, classes),
    )
    learnt = [made.weight1, made.bias1, made.weight2, made.bias2]
    optimiser = torch.optim.AdamW([each.requires_grad_() for each in learnt], RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS)
    for _ in range(STEPS):
        chosen = torch.randint(len(labels), (MEMBERS, BATCH), generator=random)
        said = made.logits(standard[chosen])
        loss = F.cross_entropy(said.flatten(0, 1), labels[chosen].flatten())
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    for each in learnt:
        each.requires_grad_(False)
    return made
