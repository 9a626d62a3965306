"""Paired folders, Diptych's own form: images/ and layouts/ (index PNG, or colours), captions.jsonl, classes.json."""

from __future__ import annotations

from pathlib import Path

from engine.data.pairs import image_files, join_halves
from engine.data.readers.dataset_source import DatasetSource, read_captions, read_classes_json, split_folders

LAYOUT_FOLDERS = ("layouts", "labels", "masks")


def detect_dataset(folder: Path) -> DatasetSource | None:
    """`{train,val}/{images,layouts}`, `{images,layouts}/{train,val}`, or both folders without a split."""
    halves = _half_folders(folder)
    if not halves:
        return None
    classes, mirror = read_classes_json(folder / "classes.json")
    splits = {}
    for split, (images, layouts) in halves.items():
        captions = {**read_captions(folder), **read_captions(images.parent), **read_captions(images)}
        splits[split] = join_halves(image_files(images), image_files(layouts), captions)
    return DatasetSource("folders", splits, classes, mirror) if any(splits.values()) else None


def _half_folders(folder: Path) -> dict[str, tuple[Path, Path]]:
    """The folders of images and layouts by split, "" without one."""
    for name in LAYOUT_FOLDERS:
        halves_of_split = {split: (part / "images", part / name) for split, part in split_folders(folder).items()}
        layouts = split_folders(folder / name)
        for split, part in split_folders(folder / "images").items():
            halves_of_split.setdefault(split, (part, layouts.get(split, folder / name / part.name)))
        complete = {
            split: halves for split, halves in halves_of_split.items() if all(half.is_dir() for half in halves)
        }
        if complete:
            return complete
        if (folder / "images").is_dir() and (folder / name).is_dir():
            return {"": (folder / "images", folder / name)}
    return {}
