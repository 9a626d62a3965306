"""The bar above the canvases: undo and redo, the generation modes, live mode, extending and fitting."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from studio.domain.document import GenerationMode
from studio.session.session import Session
from studio.ui.actions.shortcuts import CommandRegistry
from studio.ui.style.layouts import hbox, toggle_button


class ModeBar(QWidget):
    """Buttons for commands and modes, kept in step with the session."""

    def __init__(self, session: Session, commands: CommandRegistry) -> None:
        super().__init__()
        self._session, self._commands = session, commands
        editor, generator = session.editor, session.generator
        self.undo_button = commands.button("edit.undo")
        self.redo_button = commands.button("edit.redo")
        self.fit_button = commands.button("view.fit")
        self.extend_button = commands.button("picture.extend")
        self.live_button = commands.button("picture.live", with_text=True)
        line = hbox()
        line.addWidget(self.undo_button)
        line.addWidget(self.redo_button)
        line.addStretch(1)
        self.mode_buttons = self._add_mode_buttons(line)
        line.addSpacing(8)
        line.addWidget(self.live_button)
        line.addStretch(1)
        line.addWidget(self.extend_button)
        line.addWidget(self.fit_button)
        self.setLayout(line)
        for signal in (
            editor.history_changed,
            editor.stroke_started,
            generator.settings.mode_changed,
            generator.settings.options_changed,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def _add_mode_buttons(self, line: QHBoxLayout) -> dict[GenerationMode, QToolButton]:
        group = QButtonGroup(self)
        segments = hbox(spacing=0)
        buttons: dict[GenerationMode, QToolButton] = {}
        modes = (
            (
                GenerationMode.LAYOUT_TO_IMAGE,
                self.tr("Layout → Image"),
                self.tr("Paint a layout; the image is generated from it"),
            ),
            (
                GenerationMode.IMAGE_TO_LAYOUT,
                self.tr("Image → Layout"),
                self.tr("Open a photograph; its layout is generated"),
            ),
            (
                GenerationMode.TEXT_TO_BOTH,
                self.tr("Text → Both"),
                self.tr("Describe a picture; both halves are generated"),
            ),
        )
        for place, (mode, text, tip) in zip(("first", "", "last"), modes, strict=True):
            button = toggle_button(text, tip)
            button.setProperty("segment", True)
            button.setProperty("place", place)
            button.clicked.connect(partial(self._session.generator.settings.set_mode, mode))
            group.addButton(button)
            segments.addWidget(button)
            buttons[mode] = button
        line.addLayout(segments)
        return buttons

    def _refresh(self) -> None:
        generator, history = self._session.generator, self._session.editor.history
        self.mode_buttons[generator.settings.mode].setChecked(True)
        self._commands["picture.live"].setChecked(generator.settings.live)
        self._commands["picture.live"].setEnabled(generator.settings.mode is GenerationMode.LAYOUT_TO_IMAGE)
        self._commands["edit.undo"].setEnabled(history.undo_step is not None or self._session.editor.stroke_active)
        self._commands["edit.redo"].setEnabled(history.redo_step is not None)
        undo = (
            self.tr("Undo: {step}").format(step=history.undo_step.name)
            if history.undo_step
            else self.tr("Nothing to undo")
        )
        redo = (
            self.tr("Redo: {step}").format(step=history.redo_step.name)
            if history.redo_step
            else self.tr("Nothing to redo")
        )
        self._commands.set_tip("edit.undo", undo)
        self._commands.set_tip("edit.redo", redo)
