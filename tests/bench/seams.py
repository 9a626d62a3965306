"""Visibility of the edge between a photograph and its extension: python tests/bench/seams.py --data DIR [--count N]

Measures the steps between neighbouring columns of pixels: across the edge, relative to those up to 8 columns away on
either side; likewise for changes of labels. A ratio of 1 is invisible; the same columns of whole photographs show the
spread of the ratio.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from engine.data.pairs import list_items
from engine.interface import pack_catalogue, raster
from engine.interface.protocol import UNKNOWN, Generate, Pixels, Raster
from engine.packs import pack as packs
from engine.requests import generation
from engine.requests.batch_snapshot import ImageLayoutPair
from engine.sample_command.margins import InputMargins

MARGIN, NEAR, BATCH = 64, 8, 8


def column_steps(pixels: Pixels) -> np.ndarray:
    """Computes the mean step from each column to the next, [W - 1]: of grey levels, or the share of changed labels."""
    if pixels.ndim == 3:
        values = pixels.astype(float)
        return np.abs(np.diff(values, axis=1)).mean((0, 2))
    return (np.diff(pixels.astype(int), axis=1) != 0).mean(0)


def edge_and_side_steps(pixels: Pixels, edge: int, inwards: int) -> np.ndarray:
    """Returns the step across an edge, and the mean steps inside and outside of it, [3]."""
    steps = column_steps(pixels)
    inside = [steps[edge - 1 + inwards * d] for d in range(2, NEAR + 1)]
    outside = [steps[edge - 1 - inwards * d] for d in range(2, NEAR + 1)]
    return np.array([steps[edge - 1], np.mean(inside), np.mean(outside)])


def edge_steps(pixels: Pixels, margin: int = MARGIN) -> np.ndarray:
    """Measures the left and the right edge of the middle of a picture, [2, 3]."""
    return np.stack(
        [edge_and_side_steps(pixels, margin, 1), edge_and_side_steps(pixels, pixels.shape[1] - margin, -1)]
    )


def extend_photographs(pack: packs.Pack, photographs: list[Pixels]) -> list[ImageLayoutPair]:
    """Extends photographs by 64 columns on either side."""
    info, margins = pack.info, InputMargins(left=MARGIN, right=MARGIN)
    results = []
    for start in range(0, len(photographs), BATCH):
        requests = []
        for seed, image in enumerate(photographs[start : start + BATCH], start):
            inside = margins.pad(np.full(image.shape[:2], 255, np.uint8), 0)
            requests.append(
                Generate(
                    id=str(seed),
                    pack=info.name,
                    image=Raster.from_pixels(margins.pad(image, 0)),
                    keep_image=Raster.from_pixels(inside),
                    layout=Raster.from_pixels(np.full(inside.shape, UNKNOWN, np.uint8)),
                    seed=seed,
                )
            )
        *_, last = generation.generate_steps(pack, requests)
        results += [last.pair(row) for row in range(len(requests))]
    return results


def print_steps(name: str, steps: list[np.ndarray], unit: str) -> None:
    """Prints the step across the edge, and its ratio to those on both sides with a 95 % interval."""
    mean = np.concatenate(steps).mean(0)
    each, random = np.stack(steps), np.random.default_rng(0)
    spread = [each[random.integers(len(each), size=len(each))].mean((0, 1)) for _ in range(500)]
    ratios = [row[0] / row[1:].mean() for row in spread]
    low, high = np.quantile(ratios, [0.025, 0.975])
    print(
        f"{name}: {mean[0]:.3f} {unit} across the edge, {mean[1]:.3f} inside, {mean[2]:.3f} outside; "
        f"edge over both {mean[0] / mean[1:].mean():.2f} ({low:.2f} to {high:.2f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", default="street")
    parser.add_argument("--data", type=Path, required=True, help="a folder of pairs, such as its val")
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--sheet", type=Path, help="a picture of the first twelve")
    options = parser.parse_args()
    pack = packs.read_pack(pack_catalogue.find_pack_folder(options.pack), "cpu")
    info = pack.info
    files = list_items(options.data)
    chosen = [files[i] for i in np.linspace(0, len(files) - 1, options.count).astype(int)]
    photographs = [raster.fit_image(one.image(), info.height, info.width, "crop").pixels for one in chosen]
    with torch.no_grad():
        results = extend_photographs(pack, photographs)
    print_steps("photographs", [edge_steps(p, p.shape[1] // 4) for p in photographs], "grey levels")
    print_steps("drawn on", [edge_steps(result.image) for result in results], "grey levels")
    print_steps("drawn on, layout", [edge_steps(result.layout) for result in results], "of labels change")
    if options.sheet:
        rows = [[r.image, raster.colourise(r.layout, info.classes)] for r in results[:12]]
        raster.write_image(options.sheet, np.concatenate([np.concatenate(row, 1) for row in rows]))


if __name__ == "__main__":
    main()
