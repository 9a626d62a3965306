"""The share of the picture that each class covers, with targets that guide generation."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRect, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QAbstractSlider, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QToolButton, QWidget

from studio.session.session import Session
from studio.ui.actions.shortcuts import claim_key
from studio.ui.style.layouts import bare_scroll_area, hbox, icon_button, style_as_panel, styled_label, vbox
from studio.ui.style.theme import Theme

NO_TARGET = -1
"""The value of a bar that has no target."""
ROW_HEIGHT, BAR_HEIGHT = 26, 7
CLEAR_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class AreaBar(QAbstractSlider):
    """The bar of one class. Its value is the target in percent of the picture, or `NO_TARGET`.

    Dragging sets the target, Delete clears it.
    """

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self._name, self._theme = name, theme
        self._colour, self._share = QColor(), 0.0
        self.setRange(NO_TARGET, 100)
        self.setValue(NO_TARGET)
        self.setSingleStep(1)
        self.setPageStep(10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setAccessibleName(self.tr("Area of {name}").format(name=name))
        self.setToolTip(self.tr("Drag to set the share of {name} in the picture; Delete clears it").format(name=name))
        self.valueChanged.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(150, ROW_HEIGHT)

    def show_share(self, share: float, colour: str) -> None:
        """Show the share of the picture from 0 to 1, in the class's colour."""
        self._share, self._colour = share, QColor(colour)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, bar = self._theme.colours, self._bar_rect()
        painter = QPainter(self)
        shares = f"{100 * self._share:.0f} %" + (f" → {self.value()} %" if self.value() != NO_TARGET else "")
        painter.setPen(colours.text if self.value() != NO_TARGET or self.hasFocus() else colours.dim)
        line = QRect(0, 0, self.width(), bar.top() - 2)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._name)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shares)
        painter.fillRect(bar, colours.border)
        painter.fillRect(bar.adjusted(1, 1, -1, -1), colours.field)
        painter.fillRect(QRect(bar.left(), bar.top(), round(bar.width() * self._share), bar.height()), self._colour)
        if self.value() != NO_TARGET:
            x = bar.left() + round((bar.width() - 1) * self.value() / 100)
            painter.setPen(QPen(colours.text, 2))
            painter.drawLine(x, bar.top() - 2, x, bar.bottom() + 2)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(True)
        self._set_target_at(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._set_target_at(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def event(self, event: QEvent) -> bool:
        return claim_key(event, CLEAR_KEYS) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in CLEAR_KEYS:
            self.setValue(NO_TARGET)
        else:
            super().keyPressEvent(event)

    def _set_target_at(self, event: QMouseEvent) -> None:
        bar = self._bar_rect()
        self.setValue(max(0, min(100, round(100 * (event.position().x() - bar.left()) / bar.width()))))

    def _bar_rect(self) -> QRect:
        return QRect(0, ROW_HEIGHT - BAR_HEIGHT - 2, self.width(), BAR_HEIGHT)


class AreaPanel(QFrame):
    """The bars of all classes of the pack."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        style_as_panel(self)
        self._session = session
        self.bars = {info.name: AreaBar(info.name, theme) for info in session.palette.classes}
        self.clear_button = icon_button(theme, "close", self.tr("Clear all targets"), self._clear_targets)
        rows = vbox(margin=10)
        rows.addLayout(self._make_heading(self.clear_button))
        rows.addWidget(self._make_bar_list(), 1)
        self.setLayout(rows)
        for bar in self.bars.values():
            bar.valueChanged.connect(self._on_target_changed)
        session.generator.settings.options_changed.connect(self._refresh_targets)
        for signal in (
            session.editor.document_changed,
            session.editor.history_changed,
            session.generator.display.changed,
        ):
            signal.connect(self._refresh_shares)
        self._refresh_targets()

    def showEvent(self, event: QShowEvent) -> None:
        self._refresh_shares()
        super().showEvent(event)

    def _make_heading(self, clear_button: QToolButton) -> QHBoxLayout:
        line = hbox()
        line.addWidget(styled_label(self.tr("Areas"), "heading"), 1)
        line.addWidget(clear_button)
        return line

    def _make_bar_list(self) -> QScrollArea:
        body, bars = QWidget(), vbox(spacing=6)
        bars.setContentsMargins(0, 0, 8, 0)
        for bar in self.bars.values():
            bars.addWidget(bar)
        bars.addStretch(1)
        body.setLayout(bars)
        return bare_scroll_area(body)

    def _on_target_changed(self) -> None:
        """Apply the targets; the changed one is limited so that all of them add up to at most 100 %."""
        total = sum(bar.value() for bar in self.bars.values() if bar.value() != NO_TARGET)
        changed = self.sender()
        if total > 100 and isinstance(changed, AreaBar):
            changed.setValue(changed.value() - (total - 100))
            return
        areas = {name: bar.value() / 100 for name, bar in self.bars.items() if bar.value() != NO_TARGET}
        self._session.generator.settings.update_options(typing=True, areas=areas)

    def _clear_targets(self) -> None:
        self._session.generator.settings.update_options(areas={})

    def _refresh_targets(self) -> None:
        areas = self._session.generator.settings.options.areas
        for name, bar in self.bars.items():
            with QSignalBlocker(bar):
                bar.setValue(round(100 * areas[name]) if name in areas else NO_TARGET)
            bar.update()
        self.clear_button.setEnabled(bool(areas))

    def _refresh_shares(self) -> None:
        if not self.isVisible():
            return
        layout, palette = self._session.generator.display.layout(), self._session.palette
        counts = np.bincount(layout.ravel(), minlength=256)
        for index, bar in enumerate(self.bars.values()):
            bar.show_share(float(counts[index]) / layout.size, palette.colour(index))
