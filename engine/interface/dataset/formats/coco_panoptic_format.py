"""COCO: panoptic PNGs, regions as run lengths, and captions, with a JSON file for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from engine.interface.bounded_decoding import DOCUMENT, decode_json
from engine.interface.bounded_files import read_bounded, unlinked
from engine.interface.dataset.export_order import PairRecord
from engine.interface.dataset.formats.format_base import (
    PairHalves,
    PairLines,
    ids_from_files,
    image_from_files,
    json_line,
)
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.dataset.manifest import PairLine
from engine.interface.protocol import PackInfo
from engine.interface.raster import encode_image, palette_table

SPLIT = "train2017"
MAX_REGIONS = 1000
"""Upper limit of regions in a picture; region ids count from the picture's number times this."""


class CocoRegions(msgspec.Struct, frozen=True):
    """Contents of annotations/regions/NAME.json: a pair's part of the JSON files of the whole set."""

    request: PairRecord
    annotations: list[dict[str, Any]]


class CocoPanopticFormat:
    """Category ids are the pack's ids plus 1, since COCO's begin at 1. Each class in a picture is one region.

    The entry of an image holds its seed and its request.
    """

    def __init__(self, info: PackInfo) -> None:
        self.info = info
        self.colours = palette_table(info.classes)

    def pair_files(self, pair: GeneratedPair) -> dict[str, bytes]:
        regions = [
            self._region(pair, index) for index in range(len(self.info.classes)) if (pair.layout == index).any()
        ]
        ids = np.zeros((*pair.layout.shape, 3), np.uint8)  # an id is R + 256 G + 256² B; 0 is unlabelled
        known = pair.layout < len(self.info.classes)
        ids[known, 0] = pair.layout[known] + 1
        return {
            f"{SPLIT}/{pair.name}.png": encode_image(pair.image),
            f"annotations/panoptic_{SPLIT}/{pair.name}.png": encode_image(ids),
            f"annotations/regions/{pair.name}.json": json_line(CocoRegions(pair.record, regions)),
        }

    def _region(self, pair: GeneratedPair, index: int) -> dict[str, Any]:
        from pycocotools import mask

        encoded = mask.encode(np.asfortranarray(pair.layout == index).astype(np.uint8))
        return {
            "category_id": index + 1,
            "segmentation": {"size": [int(side) for side in encoded["size"]], "counts": encoded["counts"].decode()},
            "area": int(mask.area(encoded)),
            "bbox": [float(value) for value in mask.toBbox(encoded)],
            "iscrowd": 0,
        }

    def halves(self, files: Mapping[str, bytes]) -> PairHalves:
        ids = ids_from_files(files, "/panoptic_")[..., 0]
        return PairHalves(
            image_from_files(files, f"{SPLIT}/"), ids - np.uint8(1)
        )  # 0 becomes 255, which is unknown here

    def closing_files(self, folder: Path, lines: PairLines) -> Mapping[str, Iterable[bytes]]:
        """Encodes the JSON files in pieces, so that none has to fit into memory."""

        def numbered_regions() -> Iterator[tuple[int, PairLine, CocoRegions]]:
            for number, line in enumerate(lines(), 1):
                path = unlinked(folder, f"annotations/regions/{line.name}.json")
                yield number, line, decode_json(read_bounded(path, DOCUMENT.length), CocoRegions, DOCUMENT)

        def instances(number: int, line: PairLine, regions: CocoRegions) -> Iterator[dict[str, Any]]:
            for place, annotation in enumerate(regions.annotations):
                yield {"id": number * MAX_REGIONS + place, "image_id": number, **annotation}

        def panoptic(number: int, line: PairLine, regions: CocoRegions) -> Iterator[dict[str, Any]]:
            keys = ("category_id", "area", "bbox", "iscrowd")
            segments = [
                {"id": region["category_id"], **{key: region[key] for key in keys}} for region in regions.annotations
            ]
            yield {"image_id": number, "file_name": f"{line.name}.png", "segments_info": segments}

        def captions(number: int, line: PairLine, regions: CocoRegions) -> Iterator[dict[str, Any]]:
            yield {"id": number, "image_id": number, "caption": line.request.prompt}

        def file(head: dict[str, Any], each: Callable[..., Iterator[dict[str, Any]]]) -> Iterator[bytes]:
            images = (_image_entry(number, line) for number, line in enumerate(lines(), 1))
            yield msgspec.json.encode(head)[:-1] + b',"images":['
            yield from _comma_separated(images)
            yield b'],"annotations":['
            yield from _comma_separated(entry for item in numbered_regions() for entry in each(*item))
            yield b"]}\n"

        head: dict[str, Any] = {"info": {"description": "Diptych"}, "licenses": []}
        classes = {**head, "categories": self._categories()}
        return {
            f"annotations/instances_{SPLIT}.json": file(classes, instances),
            f"annotations/panoptic_{SPLIT}.json": file(classes, panoptic),
            f"annotations/captions_{SPLIT}.json": file(head, captions),
        }

    def _categories(self) -> list[dict[str, Any]]:
        return [
            {
                "id": index,
                "name": class_info.name,
                "supercategory": self.info.name,
                "isthing": 0,
                "color": [int(value) for value in self.colours[index - 1]],
            }
            for index, class_info in enumerate(self.info.classes, 1)
        ]


def _image_entry(number: int, line: PairLine) -> dict[str, Any]:
    request = line.request
    return {
        "id": number,
        "file_name": f"{line.name}.png",
        "height": request.height,
        "width": request.width,
        "seed": request.seed,
        "request": request,
    }


def _comma_separated(values: Iterable[object]) -> Iterator[bytes]:
    """Encodes JSON values with commas between them."""
    for index, value in enumerate(values):
        yield (b",\n" if index else b"\n") + msgspec.json.encode(value)
