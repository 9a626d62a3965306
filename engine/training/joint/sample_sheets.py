"""Contact sheets of a run: samples of every task, to follow training by eye."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec.structs import replace

from engine.data.pairs import gamma_corrected
from engine.interface.protocol import Generate, Pixels, Raster
from engine.interface.raster import colourise, write_image
from engine.packs.pack import read_pack
from engine.requests.generation import generate_steps
from engine.training.core.frames import TrainingFrames

PROMPTS = ("", "a bus on the left", "many people, no cars", "trees on both sides, open sky")
FRAME_COUNT = 4


def write_sample_sheet(folder: Path, frames: TrainingFrames, path: Path, device: str) -> None:
    """Write a sheet, one row per frame: the pair, layout → image, image → layout, inpainted middle, text → both."""
    pack = read_pack(folder, device)
    random = np.random.default_rng(1)
    pairs = [frames.draw_pair(random) for _ in range(FRAME_COUNT)]
    images = [gamma_corrected(pair.image, frames.config.gamma) for pair in pairs]
    height, width = frames.config.height, frames.config.width
    middle = np.full((height, width), 255, np.uint8)
    middle[:, width // 3 : -width // 3] = 0
    streets = not any(pack.text_encoder.unknown_words(prompt) for prompt in PROMPTS)
    prompts = PROMPTS if streets else ("", *(info.name for info in pack.info.classes))
    rows = []
    for index, (pair, image) in enumerate(zip(pairs, images, strict=True)):
        keep_mask, layout_raster, image_raster = (
            Raster.from_pixels(middle),
            Raster.from_pixels(pair.layout.copy()),
            Raster.from_pixels(image),
        )
        base = Generate(id="sheet", pack=pack.info.name, seed=index)
        tasks = (
            replace(base, layout=layout_raster),
            replace(base, image=image_raster, steps=4),
            replace(base, layout=layout_raster, image=image_raster, keep_layout=keep_mask, keep_image=keep_mask),
            replace(base, prompt=prompts[index % len(prompts)]),
        )
        cells = [image, colourise(pair.layout, pack.info.classes)]
        for task in tasks:
            *_, last = generate_steps(pack, [task])
            cells += [last.image(0), colourise(last.layout(0), pack.info.classes)]
        rows.append(np.concatenate([_with_border(cell) for cell in cells], 1))
    write_image(path, np.concatenate(rows).repeat(2, 0).repeat(2, 1))


def _with_border(cell: Pixels) -> Pixels:
    return np.pad(cell, [(1, 1), (1, 1), (0, 0)], constant_values=255)
