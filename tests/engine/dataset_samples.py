"""Small data sets in every form that people have, written as the form has them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from engine.data.readers.celebamask_reader import PARTS
from engine.data.readers.cityscapes_reader import TRAIN_LABEL_IDS
from engine.interface.protocol import UNKNOWN

HEIGHT, WIDTH = 24, 32
COLOURS = ("#804080", "#4682b4", "#00008e", "#6b8e23")
NAMES = ("road", "sky", "car", "tree")
SPLITS = {"train": range(4), "val": range(4, 6)}


def sample_layout(index: int, classes: int = 4) -> np.ndarray:
    """Ids [24, 32] in blocks, all classes in use over a few pictures, a corner unknown."""
    random = np.random.default_rng(index)
    layout = random.integers(0, classes, (3, 4)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    layout[:8, :8] = UNKNOWN
    return layout


def sample_image(index: int) -> np.ndarray:
    return np.random.default_rng(index + 100).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def rgb_of(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def colourised(layout: np.ndarray) -> np.ndarray:
    table = np.zeros((256, 3), np.uint8)
    table[: len(COLOURS)] = [rgb_of(colour) for colour in COLOURS]
    return table[layout]


def write_png(path: Path, pixels: np.ndarray, palette: np.ndarray | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png_bytes(pixels, palette))


def png_bytes(pixels: np.ndarray, palette: np.ndarray | None = None) -> bytes:
    picture, data = Image.fromarray(pixels), io.BytesIO()
    if palette is not None:
        picture = picture.convert("L")
        picture.putpalette(palette.astype(np.uint8).tobytes())
    picture.save(data, "PNG")
    return data.getvalue()


def colour_palette() -> np.ndarray:
    return colourised(np.arange(256))


def write_text(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")


def class_list() -> dict[str, object]:
    classes = [{"id": i, "name": n, "color": c} for i, (n, c) in enumerate(zip(NAMES, COLOURS, strict=True))]
    return {"name": "made", "classes": classes, "unknown": 255, "mirror": [[2, 3]]}


def write_paired_folders(folder: Path) -> None:
    write_text(folder / "classes.json", class_list())
    for split, indices in SPLITS.items():
        lines = []
        for index in indices:
            write_png(folder / split / "images" / f"{index}.png", sample_image(index))
            write_png(folder / split / "layouts" / f"{index}.png", sample_layout(index), colour_palette())
            lines.append(json.dumps({"name": str(index), "caption": f"caption {index}"}))
        write_text(folder / split / "captions.jsonl", "\n".join(lines))


def write_colour_folders(folder: Path) -> None:
    """images/ and labels/ in RGB without a split, and nothing that says the classes."""
    for index in range(24):
        write_png(folder / "images" / f"{index}.png", sample_image(index))
        write_png(folder / "labels" / f"{index}.png", colourised(sample_layout(index)))


def write_voc(folder: Path) -> None:
    root = folder / "VOCdevkit" / "VOC2012"
    for split, indices in SPLITS.items():
        write_text(root / "ImageSets" / "Segmentation" / f"{split}.txt", "".join(f"{index}\n" for index in indices))
        for index in indices:
            write_png(root / "JPEGImages" / f"{index}.jpg", sample_image(index))
            write_png(root / "SegmentationClass" / f"{index}.png", sample_layout(index), colour_palette())
    write_png(root / "JPEGImages" / "not_segmented.jpg", sample_image(9))
    colours = [",".join(map(str, rgb_of(colour))) for colour in COLOURS]
    lines = [f"{name}:{colour}::" for name, colour in zip(NAMES, colours, strict=True)]
    write_text(root / "labelmap.txt", "\n".join(["# label:color_rgb:parts:actions", *lines]))


def write_cityscapes(folder: Path) -> None:
    """Cityscapes, whose label ids are not the training ids."""
    table = np.full(256, 3, np.uint8)  # out of the region of interest
    table[:19] = TRAIN_LABEL_IDS
    for split, indices in SPLITS.items():
        for index in indices:
            name = f"ulm_{index:06}_000019"
            write_png(folder / "leftImg8bit" / split / "ulm" / f"{name}_leftImg8bit.png", sample_image(index))
            write_png(
                folder / "gtFine" / split / "ulm" / f"{name}_gtFine_labelIds.png", table[sample_layout(index, 19)]
            )
            write_png(folder / "gtFine" / split / "ulm" / f"{name}_gtFine_color.png", sample_image(index))


def write_ade20k(folder: Path) -> None:
    """Ids from 1, 0 is void."""
    for split, indices in (("training", SPLITS["train"]), ("validation", SPLITS["val"])):
        for index in indices:
            write_png(folder / "images" / split / f"ADE_{index}.jpg", sample_image(index))
            write_png(folder / "annotations" / split / f"ADE_{index}.png", sample_layout(index) + np.uint8(1))
    rows = [f"{i}\t0.1\t1\t1\t0\t{name}, {name} thing" for i, name in enumerate(NAMES, 1)]
    write_text(folder / "objectInfo150.txt", "\n".join(["Idx\tRatio\tTrain\tVal\tStuff\tName", *rows]))


def write_coco_stuff(folder: Path) -> None:
    """COCO-Stuff: ids from 0, 255 is void, names numbered from 1."""
    for split, indices in SPLITS.items():
        for index in indices:
            write_png(folder / "images" / f"{split}2017" / f"{index:012}.jpg", sample_image(index))
            write_png(folder / "annotations" / f"{split}2017" / f"{index:012}.png", sample_layout(index))
    write_text(
        folder / "labels.txt", "\n".join(["0: unlabeled", *(f"{i}: {name}" for i, name in enumerate(NAMES, 1))])
    )


def write_coco_panoptic(folder: Path) -> None:
    """A segment for every block; categories with gaps in their ids."""
    for split, indices in SPLITS.items():
        document: dict[str, list[object]] = {"images": [], "annotations": [], "categories": [], "captions": []}
        for index in indices:
            blocks = np.arange(300, 312).reshape(3, 4).repeat(8, 0).repeat(8, 1)
            blocks[sample_layout(index) == UNKNOWN] = 0
            numbers = np.stack([blocks % 256, blocks // 256, blocks * 0], -1).astype(np.uint8)
            write_png(folder / "annotations" / f"panoptic_{split}2017" / f"{index:012}.png", numbers)
            write_png(folder / f"{split}2017" / f"{index:012}.jpg", sample_image(index))
            class_of_number = {
                int(number): int(sample_layout(index)[blocks == number][0]) for number in np.unique(blocks) if number
            }
            segments = [
                {"id": number, "category_id": 10 * (class_id + 1)} for number, class_id in class_of_number.items()
            ]
            document["images"].append({"id": index, "file_name": f"{index:012}.jpg", "height": HEIGHT, "width": WIDTH})
            document["annotations"].append(
                {"image_id": index, "file_name": f"{index:012}.png", "segments_info": segments}
            )
            document["captions"].append({"image_id": index, "id": index, "caption": f"caption {index}"})
        document["categories"] = [
            {"id": 10 * (i + 1), "name": name, "color": rgb_of(colour), "isthing": 0}
            for i, (name, colour) in enumerate(zip(NAMES, COLOURS, strict=True))
        ]
        captions = document.pop("captions")
        write_text(folder / "annotations" / f"panoptic_{split}2017.json", document)
        write_text(folder / "annotations" / f"captions_{split}2017.json", {"annotations": captions})


def write_celebamask(folder: Path) -> None:
    """Images twice as large as the parts; parts below others are drawn whole, as people did."""
    for index in range(12):
        layout = face_layout(index)
        image = Image.fromarray(sample_image(index)).resize((2 * WIDTH, 2 * HEIGHT))
        write_png(folder / "CelebA-HQ-img" / f"{index}.jpg", np.asarray(image))
        for place, part in enumerate(PARTS, 1):
            mask = layout == place
            if mask.any():
                mask = mask | (layout > place) if part == "skin" else mask
                write_png(folder / "CelebAMask-HQ-mask-anno" / "0" / f"{index:05}_{part}.png", np.uint8(255) * mask)
        write_text(folder / "celeba-caption" / f"{index}.txt", f"caption {index}\n\nanother\n")


def face_layout(index: int) -> np.ndarray:
    """Ids of faces; what no part covers is background."""
    layout = sample_layout(index, 19)
    layout[layout == UNKNOWN] = 0
    return layout


def write_camvid(folder: Path) -> None:
    """The first form: names end in _L, Void is a class in the list."""
    for index in range(24):
        write_png(folder / "701_StillsRaw_full" / f"Seq05VD_{index}.png", sample_image(index))
        write_png(folder / "LabeledApproved_full" / f"Seq05VD_{index}_L.png", colourised(sample_layout(index)))
    lines = [f"{' '.join(map(str, rgb_of(colour)))}\t\t{name}" for name, colour in zip(NAMES, COLOURS, strict=True)]
    write_text(folder / "label_colors.txt", "\n".join([*lines, "0 0 0\t\tVoid"]))


def write_camvid_folders(folder: Path) -> None:
    """The form in which it is passed on: train/, train_labels/ and a table of colours."""
    for split, indices in SPLITS.items():
        for index in indices:
            write_png(folder / split / f"{index}.png", sample_image(index))
            write_png(folder / f"{split}_labels" / f"{index}_L.png", colourised(sample_layout(index)))
    rows = [f"{name},{','.join(map(str, rgb_of(colour)))}" for name, colour in zip(NAMES, COLOURS, strict=True)]
    write_text(folder / "class_dict.csv", "\n".join(["name,r,g,b", *rows, "Void,0,0,0"]))


def write_pix2pix(folder: Path) -> None:
    """pix2pix: JPEG, photograph on the left, colours on the right."""
    write_text(folder / "classes.json", class_list())
    for split, indices in SPLITS.items():
        (folder / split).mkdir(parents=True)
        for index in indices:
            both = np.concatenate([sample_image(index), colourised(sample_layout(index))], 1)
            Image.fromarray(both).save(folder / split / f"{index}.jpg", quality=90, subsampling=0)


def write_image_folder(folder: Path) -> None:
    write_text(folder / "classes.json", class_list())
    for split, indices in (("train", SPLITS["train"]), ("validation", SPLITS["val"])):
        lines = []
        for index in indices:
            write_png(folder / split / f"{index}.png", sample_image(index))
            write_png(folder / split / "layouts" / f"{index}.png", sample_layout(index))
            row = {"file_name": f"{index}.png", "layout_file_name": f"layouts/{index}.png"}
            lines.append(json.dumps({**row, "text": f"caption {index}"}))
        write_text(folder / split / "metadata.jsonl", "\n".join(lines))


def write_parquet(folder: Path) -> None:
    """As the library of Hugging Face writes it, in groups of two rows."""
    import datasets

    datasets.disable_progress_bars()
    write_text(folder / "classes.json", class_list())
    features = datasets.Features(
        {"image": datasets.Image(), "label": datasets.Image(), "text": datasets.Value("string")}
    )
    for split, indices in (("train", SPLITS["train"]), ("validation", SPLITS["val"])):
        rows = {
            "image": [{"bytes": png_bytes(sample_image(index)), "path": None} for index in indices],
            "label": [{"bytes": png_bytes(sample_layout(index)), "path": None} for index in indices],
            "text": [f"caption {index}" for index in indices],
        }
        (folder / "data").mkdir(parents=True, exist_ok=True)
        dataset = datasets.Dataset.from_dict(rows, features)
        dataset.to_parquet(folder / "data" / f"{split}-00000-of-00001.parquet", batch_size=2)


def write_webdataset(folder: Path) -> None:
    """As the library of WebDataset writes it, two pairs in a shard."""
    import webdataset

    write_text(folder / "classes.json", class_list())
    for split, indices in SPLITS.items():
        for number, shard_indices in enumerate((indices[:2], indices[2:])):
            if len(shard_indices):
                with webdataset.TarWriter(str(folder / f"{split}-{number:06}.tar")) as writer:
                    for index in shard_indices:
                        files = {"png": png_bytes(sample_image(index)), "layout.png": png_bytes(sample_layout(index))}
                        writer.write({"__key__": f"{index:05}", **files, "txt": f"caption {index}"})
