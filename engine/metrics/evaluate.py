"""`diptych-engine evaluate`: every candidate draws every task once, and all figures and pictures come from that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, get_args

import msgspec

from engine.data.source_detection import split_items
from engine.data.taxonomy import layout_mapping
from engine.evaluators.segmentation_scores import segmentation_score
from engine.interface.atomic_files import write_atomically
from engine.interface.callbacks import do_nothing
from engine.interface.errors import BadRequest
from engine.interface.protocol import Pixels
from engine.metrics import cost, prompt_generalisation
from engine.metrics.candidates import Candidate
from engine.metrics.evaluator_set import EvaluatorSet
from engine.metrics.generated_samples import (
    CachedSampler,
    SamplingCost,
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


@dataclass(frozen=True)
class EvaluationPlan:
    """Scope of an evaluation. `results_per_class` is the number of results per class for prompt adherence; an eighth
    of it is drawn per phrasing for prompt generalisation; 0 leaves both out.
    """

    out: Path
    tasks: Sequence[TaskName] = TASK_NAMES
    sweeps: bool = False
    results_per_class: int = 16
    on_progress: Callable[[str, int, int], None] = do_nothing


def parse_task_names(text: str) -> tuple[TaskName, ...]:
    """Parses names separated by commas; returns them in the order of `TASK_NAMES`. Raises BadRequest."""
    names = [part.strip() for part in text.split(",")]
    for name in names:
        if name not in TASK_NAMES:
            raise BadRequest(f"There is no task “{name}”.", f"Use {', '.join(TASK_NAMES)}, with commas between them.")
    return tuple(task for task in TASK_NAMES if task in names)


def evaluate(
    candidates: Sequence[Candidate], real_pairs: RealPairs, evaluators: EvaluatorSet, plan: EvaluationPlan
) -> EvaluationReport:
    """Measures all candidates and writes report.json and report.html. Raises BadFile, BadRequest or BadPack."""
    first = candidates[0]
    references = References(real_pairs, evaluators, first.pack.info.classes)
    sampler = CachedSampler(plan.out / CACHE_FOLDER, evaluators.segmenter, plan.on_progress)
    measurements, costs = measure_candidates(candidates, references, sampler, plan.tasks)
    for index, measurement in enumerate(measurements):
        plan.on_progress(f"measuring {measurement.candidate}", index, len(measurements))
        _ = measurement.entries
    prompt_scores = PromptScores.measure(sampler, first, real_pairs, plan)
    points = list(run_sweeps(sampler, references, first)) if plan.sweeps else []
    report = build_evaluation_report(candidates, references, measurements, costs, prompt_scores, points)
    plan.on_progress("writing", 0, 1)
    write_atomically(plan.out / "report.json", msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    pictures = collect_report_pictures(measurements, references, points, first)
    write_atomically(plan.out / "report.html", render_report_page(report, pictures).encode())
    plan.on_progress("writing", 1, 1)
    return report


class PromptScores(NamedTuple):
    """Scores of the first candidate's text conditioning: per class, and per kind of phrasing held out of training."""

    adherence: list[ClassAdherence]
    generalisation: list[PhrasingScore]

    @classmethod
    def measure(
        cls, sampler: CachedSampler, candidate: Candidate, real_pairs: RealPairs, plan: EvaluationPlan
    ) -> PromptScores:
        """Measures both, or neither if the plan leaves the text task or the results per class out."""
        count = plan.results_per_class
        if "text" not in plan.tasks or count == 0:
            return cls([], [])
        return cls(
            measure_prompt_adherence(sampler, candidate, real_pairs, count),
            measure_prompt_generalisation(sampler, candidate, real_pairs, count),
        )


def build_evaluation_report(
    candidates: Sequence[Candidate],
    references: References,
    measurements: Sequence[TaskMeasurement],
    costs: list[CostEntry],
    prompt_scores: PromptScores,
    points: list[SweepPoint],
) -> EvaluationReport:
    """Collects all figures in a report."""
    first, frame_count = candidates[0].pack, len(references.real.train)
    return EvaluationReport(
        pack=first.info.name,
        pictures=len(references.real.val),
        frames=frame_count,
        gamma=first.file.pixels.gamma,
        features=[features.name for features in references.evaluators.features],
        lacking=references.evaluators.missing,
        contenders=[candidate_summary(candidate) for candidate in candidates],
        metrics=list(METRICS.values()),
        figures=[entry for measurement in measurements for entry in measurement.entries],
        costs=costs,
        iou=class_ious(measurements, references),
        heard=prompt_scores.adherence,
        phrased=prompt_scores.generalisation,
        near=[
            sample
            for measurement in measurements
            if measurement.task == "text"
            for sample in nearest_training_frames(measurement, frame_count)
        ],
        sweeps=points,
    )


