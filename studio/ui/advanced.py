"""What is behind the prompt's fold: steps, sampler and guidance, as the pack wants them or as a person does."""

from __future__ import annotations

from typing import Protocol, TypeVar

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from engine.library import usual_steps
from engine.protocol import Sampler
from studio.session.requests import given
from studio.session.session import Session
from studio.ui.build import column, row, text
from studio.ui.mode_bar import icon_button
from studio.ui.samplers import samplers
from studio.ui.theme import Theme

MAX_STEPS = 1000
MAX_GUIDANCE = 50.0
DECIMALS = 2

T = TypeVar("T")


class Advanced(QWidget):
    """Shows and sets the generator's options that few people need."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        generator, editor, info = session.generator, session.editor, session.pack.info
        self._generator, self._editor, self._info = generator, editor, info
        self.steps = QSpinBox()
        self.steps.setRange(1, MAX_STEPS)
        self._dress(self.steps, self.tr("Steps"), self.tr("More steps take longer and look finer"))
        self.sampler = QComboBox()
        self.sampler.setAccessibleName(self.tr("Sampler"))
        self.sampler.setMinimumWidth(150)
        self._samplers = samplers()
        for name, (title, help_) in self._samplers.items():
            if name == "distilled" and not info.distilled:
                continue
            self.sampler.addItem(title, name)
            self.sampler.setItemData(self.sampler.count() - 1, help_, Qt.ItemDataRole.ToolTipRole)
        self.help = text("", "dim")
        self.guidance = self._strength(
            self.tr("Guidance towards the text"), self.tr("How closely the words are kept; 1 is plain")
        )
        self.cross_guidance = self._strength(
            self.tr("Guidance towards the other half"), self.tr("How closely each half keeps to the other; 1 is plain")
        )
        self.reset = icon_button(theme, "undo", self.tr("As the pack has them"), "", self._reset)
        self._lay_out()
        self.steps.valueChanged.connect(lambda steps: self._take(steps=self._own(steps, self._usual_steps)))
        self.sampler.activated.connect(lambda: self._take(sampler=self.sampler.currentData()))
        towards_text, other = (round(weight, DECIMALS) for weight in (info.guidance, info.cross_guidance))
        self.guidance.valueChanged.connect(lambda weight: self._take(guidance=self._own(weight, towards_text)))
        self.cross_guidance.valueChanged.connect(lambda weight: self._take(cross_guidance=self._own(weight, other)))
        generator.options_changed.connect(self._show)
        generator.mode_changed.connect(self._show)
        editor.history_changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        line = row()
        fields = (
            (self.tr("Steps"), self.steps),
            (self.tr("Sampler"), self.sampler),
            (self.tr("Towards the text"), self.guidance),
            (self.tr("the other half"), self.cross_guidance),
        )
        for words, widget in fields:
            label = text(words, "dim")
            label.setBuddy(widget)
            line.addWidget(label)
            line.addWidget(widget)
            line.addSpacing(8)
        line.addWidget(self.reset)
        line.addStretch(1)
        rows = column(spacing=4)
        rows.addLayout(line)
        rows.addWidget(self.help)
        self.setLayout(rows)

    def _strength(self, name: str, tip: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(0, MAX_GUIDANCE)
        box.setDecimals(DECIMALS)
        box.setSingleStep(0.5)
        self._dress(box, name, tip)
        return box

    def _dress(self, box: QAbstractSpinBox, name: str, tip: str) -> None:
        box.setAccessibleName(name)
        box.setToolTip(tip)
        box.setFixedWidth(62)
        box.lineEdit().setTextMargins(8, 0, 4, 0)

    def _take(self, **touched: Sampler | float | None) -> None:
        """The option of the box that was touched; the others stay a person's or the pack's."""
        self._generator.set_options(msgspec.structs.replace(self._generator.options, **touched), typing=True)

    def _reset(self) -> None:
        options = msgspec.structs.replace(
            self._generator.options, steps=None, sampler=None, guidance=None, cross_guidance=None
        )
        self._generator.set_options(options)

    def _show(self) -> None:
        options, info = self._generator.options, self._info
        guidance = info.guidance if options.guidance is None else options.guidance
        cross = info.cross_guidance if options.cross_guidance is None else options.cross_guidance
        _put(self.steps, options.steps or self._usual_steps)
        _put(self.guidance, guidance)
        _put(self.cross_guidance, cross)
        self.sampler.setCurrentIndex(self.sampler.findData(options.sampler))
        self.help.setText(self._samplers[options.sampler].help)
        usual = (options.steps, options.sampler, options.guidance, options.cross_guidance)
        self.reset.setEnabled(usual != (None, None, None, None))

    @property
    def _usual_steps(self) -> int:
        generator = self._generator
        return usual_steps(self._info, generator.options.sampler, given(self._editor.document, generator.mode))

    @staticmethod
    def _own(value: T, pack: T) -> T | None:
        return None if value == pack else value


class Field(Protocol[T]):
    """A box with a value of one kind."""

    def value(self) -> T: ...
    def setValue(self, val: T, /) -> None: ...
    def blockSignals(self, b: bool, /) -> bool: ...


def _put(box: Field[T], value: T) -> None:
    """Show a value without sending it, and leave a text alone that is being typed and means it already."""
    if box.value() != value:
        box.blockSignals(True)
        box.setValue(value)
        box.blockSignals(False)
