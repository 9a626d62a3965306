"""Survey of a data set of any supported form, and a first training configuration made from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from engine.data.pairs import DatasetItem, TolerantReader, read_pair
from engine.data.raw_layout import MAX_COLOUR_DISTANCE, RawLayout
from engine.data.readers.dataset_source import DatasetSource, classes_from_names
from engine.data.source_detection import open_dataset
from engine.data.taxonomy import ClassWords, LayoutMapping, Taxonomy, layout_mapping, regular_plural
from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadConfig, BadFile
from engine.interface.protocol import UNKNOWN, Pixels
from engine.interface.raster import colour_keys
from engine.training.core.training_config import read_config

MAX_SURVEYED_PAIRS = 400
"""How many pairs are surveyed if the data name their classes; otherwise all are."""
SHORTER_SIDE = 64
PIECE_ROWS = 256
MAX_SIZE_RATIO = 1.5
"""Frames whose sides differ by more than this factor are parts of larger images, and get one scale."""
MAX_COLOURS = 254
SAME_COLOUR_DISTANCE = MAX_COLOUR_DISTANCE / 2
MIN_COLOUR_SHARE = 1e-3
"""The share of flat pixels from which a colour of lossy layouts counts as a class."""


class PairSummary(NamedTuple):
    """A pair's size, the pixel counts of its ids or colours, and its palette's colours of the ids if it has one."""

    size: tuple[int, int]
    counts: dict[int, int]
    palette: dict[int, int] | None = None
    in_colour: bool = False
    lossy: bool = False

    def by_colour(self) -> PairSummary:
        """The summary with the ids' palette colours in place of the ids."""
        palette = self.palette or {}
        return self._replace(counts={palette[i]: count for i, count in self.counts.items()}, in_colour=True)


class TemplateSize(NamedTuple):
    """Training height and width, and the rows of the pieces that large frames are cut into (0: none)."""

    height: int
    width: int
    cut: int


@dataclass(frozen=True)
class DatasetSurvey:
    """The classes of a data set, the share of pixels of each, and the sizes of its frames."""

    source: DatasetSource
    taxonomy: Taxonomy
    shares: Sequence[float]
    sizes: Sequence[tuple[int, int]]
    surveyed_pairs: int
    classes_origin: str

    @property
    def captioned_pairs(self) -> int:
        """How many pairs came with captions."""
        return sum(bool(item.captions) for split in ("train", "val") for item in self.source.split_items(split))


def survey_dataset(folder: Path) -> DatasetSurvey:
    """Survey a data set. Raises BadFile if its form is unknown, too many pairs are bad, or classes are too few."""
    source = open_dataset(folder)
    items = [item for split in ("train", "val") for item in source.split_items(split)]
    if len(source.split_items("train")) < 2 or not source.split_items("val"):
        raise BadFile(f"{folder} has {len(items)} pairs, which are too few to hold some out.", "Give 20 at least.")
    if source.classes:
        if len(items) > MAX_SURVEYED_PAIRS:
            items = [items[index] for index in np.linspace(0, len(items) - 1, MAX_SURVEYED_PAIRS).astype(int)]
        taxonomy = Taxonomy(classes=source.classes, mirror=source.mirror, streets=source.streets)
        classes_origin = "named by the data"
        summaries = _map_readable(partial(_summary_by_taxonomy, layout_mapping(taxonomy)), items)
    else:
        summaries = _map_readable(_raw_summary, items)
        classes, classes_origin = _classes_from_summaries(summaries)
        taxonomy = Taxonomy(classes=classes)
        if any(summary.in_colour for summary in summaries):
            summaries = _map_readable(partial(_summary_by_taxonomy, layout_mapping(taxonomy)), items)
    layout_mapping(taxonomy)  # raises for classes that cannot be told apart
    total = _total_counts(summaries)
    shares = [total[index] / max(1, total.total()) for index in range(len(taxonomy.classes))]
    sizes = [summary.size for summary in summaries]
    return DatasetSurvey(source, taxonomy, shares, sizes, len(summaries), classes_origin)


def _map_readable(summarise: Callable[[DatasetItem], PairSummary], items: Sequence[DatasetItem]) -> list[PairSummary]:
    """The summaries of all pairs that can be read. Raises BadFile if too many cannot."""
    summaries = TolerantReader(len(items)).map_items(summarise, items)
    return [summary for summary in summaries if summary is not None]


def _total_counts(summaries: Sequence[PairSummary]) -> Counter[int]:
    """The number of pixels of each id or colour over all pairs."""
    total = Counter[int]()
    for summary in summaries:
        total.update(summary.counts)
    return total


def _summary_by_taxonomy(mapping: LayoutMapping, item: DatasetItem) -> PairSummary:
    """The summary of a pair whose classes are known."""
    layout = read_pair(item, mapping).layout
    return PairSummary(_pixel_size(layout), _id_counts(layout))


