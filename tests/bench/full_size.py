"""Segmenter scores of upscaled images: python -m tests.bench.full_size --data DIR/val [--count N]

Draws an image from each given layout, with the seeds 0, 1, …, and upscales it. The pack's segmenter is scored on the
real images at full size, on the drawn ones enlarged by bicubic interpolation, and on the upscaled ones.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from engine.data.pairs import list_items, read_pair
from engine.data.taxonomy import layout_mapping
from engine.evaluators import segmenter
from engine.evaluators.quality import segmenter_scores
from engine.interface import pack_catalogue
from engine.interface.protocol import FullSizeInputs, Generate, Raster
from engine.interface.raster import fit_image, fit_layout
from engine.packs import pack as packs
from engine.requests import full_size, generation

PACK, BATCH = "street", 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=96)
    options = parser.parse_args()
    pack = packs.read_pack(pack_catalogue.find_pack_folder(PACK), "auto")
    upscaler, pack_segmenter, info = full_size.load_upscaler(pack), segmenter.load(pack), pack.info
    height, width = info.height * upscaler.factor, info.width * upscaler.factor
    pairs = [read_pair(item, layout_mapping(PACK)) for item in list_items(options.data)[: options.count]]
    truth = [fit_layout(pair.layout, height, width).pixels for pair in pairs]
    requests = [
        Generate(
            id=str(seed),
            pack=PACK,
            layout=Raster.from_pixels(fit_layout(pair.layout, info.height, info.width).pixels),
            seed=seed,
            full=FullSizeInputs(layout=Raster.from_pixels(layout)),
        )
        for seed, (pair, layout) in enumerate(zip(pairs, truth, strict=True))
    ]
    enlarged, upscaled = [], []
    for start in range(0, len(requests), BATCH):
        batch = [generation.resolve_for_pack(pack, request) for request in requests[start : start + BATCH]]
        *_, frame = generation.sample_batch(pack, batch)
        for row, request in enumerate(batch):
            image = frame.image(row)
            *_, stage = full_size.upscaling_steps(upscaler, request, frame.pair(row))
            enlarged.append(np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)))
            upscaled.append(stage.pair.image)
    real = [fit_image(pair.image, height, width).pixels for pair in pairs]
    for name, images in (("real", real), ("drawn, enlarged", enlarged), ("drawn, upscaled", upscaled)):
        scores = segmenter_scores(pack_segmenter, len(info.classes), images, truth)
        print(f"{name:16} pixel accuracy {scores.accuracy:.3f}, mIoU {scores.mean_iou:.3f}")


if __name__ == "__main__":
    main()
