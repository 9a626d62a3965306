"""Which guides lead out of a request: to a file, a model or code. No torch."""

from __future__ import annotations

from engine.interface.protocol import ClassifierGuide, ClipGuide, CustomGuide, GuideRequest


def is_external_guide(guide: GuideRequest) -> bool:
    """Whether a guide names a file, a model or code; a pack's own CLIP pair and classifier have no name."""
    match guide:
        case CustomGuide():
            return True
        case ClipGuide(model=model, pretrained=pretrained):
            return bool(model or pretrained)
        case ClassifierGuide(classifier=classifier):
            return bool(classifier)
        case _:
            return False
