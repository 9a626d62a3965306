"""What the upscaler makes of pictures that the pack drew: python -m tests.bench.full_size --data DIR/val [--count N]

An image is drawn from each given layout, seed 0, 1, …, and brought to full size. The pack's segmenter finds the
layouts in the real images at full size, in the drawn ones enlarged (bicubic), and in the upscaled ones.
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
    ready, judge, info = full_size.load_upscaler(pack), segmenter.load(pack), pack.info
    height, width = info.height * ready.factor, info.width * ready.factor
    pairs = [read_pair(item, layout_mapping(PACK)) for item in list_items(options.data)[: options.count]]
    truth = [fit_layout(pair.layout, height, width).pixels for pair in pairs]
    asked = [
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
    for start in range(0, len(asked), BATCH):
        some = [generation.resolve_for_pack(pack, request) for request in asked[start : start + BATCH]]
        *_, frame = generation.sample_batch(pack, some)
        for row, request in enumerate(some):
            image = frame.image(row)
            *_, stage = full_size.upscaling_steps(ready, request, frame.pair(row))
            enlarged.append(np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)))
            upscaled.append(stage.pair.image)
    real = [fit_image(pair.image, height, width).pixels for pair in pairs]
    for name, images in (("real", real), ("drawn, enlarged", enlarged), ("drawn, upscaled", upscaled)):
        found = segmenter_scores(judge, len(info.classes), images, truth)
        print(f"{name:16} pixel accuracy {found.accuracy:.3f}, mIoU {found.mean_iou:.3f}")


if __name__ == "__main__":
    main()
