"""The tools and the classes by name."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
)

from studio.domain.brush import LARGEST, SMALLEST
from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.ui.build import column, panel, row, text, toggle
from studio.ui.mode_bar import icon_button
from studio.ui.shortcuts import Actions, shown
from studio.ui.theme import Theme

SWATCH = 18


class PalettePanel(QFrame):
    """Brush, eraser, size, and one row for each class, searched by its name and its synonyms."""

    def __init__(self, session: Session, preferences: Preferences, actions: Actions, theme: Theme) -> None:
        super().__init__()
        panel(self)
        editor = session.editor
        self._session, self._preferences = session, preferences
        self._editor, self._actions = editor, actions
        self.setFixedWidth(216)
        self.brush = self._tool(theme, "brush", self.tr("Brush"), self.tr("Paint the chosen class"))
        self.eraser = self._tool(theme, "eraser", self.tr("Eraser"), self.tr("Back to unknown: the engine fills it"))
        self._size_label = QLabel()
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(SMALLEST, LARGEST)
        self.size_slider.setAccessibleName(self.tr("Brush size"))
        self.size_slider.setToolTip(self.tr("Brush size in pixels of the picture"))
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
        self.list.setAccessibleName(self.tr("Classes"))
        self.list.setIconSize(QSize(SWATCH, SWATCH))
        self.list.setItemDelegate(_KeyDelegate(self.list))
        self._fill_list()
        self._lay_out()
        group = QButtonGroup(self)
        for button in (self.brush, self.eraser):
            group.addButton(button)
        self.brush.clicked.connect(lambda: editor.erase(False))
        self.eraser.clicked.connect(lambda: editor.erase(True))
        self.size_slider.valueChanged.connect(editor.set_brush_size)
        self.list.itemClicked.connect(lambda item: editor.choose(self.list.row(item)))
        self.list.currentRowChanged.connect(self._on_row)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._take_found)
        actions["palette.search"].triggered.connect(self._go_to_search)
        actions.changed.connect(self._show_keys)
        editor.tool_changed.connect(self._show_tool)
        self.distinct.setChecked(preferences.chosen.distinct_colours)
        self._show_keys()
        self._choose_colours()
        self._filter("")
        self._show_tool()

    def _lay_out(self) -> None:
        tools = row()
        tools.addWidget(self.brush)
        tools.addWidget(self.eraser)
        size = row()
        size.addWidget(QLabel(self.tr("Size")))
        size.addWidget(self.size_slider)
        size.addWidget(self._size_label)
        self._size_label.setMinimumWidth(22)
        self._size_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        rows = column(margin=10)
        rows.addLayout(tools)
        rows.addLayout(size)
        heading = row()
        heading.addWidget(text(self.tr("Classes"), "heading"), 1)
        heading.addWidget(self.distinct)
        rows.addLayout(heading)
        rows.addWidget(self.search)
        rows.addWidget(self.nothing)
        rows.addWidget(self.list, 1)
        self.setLayout(rows)

    def _tool(self, theme: Theme, icon: str, name: str, tip: str) -> QToolButton:
        button = toggle(name, tip)
        button.setMinimumWidth(92)
        theme.dress(button, icon)
        return button

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
            self._editor.choose(found[0])
            self.search.clear()

    def _go_to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _on_row(self, row: int) -> None:
        if self.list.hasFocus() and row >= 0:
            self._editor.choose(row)

    def _show_tool(self) -> None:
        editor = self._editor
        self.brush.setChecked(not editor.erasing)
        self.eraser.setChecked(editor.erasing)
        self.size_slider.setValue(editor.brush_size)
        self._size_label.setText(str(editor.brush_size))
        if len(editor.palette):
            self.list.setCurrentRow(editor.chosen)


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
