"""The line that sets the tool in hand: it shows only what that tool has."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from studio.domain.area import Symmetry
from studio.domain.brush import LARGEST, SMALLEST
from studio.session.toolbox import WIDEST_GAP, Tool, Toolbox
from studio.ui.build import row, text
from studio.ui.shortcuts import Actions
from studio.ui.view import View


class ToolOptions(QWidget):
    """Size, gap, symmetry, a steady hand, and how strongly the layout covers the image in an overlay."""

    def __init__(self, tools: Toolbox, view: View, actions: Actions) -> None:
        super().__init__()
        self._tools, self._view = tools, view
        line = row(spacing=8)
        self.size_slider, self._size = self._slider(line, self.tr("Size"), SMALLEST, LARGEST)
        self.size_slider.setAccessibleName(self.tr("Brush size"))
        self.size_slider.setToolTip(self.tr("Brush size in pixels of the picture ( [ and ] )"))
        self.steady = actions.button("tool.steady", words=True)
        line.addWidget(self.steady)
        self.gap_slider, self._gap = self._slider(line, self.tr("Close gaps"), 0, WIDEST_GAP)
        self.gap_slider.setToolTip(self.tr("A fill does not run out through openings as narrow as this, in pixels"))
        self.symmetry = self._symmetries()
        line.addWidget(self.symmetry)
        line.addStretch(1)
        self.overlay = actions.button("view.overlay", words=True)
        line.addWidget(self.overlay)
        self.opacity_slider, self._opacity = self._slider(line, self.tr("Layout"), 0, 100)
        self.opacity_slider.setAccessibleName(self.tr("Opacity of the layout"))
        self.setLayout(line)
        self.size_slider.valueChanged.connect(tools.set_size)
        self.gap_slider.valueChanged.connect(tools.set_gap)
        self.symmetry.activated.connect(lambda index: tools.set_symmetry(list(Symmetry)[index]))
        self.opacity_slider.valueChanged.connect(lambda value: view.set_opacity(value / 100))
        tools.changed.connect(self._show)
        view.changed.connect(self._show)
        self._show()

    def _slider(self, line: QHBoxLayout, words: str, least: int, most: int) -> tuple[QSlider, list[QWidget]]:
        """A slider with its name and its value; returns it and all three."""
        slider, value = QSlider(Qt.Orientation.Horizontal), text("", "dim")
        slider.setRange(least, most)
        slider.setFixedWidth(110)
        slider.setAccessibleName(words)
        value.setMinimumWidth(22)
        slider.valueChanged.connect(lambda number: value.setText(str(number)))
        parts: list[QWidget] = [QLabel(words), slider, value]
        for part in parts:
            line.addWidget(part)
        return slider, parts

    def _symmetries(self) -> QComboBox:
        words = {
            Symmetry.NONE: self.tr("No symmetry"),
            Symmetry.LEFT_RIGHT: self.tr("Left and right"),
            Symmetry.TOP_BOTTOM: self.tr("Top and bottom"),
            Symmetry.BOTH: self.tr("All four corners"),
        }
        box = QComboBox()
        box.setAccessibleName(self.tr("Symmetry"))
        box.setToolTip(self.tr("Everything is done once more, mirrored in the middle of the picture"))
        for symmetry in Symmetry:
            box.addItem(words[symmetry])
        return box

    def _show(self) -> None:
        tools = self._tools
        self.size_slider.setValue(tools.size)
        self.gap_slider.setValue(tools.gap)
        self.symmetry.setCurrentIndex(list(Symmetry).index(tools.symmetry))
        self.opacity_slider.setValue(round(100 * self._view.opacity))
        for parts, there in (
            (self._size, tools.tool in (Tool.BRUSH, Tool.LINE)),
            ([self.steady], tools.tool is Tool.BRUSH),
            (self._gap, tools.tool is Tool.FILL),
            ([self.symmetry], tools.tool not in (Tool.PICK, Tool.MOVE)),
            (self._opacity, self._view.overlaid),
        ):
            for part in parts:
                part.setVisible(there)
