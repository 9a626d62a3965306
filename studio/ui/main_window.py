"""The window: the palette, two halves side by side, words below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QSplitter, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from studio.domain.document import ImageKind
from studio.session.installer import Installer
from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.ui.area_bars import AreaBars
from studio.ui.build import column, row
from studio.ui.choices import add_choices
from studio.ui.compare import Compare
from studio.ui.crop_frame import CropFrame
from studio.ui.dataset_commands import DatasetCommands
from studio.ui.extend_frame import ExtendFrame
from studio.ui.file_commands import FileCommands, take
from studio.ui.half import Half
from studio.ui.history_panel import HistoryPanel
from studio.ui.image_canvas import ImageCanvas, ImageLayer
from studio.ui.layout_canvas import LayoutCanvas
from studio.ui.mode_bar import ModeBar
from studio.ui.notice_bar import NoticeBar
from studio.ui.packs_window import PacksWindow
from studio.ui.palette_panel import PalettePanel
from studio.ui.prompt_panel import PromptPanel
from studio.ui.shortcuts import Actions, Command, plain
from studio.ui.shortcuts_window import ShortcutsWindow
from studio.ui.status_line import StatusLine
from studio.ui.strip import Strip
from studio.ui.theme import Theme
from studio.ui.timeline_window import TimelineWindow
from studio.ui.tool_bar import ToolBar
from studio.ui.tool_commands import ToolCommands
from studio.ui.tool_options import ToolOptions
from studio.ui.view import View

SIZE = (1280, 760)
ZOOM_STEP = 1.25
PANELS = ("results", "overlay", "history", "areas")
"""What the View menu shows and hides."""


class MainWindow(QMainWindow):
    """Shows a session. Closing only asks; whoever built the window ends the session and then closes it."""

    close_asked = Signal()
    pack_asked = Signal(str)  # its name

    def __init__(self, session: Session, theme: Theme, preferences: Preferences, installer: Installer) -> None:
        super().__init__()
        self._session, self._preferences = session, preferences
        self._theme, self._installer = theme, installer
        self.packs: PacksWindow | None = None
        self._may_close = False
        self.shortcuts: ShortcutsWindow | None = None
        self.setWindowIcon(theme.icon("diptych"))
        self.view = View(session.editor.document, self)
        self.commands = Actions(self, theme, preferences.chosen.keys)
        self.file_commands = FileCommands(session, self.commands, self)
        self.dataset_commands = DatasetCommands(session, preferences, theme, self)
        self.timeline: TimelineWindow | None = None
        self.extend_frame = ExtendFrame(session, self.view, self.commands, self)
        self.tool_commands = ToolCommands(session.editor, self.commands)
        self.history_panel, self.area_bars = HistoryPanel(session.editor), AreaBars(session, theme)
        self._add_menus()
        self._add_keys()
        self.notices = NoticeBar(theme)
        self.palette_panel = PalettePanel(session, preferences, self.commands, theme)
        self.tool_bar = ToolBar(self.tool_commands, self.commands)
        self.tool_options = ToolOptions(session.editor.tools, self.view, self.commands)
        self.mode_bar = ModeBar(session, self.commands)
        self.prompt_panel = PromptPanel(session, preferences, self.commands, theme)
        self.status = StatusLine(session, self.view, self.dataset_commands.status)
        self._make_halves()
        self.strip = Strip(session, self.commands, theme)
        self.commands["view.results"].setChecked(True)
        session.files.crop_asked.connect(lambda: self._show_image())  # before the frame opens on it
        self.extend_frame.cover(theme, (self.layout_canvas, self.image_canvas))
        self.compare = Compare(session, self.view, theme, (self.layout_canvas, self.image_canvas))
        self.compare.changed.connect(lambda: session.sharpness.hide(self.compare.active))
        self.crop_frame = CropFrame(session.files, self.view, theme, self.image_canvas)
        self.strip.filmstrip.compare_asked.connect(self.compare.ask)
        self._lay_out()
        self._connect()
        self._show_states()
        self._recall()
        self._show_paused()
        self.layout_canvas.setFocus()

    def _make_halves(self) -> None:
        session, theme = self._session, self._theme
        layer = ImageLayer(session, self)
        self.layout_canvas = LayoutCanvas(session, self.view, theme, layer)
        self.image_canvas = ImageCanvas(session, self.view, theme, layer)
        self.keep = self.commands.button("edit.keep", words=True)
        self.layout_half = Half(
            self.tr("Layout"), self.layout_canvas, self._layout_buttons(), partial(self._drop, "layout")
        )
        self.image_half = Half(
            self.tr("Image"), self.image_canvas, self._image_buttons(), partial(self._drop, "image")
        )

    def _connect(self) -> None:
        self.prompt_panel.said.connect(self.layout_canvas.setFocus)  # the next keys are tools again
        session = self._session
        for source in (session, self._installer, self.file_commands):
            source.noticed.connect(self.notices.say)
        for canvas in (self.layout_canvas, self.image_canvas):
            canvas.pen_down.connect(self.notices.hold)
        session.editor.document_changed.connect(self._show_states)
        session.editor.history_changed.connect(self._show_states)
        session.projects.changed.connect(self._show_paused)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.close_asked.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_paused()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._show_paused()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._show_paused()

    def close_now(self) -> None:
        """Close without asking again."""
        self._may_close = True
        self.close()

    def remember(self) -> None:
        """Keep how the window lies and where it looks for the next time."""
        geometry, halves = self.saveGeometry().data(), tuple(self.halves.sizes())
        if self.view.overlaid:  # one of them is hidden, and has no size
            halves = self._preferences.chosen.halves
        panels = tuple(name for name in PANELS if self.commands[f"view.{name}"].isChecked())
        self._preferences.change(geometry=geometry, halves=halves, view=self.view.state, panels=panels)

    def _show_paused(self) -> None:
        if self._may_close:
            return
        paused = self.isMinimized() or not self.isVisible()
        self._session.generator.pause(paused)
        pack = self._session.pack.info.title
        title = f"{self.file_commands.title} — Diptych · {pack}" if pack else "Diptych"
        self.setWindowTitle(self.tr("{title} (live is paused)").format(title=title) if paused else title)

    def _recall(self) -> None:
        chosen = self._preferences.chosen
        if not chosen.geometry or not self.restoreGeometry(QByteArray(chosen.geometry)):
            self.resize(*SIZE)
        if chosen.halves:
            self.halves.setSizes(chosen.halves)
        for name in PANELS:
            if self.commands[f"view.{name}"].isChecked() != (name in chosen.panels):
                self.commands[f"view.{name}"].trigger()
        self.view.restore(chosen.view)

    def show_shortcuts(self) -> None:
        """Open the list of all commands and their keys, or bring it to the front."""
        if self.shortcuts is None or not isValid(self.shortcuts):
            self.shortcuts = ShortcutsWindow(self.commands, self)
        self.shortcuts.show()
        self.shortcuts.activateWindow()

    def show_packs(self) -> None:
        """Open the packs to choose from, or bring them to the front."""
        if self.packs is None or not isValid(self.packs):
            self.packs = PacksWindow(self._installer, self._session.pack.name, self._theme, self)
            self.packs.chosen.connect(self.pack_asked)
        self.packs.show()
        self.packs.activateWindow()

    def show_timeline(self) -> None:
        """Open the steps of the result in the picture, or make them again."""
        if self.timeline is None or not isValid(self.timeline):
            self.timeline = TimelineWindow(self._session, self._theme, self)
        else:
            self._session.timeline.trace()
        self.timeline.show()
        self.timeline.activateWindow()

    def _drop(self, half: str, data: QMimeData) -> None:
        take(data, self._session, self.tr("the dropped picture"), half)

    def _lay_out(self) -> None:
        self.halves = QSplitter(Qt.Orientation.Horizontal)
        self.halves.setHandleWidth(10)
        self.halves.setChildrenCollapsible(False)
        for half in (self.layout_half, self.image_half):
            self.halves.addWidget(half)
        self.halves.setSizes([1000, 1000])  # the same for both
        right = column()
        right.addWidget(self.mode_bar)
        right.addWidget(self.tool_options)
        right.addWidget(self.notices)
        right.addWidget(self.halves, 1)
        right.addWidget(self.strip)
        right.addWidget(self.prompt_panel)
        top = row(spacing=10)
        top.addWidget(self.tool_bar)
        top.addLayout(self._side())
        top.addLayout(right, 1)
        body = QWidget()
        rows = column(spacing=6)
        rows.setContentsMargins(10, 6, 10, 6)
        rows.addLayout(top, 1)
        rows.addWidget(self.status)
        body.setLayout(rows)
        self.setCentralWidget(body)

    def _side(self) -> QVBoxLayout:
        side = column()
        side.addWidget(self.palette_panel, 3)
        for folded in (self.area_bars, self.history_panel):
            side.addWidget(folded, 2)
            folded.setFixedWidth(self.palette_panel.width())
            folded.hide()
        return side

    def _layout_buttons(self) -> list[QToolButton]:
        names = ("file.open_layout", "file.save_layout")
        return [self.keep, *map(self.commands.button, names)]

    def _image_buttons(self) -> list[QToolButton]:
        names = ("file.open_image", "file.save_image")
        return [self.commands.button("image.keep", words=True), *map(self.commands.button, names)]

    def _add_menus(self) -> None:
        self.file_commands.add_to(self._menu(self.tr("&File")), self._add_beginnings, self.close)
        self._add_edit_menu(self._menu(self.tr("&Edit")))
        self._add_picture_menu(self._menu(self.tr("&Picture")))
        look = self._menu(self.tr("&View"))
        self._add_looks(look)
        look.addSeparator()
        add_choices(look, self._preferences)
        self.dataset_commands.add_to(self._menu(self.tr("&Data sets")), self.commands)
        engine = self._menu(self.tr("E&ngine"))
        self._add(engine, "engine.restart", self.tr("&Restart engine"), self._session.client.restart)
        help_ = self._menu(self.tr("&Help"))
        self._add(help_, "help.shortcuts", self.tr("&Shortcuts…"), self.show_shortcuts, "F1", "Ctrl+/")
        self.commands.changed.connect(lambda: self._preferences.change(keys=self.commands.chosen))

    def _add_beginnings(self, menu: QMenu) -> None:
        self._add_examples(menu)
        self._add(menu, "file.packs", self.tr("&Packs…"), self.show_packs)

    def _add_edit_menu(self, menu: QMenu) -> None:
        editor = self._session.editor
        self._add(menu, "edit.undo", self.tr("&Undo"), editor.undo, "Ctrl+Z", icon="undo")
        self._add(menu, "edit.redo", self.tr("&Redo"), editor.redo, "Ctrl+Shift+Z", "Ctrl+Y", icon="redo")
        self.file_commands.add_clipboard_to(menu)
        self._add(menu, "edit.keep", self.tr("&Keep what was filled in"), editor.keep, "Ctrl+K", icon="keep")
        self.commands["edit.keep"].setIconText(self.tr("Keep"))
        self._add(menu, "edit.clear_layout", self.tr("&Clear layout"), self._session.clear_layout)
        menu.addSeparator()
        for name in ("select.all", "select.none", "select.invert", "select.erase"):
            menu.addAction(self.commands[name])

    def _add_looks(self, menu: QMenu) -> None:
        view, commands = self.view, self.commands
        self._add(menu, "view.fit", self.tr("Show the &whole picture"), view.fit, "Ctrl+0", icon="fit")
        for name, text, keys, run in (
            ("view.actual", self.tr("&Actual size"), ("Ctrl+1",), lambda: view.zoom_to(1, self.layout_canvas.size())),
            ("view.in", self.tr("Zoom &in"), ("+", "="), lambda: view.zoom_by(ZOOM_STEP, self.layout_canvas.size())),
            ("view.out", self.tr("Zoom &out"), ("-",), lambda: view.zoom_by(1 / ZOOM_STEP, self.layout_canvas.size())),
        ):
            self._add(menu, name, text, run, *keys)
        menu.addSeparator()
        for name, text, key, switch in (
            ("results", self.tr("&Results"), "Ctrl+R", lambda shown: self.strip.setVisible(shown)),
            ("overlay", self.tr("O&verlay"), "O", self._overlay),
            ("history", self.tr("&History"), "Ctrl+H", lambda shown: self.history_panel.setVisible(shown)),
            ("areas", self.tr("Ar&eas"), "Ctrl+Shift+H", lambda shown: self.area_bars.setVisible(shown)),
        ):
            group = plain(menu.title())
            command = Command(name=f"view.{name}", text=text, group=group, keys=(key,), icon=name, checkable=True)
            menu.addAction(commands.add(command, switch))
        if self._session.sharpness.factor:
            text, group = self.tr("All the &detail"), plain(menu.title())
            tip = self.tr("A moment after each result, draw and show it at the pack's full size")
            full = Command(name="view.full", text=text, tip=tip, group=group, checkable=True)
            menu.addAction(commands.add(full, self._show_full))
            commands["view.full"].setChecked(self._preferences.chosen.full)
            self._session.sharpness.switch(self._preferences.chosen.full)

    def _show_full(self, full: bool) -> None:
        self._session.sharpness.switch(full)
        self._preferences.change(full=full)

    def _show_image(self) -> None:
        overlay = self.commands["view.overlay"]
        if overlay.isChecked():
            overlay.trigger()

    def _overlay(self, overlaid: bool) -> None:
        self.image_half.setVisible(not overlaid)
        self.view.overlay(overlaid)

    def _add_picture_menu(self, menu: QMenu) -> None:
        generator = self._session.generator
        self._add(menu, "picture.generate", self.tr("&Generate"), generator.generate, "Ctrl+Return", icon="generate")
        self._add(menu, "picture.cancel", self.tr("&Cancel"), self._cancel, "Esc", icon="stop")
        variations = self._session.variations
        self._add(menu, "picture.variations", self.tr("&4 variations"), variations.draw, "Ctrl+4", icon="variations")
        self._add(menu, "picture.close_variations", self.tr("Close &variations"), variations.close, icon="close")
        self._add(menu, "picture.timeline", self.tr("&Denoising timeline…"), self.show_timeline, icon="timeline")
        self.extend_frame.add_to(menu)
        text, tip = self.tr("&Live"), self.tr("Layout → Image: make the image anew after every stroke")
        live = Command(
            name="picture.live",
            text=text,
            tip=tip,
            group=plain(menu.title()),
            keys=("Ctrl+L",),
            icon="live",
            checkable=True,
        )
        menu.addAction(self.commands.add(live, generator.set_live))
        menu.addSeparator()
        for name in ("select.redraw", "image.keep", "image.release"):
            menu.addAction(self.commands[name])

    def _cancel(self) -> None:
        """What lies over the canvases, else the shape in progress, else what is being generated."""
        if self.extend_frame.edges.active:
            self.extend_frame.edges.close()
        elif self.crop_frame.isVisible():
            self.crop_frame.close_()
        elif self.compare.active:
            self.compare.close()
        elif not self._session.editor.pen.cancel():
            self._session.cancel()

    def _add_examples(self, file: QMenu) -> None:
        examples = file.addMenu(self.tr("&Examples"))
        examples.setEnabled(bool(self._session.pack.examples))
        for path in self._session.pack.examples:
            text = path.stem.replace("_", " ").replace("-", " ").capitalize()
            run = partial(self._session.files.open_layout, path)
            examples.addAction(text).triggered.connect(lambda _, run=run: run())

    def _add_keys(self) -> None:
        editor = self._session.editor
        search = Command(
            name="palette.search", text=self.tr("Search a class"), group=self.tr("Classes"), keys=("Ctrl+F",)
        )
        self.commands.add(search, lambda: None)  # the palette listens
        for index, info in enumerate(editor.palette.classes):
            keys = (info.hotkey,) if info.hotkey else ()
            name = f"class.{info.name}"
            group = self.tr("Classes")
            self.commands.add(
                Command(name=name, text=info.name, group=group, keys=keys), partial(editor.tools.choose, index)
            )

    def _menu(self, title: str) -> QMenu:
        return self.menuBar().addMenu(title)

    def _add(self, menu: QMenu, name: str, text: str, run: Callable[[], object], *keys: str, icon: str = "") -> None:
        command = Command(name=name, text=text, group=plain(menu.title()), keys=keys, icon=icon)
        menu.addAction(self.commands.add(command, run))

    def _show_states(self) -> None:
        document = self._session.editor.document
        guessed = bool(document.guessed().any())
        self.commands["edit.keep"].setEnabled(guessed or document.marks.fill_whole)
        drawn = document.marks.image is not ImageKind.NONE
        self.commands["image.keep"].setEnabled(drawn and not document.keep_image.all())
        self.commands["image.release"].setEnabled(bool(document.keep_image.any()))
        self.commands["select.redraw"].setEnabled(self._session.editor.redrawable)
        partly = document.keep_image.any() and not document.keep_image.all()
        kinds = {
            ImageKind.NONE: "",
            ImageKind.GIVEN: self.tr("given"),
            ImageKind.GENERATED: self.tr("generated"),
        }
        words = self.tr("redrawn within the outline") if partly else kinds[document.marks.image]
        self.image_half.state.say(words)
        if document.marks.fill_whole:
            self.layout_half.state.say(self.tr("generated"))
        else:
            self.layout_half.state.say(self.tr("hatched parts are generated") if guessed else "")
