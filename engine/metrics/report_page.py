"""The report as one page that needs nothing else: figures in tables, pictures inside."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from engine.metrics.bootstrap import BootstrapEstimate
from engine.metrics.generated_samples import TASK_TITLES
from engine.metrics.metric_entries import METRICS, MetricEntry
from engine.metrics.prompt_generalisation import PHRASING_TITLES as TITLES_OF_PHRASINGS
from engine.metrics.report import EvaluationReport
from engine.metrics.report_pictures import PictureStrip
from engine.metrics.report_style import REPORT_CSS

PROMPTED_TASKS = ("text", "region")
CONTACT_CAPTION = "Image and layout of the same real pairs, and what each contender draws for them."
EXTREMES_CAPTION = (
    "Real image and layout, drawn image and layout, and the map of the drawn image if there is a segmenter."
)
NEAREST_CAPTION = "The samples of text → both nearest to a training picture, each beside it."


@dataclass(frozen=True)
class ReportPictures:
    """All pictures of the page: by task the contact sheets and the extremes, then the copies and the curves (SVG).

    `captions` are those of the contact sheets' rows.
    """

    captions: list[str]
    contact_sheets: dict[str, list[PictureStrip]]
    extremes: dict[str, list[PictureStrip]]
    memorised: list[PictureStrip]
    curves: dict[str, str]


def render_report_page(report: EvaluationReport, pictures: ReportPictures) -> str:
    """The whole page."""
    body = [header_html(report), candidates_table(report)]
    for task, strips in pictures.contact_sheets.items():
        body += [f'<h2 id="{task}">{TASK_TITLES[task]}</h2>', metrics_table(report, task)]
        body.append(strips_html("The first pictures", strips, CONTACT_CAPTION))
        if task in PROMPTED_TASKS:
            body.append(collapsible("Their captions", ordered_list(pictures.captions)))
        body.append(strips_html("Best and worst", pictures.extremes[task], EXTREMES_CAPTION))
        if task in report.iou:
            body.append(collapsible("IoU of each class", class_iou_table(report.iou[task])))
    if report.heard:
        body += ["<h2>Each class named, named absent and unprompted</h2>", prompt_adherence_table(report)]
    if report.phrased:
        body += ["<h2>Prompts in words of no caption</h2>", prompt_generalisation_table(report)]
    if pictures.memorised:
        body.append(strips_html("Nearest training pictures", pictures.memorised, NEAREST_CAPTION))
    body += ["<h2>Cost of one result</h2>", costs_table(report)]
    if pictures.curves:
        body.append("<h2>Sweeps</h2>")
        body += [
            f"<figure><figcaption>{escape(k)}</figcaption>{svg_image(v)}</figure>" for k, v in pictures.curves.items()
        ]
    body += ["<h2>What the figures are</h2>", metric_definitions(report)]
    title = f"{report.pack}: figures"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{REPORT_CSS}</style></head><body><main>\n"
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def header_html(report: EvaluationReport) -> str:
    """What was measured, on what."""
    return (
        f"<h1>{escape(report.pack)}</h1><p>{report.pictures} real pairs that no pack was trained on, "
        f"{report.frames} training frames. Small figures are 95 % intervals by bootstrap over pictures. Floors are "
        "real pictures against real ones at the same number, or what the judge reaches on real pictures. Real "
        f"pictures are seen in the light of training (gamma {report.gamma:g}). "
        f"Features: {escape(', '.join(report.features) or 'none')}. "
        f"Bits per pixel and per dimension: <code>{escape(report.bits)}</code>.</p>"
        + "".join(f"<p><b>{escape(str(one))}</b></p>" for one in report.lacking)
    )


def candidates_table(report: EvaluationReport) -> str:
    """Who is compared."""
    rows = [
        [
            escape(one.name),
            escape(one.title),
            f"{one.images_seen:,}",
            f"{one.sampler}{' + segmenter' if one.segment else ''}",
            f"{one.steps}" + (f" × {one.resamplings}" if one.resamplings > 1 else ""),
            f"{one.guidance:g}, {one.cross_guidance:g}",
        ]
        for one in report.contenders
    ]
    return html_table(
        ["contender", "pack", "images seen", "sampler", "steps from text", "guidance: text, other half"], rows
    )


def metrics_table(report: EvaluationReport, task: str) -> str:
    """Metrics in rows, contenders in columns, the better one marked, and the floors."""
    entries = [entry for entry in report.figures if entry.task == task]
    names = list(dict.fromkeys(entry.contender for entry in entries))
    rows = []
    for metric, features in dict.fromkeys((entry.metric, entry.features) for entry in entries):
        by_candidate = {
            entry.contender: entry for entry in entries if (entry.metric, entry.features) == (metric, features)
        }
        best = best_candidates(list(by_candidate.values()))
        cells = [entry_cell(by_candidate[name], name in best) if name in by_candidate else "" for name in names]
        floors = next(iter(by_candidate.values())).floors
        floors_html = "<br>".join(
            f"{format_number(value)} <small>{escape(name)}</small>" for name, value in floors.items()
        )
        title = escape(METRICS[metric].title) + (f"<br><small>{escape(features)}</small>" if features else "")
        rows.append([title, *cells, floors_html])
    return html_table(["", *map(escape, names), "floor or ceiling"], rows)


def best_candidates(entries: Sequence[MetricEntry]) -> set[str]:
    """The contenders with the best value, if several differ; what is so by construction does not count."""
    direction = METRICS[entries[0].metric].better
    counted = [entry for entry in entries if not entry.note and math.isfinite(entry.figure.value)]
    values = {entry.figure.value for entry in counted}
    if len(values) < 2 or direction == "floor":
        return set()
    best = min(values) if direction == "less" else max(values)
    return {entry.contender for entry in counted if entry.figure.value == best}


def entry_cell(entry: MetricEntry, best: bool) -> str:
    """A value with its interval below."""
    note = f"<br><small>{escape(entry.note)}</small>" if entry.note else ""
    return interval_html(entry.figure, best) + note


def interval_html(estimate: BootstrapEstimate, best: bool = False) -> str:
    """A figure over its interval."""
    value = f"<b>{format_number(estimate.value)}</b>" if best else format_number(estimate.value)
    return f"{value}<br><small>{format_number(estimate.low)} to {format_number(estimate.high)}</small>"


def format_number(value: float) -> str:
    """Three digits, as a person writes them."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def class_iou_table(iou: dict[str, dict[str, float]]) -> str:
    """Classes in rows, contenders and the segmenter in columns."""
    names = list(iou)
    rows = [[escape(label), *(format_number(iou[name][label]) for name in names)] for label in iou[names[0]]]
    return html_table(["class", *map(escape, names)], rows)


