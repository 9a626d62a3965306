"""The choice of the part of a photograph that becomes the image: it is moved and zoomed under a fixed frame."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from engine.interface.raster import Crop
from studio.session.persistence.file_exchange import FileExchange, Photo
from studio.ui.canvas.viewport import Viewport
from studio.ui.overlays.overlay import CanvasOverlay
from studio.ui.style.drawing import draw_caption, draw_focus_ring
from studio.ui.style.image_conversion import qimage
from studio.ui.style.theme import Theme

CROP_ZOOM_STEP = 1.15
CROP_KEY_STEP = 0.02
"""The share of the frame's width by which an arrow key moves the photograph."""
CROP_KEYS = {
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus),
    *(Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape),
}
MIN_CROP_WIDTH = 8.0
"""The smallest width of a crop in pixels of the photograph."""


class CropOverlay(CanvasOverlay):
    """Covers the image canvas while a crop is chosen. Enter applies it, Escape cancels."""

    def __init__(self, files: FileExchange, viewport: Viewport, theme: Theme, canvas: QWidget) -> None:
        super().__init__(canvas, CROP_KEYS)
        self._files, self._viewport, self._theme = files, viewport, theme
        self._photo: Photo | None = None
        self._image = QImage()
        self._drag_position: QPointF | None = None
        self.crop = Crop(0, 0, 1, 1)
        self.setAccessibleName(
            self.tr(
                "Crop: drag or use the arrow keys to move, plus and minus to zoom, Enter to apply, Escape to cancel"
            )
        )
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        files.crop_requested.connect(self.start)
        viewport.changed.connect(self.update)

    def start(self, photo: Photo) -> None:
        """Start to choose a crop of a photograph."""
        self._photo, self.crop = photo, photo.crop
        self._image = qimage(photo.pixels)
        self.resize(self._canvas.size())
        self.show()
        self.raise_()
        self.setFocus()
        self._canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it is hidden below the overlay

    def accept(self) -> None:
        """Apply the crop: the part under the frame becomes the image."""
        photo = self._photo
        self.cancel()
        if photo is not None:
            self._files.place(photo, self.crop)

    def cancel(self) -> None:
        """Close the overlay and leave the image unchanged."""
        self._photo, self._image = None, QImage()
        self._canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()
        self._canvas.setFocus()

    def move_by(self, dx: float, dy: float) -> None:
        """Move the crop by pixels of the photograph, within its borders."""
        left, top, right, bottom = self.crop
        width, height = right - left, bottom - top
        left = min(max(0.0, left + dx), self._image.width() - width)
        top = min(max(0.0, top + dy), self._image.height() - height)
        self.crop = Crop(left, top, left + width, top + height)
        self.update()

    def zoom_at(self, x_share: float, y_share: float, factor: float) -> None:
        """Zoom by a factor, above 1 to enlarge, about a point given as shares of the frame's width and height."""
        left, top, right, bottom = self.crop
        width, height = right - left, bottom - top
        max_scale = min(self._image.width() / width, self._image.height() / height)
        scale = min(max_scale, max(min(1.0, MIN_CROP_WIDTH / width), 1 / factor))
        self.crop = Crop(
            x := left + x_share * width * (1 - scale), y := top + y_share * height * (1 - scale),
            x + width * scale, y + height * scale,
        )  # fmt: skip
        self.move_by(0, 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag_position = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_position is not None:
            by, scale = self._drag_position - event.position(), self._screen_per_photo_pixel()
            self._drag_position = event.position()
            self.move_by(by.x() / scale, by.y() / scale)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag_position = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        frame, at = self._viewport.picture_rect(self.size()), event.position()
        across, down = (at.x() - frame.left()) / frame.width(), (at.y() - frame.top()) / frame.height()
        self.zoom_at(across, down, CROP_ZOOM_STEP ** (event.angleDelta().y() / 120))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, width = Qt.Key, self.crop.right - self.crop.left
        moves = {keys.Key_Left: (-1, 0), keys.Key_Right: (1, 0), keys.Key_Up: (0, -1), keys.Key_Down: (0, 1)}
        key = keys(event.key())
        if key in moves:
            across, down = moves[key]
            self.move_by(across * width * CROP_KEY_STEP, down * width * CROP_KEY_STEP)
        elif key in (keys.Key_Plus, keys.Key_Equal, keys.Key_Minus):
            self.zoom_at(0.5, 0.5, 1 / CROP_ZOOM_STEP if key == keys.Key_Minus else CROP_ZOOM_STEP)
        elif key in (keys.Key_Return, keys.Key_Enter):
            self.accept()
        elif key == keys.Key_Escape:
            self.cancel()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        frame, scale, colours = (
            self._viewport.picture_rect(self.size()),
            self._screen_per_photo_pixel(),
            self._theme.colours,
        )
        painter = QPainter(self)
        painter.fillRect(self.rect(), colours.canvas)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        corner = frame.topLeft() - QPointF(self.crop.left, self.crop.top) * scale
        painter.drawImage(
            QRectF(corner.x(), corner.y(), self._image.width() * scale, self._image.height() * scale), self._image
        )
        painter.setClipRegion(QRegion(self.rect()) - QRegion(frame.toAlignedRect()))
        painter.setOpacity(0.65)
        painter.fillRect(self.rect(), colours.canvas)
        painter.setOpacity(1)
        painter.setClipping(False)
        painter.setPen(QPen(colours.accent, 2))
        painter.drawRect(frame)
        caption = self.tr("Drag and zoom · Enter to apply · Esc to cancel")
        place = QPointF(frame.center().x(), frame.bottom() - 18)
        draw_caption(painter, caption, place, QRectF(self.rect()), colours)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), colours)
        painter.end()

    def _screen_per_photo_pixel(self) -> float:
        """Screen pixels per pixel of the photograph."""
        return self._viewport.picture_rect(self.size()).width() / (self.crop.right - self.crop.left)
