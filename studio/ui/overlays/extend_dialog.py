"""The dialog that extends the canvas by numbers, for use without a mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QPushButton, QSpinBox, QWidget

from engine.interface.protocol import MAX_SIDE, SIDE_MULTIPLE
from studio.domain.margins import CanvasMargins, snap_to_grid
from studio.session.session import Session
from studio.ui.style.layouts import styled_label, vbox


class ExtendDialog(QDialog):
    """A non-modal dialog with a margin for each side."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Extend canvas"))
        self._session = session
        self.margin_boxes = {
            "left": MarginSpinBox(self.tr("Left")),
            "right": MarginSpinBox(self.tr("Right")),
            "top": MarginSpinBox(self.tr("Top")),
            "bottom": MarginSpinBox(self.tr("Bottom")),
        }
        self.size_label = styled_label("", "dim")
        self.extend_button = QPushButton(self.tr("Extend"))
        self.extend_button.setProperty("primary", True)
        self.extend_button.setDefault(True)
        self._lay_out()
        for side in self.margin_boxes.values():
            side.valueChanged.connect(self._refresh)
        session.editor.document_changed.connect(self._refresh)
        self._refresh()

    @property
    def margins(self) -> CanvasMargins:
        """The margins in the fields, snapped to the grid."""
        return CanvasMargins(**{name: snap_to_grid(side.value()) for name, side in self.margin_boxes.items()})

    def accept(self) -> None:
        margins = self.margins
        super().accept()
        self._session.extension.extend(margins)

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setSpacing(8)
        for row, side in enumerate(self.margin_boxes.values()):
            form.addWidget(QLabel(side.accessibleName()), row, 0)
            form.addWidget(side, row, 1)
        form.setColumnStretch(1, 1)
        buttons = QDialogButtonBox()
        buttons.addButton(self.extend_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(self.tr("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        rows = vbox(margin=14)
        rows.addWidget(
            styled_label(
                self.tr("The new area is generated in both halves; the rest of the picture stays unchanged."), "dim"
            )
        )
        rows.addLayout(form)
        rows.addWidget(self.size_label)
        rows.addWidget(buttons)
        self.setLayout(rows)

    def _refresh(self) -> None:
        allowed = self._session.extension.clamped_margins(self.margins)
        frame = allowed.expand(self._session.editor.document.frame)
        text = self.tr("New size: {width} × {height} pixels.")
        if allowed != self.margins:
            text = self.tr("New size: {width} × {height} pixels, the largest possible.")
        self.size_label.setText(text.format(width=frame.width, height=frame.height))
        self.extend_button.setEnabled(any(allowed))


class MarginSpinBox(QSpinBox):
    """The pixels to add at one side, snapped to the grid of `SIDE_MULTIPLE` when editing ends."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setRange(0, MAX_SIDE)
        self.setSingleStep(SIDE_MULTIPLE)
        self.editingFinished.connect(lambda: self.setValue(snap_to_grid(self.value())))
