"""The lowest line: what is under the pen, what the engine does, and how long that takes."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QPointF
from PySide6.QtWidgets import QProgressBar, QWidget

from studio.domain.layout import Box
from studio.session.engine_client import EngineState
from studio.session.session import Session
from studio.ui.build import row, text
from studio.ui.view import View


class StatusLine(QWidget):
    """Only shows; `export` says how an export is doing."""

    def __init__(self, session: Session, view: View, export: QWidget) -> None:
        super().__init__()
        self._session = session
        self._view = view
        self.under_pen, self.engine = text("", "dim"), text("", "dim")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.progress.setFixedWidth(180)
        line = row(spacing=10)
        line.addWidget(self.under_pen, 1)
        line.addWidget(export)
        line.addWidget(self.engine)
        line.addWidget(self.progress)
        self.setLayout(line)
        view.cursor_moved.connect(self._on_cursor)
        session.client.state_changed.connect(self._show)
        session.generator.running_changed.connect(self._show)
        session.generator.shown_changed.connect(self._show)
        session.sharpness.changed.connect(self._show)
        self._show()

    def _on_cursor(self, _: object, cursor: QPointF | None) -> None:
        document, words = self._session.editor.document, ""
        if cursor is not None:
            column, row = int(cursor.x() // 1), int(cursor.y() // 1)
            if 0 <= row < document.height and 0 <= column < document.width:
                ids = self._session.generator.layout(Box(row, column, row + 1, column + 1))
                words = f"{self._session.palette.name(int(ids[0, 0]))}   {column}, {row}"
        self.under_pen.setText(words)

    def _show(self) -> None:
        generator = self._session.generator
        preview = generator.preview
        self.progress.setVisible(generator.running)
        self.progress.setRange(0, preview.total if preview else 0)
        if preview:
            self.progress.setValue(preview.index)
        self.engine.setText(self._words())
        self._on_cursor(None, self._view.cursor)

    def _words(self) -> str:
        generator, client = self._session.generator, self._session.client
        preview = generator.preview
        if not self._session.pack.usable:
            return self.tr("No pack")
        if client.state is EngineState.STARTING:
            return self.tr("Engine is starting…")
        if client.state is EngineState.STOPPED:
            return self.tr("Engine is stopped")
        if generator.paused:
            return self.tr("Live is paused while the window is hidden")
        if client.sharpening:
            return self.tr("Drawing the detail…")
        if not generator.running:
            return self.tr("Ready · {device}").format(device=client.device)
        if preview is None:
            return self.tr("Generating…")
        seconds = QLocale().toString(preview.eta, "f", 1)
        words = self.tr("Step {step} of {total} · {seconds} s left")
        return words.format(step=preview.index, total=preview.total, seconds=seconds)
