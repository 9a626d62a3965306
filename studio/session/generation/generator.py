"""Turns changes of the picture into requests, and the engine's answers into results of the picture.

The parts: `LivePolicy` knows when a live picture may be requested, `JobQueue` what runs, `PictureDisplay` what the
canvases show meanwhile, `GenerationSettings` what a person has set, and `RequestDraft` what a request says.
"""

from __future__ import annotations

import time

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from engine.interface.protocol import Done, Failed, Generate, Preview
from studio.domain.document import GenerationMode, ImageKind
from studio.session.connection.engine_client import EngineClient, EngineState
from studio.session.editing.editor import Editor
from studio.session.generation.full_size_inputs import FullSizeSource
from studio.session.generation.generation_notices import (
    engine_stopped_notice,
    no_pack_notice,
    nothing_to_generate_notice,
    repaint_hint,
    unknown_words_hint,
)
from studio.session.generation.generation_settings import GenerationSettings
from studio.session.generation.job_queue import GenerationJob, JobEvent, JobEventHandler, JobOwner, JobQueue
from studio.session.generation.live_policy import LivePolicy
from studio.session.generation.picture_display import PictureDisplay
from studio.session.generation.request_builder import RequestDraft, random_seed, with_few_steps
from studio.session.notices import Notice, NoticeLevel, notice_of_failure


