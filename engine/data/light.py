"""Light as a prompt tells of it, read by rule like what it tells of classes (told.py)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from engine.data.taxonomy import class_forms
from engine.data.told import DENIED, with_ids
from engine.network.text import words_of
from engine.protocol import ClassInfo

Light = Literal["bright", "dark", ""]

_ANYWHERE: dict[Light, str] = {
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
_ALONE: dict[Light, str] = {"bright": "bright(?:er)?", "dark": "dark(?:er)?|dim"}
"""Words that tell of the light only by themselves or of a scene, not in “dark hair” or “a bright car”."""
_DEGREE = r"(?:(?:very|quite|rather|really|so|pretty|fairly|extremely|too|a bit|a little) )*"
_SCENE = (
    r"(?:(?:summer|winter|spring|autumn) )?(?:day|light(?!s)|lighting|weather|morning|afternoon|picture|image|photo|"
    r"photograph|scene|view|shot|street|city|town|road|portrait)s?"
)
_ENDS = r"(?=$|[.;:!?]| with\b|, (?:<|(?:an?|the|no|some|many|much|one|two|several|few|lots|plenty|without)\b))"
"""Not before “, curly <13>”, of which it may tell."""
_TELLS: dict[Light, re.Pattern[str]] = {
    light: re.compile(
        rf"\b(?:{_ANYWHERE[light]})\b|\b(?:{_ALONE[light]}) {_SCENE}\b|"
        rf"(?:^|(?<=[,.;!?] )|\b(?:it|{_SCENE}) (?:is|looks) |\bit['’]s ){_DEGREE}(?:{_ALONE[light]})"
        rf"(?: (?:outside|out|here|today|already|everywhere))?{_ENDS}"
    )
    for light in _ANYWHERE
}


def read_light(prompt: str, classes: Sequence[ClassInfo], openers: Sequence[str] = ()) -> Light:
    """The light that the wanted part of a prompt tells of, if it is one.

    A class is no scene, unless captions open with it: “a dark street” is a dark picture of a street, a dark roof is
    no dark picture.
    """
    scenes = {word for opener in openers for word in words_of(opener)}
    text = with_ids(prompt, {form: index for form, index in class_forms(classes).items() if form not in scenes})
    told: list[Light] = [
        light
        for light, tells in _TELLS.items()
        if any(not DENIED.search(text[: found.start()]) for found in tells.finditer(text))
    ]
    return told[0] if len(told) == 1 else ""
