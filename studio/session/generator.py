"""What runs, what waits and what is shown meanwhile: from changes of the picture to results in it."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.protocol import UNKNOWN, Cancelled, Done, Failed, Full, Generate, Pixels, Preview, Traced
from studio.domain.document import ImageKind, Mode
from studio.domain.layout import Box, Mask, over
from studio.session.editor import Editor
from studio.session.engine_client import EngineClient, EngineState
from studio.session.errands import Errands, Heard, Job
from studio.session.live import TYPING, LivePolicy
from studio.session.notices import Action, Notice, Tone
from studio.session.requests import Options, build, complete, hurried, lacking, new_seed


class Generator(QObject):
    """At most one job at a time; for the picture a newer one replaces it, and cancel means now.

    Errands, such as variations, are made when the picture needs nothing. One that the picture interrupts begins again
    afterwards, so that both are made.
    """

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
        self.full: Callable[[Generate], Full | None] = lambda _: None  # what is asked for at full size, too
        self._job: Job | None = None
        self._errands = Errands()
        self._previewed, self._exact, self._revision = False, False, 0
        self._said: tuple[str, ...] = ()
        self._policy = LivePolicy()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._consider)
        client.received.connect(self._on_event)
        client.state_changed.connect(self._on_engine)
        editor.stroke_began.connect(self._on_stroke_began)
        editor.stroke_ended.connect(self.touch)
        editor.stepped.connect(self._on_stepped)
        for lifted in (editor.pen.ended, editor.pen.replaced):
            lifted.connect(lambda: self._timer.start(0))  # what waited for the pen

    @property
    def running(self) -> bool:
        """Whether anything is being made or waits for its turn."""
        return self._job is not None or bool(self._errands)

    @property
    def awaits(self) -> bool:
        """Whether the picture as it is now is still to get a result."""
        top = self._editor.history.top
        unanswered = self._follows and top is not None and not top.answered
        return unanswered or self._policy.waits or (self._job is not None and self._job.heard is None)

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
        if paused and self._follows and self._job is not None and self._job.serial is not None:
            self.forget()
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
        """Send a request whose result is not for the picture, in its turn; it takes the place of an earlier one that
        is heard by the same.
        """
        self.drop(heard)
        if self._client.state is EngineState.STOPPED:
            self.noticed.emit(self._stopped())
            heard(None)
            return
        self._errands.add(Job(request, self.mode, None, heard))
        self._consider()
        self.running_changed.emit()

    def drop(self, heard: Heard) -> None:
        """Make no more of what is heard by this one."""
        dropped = bool(self._errands.drop(heard))
        if self._job is not None and self._job.heard == heard:
            self._client.cancel()
            self._finish()
            dropped = True
        if dropped:
            heard(None)
            self._timer.start(0)

    def follow(self) -> None:
        """Make a result that becomes part of the newest step, such as a photograph that was opened."""
        top = self._editor.history.top
        self._send(top.serial if top and not top.answered else None, self._follows and not self._exact)

    def touch(self, settle: float = 0.0, *, exact: bool = False) -> None:
        """Something changed that a live picture should follow; `exact` asks for what Generate would make."""
        if self._follows:
            self._exact = exact
            self._policy.touch(time.monotonic(), settle)
            self._consider()

    def resume(self) -> None:
        """Make what an earlier sitting was still to make for this picture."""
        if self._follows:
            self.touch()
        elif self._makeable():
            self.follow()

    def cancel(self) -> None:
        """Stop all of it now: what was there before is shown again, and nothing more is heard."""
        self._policy.clear()
        self._client.cancel()
        self._drop_all()

    def forget(self) -> None:
        """The picture is another now: what was to be made for it is not, and errands go on."""
        self._policy.clear()
        if self._job is not None and self._job.heard is None:
            self._client.cancel()
            self._finish()
            self._timer.start(0)

    def _coming(self) -> tuple[Preview, Mode] | None:
        """The newest preview and its mode, if it is one of the picture as it is now."""
        document, preview = self._editor.document, self.preview
        if preview is None or self._job is None:
            return None
        size = preview.layout.height, preview.layout.width
        return (preview, self._job.mode) if size == (document.height, document.width) else None

    @property
    def _follows(self) -> bool:
        return self.live and self.mode is Mode.LAYOUT_TO_IMAGE

    def _makeable(self) -> bool:
        document = self._editor.document
        return not lacking(document, self.mode, self.options) and not complete(document, self.mode)

    def _consider(self) -> None:
        if self._client.state is not EngineState.READY:
            return
        wait = None
        if not self._editor.painting and not self.paused:
            wait = self._policy.wait(time.monotonic(), running=self._job is not None, previewed=self._previewed)
        if wait is not None and wait > 0:
            self._timer.start(int(wait * 1000) + 1)
        elif wait is not None and self._makeable():
            self.follow()
        else:
            if wait is not None:
                self._policy.clear()
            self._next_errand()

    def _next_errand(self) -> None:
        if self._job is None and self._errands:
            self._job, self._previewed = self._errands.take(), True
            self._client.send(self._job.request)
            self.running_changed.emit()

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
        return self._stopped() if self._client.state is EngineState.STOPPED else None

    def _stopped(self) -> Notice:
        start = Action(self.tr("Start engine"), self._client.restart)
        return Notice(self.tr("The engine is stopped. Start it, then generate again."), Tone.ERROR, start)

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

    def _send(self, serial: int | None, quick: bool = False) -> None:
        obstacle = self._obstacle()
        if obstacle:
            self.noticed.emit(obstacle)
            return
        if self.mode is Mode.LAYOUT_TO_IMAGE and self._editor.document.marks.fill_whole:
            self._editor.keep(awaiting=True)
            serial = self._editor.history.top.serial if self._editor.history.top else None
        self._policy.clear()
        self._revision += 1
        request = self._request(quick)
        sent = msgspec.structs.replace(request, full=self.full(request))
        # The last preview stays until the next one comes, unless it shows what another mode is making.
        if self._job is not None and self._job.heard:
            self._errands.put_back(self._job)
        elif self._job is not None and self._job.mode is not self.mode:
            self.preview = None
        self._job, self._previewed = Job(request, self.mode, serial), False
        self._client.send(sent)
        self.running_changed.emit()

    def _request(self, quick: bool = False) -> Generate:
        editor, count = self._editor, self._revision
        request = build(editor.document, self.mode, self.options, self._pack, count, extended=editor.extended)
        return hurried(request, self._client.distilled) if quick else request

    def _find_anew(self) -> None:
        self._editor.clear_layout()
        self.follow()

    def _draw_anew(self) -> None:
        self._editor.keep_image(False)
        self._send(None)

    def _drop_all(self) -> None:
        jobs = [*([self._job] if self._job else []), *self._errands.drop()]
        if jobs:
            self._finish()
        for job in jobs:
            if job.heard:
                job.heard(None)

    def _on_event(self, event: Preview | Traced | Done | Cancelled | Failed) -> None:
        job = self._job
        if job is None or event.id != job.request.id:
            return
        if isinstance(event, Failed):
            self.noticed.emit(Notice(f"{event.message} {event.hint}".strip(), Tone.ERROR))
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
        self._finish()
        self._consider()

    def _hand_over(self, job: Job, heard: Heard, event: Preview | Traced | Done | Cancelled | Failed) -> None:
        if not isinstance(event, Preview | Traced):
            self._job = None
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
        elif self._client.state is EngineState.STOPPED:
            self._drop_all()

    def _on_stroke_began(self) -> None:
        if self.mode is Mode.TEXT_TO_BOTH:  # who paints gives the layout
            self.set_mode(Mode.LAYOUT_TO_IMAGE)
        stale = self._job is not None and self._job.mode is not self.mode
        if stale or self._editor.pen.adopts:  # what comes would be put beneath a layout that is painted by then
            self.forget()

    def _on_stepped(self) -> None:
        self.forget()
        top = self._editor.history.top
        if top is not None and not top.answered:
            self.touch()
