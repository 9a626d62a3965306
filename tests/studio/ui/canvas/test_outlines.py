"""Outlines drawn as pictures are those that Qt draws line by line, at every zoom and from wherever one looks."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QLineF, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

from engine.interface.protocol import Pixels
from studio.domain.layout import Mask
from studio.ui.canvas.outlines import SHADOW_COLOUR, Outline

SIZE = 300, 200
LINE = QColor(80, 140, 255)


def blob_mask() -> Mask:
    rows, columns = np.mgrid[:40, :70]
    return (rows - 18) ** 2 + (columns - 30) ** 2 < 200


def speckled_mask() -> Mask:
    return np.random.default_rng(0).random((40, 70)) < 0.4


def blank_sheet() -> QImage:
    image = QImage(*SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image


def image_pixels(image: QImage) -> Pixels:
    return np.frombuffer(image.constBits(), np.uint8).reshape(SIZE[1], SIZE[0], 4).copy()


def draw_line_by_line(mask: Mask, corner: QPoint, zoom: float) -> Pixels:
    """One line for every edge of every pixel."""
    framed, lines = np.pad(mask, 1), []
    for row, column in np.argwhere(framed[1:, 1:-1] != framed[:-1, 1:-1]).tolist():
        lines.append(QLineF(column, row, column + 1, row))
    for row, column in np.argwhere(framed[1:-1, 1:] != framed[1:-1, :-1]).tolist():
        lines.append(QLineF(column, row, column, row + 1))
    image = blank_sheet()
    painter = QPainter(image)
    painter.translate(corner)
    painter.scale(zoom, zoom)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)  # no crossing is darker
    for colour, width in ((SHADOW_COLOUR, 3), (LINE, 1)):
        pen = QPen(colour, width)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(lines)
    painter.end()
    return image_pixels(image)


def draw_outline(outline: Outline, corner: QPoint, zoom: float, exposed: QRect | None = None) -> Pixels:
    image = blank_sheet()
    painter = QPainter(image)
    if exposed:
        painter.setClipRect(exposed)
    outline.draw(painter, corner, zoom, exposed or QRect(0, 0, *SIZE), LINE)
    painter.end()
    return image_pixels(image)


@pytest.mark.parametrize("zoom", [0.5, 1, 1.5, 3.1415, 4, 20.7])
@pytest.mark.parametrize("mask", [blob_mask(), speckled_mask(), ~blob_mask()], ids=["blob", "speckled", "hole"])
def test_it_is_the_picture_that_lines_make(qapp: QApplication, mask: Mask, zoom: float) -> None:
    outline, corner = Outline(), QPoint(-7, 12)
    outline.set_mask(mask)
    wanted, found = draw_line_by_line(mask, corner, zoom), draw_outline(outline, corner, zoom)
    assert ((wanted[..., 3] > 0) == (found[..., 3] > 0)).mean() > 0.999, "the dark line and the one on it"
    assert ((wanted[..., 0] > 200) == (found[..., 0] > 200)).mean() > 0.998, "the line itself"


def test_what_is_seen_in_parts_and_while_panning_is_the_whole(qapp: QApplication) -> None:
    for dashed in (False, True):
        outline = Outline(dashed=dashed)
        outline.set_mask(speckled_mask())
        for shift in range(0, 300, 37):
            corner = QPoint(-shift, -shift // 2)
            parts = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
            for left in range(0, SIZE[0], 50):
                parts |= draw_outline(outline, corner, 9.3, QRect(left, 0, 50, SIZE[1]))
            fresh = Outline(dashed=dashed)
            fresh.set_mask(speckled_mask())
            assert (parts == draw_outline(fresh, corner, 9.3)).all()


def test_an_inverted_one_goes_around_what_is_not_set_if_anything_is(qapp: QApplication) -> None:
    outline = Outline(inverted=True)
    outline.set_mask(np.zeros((40, 70), np.bool_))
    assert outline.empty
    outline.set_mask(blob_mask())
    around = Outline()
    around.set_mask(~blob_mask())
    assert (draw_outline(outline, QPoint(5, 5), 2) == draw_outline(around, QPoint(5, 5), 2)).all()
    assert outline.set_mask(np.ones((40, 70), np.bool_))
    assert outline.empty
