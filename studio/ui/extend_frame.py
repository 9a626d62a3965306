"""Extend canvas as a person meets it: handles at the edges, the frame over both halves, and a command for each way."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QPointF
from PySide6.QtWidgets import QMenu, QWidget
from shiboken6 import isValid

from studio.domain.frame import Margins
from studio.session.session import Session
from studio.ui.edges import Edges
from studio.ui.extend_curtain import Curtain
from studio.ui.extend_dialog import ExtendDialog
from studio.ui.extend_handle import Handle
from studio.ui.shortcuts import Actions, Command, plain
from studio.ui.theme import Theme
from studio.ui.view import View

translate = QCoreApplication.translate


class ExtendFrame(QObject):
    """Its commands are added before there are canvases to work on."""

    def __init__(self, session: Session, view: View, commands: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._view, self._commands, self._window = session, view, commands, window
        self.edges = Edges(session, view, self)
        self.curtains: tuple[Curtain, ...] = ()
        self.handles: tuple[Handle, ...] = ()
        self.dialog: ExtendDialog | None = None
        self.edges.changed.connect(self._on_edges)

    def add_to(self, menu: QMenu) -> None:
        """Both commands, in the Picture menu."""
        group = plain(menu.title())
        tip = self.tr("Drag an edge of the picture outwards; what comes on is drawn in both halves")
        drag = Command(
            name="picture.extend",
            text=self.tr("E&xtend canvas"),
            tip=tip,
            group=group,
            keys=("C",),
            icon="extend",
            checkable=True,
        )
        menu.addAction(self._commands.add(drag, self._switch))
        by = Command(name="picture.extend_by", text=self.tr("Extend canvas &by…"), group=group, keys=("Ctrl+Alt+C",))
        menu.addAction(self._commands.add(by, self.ask))

    def cover(self, theme: Theme, canvases: tuple[QWidget, ...]) -> None:
        """Work on these canvases."""
        edges, view = self.edges, self._view
        self.curtains = tuple(Curtain(edges, view, theme, canvas) for canvas in canvases)
        self.handles = tuple(
            Handle(edges, side, view, theme, canvas) for canvas in canvases for side in Margins._fields
        )
        view.cursor_moved.connect(self._on_cursor)
        view.changed.connect(self._put_away)
        self._session.editor.document_changed.connect(self._put_away)

    def ask(self) -> None:
        """Open the dialog, or bring it to the front."""
        if self.dialog is None or not isValid(self.dialog):
            self.dialog = ExtendDialog(self._session, self._window)
        self.dialog.show()
        self.dialog.activateWindow()

    def _switch(self, on: bool) -> None:
        if not on:
            self.edges.close()
            return
        self.edges.open()
        for curtain in self.curtains:
            if curtain.isVisible():
                curtain.setFocus()
                break

    def _on_edges(self) -> None:
        self._commands["picture.extend"].setChecked(self.edges.active)
        self._put_away()

    def _on_cursor(self, _: object, cursor: QPointF | None) -> None:
        if not self.edges.active:
            for handle in self.handles:
                handle.follow(None if self._session.editor.pen.busy else cursor)

    def _put_away(self) -> None:
        """Handles whose edge may be elsewhere; the one that is held goes in the end."""
        if not self.edges.active:
            for handle in self.handles:
                handle.hide()
