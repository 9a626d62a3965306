"""Study of exported pairs as training data.

The same small segmenter is trained for the same time on a share of the real training pairs, on these and exported
ones, and on exported ones alone; all three are evaluated on the real pairs held out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from rich.progress import ProgressColumn

from engine.data.pairs import DatasetItem
from engine.data.source_detection import open_matching_dataset, split_items
from engine.data.taxonomy import LayoutMapping, class_infos, layout_mapping, taxonomy_classes
from engine.evaluators import segmenter
from engine.evaluators.segmentation_scores import (
    ConfusionCounts,
    confusion_matrices,
    segmentation_score,
)
from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadConfig, BadRequest
from engine.metrics.bootstrap import BootstrapEstimate, bootstrap_estimate
from engine.metrics.segmentation_statistics import mean_iou, pixel_accuracy
from engine.packs.pack import Pack
from engine.training.core.frames import TrainingFrames, TrainingPairs
from engine.training.core.training_config import TrainConfig
from engine.training.tasks.evaluator_task import FrameSource, ValidationSet, read_validation_set, train_task
from engine.training.tasks.segmenter_task import SegmenterTask

REAL, EXPORTED = "real", "exported"
TRAINING_SETS = {"real": (REAL,), "both": (REAL, EXPORTED), "exported": (EXPORTED,)}
"""The sources of each of the three; a batch holds as many pairs of one source as of the other."""
STUDY_FILE, REPORT_STEM = "study.json", "report"


class AugmentationStudyOptions(msgspec.Struct, frozen=True):
    """The share of real training pairs, the count of exported ones (0: all), and how many images each part sees."""

    exported: Path
    share: float = 0.1
    count: int = 0
    images: int = 40_000


class AugmentationStudy(msgspec.Struct, frozen=True, kw_only=True):
    """The content of study.json: what is compared, with the SHA-256 of the pairs' pixels."""

    share: float
    images: int
    seed: int
    real: int
    exported: int
    real_sha256: str
    exported_sha256: str


class AugmentationResult(msgspec.Struct, frozen=True, kw_only=True):
    """Scores of one part on the pairs held out.

    `gain` is its mIoU minus that of real pairs alone, on the same resamples; `iou` is by class, nan where it does not
    occur.
    """

    name: str
    real: int
    exported: int
    mean_iou: BootstrapEstimate
    accuracy: BootstrapEstimate
    gain: BootstrapEstimate
    iou: dict[str, float]


class AugmentationReport(msgspec.Struct, frozen=True, kw_only=True):
    """The content of report.json."""

    study: AugmentationStudy
    pack: str
    held_out: int
    parts: list[AugmentationResult]

    def markdown(self) -> str:
        """The content of report.md."""
        rows = [
            "| learnt from | real pairs | exported pairs | mIoU | pixel accuracy | mIoU over real pairs alone |",
            "|---|---|---|---|---|---|",
        ]
        for result in self.parts:
            gain = "" if result.name == "real" else result.gain.format(3)
            cells = [
                result.name,
                f"{result.real}",
                f"{result.exported}",
                result.mean_iou.format(3),
                result.accuracy.format(3),
                gain,
            ]
            rows.append("| " + " | ".join(cells) + " |")
        return (
            "\n".join(rows)
            + f"\n\nOn {self.held_out} real pairs held out, with 95 % intervals by bootstrap over them. "
            f"Each part saw {self.study.images:,} images, with seed {self.study.seed}. The pack that drew the "
            "exported pairs may have learnt from more real pairs than stand here.\n"
        )


