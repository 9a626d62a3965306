"""Callbacks of an export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.interface.callbacks import do_nothing

StepCallback = Callable[[float], None]
"""Takes the number of pictures that the last step of the sampler amounts to. Called between any two steps; it may
draw something else meanwhile, and an exception that it raises ends the export.
"""
CountsCallback = Callable[[int, int], None]
"""Takes the numbers of kept and of rejected pairs."""


@dataclass(frozen=True)
class ProgressHooks:
    """Callbacks of an export. `on_step` is called between steps of the sampler, or after each batch if workers draw;
    `on_written` at the start, and from another thread after each pair.
    """

    on_step: StepCallback = do_nothing
    on_written: CountsCallback = do_nothing
