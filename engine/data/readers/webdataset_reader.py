"""WebDataset: tar files in which the files of a pair have one name: KEY.jpg, KEY.layout.png, KEY.txt or KEY.json."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path

from engine.data.pairs import IMAGE_SUFFIXES, DatasetItem
from engine.data.raw_layout import RawLayout, decode_raw_layout
from engine.data.readers.dataset_source import DatasetSource, captions_in, read_classes_json
from engine.data.readers.huggingface_reader import LAYOUT_KEYS, split_of_path
from engine.interface.bounded_decoding import DOCUMENT, decode_json
from engine.interface.errors import BadFile, MalformedData
from engine.interface.picture_decoding import MAX_PICTURE_BYTES
from engine.interface.protocol import Pixels
from engine.interface.raster import decode_image

IMAGE_ENDINGS = (*(suffix.removeprefix(".") for suffix in IMAGE_SUFFIXES), "image.jpg", "image.png")


@dataclass(frozen=True)
class _TarMember:
    """The place of one file in a shard."""

    path: Path
    name: str
    start: int
    size: int

    def read(self) -> bytes:
        """The file's bytes. Raises BadFile."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.start)
                data = file.read(min(self.size, MAX_PICTURE_BYTES))
        except OSError as error:
            raise BadFile(f"{self.path} cannot be read ({error.strerror}).", "Check the disk.") from error
        if len(data) < self.size:
            raise BadFile(f"{self.path} ends inside of {self.name}.", "Copy the shard again.")
        return data


@dataclass(frozen=True)
class _TarSample:
    """The files of one key, by the endings of their names after the first full stop."""

    path: Path
    key: str
    files: dict[str, _TarMember]

    def load_image(self) -> Pixels:
        """RGB [H, W, 3]. Raises BadFile."""
        member = self._first_member(IMAGE_ENDINGS, "image")
        return decode_image(member.read(), f"{member.name} in {self.path}")

    def load_layout(self) -> RawLayout:
        """The layout as it stands. Raises BadFile."""
        member = self._first_member((*(f"{name}.png" for name in LAYOUT_KEYS), "seg.png", "cls.png"), "layout")
        return decode_raw_layout(member.read(), f"{member.name} in {self.path}")

    def captions(self) -> tuple[str, ...]:
        """The captions in a text or JSON file of the sample. Raises BadFile."""
        for ending in ("txt", "caption.txt", "text"):
            if ending in self.files:
                return captions_in({"text": self.files[ending].read().decode("utf-8", "replace").strip()})
        if "json" not in self.files:
            return ()
        try:
            return captions_in(decode_json(self.files["json"].read(), dict[str, object], DOCUMENT))
        except MalformedData as error:
            raise BadFile(
                f"{self.key}.json in {self.path} is no record: {error.reason}", "Repair the shard."
            ) from error

    def _first_member(self, endings: tuple[str, ...], what: str) -> _TarMember:
        for ending in endings:
            if ending in self.files:
                return self.files[ending]
        raise BadFile(f"{self.key} in {self.path} has no {what}.", "Add the other half, or remove this one.")


def detect_dataset(folder: Path) -> DatasetSource | None:
    """WebDataset: *.tar in the folder or one within; a shard's name begins with its split."""
    paths = sorted(folder.glob("*.tar")) or sorted(folder.glob("*/*.tar"))
    if not paths:
        return None
    splits: dict[str, list[DatasetItem]] = {}
    for path in paths:
        splits.setdefault(split_of_path(path), []).extend(_shard_items(path))
    classes, mirror = read_classes_json(folder / "classes.json")
    return DatasetSource("WebDataset", splits, classes, mirror)


def _shard_items(path: Path) -> list[DatasetItem]:
    samples: dict[str, dict[str, _TarMember]] = {}
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                folder, _, base = member.name.rpartition("/")
                key, _, ending = base.partition(".")
                if member.isfile() and key:
                    tar_member = _TarMember(path, member.name, member.offset_data, member.size)
                    samples.setdefault(f"{folder}/{key}".strip("/"), {})[ending.lower()] = tar_member
    except (tarfile.TarError, OSError) as error:
        raise BadFile(f"{path} is no shard ({error}).", "Give uncompressed tar files.") from error
    tar_samples = (_TarSample(path, key, files) for key, files in samples.items())
    return [
        DatasetItem(sample.key, sample.load_image, sample.load_layout, sample.captions()) for sample in tar_samples
    ]
