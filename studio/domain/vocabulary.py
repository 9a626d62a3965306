"""The words that a pack was taught: what to suggest while someone types, and which words it never heard."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from engine.interface.prompt_words import BRIGHTNESS_WORDS, CONSTRAINT_WORDS
from engine.interface.protocol import PackInfo

WORD_PATTERN = re.compile(r"[^\W\d_]+|\d")
"""As the engine's text tower divides a prompt."""
MIN_SIMILARITY = 0.6
"""How alike two words have to be, by difflib's ratio."""


class Vocabulary:
    """The words of one pack; one that names none, or has a tower that reads any text, understands everything."""

    def __init__(self, info: PackInfo, *, open_ended: bool = False) -> None:
        known = frozenset() if open_ended else frozenset(info.vocabulary)
        self._known = known and known | CONSTRAINT_WORDS | BRIGHTNESS_WORDS
        names = [name for known in info.classes for name in (known.name, *known.synonyms)]
        words = [word for word in info.vocabulary if WORD_PATTERN.fullmatch(word) and len(word) > 1]
        self.suggestions = tuple(sorted({*words, *names} - self._names_not_understood(names)))

    def unknown_words(self, prompt: str) -> tuple[str, ...]:
        """The words of a prompt that say nothing to the pack, each once, in order and in lower case."""
        words = (match[0] for match in WORD_PATTERN.finditer(prompt.lower()))
        return tuple(dict.fromkeys(word for word in words if self._known and word not in self._known))

    def has_completion(self, start: str) -> bool:
        """Whether something that can be suggested begins like this."""
        return any(word.startswith(start.lower()) for word in self.suggestions)

    def nearest_words(self, word: str, count: int = 3) -> tuple[str, ...]:
        """Known words that look like this one, the likest first."""
        return tuple(difflib.get_close_matches(word.lower(), self.suggestions, count, MIN_SIMILARITY))

    def _names_not_understood(self, names: Sequence[str]) -> set[str]:
        return {name for name in names if self.unknown_words(name)}


def word_before(text: str, cursor: int) -> str:
    """The part of a word that ends at the cursor; empty between words."""
    found = re.search(r"[^\W\d_]+$", text[:cursor])
    return found[0] if found else ""


def replace_word(text: str, word: str, replacement: str) -> str:
    """The text with every whole occurrence of one word replaced, in whatever case it is."""
    return re.sub(rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])", lambda _: replacement, text, flags=re.IGNORECASE)
