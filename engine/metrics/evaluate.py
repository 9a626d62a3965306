"""`diptych-engine evaluate`: every contender draws every task once; from that come all figures and pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import msgspec

from engine.data.source_detection import split_items
from engine.data.taxonomy import layout_mapping
from engine.evaluators.segmentation_scores import segmentation_score
from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadRequest
from engine.interface.protocol import Pixels
from engine.metrics import cost, prompt_generalisation
from engine.metrics.candidates import Candidate
from engine.metrics.evaluator_set import EvaluatorSet
from engine.metrics.generated_samples import (
    CachedSampler,
    TaskName,
    candidate_request,
    count_changed_pixels,
    prompt_requests,
    task_requests,
)
from engine.metrics.likelihood import LikelihoodReport, measure_likelihood
from engine.metrics.metric_entries import METRICS, CostEntry
from engine.metrics.metric_tables import TaskMeasurement
from engine.metrics.prompt_adherence import ClassAdherence, measure_class_adherence
from engine.metrics.prompt_generalisation import PhrasingScore
from engine.metrics.real_pairs import RealPairs, read_pairs_for_pack
from engine.metrics.references import References
from engine.metrics.report import CandidateSummary, EvaluationReport, NearestSample
from engine.metrics.report_page import ReportPictures, render_report_page
from engine.metrics.report_pictures import CONTACT_ROWS, ReportSheets
from engine.metrics.sweep_curves import draw_sweep_curves
from engine.metrics.sweeps import SweepPoint, run_sweeps
from engine.packs.pack import Pack
from engine.prompts.caption_grammar import caption_openers
from engine.requests.generation import resolve_for_pack
from engine.requests.request_batch import network_pack

TASK_NAMES: tuple[TaskName, ...] = get_args(TaskName)
CACHE_FOLDER = "drawn"
SEGMENTER_NAME = "segmenter"


def ignore_progress(title: str, done: int, total: int) -> None:
    """For those who want no progress."""


@dataclass(frozen=True)
class EvaluationPlan:
    """What to measure beside the pack itself; `prompts` are results per class for what is heard and an eighth of them
    per phrasing, 0 leaves both out.
    """

    out: Path
    tasks: Sequence[TaskName] = TASK_NAMES
    sweeps: bool = False
    results_per_class: int = 16
    on_progress: Callable[[str, int, int], None] = field(default=ignore_progress)


def parse_task_names(text: str) -> tuple[TaskName, ...]:
    """Names with commas between them, in the usual order. Raises BadRequest."""
    names = [part.strip() for part in text.split(",")]
    for name in names:
        if name not in TASK_NAMES:
            raise BadRequest(f"There is no task “{name}”.", f"Use {', '.join(TASK_NAMES)}, with commas between them.")
    return tuple(task for task in TASK_NAMES if task in names)


def evaluate(
    candidates: Sequence[Candidate], real_pairs: RealPairs, evaluators: EvaluatorSet, plan: EvaluationPlan
) -> EvaluationReport:
    """Measure all contenders and write report.json and report.html. Raises BadFile, BadRequest or BadPack."""
    first = candidates[0]
    references = References(real_pairs, evaluators, first.pack.info.classes)
    sampler = CachedSampler(plan.out / CACHE_FOLDER, evaluators.segmenter, plan.on_progress)
    measurements, costs = measure_candidates(candidates, references, sampler, plan.tasks)
    for index, one in enumerate(measurements):
        plan.on_progress(f"measuring {one.candidate}", index, len(measurements))
        _ = one.entries
    measures_prompts = "text" in plan.tasks and plan.results_per_class > 0
    adherence = (
        measure_prompt_adherence(sampler, first, real_pairs, plan.results_per_class) if measures_prompts else []
    )
    generalisation = (
        measure_prompt_generalisation(sampler, first, real_pairs, plan.results_per_class) if measures_prompts else []
    )
    points = list(run_sweeps(sampler, references, first)) if plan.sweeps else []
    report = EvaluationReport(
        pack=first.pack.info.name,
        pictures=len(real_pairs.val),
        frames=len(real_pairs.train),
        gamma=first.pack.file.pixels.gamma,
        features=[features.name for features in evaluators.features],
        lacking=evaluators.missing,
        contenders=[candidate_summary(one) for one in candidates],
        metrics=list(METRICS.values()),
        figures=[entry for one in measurements for entry in one.entries],
        costs=costs,
        iou=class_ious(measurements, references),
        heard=adherence,
        phrased=generalisation,
        near=[
            near
            for one in measurements
            if one.task == "text"
            for near in nearest_training_frames(one, len(real_pairs.train))
        ],
        sweeps=points,
    )
    plan.on_progress("writing", 0, 1)
    write_atomically(plan.out / "report.json", msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    write_atomically(
        plan.out / "report.html",
        render_report_page(report, collect_report_pictures(measurements, references, points, first)).encode(),
    )
    plan.on_progress("writing", 1, 1)
    return report


def measure_candidates(
    candidates: Sequence[Candidate], references: References, sampler: CachedSampler, tasks: Sequence[TaskName]
) -> tuple[list[TaskMeasurement], list[CostEntry]]:
    """Everybody's results at every task, and what they cost. A contender that segments only draws from text."""
    real, measurements, costs = references.real, [], []
    teraflops = {candidate.name: cost.flops_per_evaluation(candidate.pack) / 1e12 for candidate in candidates}
    for task in tasks:
        for one in candidates:
            if one.options.segment and task != "text":
                continue
            generate_requests = task_requests(task, real, one.pack.info, len(real.val))
            samples = sampler.draw(one, task, generate_requests)
            changed_pixels = (
                count_changed_pixels(generate_requests, samples, one.pack.info) if task != "text" else None
            )
            measurements.append(
                TaskMeasurement(
                    references, task, one.name, samples, one.options.segment and not one.options.by, changed_pixels
                )
            )
            sampling_cost = samples.cost
            costs.append(
                CostEntry(
                    task=task,
                    contender=one.name,
                    evaluations=sampling_cost.evaluations,
                    rows=sampling_cost.rows,
                    teraflops=sampling_cost.rows * teraflops[one.name],
                    seconds=sampling_cost.seconds,
                    peak_mib=sampling_cost.peak,
                    rate=sampling_cost.rate,
                )
            )
    return measurements, costs


