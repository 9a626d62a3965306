"""Pascal VOC 2012: JPEGImages, SegmentationClass with its palette, Annotations in XML, ImageSets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import numpy as np

from engine.interface.dataset.formats.format_base import (
    PairHalves,
    PairLines,
    ids_from_files,
    image_from_files,
    indexed_png,
    jpeg_bytes,
)
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.protocol import PackInfo, Pixels

ROOT = "VOCdevkit/VOC2012"


def voc_palette() -> Pixels:
    """Computes VOC's palette, uint8 [256, 3]: the three lowest bits of an id are the highest of red, green and blue,
    the next three the second highest, and so on  [VOClabelcolormap of the VOC development kit].
    """
    ids = np.arange(256)
    colours = np.zeros((256, 3), np.uint8)
    for place in range(8):
        for channel in range(3):
            colours[:, channel] |= (((ids >> (3 * place + channel)) & 1) << (7 - place)).astype(np.uint8)
    return colours


class VocFormat:
    """Ids are the pack's own, named in labelmap.txt; 255 is void. There is no background class."""

    def __init__(self, info: PackInfo) -> None:
        self.info, self.palette = info, voc_palette()

    def pair_files(self, pair: GeneratedPair) -> dict[str, bytes]:
        return {
            f"{ROOT}/JPEGImages/{pair.name}.jpg": jpeg_bytes(pair.image),
            f"{ROOT}/SegmentationClass/{pair.name}.png": indexed_png(pair.layout, self.palette),
            f"{ROOT}/Annotations/{pair.name}.xml": self._annotation(pair),
        }

    def halves(self, files: Mapping[str, bytes]) -> PairHalves:
        return PairHalves(image_from_files(files, "/JPEGImages/"), ids_from_files(files, "/SegmentationClass/"))

    def closing_files(self, folder: Path, lines: PairLines) -> Mapping[str, Iterable[bytes]]:
        names = (f"{line.name}\n".encode() for line in lines())
        return {
            f"{ROOT}/ImageSets/Segmentation/train.txt": names,
            f"{ROOT}/labelmap.txt": [self._label_map()],
        }

    def _label_map(self) -> bytes:
        """Encodes labelmap.txt: a line for each id in order, as annotation tools read it."""
        colours = [",".join(str(value) for value in colour) for colour in self.palette[: len(self.info.classes)]]
        lines = [f"{item.name}:{colour}::" for item, colour in zip(self.info.classes, colours, strict=True)]
        return "\n".join(["# label:color_rgb:parts:actions", *lines, ""]).encode()

    def _annotation(self, pair: GeneratedPair) -> bytes:
        root, record = ElementTree.Element("annotation"), pair.record
        texts = {"folder": "VOC2012", "filename": f"{pair.name}.jpg", "segmented": "1"}
        texts |= {"caption": record.prompt, "seed": str(record.seed)}
        for tag, text in texts.items():
            ElementTree.SubElement(root, tag).text = text
        source = ElementTree.SubElement(root, "source")
        ElementTree.SubElement(source, "database").text = "Diptych"
        size = ElementTree.SubElement(root, "size")
        for tag, value in (("width", record.width), ("height", record.height), ("depth", 3)):
            ElementTree.SubElement(size, tag).text = str(value)
        ElementTree.SubElement(root, "request").text = msgspec.json.encode(record).decode()
        ElementTree.indent(root)
        return f"{ElementTree.tostring(root, encoding='unicode')}\n".encode()
