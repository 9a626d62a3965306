"""The command line's root and the options that several commands share."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.interface.allocator import retain_freed_memory


class DeviceChoice(StrEnum):
    auto = "auto"
    cuda = "cuda"
    mps = "mps"
    cpu = "cpu"


app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
PackOption = Annotated[str, typer.Option(help="A pack's name, or the path of its folder.")]
DeviceOption = Annotated[DeviceChoice, typer.Option(help="Where to compute; auto takes a GPU if there is one.")]
OutOption = Annotated[Path, typer.Option(help="The folder for the results.")]
DataOption = Annotated[Path, typer.Option(help="A folder with train/ and val/, each with images/ and layouts/.")]


@app.callback()
def configure_process() -> None:
    """Diptych's engine: an image and its semantic layout as two halves of one picture."""
    # OpenMP reads this when torch is loaded. Threads that spin long while waiting for each other starve when other
    # programs run: on two busy cores a step took 20 times as long. Threads that never spin take twice as long on an
    # idle machine. 10,000 turns are some microseconds: 49 ms a step when idle, 158 ms when busy.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    retain_freed_memory()
