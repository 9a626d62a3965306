"""Steps, sampler and guidance: the pack's defaults or the user's choice; hidden until "more" is pressed."""

from __future__ import annotations

from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, QSignalBlocker, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from engine.interface.protocol import Sampler
from studio.session.generation.request_builder import RequestDraft
from studio.session.session import Session
from studio.ui.panels.sampler_names import sampler_texts
from studio.ui.style.layouts import hbox, icon_button, pad_spin_box, styled_label, vbox
from studio.ui.style.theme import Theme

MAX_STEP_COUNT = 1000
MAX_GUIDANCE = 50.0
GUIDANCE_DECIMALS = 2

Value = TypeVar("Value")


class AdvancedPanel(QWidget):
    """Shows and sets the generation options that are rarely changed."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        generator, editor, info = session.generator, session.editor, session.pack.info
        self._generator, self._editor, self._info = generator, editor, info
        self.steps_box = QSpinBox()
        self.steps_box.setRange(1, MAX_STEP_COUNT)
        self._set_up_box(self.steps_box, self.tr("Steps"), self.tr("More steps take longer and give finer results"))
        self.sampler_box = QComboBox()
        self.sampler_box.setAccessibleName(self.tr("Sampler"))
        self.sampler_box.setMinimumWidth(150)
        self._sampler_texts = sampler_texts()
        for name, (title, description) in self._sampler_texts.items():
            if name == "distilled" and not info.distilled:
                continue
            self.sampler_box.addItem(title, name)
            self.sampler_box.setItemData(self.sampler_box.count() - 1, description, Qt.ItemDataRole.ToolTipRole)
        self.help_label = styled_label("", "dim")
        self.guidance_box = self._make_guidance_box(
            self.tr("Text guidance"), self.tr("How closely the result follows the prompt; 1 turns guidance off")
        )
        self.cross_guidance_box = self._make_guidance_box(
            self.tr("Cross-guidance"), self.tr("How closely each half follows the other; 1 turns guidance off")
        )
        self.reset_button = icon_button(theme, "undo", self.tr("Reset to the pack's defaults"), self._reset)
        self._lay_out()
        self.steps_box.valueChanged.connect(
            lambda steps: self._set_option(steps=self._unless_default(steps, self._default_steps))
        )
        self.sampler_box.activated.connect(lambda: self._set_option(sampler=self.sampler_box.currentData()))
        towards_text, other = (round(weight, GUIDANCE_DECIMALS) for weight in (info.guidance, info.cross_guidance))
        self.guidance_box.valueChanged.connect(
            lambda weight: self._set_option(guidance=self._unless_default(weight, towards_text))
        )
        self.cross_guidance_box.valueChanged.connect(
            lambda weight: self._set_option(cross_guidance=self._unless_default(weight, other))
        )
        generator.settings.options_changed.connect(self._refresh)
        generator.settings.mode_changed.connect(self._refresh)
        editor.history_changed.connect(self._refresh)
        self._refresh()

    def _lay_out(self) -> None:
        line = hbox()
        fields = (
            (self.tr("Steps"), self.steps_box),
            (self.tr("Sampler"), self.sampler_box),
            (self.tr("Text guidance"), self.guidance_box),
            (self.tr("Cross-guidance"), self.cross_guidance_box),
        )
        for label_text, widget in fields:
            label = styled_label(label_text, "dim")
            label.setBuddy(widget)
            line.addWidget(label)
            line.addWidget(widget)
            line.addSpacing(8)
        line.addWidget(self.reset_button)
        line.addStretch(1)
        rows = vbox(spacing=4)
        rows.addLayout(line)
        rows.addWidget(self.help_label)
        self.setLayout(rows)

    def _make_guidance_box(self, name: str, tip: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(0, MAX_GUIDANCE)
        box.setDecimals(GUIDANCE_DECIMALS)
        box.setSingleStep(0.5)
        self._set_up_box(box, name, tip)
        return box

    def _set_up_box(self, box: QAbstractSpinBox, name: str, tip: str) -> None:
        box.setAccessibleName(name)
        box.setToolTip(tip)
        box.setFixedWidth(62)
        pad_spin_box(box)

    def _set_option(self, **changes: Sampler | float | None) -> None:
        self._generator.settings.update_options(typing=True, **changes)

    def _reset(self) -> None:
        self._generator.settings.update_options(steps=None, sampler=None, guidance=None, cross_guidance=None)

    def _refresh(self) -> None:
        options, info = self._generator.settings.options, self._info
        guidance = info.guidance if options.guidance is None else options.guidance
        cross = info.cross_guidance if options.cross_guidance is None else options.cross_guidance
        _set_silently(self.steps_box, options.steps or self._default_steps)
        _set_silently(self.guidance_box, guidance)
        _set_silently(self.cross_guidance_box, cross)
        self.sampler_box.setCurrentIndex(self.sampler_box.findData(options.sampler))
        self.help_label.setText(self._sampler_texts[options.sampler].description)
        chosen = (options.steps, options.sampler, options.guidance, options.cross_guidance)
        self.reset_button.setEnabled(chosen != (None, None, None, None))

    @property
    def _default_steps(self) -> int:
        generator = self._generator
        draft = RequestDraft.of(self._editor.document, generator.settings.mode)
        return draft.default_steps(self._info, generator.settings.options.sampler)

    @staticmethod
    def _unless_default(value: Value, default: Value) -> Value | None:
        return None if value == default else value


class ValueBox(Protocol[Value]):
    """A spin box whose value has this type."""

    def value(self) -> Value: ...
    def setValue(self, val: Value, /) -> None: ...


def _set_silently(box: ValueBox[Value], value: Value) -> None:
    """Show a value without emitting `valueChanged`; a text that means this value already is left as it is typed."""
    if box.value() != value:
        assert isinstance(box, QObject)
        with QSignalBlocker(box):
            box.setValue(value)
