"""The notices of the generation controller: what stands in the way of a result, and hints about one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from studio.domain.document import GenerationMode
from studio.session.notices import Notice, NoticeAction, NoticeLevel

translate = QCoreApplication.translate


def no_pack_notice() -> Notice:
    """Says that there is no pack to generate with."""
    text = translate(
        "GenerationController", "No pack could be opened, so no picture can be generated. Install a pack and restart."
    )
    return Notice(text, NoticeLevel.ERROR)


def engine_stopped_notice(start: Callable[[], None]) -> Notice:
    """Says that the engine is stopped and offers to start it."""
    text = translate("GenerationController", "The engine is stopped. Start it, then generate again.")
    return Notice(text, NoticeLevel.ERROR, NoticeAction(translate("GenerationController", "Start engine"), start))


def nothing_to_generate_notice(mode: GenerationMode, regenerate: Callable[[], None]) -> Notice:
    """Says that both halves are given as a whole and offers to generate one of them again."""
    if mode is GenerationMode.IMAGE_TO_LAYOUT:
        text = translate(
            "GenerationController",
            "Every pixel of the layout is painted, so there is nothing left to find in the image.",
        )
        return Notice(text, action=NoticeAction(translate("GenerationController", "Find all of it anew"), regenerate))
    text = translate(
        "GenerationController",
        "All of the image is kept, so there is nothing to draw. Paint over the part that is to change.",
    )
    return Notice(text, action=NoticeAction(translate("GenerationController", "Draw all of it anew"), regenerate))


def repaint_hint(start: Callable[[], None]) -> Notice:
    """Offers to repaint parts of a photograph whose layout was just found."""
    text = translate(
        "GenerationController", "Here is the layout. In Layout → Image, only what you paint over is drawn anew."
    )
    return Notice(
        text, NoticeLevel.HINT, NoticeAction(translate("GenerationController", "Repaint parts of it"), start)
    )


def unknown_words_hint(words: tuple[str, ...]) -> Notice:
    """Names the words of a prompt that the pack does not know."""
    names = ", ".join(translate("GenerationController", "“{word}”").format(word=word) for word in words)
    text = translate("GenerationController", "This pack does not know {words}. Try other words.")
    return Notice(text.format(words=names), NoticeLevel.HINT)
