"""Words of prompts that rules obey (`engine.prompts.constraints`, `engine.prompts.brightness`). No torch.

A pack obeys these words even if its text tower never learnt them, so neither the engine nor the studio reports them
as unknown.
"""

from __future__ import annotations

import re

_SIDES_AND_NUMBERS = (
    "exactly only just single lone one many lots plenty dozens hundreds scores masses crowds tons loads lot dozen "
    "crowd numerous countless full large number great far hand side half edge corner left right over there our"
)
_LIGHT = (
    "sun sunny sunlit sunshine sunlight day daylight daytime noon midday bright brighter brightly lit shines shining "
    "blazes blazing night midnight nighttime nightfall evening darkness dark darker dusk twilight gloom gloomy dim "
    "dimly moonlight moonlit hardly barely low poor light lighting outside"
)
CONSTRAINT_WORDS = frozenset(_SIDES_AND_NUMBERS.split())
"""The words of sides and numbers."""
BRIGHTNESS_WORDS = frozenset(_LIGHT.split())
"""The words of brightness."""


def split_words(text: str) -> list[str]:
    """The words and single digits of a prompt in lower case, and its commas and full stops, in order."""
    return re.findall(r"[^\W\d_]+|\d|[.,]", text.lower())
