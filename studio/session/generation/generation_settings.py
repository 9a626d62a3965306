"""What a person sets beside the picture: the mode, live mode and the options of requests."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Signal

from studio.domain.document import GenerationMode
from studio.session.generation.live_policy import TYPING_DELAY
from studio.session.generation.request_builder import GenerationOptions


class GenerationSettings(QObject):
    """The only place that changes these settings. Signals are emitted after a change."""

    options_changed = Signal()  # the options or live mode
    mode_changed = Signal()
    update_needed = Signal(float)  # a live picture should follow, after so many seconds without another change

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode, self._live, self._options = GenerationMode.LAYOUT_TO_IMAGE, True, GenerationOptions()

    @property
    def mode(self) -> GenerationMode:
        """Which half is generated from which."""
        return self._mode

    @property
    def live(self) -> bool:
        """Whether live mode is on: every stroke in Layout → Image generates a new picture."""
        return self._live

    @property
    def live_active(self) -> bool:
        """Whether live mode is on and applies to the mode."""
        return self._live and self._mode is GenerationMode.LAYOUT_TO_IMAGE

    @property
    def options(self) -> GenerationOptions:
        """The options of the next request."""
        return self._options

    @property
    def stroke_adopts_fill(self) -> bool:
        """Whether a stroke first makes a generated layout painted; in Image → Layout it only corrects it."""
        return self._mode is not GenerationMode.IMAGE_TO_LAYOUT

    def set_mode(self, mode: GenerationMode) -> None:
        """Choose which half is generated from which."""
        if mode is not self._mode:
            self._mode = mode
            self.mode_changed.emit()

    def set_live(self, live: bool) -> None:
        """Switch live mode on or off."""
        self._live = live
        self.options_changed.emit()
        if live:
            self.update_needed.emit(0.0)

    def set_options(self, options: GenerationOptions, *, typing: bool = False) -> None:
        """Change the options; a live picture follows, a moment later while a person is typing."""
        if options != self._options:
            needs_update = msgspec.structs.replace(options, seed_locked=self._options.seed_locked) != self._options
            self.restore(options)
            if needs_update:
                self.update_needed.emit(TYPING_DELAY if typing else 0.0)

    def update_options(self, *, typing: bool = False, **changes: object) -> None:
        """Replace single fields of the options by name; see `set_options`."""
        self.set_options(msgspec.structs.replace(self._options, **changes), typing=typing)

    def restore(
        self, options: GenerationOptions, *, mode: GenerationMode | None = None, live: bool | None = None
    ) -> None:
        """Set the settings of a picture that is already there, so that no live picture follows."""
        self._live = self._live if live is None else live
        if mode is not None:
            self.set_mode(mode)
        self._options = options
        self.options_changed.emit()
