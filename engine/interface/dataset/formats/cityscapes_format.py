"""Cityscapes: leftImg8bit, and gtFine with labelIds, labelTrainIds and colours, for packs with its classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.interface.dataset.formats.format_base import (
    PairHalves,
    PairLines,
    grey_png,
    ids_from_files,
    image_from_files,
    record_json,
)
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.errors import BadRequest
from engine.interface.protocol import UNKNOWN, PackInfo, Pixels
from engine.interface.raster import encode_image, parse_hex_colour

CITY = "diptych"
VOID_LABEL_ID = 0
"""The labelId of unlabelled pixels; their train id is 255, the pack's `UNKNOWN`."""


class CityscapesLabel(NamedTuple):
    """One of the 19 evaluated classes, listed in the order of their train ids  [cityscapesScripts, labels.py]."""

    name: str
    label_id: int
    colour: str


TRAIN_ID_LABELS = (
    CityscapesLabel("road", 7, "#804080"),
    CityscapesLabel("sidewalk", 8, "#f423e8"),
    CityscapesLabel("building", 11, "#464646"),
    CityscapesLabel("wall", 12, "#66669c"),
    CityscapesLabel("fence", 13, "#be9999"),
    CityscapesLabel("pole", 17, "#999999"),
    CityscapesLabel("traffic light", 19, "#faaa1e"),
    CityscapesLabel("traffic sign", 20, "#dcdc00"),
    CityscapesLabel("vegetation", 21, "#6b8e23"),
    CityscapesLabel("terrain", 22, "#98fb98"),
    CityscapesLabel("sky", 23, "#4682b4"),
    CityscapesLabel("person", 24, "#dc143c"),
    CityscapesLabel("rider", 25, "#ff0000"),
    CityscapesLabel("car", 26, "#00008e"),
    CityscapesLabel("truck", 27, "#000046"),
    CityscapesLabel("bus", 28, "#003c64"),
    CityscapesLabel("train", 31, "#005064"),
    CityscapesLabel("motorcycle", 32, "#0000e6"),
    CityscapesLabel("bicycle", 33, "#770b20"),
)


class CityscapesFormat:
    """Classes are matched by name, so that a pack may have any of the 19 in any order. Raises BadRequest for others.

    Requests lie in a folder beside leftImg8bit and gtFine, as other data about frames do in Cityscapes.
    """

    def __init__(self, info: PackInfo) -> None:
        train_ids_by_name = {label.name: index for index, label in enumerate(TRAIN_ID_LABELS)}
        unknown_classes = [class_info.name for class_info in info.classes if class_info.name not in train_ids_by_name]
        if unknown_classes:
            raise BadRequest(
                f"“{info.name}” has the class “{unknown_classes[0]}”, which Cityscapes does not have.",
                "Choose another format.",
            )
        self.class_count = len(info.classes)
        self.train_ids = np.full(256, UNKNOWN, np.uint8)
        self.label_ids = np.full(256, VOID_LABEL_ID, np.uint8)
        self.colours: Pixels = np.zeros((256, 3), np.uint8)
        for index, class_info in enumerate(info.classes):
            label = TRAIN_ID_LABELS[train_ids_by_name[class_info.name]]
            self.train_ids[index], self.label_ids[index] = train_ids_by_name[class_info.name], label.label_id
            self.colours[index] = parse_hex_colour(label.colour)

    def pair_files(self, pair: GeneratedPair) -> dict[str, bytes]:
        frame = f"train/{CITY}/{CITY}_{frame_name(pair)}"
        return {
            f"leftImg8bit/{frame}_leftImg8bit.png": encode_image(pair.image),
            f"gtFine/{frame}_gtFine_labelIds.png": grey_png(self.label_ids[pair.layout]),
            f"gtFine/{frame}_gtFine_labelTrainIds.png": grey_png(self.train_ids[pair.layout]),
            f"gtFine/{frame}_gtFine_color.png": encode_image(self.colours[pair.layout]),
            f"request/{frame}_request.json": record_json(pair.record),
        }

    def halves(self, files: Mapping[str, bytes]) -> PairHalves:
        ids = np.full(256, UNKNOWN, np.uint8)
        ids[self.train_ids[: self.class_count]] = np.arange(self.class_count)
        return PairHalves(image_from_files(files, "leftImg8bit/"), ids[ids_from_files(files, "_labelTrainIds")])

    def closing_files(self, folder: Path, lines: PairLines) -> Mapping[str, Iterable[bytes]]:
        return {}


def frame_name(pair: GeneratedPair) -> str:
    """Returns the sequence and frame numbers of a pair's file names, six digits each."""
    sequence, frame = divmod(pair.record.seed, 1_000_000)
    return f"{sequence:06d}_{frame:06d}"
