"""The cards of the packs on this computer, from which a person chooses."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import dropwhile, takewhile
from pathlib import Path

from engine.interface.errors import EngineError
from engine.interface.pack_catalogue import example_layout_paths, pack_folders, read_pack_info
from engine.interface.protocol import PackInfo

PACKS_VARIABLE = "DIPTYCH_PACKS"
CARD_FILE, WEIGHTS_FILE = "CARD.md", "weights.safetensors"
MAX_FIGURES = 4


@dataclass(frozen=True)
class PackCard:
    """What is known of a pack without the engine. A broken pack has a problem and perhaps no `info`."""

    name: str
    folder: Path
    size: int  # bytes
    info: PackInfo | None = None
    example: Path | None = None
    figures: tuple[tuple[str, str], ...] = ()
    problem: str = ""


def list_pack_cards() -> list[PackCard]:
    """The cards of all packs in the catalogue, including broken ones."""
    return [read_pack_card(name, folder) for name, folder in pack_folders().items()]


def read_pack_card(name: str, folder: Path) -> PackCard:
    """The card of one pack."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        info = read_pack_info(folder)
        if not (folder / WEIGHTS_FILE).is_file():
            return PackCard(name, folder, size, info, problem=f"{folder / WEIGHTS_FILE} is missing.")
        example = next(iter(example_layout_paths(folder)), None)
        return PackCard(name, folder, size, info, example, measured_figures(folder))
    except EngineError as error:
        return PackCard(name, folder, size, problem=error.message)


def measured_figures(folder: Path) -> tuple[tuple[str, str], ...]:
    """Names and values from the first rows of the first table under "Measured" in a pack's CARD.md."""
    try:
        text = (folder / CARD_FILE).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ()
    lines = text.partition("\n## Measured")[2].partition("\n## ")[0].splitlines()
    table = takewhile(is_table_row, dropwhile(lambda line: not is_table_row(line), lines))
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table]
    return tuple((row[0], row[1]) for row in rows[2:] if len(row) > 1 and not row[0].startswith("…"))[:MAX_FIGURES]


def is_table_row(line: str) -> bool:
    """Whether a line of Markdown belongs to a table."""
    return line.startswith("|")


def register_pack_folder(folder: Path) -> None:
    """Add a folder to the catalogue of this process and of the engines it starts, after all others."""
    folders = [path for path in os.environ.get(PACKS_VARIABLE, "").split(os.pathsep) if path]
    if str(folder) not in folders:
        os.environ[PACKS_VARIABLE] = os.pathsep.join([*folders, str(folder)])
