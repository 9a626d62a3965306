"""Captions written from a pair in the words that people type, drawn anew each time the pair is used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from engine.data.class_areas import class_pixel_counts
from engine.data.taxonomy import ClassWords, TaxonomySource, load_taxonomy
from engine.interface.prompt_words import split_words
from engine.interface.protocol import Pixels
from engine.interface.raster import parse_hex_colour

MIN_CLASS_PIXELS = 8
"""The fewest pixels with which a class counts as present."""
UNMENTIONED, PRESENT, ABSENT = 0, 1, 2
"""What a caption says of a class."""
SKY_CLASS = "sky"

STREET_OPENERS = (
    *("a street", "a city street", "an urban street", "a road", "a street scene", "a photo of a street", "street"),
    *("an image of an urban street view", "a town", "a street in a city", "downtown", "a view from a car", ""),
)
PLAIN_OPENERS = ("a picture", "a photo", "an image", "")
"""The openers of captions of streets, and of others whose taxonomy names none."""
WIDE_SKY_PHRASES, NARROW_SKY_PHRASES = (
    ("open sky", "a wide street", "a big sky", "an open view"),
    ("a narrow street", "a canyon of houses"),
)
BRIGHT_PHRASES = ("bright", "a bright day", "sunny", "sunlight", "daylight")
DARK_PHRASES = ("dark", "dusk", "a dark day", "evening", "gloomy")
GREY_PHRASES = ("overcast", "grey light", "a cloudy day")
FEW_PHRASES, SOME_PHRASES, MANY_PHRASES = (
    ("a few", "two or three"),
    ("some", "several"),
    ("many", "lots of", "a lot of", "plenty of"),
)
MUCH_PHRASES = ("lots of", "a lot of", "much")
ONE_PHRASES = ("a", "one", "a single")
ABSENCE_PHRASES = ("no", "without", "without any", "no visible")
LEFT_PHRASES, RIGHT_PHRASES = (
    ("on the left", "at the left", "to the left"),
    ("on the right", "at the right", "to the right"),
)
BOTH_SIDES_PHRASES, MIDDLE_PHRASES = ("on both sides", "left and right"), ("in the middle", "in the centre", "ahead")
OUT_OF_VOCABULARY_WORD = "wondrous"
"""A word outside every vocabulary, inserted now and then so that the network learns to ignore unknown words."""
SEPARATORS = (", ", ", ", " and ", " with ", ". ")


MIN_WORD_COUNT = 2
"""The fewest captions by people that must have a word for it to enter the vocabulary."""
MAX_WRITTEN_WORDS = 4000
"""The most words that enter the vocabulary from people's own captions."""


class CaptionStyle(NamedTuple):
    """The openers of a domain's captions, and whether they describe streets, the time of day and the sky."""

    openers: tuple[str, ...] = PLAIN_OPENERS
    streets: bool = False

    @classmethod
    def of_taxonomy(cls, source: TaxonomySource) -> CaptionStyle:
        """The style of a taxonomy's captions. Raises BadConfig."""
        taxonomy = load_taxonomy(source)
        return cls(taxonomy.openers or (STREET_OPENERS if taxonomy.streets else PLAIN_OPENERS), taxonomy.streets)

    @property
    def light_phrases(self) -> tuple[tuple[str, ...], ...]:
        """Words for bright, dark and other pictures."""
        return (
            (BRIGHT_PHRASES, DARK_PHRASES, GREY_PHRASES)
            if self.streets
            else (BRIGHT_PHRASES[:1], DARK_PHRASES[:1], ("",))
        )


DEFAULT_STYLE = CaptionStyle()


class Caption(NamedTuple):
    """A text, and what it says of each class: `UNMENTIONED`, `PRESENT` or `ABSENT`, int64 [K]."""

    text: str
    mentions: np.ndarray[tuple[int], np.dtype[np.int64]]


