"""The memory allocator of this process."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""These parameters of mallopt in <malloc.h>."""
KEPT_FREE_BYTES, MAX_UNMAPPED_BYTES = 256 << 20, 32 << 20
"""Bytes: the free memory that glibc keeps, and the size above which an allocation gets a mapping of its own."""


def retain_freed_memory() -> None:
    """Let glibc keep freed memory for later allocations; does nothing with another C library.

    By default glibc returns large blocks to the system at once, and each step of a network faults in thousands of
    fresh pages.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_TRIM_THRESHOLD, KEPT_FREE_BYTES)
            mallopt(M_MMAP_THRESHOLD, MAX_UNMAPPED_BYTES)
