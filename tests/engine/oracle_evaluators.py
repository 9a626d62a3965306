"""Judges that are plain to see through, and pairs on which they are right: an image shows its classes' colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from engine.interface.raster import colourise, palette_table, write_image, write_layout
from tests import tiny

CLASSES = tiny.INFO.classes
ROAD, SKY, CAR, TREE = range(4)


class NearestColourSegmenter:
    """A segmenter: each pixel is of the class with the nearest colour."""

    def predict_layouts(self, images):
        colours = palette_table(CLASSES)[: len(CLASSES)].astype(int)
        return [((im[:, :, None].astype(int) - colours) ** 2).sum(-1).argmin(-1).astype(np.uint8) for im in images]


class ClassAreaClip:
    """A CLIP pair: a picture is how much it shows of each class, a text which classes it names without “no”."""

    def embed_images(self, images):
        areas = np.stack(
            [np.bincount(ids.ravel(), minlength=4) for ids in NearestColourSegmenter().predict_layouts(images)]
        )
        return unit_rows(np.sqrt(areas))

    def embed_texts(self, prompts):
        words = [prompt.replace(",", " ").split() for prompt in prompts]
        mentions = [
            [info.name in prompt_words or info.name + "s" in prompt_words for info in CLASSES]
            for prompt_words in words
        ]
        return unit_rows(np.array(mentions, float) + 0.01)


def unit_rows(rows):
    """Float32 rows of unit length."""
    return torch.nn.functional.normalize(torch.tensor(np.asarray(rows), dtype=torch.float32), dim=1)


def tiny_street_layout(index: int) -> np.ndarray:
    """Ids [32, 64]: sky over trees or not, over a road, perhaps with a car."""
    random = np.random.default_rng(index)
    layout = np.full((32, 64), SKY, np.uint8)
    if random.random() < 0.6:
        layout[random.integers(6, 12) : 20] = TREE
    layout[random.integers(18, 22) :] = ROAD
    if random.random() < 0.4:
        left = random.integers(50)
        layout[18:26, left : left + 12] = CAR
    return layout


def write_tiny_street_folder(folder: Path, train: int = 14, val: int = 6) -> Path:
    """Write pairs, no two of them alike in train and val."""
    for split, first, count in (("train", 0, train), ("val", 100, val)):
        for index in range(first, first + count):
            write_layout(folder / split / "layouts" / f"{index:03}.png", tiny_street_layout(index), CLASSES)
            write_image(folder / split / "images" / f"{index:03}.png", colourise(tiny_street_layout(index), CLASSES))
    return folder
