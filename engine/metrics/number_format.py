"""Numbers as people read them."""

from __future__ import annotations

import math


def format_number(value: float) -> str:
    """Writes a number with three digits, or as a whole number from 1000 on; a dash stands for nan and infinity."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
