"""The tools at the left edge: how pixels are covered, and below what is done to them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout

from studio.domain.tools.ink import Ink
from studio.session.toolbox import Tool
from studio.ui.build import column, panel
from studio.ui.shortcuts import Actions
from studio.ui.tool_commands import ToolCommands


class ToolBar(QFrame):
    """One button for each tool and each ink; one of both is always down."""

    def __init__(self, commands: ToolCommands, actions: Actions) -> None:
        super().__init__()
        panel(self)
        self.tools: dict[Tool, QToolButton] = {}
        self.inks: dict[Ink, QToolButton] = {}
        rows = column(spacing=3, margin=5)
        for ink, name in commands.inks.items():
            self.inks[ink] = self._add(rows, actions, name)
        line = QFrame()
        line.setObjectName("divider")
        line.setFixedHeight(1)
        rows.addSpacing(4)
        rows.addWidget(line)
        rows.addSpacing(4)
        for tool, name in commands.tools.items():
            self.tools[tool] = self._add(rows, actions, name)
        rows.addStretch(1)
        self.setLayout(rows)

    def _add(self, rows: QVBoxLayout, actions: Actions, name: str) -> QToolButton:
        button = actions.button(name)
        rows.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        return button
