"""Words that a pack knows, offered under the cursor while someone types a prompt."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from studio.domain.words import word_before

SHORTEST = 2
"""Letters after which something is offered."""
MOST = 8


class Suggestions(QObject):
    """Arrows choose, Return or Tab takes, going on typing ignores."""

    def __init__(self, line: QLineEdit, words: tuple[str, ...]) -> None:
        super().__init__(line)
        self._line = line
        self.completer = QCompleter(list(words), self)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setMaxVisibleItems(MOST)
        self.completer.setWidget(line)
        self.popup = QListView()
        self.completer.setPopup(self.popup)
        self.popup.installEventFilter(self)
        self.completer.activated.connect(self._take)
        line.textEdited.connect(self._offer)

    @property
    def choosing(self) -> bool:
        """Whether a suggestion is chosen that Return would take."""
        return self.popup.isVisible() and self.popup.currentIndex().isValid()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
            first = self.popup.model().index(0, 0)
            index = self.popup.currentIndex() if self.popup.currentIndex().isValid() else first
            self._take(index.data())
            return True
        return super().eventFilter(watched, event)

    def _offer(self) -> None:
        start = word_before(self._line.text(), self._line.cursorPosition())
        self.completer.setCompletionPrefix(start)
        found = self.completer.completionCount() if len(start) >= SHORTEST else 0
        if found and not (found == 1 and self.completer.currentCompletion().casefold() == start.casefold()):
            area = self._line.cursorRect()
            area.setWidth(self.popup.sizeHintForColumn(0) + self.popup.verticalScrollBar().sizeHint().width() + 12)
            self.completer.complete(area)
        else:
            self.popup.hide()

    def _take(self, word: str) -> None:
        text, cursor = self._line.text(), self._line.cursorPosition()
        start = len(word_before(text, cursor))
        self._line.setSelection(cursor - start, start)
        self._line.insert(word)  # as if it had been typed, so it can be undone
        self.popup.hide()
