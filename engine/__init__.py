"""The Diptych engine: joint image-layout diffusion as a process, a command line and a small Python API.

>>> import engine
>>> pack = engine.load_pack("street")
>>> result = pack.sample(prompt="trees on the left", seed=1)
>>> result.image, result.layout  # uint8 [H, W, 3] and uint8 [H, W]

Importing this package is cheap: torch is loaded by the first use of `load_pack`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from engine.requests.python_api import load_pack

__all__ = ["__version__", "load_pack"]


def __getattr__(name: str) -> Callable[..., object]:
    if name == "load_pack":
        from engine.requests.python_api import load_pack

        return load_pack
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
