"""Captions from a pack's own words, one for each seed, without a picture to look at."""

from __future__ import annotations

import numpy as np

from engine.data.captions import COUNTED, MANY, MUCH, NONE, PLAIN, SOME, Captioner, choose
from engine.data.taxonomy import ClassWords
from engine.protocol import UNKNOWN, ClassInfo, PackInfo, Pixels

SIZES = (1, 1, 2, 2, 3, 4)
"""How many classes a caption names."""
AMOUNTS = ("", "", *SOME, *MANY, "a")
AMOUNTS_OF_A_MASS = ("", "", "some", *MUCH)


def caption(seed: int, info: PackInfo, layout: Pixels | None = None) -> str:
    """A caption of some classes; of those in a layout, ids [H, W], if it is given."""
    random = np.random.default_rng([seed, 0xCA])
    count = len(info.classes)
    writer = Captioner([_words(one) for one in info.classes], np.full(count, 0.3), (0.0, 255.0))
    if layout is None:
        present = random.choice(count, min(count, int(random.choice(SIZES))), replace=False)
        parts = [_some(info.classes[index], random) for index in present]
        others = np.setdiff1d(np.arange(count), present)
    else:
        areas = np.bincount(layout[layout != UNKNOWN], minlength=count)
        present = writer.pick(np.flatnonzero(areas >= COUNTED), writer.weight, SIZES, random)
        parts = [writer.present(index, layout == index, random) for index in present]
        others = np.flatnonzero(areas == 0)
    if len(others) and random.random() < 0.2:
        parts.append(f"{NONE[0]} {info.classes[int(random.choice(others))].name}")
    opener = choose(openers(info), random)
    return " with ".join(part for part in (opener, ", ".join(parts)) if part)


def openers(info: PackInfo) -> tuple[str, ...]:
    """How captions of a pack begin; of the usual ways, if it says nothing, those of which it knows every word."""
    known = set(info.vocabulary)
    return info.openers or tuple(opener for opener in PLAIN if known.issuperset(opener.split()))


def _some(one: ClassInfo, random: np.random.Generator) -> str:
    amount = choose(AMOUNTS_OF_A_MASS if one.mass else AMOUNTS, random)
    nouns = _words(one).nouns(amount in (*SOME, *MANY))
    noun = nouns[0] if random.random() < 0.6 else choose(nouns, random)
    return f"{amount} {noun}".strip()


def _words(one: ClassInfo) -> ClassWords:
    return ClassWords(name=one.name, colour=one.colour, plural=one.plural, mass=one.mass, synonyms=one.synonyms)
