"""The results on disk. Files are only added and, in the end, removed; none is ever changed.

A result is three PNG files and a JSON file, which is written last: a result without JSON does not exist. Names start
with the time, so they sort by time, and two studios can share a folder.
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

from engine.interface.atomic_files import remove_if_possible, replace_file
from engine.interface.errors import BadFile
from engine.interface.protocol import ClassInfo, PackInfo, Pixels
from engine.interface.raster import colourise, encode_image, encode_layout, fit_image, fit_layout, read_image
from studio.session.persistence.provenance import Provenance, image_digest, read_provenance

MAX_RESULTS = 1000
MAX_RESULT_BYTES = 2**30
TIME_FORMAT = "%Y%m%d-%H%M%S-%f"
"""The format of the time, in UTC, with which the names of a result's files start."""
STEM_LENGTH = 29
"""The number of characters that the names of all files of a result have in common."""
THUMBNAIL_SIDE = 160
"""The longer side of a thumbnail, in pixels."""
LAYOUT_INSET_SHARE = 0.36
"""The share of a thumbnail's side that the layout takes, in its lower left corner."""
LEFTOVER_SECONDS = 3600.0
"""Seconds after which pictures without a JSON file belong to a studio that was killed while it wrote."""
JSON_SUFFIX, DELETED_SUFFIX, FAVOURITE_SUFFIX = ".json", ".deleted", ".favourite"
PICTURE_SUFFIXES = ("-image.png", "-layout.png", "-thumb.png")


@dataclass(frozen=True)
class ResultEntry:
    """A stored result without its pixels."""

    stem: str
    nbytes: int
    favourite: bool = False

    @property
    def made_at(self) -> datetime:
        """When the result was generated, in local time."""
        return datetime.strptime(self.stem[:22], TIME_FORMAT).replace(tzinfo=UTC).astimezone()


