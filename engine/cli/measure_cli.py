"""The commands `evaluate`, `worth` and `playground`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.cli_options import DataOption, DeviceChoice, DeviceOption, OutOption, PackOption, app
from engine.cli.cli_progress import counting_columns, read_named_pack, training_columns


@app.command()
def evaluate(
    data: DataOption,
    out: OutOption,
    pack: PackOption = "street",
    count: Annotated[int, typer.Option(min=0, help="How many pairs of val/; 0 for all.")] = 0,
    against: Annotated[
        list[str] | None, typer.Option(help="Another candidate, as “PACK:steps=4,sampler=ddim”; may be given again.")
    ] = None,
    tasks: Annotated[str, typer.Option(help="Some of these tasks.")] = "text,layout,image,region",
    features: Annotated[
        list[str] | None, typer.Option(help="Distances also by open_clip's “MODEL=PATH”, or Inception weights.")
    ] = None,
    sweeps: Annotated[bool, typer.Option(help="Also measure every solver by steps, guidance and lead.")] = False,
    prompts: Annotated[
        int, typer.Option(min=0, help="Results for each class, and an eighth of that for each phrasing.")
    ] = 16,
    likelihood: Annotated[bool, typer.Option(help="Only the variational bounds, as likelihood.json.")] = False,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Measure a pack on real pairs, and other candidates beside it; writes report.json and report.html to OUT.

    Results stay in OUT/drawn and are not drawn again. A candidate's options are steps, sampler, guidance, cross, lead
    and resamplings, or `segment` or `segment=FILE`: it draws images alone, whose layouts the pack's segmenter, or that
    of FILE, predicts.
    """
    from engine.metrics import candidates, evaluator_set, real_pairs
    from engine.metrics import evaluate as measuring

    if likelihood:
        loaded = read_named_pack(pack, device)
        _echo_lines(measuring.likelihood_bounds(loaded, data, out, count).summary_lines())
        return
    task_names = measuring.parse_task_names(tasks)
    loaded = read_named_pack(pack, device)
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
    """A progress bar on stderr, as a function of a title, the steps done and the steps in total."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(*counting_columns(), console=Console(stderr=True)) as progress:
        current: dict[str, object] = {}

        def report_progress(title: str, done: int, total: int) -> None:
            if current.get("title") != title:
                for task in progress.task_ids:
                    progress.remove_task(task)
                progress.add_task(title, total=total)
                current["title"] = title
            progress.update(progress.task_ids[-1], completed=done, total=total)

        yield report_progress


@app.command()
def worth(
    config: Annotated[Path, typer.Argument(help="The TOML file of a pack's training run, for its data.")],
    exported: Annotated[Path, typer.Option(help="A folder that export wrote.")],
    out: OutOption,
    pack: PackOption = "street",
    share: Annotated[float, typer.Option(min=0, max=1, help="Of the real pairs, how many to train on.")] = 0.1,
    count: Annotated[int, typer.Option(min=0, help="How many of the exported pairs; 0 for all.")] = 0,
    images: Annotated[int, typer.Option(min=1, help="How many images to train each segmenter on.")] = 40_000,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Measure how much exported pairs help: segmenters learn from few real pairs, from exported ones, and from both.

    Writes report.json and report.md to OUT; the same command goes on from the last checkpoint.
    """
    from engine.training import augmentation_study
    from engine.training.core.training_config import read_config

    loaded = read_named_pack(pack, device)
    study_options = augmentation_study.AugmentationStudyOptions(exported, share, count, images)
    columns = training_columns()
    typer.echo(
        augmentation_study.run_augmentation_study(read_config(config), loaded, study_options, out, columns).markdown()
    )


@app.command()
def playground(
    out: OutOption,
    count: Annotated[int, typer.Option(min=100, help="Draws for each figure.")] = 4000,
) -> None:
    """Measure the samplers on distributions known exactly; writes playground.json and figures to OUT."""
    import json

    from engine.interface.atomic_files import write_atomically
    from engine.playground.playground_figures import draw_all
    from engine.playground.playground_study import playground_figures

    figures = playground_figures(count)
    write_atomically(out / "playground.json", json.dumps(figures, indent=1).encode() + b"\n")
    for path in draw_all(out, figures, min(count, 2000)):
        typer.echo(path)
