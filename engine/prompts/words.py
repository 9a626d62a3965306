"""The words of a prompt, as the text tower and the captions count them."""

from __future__ import annotations

import re


def split_words(text: str) -> list[str]:
    """The words and single digits of a text in lower case, with its commas and full stops."""
    return re.findall(r"[^\W\d_]+|\d|[.,]", text.lower())
