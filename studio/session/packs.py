"""The packs on this machine, as a person chooses among them, and where new ones are put."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import dropwhile, takewhile
from pathlib import Path

from engine.errors import EngineError
from engine.library import example_layouts, pack_folders, read_info
from engine.protocol import PackInfo

VARIABLE = "DIPTYCH_PACKS"
CARD, WEIGHTS = "CARD.md", "weights.safetensors"
FIGURES = 4


@dataclass(frozen=True)
class Card:
    """What can be said of a pack without the engine; a broken one has a problem and perhaps no `info`."""

    name: str
    folder: Path
    size: int  # bytes
    info: PackInfo | None = None
    example: Path | None = None
    figures: tuple[tuple[str, str], ...] = ()
    problem: str = ""


def cards() -> list[Card]:
    """All packs that can be used by name, broken ones included."""
    return [card_of(name, folder) for name, folder in pack_folders().items()]


def card_of(name: str, folder: Path) -> Card:
    """One pack's card."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        info = read_info(folder)
        if not (folder / WEIGHTS).is_file():
            return Card(name, folder, size, info, problem=f"{folder / WEIGHTS} is missing.")
        example = next(iter(example_layouts(folder)), None)
        return Card(name, folder, size, info, example, measured(folder))
    except EngineError as error:
        return Card(name, folder, size, problem=error.message)


def measured(folder: Path) -> tuple[tuple[str, str], ...]:
    """The first figures of the first table under "Measured" in a pack's card: what was measured, and how much."""
    try:
        text = (folder / CARD).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ()
    lines = text.partition("\n## Measured")[2].partition("\n## ")[0].splitlines()
    table = takewhile(is_row, dropwhile(lambda line: not is_row(line), lines))
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table]
    return tuple((row[0], row[1]) for row in rows[2:] if len(row) > 1 and not row[0].startswith("…"))[:FIGURES]


def is_row(line: str) -> bool:
    """Whether a line of Markdown is of a table."""
    return line.startswith("|")


def offer(folder: Path) -> None:
    """Let this process, and each engine that it starts, find the packs in a folder after all others."""
    known = [place for place in os.environ.get(VARIABLE, "").split(os.pathsep) if place]
    if str(folder) not in known:
        os.environ[VARIABLE] = os.pathsep.join([*known, str(folder)])
