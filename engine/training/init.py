"""A first configuration for a data set of any form, from a look at it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from engine.data.drawn import FAR, Drawn, colour_keys
from engine.data.pairs import Item, Tally, read_pair
from engine.data.readers.source import Source, named
from engine.data.sources import open_source
from engine.data.taxonomy import ClassWords, Reading, Taxonomy, plural_of, reading
from engine.errors import BadConfig, BadFile
from engine.files import write_whole
from engine.protocol import UNKNOWN, Pixels
from engine.training.config import read_config

LOOKED_AT = 400
"""How many pairs are looked at where the data name their classes; else all are."""
SIDE = 64
CUT = 256
TILES = 1.5
"""Frames whose sides differ by more than this factor are pieces of something larger, to be seen at one scale."""
MOST_COLOURS = 254
NEAR = FAR / 2
SHARE = 1e-3
"""A colour of lossy pictures is a class's from this share of the flat pixels."""


class Look(NamedTuple):
    """What one pair says: its size, its ids or colours with their counts, and the colours of the ids by a palette."""

    size: tuple[int, int]
    counts: dict[int, int]
    palette: dict[int, int] | None = None
    in_colour: bool = False
    lossy: bool = False

    def coloured(self) -> Look:
        """The same by the colours of its ids."""
        palette = self.palette or {}
        return self._replace(counts={palette[i]: count for i, count in self.counts.items()}, in_colour=True)


class Plan(NamedTuple):
    """What the template says of sizes."""

    height: int
    width: int
    cut: int


@dataclass(frozen=True)
class Survey:
    """A data set after a look: its classes, the share of pixels of each, and its frames' sizes."""

    source: Source
    taxonomy: Taxonomy
    shares: Sequence[float]
    sizes: Sequence[tuple[int, int]]
    looked_at: int
    note: str

    @property
    def captions(self) -> int:
        """How many pairs came with captions."""
        return sum(bool(item.captions) for split in ("train", "val") for item in self.source.items(split))


def survey(folder: Path) -> Survey:
    """Look at a data set. Raises BadFile if it has no known form, too many bad pairs, or fewer than two classes."""
    source = open_source(folder)
    items = [item for split in ("train", "val") for item in source.items(split)]
    if len(source.items("train")) < 2 or not source.items("val"):
        raise BadFile(f"{folder} has {len(items)} pairs, which are too few to hold some out.", "Give 20 at least.")
    some = items
    if source.classes and len(items) > LOOKED_AT:
        some = [items[i] for i in np.linspace(0, len(items) - 1, LOOKED_AT).astype(int)]
    if source.classes:
        taxonomy, note = (
            Taxonomy(classes=source.classes, mirror=source.mirror, streets=source.streets),
            "named by the data",
        )
        how = reading(taxonomy)
        looks = [look for look in Tally(len(some)).mapped(partial(_read, how), some) if look is not None]
    else:
        looks = [look for look in Tally(len(some)).mapped(_look, some) if look is not None]
        found, note = _classes(looks)
        taxonomy = Taxonomy(classes=found)
        if any(look.in_colour for look in looks):
            how = reading(taxonomy)
            looks = [look for look in Tally(len(some)).mapped(partial(_read, how), some) if look is not None]
    reading(taxonomy)
    total = Counter[int]()
    for look in looks:
        total.update(look.counts)
    shares = [total[index] / max(1, total.total()) for index in range(len(taxonomy.classes))]
    return Survey(source, taxonomy, shares, [look.size for look in looks], len(looks), note)


def _read(how: Reading, item: Item) -> Look:
    """A pair as its classes tell it."""
    layout = read_pair(item, how).layout
    return Look(_size(layout), _counted(layout))


def _look(item: Item) -> Look:
    """A pair whose classes nobody has told yet."""
    drawn, image = item.layout(), item.image()
    if image.shape[:2] != drawn.pixels.shape[:2]:
        raise BadFile(f"{drawn.place} and its image have different sizes.", "Both halves need one size.")
    if drawn.pixels.ndim == 2:
        counts = _counted(drawn.pixels)
        palette = None if drawn.palette is None else colour_keys(drawn.palette).tolist()
        whole = palette is not None and all(index < len(palette) for index in counts)
        return Look(_size(drawn.pixels), counts, {i: palette[i] for i in counts} if palette and whole else None)
    return Look(_size(drawn.pixels), _colours(drawn), None, True, drawn.lossy)