def _raw_summary(item: DatasetItem) -> PairSummary:
    """The summary of a pair whose classes are not known yet. Raises BadFile."""
    raw_layout, image = item.load_layout(), item.load_image()
    if image.shape[:2] != raw_layout.pixels.shape[:2]:
        raise BadFile(f"{raw_layout.file_name} and its image have different sizes.", "Both halves need one size.")
    if raw_layout.pixels.ndim == 2:
        counts = _id_counts(raw_layout.pixels)
        palette = None if raw_layout.palette is None else colour_keys(raw_layout.palette).tolist()
        palette_covers_ids = palette is not None and all(index < len(palette) for index in counts)
        return PairSummary(
            _pixel_size(raw_layout.pixels),
            counts,
            {i: palette[i] for i in counts} if palette and palette_covers_ids else None,
        )
    return PairSummary(_pixel_size(raw_layout.pixels), _colour_counts(raw_layout), None, True, raw_layout.lossy)


def _pixel_size(pixels: Pixels) -> tuple[int, int]:
    return pixels.shape[0], pixels.shape[1]


def _id_counts(ids: Pixels) -> dict[int, int]:
    present, counts = np.unique(ids[ids != UNKNOWN], return_counts=True)
    return dict(zip(present.tolist(), counts.tolist(), strict=True))


def _colour_counts(raw_layout: RawLayout) -> dict[int, int]:
    """Colours with their counts; of a lossy picture only where it is flat. Raises BadFile for a photograph."""
    pixels = raw_layout.pixels
    if raw_layout.lossy:
        is_flat = np.abs(np.diff(pixels.astype(np.int16), axis=1)).max(-1)[:-1] <= 2
        pixels = pixels[:-1, :-1][is_flat & (np.abs(np.diff(pixels.astype(np.int16), axis=0)).max(-1)[:, :-1] <= 2)]
    keys, counts = np.unique(colour_keys(pixels.reshape(-1, 3)), return_counts=True)
    if not raw_layout.lossy and len(keys) > MAX_COLOURS:
        raise BadFile(f"{raw_layout.file_name} has {len(keys)} colours.", "Layouts have one colour for each class.")
    return dict(zip(keys.tolist(), counts.tolist(), strict=True))


def _classes_from_summaries(summaries: Sequence[PairSummary]) -> tuple[tuple[ClassWords, ...], str]:
    """Classes and a note on them, from the ids or colours of all layouts. Raises BadFile for mixed or too few ones."""
    if not summaries:
        raise BadFile("No pair could be read.", "See the reasons above.")
    if len({summary.in_colour for summary in summaries}) > 1:
        raise BadFile("Some layouts hold ids and others colours.", "Make all of one kind.")
    colours_of = _palette_colours(summaries)
    if colours_of and max(map(len, colours_of.values())) > 1:  # each program orders its palette as it likes
        summaries = [summary.by_colour() for summary in summaries]
    total = _total_counts(summaries)
    if summaries[0].in_colour:
        lossy = any(summary.lossy for summary in summaries)
        colours = sorted(_distinct_colours(total)) if lossy else sorted(total)
        if not 2 <= len(colours) <= MAX_COLOURS:
            raise BadFile(f"The layouts have {len(colours)} colours.", "Each class needs a colour, 2 to 254 of them.")
        hexes = [f"#{colour:06x}" for colour in colours]
        return _placeholder_classes(
            hexes
        ), "a class for each colour; if one means unknown, make it black and remove its line"
    count = max(total, default=-1) + 1
    if count < 2:
        raise BadFile(
            f"The layouts hold the ids {sorted(total)} and {UNKNOWN} for unknown.", "Give 2 classes at least."
        )
    colours_by_id = [f"#{min(colours_of[index]):06x}" if index in colours_of else "" for index in range(count)]
    if len({colour for colour in colours_by_id if colour}) < len([colour for colour in colours_by_id if colour]):
        colours_by_id = [""] * count
    return _placeholder_classes(colours_by_id), f"ids as they stand in the files; {UNKNOWN} is unknown"


def _placeholder_classes(colours: Sequence[str]) -> tuple[ClassWords, ...]:
    return classes_from_names([f"class_{index}" for index in range(len(colours))], colours)


def _palette_colours(summaries: Sequence[PairSummary]) -> dict[int, set[int]]:
    """The colours of each id in the files' palettes; empty if a file has no palette."""
    colours: dict[int, set[int]] = {}
    for summary in summaries:
        if summary.palette is None:
            return {}
        for index, colour in summary.palette.items():
            colours.setdefault(index, set()).add(colour)
    return colours


def _distinct_colours(counts: Counter[int]) -> list[int]:
    """The most frequent colour of each group of similar ones, without rare groups."""
    kept: list[tuple[int, np.ndarray, int]] = []
    for key, count in counts.most_common(20_000):
        colour = np.array([key >> 16, key >> 8 & 255, key & 255], np.float64)
        distances = [float(np.linalg.norm(other - colour)) for _, other, _ in kept]
        near = next((i for i, distance in enumerate(distances) if distance < SAME_COLOUR_DISTANCE), None)
        if near is None:
            kept.append((key, colour, count))
        else:
            kept[near] = (*kept[near][:2], kept[near][2] + count)
    return [key for key, _, count in kept if count >= MIN_COLOUR_SHARE * counts.total()]


