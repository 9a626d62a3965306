"""What runs, what waits and what is shown meanwhile: from changes of the picture to results in it."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.interface.protocol import (
    UNKNOWN,
    Cancelled,
    Done,
    Failed,
    FullSizeInputs,
    Generate,
    Pixels,
    Preview,
    TracedStep,
)
from studio.domain.document import GenerationMode, ImageKind
from studio.domain.layout import Box, Mask, overlay_layout
from studio.session.connection.engine_client import EngineClient, EngineState
from studio.session.editing.editor import Editor
from studio.session.generation.job_queue import BackgroundJobQueue, GenerationJob, JobEventHandler
from studio.session.generation.live_policy import TYPING_DELAY, LivePolicy
from studio.session.generation.request_builder import (
    GenerationOptions,
    build_request,
    is_complete,
    missing_input,
    random_seed,
    with_few_steps,
)
from studio.session.notices import Notice, NoticeAction, NoticeLevel


class GenerationController(QObject):
    """At most one job at a time; for the picture a newer one replaces it, and cancel means now.

    Errands, such as variations, are made when the picture needs nothing. One that the picture interrupts begins again
    afterwards, so that both are made.
    """

    display_changed = Signal()  # a preview came or went
    running_changed = Signal()
    options_changed = Signal()
    mode_changed = Signal()
    result_received = Signal(object, object)  # Job and Done, before the picture takes it in
    noticed = Signal(object)  # Notice

    def __init__(self, editor: Editor, client: EngineClient, pack: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._client, self._pack = editor, client, pack
        self.mode = GenerationMode.LAYOUT_TO_IMAGE
        self.live = True
        self.paused = False
        self.options = GenerationOptions()
        self.preview: Preview | None = None
        self.full_size_of: Callable[[Generate], FullSizeInputs | None] = lambda _: None  # the `full` of each request
        self._job: GenerationJob | None = None
        self._background_jobs = BackgroundJobQueue()
        self._has_preview, self._full_steps_requested, self._revision = False, False, 0
        self._reported_words: tuple[str, ...] = ()
        self._policy = LivePolicy()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._send_if_due)
        client.event_received.connect(self._on_event)
        client.state_changed.connect(self._on_engine_state)
        editor.stroke_started.connect(self._on_stroke_began)
        editor.stroke_ended.connect(self.request_update)
        editor.history_navigated.connect(self._on_history_navigated)
        for pen_signal in (editor.painter.stroke_ended, editor.painter.document_replaced):
            pen_signal.connect(lambda: self._timer.start(0))  # what waited for the pen

    @property
    def running(self) -> bool:
        """Whether anything is being made or waits for its turn."""
        return self._job is not None or bool(self._background_jobs)

    @property
    def awaits_result(self) -> bool:
        """Whether the picture as it is now is still to get a result."""
        top = self._editor.history.undo_step
        unanswered = self._live_active and top is not None and not top.answered
        return unanswered or self._policy.pending or (self._job is not None and self._job.on_event is None)

    @property
    def stroke_adopts_fill(self) -> bool:
        """Whether a stroke goes on from a layout that was asked for; in Image → Layout it corrects it."""
        return self.mode is not GenerationMode.IMAGE_TO_LAYOUT

    def displayed_layout(self, box: Box | None = None) -> Pixels:
        """Ids [H, W] to show, or a box of them: the paint, and the newest preview where the engine may fill."""
        document, current = self._editor.document, self._current_preview()
        if current is None:
            return document.visible_layout(box)
        preview, mode = current
        return overlay_layout(document.given_layout(mode, box), preview.layout.pixels()[box.slices if box else ...])

    def displayed_guess_mask(self, box: Box | None = None) -> Mask:
        """Where the layout shown is only the engine's guess; for a box if one is given."""
        document, current = self._editor.document, self._current_preview()
        if current is None:
            return document.guess_mask(box)
        mask: Mask = document.given_layout(current[1], box) == UNKNOWN
        return mask if current[1] is GenerationMode.LAYOUT_TO_IMAGE else np.zeros_like(mask)

    def displayed_image(self) -> Pixels | None:
        """RGB [H, W, 3] to show; None if there is none yet."""
        document, current = self._editor.document, self._current_preview()
        if current is not None:
            preview, mode = current
            return np.where(document.given_image_mask(mode)[..., None], document.image, preview.image.pixels())
        return None if document.status.image is ImageKind.NONE else document.image

    def displayed_image_box(self) -> Box | None:
        """The part of the picture that has an image to show, if that is not all of it."""
        return self._editor.document.status.drawn if self._current_preview() is None else None

    def set_mode(self, mode: GenerationMode) -> None:
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
            self.request_update()
        else:
            self._policy.clear()

    def set_paused(self, paused: bool) -> None:
        """Let live mode rest while nobody can see it. What changes meanwhile, or was under way, is made afterwards;
        what was asked for by Generate is made all the same.
        """
        if paused == self.paused:
            return
        self.paused = paused
        if paused and self._live_active and self._job is not None and self._job.step_serial is not None:
            self.cancel_picture_job()
            self.request_update()
        self.running_changed.emit()
        self._send_if_due()

    def set_options(self, options: GenerationOptions, *, typing: bool = False) -> None:
        """Take over what was set beside the picture; live mode follows."""
        if options != self.options:
            needs_update = msgspec.structs.replace(options, seed_locked=self.options.seed_locked) != self.options
            self.options = options
            self.options_changed.emit()
            if needs_update:
                self.request_update(TYPING_DELAY if typing else 0.0)

    def update_options(self, *, typing: bool = False, **changes: object) -> None:
        """Replace single fields of the options by name; see `set_options`."""
        self.set_options(msgspec.structs.replace(self.options, **changes), typing=typing)

    def generate(self) -> None:
        """Make a result now, with a new seed unless that is locked."""
        self._editor.end_stroke()
        if not self.options.seed_locked and self._editor.document.status.image is not ImageKind.NONE:
            self.options = msgspec.structs.replace(self.options, seed=random_seed())
            self.options_changed.emit()
        self._send_request(None)

    def obstacle(self) -> Notice | None:
        """The notice that explains why no result can be generated now; None if one can."""
        if not len(self._editor.palette):
            return Notice(
                self.tr("No pack could be opened, so nothing can be made. Put one in place and start again."),
                NoticeLevel.ERROR,
            )
        missing = missing_input(self._editor.document, self.mode, self.options)
        if missing:
            return Notice(missing, NoticeLevel.HINT)
        if is_complete(self._editor.document, self.mode):
            return self._nothing_to_generate_notice()
        return self._engine_stopped_notice() if self._client.state is EngineState.STOPPED else None

    def draft_request(self) -> Generate | None:
        """The request that `generate` would send, for someone who sends it with `run`; None if that is not possible,
        which is said.
        """
        self._editor.end_stroke()
        obstacle = self.obstacle()
        if obstacle:
            self.noticed.emit(obstacle)
            return None
        if self.mode is GenerationMode.LAYOUT_TO_IMAGE and self._editor.document.status.fill_whole:
            self._editor.keep_layout()
        return self._build_request()

    def run_in_background(self, request: Generate, on_event: JobEventHandler) -> None:
        """Send a request whose result is not for the picture, in its turn; it takes the place of an earlier one that
        is heard by the same.
        """
        self.drop_background(on_event)
        if self._client.state is EngineState.STOPPED:
            self.noticed.emit(self._engine_stopped_notice())
            on_event(None)
            return
        self._background_jobs.add(GenerationJob(request, self.mode, None, on_event))
        self._send_if_due()
        self.running_changed.emit()

    def drop_background(self, on_event: JobEventHandler) -> None:
        """Make no more of what is heard by this one."""
        dropped = bool(self._background_jobs.drop(on_event))
        if self._job is not None and self._job.on_event == on_event:
            self._client.cancel()
            self._clear_job()
            dropped = True
        if dropped:
            on_event(None)
            self._timer.start(0)

    def generate_for_step(self) -> None:
        """Make a result that becomes part of the newest step, such as a photograph that was opened."""
        top = self._editor.history.undo_step
        self._send_request(
            top.serial if top and not top.answered else None, self._live_active and not self._full_steps_requested
        )

    def request_update(self, delay: float = 0.0, *, full_steps: bool = False) -> None:
        """Something changed that a live picture should follow; `exact` asks for what Generate would make."""
        if self._live_active:
            self._full_steps_requested = full_steps
            self._policy.note_change(time.monotonic(), delay)
            self._send_if_due()

    def resume_pending(self) -> None:
        """Make what an earlier sitting was still to make for this picture."""
        if self._live_active:
            self.request_update()
        elif self._can_generate():
            self.generate_for_step()

    def cancel_all(self) -> None:
        """Stop all of it now: what was there before is shown again, and nothing more is heard."""
        self._policy.clear()
        self._client.cancel()
        self._drop_all_jobs()

    def cancel_picture_job(self) -> None:
        """The picture is another now: what was to be made for it is not, and errands go on."""
        self._policy.clear()
        if self._job is not None and self._job.on_event is None:
            self._client.cancel()
            self._clear_job()
            self._timer.start(0)

    def _current_preview(self) -> tuple[Preview, GenerationMode] | None:
        """The newest preview and its mode, if it is one of the picture as it is now."""
        document, preview = self._editor.document, self.preview
        if preview is None or self._job is None:
            return None
        size = preview.layout.height, preview.layout.width
        return (preview, self._job.mode) if size == (document.height, document.width) else None

    @property
    def _live_active(self) -> bool:
        return self.live and self.mode is GenerationMode.LAYOUT_TO_IMAGE

    def _can_generate(self) -> bool:
        document = self._editor.document
        return not missing_input(document, self.mode, self.options) and not is_complete(document, self.mode)

    def _send_if_due(self) -> None:
        if self._client.state is not EngineState.READY:
            return
        wait = None
        if not self._editor.stroke_active and not self.paused:
            wait = self._policy.seconds_until_send(
                time.monotonic(), running=self._job is not None, previewed=self._has_preview
            )
        if wait is not None and wait > 0:
            self._timer.start(int(wait * 1000) + 1)
        elif wait is not None and self._can_generate():
            self.generate_for_step()
        else:
            if wait is not None:
                self._policy.clear()
            self._start_background_job()

    def _start_background_job(self) -> None:
        if self._job is None and self._background_jobs:
            self._job, self._has_preview = self._background_jobs.pop_next(), True
            self._client.send(self._job.request)
            self.running_changed.emit()

    def _engine_stopped_notice(self) -> Notice:
        start = NoticeAction(self.tr("Start engine"), self._client.restart)
        return Notice(self.tr("The engine is stopped. Start it, then generate again."), NoticeLevel.ERROR, start)

    def _nothing_to_generate_notice(self) -> Notice:
        if self.mode is GenerationMode.IMAGE_TO_LAYOUT:
            return Notice(
                self.tr("Every pixel of the layout is painted, so there is nothing left to find in the image."),
                action=NoticeAction(self.tr("Find all of it anew"), self._regenerate_layout),
            )
        return Notice(
            self.tr("All of the image is kept, so there is nothing to draw. Paint over the part that is to change."),
            action=NoticeAction(self.tr("Draw all of it anew"), self._regenerate_image),
        )

    def _send_request(self, serial: int | None, few_steps: bool = False) -> None:
        obstacle = self.obstacle()
        if obstacle:
            self.noticed.emit(obstacle)
            return
        if self.mode is GenerationMode.LAYOUT_TO_IMAGE and self._editor.document.status.fill_whole:
            self._editor.keep_layout(awaits_result=True)
            serial = self._editor.history.undo_step.serial if self._editor.history.undo_step else None
        self._policy.clear()
        self._revision += 1
        request = self._build_request(few_steps)
        full_request = msgspec.structs.replace(request, full=self.full_size_of(request))
        # The last preview stays until the next one comes, unless it shows what another mode is making.
        if self._job is not None and self._job.on_event:
            self._background_jobs.requeue(self._job)
        elif self._job is not None and self._job.mode is not self.mode:
            self.preview = None
        self._job, self._has_preview = GenerationJob(request, self.mode, serial), False
        self._client.send(full_request)
        self.running_changed.emit()

    def _build_request(self, few_steps: bool = False) -> Generate:
        editor, count = self._editor, self._revision
        request = build_request(
            editor.document, self.mode, self.options, self._pack, count, extended=editor.has_custom_size
        )
        return with_few_steps(request, self._client.has_few_step_network) if few_steps else request

    def _regenerate_layout(self) -> None:
        self._editor.clear_layout()
        self.generate_for_step()

    def _regenerate_image(self) -> None:
        self._editor.keep_image(False)
        self._send_request(None)

    def _drop_all_jobs(self) -> None:
        jobs = [*([self._job] if self._job else []), *self._background_jobs.drop()]
        if jobs:
            self._clear_job()
        for job in jobs:
            if job.on_event:
                job.on_event(None)

    def _on_event(self, event: Preview | TracedStep | Done | Cancelled | Failed) -> None:
        job = self._job
        if job is None or event.id != job.request.id:
            return
        if isinstance(event, Failed):
            self.noticed.emit(Notice(f"{event.message} {event.hint}".strip(), NoticeLevel.ERROR))
        if job.on_event:
            self._dispatch_background(job, job.on_event, event)
            return
        if isinstance(event, Preview):
            self.preview, self._has_preview = event, True
            self.display_changed.emit()
            self._send_if_due()
            return
        if isinstance(event, Done):
            self._policy.note_run(event.seconds)
            self.preview = self._job = None
            self.result_received.emit(job, event)
            self._editor.apply_result(job.mode, event.image.pixels(), event.layout.pixels(), job.step_serial)
            self._post_unknown_words(event.unknown_words)
            self._post_repaint_hint(job)
        self._clear_job()
        self._send_if_due()

    def _dispatch_background(
        self, job: GenerationJob, on_event: JobEventHandler, event: Preview | TracedStep | Done | Cancelled | Failed
    ) -> None:
        if not isinstance(event, Preview | TracedStep):
            self._job = None
        on_event(event)  # who may have more to run
        if self._job is None:
            self._clear_job()
        self._send_if_due()

    def _clear_job(self) -> None:
        self._job = self.preview = None
        self.display_changed.emit()
        self.running_changed.emit()

    def _post_repaint_hint(self, job: GenerationJob) -> None:
        """Once for each photograph, as soon as its layout is there."""
        if job.mode is GenerationMode.IMAGE_TO_LAYOUT and job.step_serial is not None:
            repaint = NoticeAction(
                self.tr("Repaint parts of it"), lambda: self.set_mode(GenerationMode.LAYOUT_TO_IMAGE)
            )
            text = self.tr("Here is the layout. In Layout → Image, only what you paint over is drawn anew.")
            self.noticed.emit(Notice(text, NoticeLevel.HINT, repaint))

    def _post_unknown_words(self, words: tuple[str, ...]) -> None:
        if words and words != self._reported_words:
            names = ", ".join(self.tr("“{word}”").format(word=word) for word in words)
            text = self.tr("This pack does not know {words}. Other words may say it.").format(words=names)
            self.noticed.emit(Notice(text, NoticeLevel.HINT))
        self._reported_words = words

    def _on_engine_state(self) -> None:
        if self._client.state is EngineState.READY:
            self._send_if_due()
        elif self._client.state is EngineState.STOPPED:
            self._drop_all_jobs()

    def _on_stroke_began(self) -> None:
        if self.mode is GenerationMode.TEXT_TO_BOTH:  # who paints gives the layout
            self.set_mode(GenerationMode.LAYOUT_TO_IMAGE)
        stale = self._job is not None and self._job.mode is not self.mode
        if stale or self._editor.painter.adopts_fill:  # its layout would be put beneath one that is painted by then
            self.cancel_picture_job()

    def _on_history_navigated(self) -> None:
        self.cancel_picture_job()
        top = self._editor.history.undo_step
        if top is not None and not top.answered:
            self.request_update()
