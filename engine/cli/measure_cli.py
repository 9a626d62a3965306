"""What measures: `evaluate`, `worth` and `playground`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.cli_options import DataOption, DeviceChoice, DeviceOption, OutOption, PackOption, app
from engine.cli.evaluators_cli import PROGRESS_FORMAT


@app.command()
def evaluate(
    data: DataOption,
    out: OutOption,
    pack: PackOption = "street",
    count: Annotated[int, typer.Option(min=0, help="How many pairs of val; 0 is all.")] = 0,
    against: Annotated[
        list[str] | None, typer.Option(help="Another contender, as “PACK:steps=4,sampler=ddim”; as often as you like.")
    ] = None,
    tasks: Annotated[str, typer.Option(help="Some of these.")] = "text,layout,image,region",
    features: Annotated[
        list[str] | None, typer.Option(help="Distances also by “MODEL=PATH” of open_clip, or Inception weights.")
    ] = None,
    sweeps: Annotated[bool, typer.Option(help="Also every solver by steps, and guidance and lead.")] = False,
    prompts: Annotated[int, typer.Option(min=0, help="Results per class named, and an eighth per phrasing.")] = 16,
    likelihood: Annotated[bool, typer.Option(help="Only the variational bounds, as likelihood.json.")] = False,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Measure a pack on real pairs, beside others if you like; figures to report.json and report.html, both in OUT.

    What was drawn stays in OUT/drawn and is not drawn again. An option of a contender is one of steps, sampler,
    guidance, cross, lead, resamplings; or `segment` or `segment=FILE`: it draws images from text, and the pack's
    segmenter or that of FILE their layouts.
    """
    from engine.interface import pack_catalogue
    from engine.metrics import candidates, evaluator_set, real_pairs
    from engine.metrics import evaluate as measuring
    from engine.packs import pack as packs

    if likelihood:
        loaded = packs.read_pack(pack_catalogue.find_pack_folder(pack), device.value)
        _echo_lines(measuring.likelihood_bounds(loaded, data, out, count).summary_lines())
        return
    task_names = measuring.parse_task_names(tasks)
    loaded = packs.read_pack(pack_catalogue.find_pack_folder(pack), device.value)
    all_candidates = candidates.load_candidates(loaded, pack, against or [])
    loaded_evaluators = evaluator_set.load_evaluators(loaded, features or [])
    with _progress_reporter() as report_progress:
        report_progress("reading pictures", 0, 1)
        pictures = real_pairs.read_real_pairs(data, loaded, count)
        plan = measuring.EvaluationPlan(out, task_names, sweeps, prompts, report_progress)
        report = measuring.evaluate(all_candidates, pictures, loaded_evaluators, plan)
    _echo_lines([*report.summary_lines(), f"Wrote {out / 'report.html'}"])


def _echo_lines(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)


@contextmanager
def _progress_reporter() -> Iterator[Callable[[str, int, int], None]]:
    """One line on stderr that says what is being done and how far it is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        current: dict[str, object] = {}

        def report_progress(title: str, done: int, of: int) -> None:
            if current.get("title") != title:
                for task in progress.task_ids:
                    progress.remove_task(task)
                progress.add_task(title, total=of)
                current["title"] = title
            progress.update(progress.task_ids[-1], completed=done, total=of)

        yield report_progress


@app.command()
def worth(
    config: Annotated[Path, typer.Argument(help="The TOML file of a pack's training run, for its data.")],
    exported: Annotated[Path, typer.Option(help="A folder that export wrote.")],
    out: OutOption,
    pack: PackOption = "street",
    share: Annotated[float, typer.Option(min=0, max=1, help="Of the real training pairs.")] = 0.1,
    count: Annotated[int, typer.Option(min=0, help="How many of the exported pairs; 0 is all.")] = 0,
    images: Annotated[int, typer.Option(min=1, help="How many each of the three sees.")] = 40_000,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Measure what exported pairs are worth: a segmenter learns from few real pairs, from both kinds, and from these.

    Figures to report.json and report.md in OUT; the same command goes on from the last checkpoint.
    """
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    from engine.interface import pack_catalogue
    from engine.packs import pack as packs
    from engine.training import augmentation_study as worths
    from engine.training.core.training_config import read_config

    loaded = packs.read_pack(pack_catalogue.find_pack_folder(pack), device.value)
    study_options = worths.AugmentationStudyOptions(exported, share, count, images)
    columns = (BarColumn(), TextColumn(PROGRESS_FORMAT), TimeRemainingColumn())
    typer.echo(worths.run_augmentation_study(read_config(config), loaded, study_options, out, columns).markdown())


@app.command()
def playground(
    out: OutOption,
    count: Annotated[int, typer.Option(min=100, help="Draws for each figure.")] = 4000,
) -> None:
    """Measure the samplers where the truth is known; figures to playground.json and pictures, all in OUT."""
    import json

    from engine.interface.atomic_files import write_atomically
    from engine.playground.playground_figures import draw_all
    from engine.playground.playground_study import playground_figures

    figures = playground_figures(count)
    write_atomically(out / "playground.json", json.dumps(figures, indent=1).encode() + b"\n")
    for path in draw_all(out, figures, min(count, 2000)):
        typer.echo(path)
