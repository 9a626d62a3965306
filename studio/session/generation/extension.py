"""Extension of the canvas: the margin is generated in both halves, and the rest does not change."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.domain.margins import CanvasMargins
from studio.session.editing.editor import Editor
from studio.session.generation.generator import GenerationController
from studio.session.generation.request_builder import RequestDraft
from studio.session.notices import Notice, NoticeLevel


class CanvasExtension(QObject):
    """Each extension is one history step together with the result that fills it."""

    noticed = Signal(object)  # Notice

    def __init__(self, editor: Editor, generator: GenerationController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._generator = editor, generator

    def clamped_margins(self, margins: CanvasMargins) -> CanvasMargins:
        """The margins, cut to what the picture may grow."""
        return margins.clamped(self._editor.document.height, self._editor.document.width)

    def extend(self, margins: CanvasMargins) -> None:
        """Add canvas around the picture, and generate it at once if live mode is on."""
        requested, margins = margins, self.clamped_margins(margins)
        if margins != requested:
            self._post_size_limit(margins)
        if not any(margins):
            return
        editor, generator = self._editor, self._generator
        editor.end_stroke()
        generator.cancel_picture_job()
        editor.extend(margins, adopt_fill=generator.settings.stroke_adopts_fill)
        settings = generator.settings
        if settings.live and not RequestDraft.of(editor.document, settings.mode).missing_input(settings.options):
            generator.generate_for_step()

    def _post_size_limit(self, margins: CanvasMargins) -> None:
        frame = margins.expand(self._editor.document.frame)
        words = self.tr(
            "This picture can grow to {width}×{height} there and no further. Save it and go on in a new one."
        )
        text = words.format(width=frame.width, height=frame.height)
        self.noticed.emit(Notice(text, NoticeLevel.HINT))
