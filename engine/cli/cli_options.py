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
    # Threads that spin for long while they wait for each other starve as soon as anything else runs on the machine: on
    # two busy cores a step took 20 times as long. Those that never spin take twice as long on a quiet one. This many
    # turns are some microseconds: 49 ms a step quiet, 158 ms busy. Read by OpenMP when torch is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    retain_freed_memory()
