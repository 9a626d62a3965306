"""The shortcuts window: lists all commands with their keys, searches and changes them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from studio.ui.actions.shortcuts import Command, CommandRegistry, native_key, without_mnemonic
from studio.ui.style.layouts import hbox, styled_label, vbox

NAME_ROLE = Qt.ItemDataRole.UserRole


class ShortcutsWindow(QDialog):
    """A non-modal window, so that keys can be tried out while it is open."""

    def __init__(self, commands: CommandRegistry, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Shortcuts"))
        self.resize(560, 620)
        self._commands = commands
        self._group_items: dict[str, QTreeWidgetItem] = {}
        self._command_items: list[QTreeWidgetItem] = []
        self.search_edit = QLineEdit()
        self.search_edit.setPlaceholderText(self.tr("Search commands and keys"))
        self.search_edit.setAccessibleName(self.tr("Search"))
        self.search_edit.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(self.tr("Commands and their keys"))
        self.key_edit = QKeySequenceEdit()
        self.key_edit.setAccessibleName(self.tr("New key"))
        self.key_edit.setMaximumSequenceLength(1)
        self.key_edit.setClearButtonEnabled(True)
        self.set_button = QPushButton(self.tr("Set"))
        self.reset_button = QPushButton(self.tr("Reset"))
        self.reset_all_button = QPushButton(self.tr("Reset all"))
        self.note_label = QLabel()
        self.note_label.setWordWrap(True)
        self.note_label.setProperty("dim", True)
        self._lay_out()
        self._connect()
        self._fill_tree()

    @property
    def current_command(self) -> Command | None:
        """The selected command, if any."""
        item = self.tree.currentItem()
        name = item.data(0, NAME_ROLE) if item else None
        return next((command for command in self._commands.commands if command.name == name), None)

    def select_command(self, name: str) -> None:
        """Select a command by its name."""
        for item in self._command_items:
            if item.data(0, NAME_ROLE) == name:
                self.tree.setCurrentItem(item)

    def visible_command_names(self) -> list[str]:
        """The names of the commands that match the search."""
        return [item.data(0, NAME_ROLE) for item in self._command_items if not item.isHidden()]

    def _lay_out(self) -> None:
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.setItemsExpandable(False)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        line = hbox()
        label = styled_label(self.tr("New key"), "dim")
        label.setBuddy(self.key_edit)
        line.addWidget(label)
        line.addWidget(self.key_edit, 1)
        for button in (self.set_button, self.reset_button, self.reset_all_button):
            button.setAutoDefault(False)
            line.addWidget(button)
        rows = vbox(margin=12)
        for widget in (self.search_edit, self.tree, self.note_label):
            rows.addWidget(widget, 1 if widget is self.tree else 0)
        rows.addLayout(line)
        self.setLayout(rows)

    def _connect(self) -> None:
        self.search_edit.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(self._on_current_changed)
        self.tree.itemActivated.connect(lambda *_: self.key_edit.setFocus())
        self.key_edit.keySequenceChanged.connect(self._refresh_note)
        self.set_button.clicked.connect(self._apply_key)
        self.reset_button.clicked.connect(self._reset_key)
        self.reset_all_button.clicked.connect(self._commands.reset_all)
        self._commands.changed.connect(self._refresh_keys)

    def _fill_tree(self) -> None:
        groups = self._group_items
        for command in self._commands.commands:
            if command.group not in groups:
                group = groups[command.group] = QTreeWidgetItem(self.tree, [command.group])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                font = group.font(0)
                font.setBold(True)
                group.setFont(0, font)
                group.setExpanded(True)
            item = QTreeWidgetItem(groups[command.group], [without_mnemonic(command.text)])
            item.setData(0, NAME_ROLE, command.name)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
            self._command_items.append(item)
        self._refresh_keys()
        if self._command_items:
            self.tree.setCurrentItem(self._command_items[0])

    def _refresh_keys(self) -> None:
        for item in self._command_items:
            item.setText(1, "  ".join(map(native_key, self._commands.keys(item.data(0, NAME_ROLE)))))
        self._on_current_changed()

    def _filter(self, query: str) -> None:
        terms = query.casefold().split()
        for item in self._command_items:
            row_text = f"{item.text(0)} {item.text(1)}".casefold()
            item.setHidden(not all(word in row_text for word in terms))
        visible = [item for item in self._command_items if not item.isHidden()]
        for group in self._group_items.values():
            group.setHidden(all(item.parent() is not group for item in visible))
        if visible and self.tree.currentItem() not in visible:
            self.tree.setCurrentItem(visible[0])

    def _on_current_changed(self) -> None:
        command = self.current_command
        keys = self._commands.keys(command.name) if command else ()
        self.key_edit.setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())
        for widget in (self.key_edit, self.set_button, self.reset_button):
            widget.setEnabled(command is not None)
        self._refresh_note()

    def _refresh_note(self) -> None:
        command, key = self.current_command, self.key_edit.keySequence().toString()
        owner = self._commands.command_with_key(key) if key else None
        words = ""
        if command is not None and owner is not None and owner.name != command.name:
            words = self.tr("{key} is used by “{other}”. “Set” reassigns it.").format(
                key=native_key(key), other=without_mnemonic(owner.text)
            )
        elif command is not None and not key:
            words = self.tr("Press a key, or “Set” without one to remove the shortcut.")
        elif command is not None:
            words = self.tr("Press a new key for “{command}”.").format(command=without_mnemonic(command.text))
        self.note_label.setText(words)

    def _apply_key(self) -> None:
        command, key = self.current_command, self.key_edit.keySequence().toString()
        if command is not None:
            self._commands.rebind(command.name, (key,) if key else ())

    def _reset_key(self) -> None:
        command = self.current_command
        if command is not None:
            self._commands.reset(command.name)