def _size(pixels: Pixels) -> tuple[int, int]:
    return pixels.shape[0], pixels.shape[1]


def _counted(ids: Pixels) -> dict[int, int]:
    found, counts = np.unique(ids[ids != UNKNOWN], return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _colours(drawn: Drawn) -> dict[int, int]:
    """Colours with their counts; of a lossy picture only where it is flat. Raises BadFile for a photograph."""
    pixels = drawn.pixels
    if drawn.lossy:
        across = np.abs(np.diff(pixels.astype(np.int16), axis=1)).max(-1)[:-1] <= 2
        pixels = pixels[:-1, :-1][across & (np.abs(np.diff(pixels.astype(np.int16), axis=0)).max(-1)[:, :-1] <= 2)]
    keys, counts = np.unique(colour_keys(pixels.reshape(-1, 3)), return_counts=True)
    if not drawn.lossy and len(keys) > MOST_COLOURS:
        raise BadFile(f"{drawn.place} has {len(keys)} colours.", "Layouts have one colour for each class.")
    return dict(zip(keys.tolist(), counts.tolist(), strict=True))


def _classes(looks: Sequence[Look]) -> tuple[tuple[ClassWords, ...], str]:
    """Classes from what all layouts hold. Raises BadFile if that is not one kind of thing, or too little."""
    if not looks:
        raise BadFile("No pair could be read.", "See the reasons above.")
    if len({look.in_colour for look in looks}) > 1:
        raise BadFile("Some layouts hold ids and others colours.", "Make all of one kind.")
    colours_of = _palette(looks)
    if colours_of and max(map(len, colours_of.values())) > 1:  # each program orders its palette as it likes
        looks = [look.coloured() for look in looks]
    total = Counter[int]()
    for look in looks:
        total.update(look.counts)
    if looks[0].in_colour:
        lossy = any(look.lossy for look in looks)
        colours = sorted(_merged(total)) if lossy else sorted(total)
        if not 2 <= len(colours) <= MOST_COLOURS:
            raise BadFile(f"The layouts have {len(colours)} colours.", "Each class needs a colour, 2 to 254 of them.")
        hexes = [f"#{colour:06x}" for colour in colours]
        return _nameless(hexes), "a class for each colour; if one means unknown, make it black and remove its line"
    count = max(total, default=-1) + 1
    if count < 2:
        raise BadFile(
            f"The layouts hold the ids {sorted(total)} and {UNKNOWN} for unknown.", "Give 2 classes at least."
        )
    told = [f"#{min(colours_of[index]):06x}" if index in colours_of else "" for index in range(count)]
    if len({colour for colour in told if colour}) < len([colour for colour in told if colour]):
        told = [""] * count
    return _nameless(told), f"ids as they stand in the files; {UNKNOWN} is unknown"


def _nameless(colours: Sequence[str]) -> tuple[ClassWords, ...]:
    return named([f"class_{index}" for index in range(len(colours))], colours)


def _palette(looks: Sequence[Look]) -> dict[int, set[int]]:
    """The colours that the files' palettes give each id; nothing if some files have none."""
    found: dict[int, set[int]] = {}
    for look in looks:
        if look.palette is None:
            return {}
        for index, colour in look.palette.items():
            found.setdefault(index, set()).add(colour)
    return found


def _merged(counts: Counter[int]) -> list[int]:
    """The commonest of colours that are near each other, of those that are not rare."""
    kept: list[tuple[int, np.ndarray, int]] = []
    for key, count in counts.most_common(20_000):
        colour = np.array([key >> 16, key >> 8 & 255, key & 255], np.float64)
        near = next((i for i, one in enumerate(kept) if np.linalg.norm(one[1] - colour) < NEAR), None)
        if near is None:
            kept.append((key, colour, count))
        else:
            kept[near] = (*kept[near][:2], kept[near][2] + count)
    return [key for key, _, count in kept if count >= SHARE * counts.total()]


def plan(sizes: Sequence[tuple[int, int]]) -> Plan:
    """A training size of the frames' usual shape, 64 pixels on the shorter side and multiples of 16.

    Frames of very different sizes are seen in pieces at one scale.
    """
    sides = sorted(min(size) for size in sizes)
    if sides[-1] > TILES * sides[0] and sides[len(sides) // 2] > CUT:
        return Plan(SIDE, SIDE, min(CUT, sides[0]))
    aspect = float(np.clip(np.median([width / height for height, width in sizes]), 1 / 3, 3))
    longer = 16 * max(4, round(SIDE * max(aspect, 1 / aspect) / 16))
    return Plan(SIDE, longer, 0) if aspect >= 1 else Plan(longer, SIDE, 0)


def write_template(folder: Path, path: Path | None = None) -> tuple[Path, Survey]:
    """Write the configuration, NAME.toml if no path is given; it trains as it is. Raises BadConfig or BadFile."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "data"
    path = path or Path(f"{name}.toml")
    if path.exists():
        raise BadConfig(f"{path} is there already.", "Give another file by --out, or remove it.")
    found = survey(folder)
    write_whole(path, _template(folder, name, found).encode())
    read_config(path)
    return path, found


def _template(folder: Path, name: str, found: Survey) -> str:
    size, train, val = plan(found.sizes), *(len(found.source.items(split)) for split in ("train", "val"))
    held_out = "the data's own" if found.source.is_split else "by a hash of the names"
    cut = f"cut = {size.cut} # large frames are seen in pieces of so many rows\n" if size.cut else ""
    return f"""\
# {found.source.form}: {train} pairs for training and {val} held out ({held_out}).
# Run it with: diptych-engine train FILE
data = {_string(str(folder.resolve()))}
out = {_string(f"runs/{name}")}
name = {_string(name)}
title = {_string(name.replace("-", " ").capitalize())}
licence = "Not stated: say what the owners of the pictures allow"
height = {size.height}
width = {size.width}
{cut}views = [ # rows of a frame; a window of the size above is cut from it
  {{ rows = {size.height}, share = 0.7 }},
  {{ rows = {round(size.height * 1.15)}, share = 0.3 }},
]
{USUAL}
{_taxonomy(found)}"""


USUAL = """\
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
"""What has served the packs that come with the project."""


STREETS = "streets = true # captions tell of them, of the time of day and of the sky"
OPENERS = 'openers = ["a picture", "a photo", "an image", ""] # how captions begin'


def _taxonomy(found: Survey) -> str:
    told = (
        f"{found.captions} pairs have captions of their own, used in half of the cases" if found.captions else "none"
    )
    mirror = "".join(f"  [{_string(left)}, {_string(right)}],\n" for left, right in found.taxonomy.mirror)
    return f"""\
# Captions are made from the classes' names and synonyms. Captions that came with the data: {told}.
[taxonomy]
{STREETS if found.taxonomy.streets else OPENERS}
mirror = [ # pairs of classes that change places in a mirrored picture: ["left eye", "right eye"]
{mirror}]
# Classes in the order of their ids: {found.note}. After each its share of the pixels of {found.looked_at} pairs.
# Where it helps: plural = "people", mass = true (for what is not counted, such as sky).
classes = [
{_class_lines(found)}]
"""


def _class_lines(found: Survey) -> str:
    lines = []
    for words, share in zip(found.taxonomy.classes, found.shares, strict=True):
        said = [f"name = {_string(words.name)}", f"colour = {_string(words.colour)}"]
        if words.plural and words.plural != plural_of(words.name):
            said.append(f"plural = {_string(words.plural)}")
        said += ["mass = true"] if words.mass else []
        said += [f"hotkey = {_string(words.hotkey)}"] if words.hotkey else []
        said.append(f"synonyms = [{', '.join(map(_string, words.synonyms))}]")
        lines.append(f"  {{ {', '.join(said)} }}, # {100 * share:.2g} %\n")
    return "".join(lines)


def _string(text: str) -> str:
    """As a basic string of TOML, whose escapes are JSON's."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
