"""Making the canvas larger: what comes on is drawn in both halves, and the rest stays as it is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.domain.frame import Margins
from studio.session.editor import Editor
from studio.session.generator import Generator
from studio.session.notices import Notice, Tone
from studio.session.requests import lacking


class Extension(QObject):
    """One step of the history for each time, together with the result that fills it."""

    noticed = Signal(object)  # Notice

    def __init__(self, editor: Editor, generator: Generator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._generator = editor, generator

    def room(self, margins: Margins) -> Margins:
        """As much of them as the picture may grow."""
        return margins.limited(self._editor.document.height, self._editor.document.width)

    def extend(self, margins: Margins) -> None:
        """Put canvas around the picture, and draw it at once if live is on."""
        wanted, margins = margins, self.room(margins)
        if margins != wanted:
            self._say_full(margins)
        if not any(margins):
            return
        editor, generator = self._editor, self._generator
        editor.end_stroke()
        generator.forget()
        editor.extend(margins, adopt=generator.adopts)
        if generator.live and not lacking(editor.document, generator.mode, generator.options):
            generator.follow()

    def _say_full(self, margins: Margins) -> None:
        frame = margins.around(self._editor.document.frame)
        words = self.tr(
            "This picture can grow to {width}×{height} there and no further. Save it and go on in a new one."
        )
        text = words.format(width=frame.width, height=frame.height)
        self.noticed.emit(Notice(text, Tone.HINT))
