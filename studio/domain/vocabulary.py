"""The words that a pack knows: suggestions while a person types, and words that have no effect."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from engine.interface.prompt_words import BRIGHTNESS_WORDS, CONSTRAINT_WORDS
from engine.interface.protocol import PackInfo

WORD_PATTERN = re.compile(r"[^\W\d_]+|\d")
"""How the engine's text encoder splits a prompt."""
MIN_SIMILARITY = 0.6
"""The smallest ratio by difflib at which a word is suggested for another."""


class Vocabulary:
    """The words of one pack. A pack that lists none, or whose text encoder reads any text, knows every word."""

    def __init__(self, info: PackInfo, *, open_ended: bool = False) -> None:
        known = frozenset() if open_ended else frozenset(info.vocabulary)
        self._known = known and known | CONSTRAINT_WORDS | BRIGHTNESS_WORDS
        names = [name for known in info.classes for name in (known.name, *known.synonyms)]
        words = [word for word in info.vocabulary if WORD_PATTERN.fullmatch(word) and len(word) > 1]
        self.suggestions = tuple(sorted({*words, *names} - self._names_not_understood(names)))

    def unknown_words(self, prompt: str) -> tuple[str, ...]:
        """The words of a prompt that the pack does not know, in lower case and in order, without repetition."""
        words = (match[0] for match in WORD_PATTERN.finditer(prompt.lower()))
        return tuple(dict.fromkeys(word for word in words if self._known and word not in self._known))

    def has_completion(self, start: str) -> bool:
        """Whether a suggestion starts with this text."""
        return any(word.startswith(start.lower()) for word in self.suggestions)

    def nearest_words(self, word: str, count: int = 3) -> tuple[str, ...]:
        """The known words that are most similar to this one, the nearest first."""
        return tuple(difflib.get_close_matches(word.lower(), self.suggestions, count, MIN_SIMILARITY))

    def _names_not_understood(self, names: Sequence[str]) -> set[str]:
        return {name for name in names if self.unknown_words(name)}


def word_before(text: str, cursor: int) -> str:
    """The part of a word directly before the cursor; empty between words."""
    match = re.search(r"[^\W\d_]+$", text[:cursor])
    return match[0] if match else ""


def replace_word(text: str, word: str, replacement: str) -> str:
    """The text with every occurrence of a whole word replaced, ignoring case."""
    return re.sub(rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])", lambda _: replacement, text, flags=re.IGNORECASE)