def prompt_adherence_table(report: EvaluationReport) -> str:
    """What of the results holds each class."""
    rows = [
        [
            escape(h.name),
            format_number(h.in_train),
            format_number(h.unprompted),
            format_number(h.named),
            format_number(h.absent),
        ]
        for h in report.heard
    ]
    return html_table(["class", "share of training frames", "unprompted", "named", "named absent"], rows)


def prompt_generalisation_table(report: EvaluationReport) -> str:
    """How many results are as phrasings held out of training told them to be."""
    rows = [
        [escape(TITLES_OF_PHRASINGS[one.kind]), interval_html(one.asked), str(one.asked.n), format_number(one.unasked)]
        for one in report.phrased
    ]
    return html_table(["told to be", "share that is (95 %)", "results", "share unasked"], rows)


def costs_table(report: EvaluationReport) -> str:
    """What every contender takes for one result."""
    rows = [
        [
            TASK_TITLES[one.task],
            escape(one.contender),
            format_number(one.evaluations),
            format_number(one.rows),
            format_number(one.teraflops),
            format_number(one.seconds),
            format_number(one.rate),
            format_number(one.peak_mib),
        ]
        for one in report.costs
    ]
    columns = ["task", "contender", "calls of the network", "pictures through it", "TFLOP", "seconds"]
    return html_table([*columns, "TFLOP/s (bf16) of the machine then", "peak memory, MiB"], rows)


def metric_definitions(report: EvaluationReport) -> str:
    """Every metric in words."""
    used = {entry.metric for entry in report.figures}
    terms = [
        f"<dt>{escape(one.title)}</dt><dd>{escape(one.meaning)}</dd>" for one in report.metrics if one.key in used
    ]
    return f"<dl>{''.join(terms)}</dl>"


def html_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML already."""
    top = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{each}</td>" for each in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def strips_html(title: str, strips: Sequence[PictureStrip], description: str) -> str:
    """Strips beside each other as far as there is room, each under its name; `what` says what is in them."""
    inside = "".join(
        f'<figure style="width: {strip.pixels.shape[1] * 3 // 2}px"><figcaption>{escape(strip.title)}</figcaption>'
        f'<img alt="{escape(strip.title)}" width="100%" src="{strip.url}"></figure>'
        for strip in strips
    )
    head = f"<h3>{escape(title)}</h3><p>{escape(description)}</p>"
    return f'{head}<div class="strips">{inside}</div>' if inside else ""


def ordered_list(texts: Sequence[str]) -> str:
    """One below the other, counted."""
    return "<ol>" + "".join(f"<li>{escape(text) or '(nothing)'}</li>" for text in texts) + "</ol>"


def collapsible(title: str, inside: str) -> str:
    """Shown when asked for."""
    return f"<details><summary>{escape(title)}</summary>{inside}</details>"


def svg_image(text: str) -> str:
    """As a picture of its own, whose names cannot meet those of another."""
    return f'<img alt="curves" src="data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode("ascii")}">'
