"""Notices above the canvases; none of them is modal."""

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

from studio.session.notices import Notice, NoticeLevel
from studio.ui.style.layouts import hbox, icon_button, vbox
from studio.ui.style.theme import Theme

HINT_DURATION_MS = 12_000
MAX_NOTICES = 3


class NoticeBar(QWidget):
    """Shows the newest notices, each until it is closed or its action is used; hints disappear after a while."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._notice_rows: list[NoticeRow] = []
        self._frozen = False
        self._pending: list[Callable[[], None]] = []
        self._column = vbox(spacing=6)
        self.setLayout(self._column)
        self.hide()

    @property
    def notices(self) -> list[Notice]:
        """The notices on display, oldest first."""
        return [row.notice for row in self._notice_rows]

    def row_at(self, index: int) -> NoticeRow:
        """The row at an index, oldest first."""
        return self._notice_rows[index]

    def set_frozen(self, frozen: bool) -> None:
        """Hold back changes while the pen is down, since they would move the canvas under it."""
        self._frozen = frozen
        while self._pending and not self._frozen:
            self._pending.pop(0)()

    def show_notice(self, notice: Notice) -> None:
        """Show a notice in place of one with the same text; a hint without an action replaces the previous one."""
        if self._frozen:
            self._pending.append(partial(self.show_notice, notice))
            return
        for row in list(self._notice_rows):
            if row.notice.text == notice.text or (_is_transient_hint(row.notice) and _is_transient_hint(notice)):
                self.remove_row(row)
        while len(self._notice_rows) >= MAX_NOTICES:
            self.remove_row(
                next((row for row in self._notice_rows if _is_transient_hint(row.notice)), self._notice_rows[0])
            )
        new_row = NoticeRow(notice, self, self._theme)
        self._notice_rows.append(new_row)
        self._column.addWidget(new_row)
        if notice.level is NoticeLevel.HINT:
            QTimer.singleShot(HINT_DURATION_MS, new_row, lambda: self.remove_row(new_row))
        self.show()

    def remove_row(self, row: NoticeRow) -> None:
        """Remove a notice."""
        if self._frozen:
            self._pending.append(partial(self.remove_row, row))
            return
        if row in self._notice_rows:
            self._notice_rows.remove(row)
            row.hide()
            row.deleteLater()
        self.setVisible(bool(self._notice_rows))


def _is_transient_hint(notice: Notice) -> bool:
    return notice.level is NoticeLevel.HINT and not notice.action


class NoticeRow(QFrame):
    """One notice: its text, its action, and a button that shows the details for a bug report."""

    def __init__(self, notice: Notice, bar: NoticeBar, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.notice = notice
        self._bar = bar
        self.setProperty("tone", notice.level.value)
        self.label = QLabel(notice.text)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        line = hbox(spacing=8)
        line.addWidget(self.label, 1)
        rows = vbox(spacing=6)
        rows.setContentsMargins(12, 6, 6, 6)
        rows.addLayout(line)
        self.setLayout(rows)
        if notice.details:
            self._add_details(line, rows)
        if notice.action:
            self.action_button = QPushButton(notice.action.label)
            self.action_button.clicked.connect(self._run_action)
            line.addWidget(self.action_button)
        line.addWidget(icon_button(theme, "close", self.tr("Close this notice"), lambda: bar.remove_row(self)))

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

    def _run_action(self) -> None:
        self._bar.remove_row(self)
        if self.notice.action:
            self.notice.action.run()
