"""Captions made from a pair, as people would type them, drawn afresh at each visit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from engine.data.taxonomy import Classes, ClassWords, whole
from engine.network.text import words_of
from engine.protocol import UNKNOWN, Pixels
from engine.raster import rgb

COUNTED = 8
"""A class counts as present from this many pixels."""
SILENT, PRESENT, ABSENT = 0, 1, 2
SKY = "sky"

OPENERS = (
    *("a street", "a city street", "an urban street", "a road", "a street scene", "a photo of a street", "street"),
    *("an image of an urban street view", "a town", "a street in a city", "downtown", "a view from a car", ""),
)
PLAIN = ("a picture", "a photo", "an image", "")
"""How captions of streets begin, and others where their taxonomy does not say."""
WIDE, NARROW = ("open sky", "a wide street", "a big sky", "an open view"), ("a narrow street", "a canyon of houses")
BRIGHT = ("bright", "a bright day", "sunny", "sunlight", "daylight")
DARK = ("dark", "dusk", "a dark day", "evening", "gloomy")
GREY = ("overcast", "grey light", "a cloudy day")
FEW, SOME, MANY = ("a few", "two or three"), ("some", "several"), ("many", "lots of", "a lot of", "plenty of")
MUCH = ("lots of", "a lot of", "much")
ONE = ("a", "one", "a single")
NONE = ("no", "without", "without any", "no visible")
LEFT, RIGHT = ("on the left", "at the left", "to the left"), ("on the right", "at the right", "to the right")
BOTH, MIDDLE = ("on both sides", "left and right"), ("in the middle", "in the centre", "ahead")
STRANGE = "wondrous"
"""A word outside every vocabulary, put in now and then: the network learns that unknown words say nothing."""
JOINS = (", ", ", ", " and ", " with ", ". ")


COMMON = 2
"""A word of people's own captions belongs to the vocabulary if so many captions have it."""
WORDS = 4000


class Voice(NamedTuple):
    """How captions of a domain begin, and whether they tell of streets, the time of day and the sky."""

    openers: tuple[str, ...] = PLAIN
    streets: bool = False

    @classmethod
    def of(cls, source: Classes) -> Voice:
        """A taxonomy's. Raises BadConfig."""
        taxonomy = whole(source)
        return cls(taxonomy.openers or (OPENERS if taxonomy.streets else PLAIN), taxonomy.streets)

    @property
    def light(self) -> tuple[tuple[str, ...], ...]:
        """Words for bright, dark and middling pictures."""
        return (BRIGHT, DARK, GREY) if self.streets else (BRIGHT[:1], DARK[:1], ("",))


USUAL = Voice()


class Caption(NamedTuple):
    """A text, and what it says of each class: `SILENT`, `PRESENT` or `ABSENT`, int64 [K]."""

    text: str
    says: np.ndarray[tuple[int], np.dtype[np.int64]]


def vocabulary(classes: Sequence[ClassWords], voice: Voice = USUAL, texts: Iterable[str] = ()) -> tuple[str, ...]:
    """Every word that a caption can hold, and the commonest ones of people's own captions, sorted."""
    phrases = [*voice.openers, *FEW, *SOME, *MANY, *MUCH, *ONE, *NONE, *LEFT, *RIGHT, *BOTH, *MIDDLE, *JOINS]
    phrases += [phrase for phrases in voice.light for phrase in phrases]
    phrases += [*WIDE, *NARROW] if voice.streets else []
    phrases += [noun for words in classes for many in (False, True) for noun in words.nouns(many)]
    phrases += [shade for words in classes for shade in words.shades]
    counts = Counter(word for text in texts for word in set(words_of(text)))
    common = [word for word, count in counts.most_common(WORDS) if count >= COMMON]
    return tuple(sorted({word for phrase in phrases for word in words_of(phrase)} | set(common)))


