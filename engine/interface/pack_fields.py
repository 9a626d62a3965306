"""The ranges of what a pack says of itself. No torch."""

from __future__ import annotations

from typing import Annotated

import msgspec

SMALLEST_SIDE, LARGEST_SIDE = 16, 1024
MAX_STEPS = 1000

PackName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Title = Annotated[str, msgspec.Meta(max_length=200)]
Terms = Annotated[str, msgspec.Meta(max_length=2000)]
"""A licence, or where it is."""
Word = Annotated[str, msgspec.Meta(max_length=64)]
Vocabulary = Annotated[tuple[Word, ...], msgspec.Meta(max_length=20_000)]
Phrases = Annotated[tuple[Title, ...], msgspec.Meta(max_length=256)]
ClassName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Synonyms = Annotated[tuple[ClassName, ...], msgspec.Meta(max_length=64)]
HexColour = Annotated[str, msgspec.Meta(pattern=r"\A#[0-9a-fA-F]{6}\Z")]
"""Such as "#804080"."""
PackSide = Annotated[int, msgspec.Meta(ge=SMALLEST_SIDE, le=LARGEST_SIDE, multiple_of=16)]
StepCount = Annotated[int, msgspec.Meta(ge=1, le=MAX_STEPS)]
OptionalSteps = Annotated[int, msgspec.Meta(ge=0, le=MAX_STEPS)]
"""0: as many as elsewhere, or none."""
GuidanceWeight = Annotated[float, msgspec.Meta(ge=0, le=50)]
OptionalFactor = Annotated[int, msgspec.Meta(ge=0, le=16)]
UpscaleFactor = Annotated[int, msgspec.Meta(ge=1, le=16)]
