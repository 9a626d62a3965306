"""ADE20K, images/{training,validation} with annotations/, and COCO-Stuff, the same with {train,val}2017.

ADE20K's 0 is void and its ids begin at 1; COCO-Stuff's void is 255 and its ids begin at 0.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from engine.data.drawn import Drawn, read_bytes, read_drawn
from engine.data.pairs import join, pictures_in
from engine.data.readers.source import Source, named, read_captions, read_classes, split_folders
from engine.data.taxonomy import ClassWords
from engine.errors import BadFile
from engine.protocol import UNKNOWN

MOST = 254
OBJECTS = ("objectInfo150.txt", "objectInfo.txt")


def find(folder: Path) -> Source | None:
    """Classes from objectInfo150.txt, labels.txt (COCO-Stuff) or classes.json."""
    roots = [folder, folder / "ADEChallengeData2016"]
    root = next((one for one in roots if split_folders(one / "annotations") and split_folders(one / "images")), None)
    if root is None:
        return None
    truths, photos = split_folders(root / "annotations"), split_folders(root / "images")
    stuff = any(path.name.endswith("2017") for path in truths.values())
    classes, mirror = read_classes(folder / "classes.json")
    classes = classes or (_stuff(root / "labels.txt") if stuff else _objects(root))
    told = read_captions(root)
    draw = read_drawn if stuff else partial(_from_one, len(classes) or MOST)
    splits = {
        split: join(pictures_in(photo), pictures_in(truths.get(split, root / "annotations" / photo.name)), told, draw)
        for split, photo in photos.items()
    }
    return Source("COCO-Stuff" if stuff else "ADE20K", splits, classes, mirror)


def _from_one(classes: int, path: Path) -> Drawn:
    return read_drawn(path).through({0: UNKNOWN, 255: UNKNOWN} | {label: label - 1 for label in range(1, classes + 1)})


def _objects(root: Path) -> tuple[ClassWords, ...]:
    """Tab-separated lines that begin with the id and end with NAME, SYNONYM, …"""
    path = next((path for name in OBJECTS if (path := root / name).is_file()), None)
    if path is None:
        return ()
    rows = [line.split("\t") for line in read_bytes(path).decode().splitlines()]
    words = [[word.strip() for word in row[-1].split(",")] for row in rows if row[0].strip().isdigit()]
    return _with_synonyms(words, path)


def _stuff(path: Path) -> tuple[ClassWords, ...]:
    """“ID: NAME” in each line; a file's id is one less, and 0 is unlabeled."""
    if not path.is_file():
        return ()
    rows = [line.split(":") for line in read_bytes(path).decode().splitlines() if ":" in line]
    return _with_synonyms([[row[1].strip()] for row in rows if row[0].strip() != "0"], path)


def _with_synonyms(words: list[list[str]], path: Path) -> tuple[ClassWords, ...]:
    """Classes by their first words; a word that several classes have is told apart by a number."""
    if not all(row and row[0] for row in words):
        raise BadFile(f"{path} has a class without a name.", "Name it.")
    names: list[str] = []
    for first, *_ in words:
        twin = sum(name == first or name.startswith(f"{first} #") for name in names)
        names.append(f"{first} #{twin + 1}" if twin else first)
    return tuple(
        ClassWords(name=one.name, colour=one.colour, synonyms=tuple(row[1:]))
        for one, row in zip(named(names), words, strict=True)
    )