def given(text: str, layout: Pixels, classes: Sequence[ClassWords], mirrored: bool) -> Caption:
    """A caption of a person's own; it says of a class in the ids [H, W] that it is there if it names it.

    That of a mirrored picture has left and right in each other's places.
    """
    if mirrored:
        text = _SIDES.sub(lambda found: _OTHER_SIDE[found[0].lower()], text)
    counts = np.bincount(layout[layout != UNKNOWN], minlength=len(classes))
    spoken = f" {' '.join(words_of(text))} "
    says = np.zeros(len(classes), np.int64)
    for index in map(int, np.flatnonzero(counts >= COUNTED)):
        nouns = [*classes[index].nouns(False), *classes[index].nouns(True)]
        if any(f" {' '.join(words_of(noun))} " in spoken for noun in nouns):
            says[index] = PRESENT
    return Caption(text, says)


_OTHER_SIDE = {"left": "right", "right": "left"}
_SIDES = re.compile(r"\b(left|right)\b", re.IGNORECASE)


class Captioner:
    """Writes captions for one set of classes; `frequency` [K] is the share of frames that hold each class."""

    def __init__(
        self,
        classes: Sequence[ClassWords],
        frequency: np.ndarray,
        light: tuple[float, float],
        voice: Voice = USUAL,
    ) -> None:
        self.classes, self.voice = classes, voice
        self.light = light
        self.weight = 1 / np.sqrt(np.maximum(frequency, 0.02))
        self.surprise = np.sqrt(np.clip(frequency, 0.05, 1))

    def draw(self, layout: Pixels, image: Pixels, random: np.random.Generator) -> Caption:
        """A caption for ids [H, W] and RGB [H, W, 3]."""
        counts = np.bincount(layout[layout != UNKNOWN], minlength=len(self.classes))
        says = np.zeros(len(self.classes), np.int64)
        present = self.pick(np.flatnonzero(counts >= COUNTED), self.weight, (1, 1, 1, 2, 2, 3, 4, 6), random)
        absent = self.pick(np.flatnonzero(counts == 0), self.surprise, (0, 0, 0, 1, 1, 2), random)
        says[present], says[absent] = PRESENT, ABSENT
        parts = [self.present(index, layout == index, random, image) for index in present]
        parts += [f"{choose(NONE, random)} {self.noun(index, random.random() < 0.7, random)}" for index in absent]
        parts += self.mood(layout, image, random)
        parts = [parts[i] for i in random.permutation(len(parts))]
        if random.random() < 0.6:
            parts.insert(0, choose(self.voice.openers, random))
        join = choose(JOINS, random)
        head, tail = parts[:1], parts[1:]
        text = choose((" with ", join), random).join([*head, join.join(tail)] if tail else head)
        words = text.strip(" ,.").split(" ")
        if random.random() < 0.15:
            words.insert(int(random.integers(len(words) + 1)), STRANGE)
        return Caption(" ".join(words), says)

    def pick(
        self, among: np.ndarray, weight: np.ndarray, sizes: tuple[int, ...], random: np.random.Generator
    ) -> np.ndarray:
        """Some of the ids, the telling ones more often."""
        size = min(len(among), int(random.choice(sizes)))
        if not size:
            return among[:0]
        return random.choice(among, size, replace=False, p=weight[among] / weight[among].sum())

    def present(self, index: int, where: np.ndarray, random: np.random.Generator, image: Pixels | None = None) -> str:
        """How much of a class there is and where, each said only sometimes."""
        columns = where.sum(0)
        runs = pieces(columns)
        if self.classes[index].mass:
            amount = choose(MUCH, random) if where.mean() > 0.15 else "some"
            many = False
        else:
            many = runs > 1
            amount = choose(MANY if runs > 5 else SOME if runs > 3 else FEW, random) if many else choose(ONE, random)
        merged = runs == 1 and where.mean() > 0.05  # a row of houses is one run, and nobody can count it
        words = [self.noun(index, many or merged, random)]
        if image is not None and self.classes[index].shades and random.random() < 0.6:
            words.insert(0, shade_of(image[where], self.classes[index].shades))
        if random.random() < 0.5 and not merged:
            words.insert(0, amount)
        if random.random() < 0.3:
            words.append(choose(side(columns), random))
        return " ".join(words)

    def noun(self, index: int, many: bool, random: np.random.Generator) -> str:
        nouns = self.classes[index].nouns(many)
        return nouns[0] if random.random() < 0.6 else choose(nouns, random)

    def mood(self, layout: Pixels, image: Pixels, random: np.random.Generator) -> list[str]:
        """Light by luminance and openness by the share of sky, each said in a fifth of the captions."""
        says = []
        if random.random() < 0.2:
            luminance, (low, high) = float(image.mean()), self.light
            bright, dark, between = self.voice.light
            says.append(choose(bright if luminance > high else dark if luminance < low else between, random))
        if not self.voice.streets:
            return [word for word in says if word]
        skies = [index for index, words in enumerate(self.classes) if words.name == SKY]
        share = float(np.isin(layout, skies).mean()) if skies else 0.05
        if random.random() < 0.2 and not 0.02 < share < 0.12:
            says.append(choose(WIDE if share > 0.05 else NARROW, random))
        return says


