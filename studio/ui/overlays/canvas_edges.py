"""The state of the picture's edges while they are dragged outwards on either canvas."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Signal

from engine.interface.protocol import SIDE_MULTIPLE
from studio.domain.margins import CanvasMargins, snap_to_grid
from studio.session.session import Session
from studio.ui.canvas.viewport import Viewport

Sides = frozenset[str]
"""Field names of `CanvasMargins`: one for an edge, two for a corner, none for neither."""


class CanvasEdges(QObject):
    """Holds the margins being dragged. `release` and `commit` extend the picture by them; `cancel` discards them."""

    changed = Signal()  # the margins changed, or dragging began or ended

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
        """Whether the requested margins exceed the largest picture."""
        return self.margins != self._requested

    @property
    def extended_size(self) -> tuple[int, int]:
        """Width and height of the extended picture in pixels."""
        frame = self.margins.expand(self._document.frame)
        return frame.width, frame.height

    def start(self) -> None:
        """Begin moving edges; a fitted picture gets room around it."""
        if not self.active and self._session.pack.usable:
            self._session.editor.end_stroke()
            self.active, self._last_frame = True, self._document.frame
            self._viewport.set_room_around(True)
            self._viewport.set_cursor(None)
        self.changed.emit()

    def cancel(self) -> None:
        """Stop moving edges and leave the picture unchanged."""
        if self.active:
            self.active, self._grabbed = False, None
            self._request(CanvasMargins())
            self._viewport.set_room_around(False)
            self.changed.emit()

    def commit(self) -> None:
        """Extend the picture by the requested margins."""
        requested = self._requested
        self.cancel()
        self._session.extension.extend(requested)

    def move_side(self, side: str, steps: int) -> None:
        """Move an edge outwards by steps of `SIDE_MULTIPLE` pixels, or inwards if `steps` is negative."""
        if steps < 0 or not self.at_limit:
            pixels = max(0, getattr(self.margins, side) + steps * SIDE_MULTIPLE)
            self._request(self.margins._replace(**{side: pixels}))

    def grab(self, sides: Sides, at: QPointF) -> None:
        """Start to drag an edge or a corner at a screen position."""
        self.start()
        self._grabbed = sides, at, self.margins

    def drag(self, to: QPointF, zoom: float) -> None:
        """Drag the grabbed edges to a screen position, at a zoom in screen pixels per document pixel."""
        if self._grabbed is None:
            return
        sides, start, start_margins = self._grabbed
        offset = (to - start) / zoom
        outward = {"left": -offset.x(), "right": offset.x(), "top": -offset.y(), "bottom": offset.y()}
        pixels = {side: snap_to_grid(getattr(start_margins, side) + outward[side]) for side in sides}
        self._request(start_margins._replace(**pixels))

    def release(self) -> None:
        """End a drag and extend the picture by what was dragged out."""
        grabbed, self._grabbed = self._grabbed, None
        if grabbed is not None and any(self.margins):
            self.commit()

    def extended_rect(self, size: QSize) -> QRectF:
        """The rectangle of the extended picture on a canvas of this size."""
        zoom, margins = self._viewport.zoom(size), self.margins
        return self._viewport.picture_rect(size).adjusted(
            -margins.left * zoom, -margins.top * zoom, margins.right * zoom, margins.bottom * zoom
        )

    def _request(self, margins: CanvasMargins) -> None:
        self._requested, self.margins = margins, self._session.extension.clamped_margins(margins)
        self.changed.emit()

    def _on_document_changed(self) -> None:
        if self._document.frame != self._last_frame:  # an edge has moved
            self._last_frame = self._document.frame
            self._viewport.set_cursor(None)  # its position is unknown until the pointer moves
            self.cancel()
