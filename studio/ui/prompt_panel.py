"""The line under the canvases: words, seed, and Generate; the rest is behind a fold."""

from __future__ import annotations

from functools import partial
from html import escape

import msgspec
from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QSpinBox

from engine.protocol import PackInfo
from studio.domain.words import Vocabulary, replaced, word_before
from studio.session.preferences import Preferences
from studio.session.requests import MAX_SEED, new_seed
from studio.session.session import Session
from studio.ui.advanced import Advanced
from studio.ui.build import column, panel, row, text
from studio.ui.mode_bar import icon_button
from studio.ui.shortcuts import Actions
from studio.ui.suggestions import Suggestions
from studio.ui.theme import Theme

MAX_WORDS = 2000
EXAMPLE = "trees on the left, open sky"
PAUSE = 500
"""Milliseconds without a key after which a word counts as written."""


class PromptPanel(QFrame):
    """Shows and sets the generator's options; `said` when Return ends a prompt."""

    said = Signal()

    def __init__(self, session: Session, preferences: Preferences, actions: Actions, theme: Theme) -> None:
        super().__init__()
        panel(self)
        pack, self._generator, self._preferences = session.pack, session.generator, preferences
        self._vocabulary = Vocabulary(pack.info, open_ended=pack.open_ended)
        self._title = pack.info.title
        hint = self.tr("Describe the picture: {example}").format(example=example(pack.info))
        self.prompt = _words(self.tr("Prompt"), hint)
        self.seed = QSpinBox()
        self.seed.setRange(0, MAX_SEED)
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.setFixedWidth(116)
        self.seed.lineEdit().setTextMargins(8, 0, 4, 0)
        self.seed.setToolTip(self.tr("The same seed and picture give the same result"))
        self.dice = icon_button(theme, "dice", self.tr("Another seed"), "", self._throw)
        self.lock = icon_button(theme, "lock", self.tr("Keep this seed when Generate is pressed"), "", self._take)
        self.lock.setCheckable(True)
        self.more = icon_button(theme, "more", self.tr("Negative prompt, steps, sampler, guidance"), "", self._fold)
        self.more.setCheckable(True)
        self.negative = _words(self.tr("Negative prompt"), self.tr("What should not be in the picture"))
        self.unknown = QLabel()
        self.advanced = Advanced(session, theme)
        self.generate = actions.push_button("picture.generate", primary=True)
        self.cancel = actions.push_button("picture.cancel")
        self.suggestions = [Suggestions(line, self._vocabulary.suggestions) for line in (self.prompt, self.negative)]
        self.pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._lay_out()
        self._connect()
        self._show()
        self._show_unknown()
        self.more.setChecked(preferences.chosen.advanced)
        self._show_fold()

    def _lay_out(self) -> None:
        line = row()
        line.addWidget(self.prompt, 1)
        line.addWidget(self.more)
        line.addSpacing(6)
        line.addWidget(text(self.tr("Seed"), "dim"))
        for widget in (self.seed, self.dice, self.lock):
            line.addWidget(widget)
        line.addSpacing(6)
        line.addWidget(self.generate)
        line.addWidget(self.cancel)
        self.unknown.setWordWrap(True)
        self.unknown.setAccessibleName(self.tr("Words that the pack does not know"))
        flags = Qt.TextInteractionFlag
        self.unknown.setTextInteractionFlags(flags.LinksAccessibleByMouse | flags.LinksAccessibleByKeyboard)
        rows = column(spacing=8, margin=10)
        rows.addLayout(line)
        for part in (self.unknown, self.negative, self.advanced):
            rows.addWidget(part)
        self.setLayout(rows)

    def _connect(self) -> None:
        generator = self._generator
        for line, suggestions in zip((self.prompt, self.negative), self.suggestions, strict=True):
            line.textEdited.connect(self._take)
            line.textEdited.connect(self.pause.start)
            line.returnPressed.connect(partial(self._on_return, suggestions))
        self.seed.valueChanged.connect(self._take)
        self.unknown.linkActivated.connect(self._on_link)
        self.pause.timeout.connect(self._show_unknown)
        generator.options_changed.connect(self._show)
        generator.running_changed.connect(self._show_running)
        self._show_running()

    def _on_return(self, suggestions: Suggestions) -> None:
        if not suggestions.choosing:
            self._generator.generate()
            self.said.emit()

    def _take(self) -> None:
        options = msgspec.structs.replace(
            self._generator.options,
            prompt=self.prompt.text(),
            negative=self.negative.text(),
            seed=self.seed.value(),
            seed_locked=self.lock.isChecked(),
        )
        self._generator.set_options(options, typing=True)

    def _throw(self) -> None:
        self._generator.set_options(msgspec.structs.replace(self._generator.options, seed=new_seed()))

    def _fold(self) -> None:
        self._preferences.change(advanced=self.more.isChecked())
        self._show_fold()

    def _show_fold(self) -> None:
        self.negative.setVisible(self.more.isChecked())
        self.advanced.setVisible(self.more.isChecked())

    def _show(self) -> None:
        options = self._generator.options
        for line, words in ((self.prompt, options.prompt), (self.negative, options.negative)):
            if line.text() != words:
                line.setText(words)
                self._show_unknown()
        self.seed.blockSignals(True)  # it would be sent as if it had been typed
        self.seed.setValue(options.seed)
        self.seed.blockSignals(False)
        self.lock.setChecked(options.seed_locked)

    def _show_running(self) -> None:
        self.cancel.setEnabled(self._generator.running)

    def _show_unknown(self) -> None:
        options = self._generator.options
        words = self._vocabulary.unknown(f"{options.prompt} . {options.negative}")
        words = tuple(word for word in words if word not in self._unfinished())
        said = (
            [self.tr("{pack} does not know {words}.").format(pack=self._title, words=_named(words))] if words else []
        )
        for word in words:
            near = self._vocabulary.nearest(word)
            links = [f'<a href="{escape(word)}>{escape(other)}">{escape(other)}</a>' for other in near]
            if links:
                said.append(self.tr("For “{word}”, try {others}.").format(word=escape(word), others=", ".join(links)))
        self.unknown.setText(" ".join(said))
        self.unknown.setVisible(bool(said))
        self.unknown.setFocusPolicy(
            Qt.FocusPolicy.StrongFocus if "<a" in self.unknown.text() else Qt.FocusPolicy.NoFocus
        )

    def _unfinished(self) -> set[str]:
        """The word that is being typed, if it may still become a known one."""
        lines = (self.prompt, self.negative)
        words = {word_before(line.text(), line.cursorPosition()).lower() for line in lines}
        return {word for word in words if self._vocabulary.begins(word)}

    def _on_link(self, link: str) -> None:
        word, other = link.split(">")
        options = self._generator.options
        prompt, negative = (replaced(words, word, other) for words in (options.prompt, options.negative))
        self._generator.set_options(msgspec.structs.replace(options, prompt=prompt, negative=negative), typing=True)
        self._show_unknown()


def example(info: PackInfo) -> str:
    """A prompt in a pack's own words."""
    if set(EXAMPLE.replace(",", "").split()) <= set(info.vocabulary):
        return EXAMPLE
    names = ", ".join(one.name for one in info.classes[-2:])
    return " with ".join(part for part in (*info.openers[:1], names) if part)


def _words(name: str, placeholder: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(placeholder)
    line.setMaxLength(MAX_WORDS)
    line.setAccessibleName(name)
    return line


def _named(words: tuple[str, ...]) -> str:
    quoted = QCoreApplication.translate("PromptPanel", "“{word}”")
    return ", ".join(quoted.format(word=escape(word)) for word in words)