def shade_of(pixels: Pixels, shades: dict[str, str]) -> str:
    """The name of the colour nearest to the median of RGB [n, 3]."""
    median = np.median(pixels, axis=0)
    return min(shades, key=lambda name: float(np.square(median - rgb(shades[name])).sum()))


def pieces(columns: np.ndarray) -> int:
    """How many pieces one sees from left to right, by the number of pixels in each column."""
    return int((np.diff(np.concatenate([[0], (columns > 0).astype(int)])) == 1).sum())


def side(columns: np.ndarray) -> tuple[str, ...]:
    """Where pixels lie, by their number in each column."""
    thirds = [part.sum() / max(1, columns.sum()) for part in np.array_split(columns, 3)]
    if min(thirds[0], thirds[2]) > max(0.25, thirds[1]):
        return BOTH
    return (LEFT, MIDDLE, RIGHT)[int(np.argmax(thirds))]


def choose(options: Sequence[str], random: np.random.Generator) -> str:
    return options[int(random.integers(len(options)))]


class Wish(NamedTuple):
    """What a prompt asks for, and what it asks to leave out."""

    wanted: str
    unwanted: str


_FREE = r"(?:(?:which|that)\s+(?:is|are)\s+)?(?:free|devoid|empty)\s+of"
_ABSENT = rf"(?:without|no|not\s+(?:any|one|a\s+single)|nothing\s+of|{_FREE})"
_THERE = r"there\s+(?:is|are)"
_NOT = rf"{_THERE}(?:\s+not|n['’]t)\s+(?!many|much|so|too)"
_INSIDE = "".join(rf"(?<!{who} {is_})" for who in ("there", "which", "that") for is_ in ("is", "are"))
_JOIN = re.compile(rf"(\s*[,.;]\s*|\s+(?:and|with|but)\s+|{_INSIDE}\s+(?={_ABSENT}\s|{_NOT}))", re.IGNORECASE)
_NONE = re.compile(rf"(?:{_NOT}|(?:{_THERE}\s+)?{_ABSENT}\s+)(?:(?:any|visible|an?)\s+)?", re.IGNORECASE)
_NOWHERE = re.compile(r"\s+(?:to\s+be\s+seen|in\s+sight|anywhere|at\s+all|here)$", re.IGNORECASE)


def read_wish(prompt: str) -> Wish:
    """Take the parts of a prompt that begin with “no”, “without”, “free of” or the like for what is to be left out.

    A network hears a class in “no cars” before it hears the “no”; as a negative prompt they leave it out.
    """
    pieces = _JOIN.split(prompt.strip())
    wanted, unwanted = "", []
    for join, part in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        none = _NONE.match(part)
        if none:
            unwanted.append(_NOWHERE.sub("", part[none.end() :]))
        elif part:
            wanted += join + part if wanted else part
    return Wish(wanted, ", ".join(unwanted)) if unwanted else Wish(prompt, "")
