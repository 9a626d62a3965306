"""From marked images, or a probe that was kept, to layouts of all others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from engine.errors import BadFile, BadRequest
from engine.files import write_whole
from engine.packs import Pack
from engine.probe import marks
from engine.probe.features import Network
from engine.probe.probe import FORMAT, Head, Probe, leave_one_out
from engine.probe.samples import Seen, learn, see
from engine.raster import read_image, write_image, write_layout

FILE = "probe.safetensors"
ENOUGH = 3
"""Marked images from which on leaving one out says something."""


class LeftOut(msgspec.Struct, frozen=True):
    """How well a marked image is told by a probe of the others: mean IoU, pixel accuracy, IoU by class."""

    mean_iou: float
    accuracy: float
    iou: dict[str, float | None]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """All of probe.json; `confidence` is an image's mean probability of the likeliest class."""

    pack: str
    clocks: tuple[int, ...]
    seed: int
    classes: list[str]
    marked: list[str]
    left_out: LeftOut | None
    confidence: dict[str, float]


def make(pack: Pack, marked: Path, clocks: tuple[int, ...], seed: int) -> tuple[Probe, Result]:
    """A probe of what is marked, and how good it is. Raises BadFile."""
    files = marks.list_marked(marked)
    classes = marks.read_classes(marked, files)
    network = Network(pack, clocks, seed)
    seen: dict[str, Seen] = {}
    for one in files:
        found = see(network.maps, *one.read(classes), seed)
        if found is not None:
            seen[one.name] = found
    if not seen:
        raise BadFile(f"Nothing is marked in {marked / 'layouts'}.", "Paint some pixels of each class.")
    everything = list(seen.values())
    probe = Probe(
        Head(FORMAT, pack.info.name, clocks, seed, classes), learn([one.learnt for one in everything], classes, seed)
    )
    return probe, result(probe, list(seen), left_out(everything, probe))


def left_out(seen: Sequence[Seen], probe: Probe) -> LeftOut | None:
    """The measure, or None if too little is marked for it."""
    if len(seen) < ENOUGH:
        return None
    try:
        found = leave_one_out(seen, probe.head.classes, probe.head.seed)
    except BadFile:  # without one of the images a single class is left
        return None
    names = [info.name for info in probe.head.classes]
    iou = {name: None if np.isnan(value) else float(value) for name, value in zip(names, found.iou, strict=True)}
    return LeftOut(found.mean_iou, found.accuracy, iou)


def check_out(out: Path, images: Path, marked: Path | None) -> None:
    """Whether results may be written there. Raises BadRequest for a folder whose files they would replace."""
    folders = [images if images.is_dir() else images.parent]
    folders += [marked / "images", marked / "layouts"] if marked else []
    if out.resolve() in [folder.resolve() for folder in folders]:
        raise BadRequest(f"{out} holds what the probe reads.", "Choose another folder for --out.")


def result(probe: Probe, marked: list[str], found: LeftOut | None) -> Result:
    """What is known before any image is told."""
    head = probe.head
    return Result(
        pack=head.pack,
        clocks=head.clocks,
        seed=head.seed,
        classes=[info.name for info in head.classes],
        marked=marked,
        left_out=found,
        confidence={},
    )


def apply(pack: Pack, probe: Probe, images: Sequence[Path], out: Path, known: Result) -> Iterator[Path]:
    """Write NAME.png and NAME_unsure.png for each image, and at the end probe.json; gives each layout's path.

    Raises BadFile.
    """
    network, confidence = probe.network(pack), {}
    for path in images:
        image = read_image(path)
        told = probe.tell(network.maps(image), (image.shape[0], image.shape[1]))
        write_layout(out / f"{path.stem}.png", told.layout, probe.head.classes)
        write_image(out / f"{path.stem}_unsure.png", told.unsure)
        confidence[path.stem] = told.confidence
        yield out / f"{path.stem}.png"
    done = msgspec.structs.replace(known, confidence=confidence)
    write_whole(out / "probe.json", msgspec.json.format(msgspec.json.encode(done), indent=1) + b"\n")
