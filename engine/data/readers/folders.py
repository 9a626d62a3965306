"""Paired folders, Diptych's own form: images/ and layouts/ (index PNG, or colours), captions.jsonl, classes.json."""

from __future__ import annotations

from pathlib import Path

from engine.data.pairs import join, pictures_in
from engine.data.readers.source import Source, read_captions, read_classes, split_folders

LAYOUTS = ("layouts", "labels", "masks")


def find(folder: Path) -> Source | None:
    """`{train,val}/{images,layouts}`, `{images,layouts}/{train,val}`, or both folders without a split."""
    halves = _halves(folder)
    if not halves:
        return None
    classes, mirror = read_classes(folder / "classes.json")
    splits = {}
    for split, (images, layouts) in halves.items():
        told = {**read_captions(folder), **read_captions(images.parent), **read_captions(images)}
        splits[split] = join(pictures_in(images), pictures_in(layouts), told)
    return Source("folders", splits, classes, mirror) if any(splits.values()) else None


def _halves(folder: Path) -> dict[str, tuple[Path, Path]]:
    """The folders of images and layouts by split."""
    found = {}
    for name in LAYOUTS:
        for split, part in split_folders(folder).items():
            found[split] = (part / "images", part / name)
        layouts = split_folders(folder / name)
        for split, part in split_folders(folder / "images").items():
            found.setdefault(split, (part, layouts.get(split, folder / name / part.name)))
        there = {split: halves for split, halves in found.items() if all(half.is_dir() for half in halves)}
        if there:
            return there
        if (folder / "images").is_dir() and (folder / name).is_dir():
            return {"": (folder / "images", folder / name)}
        found = {}
    return {}
