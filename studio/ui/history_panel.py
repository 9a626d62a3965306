"""The steps by name: a click goes back, or forward again."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QListView

from studio.session.editor import Editor
from studio.ui.build import column, panel, text

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class HistoryPanel(QFrame):
    """The oldest step above; those that were undone stay below the current one until something else is done."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        panel(self)
        self._editor = editor
        self._steps = _Steps(editor)
        self.list = QListView()
        self.list.setAccessibleName(self.tr("History"))
        self.list.setModel(self._steps)
        rows = column(margin=10)
        rows.addWidget(text(self.tr("History"), "heading"))
        rows.addWidget(self.list, 1)
        self.setLayout(rows)
        self.list.clicked.connect(lambda index: editor.jump(index.row()))
        self.list.activated.connect(lambda index: editor.jump(index.row()))
        editor.history_changed.connect(self._show)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        if not self.isVisible():
            return
        self._steps.follow()
        index = self._steps.index(len(self._editor.history))
        self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.scrollTo(index)


class _Steps(QAbstractListModel):
    """The names of a history; those that were undone are grey."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self._history = editor.history
        self._names = self._history.names

    def follow(self) -> None:
        """Show the history as it is now."""
        self.beginResetModel()
        self._names = self._history.names
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[index.row()]
        return Qt.GlobalColor.gray if role == Qt.ItemDataRole.ForegroundRole and self._undone(index) else None

    def _undone(self, index: Index) -> bool:
        return index.row() > len(self._history)
