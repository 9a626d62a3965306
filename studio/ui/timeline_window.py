"""The denoising timeline: what the network saw and what it made of it, step by step."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QProgressBar, QPushButton, QSizePolicy, QSlider, QWidget

from engine.protocol import Pixels
from studio.session.session import Session
from studio.session.timeline import Moment
from studio.ui.build import column, row, text
from studio.ui.dialogs import ask_folder, ask_gif
from studio.ui.pictures import qimage
from studio.ui.theme import Theme

PLAY = 160
"""Milliseconds that each step is shown while it plays."""


class TimelineWindow(QDialog):
    """Never modal. It asks for the steps when it opens; the picture stays as it is."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Denoising timeline"))
        self.resize(820, 560)
        self._timeline, self._palette = session.timeline, session.palette
        self.pictures = [
            View(name, theme)
            for name in (
                self.tr("Noisy layout, y_t"),
                self.tr("Noisy image, x_t"),
                self.tr("Expected layout, y_0"),
                self.tr("Expected image, x_0"),
            )
        ]
        self.layout_clock, self.image_clock = (
            Clock(self.tr("Clock of the layout")),
            Clock(self.tr("Clock of the image")),
        )
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(self.tr("Step"))
        self.step = text("", "dim")
        self.play = QPushButton(self.tr("Play"))
        self.play.setCheckable(True)
        self.again = QPushButton(self.tr("Make the steps again"))
        self.gif = QPushButton(self.tr("Save GIF…"))
        self.frames = QPushButton(self.tr("Save frames…"))
        self._timer = QTimer(self, interval=PLAY)
        self._timer.timeout.connect(self._advance)
        self._lay_out()
        self._connect()
        self._timeline.trace()
        self._follow()

    @property
    def moment(self) -> Moment | None:
        """What is shown."""
        moments = self._timeline.moments
        return moments[min(self.slider.value(), len(moments) - 1)] if moments else None

    def done(self, result: int) -> None:
        """Ends by Escape too, which closes without an event."""
        self._timer.stop()
        self._timeline.stop()
        super().done(result)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, picture in enumerate(self.pictures):
            grid.addWidget(text(picture.accessibleName(), "dim"), 2 * (place // 2), place % 2)
            grid.addWidget(picture, 2 * (place // 2) + 1, place % 2)
        for index in (1, 3):
            grid.setRowStretch(index, 1)
        clocks = row(spacing=8)
        clocks.addWidget(self.layout_clock, 1)
        clocks.addWidget(self.image_clock, 1)
        scrub = row(spacing=8)
        scrub.addWidget(self.play)
        scrub.addWidget(self.slider, 1)
        scrub.addWidget(self.step)
        buttons = row(spacing=8)
        buttons.addWidget(self.again)
        buttons.addStretch(1)
        buttons.addWidget(self.gif)
        buttons.addWidget(self.frames)
        rows = column(margin=14)
        rows.addLayout(grid, 1)
        rows.addLayout(clocks)
        rows.addLayout(scrub)
        rows.addLayout(buttons)
        self.setLayout(rows)

    def _connect(self) -> None:
        timeline = self._timeline
        self.slider.valueChanged.connect(self._show)
        self.play.toggled.connect(self._on_play)
        self.again.clicked.connect(timeline.trace)
        self.gif.clicked.connect(lambda: ask_gif(self, self.tr("Save GIF"), "denoising.gif", timeline.save_gif))
        self.frames.clicked.connect(lambda: ask_folder(self, self.tr("Save frames"), timeline.save_frames))
        timeline.changed.connect(self._follow)

    def _follow(self) -> None:
        moments, at_end = self._timeline.moments, self.slider.value() == self.slider.maximum()
        self.slider.setRange(0, max(0, len(moments) - 1))
        if at_end:  # whoever looks at an earlier step is left alone
            self.slider.setValue(self.slider.maximum())
        there = bool(moments) and not self._timeline.running
        for button in (self.play, self.gif, self.frames):
            button.setEnabled(there)
        self.again.setEnabled(not self._timeline.running)
        self._show()

    def _show(self) -> None:
        moment, count = self.moment, len(self._timeline.moments)
        self.step.setText(self.tr("{step} of {count}").format(step=min(self.slider.value() + 1, count), count=count))
        if moment is None:
            return
        for picture, pixels in zip(
            self.pictures,
            (
                self._colours(moment.noisy_layout),
                moment.noisy_image,
                self._colours(moment.layout),
                moment.image,
            ),
            strict=True,
        ):
            picture.show_pixels(pixels)
        self.layout_clock.tell(moment.layout_clock, moment.top)
        self.image_clock.tell(moment.image_clock, moment.top)

    def _colours(self, layout: Pixels) -> Pixels:
        return np.ascontiguousarray(self._palette.colours(layout)[..., :3])

    def _on_play(self, playing: bool) -> None:
        if playing:
            self.slider.setValue(0)
            self._timer.start()
        else:
            self._timer.stop()

    def _advance(self) -> None:
        if self.slider.value() >= self.slider.maximum():
            self.play.setChecked(False)
        else:
            self.slider.setValue(self.slider.value() + 1)


class View(QWidget):
    """One of the four pictures, as large as there is room."""

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self._theme, self._image = theme, QImage()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(360, 180)

    def show_pixels(self, pixels: Pixels) -> None:
        """RGB [H, W, 3]."""
        self._image = qimage(pixels)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colours.canvas)
        if not self._image.isNull():
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            area = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, *size.toTuple())
            painter.drawImage(area, self._image)
        painter.end()


class Clock(QWidget):
    """How far a half still is from clean, as a number and a bar."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self.words, self.bar = name, text(name, "dim"), QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(name)
        line = row(spacing=8)
        line.addWidget(self.words)
        line.addWidget(self.bar, 1)
        self.setLayout(line)

    def tell(self, clock: int, top: int) -> None:
        """Show clock t of T."""
        self.words.setText(f"{self._name}: {clock} / {top}")
        self.bar.setRange(0, top)
        self.bar.setValue(clock)
