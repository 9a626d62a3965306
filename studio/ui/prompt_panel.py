"""The line under the canvases: words, seed, steps, and Generate."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QPushButton,
    QSpinBox,
)

from studio.session.generator import MAX_SEED, Generator, new_seed
from studio.ui.build import column, panel, row, text
from studio.ui.mode_bar import icon_button
from studio.ui.theme import Theme

MAX_STEPS = 1000
MAX_WORDS = 2000


class PromptPanel(QFrame):
    """Shows and sets the generator's options."""

    def __init__(self, generator: Generator, theme: Theme) -> None:
        super().__init__()
        panel(self)
        self._generator = generator
        self.prompt = _words("Prompt", "Describe the picture: trees on the left, open sky")
        self.negative = _words("Negative prompt", "What should not be in the picture")
        self.seed = _number("Seed", 0, MAX_SEED, 116)
        self.seed.setToolTip("The same seed and picture give the same result")
        self.steps = _number("Steps", 1, MAX_STEPS, 62)
        self.steps.setToolTip("More steps take longer and look finer")
        self.dice = icon_button(theme, "dice", "Another seed", "", self._throw)
        self.lock = icon_button(theme, "lock", "Keep this seed when Generate is pressed", "", self._take)
        self.lock.setCheckable(True)
        self.more = icon_button(theme, "more", "Negative prompt", "", self._fold)
        self.more.setCheckable(True)
        self.generate = QPushButton("Generate")
        self.generate.setProperty("primary", True)
        self.generate.setToolTip("Make a result now (Ctrl+Return)")
        theme.dress(self.generate, "generate")
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("Stop now (Esc)")
        theme.dress(self.cancel, "stop")
        for button in (self.generate, self.cancel):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        self._connect()
        self._show()
        self.negative.setVisible(bool(generator.options.negative))

    def _lay_out(self) -> None:
        line = row()
        line.addWidget(self.prompt, 1)
        line.addWidget(self.more)
        line.addSpacing(6)
        for label, widgets in (("Seed", (self.seed, self.dice, self.lock)), ("Steps", (self.steps,))):
            line.addWidget(text(label, "dim"))
            for widget in widgets:
                line.addWidget(widget)
        line.addSpacing(6)
        line.addWidget(self.generate)
        line.addWidget(self.cancel)
        rows = column(spacing=8, margin=10)
        rows.addLayout(line)
        rows.addWidget(self.negative)
        self.setLayout(rows)

    def _connect(self) -> None:
        generator = self._generator
        self.prompt.textEdited.connect(self._take)
        self.negative.textEdited.connect(self._take)
        self.prompt.returnPressed.connect(generator.generate)
        self.negative.returnPressed.connect(generator.generate)
        self.seed.valueChanged.connect(self._take)
        self.steps.valueChanged.connect(self._take)
        self.generate.clicked.connect(generator.generate)
        self.cancel.clicked.connect(generator.cancel)
        generator.options_changed.connect(self._show)
        generator.running_changed.connect(self._show_running)
        self._show_running()

    def _take(self) -> None:
        options = msgspec.structs.replace(
            self._generator.options,
            prompt=self.prompt.text(),
            negative=self.negative.text(),
            seed=self.seed.value(),
            seed_locked=self.lock.isChecked(),
            steps=self.steps.value(),
        )
        self._generator.set_options(options, typing=True)

    def _throw(self) -> None:
        self._generator.set_options(msgspec.structs.replace(self._generator.options, seed=new_seed()))

    def _fold(self) -> None:
        self.negative.setVisible(self.more.isChecked())

    def _show(self) -> None:
        options = self._generator.options
        for line, words in ((self.prompt, options.prompt), (self.negative, options.negative)):
            if line.text() != words:
                line.setText(words)
        for box, value in ((self.seed, options.seed), (self.steps, options.steps)):
            box.blockSignals(True)  # or the first of two new numbers would be sent with the second one's old
            box.setValue(value)
            box.blockSignals(False)
        self.lock.setChecked(options.seed_locked)
        if options.negative and not self.more.isChecked():
            self.more.setChecked(True)
            self._fold()

    def _show_running(self) -> None:
        self.cancel.setEnabled(self._generator.running)


def _words(name: str, placeholder: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(placeholder)
    line.setMaxLength(MAX_WORDS)
    line.setAccessibleName(name)
    return line


def _number(name: str, least: int, most: int, width: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setAccessibleName(name)
    box.setFixedWidth(width)
    box.lineEdit().setTextMargins(8, 0, 4, 0)
    return box
