"""The command line, `diptych-engine`. Commands import heavy modules only when they run."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from engine.cli import bench_cli, evaluators_cli, export_cli, measure_cli, packs_cli, probe_cli, sample_cli, train_cli
from engine.cli.cli_options import app
from engine.interface.errors import EngineError

__all__ = [
    "app",
    "bench_cli",
    "evaluators_cli",
    "export_cli",
    "main",
    "measure_cli",
    "packs_cli",
    "probe_cli",
    "sample_cli",
    "train_cli",
]


def main(arguments: Sequence[str] | None = None) -> None:
    """The script `diptych-engine`. Exits with 0, 1 after printing an error, 2 for wrong usage, 130 if interrupted."""
    try:
        app(arguments, prog_name="diptych-engine")
    except EngineError as error:
        typer.echo("error: " + " ".join(str(error).split()), err=True)
        sys.exit(1)
