"""An ensemble of small networks that classifies pixels by their features."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional as F

MEMBERS, HIDDEN = 4, 64
STEPS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 300, 512, 3e-3, 0.05


@dataclass(frozen=True)
class PixelClassifier:
    """The mean and the deviation of features [C], and the weights of M members' two layers, M first."""

    mean: Tensor
    deviation: Tensor
    weight1: Tensor
    bias1: Tensor
    weight2: Tensor
    bias2: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        """The probability of each class [N, K] for features [N, C]: the members' mean."""
        return (
            self.member_logits(((features - self.mean) / self.deviation).expand(len(self.weight1), -1, -1))
            .softmax(-1)
            .mean(0)
        )

    def member_logits(self, features: Tensor) -> Tensor:
        """Logits [M, N, K] of standardised features [M, N, C], a batch of its own for each member."""
        hidden = F.relu(torch.baddbmm(self.bias1, features, self.weight1))
        return torch.baddbmm(self.bias2, hidden, self.weight2)

    def tensors(self) -> dict[str, Tensor]:
        """The tensors by name, to be saved."""
        return {field.name: getattr(self, field.name).contiguous() for field in fields(self)}


def fit_classifier(features: Tensor, labels: Tensor, num_classes: int, seed: int) -> PixelClassifier:
    """A classifier trained on features [N, C] with labels int64 [N], the same for the same seed.

    AdamW on cross-entropy; each member has its own initialisation and its own batches. Classes weigh as much as they
    have samples: balance them beforehand.
    """
    random = torch.Generator().manual_seed(seed)
    mean, deviation = features.mean(0), features.std(0, correction=0).clamp(min=1e-4)
    standardised = (features - mean) / deviation
    channels = features.shape[1]
    classifier = PixelClassifier(
        mean,
        deviation,
        torch.randn((MEMBERS, channels, HIDDEN), generator=random) / channels**0.5,
        torch.zeros(MEMBERS, 1, HIDDEN),
        torch.randn((MEMBERS, HIDDEN, num_classes), generator=random) / HIDDEN**0.5,
        torch.zeros(MEMBERS, 1, num_classes),
    )
    parameters = [classifier.weight1, classifier.bias1, classifier.weight2, classifier.bias2]
    optimiser = torch.optim.AdamW(
        [parameter.requires_grad_() for parameter in parameters], LEARNING_RATE, weight_decay=WEIGHT_DECAY
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=STEPS)
    for _ in range(STEPS):
        chosen = torch.randint(len(labels), (MEMBERS, BATCH), generator=random)
        logits = classifier.member_logits(standardised[chosen])
        loss = F.cross_entropy(logits.flatten(0, 1), labels[chosen].flatten())
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    for parameter in parameters:
        parameter.requires_grad_(False)
    return classifier
