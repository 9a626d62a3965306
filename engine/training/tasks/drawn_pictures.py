"""Pictures that a pack draws from real layouts, kept in shards on the disk: what a renderer learns to render.

Drawing takes far longer than rendering, so it is done once, before training or beside it. A shard is an `.npz` file
of uint8 arrays. A folder is never finished: more shards may come while another process trains from those there.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from engine.data.pairs import DatasetItem, DatasetPair, gamma_corrected, read_pair
from engine.data.region_masks import random_region
from engine.data.source_detection import split_items
from engine.data.taxonomy import LayoutMapping, layout_mapping, taxonomy_classes
from engine.interface.atomic_files import write_atomically
from engine.interface.pack_catalogue import read_pack_info
from engine.interface.protocol import Generate, Pixels, Raster
from engine.interface.raster import fit_image, fit_layout
from engine.packs.pack import Pack
from engine.prompts.captions import Captioner, CaptionStyle
from engine.requests.generation import resolve_for_pack, sample_batch
from engine.requests.resolved_request import group_batchable
from engine.training.core.frames import TrainingFrames, TrainingPairs
from engine.training.core.training_config import TrainConfig, ViewConfig

BATCH = 16
"""Pictures drawn together, and the size of a shard is four times that."""
FEW_STEP, CAPTIONED, WITH_REGION = 0.65, 0.4, 0.25
"""Shares of pictures: by the few-step network, with a caption (of those), with a region of the real picture kept."""
HELD_OUT = 250
"""The most frames of the training split held out, for choices."""
HELD_OUT_SHARE = 0.12


class DrawnPicture(NamedTuple):
    """What a pack drew for a real layout.

    base: RGB [h, w, 3] as drawn; low: ids [h, w] as given to the pack; image and layout: the real pair at full size,
    after the pack's gamma; keep: uint8 [h, w], 1 where the base is the real picture's.
    """

    base: Pixels
    low: Pixels
    image: Pixels
    layout: Pixels
    keep: Pixels


class Split(NamedTuple):
    """The training pairs of a configuration, and those held out of them."""

    train: TrainingPairs
    held_out: tuple[DatasetItem, ...]


def split(config: TrainConfig) -> Split:
    """The pairs held out are drawn with a fixed seed, in place of pairs of `val`. Raises BadFile."""
    mapping: LayoutMapping = layout_mapping(config.taxonomy)
    items = split_items(Path(config.data), "train", mapping.file_classes)
    count = min(HELD_OUT, round(len(items) * HELD_OUT_SHARE))
    order = np.random.default_rng(20).permutation(len(items))
    out = set(order[:count].tolist())
    kept = [item for index, item in enumerate(items) if index not in out]
    return Split(TrainingPairs(kept, mapping), tuple(items[index] for index in sorted(out)))


def full_frames(config: TrainConfig, corpus: TrainingPairs) -> TrainingFrames:
    """Training frames in windows of the pack's full size, in its widest views."""
    factor, rows = config.upscale, min(view.rows for view in config.views)
    views = tuple(ViewConfig(v.rows * factor, v.stretch, v.share) for v in config.views if v.rows == rows)
    full = msgspec.structs.replace(config, height=config.height * factor, width=config.width * factor, views=views)
    return TrainingFrames(full, taxonomy_classes(config.taxonomy), corpus)


def held_out_pairs(config: TrainConfig, pack: Pack, items: Sequence[DatasetItem]) -> list[DatasetPair]:
    """The middles of frames held out at full size, after the pack's gamma. Raises BadFile."""
    mapping, info, factor = layout_mapping(config.taxonomy), pack.info, config.upscale
    height, width = info.height * factor, info.width * factor
    pairs = []
    for item in items:
        for piece in pack.file.data.split_pair(read_pair(item, mapping), info):
            image = gamma_corrected(fit_image(piece.image, height, width).pixels, pack.file.pixels.gamma)
            pairs.append(DatasetPair(image, fit_layout(piece.layout, height, width).pixels))
    return pairs


