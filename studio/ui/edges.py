"""The edges of the canvas while a person moves them outwards, on whichever half."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Signal

from engine.protocol import MULTIPLE
from studio.domain.frame import Margins, snapped
from studio.session.session import Session
from studio.ui.view import View

Sides = frozenset[str]
"""Of `Margins`: one for an edge, two for a corner, none for neither."""


class Edges(QObject):
    """The margins in the making. Letting go of an edge, or Enter, makes them part of the picture; Escape none."""

    changed = Signal()  # the margins are others, or it began or ended

    def __init__(self, session: Session, view: View, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self._document = session.editor.document
        self._frame = self._document.frame
        self._held: tuple[Sides, QPointF, Margins] | None = None
        self._wanted = self.margins = Margins()
        self.active = False
        session.editor.document_changed.connect(self._on_document)
        session.files.crop_asked.connect(self.close)

    @property
    def full(self) -> bool:
        """Whether more was asked for than the picture may grow."""
        return self.margins != self._wanted

    @property
    def size(self) -> tuple[int, int]:
        """Width and height that the picture would have."""
        frame = self.margins.around(self._document.frame)
        return frame.width, frame.height

    def open(self) -> None:
        """Let the edges be moved, with room around them if the whole picture is in view."""
        if not self.active and self._session.pack.usable:
            self._session.editor.end_stroke()
            self.active, self._frame = True, self._document.frame
            self._view.make_room(True)
            self._view.point_at(None)
        self.changed.emit()

    def close(self) -> None:
        """Leave everything as it was."""
        if self.active:
            self.active, self._held = False, None
            self._want(Margins())
            self._view.make_room(False)
            self.changed.emit()

    def commit(self) -> None:
        """Make the margins part of the picture."""
        wanted = self._wanted
        self.close()
        self._session.extension.extend(wanted)

    def grow(self, side: str, steps: int) -> None:
        """Move an edge by steps of the grid."""
        if steps < 0 or not self.full:
            pixels = max(0, getattr(self.margins, side) + steps * MULTIPLE)
            self._want(self.margins._replace(**{side: pixels}))

    def grab(self, sides: Sides, at: QPointF) -> None:
        """Take hold of an edge or a corner at a place on the screen."""
        self.open()
        self._held = sides, at, self.margins

    def drag(self, to: QPointF, zoom: float) -> None:
        """Move what is held as far outwards as the pen has gone since, at so many screen pixels for each."""
        if self._held is None:
            return
        sides, start, before = self._held
        by = (to - start) / zoom
        out = {"left": -by.x(), "right": by.x(), "top": -by.y(), "bottom": by.y()}
        pixels = {side: snapped(getattr(before, side) + out[side]) for side in sides}
        self._want(before._replace(**pixels))

    def drop(self) -> None:
        """Let go: what was dragged out becomes part of the picture."""
        held, self._held = self._held, None
        if held is not None and any(self.margins):
            self.commit()

    def rect(self, size: QSize) -> QRectF:
        """Where the picture would lie on a canvas of this size."""
        zoom, more = self._view.zoom(size), self.margins
        around = (-more.left * zoom, -more.top * zoom, more.right * zoom, more.bottom * zoom)
        return self._view.rect(size).adjusted(*around)

    def _want(self, margins: Margins) -> None:
        self._wanted, self.margins = margins, self._session.extension.room(margins)
        self.changed.emit()

    def _on_document(self) -> None:
        if self._document.frame != self._frame:  # its edges are elsewhere now
            self._frame = self._document.frame
            self._view.point_at(None)  # until the pen moves nobody knows where it is
            self.close()
