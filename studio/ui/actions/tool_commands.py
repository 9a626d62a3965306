"""The commands of tools, paint operations and the selection, with keys that are common in painting programs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from studio.domain.area import Symmetry
from studio.domain.tools.paint_operations import PaintOperation
from studio.session.editing.editor import Editor
from studio.session.editing.toolbox import Tool
from studio.ui.actions.shortcuts import Command, CommandRegistry

Callback = Callable[[], object]
OPERATION_ICONS = {
    PaintOperation.PAINT: "paint",
    PaintOperation.ERASE: "eraser",
    PaintOperation.SELECT: "select",
    PaintOperation.KEEP: "lock",
    PaintOperation.RELEASE: "unlock",
}
"""The icon of each paint operation, a file in assets/icons."""


class ToolCommands(QObject):
    """Adds the commands and keeps their checked state. `tool_names` and `operation_names` are in tool bar order."""

    def __init__(self, editor: Editor, commands: CommandRegistry) -> None:
        super().__init__(commands)
        self._commands, self._editor, self._toolbox = commands, editor, editor.toolbox
        self._group = self.tr("Tools")
        self.tool_names = self._add_tools()
        self.operation_names = self._add_operations()
        self._add_settings()
        self._add_selection()
        self._toolbox.changed.connect(self._refresh)
        self._refresh()

    def _add_tools(self) -> dict[Tool, str]:
        rows = (
            (Tool.BRUSH, self.tr("Brush"), "B", self.tr("Paint freehand; Shift and drag changes its size")),
            (Tool.LINE, self.tr("Line"), "L", self.tr("A straight line; Shift keeps it to steps of 15°")),
            (Tool.RECTANGLE, self.tr("Rectangle"), "R", self.tr("A filled rectangle; Shift makes it a square")),
            (Tool.LASSO, self.tr("Lasso"), "Q", self.tr("Everything inside a freehand outline")),
            (
                Tool.POLYGON,
                self.tr("Polygon"),
                "G",
                self.tr("Click corner by corner; Enter or the first corner closes it"),
            ),
            (Tool.FILL, self.tr("Fill"), "F", self.tr("Fill a connected area of one class")),
            (
                Tool.PICK,
                self.tr("Pick a class"),
                "P",
                self.tr("Pick the class under the pointer; hold Alt to pick with any tool"),
            ),
            (
                Tool.MOVE,
                self.tr("Move"),
                "T",
                self.tr("Move the selection or the object under the pointer; hold Alt to leave a copy"),
            ),
        )
        names = {}
        for tool, text, key, tip in rows:
            run = self._take_brush if tool is Tool.BRUSH else partial(self._toolbox.select_tool, tool)
            names[tool] = self._add_checkable(f"tool.{tool}", text, key, f"{text}: {tip}", tool.value, run)
        return names

    def _add_operations(self) -> dict[PaintOperation, str]:
        rows = (
            (PaintOperation.PAINT, self.tr("Paint"), "N", self.tr("Tools paint the current class")),
            (PaintOperation.ERASE, self.tr("Eraser"), "E", self.tr("Tools erase to unknown, which is then generated")),
            (
                PaintOperation.SELECT,
                self.tr("Select"),
                "S",
                self.tr("Tools select; Shift adds, Alt subtracts, both intersect"),
            ),
            (
                PaintOperation.KEEP,
                self.tr("Keep"),
                "K",
                self.tr("Tools protect parts of a half from being regenerated"),
            ),
            (
                PaintOperation.RELEASE,
                self.tr("Release"),
                "U",
                self.tr("Tools release protected parts of a half to be regenerated"),
            ),
        )
        names = {}
        for operation, text, key, tip in rows:
            name = "tool.eraser" if operation is PaintOperation.ERASE else f"ink.{operation}"  # as stored by users
            names[operation] = self._add_checkable(
                name,
                text,
                key,
                f"{text}: {tip}",
                OPERATION_ICONS[operation],
                partial(self._toolbox.set_operation, operation),
            )
        return names

    def _add_settings(self) -> None:
        box = self._toolbox
        self._add("tool.smaller", self.tr("Smaller brush"), lambda: box.step_brush_size(-1), "[")
        self._add("tool.larger", self.tr("Larger brush"), lambda: box.step_brush_size(1), "]")
        self._add("tool.swap", self.tr("Swap with the previous class"), box.swap_classes, "X")
        self._add("tool.symmetry", self.tr("Next symmetry"), self._next_symmetry, "M", icon="symmetry")
        self._add_checkable(
            "tool.steady",
            self.tr("Steady hand"),
            "",
            self.tr("Steady hand: the brush follows with a delay and smooths the stroke"),
            "steady",
            lambda: box.set_stabilised(not box.stabilised),
        )

    def _add_selection(self) -> None:
        editor = self._editor
        self._group = self.tr("Selection")
        self._add("select.all", self.tr("Select &all"), self._select_all, "Ctrl+A")
        self._add("select.none", self.tr("Select &nothing"), self._select_none, "Ctrl+Shift+A")
        self._add("select.invert", self.tr("&Invert selection"), self._invert_selection, "Ctrl+I", "Ctrl+Shift+I")
        self._add("select.erase", self.tr("&Erase the selection"), editor.erase_selection, "Del")
        self._add("select.redraw", self.tr("&Redraw only the selection"), editor.redraw_selection, "Ctrl+Shift+R")
        keep = self.tr("Keep the whole i&mage")
        self._add("image.keep", keep, lambda: editor.keep_image(True), "Ctrl+Shift+K", icon="keep")
        self._commands["image.keep"].setIconText(self.tr("Keep"))
        self._add("image.release", self.tr("Keep &nothing of the image"), lambda: editor.keep_image(False))

    def _add_checkable(self, name: str, text: str, key: str, tip: str, icon: str, callback: Callback) -> str:
        def trigger(_: bool) -> None:
            callback()
            self._refresh()  # a second click must not uncheck it

        keys = (key,) if key else ()
        command = Command(name=name, text=text, group=self._group, keys=keys, icon=icon, tip=tip, checkable=True)
        self._commands.add(command, trigger)
        return name

    def _add(self, name: str, text: str, callback: Callback, *keys: str, icon: str = "") -> None:
        self._commands.add(Command(name=name, text=text, group=self._group, keys=keys, icon=icon), callback)

    def _take_brush(self) -> None:
        self._toolbox.set_operation(PaintOperation.PAINT)
        self._toolbox.select_tool(Tool.BRUSH)

    def _next_symmetry(self) -> None:
        every = list(Symmetry)
        self._toolbox.set_symmetry(every[(every.index(self._toolbox.symmetry) + 1) % len(every)])

    def _select_all(self) -> None:
        self._editor.set_selection(~self._editor.document.selection | True, self.tr("Select all"))

    def _select_none(self) -> None:
        self._editor.set_selection(self._editor.document.selection & False, self.tr("Select nothing"))

    def _invert_selection(self) -> None:
        self._editor.set_selection(~self._editor.document.selection, self.tr("Invert selection"))

    def _refresh(self) -> None:
        box = self._toolbox
        for tool, name in self.tool_names.items():
            self._commands[name].setChecked(box.tool is tool)
        for operation, name in self.operation_names.items():
            self._commands[name].setChecked(box.operation is operation and box.tool not in (Tool.PICK, Tool.MOVE))
        if "tool.steady" in self._commands:
            self._commands["tool.steady"].setChecked(box.stabilised)
