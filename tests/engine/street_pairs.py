"""Small made-up streets in the form of a data folder, drawn by the tests."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from engine.data.pairs import DatasetFrame, DatasetItem, FrameView, TolerantReader, load_frame
from engine.data.taxonomy import LayoutMapping, class_infos, taxonomy_classes
from engine.interface.protocol import UNKNOWN
from engine.interface.raster import colourise, write_image, write_layout
from engine.network.joint_unet import UNetConfig
from engine.network.text_tower import TextConfig
from engine.training.core.training_config import TrainConfig, ViewConfig

CLASSES = taxonomy_classes("street")
ROAD, BUILDING, SKY, CAR = 0, 2, 10, 13


def street_layout(index: int) -> np.ndarray:
    """Ids [48, 96]: sky over buildings over a road, a car somewhere, the corner unknown."""
    random = np.random.default_rng(index)
    layout = np.full((48, 96), BUILDING, np.uint8)
    layout[: random.integers(8, 16)] = SKY
    layout[random.integers(28, 36) :] = ROAD
    left = random.integers(80)
    layout[28:36, left : left + 14] = CAR
    layout[-6:, :6] = UNKNOWN
    return layout


def write_street_folder(folder: Path, train: int = 6, val: int = 2) -> Path:
    """Write `train` and `val` pairs; the image shows the classes' colours."""
    infos = class_infos(CLASSES)
    for split, count in (("train", train), ("val", val)):
        for index in range(count):
            layout = street_layout(index)
            write_layout(folder / split / "layouts" / f"{index:03}.png", layout, infos)
            write_image(folder / split / "images" / f"{index:03}.png", colourise(layout, infos))
    return folder


def small_train_config(data: Path, out: Path) -> TrainConfig:
    """A run that takes seconds on such a folder."""
    return TrainConfig(
        data=str(data),
        out=str(out),
        name="small",
        title="Small",
        licence="Apache-2.0",
        height=32,
        width=64,
        views=(ViewConfig(32), ViewConfig(36, share=0.5)),
        images=32,
        batch=4,
        warmup=8,
        optimiser="muon",
        learning_rate=1e-3,
        device="cpu",
        compile=False,
        network=UNetConfig(widths=(16, 64), blocks=(1, 1), condition=32, layout_channels=4),
        text=TextConfig(width=32, layers=1, heads=2, context=24),
    )


def load_frames(
    items: Sequence[DatasetItem], reading: LayoutMapping, views: Sequence[FrameView]
) -> list[DatasetFrame]:
    """Those of a run's frames that are not bad."""
    loaded = TolerantReader(len(items)).map_items(partial(load_frame, mapping=reading, views=views), items)
    return [frame for frame in loaded if frame is not None]
