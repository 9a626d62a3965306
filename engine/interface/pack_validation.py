"""What a pack's description must be, beyond the types of its fields: one sentence for what is wrong. No torch."""

from __future__ import annotations

from collections.abc import Iterable

from engine.interface.errors import BadPack
from engine.interface.protocol import PackInfo

MIN_CLASSES, MAX_CLASSES = 2, 255
HINT = "Install the pack again, or ask its maker."


def validate_pack_info(info: PackInfo, place: str) -> None:
    """Raise the BadPack that says what of a pack's head no studio and no engine can use; `place` names the file."""
    if not MIN_CLASSES <= len(info.classes) <= MAX_CLASSES:
        raise BadPack(f"{place} names {len(info.classes)} classes, a pack has {MIN_CLASSES} to {MAX_CLASSES}.", HINT)
    _check_unique(place, "class", (entry.name for entry in info.classes))
    _check_unique(place, "colour", (entry.colour for entry in info.classes))
    texts = [info.name, info.title, info.licence, *info.vocabulary, *info.openers]
    for entry in info.classes:
        texts += [entry.name, entry.hotkey, entry.plural, *entry.synonyms]
    unprintable = next((text for text in texts if not text.isprintable()), None)
    if unprintable is not None:
        raise BadPack(f"{place} holds the text {unprintable[:40]!r}, which cannot be printed.", HINT)
    if not info.name.strip() or any(not entry.name.strip() for entry in info.classes):
        raise BadPack(f"{place} has a name that is empty.", HINT)


def _check_unique(place: str, what: str, values: Iterable[str]) -> None:
    known: set[str] = set()
    for value in values:
        if value.lower() in known:
            raise BadPack(f"{place} has the {what} “{value}” twice.", HINT)
        known.add(value.lower())
