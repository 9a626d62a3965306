"""What a prompt says of places and numbers, read by rule.

A network hears which classes a text names long before it hears where and how many: small ones never do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from engine.data.captions import read_wish
from engine.data.taxonomy import plural_of
from engine.protocol import ClassInfo

Side = Literal["left", "right", ""]
Amount = Literal["one", "many", ""]


class Told(NamedTuple):
    """Of a class: on which side of the picture it is, whether there is one or many; empty where nothing is said."""

    class_id: int
    side: Side
    amount: Amount


class _Named(NamedTuple):
    """A class named in a clause."""

    class_id: int
    amount: Amount


class _Clause(NamedTuple):
    """What a part of a prompt names, and the side that it speaks of."""

    named: tuple[_Named, ...]
    side: Side


_BOTH = re.compile(r"\b(?:(?:both|either|each|all) sides?|left and (?:the )?right|right and (?:the )?left)\b")
_TURN = "turn|lane|bend|curve"
_LEFT, _RIGHT = f"over|{_TURN}", f"now|here|there|away|ahead|behind|above|below|under|next|in|of way|{_TURN}"
"""What follows the words where they are no sides."""
_SIDE = re.compile(rf"\b(left(?! (?:{_LEFT})\b)|right(?! (?:{_RIGHT})\b))\b")
_OF = re.compile(r"\bof (?:the|an?|our|this)$")
"""What comes before a noun that the side is of: “on the left of the street”."""
_CLAUSES = re.compile(r"[,.;:!?]|\s(?:and|with|but|while)\s")
_ONE = r"(?:(?:exactly|only|just) one|a (?:single|lone)|one|single)"
_MANY = (
    r"(?:(?:very |a great |so )?many|(?:lots|plenty|dozens|hundreds|scores|masses|crowds|tons|loads) of|a lot of|"
    r"a (?:dozen|crowd of|large number of)|numerous|countless|full of|crowded with)"
)
_AMOUNT = re.compile(rf"\b(?:(?P<one>{_ONE})|(?P<many>{_MANY}))(?: \w+)?$")


def read_told(prompt: str, classes: Sequence[ClassInfo]) -> tuple[Told, ...]:
    """What the wanted part of a prompt says of where classes are and how many of them there are.

    A side belongs to the classes of its clause; one that stands alone belongs to those before it ("a bus, far right")
    or, if these have one, to those that follow ("left: a bus"). "Left" and "right" in names of classes are no sides.
    """
    forms = class_forms(classes)
    text = _BOTH.sub(" ", " ".join(read_wish(prompt).wanted.lower().split()))
    found: list[Told] = []
    waiting: Side = ""
    for clause in _clauses(text, forms):
        side = clause.side or waiting
        if clause.named:
            found += [Told(one.class_id, side, one.amount) for one in clause.named]
            waiting = ""
        elif clause.side:
            waiting = clause.side
            if found and not found[-1].side:
                found[-1], waiting = found[-1]._replace(side=clause.side), ""
    found = [one._replace(amount="") if one.amount == "one" and classes[one.class_id].mass else one for one in found]
    return tuple(one for one in found if one.side or one.amount)


def _clauses(text: str, forms: dict[str, int]) -> Iterator[_Clause]:
    """The parts of a text in lower case, with the classes that they name by the words in `forms`."""
    nouns = re.compile(rf"\b(?:{'|'.join(re.escape(form) for form in sorted(forms, key=len, reverse=True))})\b")
    for part in _CLAUSES.split(text):
        sides, named = set(_SIDE.findall(nouns.sub(" ", part))), []
        for noun in nouns.finditer(part):
            before = part[: noun.start()].rstrip()
            amount = _AMOUNT.search(before)
            if not (sides and _OF.search(before)):
                named.append(_Named(forms[noun[0]], "" if amount is None else "one" if amount["one"] else "many"))
        yield _Clause(tuple(named), sides.pop() if len(sides) == 1 else "")


def class_forms(classes: Sequence[ClassInfo]) -> dict[str, int]:
    """The ids of classes by the words for them, in lower case: names, synonyms and the plurals of both."""
    return {
        form: index
        for index, one in enumerate(classes)
        for word in (*one.synonyms, one.name)
        for form in (word.lower(), plural_of(word.lower()), one.plural.lower())
        if form
    }