def caption_vocabulary(
    classes: Sequence[ClassWords], style: CaptionStyle = DEFAULT_STYLE, texts: Iterable[str] = ()
) -> tuple[str, ...]:
    """Every word that a caption can hold, with the commonest ones of people's own captions `texts`, sorted."""
    phrases = [
        *style.openers,
        *FEW_PHRASES,
        *SOME_PHRASES,
        *MANY_PHRASES,
        *MUCH_PHRASES,
        *ONE_PHRASES,
        *ABSENCE_PHRASES,
        *LEFT_PHRASES,
        *RIGHT_PHRASES,
        *BOTH_SIDES_PHRASES,
        *MIDDLE_PHRASES,
        *SEPARATORS,
    ]
    phrases += [phrase for phrases in style.light_phrases for phrase in phrases]
    phrases += [*WIDE_SKY_PHRASES, *NARROW_SKY_PHRASES] if style.streets else []
    phrases += [noun for words in classes for many in (False, True) for noun in words.nouns(many)]
    phrases += [shade for words in classes for shade in words.shades]
    counts = Counter(word for text in texts for word in set(split_words(text)))
    common = [word for word, count in counts.most_common(MAX_WRITTEN_WORDS) if count >= MIN_WORD_COUNT]
    return tuple(sorted({word for phrase in phrases for word in split_words(phrase)} | set(common)))


def written_caption(text: str, layout: Pixels, classes: Sequence[ClassWords], mirrored: bool) -> Caption:
    """A caption by a person; a class of the layout, ids [H, W], counts as mentioned if the caption names it.

    For a mirrored picture left and right are exchanged.
    """
    if mirrored:
        text = _SIDES.sub(lambda match: _OTHER_SIDE[match[0].lower()], text)
    counts = class_pixel_counts(layout, len(classes))
    padded_text = f" {' '.join(split_words(text))} "
    mentions = np.zeros(len(classes), np.int64)
    for index in map(int, np.flatnonzero(counts >= MIN_CLASS_PIXELS)):
        nouns = [*classes[index].nouns(False), *classes[index].nouns(True)]
        if any(f" {' '.join(split_words(noun))} " in padded_text for noun in nouns):
            mentions[index] = PRESENT
    return Caption(text, mentions)


_OTHER_SIDE = {"left": "right", "right": "left"}
_SIDES = re.compile(r"\b(left|right)\b", re.IGNORECASE)


class Captioner:
    """A writer of captions for one set of classes.

    `frequency` [K] is the share of frames that hold each class; pictures with a mean value outside `light_range` are
    called dark or bright.
    """

    def __init__(
        self,
        classes: Sequence[ClassWords],
        frequency: np.ndarray,
        light_range: tuple[float, float],
        style: CaptionStyle = DEFAULT_STYLE,
    ) -> None:
        self.classes, self.style = classes, style
        self.light_range = light_range
        self.presence_weight = 1 / np.sqrt(np.maximum(frequency, 0.02))
        self.absence_weight = np.sqrt(np.clip(frequency, 0.05, 1))

    def draw_caption(self, layout: Pixels, image: Pixels, random: np.random.Generator) -> Caption:
        """A random caption for ids [H, W] and RGB [H, W, 3]."""
        counts = class_pixel_counts(layout, len(self.classes))
        mentions = np.zeros(len(self.classes), np.int64)
        present = self.pick_classes(
            np.flatnonzero(counts >= MIN_CLASS_PIXELS), self.presence_weight, (1, 1, 1, 2, 2, 3, 4, 6), random
        )
        absent = self.pick_classes(np.flatnonzero(counts == 0), self.absence_weight, (0, 0, 0, 1, 1, 2), random)
        mentions[present], mentions[absent] = PRESENT, ABSENT
        parts = [self.describe_class(index, layout == index, random, image) for index in present]
        parts += [
            f"{choose_phrase(ABSENCE_PHRASES, random)} {self.noun(index, random.random() < 0.7, random)}"
            for index in absent
        ]
        parts += self.scene_phrases(layout, image, random)
        parts = [parts[i] for i in random.permutation(len(parts))]
        if random.random() < 0.6:
            parts.insert(0, choose_phrase(self.style.openers, random))
        join = choose_phrase(SEPARATORS, random)
        head, tail = parts[:1], parts[1:]
        text = choose_phrase((" with ", join), random).join([*head, join.join(tail)] if tail else head)
        words = text.strip(" ,.").split(" ")
        if random.random() < 0.15:
            words.insert(int(random.integers(len(words) + 1)), OUT_OF_VOCABULARY_WORD)
        return Caption(" ".join(words), mentions)

    def pick_classes(
        self, class_ids: np.ndarray, weight: np.ndarray, sizes: tuple[int, ...], random: np.random.Generator
    ) -> np.ndarray:
        """As many of the ids as one of `sizes`, drawn by their `weight` [K]."""
        size = min(len(class_ids), int(random.choice(sizes)))
        if not size:
            return class_ids[:0]
        return random.choice(class_ids, size, replace=False, p=weight[class_ids] / weight[class_ids].sum())

    def describe_class(
        self, index: int, mask: np.ndarray, random: np.random.Generator, image: Pixels | None = None
    ) -> str:
        """The noun of a class with mask [H, W], at random with its colour, its amount and its side."""
        columns = mask.sum(0)
        runs = count_runs(columns)
        if self.classes[index].mass:
            amount = choose_phrase(MUCH_PHRASES, random) if mask.mean() > 0.15 else "some"
            many = False
        else:
            many = runs > 1
            amount = (
                choose_phrase(MANY_PHRASES if runs > 5 else SOME_PHRASES if runs > 3 else FEW_PHRASES, random)
                if many
                else choose_phrase(ONE_PHRASES, random)
            )
        merged = runs == 1 and mask.mean() > 0.05  # a row of houses is one run, and nobody can count it
        words = [self.noun(index, many or merged, random)]
        if image is not None and self.classes[index].shades and random.random() < 0.6:
            words.insert(0, nearest_shade(image[mask], self.classes[index].shades))
        if random.random() < 0.5 and not merged:
            words.insert(0, amount)
        if random.random() < 0.3:
            words.append(choose_phrase(side_phrases(columns), random))
        return " ".join(words)

    def noun(self, index: int, many: bool, random: np.random.Generator) -> str:
        """A noun for a class: mostly its name, else a synonym."""
        nouns = self.classes[index].nouns(many)
        return nouns[0] if random.random() < 0.6 else choose_phrase(nouns, random)

    def scene_phrases(self, layout: Pixels, image: Pixels, random: np.random.Generator) -> list[str]:
        """Phrases for the light by luminance and for openness by the share of sky, each in a fifth of the captions."""
        phrases = []
        if random.random() < 0.2:
            luminance, (low, high) = float(image.mean()), self.light_range
            bright, dark, between = self.style.light_phrases
            phrases.append(choose_phrase(bright if luminance > high else dark if luminance < low else between, random))
        if not self.style.streets:
            return [word for word in phrases if word]
        skies = [index for index, words in enumerate(self.classes) if words.name == SKY_CLASS]
        share = float(np.isin(layout, skies).mean()) if skies else 0.05
        if random.random() < 0.2 and not 0.02 < share < 0.12:
            phrases.append(choose_phrase(WIDE_SKY_PHRASES if share > 0.05 else NARROW_SKY_PHRASES, random))
        return phrases


