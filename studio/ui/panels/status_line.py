"""The status line: the class under the pointer, the state of the engine, and the progress of the run."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QPointF
from PySide6.QtWidgets import QProgressBar, QWidget

from studio.domain.layout import Box
from studio.session.connection.engine_client import EngineState
from studio.session.session import Session
from studio.ui.canvas.viewport import Viewport
from studio.ui.style.layouts import hbox, styled_label


class StatusLine(QWidget):
    """Shows the state of the session; `export_widget` shows the progress of an export."""

    def __init__(self, session: Session, viewport: Viewport, export_widget: QWidget) -> None:
        super().__init__()
        self._session = session
        self._viewport = viewport
        self.cursor_label, self.engine_label = styled_label("", "dim"), styled_label("", "dim")
        self.progress_bar = QProgressBar()
        self.progress_bar.setTextVisible(False)
        self.progress_bar.setAccessibleName(self.tr("Progress"))
        self.progress_bar.setFixedWidth(180)
        line = hbox(spacing=10)
        line.addWidget(self.cursor_label, 1)
        line.addWidget(export_widget)
        line.addWidget(self.engine_label)
        line.addWidget(self.progress_bar)
        self.setLayout(line)
        viewport.cursor_moved.connect(self._on_cursor_moved)
        session.client.state_changed.connect(self._refresh)
        session.generator.running_changed.connect(self._refresh)
        session.generator.display.changed.connect(self._refresh)
        session.full_size.changed.connect(self._refresh)
        self._refresh()

    def _on_cursor_moved(self, _: object, cursor: QPointF | None) -> None:
        document, text = self._session.editor.document, ""
        if cursor is not None:
            column, row = int(cursor.x() // 1), int(cursor.y() // 1)
            if 0 <= row < document.height and 0 <= column < document.width:
                ids = self._session.generator.display.layout(Box(row, column, row + 1, column + 1))
                text = f"{self._session.palette.class_name(int(ids[0, 0]))}   {column}, {row}"
        self.cursor_label.setText(text)

    def _refresh(self) -> None:
        generator = self._session.generator
        preview = generator.display.preview
        self.progress_bar.setVisible(generator.running)
        self.progress_bar.setRange(0, preview.total if preview else 0)
        if preview:
            self.progress_bar.setValue(preview.index)
        self.engine_label.setText(self._engine_text())
        self._on_cursor_moved(None, self._viewport.cursor)

    def _engine_text(self) -> str:
        generator, client = self._session.generator, self._session.client
        preview = generator.display.preview
        if not self._session.pack.usable:
            return self.tr("No pack")
        if client.state is EngineState.STARTING:
            return self.tr("Engine is starting…")
        if client.state is EngineState.STOPPED:
            return self.tr("Engine is stopped")
        if generator.paused:
            return self.tr("Live mode is paused while the window is hidden")
        if client.drawing_full_size:
            return self.tr("Drawing at full size…")
        if not generator.running:
            return self.tr("Ready · {device}").format(device=client.device)
        if preview is None:
            return self.tr("Generating…")
        seconds = QLocale().toString(preview.eta, "f", 1)
        words = self.tr("Step {step} of {total} · {seconds} s left")
        return words.format(step=preview.index, total=preview.total, seconds=seconds)
