"""The panel below the canvases: prompt, seed and Generate; further options are hidden until "more" is pressed."""

from __future__ import annotations

from functools import partial
from html import escape

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QSpinBox

from engine.interface.protocol import MAX_PROMPT_LENGTH, PackInfo
from studio.domain.vocabulary import Vocabulary, replace_word, word_before
from studio.session.generation.request_builder import MAX_SEED, random_seed
from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.ui.actions.shortcuts import CommandRegistry
from studio.ui.panels.advanced_panel import AdvancedPanel
from studio.ui.panels.prompt_suggestions import PromptSuggestions
from studio.ui.style.layouts import hbox, icon_button, pad_spin_box, style_as_panel, styled_label, vbox
from studio.ui.style.theme import Theme

EXAMPLE_PROMPT = "trees on the left, open sky"
TYPING_PAUSE_MS = 500
"""Milliseconds without a key press after which unknown words are checked."""


class PromptPanel(QFrame):
    """Shows and sets the generation options; emits `prompt_submitted` when Return starts a generation."""

    prompt_submitted = Signal()

    def __init__(self, session: Session, preferences: Preferences, commands: CommandRegistry, theme: Theme) -> None:
        super().__init__()
        style_as_panel(self)
        pack, self._generator, self._preferences = session.pack, session.generator, preferences
        self._vocabulary = Vocabulary(pack.info, open_ended=pack.open_ended)
        self._pack_title = pack.info.title
        hint = self.tr("Describe the picture: {example}").format(example=example_prompt(pack.info))
        self.prompt_edit = _prompt_edit(self.tr("Prompt"), hint)
        self.seed_box = QSpinBox()
        self.seed_box.setRange(0, MAX_SEED)
        self.seed_box.setAccessibleName(self.tr("Seed"))
        self.seed_box.setFixedWidth(116)
        pad_spin_box(self.seed_box)
        self.seed_box.setToolTip(self.tr("The same seed and picture give the same result"))
        self.new_seed_button = icon_button(theme, "dice", self.tr("New random seed"), self._randomise_seed)
        self.seed_lock_button = icon_button(
            theme, "lock", self.tr("Keep this seed for the next results"), self._update_options
        )
        self.seed_lock_button.setCheckable(True)
        self.more_button = icon_button(
            theme, "more", self.tr("Negative prompt, steps, sampler, guidance"), self._on_more_toggled
        )
        self.more_button.setCheckable(True)
        self.negative_edit = _prompt_edit(self.tr("Negative prompt"), self.tr("What should not be in the picture"))
        self.unknown_label = QLabel()
        self.advanced_panel = AdvancedPanel(session, theme)
        self.generate_button = commands.push_button("picture.generate", primary=True)
        self.cancel_button = commands.push_button("picture.cancel")
        self.suggestions = [
            PromptSuggestions(line, self._vocabulary.suggestions) for line in (self.prompt_edit, self.negative_edit)
        ]
        self.typing_timer = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._lay_out()
        self._connect()
        self._refresh()
        self._refresh_unknown_words()
        self.more_button.setChecked(preferences.values.advanced)
        self._show_advanced()

    def _lay_out(self) -> None:
        line = hbox()
        line.addWidget(self.prompt_edit, 1)
        line.addWidget(self.more_button)
        line.addSpacing(6)
        line.addWidget(styled_label(self.tr("Seed"), "dim"))
        for widget in (self.seed_box, self.new_seed_button, self.seed_lock_button):
            line.addWidget(widget)
        line.addSpacing(6)
        line.addWidget(self.generate_button)
        line.addWidget(self.cancel_button)
        self.unknown_label.setWordWrap(True)
        self.unknown_label.setAccessibleName(self.tr("Words the pack does not know"))
        flags = Qt.TextInteractionFlag
        self.unknown_label.setTextInteractionFlags(flags.LinksAccessibleByMouse | flags.LinksAccessibleByKeyboard)
        rows = vbox(spacing=8, margin=10)
        rows.addLayout(line)
        for part in (self.unknown_label, self.negative_edit, self.advanced_panel):
            rows.addWidget(part)
        self.setLayout(rows)

    def _connect(self) -> None:
        generator = self._generator
        for line, suggestions in zip((self.prompt_edit, self.negative_edit), self.suggestions, strict=True):
            line.textEdited.connect(self._update_options)
            line.textEdited.connect(self.typing_timer.start)
            line.returnPressed.connect(partial(self._on_return, suggestions))
        self.seed_box.valueChanged.connect(self._update_options)
        self.unknown_label.linkActivated.connect(self._replace_unknown_word)
        self.typing_timer.timeout.connect(self._refresh_unknown_words)
        generator.settings.options_changed.connect(self._refresh)
        generator.running_changed.connect(self._refresh_running)
        self._refresh_running()

    def _on_return(self, suggestions: PromptSuggestions) -> None:
        if not suggestions.has_current:
            self._generator.generate()
            self.prompt_submitted.emit()

    def _update_options(self) -> None:
        self._generator.settings.update_options(
            typing=True,
            prompt=self.prompt_edit.text(),
            negative=self.negative_edit.text(),
            seed=self.seed_box.value(),
            seed_locked=self.seed_lock_button.isChecked(),
        )

    def _randomise_seed(self) -> None:
        self._generator.settings.update_options(seed=random_seed())

    def _on_more_toggled(self) -> None:
        self._preferences.update(advanced=self.more_button.isChecked())
        self._show_advanced()

    def _show_advanced(self) -> None:
        self.negative_edit.setVisible(self.more_button.isChecked())
        self.advanced_panel.setVisible(self.more_button.isChecked())

    def _refresh(self) -> None:
        options = self._generator.settings.options
        for line_edit, prompt in ((self.prompt_edit, options.prompt), (self.negative_edit, options.negative)):
            if line_edit.text() != prompt:
                line_edit.setText(prompt)
                self._refresh_unknown_words()
        with QSignalBlocker(self.seed_box):  # a person did not type it
            self.seed_box.setValue(options.seed)
        self.seed_lock_button.setChecked(options.seed_locked)

    def _refresh_running(self) -> None:
        self.cancel_button.setEnabled(self._generator.running)

    def _refresh_unknown_words(self) -> None:
        options = self._generator.settings.options
        words = self._vocabulary.unknown_words(f"{options.prompt} . {options.negative}")
        words = tuple(word for word in words if word not in self._words_being_typed())
        sentences = (
            [self.tr("{pack} does not know {words}.").format(pack=self._pack_title, words=_quoted_list(words))]
            if words
            else []
        )
        for word in words:
            alternatives = self._vocabulary.nearest_words(word)
            links = [f'<a href="{escape(word)}>{escape(other)}">{escape(other)}</a>' for other in alternatives]
            if links:
                sentences.append(
                    self.tr("For “{word}”, try {others}.").format(word=escape(word), others=", ".join(links))
                )
        self.unknown_label.setText(" ".join(sentences))
        self.unknown_label.setVisible(bool(sentences))
        self.unknown_label.setFocusPolicy(
            Qt.FocusPolicy.StrongFocus if "<a" in self.unknown_label.text() else Qt.FocusPolicy.NoFocus
        )

    def _words_being_typed(self) -> set[str]:
        """The words at the cursors that may still become known ones."""
        lines = (self.prompt_edit, self.negative_edit)
        words = {word_before(line.text(), line.cursorPosition()).lower() for line in lines}
        return {word for word in words if self._vocabulary.has_completion(word)}

    def _replace_unknown_word(self, link: str) -> None:
        word, other = link.split(">")
        options = self._generator.settings.options
        prompt, negative = (replace_word(words, word, other) for words in (options.prompt, options.negative))
        self._generator.settings.update_options(typing=True, prompt=prompt, negative=negative)
        self._refresh_unknown_words()


def example_prompt(info: PackInfo) -> str:
    """An example prompt made of words that the pack knows."""
    if set(EXAMPLE_PROMPT.replace(",", "").split()) <= set(info.vocabulary):
        return EXAMPLE_PROMPT
    names = ", ".join(class_info.name for class_info in info.classes[-2:])
    return " with ".join(part for part in (*info.openers[:1], names) if part)


def _prompt_edit(name: str, placeholder: str) -> QLineEdit:
    edit = QLineEdit()
    edit.setPlaceholderText(placeholder)
    edit.setMaxLength(MAX_PROMPT_LENGTH)
    edit.setAccessibleName(name)
    return edit


def _quoted_list(words: tuple[str, ...]) -> str:
    quoted = QCoreApplication.translate("PromptPanel", "“{word}”")
    return ", ".join(quoted.format(word=escape(word)) for word in words)
