"""What of a request is taken from a file: nothing that names a file, a model or code, and no number out of range.

A request lies in every PNG file, project and result, and is drawn again a moment after one of them is opened: whoever
made the file would choose what the engine reads and runs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QCoreApplication

from engine.interface.guide_origins import is_external_guide
from engine.interface.protocol import ClassifierGuide, ClipGuide, CustomGuide, Generate, GuideRequest, StyleGuide
from studio.session.generation.request_builder import MAX_SEED, GenerationOptions
from studio.session.notices import Notice, NoticeLevel

MAX_PROMPT = 2000
MAX_EVALUATIONS = 20_000
"""Of the network for one picture; far more than any sampler needs."""
MAX_AREAS = 255
MAX_STYLE_PIXELS = 2**20
MAX_GUIDE_TEXT = 60
"""Characters of a guide that a notice shows."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

translate = QCoreApplication.translate


class SanitisedRequest(NamedTuple):
    """A request that may be drawn, and the guides that it came with and has no more, as people write them."""

    request: Generate
    left_out: tuple[str, ...]


def sanitise_request(request: Generate) -> SanitisedRequest:
    """A request from a file without what a file may not bring. Raises ValueError for a number out of range."""
    left_out = tuple(_guide_text(guide) for guide in request.guides if is_external_guide(guide))
    kept = tuple(guide for guide in request.guides if not is_external_guide(guide))
    _check_numbers(request)
    for guide in kept:
        if isinstance(guide, StyleGuide):
            _check_style(guide)
    clean = msgspec.structs.replace(
        request,
        guides=kept,
        prompt=None if request.prompt is None else clean_prompt(request.prompt),
        negative=clean_prompt(request.negative),
        full=None,
        trace=False,
    )
    return SanitisedRequest(clean, left_out)


def sanitise_options(options: GenerationOptions) -> GenerationOptions:
    """Options from a file with everything within its range: what is out of it becomes the nearest that is not."""
    areas = {name[:MAX_PROMPT]: _bounded(share, 0, 1) for name, share in list(options.areas.items())[:MAX_AREAS]}
    guidance, cross = (_bounded_guidance(weight) for weight in (options.guidance, options.cross_guidance))
    return msgspec.structs.replace(
        options,
        prompt=clean_prompt(options.prompt),
        negative=clean_prompt(options.negative),
        seed=min(max(options.seed, 0), MAX_SEED),
        steps=None if options.steps is None else min(max(options.steps, 1), 1000),
        areas=areas,
        guidance=guidance,
        cross_guidance=cross,
    )


def left_out_notice(name: str, left_out: Sequence[str]) -> Notice:
    """What to say of a file whose guides were left out."""
    words = translate(
        "Requests",
        "{file} asks for guides that a file may not bring, and they were left out: {guides}. "
        "Who wants one passes it to diptych-engine sample.",
    )
    return Notice(words.format(file=name, guides=", ".join(f"“{guide}”" for guide in left_out)), NoticeLevel.INFO)


def clean_prompt(text: str) -> str:
    """A prompt of one line that a person could have typed."""
    return _CONTROL.sub(" ", text)[:MAX_PROMPT]


def _guide_text(guide: GuideRequest) -> str:
    match guide:
        case CustomGuide(function=function):
            text = f"own:{function}"
        case ClipGuide(model=model):
            text = f"clip:{model}"
        case ClassifierGuide(classifier=classifier):
            text = f"classes:{classifier}"
        case _:
            text = type(guide).__name__
    text = _CONTROL.sub(" ", text)
    return text if len(text) <= MAX_GUIDE_TEXT else f"{text[:8]}…{text[9 - MAX_GUIDE_TEXT :]}"


def _check_numbers(request: Generate) -> None:
    if request.seed > MAX_SEED:
        raise ValueError(f"its seed {request.seed} is larger than {MAX_SEED}")
    evaluations = (request.steps or 1) * (1 + request.corrections) * request.resamplings
    if evaluations > MAX_EVALUATIONS:
        raise ValueError(f"it asks for {evaluations} evaluations of the network")
    scales = [guide.scale for guide in request.guides]
    weights = [request.guidance or 0.0, request.cross_guidance or 0.0, request.threshold, *scales]
    if not all(math.isfinite(weight) for weight in weights):
        raise ValueError("one of its weights is not a number")


def _check_style(guide: StyleGuide) -> None:
    image = guide.image
    if not image.is_complete or image.height * image.width > MAX_STYLE_PIXELS:
        raise ValueError(f"its style has {image.height}×{image.width} pixels in {len(image.data)} bytes")


def _bounded(value: float, low: float, high: float) -> float:
    return min(max(value, low), high) if math.isfinite(value) else low


def _bounded_guidance(weight: float | None) -> float | None:
    return None if weight is None else _bounded(weight, 0, 50)
