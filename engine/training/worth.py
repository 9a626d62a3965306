"""What exported pairs are worth: the same small segmenter learns from a share of the real training pairs, from these
and exported ones, and from exported ones alone, equally long; all three are measured on the real pairs held out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from rich.progress import ProgressColumn

from engine.data.pairs import Item
from engine.data.sources import agreeing, items_of
from engine.data.taxonomy import Reading, class_infos, read_taxonomy, reading
from engine.errors import BadConfig, BadRequest
from engine.files import write_whole
from engine.judges import segmenter
from engine.metrics.bootstrap import Figure, figure
from engine.metrics.segmentation import Counts, accuracy, confusions, mean_iou, score
from engine.packs import Pack
from engine.training.config import TrainConfig
from engine.training.frames import Corpus, Frames
from engine.training.judge import Exam, Stock, held_out, train
from engine.training.segmenter import SegmenterLessons

REAL, DRAWN = "real", "exported"
PARTS = {"real": (REAL,), "both": (REAL, DRAWN), "exported": (DRAWN,)}
"""What each of the three learns from; of two kinds, each batch holds as many pairs of one as of the other."""
STUDY, REPORT = "study.json", "report"


class Asked(msgspec.Struct, frozen=True):
    """`share` of the real training pairs, `count` exported ones (0: all), and how many images each part sees."""

    exported: Path
    share: float = 0.1
    count: int = 0
    images: int = 40_000


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """study.json: what is compared; parts of one study are of no use to another. SHA-256 are of the pairs' pixels."""

    share: float
    images: int
    seed: int
    real: int
    exported: int
    real_sha256: str
    exported_sha256: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one part reaches on the pairs held out; `gain` is its mIoU over that of real pairs alone, both on the same
    resamples. `iou` is by class, nan where it does not occur.
    """

    name: str
    real: int
    exported: int
    mean_iou: Figure
    accuracy: Figure
    gain: Figure
    iou: dict[str, float]


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """report.json."""

    study: Study
    pack: str
    held_out: int
    parts: list[Part]

    def table(self) -> str:
        """report.md."""
        rows = [
            "| learnt from | real pairs | exported pairs | mIoU | pixel accuracy | mIoU over real pairs alone |",
            "|---|---|---|---|---|---|",
        ]
        for one in self.parts:
            gain = "" if one.name == "real" else told(one.gain)
            cells = [one.name, f"{one.real}", f"{one.exported}", told(one.mean_iou), told(one.accuracy), gain]
            rows.append("| " + " | ".join(cells) + " |")
        return (
            "\n".join(rows)
            + f"\n\nOn {self.held_out} real pairs held out, with 95 % intervals by bootstrap over them. "
            f"Each part saw {self.study.images:,} images, with seed {self.study.seed}. The pack that drew the "
            "exported pairs may have learnt from more real pairs than stand here.\n"
        )


def told(one: Figure) -> str:
    """A figure and its interval."""
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


def worth(config: TrainConfig, pack: Pack, asked: Asked, out: Path, columns: Sequence[ProgressColumn]) -> Worth:
    """Train what is not trained yet, and write report.json and report.md to `out`; begun again, it goes on.

    Raises BadConfig, BadFile, BadPack or BadRequest.
    """
    stocks = {REAL: real_stock(config, pack, asked.share), DRAWN: drawn_stock(config, asked)}
    sizes = {name: len(stock.frames.frames) for name, stock in stocks.items()}
    exam, found = held_out(config, pack), dict[str, Counts]()
    study = Study(
        share=asked.share,
        images=asked.images,
        seed=config.seed,
        real=sizes[REAL],
        exported=sizes[DRAWN],
        real_sha256=digest(stocks[REAL]),
        exported_sha256=digest(stocks[DRAWN]),
    )
    begin(study, out)
    for name, kinds in PARTS.items():
        path = out / f"{name}.safetensors"
        if not path.is_file():
            train(SegmenterLessons, config, pack, asked.images, path, columns, [stocks[kind] for kind in kinds])
        found[name] = judged(path, pack, exam)
    parts = [part(name, found, sizes, pack) for name in PARTS]
    result = Worth(study=study, pack=pack.info.name, held_out=len(exam.images), parts=parts)
    write_whole(out / f"{REPORT}.json", msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    write_whole(out / f"{REPORT}.md", result.table().encode())
    return result


def real_stock(config: TrainConfig, pack: Pack, share: float) -> Stock:
    """A share of the configuration's training pairs, drawn with its seed. Raises BadFile."""
    how = reading(config.taxonomy)
    items = items_of(Path(config.data), "train", how.infos)
    order = np.random.default_rng(config.seed).permutation(len(items))[: max(1, round(share * len(items)))]
    corpus = Corpus([items[index] for index in sorted(order)], how)
    whole = msgspec.structs.replace(config, window=0)  # all of them are counted, and told apart from others
    return Stock(Frames(whole, read_taxonomy(config.taxonomy), corpus), pack.file.pixels.gamma)


def drawn_stock(config: TrainConfig, asked: Asked) -> Stock:
    """The first exported pairs. They are in the pack's light and classes already, whole, and none of it in doubt.

    Raises BadFile, and BadRequest if there are fewer than asked for.
    """
    classes = read_taxonomy(config.taxonomy)
    how = Reading(class_infos(classes), np.arange(256, dtype=np.uint8))
    items: list[Item] = [one for some in agreeing(asked.exported, how.infos).splits.values() for one in some]
    if len(items) < max(1, asked.count):
        raise BadRequest(f"{asked.exported} holds {len(items)} pairs.", "Export more of them, or lower --count.")
    plain = msgspec.structs.replace(config, cut=0, border=0, thin=(), gamma=1.0, window=0)
    return Stock(Frames(plain, classes, Corpus(items[: asked.count or len(items)], how)), 1.0)


def digest(stock: Stock) -> str:
    """Of the pixels of all frames."""
    found = hashlib.sha256()
    for frame in stock.frames.frames:
        for half in frame.views[0]:
            found.update(half.tobytes())
    return found.hexdigest()


def begin(study: Study, out: Path) -> None:
    """Note what is compared. Raises BadConfig if `out` holds another study, BadFile."""
    path = out / STUDY
    data = msgspec.json.format(msgspec.json.encode(study), indent=1) + b"\n"
    if path.exists() and path.read_bytes() != data:
        raise BadConfig(f"{path} is of other pairs or of another length.", "Choose a new folder for --out.")
    write_whole(path, data)


def judged(path: Path, pack: Pack, exam: Exam) -> Counts:
    """Confusions [N, K, K] of a segmenter on the pairs held out. Raises BadPack."""
    predicted = segmenter.read(path, pack.file, pack.device).layouts(exam.images)
    return confusions(exam.layouts, predicted, len(pack.info.classes))


def part(name: str, found: dict[str, Counts], sizes: dict[str, int], pack: Pack) -> Part:
    """The figures of one part."""
    own, alone = mean_iou(found[name]), mean_iou(found["real"])
    n, names = len(found[name]), [info.name for info in pack.info.classes]
    return Part(
        name=name,
        real=sizes[REAL] if REAL in PARTS[name] else 0,
        exported=sizes[DRAWN] if DRAWN in PARTS[name] else 0,
        mean_iou=figure(own, n),
        accuracy=figure(accuracy(found[name]), n),
        gain=figure(lambda weights: own(weights) - alone(weights), n),
        iou=dict(zip(names, score(found[name].sum(0)).iou.tolist(), strict=True)),
    )
