"""CelebAMask-HQ: CelebA-HQ-img/N.jpg, and a PNG of every part in CelebAMask-HQ-mask-anno/*/NNNNN_PART.png."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from engine.data.pairs import DatasetItem, image_files, join_halves
from engine.data.raw_layout import RawLayout, read_bytes
from engine.data.readers.dataset_source import DatasetSource, classes_from_names
from engine.interface.errors import BadFile
from engine.interface.protocol import Pixels
from engine.interface.raster import fit_image, read_mask

PARTS = {
    **{"skin": "skin", "nose": "nose", "eye_g": "glasses", "l_eye": "left eye", "r_eye": "right eye"},
    **{"l_brow": "left brow", "r_brow": "right brow", "l_ear": "left ear", "r_ear": "right ear", "mouth": "mouth"},
    **{"u_lip": "upper lip", "l_lip": "lower lip", "hair": "hair", "hat": "hat", "ear_r": "earring"},
    **{"neck_l": "necklace", "neck": "neck", "cloth": "clothes"},
}
"""Parts by the ends of their files' names, ids from 1 on, in the order in which later ones cover earlier ones."""
MIRROR_PAIRS = (("left eye", "right eye"), ("left brow", "right brow"), ("left ear", "right ear"))
PART_COLOURS = (
    *("#000000", "#cc0000", "#4c9900", "#cccc00", "#3333ff", "#cc00cc", "#00ffff", "#ffcccc", "#663300", "#ff0000"),
    *("#66cc00", "#ffff00", "#000099", "#0000cc", "#ff3399", "#00cccc", "#003300", "#ff9933", "#00cc00"),
)


def detect_dataset(folder: Path) -> DatasetSource | None:
    """CelebAMask-HQ, its images shrunk to the size of their parts; MM-CelebA-HQ's captions: celeba-caption/N.txt."""
    roots = [folder, folder / "CelebAMask-HQ"]
    root = next((path for path in roots if (path / "CelebAMask-HQ-mask-anno").is_dir()), None)
    if root is None:
        return None
    parts: dict[str, dict[str, Path]] = {}
    for path in sorted((root / "CelebAMask-HQ-mask-anno").rglob("*.png")):
        number, _, part = path.stem.partition("_")
        parts.setdefault(number.lstrip("0") or "0", {})[part] = path
    captions: dict[str, Path] = {}
    for texts in (root / "celeba-caption", folder / "celeba-caption", folder / "text" / "celeba-caption"):
        captions |= {path.stem: path for path in texts.glob("*.txt")}
    items = [
        _face_item(item, parts.get(item.name), captions.get(item.name))
        for item in join_halves(
            image_files(root / "CelebA-HQ-img"), {name: next(iter(files.values())) for name, files in parts.items()}
        )
    ]
    return DatasetSource(
        "CelebAMask-HQ", {"": items}, classes_from_names(["background", *PARTS.values()], PART_COLOURS), MIRROR_PAIRS
    )


def _face_item(item: DatasetItem, parts: dict[str, Path] | None, captions: Path | None) -> DatasetItem:
    """The item of a face, whose layout is made of its parts; without parts, one that lacks a half."""
    texts = read_bytes(captions).decode("utf-8", "replace").splitlines() if captions else []
    own_captions = tuple(text.strip() for text in texts if text.strip())
    if parts is None:
        return DatasetItem(item.name, item.load_image, item.load_layout, own_captions)
    load_image = partial(_image_at_part_size, item, next(iter(parts.values())))
    return DatasetItem(item.name, load_image, partial(_merged_parts, parts), own_captions)


def _image_at_part_size(item: DatasetItem, part: Path) -> Pixels:
    """The image at the size of a part, if both have one aspect."""
    image, size = item.load_image(), read_mask(part).shape
    if image.shape[0] * size[1] != image.shape[1] * size[0]:
        return image
    return fit_image(image, *size).pixels


def _merged_parts(parts: dict[str, Path]) -> RawLayout:
    """One layout of all parts. Raises BadFile for an unknown part."""
    first = next(iter(parts.values()))
    ids = np.zeros(read_mask(first).shape, np.uint8)
    for part in parts.keys() - PARTS.keys():
        raise BadFile(f"{parts[part]} is the part “{part}”, which is no class.", "Parts end in _skin.png, _hair.png …")
    for index, part in enumerate(PARTS, 1):
        if part not in parts:
            continue
        mask = read_mask(parts[part])
        if mask.shape != ids.shape:
            raise BadFile(f"{parts[part]} has another size than {first}.", "Save all parts of a face in one size.")
        ids[mask > 0] = index
    return RawLayout(ids, str(first))
