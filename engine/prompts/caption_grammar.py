"""Captions from a pack's own words, one for each seed, without an image."""

from __future__ import annotations

import numpy as np

from engine.data.class_areas import class_pixel_counts
from engine.data.taxonomy import ClassWords
from engine.interface.protocol import ClassInfo, PackInfo, Pixels
from engine.prompts.captions import (
    ABSENCE_PHRASES,
    MANY_PHRASES,
    MIN_CLASS_PIXELS,
    MUCH_PHRASES,
    PLAIN_OPENERS,
    SOME_PHRASES,
    Captioner,
    choose_phrase,
)

CLASS_COUNTS = (1, 1, 2, 2, 3, 4)
"""The numbers of classes that a caption names, drawn evenly."""
AMOUNTS = ("", "", *SOME_PHRASES, *MANY_PHRASES, "a")
MASS_AMOUNTS = ("", "", "some", *MUCH_PHRASES)


def grammar_caption(seed: int, info: PackInfo, layout: Pixels | None = None) -> str:
    """A caption that names random classes; classes of a layout, ids [H, W], if it is given."""
    random = np.random.default_rng([seed, 0xCA])
    count = len(info.classes)
    captioner = Captioner([_class_words(class_info) for class_info in info.classes], np.full(count, 0.3), (0.0, 255.0))
    if layout is None:
        present = random.choice(count, min(count, int(random.choice(CLASS_COUNTS))), replace=False)
        parts = [_class_phrase(info.classes[index], random) for index in present]
        others = np.setdiff1d(np.arange(count), present)
    else:
        areas = class_pixel_counts(layout, count)
        present = captioner.pick_classes(
            np.flatnonzero(areas >= MIN_CLASS_PIXELS), captioner.presence_weight, CLASS_COUNTS, random
        )
        parts = [captioner.describe_class(index, layout == index, random) for index in present]
        others = np.flatnonzero(areas == 0)
    if len(others) and random.random() < 0.2:
        parts.append(f"{ABSENCE_PHRASES[0]} {info.classes[int(random.choice(others))].name}")
    opener = choose_phrase(caption_openers(info), random)
    return " with ".join(part for part in (opener, ", ".join(parts)) if part)


def caption_openers(info: PackInfo) -> tuple[str, ...]:
    """The openers of a pack's captions; if it has none, the plain ones whose words are all in its vocabulary."""
    vocabulary = set(info.vocabulary)
    return info.openers or tuple(opener for opener in PLAIN_OPENERS if vocabulary.issuperset(opener.split()))


def _class_phrase(info: ClassInfo, random: np.random.Generator) -> str:
    amount = choose_phrase(MASS_AMOUNTS if info.mass else AMOUNTS, random)
    nouns = _class_words(info).nouns(amount in (*SOME_PHRASES, *MANY_PHRASES))
    noun = nouns[0] if random.random() < 0.6 else choose_phrase(nouns, random)
    return f"{amount} {noun}".strip()


def _class_words(info: ClassInfo) -> ClassWords:
    return ClassWords(name=info.name, colour=info.colour, plural=info.plural, mass=info.mass, synonyms=info.synonyms)
