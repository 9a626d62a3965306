"""CamVid: frames and NAME_L.png in colours with label_colors.txt; or train/ with train_labels/ and class_dict.csv."""

from __future__ import annotations

from pathlib import Path

from engine.data.pairs import image_files, join_halves
from engine.data.raw_layout import RawLayout, read_bytes, read_raw_layout
from engine.data.readers.dataset_source import DatasetSource, classes_from_names, hex_colour
from engine.interface.errors import BadFile

VOID_NAME = "void"
FRAME_FOLDERS, LABEL_FOLDERS = ("701_StillsRaw_full", "images"), ("LabeledApproved_full", "labels")
Colour = tuple[int, int, int]


def detect_dataset(folder: Path) -> DatasetSource | None:
    """CamVid, where black is void, and so is the class of that name; None without a colour table or pairs."""
    colour_table = next(
        (path for path in (folder / "label_colors.txt", folder / "class_dict.csv") if path.is_file()), None
    )
    if colour_table is None:
        return None
    classes = _read_colour_table(colour_table)
    unknown_colours = ((0, 0, 0), *(colour for name, colour in classes if name.lower() == VOID_NAME))
    real = [(name, colour) for name, colour in classes if name.lower() != VOID_NAME]

    def read_layout(path: Path) -> RawLayout:
        raw = read_raw_layout(path)
        if raw.palette is not None:  # colours saved with a palette are in any order
            raw = RawLayout(raw.palette[raw.pixels], raw.file_name)
        return RawLayout(raw.pixels, raw.file_name, None, raw.lossy, unknown_colours)

    splits = {
        split: join_halves(image_files(frames), _label_files(labels), None, read_layout)
        for split, (frames, labels) in _half_folders(folder).items()
    }
    if not any(splits.values()):
        return None
    return DatasetSource(
        "CamVid", splits, classes_from_names([name for name, _ in real], [hex_colour(colour) for _, colour in real])
    )


def _half_folders(folder: Path) -> dict[str, tuple[Path, Path]]:
    """The folders of frames and labels by split."""
    parts = {split: (folder / split, folder / f"{split}_labels") for split in ("train", "val")}
    split_halves = {split: halves for split, halves in parts.items() if halves[1].is_dir()}
    frames = next((folder / name for name in FRAME_FOLDERS if (folder / name).is_dir()), None)
    labels = next((folder / name for name in LABEL_FOLDERS if (folder / name).is_dir()), None)
    return split_halves or ({"": (frames, labels)} if frames and labels else {})


def _label_files(folder: Path) -> dict[str, Path]:
    """The label files of a folder by the names of their frames."""
    return {name.removesuffix("_L"): path for name, path in image_files(folder).items()}


def _read_colour_table(path: Path) -> list[tuple[str, Colour]]:
    """Names and colours of classes: “R G B NAME” in each line, or name,r,g,b under a heading."""
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
