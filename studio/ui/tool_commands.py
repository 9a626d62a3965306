"""The commands of the tools, with the keys that people know from other painting programs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from studio.domain.area import Symmetry
from studio.domain.tools.ink import Ink
from studio.session.editor import Editor
from studio.session.toolbox import Tool
from studio.ui.shortcuts import Actions, Command

Run = Callable[[], object]
INKS = {Ink.PAINT: "paint", Ink.ERASE: "eraser", Ink.SELECT: "select", Ink.KEEP: "lock", Ink.RELEASE: "unlock"}
"""Their icons."""


class ToolCommands(QObject):
    """Adds the commands; `tools` and `inks` are the names of those that a tool bar shows, in their order."""

    def __init__(self, editor: Editor, actions: Actions) -> None:
        super().__init__(actions)
        self._actions, self._editor, self._box = actions, editor, editor.tools
        self._group = self.tr("Tools")
        self.tools = self._add_tools()
        self.inks = self._add_inks()
        self._add_settings()
        self._add_selection()
        self._box.changed.connect(self._show)
        self._show()

    def _add_tools(self) -> dict[Tool, str]:
        rows = (
            (Tool.BRUSH, self.tr("Brush"), "B", self.tr("Paint freehand; Shift and drag changes its size")),
            (Tool.LINE, self.tr("Line"), "L", self.tr("A straight line; Shift keeps it to steps of 15°")),
            (Tool.RECTANGLE, self.tr("Rectangle"), "R", self.tr("A filled rectangle; Shift makes it a square")),
            (Tool.LASSO, self.tr("Lasso"), "Q", self.tr("All that a freehand line goes around")),
            (Tool.POLYGON, self.tr("Polygon"), "G", self.tr("Corner by corner; Enter or the first corner closes it")),
            (Tool.FILL, self.tr("Fill"), "F", self.tr("All of one class that hangs together")),
            (
                Tool.PICK,
                self.tr("Pick a class"),
                "P",
                self.tr("Choose the class under the pen; Alt does so with any tool"),
            ),
            (
                Tool.MOVE,
                self.tr("Move"),
                "T",
                self.tr("Move the selection, or the thing under the pen; Alt leaves a copy"),
            ),
        )
        names = {}
        for tool, text, key, tip in rows:
            run = self._brush if tool is Tool.BRUSH else partial(self._box.take, tool)
            names[tool] = self._toggle(f"tool.{tool}", text, key, f"{text}: {tip}", tool.value, run)
        return names

    def _add_inks(self) -> dict[Ink, str]:
        rows = (
            (Ink.PAINT, self.tr("Paint"), "N", self.tr("Tools paint the chosen class")),
            (Ink.ERASE, self.tr("Eraser"), "E", self.tr("Tools erase to unknown, which the engine fills")),
            (Ink.SELECT, self.tr("Select"), "S", self.tr("Tools select; Shift adds, Alt takes away, both intersect")),
            (Ink.KEEP, self.tr("Keep"), "K", self.tr("Tools lock what must not change, in the half they are used on")),
            (Ink.RELEASE, self.tr("Release"), "U", self.tr("Tools free what is to be made anew, in that half")),
        )
        names = {}
        for ink, text, key, tip in rows:
            name = "tool.eraser" if ink is Ink.ERASE else f"ink.{ink}"
            names[ink] = self._toggle(name, text, key, f"{text}: {tip}", INKS[ink], partial(self._box.dip, ink))
        return names

    def _add_settings(self) -> None:
        box = self._box
        self._add("tool.smaller", self.tr("Smaller brush"), lambda: box.resize(-1), "[")
        self._add("tool.larger", self.tr("Larger brush"), lambda: box.resize(1), "]")
        self._add("tool.swap", self.tr("Back to the class before"), box.swap, "X")
        self._add("tool.symmetry", self.tr("Next symmetry"), self._next_symmetry, "M", icon="symmetry")
        self._toggle(
            "tool.steady",
            self.tr("Steady hand"),
            "",
            self.tr("Steady hand: the brush follows the pen with a delay and evens out its way"),
            "steady",
            lambda: box.set_steady(not box.steady),
        )

    def _add_selection(self) -> None:
        editor = self._editor
        self._group = self.tr("Selection")
        self._add("select.all", self.tr("Select &all"), self._select_all, "Ctrl+A")
        self._add("select.none", self.tr("Select &nothing"), self._select_none, "Ctrl+Shift+A")
        self._add("select.invert", self.tr("&Invert the selection"), self._invert, "Ctrl+I", "Ctrl+Shift+I")
        self._add("select.erase", self.tr("&Erase what is selected"), editor.erase_selection, "Del")
        self._add("select.redraw", self.tr("&Redraw only what is selected"), editor.redraw_selection, "Ctrl+Shift+R")
        keep = self.tr("Keep the whole i&mage")
        self._add("image.keep", keep, lambda: editor.keep_image(True), "Ctrl+Shift+K", icon="keep")
        self._actions["image.keep"].setIconText(self.tr("Keep"))
        self._add("image.release", self.tr("Keep &nothing of the image"), lambda: editor.keep_image(False))

    def _toggle(self, name: str, text: str, key: str, tip: str, icon: str, run: Run) -> str:
        def trigger(_: bool) -> None:
            run()
            self._show()  # a button that was down already stays so

        keys = (key,) if key else ()
        command = Command(name=name, text=text, group=self._group, keys=keys, icon=icon, tip=tip, checkable=True)
        self._actions.add(command, trigger)
        return name

    def _add(self, name: str, text: str, run: Run, *keys: str, icon: str = "") -> None:
        self._actions.add(Command(name=name, text=text, group=self._group, keys=keys, icon=icon), run)

    def _brush(self) -> None:
        self._box.dip(Ink.PAINT)
        self._box.take(Tool.BRUSH)

    def _next_symmetry(self) -> None:
        every = list(Symmetry)
        self._box.set_symmetry(every[(every.index(self._box.symmetry) + 1) % len(every)])

    def _select_all(self) -> None:
        self._editor.select(~self._editor.document.selection | True, self.tr("Select all"))

    def _select_none(self) -> None:
        self._editor.select(self._editor.document.selection & False, self.tr("Select nothing"))

    def _invert(self) -> None:
        self._editor.select(~self._editor.document.selection, self.tr("Invert the selection"))

    def _show(self) -> None:
        box = self._box
        for tool, name in self.tools.items():
            self._actions[name].setChecked(box.tool is tool)
        for ink, name in self.inks.items():
            self._actions[name].setChecked(box.ink is ink and box.tool not in (Tool.PICK, Tool.MOVE))
        if "tool.steady" in self._actions:
            self._actions["tool.steady"].setChecked(box.steady)
