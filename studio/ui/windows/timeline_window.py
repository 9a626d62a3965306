"""The denoising timeline: the network's noisy input and its estimate at each sampling step."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QProgressBar, QPushButton, QSizePolicy, QSlider, QWidget

from engine.interface.protocol import Pixels
from studio.session.results.timeline import TimelineStep
from studio.session.session import Session
from studio.ui.style.image_conversion import fitted_rect, qimage
from studio.ui.style.layouts import hbox, styled_label, vbox
from studio.ui.style.theme import Theme
from studio.ui.windows.file_dialogs import ask_folder, ask_save_gif

PLAY_INTERVAL_MS = 160
"""Milliseconds for which each step is shown during playback."""


class TimelineWindow(QDialog):
    """A non-modal window that traces the current result when it opens and does not change the picture."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Denoising timeline"))
        self.resize(820, 560)
        self._timeline, self._palette = session.timeline, session.palette
        self.step_images = [
            StepImage(name, theme)
            for name in (
                self.tr("Noisy layout, y_t"),
                self.tr("Noisy image, x_t"),
                self.tr("Expected layout, y_0"),
                self.tr("Expected image, x_0"),
            )
        ]
        self.layout_clock_bar, self.image_clock_bar = (
            ClockBar(self.tr("Clock of the layout")),
            ClockBar(self.tr("Clock of the image")),
        )
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(self.tr("Step"))
        self.step_label = styled_label("", "dim")
        self.play_button = QPushButton(self.tr("Play"))
        self.play_button.setCheckable(True)
        self.retrace_button = QPushButton(self.tr("Trace again"))
        self.save_gif_button = QPushButton(self.tr("Save GIF…"))
        self.save_frames_button = QPushButton(self.tr("Save frames…"))
        self._play_timer = QTimer(self, interval=PLAY_INTERVAL_MS)
        self._play_timer.timeout.connect(self._advance)
        self._lay_out()
        self._connect()
        self._timeline.trace()
        self._on_timeline_changed()

    @property
    def current_step(self) -> TimelineStep | None:
        """The step on display, if there is one."""
        steps = self._timeline.steps
        return steps[min(self.slider.value(), len(steps) - 1)] if steps else None

    def done(self, result: int) -> None:
        """Stop playback and tracing; Escape calls this too, without a close event."""
        self._play_timer.stop()
        self._timeline.stop()
        super().done(result)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, picture in enumerate(self.step_images):
            grid.addWidget(styled_label(picture.accessibleName(), "dim"), 2 * (place // 2), place % 2)
            grid.addWidget(picture, 2 * (place // 2) + 1, place % 2)
        for index in (1, 3):
            grid.setRowStretch(index, 1)
        clocks = hbox(spacing=8)
        clocks.addWidget(self.layout_clock_bar, 1)
        clocks.addWidget(self.image_clock_bar, 1)
        scrub = hbox(spacing=8)
        scrub.addWidget(self.play_button)
        scrub.addWidget(self.slider, 1)
        scrub.addWidget(self.step_label)
        buttons = hbox(spacing=8)
        buttons.addWidget(self.retrace_button)
        buttons.addStretch(1)
        buttons.addWidget(self.save_gif_button)
        buttons.addWidget(self.save_frames_button)
        rows = vbox(margin=14)
        rows.addLayout(grid, 1)
        rows.addLayout(clocks)
        rows.addLayout(scrub)
        rows.addLayout(buttons)
        self.setLayout(rows)

    def _connect(self) -> None:
        timeline = self._timeline
        self.slider.valueChanged.connect(self._refresh)
        self.play_button.toggled.connect(self._on_play)
        self.retrace_button.clicked.connect(timeline.trace)
        self.save_gif_button.clicked.connect(
            lambda: ask_save_gif(self, self.tr("Save GIF"), "denoising.gif", timeline.save_gif)
        )
        self.save_frames_button.clicked.connect(lambda: ask_folder(self, self.tr("Save frames"), timeline.save_frames))
        timeline.changed.connect(self._on_timeline_changed)

    def _on_timeline_changed(self) -> None:
        steps, at_end = self._timeline.steps, self.slider.value() == self.slider.maximum()
        self.slider.setRange(0, max(0, len(steps) - 1))
        if at_end:  # an earlier step stays on display
            self.slider.setValue(self.slider.maximum())
        has_steps = bool(steps) and not self._timeline.running
        for button in (self.play_button, self.save_gif_button, self.save_frames_button):
            button.setEnabled(has_steps)
        self.retrace_button.setEnabled(not self._timeline.running)
        self._refresh()

    def _refresh(self) -> None:
        step, count = self.current_step, len(self._timeline.steps)
        self.step_label.setText(
            self.tr("{step} of {count}").format(step=min(self.slider.value() + 1, count), count=count)
        )
        if step is None:
            return
        for picture, pixels in zip(
            self.step_images,
            (
                self._layout_pixels(step.noisy_layout),
                step.noisy_image,
                self._layout_pixels(step.layout),
                step.image,
            ),
            strict=True,
        ):
            picture.show_pixels(pixels)
        self.layout_clock_bar.set_clock(step.layout_clock, step.top_clock)
        self.image_clock_bar.set_clock(step.image_clock, step.top_clock)

    def _layout_pixels(self, layout: Pixels) -> Pixels:
        return np.ascontiguousarray(self._palette.to_rgba(layout)[..., :3])

    def _on_play(self, playing: bool) -> None:
        if playing:
            self.slider.setValue(0)
            self._play_timer.start()
        else:
            self._play_timer.stop()

    def _advance(self) -> None:
        if self.slider.value() >= self.slider.maximum():
            self.play_button.setChecked(False)
        else:
            self.slider.setValue(self.slider.value() + 1)


class StepImage(QWidget):
    """Shows one of the four pictures as large as possible."""

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self._theme, self._image = theme, QImage()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(360, 180)

    def show_pixels(self, pixels: Pixels) -> None:
        """Show RGB pixels [H, W, 3]."""
        self._image = qimage(pixels)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colours.canvas)
        if not self._image.isNull():
            painter.drawImage(fitted_rect(QRectF(self.rect()), self._image.size()), self._image)
        painter.end()


class ClockBar(QWidget):
    """Shows the diffusion clock of a half as a number and a bar."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self.clock_label, self.progress_bar = name, styled_label(name, "dim"), QProgressBar()
        self.progress_bar.setTextVisible(False)
        self.progress_bar.setAccessibleName(name)
        line = hbox(spacing=8)
        line.addWidget(self.clock_label)
        line.addWidget(self.progress_bar, 1)
        self.setLayout(line)

    def set_clock(self, clock: int, max_clock: int) -> None:
        """Show clock t of T; 0 is clean."""
        self.clock_label.setText(f"{self._name}: {clock} / {max_clock}")
        self.progress_bar.setRange(0, max_clock)
        self.progress_bar.setValue(clock)
