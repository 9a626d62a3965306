"""The command `probe`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.cli_options import DeviceChoice, DeviceOption, OutOption, PackOption, app
from engine.cli.cli_progress import read_named_pack
from engine.interface.errors import BadRequest

MarkedOption = Annotated[
    Path | None, typer.Option(help="A folder with images/ and, for a few of them, layouts/ (255 where unmarked).")
]
ImagesOption = Annotated[Path | None, typer.Option(help="The images to label: a file or a folder.")]
ProbeOption = Annotated[Path | None, typer.Option(help="An earlier probe.safetensors, in place of --marked.")]
StudyOption = Annotated[
    bool, typer.Option("--study", help="Measure mIoU against the number of marked images, on the pairs of --data.")
]
StudyDataOption = Annotated[
    Path | None, typer.Option(help="For --study: train/ and val/, each with images/ and layouts/.")
]


@app.command()
def probe(
    out: OutOption,
    pack: PackOption = "street",
    marked: MarkedOption = None,
    images: ImagesOption = None,
    probe: ProbeOption = None,
    study: StudyOption = False,
    data: StudyDataOption = None,
    clocks: Annotated[
        str, typer.Option(help="The image's clocks at which features are taken; 0 is without noise.")
    ] = "0",
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Of the noise and of the classifier.")] = 0,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Label images with new classes, of which a few images are marked; writes layouts to OUT."""
    from engine.probe.few_shot_probe import check_clocks

    validate_options(marked, images, probe, study, data)
    loaded = read_named_pack(pack, device)
    image_clocks = check_clocks([parse_clock(part) for part in clocks.split(",")], loaded)
    if study:
        from engine.probe.probe_study import run_probe_study as run_study

        assert data is not None, "checked above"
        for line in run_study(loaded, data, out, image_clocks, seed):
            typer.echo(line)
        return
    from engine.probe import marked_images, run
    from engine.probe.few_shot_probe import load_probe

    assert images is not None, "checked above"
    run.check_output_folder(out, images, marked)
    files = marked_images.list_images(images)
    if probe is not None:
        loaded_probe = load_probe(probe, loaded)
        report = run.initial_result(loaded_probe, [], None)
    else:
        assert marked is not None, "checked above"
        loaded_probe, report = run.make_probe(loaded, marked, image_clocks, seed)
        loaded_probe.save(out / run.PROBE_FILE)
    if report.left_out:
        typer.echo(f"Each marked image, labelled by a probe of the others: mIoU {report.left_out.mean_iou:.3f}")
    for path in run.write_layouts(loaded, loaded_probe, files, out, report):
        typer.echo(f"Wrote {path}")


def validate_options(
    marked: Path | None, images: Path | None, probe: Path | None, study: bool, data: Path | None
) -> None:
    """Raises BadRequest for options that do not fit together."""
    if study:
        if data is None:
            raise BadRequest("A study needs real pairs.", "Give --data, a folder with train/ and val/.")
        if marked or images or probe:
            raise BadRequest("A study takes its pairs from --data.", "Leave out --marked, --images and --probe.")
    elif (marked is None) == (probe is None):
        raise BadRequest("A probe comes from marked images or from a file.", "Give --marked or --probe.")
    elif images is None:
        raise BadRequest("There are no images to label.", "Give --images.")


def parse_clock(text: str) -> int:
    """The clock in a text. Raises BadRequest."""
    try:
        return int(text)
    except ValueError as error:
        raise BadRequest(f"“{text}” is not a clock.", "Write numbers with commas: --clocks 0,50.") from error