def measure_prompt_adherence(
    sampler: CachedSampler, candidate: Candidate, real_pairs: RealPairs, results_per_class: int
) -> list[ClassAdherence]:
    """Per class, by prompts that name it and that name it absent."""

    def draw(texts: Sequence[str], first_seed: int) -> Sequence[Pixels]:
        return sampler.draw(
            candidate, f"“{texts[0]}”", prompt_requests(texts, first_seed, candidate.pack.info)
        ).layouts

    info = candidate.pack.info
    opener = next(iter(caption_openers(info)), "")
    return measure_class_adherence(draw, info.classes, real_pairs.train_class_shares, results_per_class, opener)


def measure_prompt_generalisation(
    sampler: CachedSampler, candidate: Candidate, real_pairs: RealPairs, results_per_class: int
) -> list[PhrasingScore]:
    """Phrasings that are in no caption, each with an eighth of the results."""
    info = candidate.pack.info

    def draw(texts: Sequence[str], seeds: Sequence[int]) -> prompt_generalisation.PhrasingSamples:
        generate_requests = [
            one for text, seed in zip(texts, seeds, strict=True) for one in prompt_requests([text], seed, info)
        ]
        samples = sampler.draw(candidate, "phrasings", generate_requests)
        return prompt_generalisation.PhrasingSamples(samples.images, samples.layouts)

    return prompt_generalisation.score_phrasings(
        draw, info.classes, real_pairs.train_class_shares.tolist(), max(1, results_per_class // 8)
    )


def candidate_summary(candidate: Candidate) -> CandidateSummary:
    """What a report says of a contender."""
    info, options = candidate.pack.info, candidate.options
    (request,) = prompt_requests(["a street"], 0, info)
    request = candidate_request(request, info, options)
    resolved = resolve_for_pack(candidate.pack, request)
    drawing_info = network_pack(candidate.pack, resolved).info
    return CandidateSummary(
        name=candidate.name,
        title=info.title,
        images_seen=candidate.pack.file.images_seen,
        sampler=resolved.sampler,
        steps=resolved.steps,
        guidance=resolved.guidance.text,
        cross_guidance=drawing_info.cross_guidance if request.cross_guidance is None else request.cross_guidance,
        resamplings=options.resamplings,
        segment=options.segment,
    )


def class_ious(
    measurements: Sequence[TaskMeasurement], references: References
) -> dict[str, dict[str, dict[str, float]]]:
    """IoU by task, contender and class, with the segmenter's own on the same pictures."""
    ious: dict[str, dict[str, dict[str, float]]] = {}
    for one in (one for one in measurements if one.has_ranking):
        table = ious.setdefault(one.task, {})
        ceiling = [(SEGMENTER_NAME, one.ceiling)] if one.has_segmenter else []
        for name, counts in ((one.candidate, one.ranking_confusions), *ceiling):
            table[name] = dict(
                zip(references.class_names, segmentation_score(counts.sum(0)).iou.tolist(), strict=True)
            )
    return ious


def nearest_training_frames(measurement: TaskMeasurement, frame_count: int) -> list[NearestSample]:
    """Of every sample, its nearest training frame in the first sight."""
    nearest, features = measurement.nearest_frames[0], measurement.references.memorisation_references[0].features
    return [
        NearestSample(
            contender=measurement.candidate,
            sample=i,
            frame=index % frame_count,
            mirrored=index >= frame_count,
            distance=distance,
            features=features,
        )
        for i, (index, distance) in enumerate(zip(nearest.row.tolist(), nearest.distance.tolist(), strict=True))
    ]


def collect_report_pictures(
    measurements: Sequence[TaskMeasurement], references: References, points: Sequence[SweepPoint], first: Candidate
) -> ReportPictures:
    """All pictures of the page."""
    sheets = ReportSheets(references, first.pack.info.classes)
    tasks = list(dict.fromkeys(one.task for one in measurements))
    return ReportPictures(
        captions=[caption.text for caption in references.real.captions[:CONTACT_ROWS]],
        contact_sheets={
            task: sheets.contact_strips(task, [one for one in measurements if one.task == task]) for task in tasks
        },
        extremes={
            task: [strip for one in measurements if one.task == task for strip in sheets.extreme_strips(one)]
            for task in tasks
        },
        memorised=[sheets.memorised_strip(one) for one in measurements if one.task == "text"],
        curves=draw_sweep_curves(points),
    )


def likelihood_bounds(pack: Pack, data: Path, out: Path, count: int) -> LikelihoodReport:
    """The likelihood of val pairs, of what is not in doubt in them. Raises BadFile."""
    items = split_items(data, "val", layout_mapping(pack.file.data.taxonomy).file_classes)
    return measure_likelihood(pack, read_pairs_for_pack(items[: count or len(items)], pack, 1.0), out)
