"""The line over the canvases: undo, the three modes, live, and looking at all of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from studio.domain.document import Mode
from studio.session.session import Session
from studio.ui.build import row, toggle
from studio.ui.shortcuts import Actions
from studio.ui.theme import Theme


class ModeBar(QWidget):
    """Buttons only; what they mean is in the session."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self._session, self._actions = session, actions
        editor, generator = session.editor, session.generator
        self.undo = actions.button("edit.undo")
        self.redo = actions.button("edit.redo")
        self.fit = actions.button("view.fit")
        self.extend = actions.button("picture.extend")
        self.live = actions.button("picture.live", words=True)
        line = row()
        line.addWidget(self.undo)
        line.addWidget(self.redo)
        line.addStretch(1)
        self.modes = self._add_modes(line)
        line.addSpacing(8)
        line.addWidget(self.live)
        line.addStretch(1)
        line.addWidget(self.extend)
        line.addWidget(self.fit)
        self.setLayout(line)
        for signal in (editor.history_changed, editor.stroke_began, generator.mode_changed, generator.options_changed):
            signal.connect(self._show)
        self._show()

    def _add_modes(self, line: QHBoxLayout) -> dict[Mode, QToolButton]:
        group = QButtonGroup(self)
        segments = row(spacing=0)
        buttons: dict[Mode, QToolButton] = {}
        modes = (
            (Mode.LAYOUT_TO_IMAGE, self.tr("Layout → Image"), self.tr("Paint a layout; the image is made from it")),
            (Mode.IMAGE_TO_LAYOUT, self.tr("Image → Layout"), self.tr("Open a photograph; its layout is found")),
            (Mode.TEXT_TO_BOTH, self.tr("Text → Both"), self.tr("Describe a picture; both halves are made")),
        )
        for place, (mode, text, tip) in zip(("first", "", "last"), modes, strict=True):
            button = toggle(text, tip)
            button.setProperty("segment", True)
            button.setProperty("place", place)
            button.clicked.connect(partial(self._session.generator.set_mode, mode))
            group.addButton(button)
            segments.addWidget(button)
            buttons[mode] = button
        line.addLayout(segments)
        return buttons

    def _show(self) -> None:
        generator, history = self._session.generator, self._session.editor.history
        self.modes[generator.mode].setChecked(True)
        self._actions["picture.live"].setChecked(generator.live)
        self._actions["picture.live"].setEnabled(generator.mode is Mode.LAYOUT_TO_IMAGE)
        self._actions["edit.undo"].setEnabled(history.top is not None or self._session.editor.painting)
        self._actions["edit.redo"].setEnabled(history.next is not None)
        undo = self.tr("Undo: {step}").format(step=history.top.name) if history.top else self.tr("Nothing to undo")
        redo = self.tr("Redo: {step}").format(step=history.next.name) if history.next else self.tr("Nothing to redo")
        self._actions.describe("edit.undo", undo)
        self._actions.describe("edit.redo", redo)


def icon_button(theme: Theme, icon: str, name: str, key: str, run: Callable[..., object]) -> QToolButton:
    """A button that shows only its icon; the name is for the tip and for those who hear the screen."""
    button = QToolButton()
    button.setAccessibleName(name)
    button.setToolTip(f"{name} ({key})" if key else name)
    theme.dress(button, icon)
    button.clicked.connect(run)
    return button
