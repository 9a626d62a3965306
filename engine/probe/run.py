"""The `probe` command: from marked images, or a saved probe, to layouts of all other images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from engine.data.pairs import read_pair
from engine.data.taxonomy import identity_mapping
from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadFile, BadRequest
from engine.interface.raster import read_image, write_image, write_layout
from engine.packs.pack import Pack
from engine.probe import marked_images
from engine.probe.few_shot_probe import FORMAT_VERSION, Probe, ProbeHeader, leave_one_out
from engine.probe.network_features import ProbeFeatureExtractor
from engine.probe.pixel_samples import MarkedSamples, learn_classifier, sample_marked_image

PROBE_FILE = "probe.safetensors"
MIN_MARKED_IMAGES = 3
"""The fewest marked images for which leaving one out is a measure."""


class LeaveOneOutScores(msgspec.Struct, frozen=True):
    """How well a probe of all other marked images classifies each: mean IoU, pixel accuracy, IoU by class."""

    mean_iou: float
    accuracy: float
    iou: dict[str, float | None]


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of probe.json; `confidence` is each image's mean probability of the likeliest class."""

    pack: str
    clocks: tuple[int, ...]
    seed: int
    classes: list[str]
    marked: list[str]
    left_out: LeaveOneOutScores | None
    confidence: dict[str, float]


def make_probe(pack: Pack, marked: Path, clocks: tuple[int, ...], seed: int) -> tuple[Probe, ProbeResult]:
    """A probe of the marked images, and its scores. Raises BadFile."""
    items = marked_images.list_marked_images(marked)
    classes = marked_images.read_marked_classes(marked, items)
    mapping = identity_mapping(classes)
    network = ProbeFeatureExtractor(pack, clocks, seed)
    samples: dict[str, MarkedSamples] = {}
    for item in items:
        marked_samples = sample_marked_image(network.feature_maps, *read_pair(item, mapping), seed)
        if marked_samples is not None:
            samples[item.name] = marked_samples
    if not samples:
        raise BadFile(f"Nothing is marked in {marked / 'layouts'}.", "Paint some pixels of each class.")
    all_samples = list(samples.values())
    probe = Probe(
        ProbeHeader(FORMAT_VERSION, pack.info.name, clocks, seed, classes),
        learn_classifier([sample.learnt for sample in all_samples], classes, seed),
    )
    return probe, initial_result(probe, list(samples), leave_one_out_scores(all_samples, probe))


def leave_one_out_scores(samples: Sequence[MarkedSamples], probe: Probe) -> LeaveOneOutScores | None:
    """The scores of the samples a probe was made of, or None if too few images are marked."""
    if len(samples) < MIN_MARKED_IMAGES:
        return None
    try:
        segmentation = leave_one_out(samples, probe.header.classes, probe.header.seed)
    except BadFile:  # without one of the images a single class is left
        return None
    names = [info.name for info in probe.header.classes]
    iou = {
        name: None if np.isnan(value) else float(value) for name, value in zip(names, segmentation.iou, strict=True)
    }
    return LeaveOneOutScores(segmentation.mean_iou, segmentation.accuracy, iou)


def check_output_folder(out: Path, images: Path, marked: Path | None) -> None:
    """Whether results may be written there. Raises BadRequest for a folder whose files they would replace."""
    folders = [images if images.is_dir() else images.parent]
    folders += [marked / "images", marked / "layouts"] if marked else []
    if out.resolve() in [folder.resolve() for folder in folders]:
        raise BadRequest(f"{out} holds what the probe reads.", "Choose another folder for --out.")


def initial_result(probe: Probe, marked: list[str], scores: LeaveOneOutScores | None) -> ProbeResult:
    """The result before any image is classified."""
    head = probe.header
    return ProbeResult(
        pack=head.pack,
        clocks=head.clocks,
        seed=head.seed,
        classes=[info.name for info in head.classes],
        marked=marked,
        left_out=scores,
        confidence={},
    )


def write_layouts(pack: Pack, probe: Probe, images: Sequence[Path], out: Path, initial: ProbeResult) -> Iterator[Path]:
    """Write NAME.png and NAME_unsure.png for each image, and at the end probe.json; yields each layout's path.

    Raises BadFile.
    """
    network, confidence = probe.feature_extractor(pack), {}
    for path in images:
        image = read_image(path)
        probed = probe.classify(network.feature_maps(image), (image.shape[0], image.shape[1]))
        write_layout(out / f"{path.stem}.png", probed.layout, probe.header.classes)
        write_image(out / f"{path.stem}_unsure.png", probed.uncertainty)
        confidence[path.stem] = probed.confidence
        yield out / f"{path.stem}.png"
    final = msgspec.structs.replace(initial, confidence=confidence)
    write_atomically(out / "probe.json", msgspec.json.format(msgspec.json.encode(final), indent=1) + b"\n")
