"""Constraints that a prompt puts on classes, their places and their numbers, read by rule.

A network learns which classes a text names long before it learns where and how many, and small networks never learn
some of it. Only the usual phrasings are read: better no side than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from engine.data.taxonomy import class_word_forms
from engine.interface.protocol import ClassInfo
from engine.prompts.captions import split_prompt

Side = Literal["left", "right", ""]
Amount = Literal["one", "many", ""]


class ClassConstraint(NamedTuple):
    """A class that a prompt names, with its side of the picture and its amount, "" where the prompt gives none."""

    class_id: int
    side: Side
    amount: Amount

    @property
    def is_specific(self) -> bool:
        """Whether the prompt gives a side or an amount."""
        return bool(self.side or self.amount)


_HAND = r"(?:left|right)(?:[- ]?hand)?(?: (?:side|half|edge|corner))?"
_PLACE = rf"(?:(?:on|at|to|in) (?:the |our |my |your )?(?:far )?{_HAND}|(?:the )?far {_HAND})"
_OF = r"(?: of (?:(?:the|a|an|this|our) )?(?:\w+ )?(?:picture|image|photo|scene|frame|us|<\d+>))?"
_STANDS = r"(?: (?:is|are|stands?|standing|parked|waiting|seen|visible|over there))*"
_BOTH = re.compile(
    rf"{_PLACE}(?:,? and|,? or|,) (?:{_PLACE}|(?:the )?(?:left|right))|(?:on|at|to) (?:both|either|each|all) sides?"
)
_AFTER = re.compile(
    rf"<(?P<id>\d+)>(?:{_STANDS} (?P<place>{_PLACE}){_OF}(?=$|[,.;:!?]| (?:and|with|but|while|in|on|near|driving)\b)"
    rf"|{_STANDS}, (?P<last>{_PLACE}){_OF}(?=$|[.;!?]))"
)
"""“a bus on the left”, and at the end of a sentence “a bus, far right”."""
_BEFORE = re.compile(
    r"(?:^|[,.;:!?] |\b(?:and|with|but) )(?:over there )?"
    rf"(?:{_PLACE}{_OF}[:,]?|{_HAND}:|(?:left|right)[- ]?hand side,?)"
    r"(?: (?!(?:and|with|but|no|not|nothing|none)\b)\w+){0,3} <(?P<id>\d+)>"
)
"""“on the left there is a bus”, “left: a bus”."""
DENIAL = re.compile(
    r"(?:\b(?:not|never|nor|neither|hardly|except|instead of|than)\b|n['’]t\b)[^,.;:!?]*$|\bfrom (?:\w+ )?$"
)
"""Text before a noun that is denied, or that is only the viewpoint: “a view from a car”."""
_SUBORDINATE = re.compile(r"\b(?:crossing|across|along|over|on|in|of|by|at|near|beside|behind|to) (?:the|an?|our) $")
"""Text before a noun to which a side after it does not belong: “a person crossing the street on the left”."""
_ONE = r"(?:exactly|only|just) one|a single|a lone|one lone|one single|one|single"
_MANY = (
    r"(?:very |a great |so )?many|(?:lots|plenty|dozens|hundreds|scores|masses|crowds|tons|loads) of|a lot of|"
    r"a (?:dozen|crowd of|large number of)|numerous|countless|full of"
)
_NOT_MORE = "hundred|thousand|million|dozen|of|or|by|to|on|in|at|and|has|have|can|sees?|side|more|another|after|way"
_AMOUNT = re.compile(rf"\b(?:(?P<one>{_ONE})|{_MANY})(?: (?!(?:{_NOT_MORE})\b)\w+)? <(?P<id>\d+)>(?! after\b)")
_REFUSED = re.compile(r"(?:\bnot|n['’]t|\b(?:more|less|fewer) than|\bat least|\bhardly|\btoo|-)(?: too| so)? ?$")


def with_class_ids(prompt: str, forms: dict[str, int]) -> str:
    """The wanted part of a prompt, in lower case, with <id> in the place of each word for a class."""
    text = " ".join(split_prompt(prompt).wanted.lower().split())
    nouns = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.sub(rf"\b(?:{nouns})\b", lambda match: f"<{forms[match[0]]}>", text) if nouns else text


def read_constraints(prompt: str, classes: Sequence[ClassInfo]) -> tuple[ClassConstraint, ...]:
    """The constraints in the wanted part of a prompt, one for each class that it names.

    A side belongs to the class nearest to it that is not itself a place ("a bus on the left of the street").
    Contradictory sides or amounts of a class are dropped; "left" and "right" in the names of classes are no sides.
    """
    text = _BOTH.sub("…", with_class_ids(prompt, class_word_forms(classes)))
    return tuple(_merged_constraints([*_named_classes(text), *_sides(text), *_amounts(text)], text, classes))


def _named_classes(text: str) -> Iterator[ClassConstraint]:
    """The classes of a text with <ids>, but for denied ones."""
    for match in re.finditer(r"<(\d+)>", text):
        if not DENIAL.search(text[: match.start()]):
            yield ClassConstraint(int(match[1]), "", "")


def _sides(text: str) -> Iterator[ClassConstraint]:
    for match in (*_AFTER.finditer(text), *_BEFORE.finditer(text)):
        if match.re is _AFTER and _SUBORDINATE.search(text[: match.start()]):
            continue
        place = match["place"] or match["last"] if match.re is _AFTER else match[0]
        yield ClassConstraint(int(match["id"]), "left" if re.search(r"\bleft\b", place) else "right", "")


def _amounts(text: str) -> Iterator[ClassConstraint]:
    for match in _AMOUNT.finditer(text):
        if not _REFUSED.search(text[: match.start()]):
            yield ClassConstraint(int(match["id"]), "", "one" if match["one"] else "many")


def _merged_constraints(
    constraints: Sequence[ClassConstraint], text: str, classes: Sequence[ClassInfo]
) -> Iterator[ClassConstraint]:
    """One constraint for each class, without contradictions.

    Mass nouns have no amount, nor has a class that is "one" but named more than once.
    """
    for index in dict.fromkeys(constraint.class_id for constraint in constraints):
        of_class = [constraint for constraint in constraints if constraint.class_id == index]
        sides: set[Side] = {constraint.side for constraint in of_class if constraint.side}
        amounts: set[Amount] = {constraint.amount for constraint in of_class if constraint.amount}
        if classes[index].mass or ("one" in amounts and text.count(f"<{index}>") > 1):
            amounts.clear()
        side: Side = sides.pop() if len(sides) == 1 else ""
        amount: Amount = amounts.pop() if len(amounts) == 1 else ""
        yield ClassConstraint(index, side, amount)
