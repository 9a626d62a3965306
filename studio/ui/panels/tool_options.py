"""The options of the current tool; those that do not apply to it are hidden."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from studio.domain.area import Symmetry
from studio.domain.brush import LARGEST_BRUSH, SMALLEST_BRUSH
from studio.session.editing.toolbox import MAX_FILL_GAP, Tool, Toolbox
from studio.ui.actions.shortcuts import CommandRegistry
from studio.ui.canvas.viewport import Viewport
from studio.ui.style.layouts import hbox, styled_label


class ToolOptions(QWidget):
    """Sets brush size, fill gap, symmetry and stroke smoothing, and the layout's opacity in the overlay view."""

    def __init__(self, toolbox: Toolbox, viewport: Viewport, commands: CommandRegistry) -> None:
        super().__init__()
        self._toolbox, self._viewport = toolbox, viewport
        line = hbox(spacing=8)
        self.size_slider, self._size_widgets = self._add_slider(line, self.tr("Size"), SMALLEST_BRUSH, LARGEST_BRUSH)
        self.size_slider.setAccessibleName(self.tr("Brush size"))
        self.size_slider.setToolTip(self.tr("Brush size in pixels of the picture ( [ and ] )"))
        self.steady_button = commands.button("tool.steady", with_text=True)
        line.addWidget(self.steady_button)
        self.gap_slider, self._gap_widgets = self._add_slider(line, self.tr("Close gaps"), 0, MAX_FILL_GAP)
        self.gap_slider.setToolTip(self.tr("Fills do not leak through gaps up to this many pixels wide"))
        self.symmetry_box = self._make_symmetry_box()
        line.addWidget(self.symmetry_box)
        line.addStretch(1)
        self.overlay_button = commands.button("view.overlay", with_text=True)
        line.addWidget(self.overlay_button)
        self.opacity_slider, self._opacity_widgets = self._add_slider(line, self.tr("Layout"), 0, 100)
        self.opacity_slider.setAccessibleName(self.tr("Layout opacity"))
        self.setLayout(line)
        self.size_slider.valueChanged.connect(toolbox.set_brush_size)
        self.gap_slider.valueChanged.connect(toolbox.set_fill_gap)
        self.symmetry_box.activated.connect(lambda index: toolbox.set_symmetry(list(Symmetry)[index]))
        self.opacity_slider.valueChanged.connect(lambda value: viewport.set_opacity(value / 100))
        toolbox.changed.connect(self._refresh)
        viewport.changed.connect(self._refresh)
        self._refresh()

    def _add_slider(
        self, line: QHBoxLayout, label_text: str, minimum: int, maximum: int
    ) -> tuple[QSlider, list[QWidget]]:
        """Add a slider with its label and its value to a line. Returns the slider and all three widgets."""
        slider, value = QSlider(Qt.Orientation.Horizontal), styled_label("", "dim")
        slider.setRange(minimum, maximum)
        slider.setFixedWidth(110)
        slider.setAccessibleName(label_text)
        value.setMinimumWidth(22)
        slider.valueChanged.connect(lambda number: value.setText(str(number)))
        parts: list[QWidget] = [QLabel(label_text), slider, value]
        for part in parts:
            line.addWidget(part)
        return slider, parts

    def _make_symmetry_box(self) -> QComboBox:
        texts = {
            Symmetry.NONE: self.tr("No symmetry"),
            Symmetry.LEFT_RIGHT: self.tr("Left and right"),
            Symmetry.TOP_BOTTOM: self.tr("Top and bottom"),
            Symmetry.BOTH: self.tr("All four corners"),
        }
        box = QComboBox()
        box.setAccessibleName(self.tr("Symmetry"))
        box.setToolTip(self.tr("Everything you do is mirrored about the centre of the picture"))
        for symmetry in Symmetry:
            box.addItem(texts[symmetry])
        return box

    def _refresh(self) -> None:
        tools = self._toolbox
        self.size_slider.setValue(tools.brush_size)
        self.gap_slider.setValue(tools.fill_gap)
        self.symmetry_box.setCurrentIndex(list(Symmetry).index(tools.symmetry))
        self.opacity_slider.setValue(round(100 * self._viewport.opacity))
        for parts, visible in (
            (self._size_widgets, tools.tool in (Tool.BRUSH, Tool.LINE)),
            ([self.steady_button], tools.tool is Tool.BRUSH),
            (self._gap_widgets, tools.tool is Tool.FILL),
            ([self.symmetry_box], tools.tool not in (Tool.PICK, Tool.MOVE)),
            (self._opacity_widgets, self._viewport.overlaid),
        ):
            for part in parts:
                part.setVisible(visible)
