"""The main window: tools and palette at the left, the two halves beside each other, results and prompt below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QSplitter, QToolButton, QVBoxLayout, QWidget

from studio.domain.document import ImageKind
from studio.session.pack_library.pack_installer import PackInstaller
from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.ui.actions.dataset_commands import DatasetCommands
from studio.ui.actions.file_commands import FileCommands, open_mime_data
from studio.ui.actions.picture_menu import add_generation_commands, add_live_command, add_timeline_command
from studio.ui.actions.shortcuts import Command, CommandRegistry
from studio.ui.actions.tool_commands import ToolCommands
from studio.ui.actions.view_menu import (
    TOGGLED_PANELS,
    add_appearance_menus,
    add_full_size_command,
    add_panel_commands,
    add_zoom_commands,
)
from studio.ui.canvas.half_panel import HalfPanel
from studio.ui.canvas.image_canvas import ImageCanvas, ImageLayer
from studio.ui.canvas.layout_canvas import LayoutCanvas
from studio.ui.canvas.viewport import Viewport
from studio.ui.overlays.compare_overlay import Comparison
from studio.ui.overlays.crop_overlay import CropOverlay
from studio.ui.overlays.extend_controller import ExtendController
from studio.ui.panels.area_panel import AreaPanel
from studio.ui.panels.history_panel import HistoryPanel
from studio.ui.panels.mode_bar import ModeBar
from studio.ui.panels.notice_bar import NoticeBar
from studio.ui.panels.palette_panel import PalettePanel
from studio.ui.panels.prompt_panel import PromptPanel
from studio.ui.panels.results_strip import ResultsStrip
from studio.ui.panels.status_line import StatusLine
from studio.ui.panels.tool_bar import ToolBar
from studio.ui.panels.tool_options import ToolOptions
from studio.ui.style.layouts import hbox, vbox
from studio.ui.style.theme import Theme
from studio.ui.windows.packs_window import PacksWindow
from studio.ui.windows.shortcuts_window import ShortcutsWindow
from studio.ui.windows.single_window import is_open, show_single
from studio.ui.windows.timeline_window import TimelineWindow

DEFAULT_SIZE = (1280, 760)


class MainWindow(QMainWindow):
    """Shows a session. Closing it emits `close_requested`; the receiver ends the session and calls `force_close`."""

    close_requested = Signal()
    pack_requested = Signal(str)  # name of the pack to open

    def __init__(self, session: Session, theme: Theme, preferences: Preferences, installer: PackInstaller) -> None:
        super().__init__()
        self._session, self._preferences = session, preferences
        self._theme, self._installer = theme, installer
        self.packs_window: PacksWindow | None = None
        self._close_allowed = False
        self.shortcuts_window: ShortcutsWindow | None = None
        self.setWindowIcon(theme.icon("diptych"))
        self.viewport = Viewport(session.editor.document, self)
        self.commands = CommandRegistry(self, theme, preferences.values.keys)
        self.file_commands = FileCommands(session, self.commands, self)
        self.dataset_commands = DatasetCommands(session, preferences, theme, self)
        self.timeline_window: TimelineWindow | None = None
        self.extend_controller = ExtendController(session, self.viewport, self.commands, self)
        self.tool_commands = ToolCommands(session.editor, self.commands)
        self.history_panel, self.area_panel = HistoryPanel(session.editor), AreaPanel(session, theme)
        self._add_menus()
        self._add_class_commands()
        self.notice_bar = NoticeBar(theme)
        self.palette_panel = PalettePanel(session, preferences, self.commands, theme)
        self.tool_bar = ToolBar(self.tool_commands, self.commands)
        self.tool_options = ToolOptions(session.editor.toolbox, self.viewport, self.commands)
        self.mode_bar = ModeBar(session, self.commands)
        self.prompt_panel = PromptPanel(session, preferences, self.commands, theme)
        self.status_line = StatusLine(session, self.viewport, self.dataset_commands.status_button)
        self._make_halves()
        self.results_strip = ResultsStrip(session, self.commands, theme)
        self.commands["view.results"].setChecked(True)
        session.files.crop_requested.connect(lambda: self._leave_overlay_view())  # before the crop overlay opens
        self.extend_controller.install_on(theme, (self.layout_canvas, self.image_canvas))
        self.comparison = Comparison(session, self.viewport, theme, (self.layout_canvas, self.image_canvas))
        self.comparison.changed.connect(lambda: session.full_size.set_hidden(self.comparison.active))
        self.crop_overlay = CropOverlay(session.files, self.viewport, theme, self.image_canvas)
        self.results_strip.filmstrip.compare_requested.connect(self.comparison.toggle)
        self._lay_out()
        self._connect()
        self._refresh_states()
        self._restore_window_state()
        self._refresh_paused()
        self.layout_canvas.setFocus()

    def _make_halves(self) -> None:
        session, theme = self._session, self._theme
        layer = ImageLayer(session, self)
        self.layout_canvas = LayoutCanvas(session, self.viewport, theme, layer)
        self.image_canvas = ImageCanvas(session, self.viewport, theme, layer)
        self.keep_button = self.commands.button("edit.keep", with_text=True)
        self.layout_half = HalfPanel(
            self.tr("Layout"), self.layout_canvas, self._layout_buttons(), partial(self._open_dropped, "layout")
        )
        self.image_half = HalfPanel(
            self.tr("Image"), self.image_canvas, self._image_buttons(), partial(self._open_dropped, "image")
        )

    def _connect(self) -> None:
        self.prompt_panel.prompt_submitted.connect(self.layout_canvas.setFocus)  # so that the next keys select tools
        session = self._session
        for source in (session, self._installer, self.file_commands):
            source.noticed.connect(self.notice_bar.show_notice)
        for canvas in (self.layout_canvas, self.image_canvas):
            canvas.pen_down_changed.connect(self.notice_bar.set_frozen)
        session.editor.document_changed.connect(self._refresh_states)
        session.editor.history_changed.connect(self._refresh_states)
        session.projects.changed.connect(self._refresh_paused)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._close_allowed:
            event.accept()
        else:
            event.ignore()
            self.close_requested.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_paused()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._refresh_paused()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._refresh_paused()

    def force_close(self) -> None:
        """Close without emitting `close_requested`."""
        self._close_allowed = True
        self.close()

    def save_window_state(self) -> None:
        """Store the geometry, the visible panels and the viewport in the preferences."""
        geometry, halves = self.saveGeometry().data(), tuple(self.splitter.sizes())
        if self.viewport.overlaid:  # a hidden half has no size
            halves = self._preferences.values.halves
        panels = tuple(name for name in TOGGLED_PANELS if self.commands[f"view.{name}"].isChecked())
        self._preferences.update(geometry=geometry, halves=halves, view=self.viewport.state, panels=panels)

    def _refresh_paused(self) -> None:
        if self._close_allowed:
            return
        paused = self.isMinimized() or not self.isVisible()
        self._session.generator.set_paused(paused)
        pack = self._session.pack.info.title
        title = f"{self.file_commands.project_title} — Diptych · {pack}" if pack else "Diptych"
        self.setWindowTitle(self.tr("{title} (live mode paused)").format(title=title) if paused else title)

    def _restore_window_state(self) -> None:
        chosen = self._preferences.values
        if not chosen.geometry or not self.restoreGeometry(QByteArray(chosen.geometry)):
            self.resize(*DEFAULT_SIZE)
        if chosen.halves:
            self.splitter.setSizes(chosen.halves)
        for name in TOGGLED_PANELS:
            if self.commands[f"view.{name}"].isChecked() != (name in chosen.panels):
                self.commands[f"view.{name}"].trigger()
        self.viewport.restore(chosen.view)

    def show_shortcuts(self) -> None:
        """Open the window of all commands and their keys, or bring it to the front."""
        self.shortcuts_window = show_single(self.shortcuts_window, lambda: ShortcutsWindow(self.commands, self))

    def show_packs(self) -> None:
        """Open the window of installed packs, or bring it to the front."""
        self.packs_window = show_single(self.packs_window, self._make_packs_window)

    def show_timeline(self) -> None:
        """Open the denoising timeline of the current result; one that is open is brought up to date."""
        if is_open(self.timeline_window):
            self._session.timeline.trace()
        self.timeline_window = show_single(
            self.timeline_window, lambda: TimelineWindow(self._session, self._theme, self)
        )

    def _make_packs_window(self) -> PacksWindow:
        window = PacksWindow(self._installer, self._session.pack.name, self._theme, self)
        window.pack_chosen.connect(self.pack_requested)
        return window

    def _open_dropped(self, half: str, data: QMimeData) -> None:
        open_mime_data(data, self._session, self.tr("the dropped picture"), half)

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(10)
        self.splitter.setChildrenCollapsible(False)
        for half in (self.layout_half, self.image_half):
            self.splitter.addWidget(half)
        self.splitter.setSizes([1000, 1000])
        right = vbox()
        right.addWidget(self.mode_bar)
        right.addWidget(self.tool_options)
        right.addWidget(self.notice_bar)
        right.addWidget(self.splitter, 1)
        right.addWidget(self.results_strip)
        right.addWidget(self.prompt_panel)
        top = hbox(spacing=10)
        top.addWidget(self.tool_bar)
        top.addLayout(self._make_side_column())
        top.addLayout(right, 1)
        body = QWidget()
        rows = vbox(spacing=6)
        rows.setContentsMargins(10, 6, 10, 6)
        rows.addLayout(top, 1)
        rows.addWidget(self.status_line)
        body.setLayout(rows)
        self.setCentralWidget(body)

    def _make_side_column(self) -> QVBoxLayout:
        side = vbox()
        side.addWidget(self.palette_panel, 3)
        for folded in (self.area_panel, self.history_panel):
            side.addWidget(folded, 2)
            folded.setFixedWidth(self.palette_panel.width())
            folded.hide()
        return side

    def _layout_buttons(self) -> list[QToolButton]:
        names = ("file.open_layout", "file.save_layout")
        return [self.keep_button, *map(self.commands.button, names)]

    def _image_buttons(self) -> list[QToolButton]:
        names = ("file.open_image", "file.save_image")
        return [self.commands.button("image.keep", with_text=True), *map(self.commands.button, names)]

    def _add_menus(self) -> None:
        self.file_commands.add_actions_to(self._menu(self.tr("&File")), self._add_examples_and_packs, self.close)
        self._add_edit_menu(self._menu(self.tr("&Edit")))
        self._fill_picture_menu(self._menu(self.tr("&Picture")))
        self._fill_view_menu(self._menu(self.tr("&View")))
        self.dataset_commands.add_actions_to(self._menu(self.tr("&Data sets")), self.commands)
        engine = self._menu(self.tr("E&ngine"))
        self._add(engine, "engine.restart", self.tr("&Restart engine"), self._session.client.restart)
        help_ = self._menu(self.tr("&Help"))
        self._add(help_, "help.shortcuts", self.tr("&Shortcuts…"), self.show_shortcuts, "F1", "Ctrl+/")
        self.commands.changed.connect(lambda: self._preferences.update(keys=self.commands.user_keys))

    def _add_examples_and_packs(self, menu: QMenu) -> None:
        self._add_examples(menu)
        self._add(menu, "file.packs", self.tr("&Packs…"), self.show_packs)

    def _add_edit_menu(self, menu: QMenu) -> None:
        editor = self._session.editor
        self._add(menu, "edit.undo", self.tr("&Undo"), editor.undo, "Ctrl+Z", icon="undo")
        self._add(menu, "edit.redo", self.tr("&Redo"), editor.redo, "Ctrl+Shift+Z", "Ctrl+Y", icon="redo")
        self.file_commands.add_clipboard_actions_to(menu)
        self._add(menu, "edit.keep", self.tr("&Keep the generated layout"), editor.keep_layout, "Ctrl+K", icon="keep")
        self.commands["edit.keep"].setIconText(self.tr("Keep"))
        self._add(menu, "edit.clear_layout", self.tr("&Clear layout"), self._session.clear_layout)
        menu.addSeparator()
        for name in ("select.all", "select.none", "select.invert", "select.erase"):
            menu.addAction(self.commands[name])

    def _fill_view_menu(self, menu: QMenu) -> None:
        add_zoom_commands(menu, self.commands, self.viewport, lambda: self.layout_canvas.size())
        menu.addSeparator()
        add_panel_commands(menu, self.commands, self._set_panel_shown)
        add_full_size_command(menu, self.commands, self._preferences, self._session.full_size)
        menu.addSeparator()
        add_appearance_menus(menu, self._preferences)

    def _set_panel_shown(self, name: str, shown: bool) -> None:
        if name == "overlay":
            self.image_half.setVisible(not shown)
            self.viewport.set_overlaid(shown)
        else:
            panels = {"results": self.results_strip, "history": self.history_panel, "areas": self.area_panel}
            panels[name].setVisible(shown)

    def _leave_overlay_view(self) -> None:
        overlay = self.commands["view.overlay"]
        if overlay.isChecked():
            overlay.trigger()

    def _fill_picture_menu(self, menu: QMenu) -> None:
        add_generation_commands(menu, self.commands, self._session, self._cancel_topmost)
        add_timeline_command(menu, self.commands, self.show_timeline)
        self.extend_controller.add_actions_to(menu)
        add_live_command(menu, self.commands, self._session)
        menu.addSeparator()
        for name in ("select.redraw", "image.keep", "image.release"):
            menu.addAction(self.commands[name])

    def _cancel_topmost(self) -> None:
        """Cancel the overlay on the canvases, else the shape in progress, else what is being generated."""
        if self.extend_controller.edges.active:
            self.extend_controller.edges.cancel()
        elif self.crop_overlay.isVisible():
            self.crop_overlay.cancel()
        elif self.comparison.active:
            self.comparison.close()
        elif not self._session.editor.painter.cancel():
            self._session.cancel_generation()

    def _add_examples(self, file: QMenu) -> None:
        examples = file.addMenu(self.tr("&Examples"))
        examples.setEnabled(bool(self._session.pack.examples))
        for path in self._session.pack.examples:
            text = path.stem.replace("_", " ").replace("-", " ").capitalize()
            run = partial(self._session.files.open_layout, path)
            examples.addAction(text).triggered.connect(lambda _, run=run: run())

    def _add_class_commands(self) -> None:
        editor = self._session.editor
        search = Command(
            name="palette.search", text=self.tr("Find a class"), group=self.tr("Classes"), keys=("Ctrl+F",)
        )
        self.commands.add(search, lambda: None)  # the palette panel connects to it
        for index, info in enumerate(editor.palette.classes):
            keys = (info.hotkey,) if info.hotkey else ()
            name = f"class.{info.name}"
            group = self.tr("Classes")
            self.commands.add(
                Command(name=name, text=info.name, group=group, keys=keys), partial(editor.toolbox.select_class, index)
            )

    def _menu(self, title: str) -> QMenu:
        return self.menuBar().addMenu(title)

    def _add(self, menu: QMenu, name: str, text: str, run: Callable[[], object], *keys: str, icon: str = "") -> None:
        self.commands.add_to_menu(menu, Command(name=name, text=text, keys=keys, icon=icon), run)

    def _refresh_states(self) -> None:
        document = self._session.editor.document
        guessed = bool(document.guess_mask().any())
        self.commands["edit.keep"].setEnabled(guessed or document.status.fill_whole)
        drawn = document.status.image is not ImageKind.NONE
        self.commands["image.keep"].setEnabled(drawn and not document.keep_image.all())
        self.commands["image.release"].setEnabled(bool(document.keep_image.any()))
        self.commands["select.redraw"].setEnabled(self._session.editor.can_redraw_selection)
        partly = document.keep_image.any() and not document.keep_image.all()
        kinds = {
            ImageKind.NONE: "",
            ImageKind.GIVEN: self.tr("opened"),
            ImageKind.GENERATED: self.tr("generated"),
        }
        words = self.tr("only the outlined part is redrawn") if partly else kinds[document.status.image]
        self.image_half.state_label.set_full_text(words)
        if document.status.fill_whole:
            self.layout_half.state_label.set_full_text(self.tr("generated"))
        else:
            self.layout_half.state_label.set_full_text(self.tr("hatched parts are generated") if guessed else "")
