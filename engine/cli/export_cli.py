"""The command `export`: data sets in the formats of other tools."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.cli_options import DeviceChoice, DeviceOption, OutOption, PackOption, app
from engine.cli.cli_progress import counting_columns
from engine.interface.dataset.export_order import DEFAULT_BATCH, DEFAULT_PAIRS_PER_SHARD, ExportRunOptions, FormatName
from engine.interface.protocol import Sampler

if TYPE_CHECKING:
    from engine.export.progress_hooks import ProgressHooks

COUNT = "How many pairs OUT is to hold."
PROMPTS = "A text file with one caption per line; pairs use them in turn."
GRAMMAR = "Compose a caption of the pack's own words for each pair."
LAYOUTS = "A folder of layouts (index PNGs) to draw images for."
IMAGES = "A folder of images to draw layouts for."
TARGETS = 'A file with the areas of classes: {"road": 0.3}, or a list of such, which pairs use in turn.'
AGREEMENT = "Keep pairs whose layout the pack's segmenter finds in the image at this share of the pixels."
APART = "Keep pairs whose cosine to every kept pair and to the reference is below this (CLIP pair, or segmenter)."
REFERENCE = "A folder with images/ and layouts/ of real pairs, for --apart and the report."
FULL = "Pairs at full size, with the detail that the pack's upscaler draws."
VERIFY = "Check every file in OUT, and draw again what is lost or changed."


@app.command()
def export(
    out: OutOption,
    pack: PackOption = "street",
    count: Annotated[int, typer.Option(min=1, help=COUNT)] = 1000,
    format: Annotated[FormatName, typer.Option(help="The format of the data set.")] = FormatName.paired,
    prompts: Annotated[Path | None, typer.Option(resolve_path=True, help=PROMPTS)] = None,
    caption_grammar: Annotated[bool, typer.Option("--caption-grammar", help=GRAMMAR)] = False,
    layouts: Annotated[Path | None, typer.Option(resolve_path=True, help=LAYOUTS)] = None,
    images: Annotated[Path | None, typer.Option(resolve_path=True, help=IMAGES)] = None,
    targets: Annotated[Path | None, typer.Option(resolve_path=True, help=TARGETS)] = None,
    negative: Annotated[str, typer.Option(help="What not to draw.")] = "",
    steps: Annotated[int | None, typer.Option(min=1, max=1000, help="Without it, the pack's.")] = None,
    sampler: Annotated[Sampler | None, typer.Option(help="Without it, the pack's.")] = None,
    guidance: Annotated[float | None, typer.Option(min=0, max=50, help="Towards the caption.")] = None,
    full: Annotated[bool, typer.Option("--full", help=FULL)] = False,
    first_seed: Annotated[int, typer.Option(min=0, help="The seed of the first pair; it goes up by one.")] = 0,
    batch: Annotated[int, typer.Option(min=1, help="Pairs drawn together; changes no result.")] = DEFAULT_BATCH,
    per_shard: Annotated[
        int, typer.Option(min=1, help="Pairs in each file of parquet and webdataset.")
    ] = DEFAULT_PAIRS_PER_SHARD,
    agreement: Annotated[float | None, typer.Option(min=0, max=1, help=AGREEMENT)] = None,
    named: Annotated[
        bool, typer.Option("--named", help="Keep pairs whose layout has every class of their caption.")
    ] = False,
    apart: Annotated[float | None, typer.Option(min=0, max=1, help=APART)] = None,
    reference: Annotated[Path | None, typer.Option(resolve_path=True, help=REFERENCE)] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that draw; changes no result.")] = 1,
    ray: Annotated[str, typer.Option(help="A Ray cluster's address; local starts one here.")] = "",
    device: DeviceOption = DeviceChoice.auto,
    verify: Annotated[bool, typer.Option("--verify", help=VERIFY)] = False,
) -> None:
    """Write COUNT pairs of image and layout to OUT; the same command goes on where it stopped.

    A pair depends on its seed alone, not on batches, workers or interruptions.
    """
    from engine.interface.dataset.export_order import ExportOrder, PairFilters

    run_options = ExportRunOptions(out=out, count=count, batch=batch, workers=workers, ray=ray, device=device.value)
    if verify:
        _verify_dataset(run_options)
        return
    from engine.export import run

    order = ExportOrder(
        pack=pack,
        format=format,
        first_seed=first_seed,
        prompts=prompts,
        caption_grammar=caption_grammar,
        layouts=layouts,
        images=images,
        targets=targets,
        negative=negative,
        steps=steps,
        sampler=sampler,
        guidance=guidance,
        full=full,
        per_shard=per_shard,
        filters=PairFilters(agreement=agreement, named=named, apart=apart, reference=reference),
    )
    with _progress_hooks("drawing", count) as hooks:
        summary = run.export_dataset(order, run_options, hooks)
    rejected = f", {summary.rejected} were rejected" if summary.rejected else ""
    typer.echo(f"{out} holds {summary.pairs} pairs, {summary.new} of them new{rejected}.")


def _verify_dataset(run_options: ExportRunOptions) -> None:
    from engine.export.dataset_verification import verify_dataset

    with _progress_hooks("repairing", None) as hooks:
        verified = verify_dataset(run_options, hooks)
    typer.echo(f"{verified.pairs} pairs were checked, {len(verified.repaired)} files made again.")
    for name in verified.repaired:
        typer.echo(f"  {name}")


@contextmanager
def _progress_hooks(title: str, total: int | None) -> Iterator[ProgressHooks]:
    """Hooks that show the progress on stderr: the pairs that are done, and the time left."""
    from rich.console import Console
    from rich.progress import Progress

    from engine.export.progress_hooks import ProgressHooks

    with Progress(*counting_columns(), console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total)

        def pairs_written(kept: int, rejected: int) -> None:
            description = f"{title}, {rejected} rejected" if rejected else title
            progress.update(task, completed=kept, description=description)

        yield ProgressHooks(on_written=pairs_written)
