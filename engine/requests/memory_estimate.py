"""How much memory a picture takes to draw, before it is drawn. No torch."""

from __future__ import annotations

from pathlib import Path

from engine.interface.errors import BadSize
from engine.interface.protocol import SIDE_MULTIPLE

BYTES_PER_CLASS = 32
"""Of each pixel: about eight float32 maps of the classes' probabilities live at once while windows are blended."""
BYTES_PER_PIXEL = 160
"""Of the image, its noise and estimates, the masks and the clocks. Both measured from 64×128 to 1536×1536 pixels."""
USABLE_FRACTION = 0.8
"""Of the memory that is free: the rest is for the network's own maps."""


def drawing_bytes(height: int, width: int, classes: int, batch: int = 1) -> int:
    """About how many bytes the drawing of so many pictures together takes, without the pack."""
    return batch * height * width * (BYTES_PER_CLASS * classes + BYTES_PER_PIXEL)


def free_memory() -> int | None:
    """The bytes that a process may still take on this machine; None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration, UnicodeDecodeError):
        return None


def fitting_batch(height: int, width: int, classes: int, most: int) -> int:
    """How many pictures of this size fit into memory together: 1 to `most`."""
    free = free_memory()
    if free is None:
        return most
    return max(1, min(most, int(free * USABLE_FRACTION) // drawing_bytes(height, width, classes)))


def check_memory(height: int, width: int, classes: int, batch: int = 1) -> None:
    """Raise the BadSize that says what would fit, if so many pictures of this size cannot be drawn here."""
    needed, free = drawing_bytes(height, width, classes, batch), free_memory()
    if free is None or needed <= free * USABLE_FRACTION:
        return
    scale = (free * USABLE_FRACTION / needed) ** 0.5
    fitting = [max(SIDE_MULTIPLE, int(side * scale) // SIDE_MULTIPLE * SIDE_MULTIPLE) for side in (height, width)]
    raise BadSize(
        f"A picture of {height}×{width} pixels takes about {needed / 1e9:.1f} GB to draw; {free / 1e9:.1f} GB are "
        "free.",
        f"{fitting[0]}×{fitting[1]} pixels would fit.",
    )
