"""What runs, what waits and what is shown meanwhile: from changes of the picture to results in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.protocol import UNKNOWN, Cancelled, Done, Failed, Generate, Pixels, Preview, Traced
from studio.domain.document import ImageKind, Mode
from studio.domain.layout import Box, Mask, over
from studio.session.editor import Editor
from studio.session.engine_client import EngineClient, EngineState
from studio.session.live import TYPING, LivePolicy
from studio.session.notices import Action, Notice, Tone
from studio.session.requests import Options, build, complete, lacking

MAX_SEED = 2**31 - 1
Heard = Callable[[Preview | Traced | Done | Cancelled | Failed | None], None]


@dataclass(frozen=True)
class Job:
    """The request in flight, its mode, and the step of the history that led to it.

    If `heard` is there, the job is not for the picture: all events go to it, and None if the job was dropped.
    """

    request: Generate
    mode: Mode
    serial: int | None
    heard: Heard | None = None


class Generator(QObject):
    """At most one job at a time; a newer one replaces it, and cancel means now."""

    shown_changed = Signal()  # a preview came or went
    running_changed = Signal()
    options_changed = Signal()
    mode_changed = Signal()
    made = Signal(object, object)  # Job and Done, before the picture takes it in
    noticed = Signal(object)  # Notice

    def __init__(self, editor: Editor, client: EngineClient, pack: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._client, self._pack = editor, client, pack
        self.mode = Mode.LAYOUT_TO_IMAGE
        self.live = True
        self.paused = False
        self.options = Options()
        self.preview: Preview | None = None
        self._job: Job | None = None
        self._previewed = False
        self._revision = 0
        self._said: tuple[str, ...] = ()
        self._policy = LivePolicy()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._consider)
        client.received.connect(self._on_event)
        client.state_changed.connect(self._on_engine)
        editor.stroke_began.connect(self._on_stroke_began)
        editor.stroke_ended.connect(self.touch)
        editor.stepped.connect(self._on_stepped)

    @property
    def running(self) -> bool:
        return self._job is not None

    @property
    def adopts(self) -> bool:
        """Whether a stroke goes on from a layout that was asked for; in Image → Layout it corrects it."""
        return self.mode is not Mode.IMAGE_TO_LAYOUT

    def layout(self, box: Box | None = None) -> Pixels:
        """Ids [H, W] to show, or a box of them: the paint, and the newest preview where the engine may fill."""
        document, coming = self._editor.document, self._coming()
        if coming is None:
            return document.layout(box)
        preview, mode = coming
        return over(document.given_layout(mode, box), preview.layout.pixels()[box.area if box else ...])

    def guessed(self, box: Box | None = None) -> Mask:
        """Where the layout shown is only the engine's guess; for a box if one is given."""
        document, coming = self._editor.document, self._coming()
        if coming is None:
            return document.guessed(box)
        guessed: Mask = document.given_layout(coming[1], box) == UNKNOWN
        return guessed if coming[1] is Mode.LAYOUT_TO_IMAGE else np.zeros_like(guessed)

    def image(self) -> Pixels | None:
        """RGB [H, W, 3] to show; None if there is none yet."""
        document, coming = self._editor.document, self._coming()
        if coming is not None:
            preview, mode = coming
            return np.where(document.given_image(mode)[..., None], document.image, preview.image.pixels())
        return None if document.marks.image is ImageKind.NONE else document.image

    def part(self) -> Box | None:
        """The part of the picture that has an image to show, if that is not all of it."""
        return self._editor.document.marks.drawn if self._coming() is None else None

    def set_mode(self, mode: Mode) -> None:
        """Choose which half is made from which."""
        if mode is not self.mode:
            self.mode = mode
            self._policy.clear()
            self.mode_changed.emit()

    def set_live(self, live: bool) -> None:
        """Whether every stroke makes a new picture."""
        self.live = live
        self.options_changed.emit()
        if live:
            self.touch()
        else:
            self._policy.clear()

    def pause(self, paused: bool) -> None:
        """Let live mode rest while nobody can see it. What changes meanwhile, or was under way, is made afterwards;
        what was asked for by Generate is made all the same.
        """
        if paused == self.paused:
            return
        self.paused = paused
        if paused and self._job is not None and self._job.serial is not None and self.live:
            self.cancel()
            self.touch()
        self.running_changed.emit()
        self._consider()

    def set_options(self, options: Options, *, typing: bool = False) -> None:
        """Take over what was set beside the picture; live mode follows."""
        if options != self.options:
            heard = msgspec.structs.replace(options, seed_locked=self.options.seed_locked) != self.options
            self.options = options
            self.options_changed.emit()
            if heard:
                self.touch(TYPING if typing else 0.0)

    def generate(self) -> None:
        """Make a result now, with a new seed unless that is locked."""
        self._editor.end_stroke()
        if not self.options.seed_locked and self._editor.document.marks.image is not ImageKind.NONE:
            self.options = msgspec.structs.replace(self.options, seed=new_seed())
            self.options_changed.emit()
        self._send(None)

    def draft(self) -> Generate | None:
        """The request that `generate` would send, for someone who sends it with `run`; None if that is not possible,
        which is said.
        """
        self._editor.end_stroke()
        obstacle = self._obstacle()
        if obstacle:
            self.noticed.emit(obstacle)
            return None
        if self.mode is Mode.LAYOUT_TO_IMAGE and self._editor.document.marks.fill_whole:
            self._editor.keep()
        return self._request()

    def run(self, request: Generate, heard: Heard) -> None:
        """Send a request whose result is not for the picture, in place of what runs. Whatever the picture needs, or
        cancel, drops it in turn.
        """
        self._policy.clear()
        self._drop()
        self._job, self._previewed = Job(request, self.mode, None, heard), True
        self._client.send(request)
        self.shown_changed.emit()
        self.running_changed.emit()

    def follow(self) -> None:
        """Make a result that becomes part of the newest step, such as a photograph that was opened."""
        top = self._editor.history.top
        self._send(top.serial if top and not top.answered else None)

    def touch(self, settle: float = 0.0) -> None:
        """Something changed that a live picture should follow."""
        if self.live and self.mode is Mode.LAYOUT_TO_IMAGE:
            self._policy.touch(time.monotonic(), settle)
            self._consider()

    def cancel(self) -> None:
        """Stop now: what was there before is shown again, and nothing more is heard of the job."""
        self._policy.clear()
        if self._job is not None:
            self._client.cancel()
            self._drop()
            self._finish()

    def _coming(self) -> tuple[Preview, Mode] | None:
        """The newest preview and its mode, if it is one of the picture as it is now."""
        document, preview = self._editor.document, self.preview
        if preview is None or self._job is None:
            return None
        size = preview.layout.height, preview.layout.width
        return (preview, self._job.mode) if size == (document.height, document.width) else None

    def _consider(self) -> None:
        if self._client.state is not EngineState.READY or self._editor.painting or self.paused:
            return
        now, document = time.monotonic(), self._editor.document
        wait = self._policy.wait(now, running=self.running, previewed=self._previewed)
        if wait is None:
            return
        if wait > 0:
            self._timer.start(int(wait * 1000) + 1)
        elif lacking(document, self.mode, self.options) or complete(document, self.mode):
            self._policy.clear()
        else:
            self.follow()

    def _obstacle(self) -> Notice | None:
        """What has to be said instead of making a result, if anything."""
        if not len(self._editor.palette):
            return Notice(
                self.tr("No pack could be opened, so nothing can be made. Put one in place and start again."),
                Tone.ERROR,
            )
        missing = lacking(self._editor.document, self.mode, self.options)
        if missing:
            return Notice(missing, Tone.HINT)
        if complete(self._editor.document, self.mode):
            return self._complete()
        if self._client.state is EngineState.STOPPED:
            start = Action(self.tr("Start engine"), self._client.restart)
            return Notice(self.tr("The engine is stopped. Start it, then generate again."), Tone.ERROR, start)
        return None

    def _complete(self) -> Notice:
        if self.mode is Mode.IMAGE_TO_LAYOUT:
            return Notice(
                self.tr("Every pixel of the layout is painted, so there is nothing left to find in the image."),
                action=Action(self.tr("Find all of it anew"), self._find_anew),
            )
        return Notice(
            self.tr("All of the image is kept, so there is nothing to draw. Paint over the part that is to change."),
            action=Action(self.tr("Draw all of it anew"), self._draw_anew),
        )

    def _send(self, serial: int | None) -> None:
        obstacle = self._obstacle()
        if obstacle:
            self.noticed.emit(obstacle)
            return
        if self.mode is Mode.LAYOUT_TO_IMAGE and self._editor.document.marks.fill_whole:
            self._editor.keep(awaiting=True)
            serial = self._editor.history.top.serial if self._editor.history.top else None
        self._policy.clear()
        self._revision += 1
        request = self._request()
        # The last preview stays until the next one comes, unless it shows what another mode is making.
        if self._job is not None and self._job.mode is not self.mode:
            self.preview = None
        self._drop(shown=self.preview)
        self._job, self._previewed = Job(request, self.mode, serial), False
        self._client.send(request)
        self.running_changed.emit()

    def _request(self) -> Generate:
        editor = self._editor
        return build(editor.document, self.mode, self.options, self._pack, self._revision, extended=editor.extended)

    def _find_anew(self) -> None:
        self._editor.clear_layout()
        self.follow()

    def _draw_anew(self) -> None:
        self._editor.keep_image(False)
        self._send(None)

    def _drop(self, shown: Preview | None = None) -> None:
        """Have no job any more, and go on showing this."""
        job, self._job, self.preview = self._job, None, shown
        if job is not None and job.heard:
            job.heard(None)

    def _on_event(self, event: Preview | Traced | Done | Cancelled | Failed) -> None:
        job = self._job
        if job is None or event.id != job.request.id:
            return
        if job.heard:
            self._hand_over(job, job.heard, event)
            return
        if isinstance(event, Preview):
            self.preview, self._previewed = event, True
            self.shown_changed.emit()
            self._consider()
            return
        if isinstance(event, Done):
            self._policy.ran(event.seconds)
            self.preview = self._job = None
            self.made.emit(job, event)
            self._editor.take_result(job.mode, event.image.pixels(), event.layout.pixels(), job.serial)
            self._say_unknown_words(event.unknown_words)
            self._say_repaint(job)
        elif isinstance(event, Failed):
            self.noticed.emit(Notice(f"{event.message} {event.hint}".strip(), Tone.ERROR))
        self._finish()
        self._consider()

    def _hand_over(self, job: Job, heard: Heard, event: Preview | Traced | Done | Cancelled | Failed) -> None:
        if not isinstance(event, Preview | Traced):
            self._job = None
        if isinstance(event, Failed):
            self.noticed.emit(Notice(f"{event.message} {event.hint}".strip(), Tone.ERROR))
        heard(event)  # who may have more to run
        if self._job is None:
            self._finish()
        self._consider()

    def _finish(self) -> None:
        self._job = self.preview = None
        self.shown_changed.emit()
        self.running_changed.emit()

    def _say_repaint(self, job: Job) -> None:
        """Once for each photograph, as soon as its layout is there."""
        if job.mode is Mode.IMAGE_TO_LAYOUT and job.serial is not None:
            repaint = Action(self.tr("Repaint parts of it"), lambda: self.set_mode(Mode.LAYOUT_TO_IMAGE))
            text = self.tr("Here is the layout. In Layout → Image, only what you paint over is drawn anew.")
            self.noticed.emit(Notice(text, Tone.HINT, repaint))

    def _say_unknown_words(self, words: tuple[str, ...]) -> None:
        if words and words != self._said:
            names = ", ".join(self.tr("“{word}”").format(word=word) for word in words)
            said = self.tr("This pack does not know {words}. Other words may say it.").format(words=names)
            self.noticed.emit(Notice(said, Tone.HINT))
        self._said = words

    def _on_engine(self) -> None:
        if self._client.state is EngineState.READY:
            self._consider()
        elif self._client.state is EngineState.STOPPED and self.running:
            self._drop()
            self._finish()

    def _on_stroke_began(self) -> None:
        if self.mode is Mode.TEXT_TO_BOTH:  # who paints gives the layout
            self.set_mode(Mode.LAYOUT_TO_IMAGE)
        stale = self._job is not None and self._job.mode is not self.mode
        if stale or self._editor.pen.adopts:  # what comes would be put beneath a layout that is painted by then
            self.cancel()

    def _on_stepped(self) -> None:
        self.cancel()
        top = self._editor.history.top
        if top is not None and not top.answered:
            self.touch()


def new_seed() -> int:
    """A seed by chance, of a size that people can type."""
    return int(np.random.default_rng().integers(1, MAX_SEED))