def measure_candidates(
    candidates: Sequence[Candidate], references: References, sampler: CachedSampler, tasks: Sequence[TaskName]
) -> tuple[list[TaskMeasurement], list[CostEntry]]:
    """Draws every task with every candidate. Candidates whose layouts a segmenter predicts only draw from text."""
    real, measurements, costs = references.real, [], []
    for task in tasks:
        for candidate in candidates:
            if candidate.options.segment and task != "text":
                continue
            generate_requests = task_requests(task, real, candidate.pack.info, len(real.val))
            samples = sampler.draw(candidate, task, generate_requests)
            changed_pixels = (
                count_changed_pixels(generate_requests, samples, candidate.pack.info) if task != "text" else None
            )
            measurements.append(
                TaskMeasurement(
                    references,
                    task,
                    candidate.name,
                    samples,
                    candidate.options.segment and not candidate.options.by,
                    changed_pixels,
                )
            )
            costs.append(cost_entry(task, candidate, samples.cost))
    return measurements, costs


def cost_entry(task: TaskName, candidate: Candidate, sampling_cost: SamplingCost) -> CostEntry:
    """Describes what one result of a candidate costs, with the FLOPs of its evaluations."""
    return CostEntry(
        task=task,
        contender=candidate.name,
        evaluations=sampling_cost.evaluations,
        rows=sampling_cost.rows,
        teraflops=sampling_cost.rows * cost.flops_per_evaluation(candidate.pack) / 1e12,
        seconds=sampling_cost.seconds,
        peak_mib=sampling_cost.peak,
        rate=sampling_cost.rate,
    )


def measure_prompt_adherence(
    sampler: CachedSampler, candidate: Candidate, real_pairs: RealPairs, results_per_class: int
) -> list[ClassAdherence]:
    """Measures how often results hold each class when prompts name it and when they deny it."""

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
    """Scores phrasings that no training caption contains, with an eighth of the results each."""
    info = candidate.pack.info

    def draw(texts: Sequence[str], seeds: Sequence[int]) -> prompt_generalisation.PhrasingSamples:
        generate_requests = [
            request for text, seed in zip(texts, seeds, strict=True) for request in prompt_requests([text], seed, info)
        ]
        samples = sampler.draw(candidate, "phrasings", generate_requests)
        return prompt_generalisation.PhrasingSamples(samples.images, samples.layouts)

    return prompt_generalisation.score_phrasings(
        draw, info.classes, real_pairs.train_class_shares.tolist(), max(1, results_per_class // 8)
    )


def candidate_summary(candidate: Candidate) -> CandidateSummary:
    """Describes a candidate for the report."""
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
    """Computes the IoU by task, candidate and class, beside the segmenter's own on the same pictures."""
    ious: dict[str, dict[str, dict[str, float]]] = {}
    for measurement in (item for item in measurements if item.has_ranking):
        table = ious.setdefault(measurement.task, {})
        ceiling = [(SEGMENTER_NAME, measurement.ceiling)] if measurement.has_segmenter else []
        for name, counts in ((measurement.candidate, measurement.ranking_confusions), *ceiling):
            table[name] = dict(
                zip(references.class_names, segmentation_score(counts.sum(0)).iou.tolist(), strict=True)
            )
    return ious


def nearest_training_frames(measurement: TaskMeasurement, frame_count: int) -> list[NearestSample]:
    """Lists each sample's nearest training frame in the first feature space."""
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
    """Draws all pictures of the page."""
    sheets = ReportSheets(references, first.pack.info.classes)
    tasks = list(dict.fromkeys(item.task for item in measurements))
    return ReportPictures(
        captions=[caption.text for caption in references.real.captions[:CONTACT_ROWS]],
        contact_sheets={
            task: sheets.contact_strips(task, [item for item in measurements if item.task == task]) for task in tasks
        },
        extremes={
            task: [strip for item in measurements if item.task == task for strip in sheets.extreme_strips(item)]
            for task in tasks
        },
        memorised=[sheets.memorised_strip(item) for item in measurements if item.task == "text"],
        curves=draw_sweep_curves(points),
    )


def likelihood_bounds(pack: Pack, data: Path, out: Path, count: int) -> LikelihoodReport:
    """Measures the likelihood of validation pairs, without their doubtful labels. Raises BadFile."""
    items = split_items(data, "val", layout_mapping(pack.file.data.taxonomy).file_classes)
    return measure_likelihood(pack, read_pairs_for_pack(items[: count or len(items)], pack, 1.0), out)
