"""The benchmarks' report: bench.json, and tables for bench.md and the terminal."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec
import torch

from engine import __version__
from engine.bench.timing import Spread
from engine.interface.atomic_files import write_atomically
from engine.metrics.number_format import format_number


class BenchRow(msgspec.Struct, frozen=True, kw_only=True):
    """A measured piece of work.

    seconds: of one run. ratio: to the first row of its group, in the same turns. flops: of one run. rate: FLOP/s of
    bf16 matrix multiplications in the same turns. figures: further figures by name. note: a remark for the reader.
    """

    name: str
    seconds: Spread | None = None
    ratio: Spread | None = None
    flops: float | None = None
    rate: float | None = None
    figures: dict[str, float | Spread] = {}
    note: str = ""


class BenchResult(msgspec.Struct, frozen=True, kw_only=True):
    """One benchmark's rows."""

    name: str
    title: str
    rows: list[BenchRow]


class BenchReport(msgspec.Struct, frozen=True, kw_only=True):
    """Contents of bench.json."""

    version: str
    torch: str
    device: str
    threads: int
    pack: str
    seed: int
    quick: bool
    benches: list[BenchResult]


def empty_report(pack: str, device: torch.device, seed: int, quick: bool) -> BenchReport:
    """Creates a report of this machine without results."""
    return BenchReport(
        version=__version__,
        torch=str(torch.__version__),
        device=device_name(device),
        threads=torch.get_num_threads(),
        pack=pack,
        seed=seed,
        quick=quick,
        benches=[],
    )


def device_name(device: torch.device) -> str:
    """Returns the device's model name."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return name if device.type == "cpu" else f"{device.type} of {name}"


def write_report(report: BenchReport, out: Path) -> None:
    """Writes bench.json and bench.md to `out`. Raises BadFile."""
    write_atomically(out / "bench.json", msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    lines = [*heading_lines(report), *(line for bench in report.benches for line in ("", *markdown_table(bench)))]
    write_atomically(out / "bench.md", ("\n".join(lines) + "\n").encode())


def heading_lines(report: BenchReport) -> Iterator[str]:
    """Yields the lines above the tables: pack, machine, versions."""
    yield f"# Benchmarks of the {report.pack} pack"
    yield ""
    yield (
        f"{report.device}, {report.threads} threads, torch {report.torch}, diptych {report.version}, "
        f"seed {report.seed}{'; a quick run, whose figures mean nothing' if report.quick else ''}. "
        "Peers take turns; medians with quartiles; ratios are of the same turns; the rate is that of bf16 matrix "
        "multiplications meanwhile."
    )


NumberFormat = Callable[[float], str]
HEADINGS = ("", "time", "ratio", "FLOPs", "machine's rate", "", "")


def markdown_table(bench: BenchResult) -> list[str]:
    """Formats a benchmark as a Markdown table with aligned columns; empty columns are left out."""
    rows = [HEADINGS, *(row_cells(row) for row in bench.rows)]
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    widths = [max(len(cell) for cell in column) for column in columns]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in zip(*columns, strict=True)
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return [f"## {bench.title}", "", lines[0], rule, *lines[1:]]


def row_cells(row: BenchRow) -> tuple[str, ...]:
    """Formats the cells of a row."""
    return (
        row.name,
        format_spread(row.seconds, format_duration),
        format_spread(row.ratio, lambda value: f"{value:.2f}×"),
        "" if row.flops is None else format_with_prefix(row.flops, "FLOP"),
        "" if row.rate is None else format_with_prefix(row.rate, "FLOP/s"),
        format_figures(row.figures),
        row.note,
    )


def format_spread(spread: Spread | None, number_format: NumberFormat) -> str:
    """Formats the median, and the quartiles if there are several values."""
    if spread is None:
        return ""
    if spread.count == 1:
        return number_format(spread.median)
    return f"{number_format(spread.median)} ({number_format(spread.low)} – {number_format(spread.high)})"


def format_duration(seconds: float) -> str:
    """Formats a duration in seconds, or in milliseconds below one second."""
    if seconds < 0.9995:
        return f"{1000 * seconds:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 100 else f"{seconds:.0f} s"


def format_with_prefix(value: float, unit: str) -> str:
    """Formats a value with a metric prefix, such as “1.23 TFLOP”."""
    for prefix, size in (("T", 1e12), ("G", 1e9), ("M", 1e6)):
        if value >= size:
            return f"{value / size:.3g} {prefix}{unit}"
    return f"{value:.3g} {unit}"


def format_figures(values: Mapping[str, float | Spread]) -> str:
    """Formats named figures, such as “evaluations 10, share 0.42”."""
    return ", ".join(f"{name} {format_figure(value)}" for name, value in values.items())


def format_figure(value: float | Spread) -> str:
    """Writes a figure without a unit."""
    return format_spread(value, format_number) if isinstance(value, Spread) else format_number(value)
