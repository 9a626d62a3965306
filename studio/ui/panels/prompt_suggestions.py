"""Completion of a prompt with the words that a pack knows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from studio.domain.vocabulary import word_before

MIN_PREFIX_LENGTH = 2
"""Number of letters from which suggestions are shown."""
MAX_VISIBLE_SUGGESTIONS = 8


class PromptSuggestions(QObject):
    """Shows suggestions while a prompt is typed: arrow keys choose one, Return or Tab inserts it."""

    def __init__(self, line_edit: QLineEdit, words: tuple[str, ...]) -> None:
        super().__init__(line_edit)
        self._line_edit = line_edit
        self.completer = QCompleter(list(words), self)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setMaxVisibleItems(MAX_VISIBLE_SUGGESTIONS)
        self.completer.setWidget(line_edit)
        self.popup = QListView()
        self.completer.setPopup(self.popup)
        self.popup.installEventFilter(self)
        self.completer.activated.connect(self._insert_word)
        line_edit.textEdited.connect(self._complete)

    @property
    def has_current(self) -> bool:
        """Whether a suggestion is chosen that Return would insert."""
        return self.popup.isVisible() and self.popup.currentIndex().isValid()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
            first = self.popup.model().index(0, 0)
            index = self.popup.currentIndex() if self.popup.currentIndex().isValid() else first
            self._insert_word(index.data())
            return True
        return super().eventFilter(watched, event)

    def _complete(self) -> None:
        prefix = word_before(self._line_edit.text(), self._line_edit.cursorPosition())
        self.completer.setCompletionPrefix(prefix)
        match_count = self.completer.completionCount() if len(prefix) >= MIN_PREFIX_LENGTH else 0
        if match_count and not (
            match_count == 1 and self.completer.currentCompletion().casefold() == prefix.casefold()
        ):
            area = self._line_edit.cursorRect()
            area.setWidth(self.popup.sizeHintForColumn(0) + self.popup.verticalScrollBar().sizeHint().width() + 12)
            self.completer.complete(area)
        else:
            self.popup.hide()

    def _insert_word(self, word: str) -> None:
        text, cursor = self._line_edit.text(), self._line_edit.cursorPosition()
        start = len(word_before(text, cursor))
        self._line_edit.setSelection(cursor - start, start)
        self._line_edit.insert(word)  # as if typed, so that it can be undone
        self.popup.hide()
