"""`probe`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.cli_options import DeviceChoice, DeviceOption, OutOption, PackOption, app
from engine.interface.errors import BadRequest

MarkedOption = Annotated[
    Path | None, typer.Option(help="A folder with images/ and, for a few of them, layouts/: marked, 255 where not.")
]
ImagesOption = Annotated[Path | None, typer.Option(help="The images to tell the classes in: a file or a folder.")]
ProbeOption = Annotated[Path | None, typer.Option(help="A probe.safetensors of before, in place of --marked.")]
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
    clocks: Annotated[str, typer.Option(help="The image's clocks at which the network looks; 0 is clean.")] = "0",
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Of the noise and the classifier.")] = 0,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Mark new classes on a few images, and get them on all others; files to OUT."""
    from engine.interface import pack_catalogue
    from engine.packs import pack as packs
    from engine.probe.few_shot_probe import check_clocks

    validate_options(marked, images, probe, study, data)
    loaded = packs.read_pack(pack_catalogue.find_pack_folder(pack), device.value)
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
        typer.echo(f"each marked image, told by a probe of the others: mIoU {report.left_out.mean_iou:.3f}")
    for path in run.write_layouts(loaded, loaded_probe, files, out, report):
        typer.echo(f"Wrote {path}")


def validate_options(
    marked: Path | None, images: Path | None, probe: Path | None, study: bool, data: Path | None
) -> None:
    """Whether what is given makes one order. Raises BadRequest."""
    if study:
        if data is None:
            raise BadRequest("A study needs real pairs.", "Give --data, a folder with train/ and val/.")
        if marked or images or probe:
            raise BadRequest("A study takes its marks from --data.", "Leave --marked, --images and --probe away.")
    elif (marked is None) == (probe is None):
        raise BadRequest("A probe comes from marked images or from a file.", "Give --marked or --probe.")
    elif images is None:
        raise BadRequest("There is no image to tell classes in.", "Give --images.")


def parse_clock(text: str) -> int:
    """A clock. Raises BadRequest."""
    try:
        return int(text)
    except ValueError as error:
        raise BadRequest(f"“{text}” is no clock.", "Write numbers with commas: --clocks 0,50.") from error
