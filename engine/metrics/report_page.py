"""The evaluation report as one HTML page that needs no other file: tables of figures, and pictures inside."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from engine.metrics.generated_samples import TASK_TITLES
from engine.metrics.metric_entries import METRICS, MetricEntry
from engine.metrics.number_format import format_number
from engine.metrics.prompt_generalisation import PHRASING_TITLES
from engine.metrics.report import EvaluationReport
from engine.metrics.report_pictures import PictureStrip

TEMPLATE_FOLDER, TEMPLATE = Path(__file__).parent / "templates", "evaluation_report.html.jinja"
PROMPTED_TASKS = ("text", "region")
CONTACT_CAPTION = "Image and layout of the same real pairs, and what each contender draws for them."
EXTREMES_CAPTION = (
    "Real image and layout, drawn image and layout, and the map of the drawn image if there is a segmenter."
)
NEAREST_CAPTION = "The samples of text → both nearest to a training picture, each beside it."


@dataclass(frozen=True)
class ReportPictures:
    """Pictures of the page: contact sheets and best and worst samples by task, nearest training pictures, and the
    curves of the sweeps as SVG by title. `captions` belong to the rows of the contact sheets.
    """

    captions: list[str]
    contact_sheets: dict[str, list[PictureStrip]]
    extremes: dict[str, list[PictureStrip]]
    memorised: list[PictureStrip]
    curves: dict[str, str]


class MetricCell(NamedTuple):
    """A figure of one candidate, or None where it has none, and whether it is the best of its row."""

    entry: MetricEntry | None
    best: bool


class MetricRow(NamedTuple):
    """A metric in one kind of features, with a cell per candidate and with its floors by name."""

    title: str
    features: str
    cells: list[MetricCell]
    floors: dict[str, float]


class TaskSection(NamedTuple):
    """A task's part of the page: the candidates in columns, the metrics in rows."""

    task: str
    title: str
    has_prompts: bool
    candidates: list[str]
    rows: list[MetricRow]


def render_report_page(report: EvaluationReport, pictures: ReportPictures) -> str:
    """Renders the page."""
    measured = {entry.metric for entry in report.figures}
    return (
        template_environment()
        .get_template(TEMPLATE)
        .render(
            report=report,
            pictures=pictures,
            sections=[task_section(report, task) for task in pictures.contact_sheets],
            metrics=[metric for metric in report.metrics if metric.key in measured],
            task_titles=TASK_TITLES,
            phrasing_titles=PHRASING_TITLES,
            contact_caption=CONTACT_CAPTION,
            extremes_caption=EXTREMES_CAPTION,
            nearest_caption=NEAREST_CAPTION,
        )
    )


@cache
def template_environment() -> Environment:
    """Creates the environment of the page's template: escaping on, with the filters `number` and `base64`."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["number"] = format_number
    environment.filters["base64"] = lambda text: base64.b64encode(text.encode()).decode("ascii")
    return environment


def task_section(report: EvaluationReport, task: str) -> TaskSection:
    """Arranges a task's figures in rows and columns."""
    entries = [entry for entry in report.figures if entry.task == task]
    candidates = list(dict.fromkeys(entry.contender for entry in entries))
    rows = list(metric_rows(entries, candidates))
    return TaskSection(task, TASK_TITLES[task], task in PROMPTED_TASKS, candidates, rows)


def metric_rows(entries: Sequence[MetricEntry], candidates: Sequence[str]) -> Iterator[MetricRow]:
    """Yields a row for each metric and kind of features, in the order of the entries."""
    for metric, features in dict.fromkeys((entry.metric, entry.features) for entry in entries):
        by_candidate = {
            entry.contender: entry for entry in entries if (entry.metric, entry.features) == (metric, features)
        }
        best = best_candidates(list(by_candidate.values()))
        cells = [MetricCell(by_candidate.get(name), name in best) for name in candidates]
        floors = next(iter(by_candidate.values())).floors
        yield MetricRow(METRICS[metric].title, features, cells, floors)


def best_candidates(entries: Sequence[MetricEntry]) -> set[str]:
    """Finds the candidates with the best value of a metric; none if all are equal or the metric has no best value.

    Values with a note do not count: they are what they are by construction.
    """
    direction = METRICS[entries[0].metric].better
    counted = [entry for entry in entries if not entry.note and math.isfinite(entry.figure.value)]
    values = {entry.figure.value for entry in counted}
    if len(values) < 2 or direction == "floor":
        return set()
    best = min(values) if direction == "less" else max(values)
    return {entry.contender for entry in counted if entry.figure.value == best}
