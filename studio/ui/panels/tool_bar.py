"""The tool bar at the left edge: paint operations and, below them, tools."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout

from studio.domain.tools.paint_operations import PaintOperation
from studio.session.editing.toolbox import Tool
from studio.ui.actions.shortcuts import CommandRegistry
from studio.ui.actions.tool_commands import ToolCommands
from studio.ui.style.layouts import style_as_panel, vbox


class ToolBar(QFrame):
    """Shows a button for each paint operation and each tool."""

    def __init__(self, tool_commands: ToolCommands, registry: CommandRegistry) -> None:
        super().__init__()
        style_as_panel(self)
        self.tool_buttons: dict[Tool, QToolButton] = {}
        self.operation_buttons: dict[PaintOperation, QToolButton] = {}
        rows = vbox(spacing=3, margin=5)
        for operation, name in tool_commands.operation_names.items():
            self.operation_buttons[operation] = self._add_button(rows, registry, name)
        line = QFrame()
        line.setObjectName("divider")
        line.setFixedHeight(1)
        rows.addSpacing(4)
        rows.addWidget(line)
        rows.addSpacing(4)
        for tool, name in tool_commands.tool_names.items():
            self.tool_buttons[tool] = self._add_button(rows, registry, name)
        rows.addStretch(1)
        self.setLayout(rows)

    def _add_button(self, rows: QVBoxLayout, registry: CommandRegistry, name: str) -> QToolButton:
        button = registry.button(name)
        rows.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        return button
