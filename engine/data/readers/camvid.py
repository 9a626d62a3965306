"""CamVid: frames and NAME_L.png in colours with label_colors.txt; or train/ with train_labels/ and class_dict.csv."""

from __future__ import annotations

from pathlib import Path

from engine.data.drawn import Drawn, read_bytes, read_drawn
from engine.data.pairs import join, pictures_in
from engine.data.readers.source import Source, hex_of, named
from engine.errors import BadFile

VOID = "void"
FRAMES, LABELS = ("701_StillsRaw_full", "images"), ("LabeledApproved_full", "labels")
Colour = tuple[int, int, int]


def find(folder: Path) -> Source | None:
    """Black is void, and so is the class of that name."""
    listed = next((one for one in (folder / "label_colors.txt", folder / "class_dict.csv") if one.is_file()), None)
    if listed is None:
        return None
    classes = _colours(listed)
    blank = ((0, 0, 0), *(colour for name, colour in classes if name.lower() == VOID))
    real = [(name, colour) for name, colour in classes if name.lower() != VOID]

    def draw(path: Path) -> Drawn:
        drawn = read_drawn(path)
        if drawn.palette is not None:  # programs that save colours with a palette order it as they like
            drawn = Drawn(drawn.palette[drawn.pixels], drawn.place)
        return Drawn(drawn.pixels, drawn.place, None, drawn.lossy, blank)

    splits = {
        split: join(pictures_in(frames), _labels(labels), None, draw)
        for split, (frames, labels) in _halves(folder).items()
    }
    if not any(splits.values()):
        return None
    return Source("CamVid", splits, named([name for name, _ in real], [hex_of(colour) for _, colour in real]))


def _halves(folder: Path) -> dict[str, tuple[Path, Path]]:
    parts = {split: (folder / split, folder / f"{split}_labels") for split in ("train", "val")}
    there = {split: halves for split, halves in parts.items() if halves[1].is_dir()}
    frames = next((folder / name for name in FRAMES if (folder / name).is_dir()), None)
    labels = next((folder / name for name in LABELS if (folder / name).is_dir()), None)
    return there or ({"": (frames, labels)} if frames and labels else {})


def _labels(folder: Path) -> dict[str, Path]:
    return {name.removesuffix("_L"): path for name, path in pictures_in(folder).items()}


def _colours(path: Path) -> list[tuple[str, Colour]]:
    """“R G B NAME” in each line, or name,r,g,b under a heading."""
    lines = [line for line in read_bytes(path).decode("utf-8-sig").splitlines() if line.strip()]
    try:
        if path.suffix == ".csv":
            rows = [line.split(",") for line in lines[1:]]
            return [(name.strip(), (int(red), int(green), int(blue))) for name, red, green, blue in rows]
        fields = [line.split(maxsplit=3) for line in lines]
        return [(name.strip(), (int(red), int(green), int(blue))) for red, green, blue, name in fields]
    except ValueError as error:
        raise BadFile(
            f"{path} cannot be read: {error}", "Write the colour and the name of a class in each line."
        ) from error
