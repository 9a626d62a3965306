"""Validation of a request's guides, as far as it needs no file. No torch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from engine.interface.errors import BadClass, BadRequest, BadSize
from engine.interface.guide_origins import is_external_guide
from engine.interface.protocol import AreaGuide, ClassifierGuide, GuideRequest, PackInfo, PaletteGuide, StyleGuide

MIN_STYLE_SIDE = 8
"""The smallest side of a style picture, whose textures are compared at three scales."""


def validate_guides(guides: Sequence[GuideRequest], info: PackInfo) -> None:
    """Raises BadRequest for the first guide that this pack cannot follow."""
    for guide in guides:
        match guide:
            case AreaGuide(shares=shares):
                class_ids(shares, info)
                if sum(shares.values()) > 1 + 1e-9:
                    raise BadRequest("The areas of the classes sum to more than 1.", "Reduce them.")
            case ClassifierGuide(present=present, absent=absent):
                class_ids([*present, *absent], info)
            case PaletteGuide(colours=colours):
                wrong = [text for text in colours if not re.fullmatch("#[0-9a-fA-F]{6}", text)]
                if wrong or not colours:
                    raise BadRequest(f"“{', '.join(wrong)}” is not a palette.", "Write colours as #rrggbb.")
            case StyleGuide(image=image):
                if image.channels != 3 or not image.is_complete or min(image.height, image.width) < MIN_STYLE_SIDE:
                    raise BadSize(
                        f"A style cannot be taken from {image.height}×{image.width} pixels with {image.channels} "
                        f"channels in {len(image.data)} bytes.",
                        f"Give an RGB picture with sides of at least {MIN_STYLE_SIDE}.",
                    )


def refuse_external_guides(guides: Sequence[GuideRequest]) -> None:
    """Raise BadRequest for a guide that names a file, a model or code: only who starts the engine may choose those."""
    for guide in guides:
        if is_external_guide(guide):
            raise BadRequest(
                "A guide that names a file, a model or a function is not taken from a message.",
                "Start the engine with serve --allow-own-guides, or pass it to diptych-engine sample --guide.",
            )


def class_ids(names: Iterable[str], info: PackInfo) -> list[int]:
    """The ids of classes by their names or synonyms. Raises BadClass for an unknown one and for one named twice."""
    known = {word: index for index, entry in enumerate(info.classes) for word in (*entry.synonyms, entry.name)}
    wanted = list(names)
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise BadClass(
            f"“{info.name}” has no class “{', '.join(unknown)}”.",
            f"It has: {', '.join(entry.name for entry in info.classes)}.",
        )
    ids = [known[name] for name in wanted]
    index, times = Counter(ids).most_common(1)[0]
    if times > 1:
        raise BadClass(f"A guide names “{info.classes[index].name}” twice.", "Name each class once.")
    return ids
