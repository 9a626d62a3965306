"""Small data sets in every form that people have, written as the form has them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from engine.data.readers.celebamask import PARTS
from engine.data.readers.cityscapes import TRAINED
from engine.protocol import UNKNOWN

HEIGHT, WIDTH = 24, 32
COLOURS = ("#804080", "#4682b4", "#00008e", "#6b8e23")
NAMES = ("road", "sky", "car", "tree")
SPLITS = {"train": range(4), "val": range(4, 6)}


def truth(index: int, classes: int = 4) -> np.ndarray:
    """Ids [24, 32] in blocks, all classes in use over a few pictures, a corner unknown."""
    random = np.random.default_rng(index)
    layout = random.integers(0, classes, (3, 4)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    layout[:8, :8] = UNKNOWN
    return layout


def photo(index: int) -> np.ndarray:
    return np.random.default_rng(index + 100).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def in_colours(layout: np.ndarray) -> np.ndarray:
    table = np.zeros((256, 3), np.uint8)
    table[: len(COLOURS)] = [rgb(colour) for colour in COLOURS]
    return table[layout]


def png(path: Path, pixels: np.ndarray, palette: np.ndarray | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png_bytes(pixels, palette))


def png_bytes(pixels: np.ndarray, palette: np.ndarray | None = None) -> bytes:
    picture, data = Image.fromarray(pixels), io.BytesIO()
    if palette is not None:
        picture = picture.convert("L")
        picture.putpalette(palette.astype(np.uint8).tobytes())
    picture.save(data, "PNG")
    return data.getvalue()


def palette() -> np.ndarray:
    return in_colours(np.arange(256))


def write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")


def class_file() -> dict[str, object]:
    classes = [{"id": i, "name": n, "color": c} for i, (n, c) in enumerate(zip(NAMES, COLOURS, strict=True))]
    return {"name": "made", "classes": classes, "unknown": 255, "mirror": [[2, 3]]}


def folders(at: Path) -> None:
    write(at / "classes.json", class_file())
    for split, indices in SPLITS.items():
        lines = []
        for index in indices:
            png(at / split / "images" / f"{index}.png", photo(index))
            png(at / split / "layouts" / f"{index}.png", truth(index), palette())
            lines.append(json.dumps({"name": str(index), "caption": f"caption {index}"}))
        write(at / split / "captions.jsonl", "\n".join(lines))


def colour_folders(at: Path) -> None:
    """images/ and labels/ in RGB without a split, and nothing that says the classes."""
    for index in range(24):
        png(at / "images" / f"{index}.png", photo(index))
        png(at / "labels" / f"{index}.png", in_colours(truth(index)))


def voc(at: Path) -> None:
    root = at / "VOCdevkit" / "VOC2012"
    for split, indices in SPLITS.items():
        write(root / "ImageSets" / "Segmentation" / f"{split}.txt", "".join(f"{index}\n" for index in indices))
        for index in indices:
            png(root / "JPEGImages" / f"{index}.jpg", photo(index))
            png(root / "SegmentationClass" / f"{index}.png", truth(index), palette())
    png(root / "JPEGImages" / "not_segmented.jpg", photo(9))
    colours = [",".join(map(str, rgb(colour))) for colour in COLOURS]
    lines = [f"{name}:{colour}::" for name, colour in zip(NAMES, colours, strict=True)]
    write(root / "labelmap.txt", "\n".join(["# label:color_rgb:parts:actions", *lines]))


def streets(at: Path) -> None:
    """Cityscapes, whose label ids are not the training ids."""
    table = np.full(256, 3, np.uint8)  # out of the region of interest
    table[:19] = TRAINED
    for split, indices in SPLITS.items():
        for index in indices:
            name = f"ulm_{index:06}_000019"
            png(at / "leftImg8bit" / split / "ulm" / f"{name}_leftImg8bit.png", photo(index))
            png(at / "gtFine" / split / "ulm" / f"{name}_gtFine_labelIds.png", table[truth(index, 19)])
            png(at / "gtFine" / split / "ulm" / f"{name}_gtFine_color.png", photo(index))


def ade20k(at: Path) -> None:
    """Ids from 1, 0 is void."""
    for split, indices in (("training", SPLITS["train"]), ("validation", SPLITS["val"])):
        for index in indices:
            png(at / "images" / split / f"ADE_{index}.jpg", photo(index))
            png(at / "annotations" / split / f"ADE_{index}.png", truth(index) + np.uint8(1))
    rows = [f"{i}\t0.1\t1\t1\t0\t{name}, {name} thing" for i, name in enumerate(NAMES, 1)]
    write(at / "objectInfo150.txt", "\n".join(["Idx\tRatio\tTrain\tVal\tStuff\tName", *rows]))


def stuff(at: Path) -> None:
    """COCO-Stuff: ids from 0, 255 is void, names numbered from 1."""
    for split, indices in SPLITS.items():
        for index in indices:
            png(at / "images" / f"{split}2017" / f"{index:012}.jpg", photo(index))
            png(at / "annotations" / f"{split}2017" / f"{index:012}.png", truth(index))
    write(at / "labels.txt", "\n".join(["0: unlabeled", *(f"{i}: {name}" for i, name in enumerate(NAMES, 1))]))


def panoptic(at: Path) -> None:
    """A segment for every block; categories with gaps in their ids."""
    for split, indices in SPLITS.items():
        made: dict[str, list[object]] = {"images": [], "annotations": [], "categories": [], "captions": []}
        for index in indices:
            blocks = np.arange(300, 312).reshape(3, 4).repeat(8, 0).repeat(8, 1)
            blocks[truth(index) == UNKNOWN] = 0
            numbers = np.stack([blocks % 256, blocks // 256, blocks * 0], -1).astype(np.uint8)
            png(at / "annotations" / f"panoptic_{split}2017" / f"{index:012}.png", numbers)
            png(at / f"{split}2017" / f"{index:012}.jpg", photo(index))
            found = {int(number): int(truth(index)[blocks == number][0]) for number in np.unique(blocks) if number}
            segments = [{"id": number, "category_id": 10 * (one + 1)} for number, one in found.items()]
            made["images"].append({"id": index, "file_name": f"{index:012}.jpg", "height": HEIGHT, "width": WIDTH})
            made["annotations"].append({"image_id": index, "file_name": f"{index:012}.png", "segments_info": segments})
            made["captions"].append({"image_id": index, "id": index, "caption": f"caption {index}"})
        made["categories"] = [
            {"id": 10 * (i + 1), "name": name, "color": rgb(colour), "isthing": 0}
            for i, (name, colour) in enumerate(zip(NAMES, COLOURS, strict=True))
        ]
        captions = made.pop("captions")
        write(at / "annotations" / f"panoptic_{split}2017.json", made)
        write(at / "annotations" / f"captions_{split}2017.json", {"annotations": captions})


def faces(at: Path) -> None:
    """Images twice as large as the parts; parts below others are drawn whole, as people did."""
    for index in range(12):
        layout = face(index)
        image = Image.fromarray(photo(index)).resize((2 * WIDTH, 2 * HEIGHT))
        png(at / "CelebA-HQ-img" / f"{index}.jpg", np.asarray(image))
        for place, part in enumerate(PARTS, 1):
            mask = layout == place
            if mask.any():
                mask = mask | (layout > place) if part == "skin" else mask
                png(at / "CelebAMask-HQ-mask-anno" / "0" / f"{index:05}_{part}.png", np.uint8(255) * mask)
        write(at / "celeba-caption" / f"{index}.txt", f"caption {index}\n\nanother\n")


def face(index: int) -> np.ndarray:
    """Ids of faces; what no part covers is background."""
    layout = truth(index, 19)
    layout[layout == UNKNOWN] = 0
    return layout


def camvid(at: Path) -> None:
    """The first form: names end in _L, Void is a class in the list."""
    for index in range(24):
        png(at / "701_StillsRaw_full" / f"Seq05VD_{index}.png", photo(index))
        png(at / "LabeledApproved_full" / f"Seq05VD_{index}_L.png", in_colours(truth(index)))
    lines = [f"{' '.join(map(str, rgb(colour)))}\t\t{name}" for name, colour in zip(NAMES, COLOURS, strict=True)]
    write(at / "label_colors.txt", "\n".join([*lines, "0 0 0\t\tVoid"]))


def camvid_folders(at: Path) -> None:
    """The form in which it is passed on: train/, train_labels/ and a table of colours."""
    for split, indices in SPLITS.items():
        for index in indices:
            png(at / split / f"{index}.png", photo(index))
            png(at / f"{split}_labels" / f"{index}_L.png", in_colours(truth(index)))
    rows = [f"{name},{','.join(map(str, rgb(colour)))}" for name, colour in zip(NAMES, COLOURS, strict=True)]
    write(at / "class_dict.csv", "\n".join(["name,r,g,b", *rows, "Void,0,0,0"]))


def side_by_side(at: Path) -> None:
    """pix2pix: JPEG, photograph on the left, colours on the right."""
    write(at / "classes.json", class_file())
    for split, indices in SPLITS.items():
        (at / split).mkdir(parents=True)
        for index in indices:
            both = np.concatenate([photo(index), in_colours(truth(index))], 1)
            Image.fromarray(both).save(at / split / f"{index}.jpg", quality=90, subsampling=0)


def image_folder(at: Path) -> None:
    write(at / "classes.json", class_file())
    for split, indices in (("train", SPLITS["train"]), ("validation", SPLITS["val"])):
        lines = []
        for index in indices:
            png(at / split / f"{index}.png", photo(index))
            png(at / split / "layouts" / f"{index}.png", truth(index))
            row = {"file_name": f"{index}.png", "layout_file_name": f"layouts/{index}.png"}
            lines.append(json.dumps({**row, "text": f"caption {index}"}))
        write(at / split / "metadata.jsonl", "\n".join(lines))


def parquet(at: Path) -> None:
    """As the library of Hugging Face writes it, in groups of two rows."""
    import datasets

    datasets.disable_progress_bars()
    write(at / "classes.json", class_file())
    features = datasets.Features(
        {"image": datasets.Image(), "label": datasets.Image(), "text": datasets.Value("string")}
    )
    for split, indices in (("train", SPLITS["train"]), ("validation", SPLITS["val"])):
        rows = {
            "image": [{"bytes": png_bytes(photo(index)), "path": None} for index in indices],
            "label": [{"bytes": png_bytes(truth(index)), "path": None} for index in indices],
            "text": [f"caption {index}" for index in indices],
        }
        (at / "data").mkdir(parents=True, exist_ok=True)
        made = datasets.Dataset.from_dict(rows, features)
        made.to_parquet(at / "data" / f"{split}-00000-of-00001.parquet", batch_size=2)


def shards(at: Path) -> None:
    """As the library of WebDataset writes it, two pairs in a shard."""
    import webdataset

    write(at / "classes.json", class_file())
    for split, indices in SPLITS.items():
        for number, some in enumerate((indices[:2], indices[2:])):
            if len(some):
                with webdataset.TarWriter(str(at / f"{split}-{number:06}.tar")) as writer:
                    for index in some:
                        files = {"png": png_bytes(photo(index)), "layout.png": png_bytes(truth(index))}
                        writer.write({"__key__": f"{index:05}", **files, "txt": f"caption {index}"})