def nearest_shade(pixels: Pixels, shades: dict[str, str]) -> str:
    """The name of the colour nearest to the median of RGB [n, 3]."""
    median = np.median(pixels, axis=0)
    return min(shades, key=lambda name: float(np.square(median - parse_hex_colour(shades[name])).sum()))


def count_runs(columns: np.ndarray) -> int:
    """The number of pieces from left to right, by the number of pixels in each column."""
    return int((np.diff(np.concatenate([[0], (columns > 0).astype(int)])) == 1).sum())


def side_phrases(columns: np.ndarray) -> tuple[str, ...]:
    """Phrases for the place of pixels, by their number in each column."""
    thirds = [part.sum() / max(1, columns.sum()) for part in np.array_split(columns, 3)]
    if min(thirds[0], thirds[2]) > max(0.25, thirds[1]):
        return BOTH_SIDES_PHRASES
    return (LEFT_PHRASES, MIDDLE_PHRASES, RIGHT_PHRASES)[int(np.argmax(thirds))]


def choose_phrase(options: Sequence[str], random: np.random.Generator) -> str:
    """One of the options, drawn evenly."""
    return options[int(random.integers(len(options)))]


class SplitPrompt(NamedTuple):
    """The part of a prompt that names what is wanted, and the part that names what is to be left out."""

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


def split_prompt(prompt: str) -> SplitPrompt:
    """Split off the parts of a prompt that begin with “no”, “without”, “free of” or the like, as a negative prompt.

    A network reacts to the class in “no cars” rather than to the “no”.
    """
    pieces = _JOIN.split(prompt.strip())
    wanted, unwanted = "", []
    for join, part in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        denial = _NONE.match(part)
        if denial:
            unwanted.append(_NOWHERE.sub("", part[denial.end() :]))
        elif part:
            wanted += join + part if wanted else part
    return SplitPrompt(wanted, ", ".join(unwanted)) if unwanted else SplitPrompt(prompt, "")
