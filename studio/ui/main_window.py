"""The window: the palette, two halves side by side, words below."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QToolButton, QWidget

from studio.domain.document import ImageKind
from studio.session.session import Session
from studio.ui.build import column, row
from studio.ui.canvas import ImageCanvas
from studio.ui.dialogs import ask_open, ask_save
from studio.ui.half import Half
from studio.ui.layout_canvas import LayoutCanvas
from studio.ui.mode_bar import ModeBar, icon_button
from studio.ui.notice_bar import NoticeBar
from studio.ui.palette_panel import PalettePanel
from studio.ui.prompt_panel import PromptPanel
from studio.ui.shortcuts import add_action, bind, class_keys
from studio.ui.status_line import StatusLine
from studio.ui.theme import Theme
from studio.ui.view import View

IMAGE_WORDS = {ImageKind.NONE: "", ImageKind.GIVEN: "given", ImageKind.GENERATED: "generated"}


class MainWindow(QMainWindow):
    """Shows a session. Closing only asks; whoever built the window ends the session and then closes it."""

    close_asked = Signal()

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session, self._theme = session, theme
        self._may_close = False
        self.setWindowTitle(f"Diptych — {session.pack.info.title}")
        self.setWindowIcon(theme.icon("diptych"))
        self.view = View(session.pack.info.height, session.pack.info.width, self)
        self.notices = NoticeBar(theme)
        self.palette_panel = PalettePanel(session.editor, theme)
        self.mode_bar = ModeBar(session, self.view, theme)
        self.prompt_panel = PromptPanel(session.generator, theme)
        self.status = StatusLine(session, self.view)
        self.layout_canvas = LayoutCanvas(session, self.view, theme)
        self.image_canvas = ImageCanvas(session, self.view, theme)
        self.keep = self._keep_button()
        self.layout_half = Half("Layout", self.layout_canvas, self._layout_buttons(), session.open_layout)
        self.image_half = Half("Image", self.image_canvas, self._image_buttons(), session.open_image)
        self._lay_out()
        self._add_menus()
        self._add_keys()
        for source in (session, self.layout_half, self.image_half):
            source.noticed.connect(self.notices.say)
        session.editor.document_changed.connect(self._show_states)
        session.editor.history_changed.connect(self._show_states)
        self._show_states()
        self.layout_canvas.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.close_asked.emit()

    def close_now(self) -> None:
        """Close without asking again."""
        self._may_close = True
        self.close()

    def open_layout(self) -> None:
        ask_open(self, "Open layout", self._session.open_layout)

    def open_image(self) -> None:
        ask_open(self, "Open image", self._session.open_image)

    def save_layout(self) -> None:
        ask_save(self, "Save layout", "layout.png", self._session.save_layout)

    def save_image(self) -> None:
        ask_save(self, "Save image", "image.png", self._session.save_image)

    def _lay_out(self) -> None:
        halves = row(spacing=10)
        halves.addWidget(self.layout_half, 1)
        halves.addWidget(self.image_half, 1)
        right = column()
        right.addWidget(self.mode_bar)
        right.addWidget(self.notices)
        right.addLayout(halves, 1)
        right.addWidget(self.prompt_panel)
        top = row(spacing=10)
        top.addWidget(self.palette_panel)
        top.addLayout(right, 1)
        body = QWidget()
        rows = column(spacing=6)
        rows.setContentsMargins(10, 6, 10, 6)
        rows.addLayout(top, 1)
        rows.addWidget(self.status)
        body.setLayout(rows)
        self.setCentralWidget(body)

    def _keep_button(self) -> QToolButton:
        button = icon_button(self._theme, "keep", "Keep what was filled in, as if painted", "Ctrl+K", self._keep)
        button.setText("Keep")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _keep(self) -> None:
        self._session.editor.keep()

    def _layout_buttons(self) -> list[QToolButton]:
        theme = self._theme
        return [
            self.keep,
            icon_button(theme, "open", "Open layout", "Ctrl+O", self.open_layout),
            icon_button(theme, "save", "Save layout", "Ctrl+S", self.save_layout),
        ]

    def _image_buttons(self) -> list[QToolButton]:
        theme = self._theme
        return [
            icon_button(theme, "open", "Open image", "Ctrl+Shift+O", self.open_image),
            icon_button(theme, "save", "Save image", "Ctrl+Shift+S", self.save_image),
        ]

    def _add_menus(self) -> None:
        session, view = self._session, self.view
        editor, generator = session.editor, session.generator
        file = self.menuBar().addMenu("&File")
        add_action(file, "&New", "Ctrl+N", session.new)
        self._add_examples(file)
        file.addSeparator()
        add_action(file, "&Open layout…", "Ctrl+O", self.open_layout)
        add_action(file, "Open &image…", "Ctrl+Shift+O", self.open_image)
        add_action(file, "&Save layout…", "Ctrl+S", self.save_layout)
        add_action(file, "Save i&mage…", "Ctrl+Shift+S", self.save_image)
        file.addSeparator()
        add_action(file, "&Quit", "Ctrl+Q", self.close)
        edit = self.menuBar().addMenu("&Edit")
        add_action(edit, "&Undo", "Ctrl+Z", editor.undo)
        add_action(edit, "&Redo", "Ctrl+Shift+Z", editor.redo)
        add_action(edit, "&Keep what was filled in", "Ctrl+K", self._keep)
        add_action(edit, "&Clear layout", "", session.clear_layout)
        picture = self.menuBar().addMenu("&Picture")
        add_action(picture, "&Generate", "Ctrl+Return", generator.generate)
        add_action(picture, "&Cancel", "Esc", generator.cancel)
        look = self.menuBar().addMenu("&View")
        add_action(look, "Show the &whole picture", "Ctrl+0", view.fit)
        engine = self.menuBar().addMenu("E&ngine")
        add_action(engine, "&Restart engine", "", session.client.restart)

    def _add_examples(self, file: QMenu) -> None:
        examples = file.addMenu("&Examples")
        examples.setEnabled(bool(self._session.pack.examples))
        for path in self._session.pack.examples:
            text = path.stem.replace("_", " ").replace("-", " ").capitalize()
            add_action(examples, text, "", partial(self._session.open_layout, path))

    def _add_keys(self) -> None:
        editor = self._session.editor
        bind(self, "B", lambda: editor.erase(False))
        bind(self, "E", lambda: editor.erase(True))
        bind(self, "[", lambda: editor.resize_brush(-1))
        bind(self, "]", lambda: editor.resize_brush(1))
        for index, key in class_keys(editor.palette.classes).items():
            bind(self, key, partial(editor.choose, index))

    def _show_states(self) -> None:
        document = self._session.editor.document
        guessed = bool(document.guessed().any())
        self.keep.setEnabled(guessed or document.marks.fill_whole)
        self.image_half.state.setText(IMAGE_WORDS[document.marks.image])
        if document.marks.fill_whole:
            self.layout_half.state.setText("generated")
        else:
            self.layout_half.state.setText("hatched parts are generated" if guessed else "")
