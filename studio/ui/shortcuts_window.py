"""All commands with their keys: to look up, to search, and to change."""

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

from studio.ui.build import column, row, text
from studio.ui.shortcuts import Actions, Command, plain, shown

NAME = Qt.ItemDataRole.UserRole


class ShortcutsWindow(QDialog):
    """Never modal: the keys can be tried out while it is open."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Shortcuts"))
        self.resize(560, 620)
        self._actions = actions
        self._groups: dict[str, QTreeWidgetItem] = {}
        self._rows: list[QTreeWidgetItem] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search a command or a key"))
        self.search.setAccessibleName(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(self.tr("Commands and their keys"))
        self.key = QKeySequenceEdit()
        self.key.setAccessibleName(self.tr("New key"))
        self.key.setMaximumSequenceLength(1)
        self.key.setClearButtonEnabled(True)
        self.set = QPushButton(self.tr("Set"))
        self.reset = QPushButton(self.tr("Reset"))
        self.reset_all = QPushButton(self.tr("Reset all"))
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setProperty("dim", True)
        self._lay_out()
        self._connect()
        self._fill()

    @property
    def command(self) -> Command | None:
        """The chosen one."""
        item = self.tree.currentItem()
        name = item.data(0, NAME) if item else None
        return next((command for command in self._actions.commands if command.name == name), None)

    def choose(self, name: str) -> None:
        """Go to a command's row."""
        for item in self._rows:
            if item.data(0, NAME) == name:
                self.tree.setCurrentItem(item)

    def listed(self) -> list[str]:
        """The names of the commands that the search leaves."""
        return [item.data(0, NAME) for item in self._rows if not item.isHidden()]

    def _lay_out(self) -> None:
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.setItemsExpandable(False)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        line = row()
        label = text(self.tr("New key"), "dim")
        label.setBuddy(self.key)
        line.addWidget(label)
        line.addWidget(self.key, 1)
        for button in (self.set, self.reset, self.reset_all):
            button.setAutoDefault(False)
            line.addWidget(button)
        rows = column(margin=12)
        for widget in (self.search, self.tree, self.note):
            rows.addWidget(widget, 1 if widget is self.tree else 0)
        rows.addLayout(line)
        self.setLayout(rows)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(self._on_command)
        self.tree.itemActivated.connect(lambda *_: self.key.setFocus())
        self.key.keySequenceChanged.connect(self._show_note)
        self.set.clicked.connect(self._take)
        self.reset.clicked.connect(self._give_back)
        self.reset_all.clicked.connect(self._actions.reset_all)
        self._actions.changed.connect(self._show_keys)

    def _fill(self) -> None:
        groups = self._groups
        for command in self._actions.commands:
            if command.group not in groups:
                group = groups[command.group] = QTreeWidgetItem(self.tree, [command.group])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                font = group.font(0)
                font.setBold(True)
                group.setFont(0, font)
                group.setExpanded(True)
            item = QTreeWidgetItem(groups[command.group], [plain(command.text)])
            item.setData(0, NAME, command.name)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
            self._rows.append(item)
        self._show_keys()
        if self._rows:
            self.tree.setCurrentItem(self._rows[0])

    def _show_keys(self) -> None:
        for item in self._rows:
            item.setText(1, "  ".join(map(shown, self._actions.keys(item.data(0, NAME)))))
        self._on_command()

    def _filter(self, words: str) -> None:
        wanted = words.casefold().split()
        for item in self._rows:
            said = f"{item.text(0)} {item.text(1)}".casefold()
            item.setHidden(not all(word in said for word in wanted))
        left = [item for item in self._rows if not item.isHidden()]
        for group in self._groups.values():
            group.setHidden(all(item.parent() is not group for item in left))
        if left and self.tree.currentItem() not in left:
            self.tree.setCurrentItem(left[0])

    def _on_command(self) -> None:
        command = self.command
        keys = self._actions.keys(command.name) if command else ()
        self.key.setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())
        for widget in (self.key, self.set, self.reset):
            widget.setEnabled(command is not None)
        self._show_note()

    def _show_note(self) -> None:
        command, key = self.command, self.key.keySequence().toString()
        owner = self._actions.owner(key) if key else None
        words = ""
        if command is not None and owner is not None and owner.name != command.name:
            words = self.tr("{key} belongs to “{other}”. “Set” takes it from there.").format(
                key=shown(key), other=plain(owner.text)
            )
        elif command is not None and not key:
            words = self.tr("Press a key, or “Set” without one to take the key away.")
        elif command is not None:
            words = self.tr("Press another key for “{command}”.").format(command=plain(command.text))
        self.note.setText(words)

    def _take(self) -> None:
        command, key = self.command, self.key.keySequence().toString()
        if command is not None:
            self._actions.rebind(command.name, (key,) if key else ())

    def _give_back(self) -> None:
        command = self.command
        if command is not None:
            self._actions.reset(command.name)
