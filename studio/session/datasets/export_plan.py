"""What an export would take: pairs, size, time and disk space, and which filters the pack can apply."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from engine.interface.kept_masks import ConditioningKind
from engine.interface.pack_catalogue import default_steps, find_pack_folder, full_size_shape
from studio.session.datasets.export_options import BYTES_PER_PIXEL, ExportChoices, ExportSourceKind
from studio.session.generation.request_builder import RequestDraft
from studio.session.session import Session

SEGMENTER_FILE, CLIP_FILE, MANIFEST_FILE = "segmenter.safetensors", "clip.safetensors", "export.json"
CONDITIONING_OF_SOURCE: dict[ExportSourceKind, ConditioningKind] = {
    ExportSourceKind.LAYOUTS: "some",
    ExportSourceKind.IMAGES: "image",
}
"""What each pair is drawn from; nothing for the other sources, and the canvas has to be looked at."""


class SupportedFilters(NamedTuple):
    """Which filters a pack has the evaluators for."""

    agreement: bool  # a segmenter labels each image again
    similarity: bool  # a segmenter or CLIP embeds the images


@dataclass(frozen=True)
class ExportPlan:
    """The extent of an export before it starts."""

    count: int
    width: int
    height: int
    steps: int
    seconds: float | None  # None: nothing comparable was generated yet
    nbytes: int
    free_bytes: int | None  # on the disk of the data set; None if that is unknown
    resumes: bool  # whether the folder holds a data set that is continued


def supported_filters(pack: str) -> SupportedFilters:
    """The filters that a pack, by its name, can apply."""
    folder = find_pack_folder(pack)
    has_segmenter = (folder / SEGMENTER_FILE).is_file()
    return SupportedFilters(has_segmenter, has_segmenter or (folder / CLIP_FILE).is_file())


def plan_export(session: Session, choices: ExportChoices, out: Path) -> ExportPlan:
    """Estimate the export of these choices into the folder `out`."""
    info, document, settings = session.pack.info, session.editor.document, session.generator.settings
    from_canvas = choices.source is ExportSourceKind.CANVAS
    height, width = (document.height, document.width) if from_canvas else (info.height, info.width)
    if from_canvas:
        steps = RequestDraft.of(document, settings.mode).default_steps(info, settings.options.sampler)
    else:
        conditioning = CONDITIONING_OF_SOURCE.get(choices.source, "nothing")
        steps = default_steps(info, settings.options.sampler, conditioning)
    steps = settings.options.steps or steps
    seconds = session.speed_meter.speed.estimate_seconds(steps, choices.full, height * width * choices.count)
    if choices.full:
        height, width = full_size_shape(info, height, width) or (height, width)
    return ExportPlan(
        count=choices.count,
        width=width,
        height=height,
        steps=steps,
        seconds=seconds,
        nbytes=round(BYTES_PER_PIXEL[choices.form] * height * width * choices.count),
        free_bytes=free_disk_space(out),
        resumes=(out / MANIFEST_FILE).is_file(),
    )


def free_disk_space(folder: Path) -> int | None:
    """Free bytes on the disk that a folder is on or would be created on; None if that is unknown."""
    for ancestor in (folder, *folder.parents):
        if ancestor.is_dir():
            try:
                return shutil.disk_usage(ancestor).free
            except OSError:
                return None
    return None