def run_augmentation_study(
    config: TrainConfig, pack: Pack, options: AugmentationStudyOptions, out: Path, columns: Sequence[ProgressColumn]
) -> AugmentationReport:
    """Train the segmenters that `out` lacks, evaluate all, and write report.json and report.md there.

    Raises BadConfig, BadFile, BadPack or BadRequest.
    """
    sources = {REAL: real_source(config, pack, options.share), EXPORTED: exported_source(config, options)}
    sizes = {name: len(source.frames.frames) for name, source in sources.items()}
    validation_set, confusions_by_set = read_validation_set(config, pack), dict[str, ConfusionCounts]()
    study = AugmentationStudy(
        share=options.share,
        images=options.images,
        seed=config.seed,
        real=sizes[REAL],
        exported=sizes[EXPORTED],
        real_sha256=frames_digest(sources[REAL]),
        exported_sha256=frames_digest(sources[EXPORTED]),
    )
    record_study(study, out)
    for name, kinds in TRAINING_SETS.items():
        path = out / f"{name}.safetensors"
        if not path.is_file():
            train_task(SegmenterTask, config, pack, options.images, path, columns, [sources[kind] for kind in kinds])
        confusions_by_set[name] = segmenter_confusions(path, pack, validation_set)
    parts = [augmentation_result(name, confusions_by_set, sizes, pack) for name in TRAINING_SETS]
    report = AugmentationReport(study=study, pack=pack.info.name, held_out=len(validation_set.images), parts=parts)
    write_atomically(out / f"{REPORT_STEM}.json", msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    write_atomically(out / f"{REPORT_STEM}.md", report.markdown().encode())
    return report


def real_source(config: TrainConfig, pack: Pack, share: float) -> FrameSource:
    """A random share of the configuration's training pairs, by its seed. Raises BadFile."""
    mapping = layout_mapping(config.taxonomy)
    items = split_items(Path(config.data), "train", mapping.file_classes)
    order = np.random.default_rng(config.seed).permutation(len(items))[: max(1, round(share * len(items)))]
    training_pairs = TrainingPairs([items[index] for index in sorted(order)], mapping)
    unwindowed = msgspec.structs.replace(config, window=0)  # all are held, because their pixels are hashed
    return FrameSource(
        TrainingFrames(unwindowed, taxonomy_classes(config.taxonomy), training_pairs), pack.file.pixels.gamma
    )


def exported_source(config: TrainConfig, options: AugmentationStudyOptions) -> FrameSource:
    """The first exported pairs, which need no gamma, class mapping, cutting or label noise.

    Raises BadFile, or BadRequest if there are fewer than `options.count`.
    """
    classes = taxonomy_classes(config.taxonomy)
    mapping = LayoutMapping(class_infos(classes), np.arange(256, dtype=np.uint8))
    items: list[DatasetItem] = [
        item
        for split in open_matching_dataset(options.exported, mapping.file_classes).splits.values()
        for item in split
    ]
    if len(items) < max(1, options.count):
        raise BadRequest(f"{options.exported} holds {len(items)} pairs.", "Export more of them, or lower --count.")
    plain = msgspec.structs.replace(config, cut=0, border=0, thin=(), gamma=1.0, window=0)
    return FrameSource(
        TrainingFrames(plain, classes, TrainingPairs(items[: options.count or len(items)], mapping)), 1.0
    )


def frames_digest(source: FrameSource) -> str:
    """SHA-256 of the pixels of all frames."""
    found = hashlib.sha256()
    for frame in source.frames.frames:
        for half in frame.views[0]:
            found.update(half.tobytes())
    return found.hexdigest()


def record_study(study: AugmentationStudy, out: Path) -> None:
    """Write study.json. Raises BadConfig if `out` holds another study, or BadFile."""
    path = out / STUDY_FILE
    data = msgspec.json.format(msgspec.json.encode(study), indent=1) + b"\n"
    if path.exists() and path.read_bytes() != data:
        raise BadConfig(f"{path} is of other pairs or of another length.", "Choose a new folder for --out.")
    write_atomically(path, data)


def segmenter_confusions(path: Path, pack: Pack, validation_set: ValidationSet) -> ConfusionCounts:
    """Confusion matrices [N, K, K] of a segmenter on the pairs held out. Raises BadPack."""
    predicted = segmenter.read(path, pack.file, pack.device).predict_layouts(validation_set.images)
    return confusion_matrices(validation_set.layouts, predicted, len(pack.info.classes))


def augmentation_result(
    name: str, confusions_by_set: dict[str, ConfusionCounts], sizes: dict[str, int], pack: Pack
) -> AugmentationResult:
    """The scores of one part."""
    own_iou, real_iou = mean_iou(confusions_by_set[name]), mean_iou(confusions_by_set["real"])
    n, names = len(confusions_by_set[name]), [info.name for info in pack.info.classes]
    return AugmentationResult(
        name=name,
        real=sizes[REAL] if REAL in TRAINING_SETS[name] else 0,
        exported=sizes[EXPORTED] if EXPORTED in TRAINING_SETS[name] else 0,
        mean_iou=bootstrap_estimate(own_iou, n),
        accuracy=bootstrap_estimate(pixel_accuracy(confusions_by_set[name]), n),
        gain=bootstrap_estimate(lambda weights: own_iou(weights) - real_iou(weights), n),
        iou=dict(zip(names, segmentation_score(confusions_by_set[name].sum(0)).iou.tolist(), strict=True)),
    )
