"""The commands `serve` and `sample`."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.cli_options import DeviceChoice, DeviceOption, OutOption, PackOption, app
from engine.interface.protocol import MAX_SEED, Sampler

if TYPE_CHECKING:
    from engine.sample_command.run import SampleSummary


class FitChoice(StrEnum):
    crop = "crop"
    stretch = "stretch"
    pad = "pad"


LayoutOption = Annotated[Path | None, typer.Option(help="A layout (index PNG), or a folder of them.")]
ImageOption = Annotated[Path | None, typer.Option(help="An image, or a folder of them.")]
KeepLayoutOption = Annotated[
    Path | None,
    typer.Option(help="Keep the layout where this mask is bright; without it, where it is known."),
]
KeepImageOption = Annotated[
    Path | None, typer.Option(help="Keep the image where this mask is bright; without it, everywhere.")
]
PromptOption = Annotated[
    str | None, typer.Option(help="What to draw ('': anything), or @FILE with lines of NAME<tab>text.")
]
NegativeOption = Annotated[str, typer.Option(help="What not to draw.")]
StepsOption = Annotated[int | None, typer.Option(min=1, max=1000, help="Without it, the pack's.")]
SamplerOption = Annotated[Sampler | None, typer.Option(help="The sampler of the image. Without it, the pack's.")]
ResamplingsOption = Annotated[int, typer.Option(min=1, max=100, help="Resamplings of each step, for gcdp.")]
CorrectionsOption = Annotated[
    int, typer.Option(min=0, max=100, help="Langevin corrections of the image after each step, for all but gcdp.")
]
GuidanceOption = Annotated[
    float | None, typer.Option(min=0, max=50, help="Towards the prompt; 1 is none. Without it, the pack's.")
]
CrossGuidanceOption = Annotated[
    float | None,
    typer.Option(min=0, max=50, help="Towards the other half; 1 is none. Without it, the pack's."),
]
SeedOption = Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The seed of the first result; it goes up by one.")]
CountOption = Annotated[int, typer.Option(min=1, help="Results for each input.")]
ExtendOption = Annotated[str, typer.Option(help="Extend the picture: left=64,right=128,top=0,bottom=0.")]
ThresholdOption = Annotated[
    float, typer.Option(min=0, max=1, help="The quantile of dynamic thresholding, about 0.995; 0 is none.")
]
GuideOption = Annotated[
    list[str] | None,
    typer.Option(
        help="areas:road=0.3,sky=0.2, palette:#…,#…, style:PICTURE, clip:PROMPT, classes:…, own:FILE.py:NAME."
    ),
]
OWN_GUIDES = "Take guides from messages that name files, models or code, which this process then reads and runs."
RankOption = Annotated[
    bool, typer.Option("--rank", help="Rank the results of each input by how well they fit the prompt.")
]
FullOption = Annotated[bool, typer.Option("--full", help="Write pairs at full size, by the pack's upscaler.")]
FitOption = Annotated[FitChoice, typer.Option(help="How an input is brought to the pack's size.")]


@app.command()
def serve(
    pack: PackOption = "street",
    device: DeviceOption = DeviceChoice.auto,
    allow_own_guides: Annotated[bool, typer.Option("--allow-own-guides", help=OWN_GUIDES)] = False,
) -> None:
    """Serve the studio over stdin and stdout; PACK is loaded first."""
    from engine.serve import server, worker

    server.serve(partial(worker.run_compute_loop, pack=pack, device=device.value), own_guides=allow_own_guides)


@app.command()
def sample(
    out: OutOption,
    pack: PackOption = "street",
    layout: LayoutOption = None,
    image: ImageOption = None,
    keep_layout: KeepLayoutOption = None,
    keep_image: KeepImageOption = None,
    prompt: PromptOption = None,
    negative: NegativeOption = "",
    steps: StepsOption = None,
    sampler: SamplerOption = None,
    resamplings: ResamplingsOption = 1,
    corrections: CorrectionsOption = 0,
    guidance: GuidanceOption = None,
    cross_guidance: CrossGuidanceOption = None,
    seed: SeedOption = 0,
    count: CountOption = 1,
    fit: FitOption = FitChoice.crop,
    extend: ExtendOption = "",
    threshold: ThresholdOption = 0.0,
    guide: GuideOption = None,
    rank: RankOption = False,
    full: FullOption = False,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Draw pairs of image and layout, and write them with a record of each request to OUT."""
    from engine.sample_command import plan, run

    order = plan.SampleOrder(
        pack=pack,
        out=out,
        layout=layout,
        image=image,
        keep_layout=keep_layout,
        keep_image=keep_image,
        prompt=prompt,
        negative=negative,
        steps=steps,
        sampler=sampler,
        resamplings=resamplings,
        corrections=corrections,
        guidance=guidance,
        cross_guidance=cross_guidance,
        seed=seed,
        count=count,
        fit=fit.value,
        extend=extend,
        threshold=threshold,
        guides=tuple(guide or ()),
        rank=rank,
        full=full,
        device=device.value,
    )
    _echo_summary(run.run_order(order), out)


def _echo_summary(summary: SampleSummary, out: Path) -> None:
    """Print what was written, and where."""
    from engine.sample_command.plan import output_paths

    if summary.unknown_words:
        typer.echo(f"note: words that this pack does not know: {', '.join(summary.unknown_words)}", err=True)
    if len(summary.names) == 1:
        typer.echo(f"Wrote {', '.join(str(path) for path in output_paths(out, summary.names[0]))}")
    else:
        typer.echo(f"Wrote {len(summary.names)} results to {out}: {summary.names[0]} to {summary.names[-1]}")
    for prompt, results in summary.ranking:
        ranked_names = ", ".join(f"{name} ({score:.3f})" for name, score in results)
        typer.echo(f"Best first for “{prompt}”: {ranked_names}")
