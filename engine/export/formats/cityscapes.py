"""Cityscapes: leftImg8bit and gtFine with labelIds, labelTrainIds and colours, for packs of its classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.errors import BadRequest
from engine.export.formats.base import Halves, Lines, grey, ids_of, image_of, record_json
from engine.export.pair import Pair
from engine.protocol import UNKNOWN, PackInfo, Pixels
from engine.raster import encode_image, rgb

CITY = "diptych"
VOID = 0
"""The labelId of what is unlabelled; its train id is 255, as here."""


class Label(NamedTuple):
    """One of the 19 classes that are evaluated, in the order of their train ids  [cityscapesScripts, labels.py]."""

    name: str
    label_id: int
    colour: str


LABELS = (
    Label("road", 7, "#804080"),
    Label("sidewalk", 8, "#f423e8"),
    Label("building", 11, "#464646"),
    Label("wall", 12, "#66669c"),
    Label("fence", 13, "#be9999"),
    Label("pole", 17, "#999999"),
    Label("traffic light", 19, "#faaa1e"),
    Label("traffic sign", 20, "#dcdc00"),
    Label("vegetation", 21, "#6b8e23"),
    Label("terrain", 22, "#98fb98"),
    Label("sky", 23, "#4682b4"),
    Label("person", 24, "#dc143c"),
    Label("rider", 25, "#ff0000"),
    Label("car", 26, "#00008e"),
    Label("truck", 27, "#000046"),
    Label("bus", 28, "#003c64"),
    Label("train", 31, "#005064"),
    Label("motorcycle", 32, "#0000e6"),
    Label("bicycle", 33, "#770b20"),
)


class Cityscapes:
    """Classes are found by their names, so a pack may have some of the 19 in any order. Raises BadRequest for others.

    The request goes where Cityscapes keeps what else it knows of a frame: in a folder of its own kind.
    """

    def __init__(self, info: PackInfo) -> None:
        places = {label.name: index for index, label in enumerate(LABELS)}
        strange = [one.name for one in info.classes if one.name not in places]
        if strange:
            raise BadRequest(
                f"“{info.name}” has the class “{strange[0]}”, which Cityscapes has not.", "Choose another format."
            )
        self.count = len(info.classes)
        self.train_ids = np.full(256, UNKNOWN, np.uint8)
        self.label_ids = np.full(256, VOID, np.uint8)
        self.colours: Pixels = np.zeros((256, 3), np.uint8)
        for index, one in enumerate(info.classes):
            label = LABELS[places[one.name]]
            self.train_ids[index], self.label_ids[index] = places[one.name], label.label_id
            self.colours[index] = rgb(label.colour)

    def files(self, pair: Pair) -> dict[str, bytes]:
        frame = f"train/{CITY}/{CITY}_{frame_of(pair)}"
        return {
            f"leftImg8bit/{frame}_leftImg8bit.png": encode_image(pair.image),
            f"gtFine/{frame}_gtFine_labelIds.png": grey(self.label_ids[pair.layout]),
            f"gtFine/{frame}_gtFine_labelTrainIds.png": grey(self.train_ids[pair.layout]),
            f"gtFine/{frame}_gtFine_color.png": encode_image(self.colours[pair.layout]),
            f"request/{frame}_request.json": record_json(pair.record),
        }

    def halves(self, files: Mapping[str, bytes]) -> Halves:
        ids = np.full(256, UNKNOWN, np.uint8)
        ids[self.train_ids[: self.count]] = np.arange(self.count)
        return Halves(image_of(files, "leftImg8bit/"), ids[ids_of(files, "_labelTrainIds")])

    def closing(self, folder: Path, lines: Lines) -> Mapping[str, Iterable[bytes]]:
        return {}


def frame_of(pair: Pair) -> str:
    """Sequence and frame, six digits each, as file names there have."""
    sequence, frame = divmod(pair.record.seed, 1_000_000)
    return f"{sequence:06d}_{frame:06d}"
