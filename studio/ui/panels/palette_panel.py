"""The palette: the pack's classes by name."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
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
from studio.ui.actions.shortcuts import CommandRegistry, native_key
from studio.ui.style.item_models import ModelIndex
from studio.ui.style.layouts import hbox, icon_button, plain_tip, style_as_panel, styled_label, vbox
from studio.ui.style.theme import Theme

SWATCH_SIZE = 18


class PalettePanel(QFrame):
    """Lists the classes and selects one; the search matches names and synonyms."""

    def __init__(self, session: Session, preferences: Preferences, commands: CommandRegistry, theme: Theme) -> None:
        super().__init__()
        style_as_panel(self)
        editor = session.editor
        self._session, self._preferences = session, preferences
        self._editor, self._commands = editor, commands
        self.setFixedWidth(216)
        self.search_edit = QLineEdit()
        self.search_edit.setPlaceholderText(self.tr("Search"))
        self.search_edit.setAccessibleName(self.tr("Search classes"))
        self.search_edit.setToolTip(commands["palette.search"].toolTip())
        self.search_edit.setClearButtonEnabled(True)
        self.distinct_button = icon_button(
            theme, "eye", self.tr("Colours that are easy to tell apart"), self._apply_colours
        )
        self.distinct_button.setCheckable(True)
        self.distinct_button.setToolTip(
            self.tr("Colours that are easy to tell apart with any colour vision; files keep the pack's colours")
        )
        self.empty_label = styled_label(self.tr("No matching class"), "dim")
        self.list_widget = QListWidget()
        self.list_widget.verticalScrollBar().rangeChanged.connect(self._scroll_to_current)
        self.list_widget.setAccessibleName(self.tr("Classes"))
        self.list_widget.setIconSize(QSize(SWATCH_SIZE, SWATCH_SIZE))
        self.list_widget.setItemDelegate(_ClassDelegate(self.list_widget))
        self._fill_list()
        self._lay_out()
        self.list_widget.itemClicked.connect(lambda item: editor.toolbox.select_class(self.list_widget.row(item)))
        self.list_widget.currentRowChanged.connect(self._on_row_changed)
        self.search_edit.textChanged.connect(self._filter)
        self.search_edit.returnPressed.connect(self._choose_first_match)
        commands["palette.search"].triggered.connect(self._focus_search)
        commands.changed.connect(self._refresh_keys)
        editor.toolbox.changed.connect(self._show_chosen_class)
        self.distinct_button.setChecked(preferences.values.distinct_colours)
        self._refresh_keys()
        self._apply_colours()
        self._filter("")
        self._show_chosen_class()

    def _lay_out(self) -> None:
        rows = vbox(margin=10)
        heading = hbox()
        heading.addWidget(styled_label(self.tr("Classes"), "heading"), 1)
        heading.addWidget(self.distinct_button)
        rows.addLayout(heading)
        rows.addWidget(self.search_edit)
        rows.addWidget(self.empty_label)
        rows.addWidget(self.list_widget, 1)
        self.setLayout(rows)

    def _fill_list(self) -> None:
        for info in self._editor.palette.classes:
            item = QListWidgetItem(info.name)
            item.setToolTip(plain_tip(", ".join(info.synonyms) or info.name))
            self.list_widget.addItem(item)

    def _refresh_keys(self) -> None:
        for index, info in enumerate(self._editor.palette.classes):
            keys = self._commands.keys(f"class.{info.name}")
            self.list_widget.item(index).setData(Qt.ItemDataRole.UserRole, native_key(keys[0]) if keys else "")

    def _apply_colours(self) -> None:
        self._preferences.update(distinct_colours=self.distinct_button.isChecked())
        self._session.show_colourblind_colours(self.distinct_button.isChecked())
        for index in range(len(self._editor.palette)):
            self.list_widget.item(index).setIcon(_swatch_icon(self._editor.palette.colour(index)))

    def _filter(self, query: str) -> None:
        matches = self._editor.palette.search(query)
        for index in range(self.list_widget.count()):
            self.list_widget.item(index).setHidden(index not in matches)
        self.empty_label.setVisible(not matches)

    def _choose_first_match(self) -> None:
        matches = self._editor.palette.search(self.search_edit.text())
        if matches:
            self._editor.toolbox.select_class(matches[0])
            self.search_edit.clear()

    def _focus_search(self) -> None:
        self.search_edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_edit.selectAll()

    def _on_row_changed(self, row: int) -> None:
        if self.list_widget.hasFocus() and row >= 0:
            self._editor.toolbox.select_class(row)

    def _show_chosen_class(self) -> None:
        if len(self._editor.palette):
            self.list_widget.setCurrentRow(self._editor.toolbox.class_id)

    def _scroll_to_current(self) -> None:
        """Keep the current class in view when the list is resized."""
        if self.list_widget.currentItem() is not None:
            self.list_widget.scrollToItem(self.list_widget.currentItem())


class _ClassDelegate(QStyledItemDelegate):
    """Draws a row of the list with its shortcut key at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
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


def _swatch_icon(colour: str) -> QIcon:
    pixmap = QPixmap(SWATCH_SIZE * 2, SWATCH_SIZE * 2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(QColor(128, 128, 128, 160))
    painter.drawRoundedRect(1, 1, SWATCH_SIZE * 2 - 3, SWATCH_SIZE * 2 - 3, 7, 7)
    painter.end()
    icon = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        icon.addPixmap(pixmap, mode)
    return icon