@dataclass
class BaseArtist:
    """Draws bases for real pairs by a pack; `few_steps` are those of its distilled network, 0 if it has none."""

    pack: Pack
    factor: int
    few_steps: int

    @classmethod
    def of_pack(cls, pack: Pack, factor: int) -> BaseArtist:
        """With the distilled network that lies beside the pack's weights, if any does."""
        return cls(pack, factor, read_pack_info(pack.folder).distilled)

    def request(
        self, pair: DatasetPair, steps: int, seed: int, prompt: str = "", keep: Pixels | None = None
    ) -> Generate:
        """The request for the base of a pair; `steps` is 0 for the pack's own sampler and number of them."""
        low = self.low(pair.layout)
        image = None if keep is None else Raster.from_pixels(np.ascontiguousarray(self.small(pair.image)))
        return Generate(
            id="renderer",
            pack=self.pack.info.name,
            layout=Raster.from_pixels(low),
            image=image,
            keep_image=None if keep is None else Raster.from_pixels(keep * np.uint8(255)),
            prompt=prompt,
            seed=seed,
            sampler="distilled" if steps else None,
            steps=steps or None,
        )

    def low(self, layout: Pixels) -> Pixels:
        """A layout at the pack's size."""
        height, width = layout.shape
        return fit_layout(layout, height // self.factor, width // self.factor, "stretch").pixels

    def small(self, image: Pixels) -> Pixels:
        """A picture at the pack's size, by area."""
        height, width = image.shape[:2]
        return fit_image(image, height // self.factor, width // self.factor, "stretch").pixels

    def draw(self, requests: Sequence[Generate]) -> list[Pixels]:
        """The images of requests, in their order."""
        found: dict[int, Pixels] = {}
        resolved = [resolve_for_pack(self.pack, request) for request in requests]
        for group in group_batchable(resolved):
            for start in range(0, len(group), BATCH):
                places = group[start : start + BATCH]
                *_, last = sample_batch(self.pack, [resolved[place] for place in places])
                found |= {place: last.image(row) for row, place in enumerate(places)}
        return [found[index] for index in range(len(requests))]


def draw_shards(config: TrainConfig, pack: Pack, folder: Path, count: int) -> Iterator[int]:
    """Draw until a folder has `count` pictures in shards, and yield how many there are after each. Raises BadFile."""
    size = 4 * BATCH
    paths = [folder / f"{shard:05d}.npz" for shard in range(-(-count // size))]
    if all(path.is_file() for path in paths):
        return
    frames = full_frames(config, split(config).train)
    artist = BaseArtist.of_pack(pack, config.upscale)
    style = CaptionStyle.of_taxonomy(config.taxonomy)
    classes = taxonomy_classes(config.taxonomy)
    captioner = Captioner(classes, frames.class_frequency, frames.brightness_quartiles, style)
    for shard, path in enumerate(paths):
        if not path.is_file():
            random = np.random.default_rng((config.seed, 7919, shard))
            tasks = [random_task(artist, frames, captioner, random) for _ in range(size)]
            bases = artist.draw([request for _, request in tasks])
            write_shard(path, [drawn_picture(artist, *task, base) for task, base in zip(tasks, bases, strict=True)])
        yield (shard + 1) * size


def random_task(
    artist: BaseArtist, frames: TrainingFrames, captioner: Captioner, random: np.random.Generator
) -> tuple[DatasetPair, Generate]:
    """A real pair and a request for its base, as the studio might ask for it."""
    drawn = frames.draw_pair(random)
    pair = DatasetPair(gamma_corrected(drawn.image, frames.config.gamma), drawn.layout)
    few = random.random() < FEW_STEP and artist.few_steps > 0
    region = random.random() < WITH_REGION
    keep = random_region(artist.low(pair.layout), random).astype(np.uint8) if region else None
    if keep is not None and keep.all():
        keep = None  # with all of the layout given, too, nothing would be left to draw
    captioned = few and random.random() < CAPTIONED
    prompt = captioner.draw_caption(pair.layout, pair.image, random).text if captioned else ""
    steps = int(random.choice([2, 3, 4, 4, 4])) if few else 0
    return pair, artist.request(pair, steps, int(random.integers(2**62)), prompt, keep)


def drawn_picture(artist: BaseArtist, pair: DatasetPair, request: Generate, base: Pixels) -> DrawnPicture:
    """What is kept of a request and its result."""
    low = artist.low(pair.layout)
    keep = np.zeros(low.shape, np.uint8) if request.keep_image is None else request.keep_image.pixels() // 255
    return DrawnPicture(base, low, np.ascontiguousarray(pair.image), np.ascontiguousarray(pair.layout), keep)


def write_shard(path: Path, pictures: Sequence[DrawnPicture]) -> None:
    """Write a shard whole or not at all. Raises BadFile."""
    stacked = {
        name: np.stack(values) for name, values in zip(DrawnPicture._fields, zip(*pictures, strict=True), strict=True)
    }
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **stacked)
    write_atomically(path, buffer.getvalue())


def read_shards(folder: Path, known: Sequence[Path] = ()) -> Iterator[tuple[Path, list[DrawnPicture]]]:
    """The shards of a folder that are not among the known ones."""
    for path in sorted(folder.glob("*.npz")):
        if path not in known:
            with np.load(path) as file:
                columns = [file[name] for name in DrawnPicture._fields]
            yield path, [DrawnPicture(*one) for one in zip(*columns, strict=True)]


def draw_held_out(config: TrainConfig, pack: Pack, folder: Path) -> None:
    """Bases for the frames held out: `few-step.npz` and `usual.npz`, by the pack's usual steps. Raises BadFile."""
    artist = BaseArtist.of_pack(pack, config.upscale)
    pairs = held_out_pairs(config, pack, split(config).held_out)[:HELD_OUT]
    for name, steps in (("few-step", artist.few_steps), ("usual", 0)):
        path = folder / f"{name}.npz"
        if not path.is_file():
            requests = [artist.request(pair, steps, 90_000 + index) for index, pair in enumerate(pairs)]
            bases = artist.draw(requests)
            write_shard(path, [drawn_picture(artist, *one) for one in zip(pairs, requests, bases, strict=True)])
