"""The classes by name."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.ui.build import column, panel, row, text
from studio.ui.mode_bar import icon_button
from studio.ui.shortcuts import Actions, shown
from studio.ui.theme import Theme

SWATCH = 18


class PalettePanel(QFrame):
    """One row for each class, searched by its name and its synonyms."""

    def __init__(self, session: Session, preferences: Preferences, actions: Actions, theme: Theme) -> None:
        super().__init__()
        panel(self)
        editor = session.editor
        self._session, self._preferences = session, preferences
        self._editor, self._actions = editor, actions
        self.setFixedWidth(216)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search classes"))
        self.search.setToolTip(actions["palette.search"].toolTip())
        self.search.setClearButtonEnabled(True)
        self.distinct = icon_button(
            theme, "eye", self.tr("Colours that are easy to tell apart"), "", self._choose_colours
        )
        self.distinct.setCheckable(True)
        self.distinct.setToolTip(
            self.tr("Colours that are easy to tell apart, for every kind of colour vision; files keep the pack's own")
        )
        self.nothing = text(self.tr("No class of this name"), "dim")
        self.list = QListWidget()
        self.list.verticalScrollBar().rangeChanged.connect(self._show_chosen)
        self.list.setAccessibleName(self.tr("Classes"))
        self.list.setIconSize(QSize(SWATCH, SWATCH))
        self.list.setItemDelegate(_KeyDelegate(self.list))
        self._fill_list()
        self._lay_out()
        self.list.itemClicked.connect(lambda item: editor.tools.choose(self.list.row(item)))
        self.list.currentRowChanged.connect(self._on_row)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._take_found)
        actions["palette.search"].triggered.connect(self._go_to_search)
        actions.changed.connect(self._show_keys)
        editor.tools.changed.connect(self._show_tool)
        self.distinct.setChecked(preferences.chosen.distinct_colours)
        self._show_keys()
        self._choose_colours()
        self._filter("")
        self._show_tool()

    def _lay_out(self) -> None:
        rows = column(margin=10)
        heading = row()
        heading.addWidget(text(self.tr("Classes"), "heading"), 1)
        heading.addWidget(self.distinct)
        rows.addLayout(heading)
        rows.addWidget(self.search)
        rows.addWidget(self.nothing)
        rows.addWidget(self.list, 1)
        self.setLayout(rows)

    def _fill_list(self) -> None:
        for info in self._editor.palette.classes:
            item = QListWidgetItem(info.name)
            item.setToolTip(", ".join(info.synonyms) or info.name)
            self.list.addItem(item)

    def _show_keys(self) -> None:
        for index, info in enumerate(self._editor.palette.classes):
            keys = self._actions.keys(f"class.{info.name}")
            self.list.item(index).setData(Qt.ItemDataRole.UserRole, shown(keys[0]) if keys else "")

    def _choose_colours(self) -> None:
        self._preferences.change(distinct_colours=self.distinct.isChecked())
        self._session.show_distinct(self.distinct.isChecked())
        for index in range(len(self._editor.palette)):
            self.list.item(index).setIcon(_swatch(self._editor.palette.colour(index)))

    def _filter(self, words: str) -> None:
        found = self._editor.palette.search(words)
        for index in range(self.list.count()):
            self.list.item(index).setHidden(index not in found)
        self.nothing.setVisible(not found)

    def _take_found(self) -> None:
        found = self._editor.palette.search(self.search.text())
        if found:
            self._editor.tools.choose(found[0])
            self.search.clear()

    def _go_to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _on_row(self, row: int) -> None:
        if self.list.hasFocus() and row >= 0:
            self._editor.tools.choose(row)

    def _show_tool(self) -> None:
        if len(self._editor.palette):
            self.list.setCurrentRow(self._editor.tools.chosen)

    def _show_chosen(self) -> None:
        """Where the other panels leave little room, too."""
        if self.list.currentItem() is not None:
            self.list.scrollToItem(self.list.currentItem())


class _KeyDelegate(QStyledItemDelegate):
    """A row of the list with its key at the right."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        self.initStyleOption(option, index)
        painter.save()
        painter.setOpacity(0.65)
        area = option.rect.adjusted(0, 0, -8, 0)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        painter.setPen(option.palette.color(role))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, right, index.data(Qt.ItemDataRole.UserRole))
        painter.restore()


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(SWATCH * 2, SWATCH * 2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(QColor(128, 128, 128, 160))
    painter.drawRoundedRect(1, 1, SWATCH * 2 - 3, SWATCH * 2 - 3, 7, 7)
    painter.end()
    icon = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        icon.addPixmap(pixmap, mode)
    return icon
