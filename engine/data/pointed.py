"""Captions about one or two things that say where they are and how many, in the many ways that people do.

Those of the grammar (`engine.data.captions`) say it now and then among much else, which teaches a network little.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.data.captions import (
    BOTH,
    COUNTED,
    LEFT,
    MIDDLE,
    PRESENT,
    RIGHT,
    STRANGE,
    Caption,
    Captioner,
    choose,
    pieces,
    side,
)
from engine.protocol import UNKNOWN, Pixels

LONE = ("one", "a single", "only one", "just one", "one lone")
NUMBERS = {2: ("two", "a couple of", "a pair of"), 3: ("three", "a few"), 4: ("four", "several")}
CROWD = ("many", "lots of", "very many", "numerous", "countless", "a great many", "a dozen", "a large number of")
"""From five pieces on."""
MASS, LITTLE = ("lots of", "much", "a lot of", "plenty of", "a great deal of"), ("a little", "some", "a bit of")
VAST = 0.15
"""A share of the picture that is much."""
SAYS = ("{}", "{}", "we see {}", "one can see {}", "there you can see {}", "{} can be seen", "look, {}", "it has {}")
PLACES = {
    LEFT: (
        *("{} on the left", "{} at the left", "{} to the left", "on the left {}", "left: {}"),
        *("{} on the left side", "on the left side we see {}", "to the left of us {}", "{} in the left half"),
        *("the left edge has {}", "{} left"),
    ),
    RIGHT: (
        *("{} on the right", "{} at the right", "{} to the right", "on the right {}", "right: {}"),
        *("{} on the right side", "on the right side we see {}", "to the right of us {}", "{} in the right half"),
        *("the right edge has {}", "{} right"),
    ),
    MIDDLE: (
        *("{} in the middle", "{} in the centre", "{} ahead", "in the middle {}", "in front of us {}"),
        "middle: {}",
    ),
    BOTH: ("{} on both sides", "{} left and right", "left and right {}", "on both sides {}"),
}
SUN = ("the sun is out", "bright sun", "in bright light", "in broad daylight", "under a shining sun", "by day")
NIGHT = ("at night", "night", "a night scene", "in the dark", "dimly lit", "with little light", "late at night")
ENDS = (" ", ", ", ". ", " and ")


def phrases() -> Iterator[str]:
    """All that is said in them beside the words for classes."""
    yield from (*LONE, *CROWD, *MASS, *LITTLE, *SUN, *NIGHT, *ENDS)
    yield from (one for some in (*NUMBERS.values(), SAYS, *PLACES.values()) for one in some)


def pointed(captioner: Captioner, layout: Pixels, image: Pixels, random: np.random.Generator) -> Caption:
    """A caption for ids [H, W] and RGB [H, W, 3]; every other one also says how light it is, if it is either."""
    counts = np.bincount(layout[layout != UNKNOWN], minlength=len(captioner.classes))
    says = np.zeros(len(captioner.classes), np.int64)
    present = captioner.pick(np.flatnonzero(counts >= COUNTED), captioner.weight**2, (1, 1, 1, 2), random)
    says[present] = PRESENT
    parts = [_told(captioner, index, layout == index, random) for index in present]
    luminance, (low, high) = float(image.mean()), captioner.light
    if not low < luminance < high and random.random() < 0.5:
        parts.insert(int(random.integers(len(parts) + 1)), choose(NIGHT if luminance < low else SUN, random))
    if random.random() < 0.4:
        parts.insert(0, choose(captioner.voice.openers, random))
    words = choose(ENDS, random).join(part for part in parts if part).split(" ")
    for _ in range(int(random.choice((0, 0, 0, 1, 2)))):
        words.insert(int(random.integers(len(words) + 1)), STRANGE)
    return Caption(" ".join(words), says)


def _told(captioner: Captioner, index: int, where: np.ndarray, random: np.random.Generator) -> str:
    """How many there are of a class and where, either or both, as a rule."""
    columns, share = where.sum(0), where.mean()
    runs = pieces(columns)
    mass = captioner.classes[index].mass
    noun = captioner.noun(index, not mass and runs > 1, random)
    if random.random() < 0.7:
        if mass:
            amount = choose(MASS if share > VAST else LITTLE, random)
        else:
            amount = choose(LONE if runs < 2 else NUMBERS.get(runs, CROWD), random)
        noun = f"{amount} {noun}"
    elif not mass and runs < 2:
        noun = f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
    return choose(PLACES[side(columns)] if random.random() < 0.7 else SAYS, random).format(noun)
