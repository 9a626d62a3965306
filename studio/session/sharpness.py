"""The picture at the pack's full size: with the detail that the pack's upscaler draws a moment after each result."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.library import full_size
from engine.protocol import Done, Failed, Full, Generate, PackInfo, Pixels, Sharp
from studio.domain.document import ImageKind
from studio.session.engine_client import EngineClient, EngineState
from studio.session.files import Files
from studio.session.notices import Notice, Tone
from studio.session.picture import Picture

CALM = 400
"""Milliseconds that a picture must stay before its detail is asked for on its own."""
MOST = 128 << 20
"""Bytes of full pictures in memory."""
EVERY = 8


class Known(NamedTuple):
    """An image [H, W, 3], and the same at full size."""

    image: Pixels
    full: Pixels


class Sharpness(QObject):
    """Asks for full size with every request of the picture, and once more for results that come back without it.

    What is shown is the picture's own as long as it has not changed; the document keeps the size that is painted on.
    """

    changed = Signal()
    noticed = Signal(object)  # Notice

    def __init__(
        self, info: PackInfo, picture: Picture, client: EngineClient, files: Files, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.factor, self.on, self._hidden = info.upscale, True, False
        self._info = info
        self._picture, self._client, self._files = picture, client, files
        self._known: list[Known] = []
        self._base: tuple[str, Pixels] | None = None
        self._asked: Pixels | None = None
        self._calm = QTimer(self, singleShot=True, interval=CALM)
        self._calm.timeout.connect(self._catch_up)
        if self.factor:
            picture.generator.full = self._wanted
            client.received.connect(self._on_event)
            client.sharpened.connect(self._on_sharpened)
            picture.editor.document_changed.connect(self._on_changed)
            for source in (picture.generator.running_changed, client.state_changed):
                source.connect(self._calm.start)

    def switch(self, on: bool) -> None:
        """Whether results are drawn and shown at full size."""
        self.on = on
        if not on:
            self._picture.generator.drop(self._hear)
            self._client.leave_full()
        self.changed.emit()
        self._calm.start()

    def give_up(self) -> None:
        """Let this picture be as it is: a person cancelled its detail."""
        self._client.leave_full()
        self._asked = self._picture.editor.document.image.copy()

    def hide(self, hidden: bool) -> None:
        """Show the picture in its own size, beside others that are."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.changed.emit()

    def image(self) -> Pixels | None:
        """RGB [factor H, factor W, 3] to show in place of the picture's image; None where that is all there is."""
        if self._hidden or not (self.on and self._settled()):
            return None
        image = self._picture.editor.document.image
        for index in reversed(range(len(self._known))):
            if _same(self._known[index].image, image):
                self._known.append(self._known.pop(index))
                return self._known[-1].full
        return None

    def full(self, request: Generate) -> Full | None:
        """What is asked for at full size: nothing if the pack cannot, or the picture is too large for it."""
        document = self._picture.editor.document
        return self._files.full(request) if full_size(self._info, document.height, document.width) else None

    def _settled(self) -> bool:
        """Whether the picture has an image as a whole, and nothing is coming in its place."""
        marks = self._picture.editor.document.marks
        return marks.image is not ImageKind.NONE and marks.drawn is None and self._picture.generator.preview is None

    def _wanted(self, request: Generate) -> Full | None:
        return self.full(request) if self.on else None

    def _on_changed(self) -> None:
        if self._asked is not None and not _same(self._asked, self._picture.editor.document.image):
            self._asked = None
            self._picture.generator.drop(self._hear)
        self._calm.start()

    def _catch_up(self) -> None:
        """A result that was taken from the shelf, a file or among variations is made once more, with its detail."""
        generator, document = self._picture.generator, self._picture.editor.document
        idle = self._client.state is EngineState.READY and not (self._client.sharpening or generator.running)
        if not (idle and self.on and self._settled()) or generator.paused or self.image() is not None:
            return
        recipe = self._picture.recipe() if document.marks.image is ImageKind.GENERATED else None
        if recipe is None or self._asked is not None or self._hidden:
            return
        request = msgspec.structs.replace(recipe.whole(document.image), trace=False)
        full = self._wanted(request)
        if full is not None:
            self._asked = document.image.copy()
            generator.run(msgspec.structs.replace(request, full=full), self._hear)

    def _hear(self, event: object) -> None:
        """The result is the one that is there. If the engine went away, it may be asked for again."""
        if event is None and self._client.state is EngineState.STOPPED:
            self._asked = None

    def _on_event(self, event: object) -> None:
        if isinstance(event, Done):
            self._base = event.id, event.image.pixels()

    def _on_sharpened(self, event: Sharp | Failed | None) -> None:
        if isinstance(event, Failed):
            self._asked = self._picture.editor.document.image.copy()  # it would fail again
            self.noticed.emit(Notice(f"{event.message} {event.hint}".strip(), Tone.ERROR))
        elif event is None:  # something else came first
            self._asked = None
            self._calm.start()
        elif self._base is not None and self._base[0] == event.id:
            self._known = [known for known in self._known if not _same(known.image, self._base[1])]
            self._known.append(Known(self._base[1], event.image.pixels()))
            while sum(known.full.nbytes for known in self._known) > MOST and len(self._known) > 1:
                self._known.pop(0)
        self.changed.emit()


def _same(one: Pixels, other: Pixels) -> bool:
    some = slice(None, None, EVERY)  # enough to tell most pictures apart
    return (
        one.shape == other.shape and np.array_equal(one[some, some], other[some, some]) and np.array_equal(one, other)
    )
