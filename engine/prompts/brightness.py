"""The brightness that a prompt describes, read by rule as `constraints` reads classes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from engine.data.taxonomy import class_word_forms
from engine.interface.prompt_words import split_words
from engine.interface.protocol import ClassInfo
from engine.prompts.constraints import DENIAL, with_class_ids

Brightness = Literal["bright", "dark", ""]

_BRIGHTNESS_WORDS: dict[Brightness, str] = {
    "bright": (
        r"(?:sun|day)light|sun(?:ny|lit|shine)|daytime|(?:by|during the|it is|it['’]s) day|noon|midday|"
        r"brightly lit|bright sun|"
        r"sun(?: is)? (?:shin(?:es|ing)|blaz(?:es|ing))(?: (?:very |so )?bright(?:ly)?)?"
    ),
    "dark": (
        r"midnight|night(?:time|fall)?(?! (?:<|cap|club|gown))|evening(?! (?:sun|dress|gown|wear))|darkness|"
        r"in the dark|dusk|twilight|gloom|gloomy|moon(?:light|lit)|dimly lit|"
        r"(?:hardly any|barely any|low|poor) light(?:ing)?"
    ),
}
_SCENE_ONLY_WORDS: dict[Brightness, str] = {"bright": "bright(?:er)?", "dark": "dark(?:er)?|dim"}
"""Words that describe the light only on their own or before a scene, not in “dark hair” or “a bright car”."""
_DEGREE = r"(?:(?:very|quite|rather|really|so|pretty|fairly|extremely|too|a bit|a little) )*"
_SCENE = (
    r"(?:(?:summer|winter|spring|autumn) )?(?:day|light(?!s)|lighting|weather|morning|afternoon|picture|image|photo|"
    r"photograph|scene|view|shot|street|city|town|road|portrait)s?"
)
_ENDS = r"(?=$|[.;:!?]| with\b|, (?:<|(?:an?|the|no|some|many|much|one|two|several|few|lots|plenty|without)\b))"
"""The ends of a description; not before “, curly <13>”, which it may describe."""
_PATTERNS: dict[Brightness, re.Pattern[str]] = {
    level: re.compile(
        rf"\b(?:{_BRIGHTNESS_WORDS[level]})\b|\b(?:{_SCENE_ONLY_WORDS[level]}) {_SCENE}\b|"
        rf"(?:^|(?<=[,.;!?] )|\b(?:it|{_SCENE}) (?:is|looks) |\bit['’]s ){_DEGREE}(?:{_SCENE_ONLY_WORDS[level]})"
        rf"(?: (?:outside|out|here|today|already|everywhere))?{_ENDS}"
    )
    for level in _BRIGHTNESS_WORDS
}


def read_brightness(prompt: str, classes: Sequence[ClassInfo], openers: Sequence[str] = ()) -> Brightness:
    """The brightness that the wanted part of a prompt describes, if it is one only.

    A class is no scene unless captions open with it: “a dark street” is a dark picture of a street, “a dark roof” is
    not a dark picture.
    """
    scenes = {word for opener in openers for word in split_words(opener)}
    text = with_class_ids(
        prompt, {form: index for form, index in class_word_forms(classes).items() if form not in scenes}
    )
    levels: list[Brightness] = [
        level
        for level, pattern in _PATTERNS.items()
        if any(not DENIAL.search(text[: match.start()]) for match in pattern.finditer(text))
    ]
    return levels[0] if len(levels) == 1 else ""
