"""What of a request's guides can be wrong without anything being loaded. No torch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from engine.interface.errors import BadClass, BadRequest, BadSize
from engine.interface.protocol import AreaGuide, ClassifierGuide, GuideRequest, PackInfo, PaletteGuide, StyleGuide

MIN_STYLE_SIDE = 8
"""Of a style's picture, whose texture is looked at in three sizes."""


def validate_guides(guides: Sequence[GuideRequest], info: PackInfo) -> None:
    """Raise the BadRequest that says which guide this pack cannot follow, if there is one."""
    for guide in guides:
        match guide:
            case AreaGuide(shares=shares):
                class_ids(shares, info)
                if sum(shares.values()) > 1 + 1e-9:
                    raise BadRequest("The areas of the classes are more than the whole.", "Let them sum to 1 at most.")
            case ClassifierGuide(present=present, absent=absent):
                class_ids([*present, *absent], info)
            case PaletteGuide(colours=colours):
                wrong = [text for text in colours if not re.fullmatch("#[0-9a-fA-F]{6}", text)]
                if wrong or not colours:
                    raise BadRequest(f"“{', '.join(wrong)}” is no palette.", "Write colours as #rrggbb.")
            case StyleGuide(image=image):
                if image.channels != 3 or not image.is_complete or min(image.height, image.width) < MIN_STYLE_SIDE:
                    raise BadSize(
                        f"A style cannot be taken from {image.height}×{image.width} pixels with {image.channels} "
                        f"channels in {len(image.data)} bytes.",
                        f"Give an RGB picture with sides of at least {MIN_STYLE_SIDE}.",
                    )


def class_ids(names: Iterable[str], info: PackInfo) -> list[int]:
    """The ids of classes by their names or synonyms. Raises BadClass for one that is not there or named twice."""
    known = {word: index for index, one in enumerate(info.classes) for word in (*one.synonyms, one.name)}
    wanted = list(names)
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise BadClass(
            f"“{info.name}” has no class “{', '.join(unknown)}”.",
            f"It has: {', '.join(one.name for one in info.classes)}.",
        )
    ids = [known[name] for name in wanted]
    index, times = Counter(ids).most_common(1)[0]
    if times > 1:
        raise BadClass(f"A guide names “{info.classes[index].name}” twice.", "Name each class once.")
    return ids