class ResultStore:
    """The folder of one pack's results. Every method touches the disk and may run in a thread, one at a time."""

    def __init__(
        self, folder: Path, info: PackInfo, max_results: int = MAX_RESULTS, max_bytes: int = MAX_RESULT_BYTES
    ) -> None:
        self.folder, self._info = folder, info
        self._max_results, self._max_bytes = max_results, max_bytes

    def entries(self) -> list[ResultEntry]:
        """All results, newest first. Removes the files of deleted and unfinished ones."""
        try:
            files = {file.name: file.stat() for file in os.scandir(self.folder)}
        except OSError:
            return []
        stems = sorted((name.removesuffix(JSON_SUFFIX) for name in files if name.endswith(JSON_SUFFIX)), reverse=True)
        stems_with_json = set(stems)
        for name, stat in files.items():
            stem = name.split(".")[0][:STEM_LENGTH]
            if stem not in stems_with_json and (
                name.endswith(DELETED_SUFFIX) or time.time() - stat.st_mtime > LEFTOVER_SECONDS
            ):
                for path in (
                    self._result_paths(stem, DELETED_SUFFIX)
                    if name.endswith(DELETED_SUFFIX)
                    else (self.folder / name,)
                ):
                    remove_if_possible(path)
        return [
            ResultEntry(
                stem,
                sum(
                    files[stem + suffix].st_size
                    for suffix in (JSON_SUFFIX, *PICTURE_SUFFIXES)
                    if stem + suffix in files
                ),
                stem + FAVOURITE_SUFFIX in files,
            )
            for stem in stems
        ]

    def add(self, provenance: Provenance, image: Pixels) -> ResultEntry:
        """Store a result: RGB [H, W, 3] and its provenance. Raises BadFile."""
        stem = f"{datetime.fromtimestamp(provenance.made, UTC):{TIME_FORMAT}}-{uuid.uuid4().hex[:6]}"
        layout, note, classes = provenance.layout(), provenance.to_json(), self._info.classes
        files = (
            (PICTURE_SUFFIXES[0], encode_image(image, note)),
            (PICTURE_SUFFIXES[1], encode_layout(layout, classes, note)),
            (PICTURE_SUFFIXES[2], encode_image(make_thumbnail(image, layout, classes))),
            (JSON_SUFFIX, note.encode()),
        )
        try:
            for suffix, data in files:
                replace_file(self.folder / (stem + suffix), data)
        except OSError as error:
            raise BadFile(
                f"The result cannot be kept in {self.folder} ({error.strerror}).", "Make room there."
            ) from error
        return ResultEntry(stem, sum(len(data) for _, data in files))

    def read(self, entry: ResultEntry) -> tuple[Provenance, Pixels]:
        """Read a result's provenance and its image [H, W, 3]. Raises BadFile."""
        file = self.folder / (entry.stem + JSON_SUFFIX)
        try:
            text = file.read_bytes()
        except OSError as error:
            raise BadFile(f"{file} cannot be read ({error.strerror}).", "The result is not there any more.") from error
        provenance = read_provenance(text, self._info, file.name)
        image = read_image(self.image_path(entry))
        if (
            image.shape[:2] != (provenance.frame_box.height, provenance.frame_box.width)
            or image_digest(image) != provenance.image
        ):
            raise BadFile(
                f"{self.image_path(entry)} is not the image of its result.", "It was changed by someone else."
            )
        return provenance, image

    def image_path(self, entry: ResultEntry) -> Path:
        return self.folder / (entry.stem + PICTURE_SUFFIXES[0])

    def layout_path(self, entry: ResultEntry) -> Path:
        return self.folder / (entry.stem + PICTURE_SUFFIXES[1])

    def thumbnail_path(self, entry: ResultEntry) -> Path:
        return self.folder / (entry.stem + PICTURE_SUFFIXES[2])

    def set_favourite(self, entry: ResultEntry, favourite: bool) -> ResultEntry:
        """Make a result a favourite, which is never taken away to make room, or no more one. Raises BadFile."""
        file = self.folder / (entry.stem + FAVOURITE_SUFFIX)
        try:
            file.touch() if favourite else file.unlink(missing_ok=True)
        except OSError as error:
            raise BadFile(f"{file} cannot be written ({error.strerror}).", "Make room there.") from error
        return replace(entry, favourite=favourite)

    def delete(self, entry: ResultEntry) -> None:
        """Delete a result; `restore` is possible until the next call of `entries`. Raises BadFile."""
        self._rename(entry, JSON_SUFFIX, DELETED_SUFFIX)

    def restore(self, entry: ResultEntry) -> None:
        """Undo `delete`. Raises BadFile."""
        self._rename(entry, DELETED_SUFFIX, JSON_SUFFIX)

    def make_room(self, entries: Sequence[ResultEntry]) -> list[ResultEntry]:
        """Remove the oldest results, but no favourites, until those left keep to the limits; returns the removed."""
        count, held = len(entries), sum(entry.nbytes for entry in entries)
        removed = []
        for entry in reversed(entries):
            if count <= self._max_results and held <= self._max_bytes:
                break
            if not entry.favourite:
                for path in self._result_paths(entry.stem, JSON_SUFFIX):
                    remove_if_possible(path)
                removed.append(entry)
                count, held = count - 1, held - entry.nbytes
        return removed

    def _result_paths(self, stem: str, first_suffix: str) -> list[Path]:
        """The files of a result, its JSON or what that was renamed to first."""
        return [self.folder / (stem + suffix) for suffix in (first_suffix, *PICTURE_SUFFIXES, FAVOURITE_SUFFIX)]

    def _rename(self, entry: ResultEntry, old_suffix: str, new_suffix: str) -> None:
        try:
            (self.folder / (entry.stem + old_suffix)).replace(self.folder / (entry.stem + new_suffix))
        except OSError as error:
            raise BadFile(
                f"{self.folder / entry.stem} cannot be changed ({error.strerror}).", "Look whether it is still there."
            ) from error


def make_thumbnail(image: Pixels, layout: Pixels, classes: Sequence[ClassInfo]) -> Pixels:
    """RGB thumbnail of the image [H, W, 3] with the coloured layout [H, W] in a light frame in its corner."""
    scale = THUMBNAIL_SIDE / max(layout.shape)
    height, width = (max(8, round(side * scale)) for side in layout.shape)
    picture = fit_image(image, height, width).pixels.copy()
    inset = fit_layout(layout, round(height * LAYOUT_INSET_SHARE), round(width * LAYOUT_INSET_SHARE)).pixels
    framed_inset = np.pad(colourise(inset, classes), ((1, 1), (1, 1), (0, 0)), constant_values=235)
    picture[height - framed_inset.shape[0] - 3 : height - 3, 3 : 3 + framed_inset.shape[1]] = framed_inset
    return picture
