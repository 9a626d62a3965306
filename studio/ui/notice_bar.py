"""What the studio has to say, over the canvases and never in the way: nothing here is modal."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.session.notices import Notice, Tone
from studio.ui.build import column, row
from studio.ui.mode_bar import icon_button
from studio.ui.theme import Theme

HINT_STAYS = 12_000
MOST = 3


class NoticeBar(QWidget):
    """The newest notices, each until it is closed, acted on or, for a hint, read."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[NoticeRow] = []
        self._held = False
        self._waiting: list[Callable[[], None]] = []
        self._column = column(spacing=6)
        self.setLayout(self._column)
        self.hide()

    @property
    def notices(self) -> list[Notice]:
        """What can be read now, oldest first."""
        return [row.notice for row in self._rows]

    def row(self, index: int) -> NoticeRow:
        """One of the rows, oldest first."""
        return self._rows[index]

    def hold(self, held: bool) -> None:
        """Let nothing come or go while the pen is down, for that would move the canvas under it."""
        self._held = held
        while self._waiting and not self._held:
            self._waiting.pop(0)()

    def say(self, notice: Notice) -> None:
        """Show a notice; the same words come only once, and of hints that offer nothing only the newest stays."""
        if self._held:
            self._waiting.append(partial(self.say, notice))
            return
        for shown in list(self._rows):
            if shown.notice.text == notice.text or (_passing(shown.notice) and _passing(notice)):
                self.remove(shown)
        while len(self._rows) >= MOST:
            self.remove(next((row for row in self._rows if _passing(row.notice)), self._rows[0]))
        fresh = NoticeRow(notice, self, self._theme)
        self._rows.append(fresh)
        self._column.addWidget(fresh)
        if notice.tone is Tone.HINT:
            QTimer.singleShot(HINT_STAYS, fresh, lambda: self.remove(fresh))
        self.show()

    def remove(self, row: NoticeRow) -> None:
        """Take a notice away."""
        if self._held:
            self._waiting.append(partial(self.remove, row))
            return
        if row in self._rows:
            self._rows.remove(row)
            row.hide()
            row.deleteLater()
        self.setVisible(bool(self._rows))


def _passing(notice: Notice) -> bool:
    return notice.tone is Tone.HINT and not notice.action


class NoticeRow(QFrame):
    """One notice: its words, what it offers, and the details for a report behind a button."""

    def __init__(self, notice: Notice, bar: NoticeBar, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.notice = notice
        self._bar = bar
        self.setProperty("tone", notice.tone.value)
        self.label = QLabel(notice.text)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        line = row(spacing=8)
        line.addWidget(self.label, 1)
        rows = column(spacing=6)
        rows.setContentsMargins(12, 6, 6, 6)
        rows.addLayout(line)
        self.setLayout(rows)
        if notice.details:
            self._add_details(line, rows)
        if notice.action:
            self.button = QPushButton(notice.action.label)
            self.button.clicked.connect(self._act)
            line.addWidget(self.button)
        line.addWidget(icon_button(theme, "close", self.tr("Close this notice"), "", lambda: bar.remove(self)))

    def _add_details(self, line: QHBoxLayout, rows: QVBoxLayout) -> None:
        text = QPlainTextEdit(self.notice.details)
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setAccessibleName(self.tr("Details for a report"))
        text.setMaximumHeight(140)
        text.hide()
        rows.addWidget(text)
        button = QPushButton(self.tr("Details"))
        button.setObjectName("details")
        button.setCheckable(True)
        button.toggled.connect(text.setVisible)
        line.addWidget(button)

    def _act(self) -> None:
        self._bar.remove(self)
        if self.notice.action:
            self.notice.action.run()
