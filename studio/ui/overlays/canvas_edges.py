"""The edges of the canvas while a person moves them outwards, on whichever half."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Signal

from engine.interface.protocol import SIDE_MULTIPLE
from studio.domain.margins import CanvasMargins, snap_to_grid
from studio.session.session import Session
from studio.ui.canvas.viewport import Viewport

Sides = frozenset[str]
"""Of `Margins`: one for an edge, two for a corner, none for neither."""


class CanvasEdges(QObject):
    """The margins in the making. Letting go of an edge, or Enter, makes them part of the picture; Escape none."""

    changed = Signal()  # the margins are others, or it began or ended

    def __init__(self, session: Session, viewport: Viewport, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._viewport = session, viewport
        self._document = session.editor.document
        self._last_frame = self._document.frame
        self._grabbed: tuple[Sides, QPointF, CanvasMargins] | None = None
        self._requested = self.margins = CanvasMargins()
        self.active = False
        session.editor.document_changed.connect(self._on_document_changed)
        session.files.crop_requested.connect(self.cancel)

    @property
    def at_limit(self) -> bool:
        """Whether more was asked for than the picture may grow."""
        return self.margins != self._requested

    @property
    def extended_size(self) -> tuple[int, int]:
        """Width and height that the picture would have."""
        frame = self.margins.expand(self._document.frame)
        return frame.width, frame.height

    def start(self) -> None:
        """Let the edges be moved, with room around them if the whole picture is in view."""
        if not self.active and self._session.pack.usable:
            self._session.editor.end_stroke()
            self.active, self._last_frame = True, self._document.frame
            self._viewport.set_room_around(True)
            self._viewport.set_cursor(None)
        self.changed.emit()

    def cancel(self) -> None:
        """Leave everything as it was."""
        if self.active:
            self.active, self._grabbed = False, None
            self._request(CanvasMargins())
            self._viewport.set_room_around(False)
            self.changed.emit()

    def commit(self) -> None:
        """Make the margins part of the picture."""
        wanted = self._requested
        self.cancel()
        self._session.extension.extend(wanted)

    def move_side(self, side: str, steps: int) -> None:
        """Move an edge by steps of the grid."""
        if steps < 0 or not self.at_limit:
            pixels = max(0, getattr(self.margins, side) + steps * SIDE_MULTIPLE)
            self._request(self.margins._replace(**{side: pixels}))

    def grab(self, sides: Sides, at: QPointF) -> None:
        """Take hold of an edge or a corner at a place on the screen."""
        self.start()
        self._grabbed = sides, at, self.margins

    def drag(self, to: QPointF, zoom: float) -> None:
        """Move what is held as far outwards as the pen has gone since, at so many screen pixels for each."""
        if self._grabbed is None:
            return
        sides, start, start_margins = self._grabbed
        offset = (to - start) / zoom
        outward = {"left": -offset.x(), "right": offset.x(), "top": -offset.y(), "bottom": offset.y()}
        pixels = {side: snap_to_grid(getattr(start_margins, side) + outward[side]) for side in sides}
        self._request(start_margins._replace(**pixels))

    def release(self) -> None:
        """Let go: what was dragged out becomes part of the picture."""
        held, self._grabbed = self._grabbed, None
        if held is not None and any(self.margins):
            self.commit()

    def extended_rect(self, size: QSize) -> QRectF:
        """Where the picture would lie on a canvas of this size."""
        zoom, more = self._viewport.zoom(size), self.margins
        around = (-more.left * zoom, -more.top * zoom, more.right * zoom, more.bottom * zoom)
        return self._viewport.picture_rect(size).adjusted(*around)

    def _request(self, margins: CanvasMargins) -> None:
        self._requested, self.margins = margins, self._session.extension.clamped_margins(margins)
        self.changed.emit()

    def _on_document_changed(self) -> None:
        if self._document.frame != self._last_frame:  # its edges are elsewhere now
            self._last_frame = self._document.frame
            self._viewport.set_cursor(None)  # until the pen moves nobody knows where it is
            self.cancel()
