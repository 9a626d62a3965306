"""Extending the canvas by numbers: the way without a mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QPushButton, QSpinBox, QWidget

from engine.protocol import MAX_SIDE, MULTIPLE
from studio.domain.frame import Margins, snapped
from studio.session.session import Session
from studio.ui.build import column, text


class ExtendDialog(QDialog):
    """Never modal: the picture can be painted on meanwhile."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Extend canvas"))
        self._session = session
        self.sides = {
            "left": Side(self.tr("Left")),
            "right": Side(self.tr("Right")),
            "top": Side(self.tr("Top")),
            "bottom": Side(self.tr("Bottom")),
        }
        self.size_ = text("", "dim")
        self.extend = QPushButton(self.tr("Extend"))
        self.extend.setProperty("primary", True)
        self.extend.setDefault(True)
        self._lay_out()
        for side in self.sides.values():
            side.valueChanged.connect(self._follow)
        session.editor.document_changed.connect(self._follow)
        self._follow()

    @property
    def margins(self) -> Margins:
        """What is asked for, on the grid."""
        return Margins(**{name: snapped(side.value()) for name, side in self.sides.items()})

    def accept(self) -> None:
        margins = self.margins
        super().accept()
        self._session.extension.extend(margins)

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setSpacing(8)
        for row, side in enumerate(self.sides.values()):
            form.addWidget(QLabel(side.accessibleName()), row, 0)
            form.addWidget(side, row, 1)
        form.setColumnStretch(1, 1)
        buttons = QDialogButtonBox()
        buttons.addButton(self.extend, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(self.tr("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        rows = column(margin=14)
        rows.addWidget(text(self.tr("What comes on is drawn in both halves; all else stays as it is."), "dim"))
        rows.addLayout(form)
        rows.addWidget(self.size_)
        rows.addWidget(buttons)
        self.setLayout(rows)

    def _follow(self) -> None:
        allowed = self._session.extension.room(self.margins)
        frame = allowed.around(self._session.editor.document.frame)
        words = self.tr("The picture will have {width} × {height} pixels.")
        if allowed != self.margins:
            words = self.tr("The picture will have {width} × {height} pixels, for it can be no larger.")
        self.size_.setText(words.format(width=frame.width, height=frame.height))
        self.extend.setEnabled(any(allowed))


class Side(QSpinBox):
    """How many pixels come on at one side; what is typed goes to the grid that pictures grow on."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setRange(0, MAX_SIDE)
        self.setSingleStep(MULTIPLE)
        self.editingFinished.connect(lambda: self.setValue(snapped(self.value())))
