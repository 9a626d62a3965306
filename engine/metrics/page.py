"""The report as one page that needs nothing else: figures in tables, pictures inside."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from engine.metrics.bootstrap import Figure
from engine.metrics.drawing import TITLES
from engine.metrics.entries import METRICS, Entry
from engine.metrics.phrasings import TITLES as TITLES_OF_PHRASINGS
from engine.metrics.pictures import Strip
from engine.metrics.report import Report
from engine.metrics.style import CSS

WORDED = ("text", "region")
SHEET = "Image and layout of the same real pairs, and what each contender draws for them."
EXTREMES = "Real image and layout, drawn image and layout, and the map of the drawn image if there is a segmenter."
NEAREST = "The samples of text → both nearest to a training picture, each beside it."


@dataclass(frozen=True)
class Shown:
    """All pictures of the page: by task the contact sheets and the extremes, then the copies and the curves (SVG).

    `captions` are those of the contact sheets' rows.
    """

    captions: list[str]
    contacts: dict[str, list[Strip]]
    extremes: dict[str, list[Strip]]
    memorised: list[Strip]
    curves: dict[str, str]


def page(report: Report, pictures: Shown) -> str:
    """The whole page."""
    body = [head(report), contenders(report)]
    for task, strips in pictures.contacts.items():
        body += [f'<h2 id="{task}">{TITLES[task]}</h2>', figures(report, task)]
        body.append(strips_of("The first pictures", strips, SHEET))
        if task in WORDED:
            body.append(folded("Their captions", ordered(pictures.captions)))
        body.append(strips_of("Best and worst", pictures.extremes[task], EXTREMES))
        if task in report.iou:
            body.append(folded("IoU of each class", per_class(report.iou[task])))
    if report.heard:
        body += ["<h2>Each class named, named absent and unprompted</h2>", heard(report)]
    if report.phrased:
        body += ["<h2>Prompts in words of no caption</h2>", phrased(report)]
    if pictures.memorised:
        body.append(strips_of("Nearest training pictures", pictures.memorised, NEAREST))
    body += ["<h2>Cost of one result</h2>", costs(report)]
    if pictures.curves:
        body.append("<h2>Sweeps</h2>")
        body += [f"<figure><figcaption>{escape(k)}</figcaption>{svg(v)}</figure>" for k, v in pictures.curves.items()]
    body += ["<h2>What the figures are</h2>", meanings(report)]
    title = f"{report.pack}: figures"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head><body><main>\n"
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def head(report: Report) -> str:
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


def contenders(report: Report) -> str:
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
    return table(
        ["contender", "pack", "images seen", "sampler", "steps from text", "guidance: text, other half"], rows
    )


def figures(report: Report, task: str) -> str:
    """Metrics in rows, contenders in columns, the better one marked, and the floors."""
    entries = [entry for entry in report.figures if entry.task == task]
    names = list(dict.fromkeys(entry.contender for entry in entries))
    rows = []
    for metric, features in dict.fromkeys((entry.metric, entry.features) for entry in entries):
        some = {entry.contender: entry for entry in entries if (entry.metric, entry.features) == (metric, features)}
        best = best_of(list(some.values()))
        cells = [cell(some[name], name in best) if name in some else "" for name in names]
        floors = next(iter(some.values())).floors
        told = "<br>".join(f"{number(value)} <small>{escape(name)}</small>" for name, value in floors.items())
        title = escape(METRICS[metric].title) + (f"<br><small>{escape(features)}</small>" if features else "")
        rows.append([title, *cells, told])
    return table(["", *map(escape, names), "floor or ceiling"], rows)


def best_of(entries: Sequence[Entry]) -> set[str]:
    """The contenders with the best value, if several differ; what is so by construction does not count."""
    way = METRICS[entries[0].metric].better
    counted = [entry for entry in entries if not entry.note and math.isfinite(entry.figure.value)]
    values = {entry.figure.value for entry in counted}
    if len(values) < 2 or way == "floor":
        return set()
    best = min(values) if way == "less" else max(values)
    return {entry.contender for entry in counted if entry.figure.value == best}


def cell(entry: Entry, best: bool) -> str:
    """A value with its interval below."""
    note = f"<br><small>{escape(entry.note)}</small>" if entry.note else ""
    return ranged(entry.figure, best) + note


def ranged(one: Figure, best: bool = False) -> str:
    """A figure over its interval."""
    value = f"<b>{number(one.value)}</b>" if best else number(one.value)
    return f"{value}<br><small>{number(one.low)} to {number(one.high)}</small>"


def number(value: float) -> str:
    """Three digits, as a person writes them."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def per_class(iou: dict[str, dict[str, float]]) -> str:
    """Classes in rows, contenders and the segmenter in columns."""
    names = list(iou)
    rows = [[escape(label), *(number(iou[name][label]) for name in names)] for label in iou[names[0]]]
    return table(["class", *map(escape, names)], rows)


def heard(report: Report) -> str:
    """What of the results holds each class."""
    rows = [
        [escape(h.name), number(h.in_train), number(h.unprompted), number(h.named), number(h.absent)]
        for h in report.heard
    ]
    return table(["class", "share of training frames", "unprompted", "named", "named absent"], rows)


def phrased(report: Report) -> str:
    """How many results are as phrasings held out of training told them to be."""
    rows = [
        [escape(TITLES_OF_PHRASINGS[one.kind]), ranged(one.asked), str(one.asked.n), number(one.unasked)]
        for one in report.phrased
    ]
    return table(["told to be", "share that is (95 %)", "results", "share unasked"], rows)


def costs(report: Report) -> str:
    """What every contender takes for one result."""
    rows = [
        [
            TITLES[one.task],
            escape(one.contender),
            number(one.evaluations),
            number(one.rows),
            number(one.teraflops),
            number(one.seconds),
            number(one.rate),
            number(one.peak_mib),
        ]
        for one in report.costs
    ]
    columns = ["task", "contender", "calls of the network", "pictures through it", "TFLOP", "seconds"]
    return table([*columns, "TFLOP/s (bf16) of the machine then", "peak memory, MiB"], rows)


def meanings(report: Report) -> str:
    """Every metric in words."""
    used = {entry.metric for entry in report.figures}
    terms = [
        f"<dt>{escape(one.title)}</dt><dd>{escape(one.meaning)}</dd>" for one in report.metrics if one.key in used
    ]
    return f"<dl>{''.join(terms)}</dl>"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML already."""
    top = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{each}</td>" for each in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def strips_of(title: str, strips: Sequence[Strip], what: str) -> str:
    """Strips beside each other as far as there is room, each under its name; `what` says what is in them."""
    inside = "".join(
        f'<figure style="width: {strip.pixels.shape[1] * 3 // 2}px"><figcaption>{escape(strip.title)}</figcaption>'
        f'<img alt="{escape(strip.title)}" width="100%" src="{strip.url}"></figure>'
        for strip in strips
    )
    head = f"<h3>{escape(title)}</h3><p>{escape(what)}</p>"
    return f'{head}<div class="strips">{inside}</div>' if inside else ""


def ordered(texts: Sequence[str]) -> str:
    """One below the other, counted."""
    return "<ol>" + "".join(f"<li>{escape(text) or '(nothing)'}</li>" for text in texts) + "</ol>"


def folded(title: str, inside: str) -> str:
    """Shown when asked for."""
    return f"<details><summary>{escape(title)}</summary>{inside}</details>"


def svg(text: str) -> str:
    """As a picture of its own, whose names cannot meet those of another."""
    return f'<img alt="curves" src="data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode("ascii")}">'
