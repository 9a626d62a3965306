"""What a prompt says of classes, their places and numbers, read by rule.

A network hears which classes a text names long before it hears where and how many, and small ones never hear some of
it. What is not said in one of the usual ways is not read: better no side than a wrong one.
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
    """Of a class that is named: on which side of the picture it is, whether there is one or many; empty where nothing
    is said.
    """

    class_id: int
    side: Side
    amount: Amount

    @property
    def is_specific(self) -> bool:
        """Whether a place or a number is told."""
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
"""What comes before a noun that is not asked for, or from which one looks: “a view from a car”."""
_SUBORDINATE = re.compile(r"\b(?:crossing|across|along|over|on|in|of|by|at|near|beside|behind|to) (?:the|an?|our) $")
"""What comes before a noun that a side behind it is not of: “a person crossing the street on the left”."""
_ONE = r"(?:exactly|only|just) one|a single|a lone|one lone|one single|one|single"
_MANY = (
    r"(?:very |a great |so )?many|(?:lots|plenty|dozens|hundreds|scores|masses|crowds|tons|loads) of|a lot of|"
    r"a (?:dozen|crowd of|large number of)|numerous|countless|full of"
)
_NOT_MORE = "hundred|thousand|million|dozen|of|or|by|to|on|in|at|and|has|have|can|sees?|side|more|another|after|way"
_AMOUNT = re.compile(rf"\b(?:(?P<one>{_ONE})|{_MANY})(?: (?!(?:{_NOT_MORE})\b)\w+)? <(?P<id>\d+)>(?! after\b)")
_REFUSED = re.compile(r"(?:\bnot|n['’]t|\b(?:more|less|fewer) than|\bat least|\bhardly|\btoo|-)(?: too| so)? ?$")


def with_class_ids(prompt: str, forms: dict[str, int]) -> str:
    """What a prompt wants, in lower case, with <ids> in the place of the words for classes."""
    text = " ".join(split_prompt(prompt).wanted.lower().split())
    nouns = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.sub(rf"\b(?:{nouns})\b", lambda found: f"<{forms[found[0]]}>", text) if nouns else text


def read_constraints(prompt: str, classes: Sequence[ClassInfo]) -> tuple[ClassConstraint, ...]:
    """What the wanted part of a prompt says of the classes that it names: where they are and how many there are.

    A side is of the class nearest to it that is not itself a place ("a bus on the left of the street"). Of a class
    for which different things are told none is; "left" and "right" in the names of classes are no sides.
    """
    text = _BOTH.sub("…", with_class_ids(prompt, class_word_forms(classes)))
    return tuple(_merged_constraints([*_named_classes(text), *_sides(text), *_amounts(text)], text, classes))


def _named_classes(text: str) -> Iterator[ClassConstraint]:
    """Of a text in which the names of classes are <ids>."""
    for found in re.finditer(r"<(\d+)>", text):
        if not DENIAL.search(text[: found.start()]):
            yield ClassConstraint(int(found[1]), "", "")


def _sides(text: str) -> Iterator[ClassConstraint]:
    for found in (*_AFTER.finditer(text), *_BEFORE.finditer(text)):
        if found.re is _AFTER and _SUBORDINATE.search(text[: found.start()]):
            continue
        place = found["place"] or found["last"] if found.re is _AFTER else found[0]
        yield ClassConstraint(int(found["id"]), "left" if re.search(r"\bleft\b", place) else "right", "")


def _amounts(text: str) -> Iterator[ClassConstraint]:
    for found in _AMOUNT.finditer(text):
        if not _REFUSED.search(text[: found.start()]):
            yield ClassConstraint(int(found["id"]), "", "one" if found["one"] else "many")


def _merged_constraints(
    found: Sequence[ClassConstraint], text: str, classes: Sequence[ClassInfo]
) -> Iterator[ClassConstraint]:
    """One for each class, without what differs; what can be counted alone has a number, and one is named once."""
    for index in dict.fromkeys(one.class_id for one in found):
        of_class = [one for one in found if one.class_id == index]
        sides, amounts = ({getattr(one, part) for one in of_class} - {""} for part in ("side", "amount"))
        if classes[index].mass or ("one" in amounts and text.count(f"<{index}>") > 1):
            amounts = set()
        yield ClassConstraint(index, *(some.pop() if len(some) == 1 else "" for some in (sides, amounts)))
