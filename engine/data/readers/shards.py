"""WebDataset: tar files in which the files of a pair have one name: KEY.jpg, KEY.layout.png, KEY.txt or KEY.json."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.data.drawn import Drawn, decode_drawn
from engine.data.pairs import Item
from engine.data.readers.records import LAYOUTS, split_of
from engine.data.readers.source import Source, read_classes, told_in
from engine.errors import BadFile
from engine.protocol import Pixels
from engine.raster import decode_image

IMAGES = ("jpg", "jpeg", "png", "webp", "image.jpg", "image.png")


@dataclass(frozen=True)
class _Member:
    """The bytes of one file in a shard."""

    path: Path
    name: str
    start: int
    size: int

    def read(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(self.start)
                data = file.read(self.size)
        except OSError as error:
            raise BadFile(f"{self.path} cannot be read ({error.strerror}).", "Check the disk.") from error
        if len(data) < self.size:
            raise BadFile(f"{self.path} ends inside of {self.name}.", "Copy the shard again.")
        return data


@dataclass(frozen=True)
class _Sample:
    """The files of one key by what follows its first full stop."""

    path: Path
    key: str
    files: dict[str, _Member]

    def image(self) -> Pixels:
        member = self._one(IMAGES, "image")
        return decode_image(member.read(), f"{member.name} in {self.path}")

    def layout(self) -> Drawn:
        member = self._one((*(f"{name}.png" for name in LAYOUTS), "seg.png", "cls.png"), "layout")
        return decode_drawn(member.read(), f"{member.name} in {self.path}")

    def captions(self) -> tuple[str, ...]:
        for ending in ("txt", "caption.txt", "text"):
            if ending in self.files:
                return told_in({"text": self.files[ending].read().decode("utf-8", "replace").strip()})
        if "json" not in self.files:
            return ()
        try:
            return told_in(msgspec.json.decode(self.files["json"].read(), type=dict[str, object]))
        except msgspec.MsgspecError as error:
            raise BadFile(f"{self.key}.json in {self.path} is no record: {error}", "Mend the shard.") from error

    def _one(self, endings: tuple[str, ...], what: str) -> _Member:
        for ending in endings:
            if ending in self.files:
                return self.files[ending]
        raise BadFile(f"{self.key} in {self.path} has no {what}.", "Add the other half, or remove this one.")


def find(folder: Path) -> Source | None:
    """*.tar in the folder or its splits; a shard's name begins with its split."""
    paths = sorted(folder.glob("*.tar")) or sorted(folder.glob("*/*.tar"))
    if not paths:
        return None
    splits: dict[str, list[Item]] = {}
    for path in paths:
        splits.setdefault(split_of(path), []).extend(_items(path))
    classes, mirror = read_classes(folder / "classes.json")
    return Source("WebDataset", splits, classes, mirror)


def _items(path: Path) -> list[Item]:
    samples: dict[str, dict[str, _Member]] = {}
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                folder, _, base = member.name.rpartition("/")
                key, _, ending = base.partition(".")
                if member.isfile() and key:
                    one = _Member(path, member.name, member.offset_data, member.size)
                    samples.setdefault(f"{folder}/{key}".strip("/"), {})[ending.lower()] = one
    except (tarfile.TarError, OSError) as error:
        raise BadFile(f"{path} is no shard ({error}).", "Give tar files that are not compressed.") from error
    found = (_Sample(path, key, files) for key, files in samples.items())
    return [Item(one.key, one.image, one.layout, one.captions()) for one in found]
