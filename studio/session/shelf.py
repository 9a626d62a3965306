"""The results on disk: nothing here is ever changed, only added and, in the end, taken away.

A result is three PNG files and a JSON file, which is written last: what has no JSON is not there. Names begin
with the time, so the order of names is that of making, and two studios can fill one shelf.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from engine.errors import BadFile
from engine.protocol import ClassInfo, PackInfo, Pixels
from engine.raster import colourise, encode_image, encode_layout, fit_image, fit_layout, read_image
from studio.session.disk import remove, write_whole
from studio.session.recipe import Recipe, digest, read_recipe

MOST = 1000
MOST_BYTES = 2**30
TIME = "%Y%m%d-%H%M%S-%f"
"""How a result's name begins, in UTC."""
STEM = 29
"""Characters of a name that all files of one result share."""
THUMB = 160
"""The longer side of a thumbnail, in pixels."""
INSET = 0.36
"""The share of a thumbnail's side that the layout takes, in its lower left corner."""
LEFT_OVER = 3600.0
"""Seconds after which pictures without a JSON file belong to a studio that was killed while it wrote."""
JSON, DELETED, FAVOURITE = ".json", ".deleted", ".favourite"
PICTURES = ("-image.png", "-layout.png", "-thumb.png")


@dataclass(frozen=True)
class Entry:
    """A result on the shelf, without its content."""

    stem: str
    nbytes: int
    favourite: bool = False

    @property
    def made(self) -> datetime:
        """When it was made, in local time."""
        return datetime.strptime(self.stem[:22], TIME).replace(tzinfo=UTC).astimezone()


class Shelf:
    """The folder of one pack's results. Every method touches the disk and may run in a thread, one at a time."""

    def __init__(self, folder: Path, info: PackInfo, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self._info = folder, info
        self._most, self._most_bytes = most, most_bytes

    def entries(self) -> list[Entry]:
        """What is here, the newest first; removes for good what was deleted or never finished."""
        try:
            files = {file.name: file.stat() for file in os.scandir(self.folder)}
        except OSError:
            return []
        stems = sorted((name.removesuffix(JSON) for name in files if name.endswith(JSON)), reverse=True)
        known = set(stems)
        for name, stat in files.items():
            stem = name.split(".")[0][:STEM]
            if stem not in known and (name.endswith(DELETED) or time.time() - stat.st_mtime > LEFT_OVER):
                for path in self._paths(stem, DELETED) if name.endswith(DELETED) else (self.folder / name,):
                    remove(path)
        return [
            Entry(
                stem,
                sum(files[stem + end].st_size for end in (JSON, *PICTURES) if stem + end in files),
                stem + FAVOURITE in files,
            )
            for stem in stems
        ]

    def add(self, recipe: Recipe, image: Pixels) -> Entry:
        """Put a result on the shelf: RGB [H, W, 3] and how it was made. Raises BadFile."""
        stem = f"{datetime.fromtimestamp(recipe.made, UTC):{TIME}}-{uuid.uuid4().hex[:6]}"
        layout, note, classes = recipe.layout(), recipe.text(), self._info.classes
        files = (
            (PICTURES[0], encode_image(image, note)),
            (PICTURES[1], encode_layout(layout, classes, note)),
            (PICTURES[2], encode_image(thumbnail(image, layout, classes))),
            (JSON, note.encode()),
        )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for end, data in files:
                write_whole(self.folder / (stem + end), data)
        except OSError as error:
            raise BadFile(
                f"The result cannot be kept in {self.folder} ({error.strerror}).", "Make room there."
            ) from error
        return Entry(stem, sum(len(data) for _, data in files))

    def read(self, entry: Entry) -> tuple[Recipe, Pixels]:
        """A result's recipe and its image [H, W, 3]. Raises BadFile."""
        file = self.folder / (entry.stem + JSON)
        try:
            text = file.read_bytes()
        except OSError as error:
            raise BadFile(f"{file} cannot be read ({error.strerror}).", "The result is not there any more.") from error
        recipe = read_recipe(text, self._info, file.name)
        image = read_image(self.image(entry))
        if image.shape[:2] != (recipe.place.height, recipe.place.width) or digest(image) != recipe.image:
            raise BadFile(f"{self.image(entry)} is not the image of its result.", "It was changed by someone else.")
        return recipe, image

    def image(self, entry: Entry) -> Path:
        return self.folder / (entry.stem + PICTURES[0])

    def layout(self, entry: Entry) -> Path:
        return self.folder / (entry.stem + PICTURES[1])

    def thumb(self, entry: Entry) -> Path:
        return self.folder / (entry.stem + PICTURES[2])

    def mark(self, entry: Entry, favourite: bool) -> Entry:
        """Make a result a favourite, which is never taken away to make room, or no more one. Raises BadFile."""
        file = self.folder / (entry.stem + FAVOURITE)
        try:
            file.touch() if favourite else file.unlink(missing_ok=True)
        except OSError as error:
            raise BadFile(f"{file} cannot be written ({error.strerror}).", "Make room there.") from error
        return replace(entry, favourite=favourite)

    def delete(self, entry: Entry) -> None:
        """Take a result away; until `entries` is asked again it can be put back. Raises BadFile."""
        self._rename(entry, JSON, DELETED)

    def put_back(self, entry: Entry) -> None:
        """Undo `delete`. Raises BadFile."""
        self._rename(entry, DELETED, JSON)

    def make_room(self, entries: Sequence[Entry]) -> list[Entry]:
        """Remove the oldest results, but no favourites, until those left keep to the limits; returns the removed."""
        count, held = len(entries), sum(entry.nbytes for entry in entries)
        removed = []
        for entry in reversed(entries):
            if count <= self._most and held <= self._most_bytes:
                break
            if not entry.favourite:
                for path in self._paths(entry.stem, JSON):
                    remove(path)
                removed.append(entry)
                count, held = count - 1, held - entry.nbytes
        return removed

    def _paths(self, stem: str, head: str) -> list[Path]:
        """The files of a result, the one that makes it one first."""
        return [self.folder / (stem + end) for end in (head, *PICTURES, FAVOURITE)]

    def _rename(self, entry: Entry, old: str, new: str) -> None:
        try:
            (self.folder / (entry.stem + old)).replace(self.folder / (entry.stem + new))
        except OSError as error:
            raise BadFile(
                f"{self.folder / entry.stem} cannot be changed ({error.strerror}).", "Look whether it is still there."
            ) from error


def thumbnail(image: Pixels, layout: Pixels, classes: Sequence[ClassInfo]) -> Pixels:
    """RGB: the image [H, W, 3], and in its corner the layout [H, W] as colours in a light frame."""
    scale = THUMB / max(layout.shape)
    height, width = (max(8, round(side * scale)) for side in layout.shape)
    shown = fit_image(image, height, width).pixels.copy()
    small = fit_layout(layout, round(height * INSET), round(width * INSET)).pixels
    framed = np.pad(colourise(small, classes), ((1, 1), (1, 1), (0, 0)), constant_values=235)
    shown[height - framed.shape[0] - 3 : height - 3, 3 : 3 + framed.shape[1]] = framed
    return shown
