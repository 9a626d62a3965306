"""How this process holds its memory."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of <malloc.h>."""
KEPT_FREE_BYTES, MAX_UNMAPPED_BYTES = 256 << 20, 32 << 20
"""Bytes: how much free memory is kept, and the most that glibc lets one piece have before it is mapped anew."""


def retain_freed_memory() -> None:
    """Keep memory that is freed for what comes next, where the C library is glibc; does nothing elsewhere.

    As it comes, glibc gives large pieces back at once, and each step of a network takes a thousand fresh pages.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_TRIM_THRESHOLD, KEPT_FREE_BYTES)
            mallopt(M_MMAP_THRESHOLD, MAX_UNMAPPED_BYTES)
