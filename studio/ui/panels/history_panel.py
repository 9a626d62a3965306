"""The undo history as a list: a click goes back or forward to a step."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QListView

from studio.session.editing.editor import Editor
from studio.ui.style.item_models import ROOT_INDEX, ModelIndex
from studio.ui.style.layouts import style_as_panel, styled_label, vbox


class HistoryPanel(QFrame):
    """Shows the oldest step first; undone steps stay below the current one until a new step replaces them."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        style_as_panel(self)
        self._editor = editor
        self._model = _HistoryModel(editor)
        self.list_view = QListView()
        self.list_view.setAccessibleName(self.tr("History"))
        self.list_view.setModel(self._model)
        rows = vbox(margin=10)
        rows.addWidget(styled_label(self.tr("History"), "heading"))
        rows.addWidget(self.list_view, 1)
        self.setLayout(rows)
        self.list_view.clicked.connect(lambda index: editor.jump_to(index.row()))
        self.list_view.activated.connect(lambda index: editor.jump_to(index.row()))
        editor.history_changed.connect(self._refresh)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        self._model.reload()
        index = self._model.index(len(self._editor.history))
        self.list_view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list_view.scrollTo(index)


class _HistoryModel(QAbstractListModel):
    """The names of a history's steps; undone ones are grey."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self._history = editor.history
        self._names = self._history.names

    def reload(self) -> None:
        """Read the history again."""
        self.beginResetModel()
        self._names = self._history.names
        self.endResetModel()

    def rowCount(self, parent: ModelIndex = ROOT_INDEX) -> int:
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[index.row()]
        return Qt.GlobalColor.gray if role == Qt.ItemDataRole.ForegroundRole and self._is_undone(index) else None

    def _is_undone(self, index: ModelIndex) -> bool:
        return index.row() > len(self._history)
