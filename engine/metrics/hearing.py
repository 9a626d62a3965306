"""Is the text heard: are named classes drawn, and classes named absent left out?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.captions import COUNTED, PRESENT, Caption
from engine.generation import generate
from engine.packs import Pack
from engine.protocol import Generate, Pixels

BATCH = 8


@dataclass(frozen=True)
class ClassHeard:
    """Shares of results that hold a class: unprompted, when named, and when named absent; and of the train frames."""

    name: str
    in_train: float
    unprompted: float
    named: float
    absent: float


@dataclass(frozen=True)
class Recall:
    """The share of a caption's classes that the result drawn from it holds, and with the captions shuffled."""

    true: float
    shuffled: float


def holds(layout: Pixels, classes: int) -> np.ndarray:
    """Which classes a layout holds, bool [K]; a class counts from 8 pixels."""
    return np.bincount(layout[layout < classes], minlength=classes) >= COUNTED


def draw_layouts(pack: Pack, prompts: Sequence[str], first_seed: int) -> Iterator[Pixels]:
    """The layouts of text → both for each prompt, with seeds counting up."""
    for start in range(0, len(prompts), BATCH):
        requests = [
            Generate(id="evaluate", pack=pack.info.name, prompt=prompt, seed=first_seed + start + index)
            for index, prompt in enumerate(prompts[start : start + BATCH])
        ]
        *_, last = generate(pack, requests)
        for index in range(len(requests)):
            yield last.layout(index)


def hear_classes(pack: Pack, in_train: np.ndarray, count: int) -> list[ClassHeard]:
    """Each class that is in under half of the training frames, in `count` prompts that name it and as many that
    name it absent, against `4 count` results without a prompt.
    """
    classes = pack.info.classes
    free = np.mean([holds(m, len(classes)) for m in draw_layouts(pack, [""] * (4 * count), 0)], 0)
    heard = []
    for index in np.flatnonzero(in_train < 0.5):
        name = classes[index].name
        named, absent = (
            float(np.mean([holds(m, len(classes))[index] for m in draw_layouts(pack, [text] * count, seed)]))
            for text, seed in ((f"a street with a {name}", 10_000), (f"a street, no {name}", 20_000))
        )
        heard.append(ClassHeard(name, float(in_train[index]), float(free[index]), named, absent))
    return heard


def recall(pack: Pack, captions: Sequence[Caption]) -> Recall:
    """Of the classes that captions name, the share that is drawn, with the same results for both sums."""
    drawn = [holds(m, len(pack.info.classes)) for m in draw_layouts(pack, [c.text for c in captions], 30_000)]
    named = [caption.says == PRESENT for caption in captions]
    shifted = [*named[1:], *named[:1]]
    true, shuffled = (
        sum(int((a & b).sum()) for a, b in zip(which, drawn, strict=True)) / sum(int(a.sum()) for a in which)
        for which in (named, shifted)
    )
    return Recall(true, shuffled)