def template_size(sizes: Sequence[tuple[int, int]]) -> TemplateSize:
    """A training size of the frames' usual shape, 64 pixels on the shorter side and multiples of 16.

    Frames of very different sizes are cut into pieces at one scale.
    """
    sides = sorted(min(size) for size in sizes)
    if sides[-1] > MAX_SIZE_RATIO * sides[0] and sides[len(sides) // 2] > PIECE_ROWS:
        return TemplateSize(SHORTER_SIDE, SHORTER_SIDE, min(PIECE_ROWS, sides[0]))
    aspect = float(np.clip(np.median([width / height for height, width in sizes]), 1 / 3, 3))
    longer = 16 * max(4, round(SHORTER_SIDE * max(aspect, 1 / aspect) / 16))
    return TemplateSize(SHORTER_SIDE, longer, 0) if aspect >= 1 else TemplateSize(longer, SHORTER_SIDE, 0)


def write_template(folder: Path, path: Path | None = None) -> tuple[Path, DatasetSurvey]:
    """Write the configuration, NAME.toml if no path is given; it trains as it is. Raises BadConfig or BadFile."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "data"
    path = path or Path(f"{name}.toml")
    if path.exists():
        raise BadConfig(f"{path} is there already.", "Give another file by --out, or remove it.")
    dataset = survey_dataset(folder)
    write_atomically(path, _template(folder, name, dataset).encode())
    read_config(path)
    return path, dataset


def _template(folder: Path, name: str, survey: DatasetSurvey) -> str:
    size, train, val = (
        template_size(survey.sizes),
        *(len(survey.source.split_items(split)) for split in ("train", "val")),
    )
    held_out = "the data's own" if survey.source.has_splits else "by a hash of the names"
    cut = f"cut = {size.cut} # large frames are seen in pieces of so many rows\n" if size.cut else ""
    return f"""\
# {survey.source.format_name}: {train} pairs for training and {val} held out ({held_out}).
# Run it with: diptych-engine train FILE
data = {_toml_string(str(folder.resolve()))}
out = {_toml_string(f"runs/{name}")}
name = {_toml_string(name)}
title = {_toml_string(name.replace("-", " ").capitalize())}
licence = "Not stated: say what the owners of the pictures allow"
height = {size.height}
width = {size.width}
{cut}views = [ # rows of a frame; a window of the size above is cut from it
  {{ rows = {size.height}, share = 0.7 }},
  {{ rows = {round(size.height * 1.15)}, share = 0.3 }},
]
{DEFAULT_SETTINGS}
{_taxonomy_section(survey)}"""


DEFAULT_SETTINGS = """\
images = 60_000
sampler = "unipc"
cross_guidance = 2.0
batch = 16
optimiser = "muon"
learning_rate = 1e-3
warmup = 6_000
minutes = 10

[mix] # a layout is found in an image long before an image is drawn from a layout
joint = 0.25
layout_given = 0.24
image_given = 0.13
image_unknown = 0.04
layout_unknown = 0.03
regions = 0.31
"""
"""The settings that the packs of the project were trained with."""


STREETS_LINE = "streets = true # captions tell of them, of the time of day and of the sky"
OPENERS_LINE = 'openers = ["a picture", "a photo", "an image", ""] # how captions begin'


def _taxonomy_section(survey: DatasetSurvey) -> str:
    captions_note = (
        f"{survey.captioned_pairs} pairs have captions of their own, used in half of the cases"
        if survey.captioned_pairs
        else "none"
    )
    mirror = "".join(f"  [{_toml_string(left)}, {_toml_string(right)}],\n" for left, right in survey.taxonomy.mirror)
    return f"""\
# Captions are made from the classes' names and synonyms. Captions that came with the data: {captions_note}.
[taxonomy]
{STREETS_LINE if survey.taxonomy.streets else OPENERS_LINE}
mirror = [ # pairs of classes that change places in a mirrored picture: ["left eye", "right eye"]
{mirror}]
# Classes in the order of their ids: {survey.classes_origin}. After each its share of
# the pixels of {survey.surveyed_pairs} pairs.
# Where it helps: plural = "people", mass = true (for what is not counted, such as sky).
classes = [
{_class_lines(survey)}]
"""


def _class_lines(survey: DatasetSurvey) -> str:
    lines = []
    for words, share in zip(survey.taxonomy.classes, survey.shares, strict=True):
        entries = [f"name = {_toml_string(words.name)}", f"colour = {_toml_string(words.colour)}"]
        if words.plural and words.plural != regular_plural(words.name):
            entries.append(f"plural = {_toml_string(words.plural)}")
        entries += ["mass = true"] if words.mass else []
        entries += [f"hotkey = {_toml_string(words.hotkey)}"] if words.hotkey else []
        entries.append(f"synonyms = [{', '.join(map(_toml_string, words.synonyms))}]")
        lines.append(f"  {{ {', '.join(entries)} }}, # {100 * share:.2g} %\n")
    return "".join(lines)


def _toml_string(text: str) -> str:
    """Text as a basic string of TOML, whose escapes are JSON's."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
