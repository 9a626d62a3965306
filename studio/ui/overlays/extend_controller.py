"""Extending the canvas: handles at the edges, an overlay on both canvases, a dialog, and their commands."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QPointF
from PySide6.QtWidgets import QMenu, QWidget

from studio.domain.margins import CanvasMargins
from studio.session.session import Session
from studio.ui.actions.shortcuts import Command, CommandRegistry
from studio.ui.canvas.viewport import Viewport
from studio.ui.overlays.canvas_edges import CanvasEdges
from studio.ui.overlays.extend_dialog import ExtendDialog
from studio.ui.overlays.extend_handle import ExtendHandle
from studio.ui.overlays.extend_overlay import ExtendOverlay
from studio.ui.style.theme import Theme
from studio.ui.windows.single_window import show_single

translate = QCoreApplication.translate


class ExtendController(QObject):
    """Adds the commands to a menu first, and handles and overlays to the canvases once those exist."""

    def __init__(self, session: Session, viewport: Viewport, commands: CommandRegistry, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._viewport, self._commands, self._window = session, viewport, commands, window
        self.edges = CanvasEdges(session, viewport, self)
        self.overlays: tuple[ExtendOverlay, ...] = ()
        self.handles: tuple[ExtendHandle, ...] = ()
        self.dialog: ExtendDialog | None = None
        self.edges.changed.connect(self._on_edges_changed)

    def add_actions_to(self, menu: QMenu) -> None:
        """Add the commands that extend by dragging and by numbers."""
        tip = self.tr("Drag an edge of the picture outwards; the new area is generated in both halves")
        drag = Command(
            name="picture.extend",
            text=self.tr("E&xtend canvas"),
            tip=tip,
            keys=("C",),
            icon="extend",
            checkable=True,
        )
        self._commands.add_to_menu(menu, drag, self._set_active)
        by = Command(name="picture.extend_by", text=self.tr("Extend canvas &by…"), keys=("Ctrl+Alt+C",))
        self._commands.add_to_menu(menu, by, self.show_dialog)

    def install_on(self, theme: Theme, canvases: tuple[QWidget, ...]) -> None:
        """Create an overlay and four handles on each canvas."""
        edges, view = self.edges, self._viewport
        self.overlays = tuple(ExtendOverlay(edges, view, theme, canvas) for canvas in canvases)
        self.handles = tuple(
            ExtendHandle(edges, side, view, theme, canvas) for canvas in canvases for side in CanvasMargins._fields
        )
        view.cursor_moved.connect(self._on_cursor_moved)
        view.changed.connect(self._hide_handles)
        self._session.editor.document_changed.connect(self._hide_handles)

    def show_dialog(self) -> None:
        """Open the dialog, or bring it to the front."""
        self.dialog = show_single(self.dialog, lambda: ExtendDialog(self._session, self._window))

    def _set_active(self, active: bool) -> None:
        if not active:
            self.edges.cancel()
            return
        self.edges.start()
        for overlay in self.overlays:
            if overlay.isVisible():
                overlay.setFocus()
                break

    def _on_edges_changed(self) -> None:
        self._commands["picture.extend"].setChecked(self.edges.active)
        self._hide_handles()

    def _on_cursor_moved(self, _: object, cursor: QPointF | None) -> None:
        if not self.edges.active:
            for handle in self.handles:
                handle.show_near(None if self._session.editor.painter.gesture_active else cursor)

    def _hide_handles(self) -> None:
        """Hide the handles, whose edges may have moved, unless one is being dragged."""
        if not self.edges.active:
            for handle in self.handles:
                handle.hide()
