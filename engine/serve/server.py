"""The engine's process around its compute thread: command frames in, event frames out. No torch.

One thread reads stdin, one writes stdout, one computes, all with blocking calls; the main thread waits for the first
of them to end. (asyncio can wait neither for anonymous pipes on Windows nor for files.)
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from typing import BinaryIO, NoReturn

from engine.guides.guide_validation import refuse_external_guides
from engine.interface import pack_catalogue, protocol
from engine.interface.error_messages import to_engine_error
from engine.interface.errors import BadFrame, EngineError
from engine.interface.protocol import (
    Cancel,
    Cancelled,
    Event,
    Export,
    Failed,
    Generate,
    GuideRequest,
    Pause,
    Purge,
    Resume,
    Shutdown,
)
from engine.requests.resolved_request import ResolvedRequest, resolve_request
from engine.requests.validation import validate_full_size
from engine.serve.jobs import JobRequest, RequestScheduler
from engine.serve.outbox import Outbox

PostEvent = Callable[[Event], None]
ComputeLoop = Callable[[RequestScheduler, PostEvent], None]
"""The body of the compute thread: it answers jobs until the scheduler is closed; to end earlier is a failure."""

STOP_TIMEOUT_SECONDS = 0.4
"""How long the process waits, at its end, for a running step and for the last events to be written."""


def serve(compute_loop: ComputeLoop, *, own_guides: bool = False) -> NoReturn:
    """Serve over stdin and stdout until stdin ends, then end the process, even in the middle of a step.

    Guides that name files, models or code are refused unless `own_guides`: whoever starts the process decides.
    """
    commands, events = _claim_pipes()
    _lower_priority()
    jobs, outbox = RequestScheduler(), Outbox()
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()  # exit codes; the first one counts

    def compute() -> int:
        compute_loop(jobs, outbox.post)
        return 1

    computing = _exit_code_thread("compute", compute, ended)
    writing = _exit_code_thread("events", lambda: write_events(events, outbox), ended)
    reading = _exit_code_thread(
        "commands", lambda: read_commands(commands, jobs, outbox.post, own_guides=own_guides), ended
    )
    try:
        for thread in (computing, writing, reading):
            thread.start()
        code = ended.get()
    except KeyboardInterrupt:
        code = 130
    jobs.close()
    _join_briefly(computing)
    outbox.close()
    _join_briefly(writing)
    sys.stderr.flush()
    # Not sys.exit: a step in flight, or an import of torch, cannot be interrupted in any other way.
    os._exit(code)


def read_commands(stream: BinaryIO, jobs: RequestScheduler, post: PostEvent, *, own_guides: bool = False) -> int:
    """Handle command frames until the stream ends or brings `Shutdown`. Returns the process's exit code."""
    try:
        while (body := protocol.read_frame(stream)) is not None:
            if not handle_command(body, jobs, post, own_guides=own_guides):
                return 0
    except BadFrame as error:  # where the next frame would start is unknown
        post(failed_event(error))
        return 1
    return 0


def handle_command(body: bytes, jobs: RequestScheduler, post: PostEvent, *, own_guides: bool = False) -> bool:
    """Carry out one command, or post why it cannot be. Returns False for `Shutdown`."""
    try:
        command = protocol.decode_command(body)
    except BadFrame as error:
        post(failed_event(error))
        return True
    if isinstance(command, Shutdown):
        return False
    if isinstance(command, Cancel):
        for job in jobs.cancel(command.id):
            post(cancelled_event(job.request))
    elif isinstance(command, Pause | Resume):
        jobs.pause(command.id, isinstance(command, Pause))
    else:
        _submit(command, jobs, post, own_guides=own_guides)
    return True


def write_events(stream: BinaryIO, outbox: Outbox) -> int:
    """Write event frames until the outbox is closed or the reader is gone. Returns the process's exit code."""
    try:
        while (event := outbox.take()) is not None:
            stream.write(_frame(event))
            stream.flush()
    except OSError:
        return 1
    return 0


def _frame(event: Event) -> bytes:
    """The bytes of an event; of `Failed` for one that cannot be sent, so that its job is answered all the same."""
    try:
        return protocol.encode_frame(event)
    except Exception as error:  # whatever it holds, the events after it are to be heard
        problem = to_engine_error(error, "the sending of an event")
        id, revision = getattr(event, "id", ""), getattr(event, "revision", 0)
        return protocol.encode_frame(
            Failed(id=id, revision=revision, code=problem.code, message=problem.message, hint=problem.hint)
        )


def failed_event(error: EngineError, request: JobRequest | Generate | None = None) -> Failed:
    """The answer to a request that failed, or to bytes that are no request."""
    return Failed(
        id=request.id if request else "",
        revision=_revision_of(request),
        code=error.code,
        message=error.message,
        hint=error.hint,
    )


def cancelled_event(request: JobRequest) -> Cancelled:
    """The answer to a request that was cancelled or replaced."""
    return Cancelled(id=request.id, revision=_revision_of(request))


def _revision_of(request: JobRequest | Generate | None) -> int:
    return request.revision if isinstance(request, Generate | ResolvedRequest) else 0


def _submit(command: Generate | Export | Purge, jobs: RequestScheduler, post: PostEvent, *, own_guides: bool) -> None:
    try:  # exports are checked by their own thread, as that means reading files
        if not own_guides:
            refuse_external_guides(_guides_in(command))
        request = _resolve(command) if isinstance(command, Generate) else command
    except Exception as error:  # no request may end the reading thread, whatever it holds
        post(failed_event(to_engine_error(error, "the check of a request"), command))
        return
    for job in jobs.add(request):
        post(cancelled_event(job.request))


def _guides_in(request: Generate | Export | Purge) -> tuple[GuideRequest, ...]:
    """The guides of a request, or of what an export draws again and again."""
    drawn = request.canvas if isinstance(request, Export) else request
    return drawn.guides if isinstance(drawn, Generate) else ()


def _resolve(request: Generate) -> ResolvedRequest:
    """The request for its pack as it is on disk. Raises UnknownPack, BadPack or BadRequest."""
    folder = pack_catalogue.find_pack_folder(request.pack)
    info = pack_catalogue.read_pack_info(folder)
    resolved = resolve_request(request, info, folder)
    validate_full_size(request, info)
    return resolved


def _claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    """stdin and stdout, reserved for frames: from now on prints go to stderr, and reads of stdin find its end."""
    sys.stdout.flush()
    commands, events = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return commands, events


def _lower_priority() -> None:
    """Lower the scheduling priority, where the system has one, so that the studio's window stays responsive."""
    if hasattr(os, "nice"):
        os.nice(10)


def _exit_code_thread(name: str, body: Callable[[], int], ended: queue.SimpleQueue[int]) -> threading.Thread:
    """A thread that puts its exit code into `ended`; an exception is logged and counts as 1."""

    def run() -> None:
        try:
            ended.put(body())
        except BaseException:
            traceback.print_exc()
            ended.put(1)

    return threading.Thread(target=run, name=name, daemon=True)


def _join_briefly(thread: threading.Thread) -> None:
    if thread.is_alive():
        thread.join(STOP_TIMEOUT_SECONDS)
