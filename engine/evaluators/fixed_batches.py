"""Batches of one fixed size. Kernels may sum in another order in a batch of another size, and the result for one row
would depend on how many others come with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

FIXED_BATCH_SIZE = 8

RowT = TypeVar("RowT")


def fixed_size_batches(rows: Sequence[RowT]) -> Iterator[tuple[list[RowT], int]]:
    """Batches of `FIXED_BATCH_SIZE` rows, each with the number of its rows that count.

    The last batch is filled up with copies of its last row.
    """
    for start in range(0, len(rows), FIXED_BATCH_SIZE):
        batch = list(rows[start : start + FIXED_BATCH_SIZE])
        yield batch + batch[-1:] * (FIXED_BATCH_SIZE - len(batch)), len(batch)