class GenerationController(QObject):
    """Generates for the picture, where a newer request replaces an older one, and runs background jobs in between."""

    running_changed = Signal()  # whether anything is generated, or what
    result_received = Signal(object, object)  # GenerationJob and Done, before the picture takes the result
    noticed = Signal(object)  # Notice

    def __init__(
        self,
        editor: Editor,
        client: EngineClient,
        full_size: FullSizeSource,
        pack: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._editor, self._client, self._full_size, self._pack = editor, client, full_size, pack
        self.settings = GenerationSettings(self)
        self.display = PictureDisplay(editor, self)
        self._queue = JobQueue(client, self)
        self._policy = LivePolicy()
        self._paused, self._full_steps_requested, self._revision = False, False, 0
        self._reported_words: tuple[str, ...] = ()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._send_if_due)
        self.settings.mode_changed.connect(self._policy.clear)
        self.settings.options_changed.connect(self._on_options_changed)
        self.settings.update_needed.connect(self.request_update)
        self._queue.changed.connect(self.running_changed)
        self._queue.picture_event_received.connect(self._on_picture_event)
        self._queue.background_job_failed.connect(lambda event: self.noticed.emit(notice_of_failure(event)))
        self._queue.job_event_handled.connect(self._send_if_due)
        client.state_changed.connect(self._on_engine_state)
        editor.stroke_started.connect(self._on_stroke_started)
        editor.stroke_ended.connect(self.request_update)
        editor.history_navigated.connect(self._on_history_navigated)
        editor.pen_lifted.connect(lambda: self._timer.start(0))  # for what waited until the stroke ended

    @property
    def running(self) -> bool:
        """Whether anything is generated or waits for its turn."""
        return self._queue.busy

    @property
    def paused(self) -> bool:
        """Whether live mode rests."""
        return self._paused

    @property
    def awaits_result(self) -> bool:
        """Whether the picture as it is now is still to get a result."""
        step = self._editor.history.undo_step
        unanswered = self.settings.live_active and step is not None and not step.answered
        return unanswered or self._policy.pending or self._queue.picture_job is not None

    def set_paused(self, paused: bool) -> None:
        """Let live mode rest while nobody can see it. What changes meanwhile, or was running, is generated afterwards;
        what a person requested by Generate runs on.
        """
        if paused == self._paused:
            return
        self._paused = paused
        job = self._queue.picture_job
        if paused and self.settings.live_active and job is not None and job.step_serial is not None:
            self.cancel_picture_job()
            self.request_update()
        self.running_changed.emit()
        self._send_if_due()

    def generate(self) -> None:
        """Generate a result now, with a new seed unless the seed is locked."""
        self._editor.end_stroke()
        options = self.settings.options
        if not options.seed_locked and self._editor.document.status.image is not ImageKind.NONE:
            self.settings.restore(msgspec.structs.replace(options, seed=random_seed()))
        self._send_request(None)

    def obstacle(self) -> Notice | None:
        """The notice that explains why no result can be generated now; None if one can."""
        return self._obstacle_of(self._draft())

    def draft_request(self) -> Generate | None:
        """The request that `generate` would send, for `run_in_background`; None, with a notice, if there is none."""
        self._editor.end_stroke()
        draft = self._draft()
        obstacle = self._obstacle_of(draft)
        if obstacle:
            self.noticed.emit(obstacle)
            return None
        if draft.adopts_fill:
            self._editor.keep_layout()
            draft = self._draft()
        return self._build(draft)

    def run_in_background(self, request: Generate, owner: JobOwner, on_event: JobEventHandler) -> None:
        """Run a request whose result is not for the picture, in its turn and in place of the owner's job before."""
        self.drop_background(owner)
        if self._client.state is EngineState.STOPPED:
            self.noticed.emit(engine_stopped_notice(self._client.restart))
            on_event(None)
            return
        self._queue.add(GenerationJob(request, self.settings.mode, owner=owner, on_event=on_event))
        self._send_if_due()
        self.running_changed.emit()

    def drop_background(self, owner: JobOwner) -> None:
        """Cancel the background job of an owner, if there is one."""
        if self._queue.drop(owner):
            self._timer.start(0)

    def generate_for_step(self) -> None:
        """Generate a result that becomes part of the newest history step, such as that of an opened photograph."""
        step = self._editor.history.undo_step
        few_steps = self.settings.live_active and not self._full_steps_requested
        self._send_request(step.serial if step and not step.answered else None, few_steps)

    def request_update(self, delay: float = 0.0, *, full_steps: bool = False) -> None:
        """Let a live picture follow a change after `delay` seconds, with as many steps as Generate if `full_steps`."""
        if self.settings.live_active:
            self._full_steps_requested = full_steps
            self._policy.note_change(time.monotonic(), delay)
            self._send_if_due()

    def resume_pending(self) -> None:
        """Generate what an earlier session was still to generate for this picture."""
        if self.settings.live_active:
            self.request_update()
        elif self._draft().can_generate(self.settings.options):
            self.generate_for_step()

    def cancel_all(self) -> None:
        """Cancel all jobs and show the picture as it was."""
        self._policy.clear()
        self._client.cancel()
        self._drop_all_jobs()

    def cancel_picture_job(self) -> None:
        """Cancel the picture's job, for the picture is another one now; background jobs go on."""
        self._policy.clear()
        self.display.forget_preview()
        if self._queue.drop(JobOwner.PICTURE):
            self.display.refresh()
            self._timer.start(0)

    def _draft(self) -> RequestDraft:
        return RequestDraft.of(self._editor.document, self.settings.mode)

    def _build(self, draft: RequestDraft, few_steps: bool = False) -> Generate:
        extended = self._editor.has_custom_size
        request = draft.build(self.settings.options, self._pack, self._revision, extended=extended)
        return with_few_steps(request) if few_steps and self._client.has_few_step_network else request

    def _send_if_due(self) -> None:
        if self._client.state is not EngineState.READY:
            return
        wait = None
        if not self._editor.stroke_active and not self._paused:
            running, previewed = not self._queue.idle, self._queue.interruptible
            wait = self._policy.seconds_until_send(time.monotonic(), running=running, previewed=previewed)
        if wait is not None and wait > 0:
            self._timer.start(int(wait * 1000) + 1)
        elif wait is not None and self._draft().can_generate(self.settings.options):
            self.generate_for_step()
        else:
            if wait is not None:
                self._policy.clear()
            self._queue.start_next()

    def _obstacle_of(self, draft: RequestDraft) -> Notice | None:
        if not len(self._editor.palette):
            return no_pack_notice()
        missing = draft.missing_input(self.settings.options)
        if missing:
            return Notice(missing, NoticeLevel.HINT)
        if draft.is_complete:
            from_image = draft.mode is GenerationMode.IMAGE_TO_LAYOUT
            return nothing_to_generate_notice(
                draft.mode, self._regenerate_layout if from_image else self._regenerate_image
            )
        stopped = self._client.state is EngineState.STOPPED
        return engine_stopped_notice(self._client.restart) if stopped else None

    def _send_request(self, serial: int | None, few_steps: bool = False) -> None:
        draft = self._draft()
        obstacle = self._obstacle_of(draft)
        if obstacle:
            self.noticed.emit(obstacle)
            return
        if draft.adopts_fill:
            self._editor.keep_layout(awaits_result=True)
            step = self._editor.history.undo_step
            serial, draft = step.serial if step else None, self._draft()
        self._policy.clear()
        self._revision += 1
        request = self._build(draft, few_steps)
        running = self._queue.picture_job
        if running is not None and running.mode is not draft.mode:  # else its preview stays until the next one
            self.display.forget_preview()
        job = GenerationJob(request, draft.mode, serial)
        self._queue.send_picture_job(job, self._full_size.inputs_if_enabled(request))

    def _regenerate_layout(self) -> None:
        self._editor.clear_layout()
        self.generate_for_step()

    def _regenerate_image(self) -> None:
        self._editor.keep_image(False)
        self._send_request(None)

    def _drop_all_jobs(self) -> None:
        self.display.forget_preview()
        if self._queue.busy:
            self._queue.drop_all()
            self.display.refresh()

    def _on_picture_event(self, job: GenerationJob, event: JobEvent) -> None:
        if isinstance(event, Preview):
            self.display.show_preview(event, job.mode)
            return
        self.display.forget_preview()
        if isinstance(event, Failed):
            self.noticed.emit(notice_of_failure(event))
        elif isinstance(event, Done):
            self._policy.note_run(event.seconds)
            self.result_received.emit(job, event)
            self._editor.apply_result(job.mode, event.image.pixels(), event.layout.pixels(), job.step_serial)
            self._post_hints(job, event)
        self.display.refresh()

    def _post_hints(self, job: GenerationJob, event: Done) -> None:
        if event.unknown_words and event.unknown_words != self._reported_words:
            self.noticed.emit(unknown_words_hint(event.unknown_words))
        self._reported_words = event.unknown_words
        if job.mode is GenerationMode.IMAGE_TO_LAYOUT and job.step_serial is not None:  # once for each photograph
            self.noticed.emit(repaint_hint(lambda: self.settings.set_mode(GenerationMode.LAYOUT_TO_IMAGE)))

    def _on_options_changed(self) -> None:
        if not self.settings.live:
            self._policy.clear()

    def _on_engine_state(self) -> None:
        if self._client.state is EngineState.READY:
            self._send_if_due()
        elif self._client.state is EngineState.STOPPED:
            self._drop_all_jobs()

    def _on_stroke_started(self) -> None:
        if self.settings.mode is GenerationMode.TEXT_TO_BOTH:  # a painter gives the layout
            self.settings.set_mode(GenerationMode.LAYOUT_TO_IMAGE)
        job = self._queue.picture_job
        stale = job is not None and job.mode is not self.settings.mode
        if stale or self._editor.painter.adopts_fill:  # else the result would lie beneath a layout painted by then
            self.cancel_picture_job()

    def _on_history_navigated(self) -> None:
        self.cancel_picture_job()
        step = self._editor.history.undo_step
        if step is not None and not step.answered:
            self.request_update()
