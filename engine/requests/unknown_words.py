"""The words of a prompt that have no effect."""

from __future__ import annotations

from engine.interface.prompt_words import BRIGHTNESS_WORDS, CONSTRAINT_WORDS
from engine.packs.pack import Pack
from engine.prompts.brightness import read_brightness
from engine.prompts.constraints import read_constraints


def unknown_words(pack: Pack, prompt: str) -> tuple[str, ...]:
    """The words that the pack's text tower does not know and no rule obeys, each once, in order. Raises BadPack."""
    words = pack.text_encoder.unknown_words(prompt) if prompt.strip() else ()
    if not words:
        return ()
    classes, obeyed = pack.info.classes, frozenset[str]()
    if any(constraint.is_specific for constraint in read_constraints(prompt, classes)):
        obeyed |= CONSTRAINT_WORDS
    if pack.file.pixels.light and read_brightness(prompt, classes, pack.info.openers):
        obeyed |= BRIGHTNESS_WORDS
    return tuple(word for word in words if word not in obeyed)
