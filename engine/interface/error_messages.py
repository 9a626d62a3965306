"""Turns any exception of a computation into an error that can be shown. No torch."""

from __future__ import annotations

import sys
import traceback

from engine.interface.errors import EngineError, InternalError, OutOfMemory


def to_engine_error(error: Exception, place: str) -> EngineError:
    """The typed error for an exception; `place` says where it was raised ("64×128 pixels"). Logs unexpected ones."""
    if isinstance(error, EngineError):
        return error
    if _is_out_of_memory(error):
        return OutOfMemory(f"There is not enough memory for {place}.", "Try a smaller size.")
    traceback.print_exception(error, file=sys.stderr)
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return InternalError(
        f"Something went wrong inside the engine ({text[:300]}).",
        "This is a bug; the engine's log holds the details.",
    )


def _is_out_of_memory(error: Exception) -> bool:
    # torch has an exception of its own for CUDA only; its CPU and MPS allocators raise RuntimeError with these words.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(
        phrase in str(error) for phrase in ("out of memory", "not enough memory", "can't allocate memory")
    )
