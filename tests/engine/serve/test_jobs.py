"""Which request is next, and that every job is answered exactly once."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import SimpleQueue

from engine.interface.protocol import Done, Export, Failed, Generate, Preview, Raster, Ready
from engine.requests.resolved_request import resolve_request
from engine.serve.jobs import RequestScheduler
from engine.serve.outbox import Outbox
from tests import tiny

PIXEL = Raster(1, 1, 1, b"\0")


def request(id, live=True, revision=0):
    asked = Generate(id=id, pack="p", live=live, revision=revision, prompt="")
    return resolve_request(asked, tiny.INFO, Path("p"))


def preview(id, index):
    return Preview(id=id, revision=0, index=index, total=9, eta=0.0, image=PIXEL, layout=PIXEL)


def done(id):
    return Done(id=id, revision=0, image=PIXEL, layout=PIXEL, seconds=0.1)


def failed(id):
    return Failed(id=id, revision=0, code="c", message="m", hint="h")


class WatchedCondition(threading.Condition):
    """A condition that tells the test of every wait, by its timeout."""

    def __init__(self):
        super().__init__()
        self.waits = SimpleQueue()

    def wait(self, timeout=None):
        self.waits.put(timeout)
        return super().wait(timeout)

    def wait_until_blocked(self):
        """Return once a thread waits without a limit; raises queue.Empty if none does."""
        while self.waits.get(timeout=30) is not None:
            pass


def watched(waitable):
    """A scheduler or an outbox, and its condition, whose waits can be seen."""
    waitable._changed = WatchedCondition()
    return waitable, waitable._changed


READY = Ready(protocol=1, version="0", device="cpu", packs=())


def ids(jobs):
    return [job.request.id for job in jobs]


def test_the_latest_live_request_wins_while_it_waits():
    jobs = RequestScheduler()
    assert jobs.add(request("a")) == []
    assert ids(jobs.add(request("b"))) == ["a"]
    assert jobs.take().request.id == "b"
    assert jobs.take_live() is None


def test_a_newer_live_request_stops_the_running_one():
    jobs = RequestScheduler()
    jobs.add(request("a"))
    running = jobs.take()
    assert not running.cancelled
    assert jobs.add(request("b")) == []  # "a" has started: the compute thread answers for it
    assert running.cancelled
    jobs.finish(running)
    assert jobs.take().request.id == "b"


def test_the_queue_keeps_its_order_and_a_live_request_goes_first():
    jobs = RequestScheduler()
    for id in "abc":
        jobs.add(request(id, live=False))
    first = jobs.take()
    jobs.add(request("live"))
    assert not first.cancelled
    assert [jobs.take().request.id for _ in range(3)] == ["live", "b", "c"]


def test_a_live_request_can_run_between_the_steps_of_another():
    jobs = RequestScheduler()
    jobs.add(request("export", live=False))
    export = jobs.take()
    assert jobs.take_live() is None
    jobs.add(request("stroke"))
    stroke = jobs.take_live()
    jobs.add(request("next stroke"))
    assert stroke.cancelled
    assert not export.cancelled


def test_cancel_drops_what_waits_and_flags_what_runs():
    jobs = RequestScheduler()
    for id in "abcb":
        jobs.add(request(id, live=False))
    jobs.add(request("live"))
    assert ids(jobs.cancel("live")) == ["live"]
    running = jobs.take()
    assert jobs.cancel("a") == []
    assert running.cancelled
    assert ids(jobs.cancel("b")) == ["b", "b"]
    assert jobs.cancel("never seen") == []
    assert jobs.take().request.id == "c"


def test_close_wakes_the_taker_and_stops_what_runs():
    jobs = RequestScheduler()
    jobs.add(request("a", live=False))
    running = jobs.take()
    taken = []
    thread = threading.Thread(target=lambda: taken.append(jobs.take()))
    thread.start()
    jobs.close()
    thread.join(5)
    assert taken == [None]
    assert running.cancelled
    jobs.add(request("too late"))
    assert jobs.take() is None


def test_an_export_takes_its_turn_only_while_nothing_else_is_to_be_computed():
    (jobs, condition), turns = watched(RequestScheduler()), []
    jobs.add(Export(id="export", pack="p", out="o"))
    export = jobs.take_export()
    jobs.add(request("stroke"))
    thread = threading.Thread(target=lambda: turns.append(jobs.wait_for_turn(export)))
    thread.start()
    condition.wait_until_blocked()
    stroke = jobs.take()
    assert stroke.request.id == "stroke"
    assert not export.cancelled
    assert turns == []
    jobs.finish(stroke)
    thread.join(5)
    assert turns == [True]


def test_a_paused_export_rests_until_it_is_let_or_cancelled():
    (jobs, condition), turns = watched(RequestScheduler()), []
    for id in "ab":
        jobs.add(Export(id=id, pack="p", out="o"))
    jobs.pause("a", True)
    export = jobs.take_export()

    def turn():
        turns.append(jobs.wait_for_turn(export))

    for end in (lambda: jobs.pause("a", False), lambda: jobs.cancel("a")):
        jobs.pause("a", True)
        before = len(turns)
        thread = threading.Thread(target=turn)
        thread.start()
        condition.wait_until_blocked()
        assert len(turns) == before
        end()
        thread.join(5)
    assert turns == [True, False]
    assert ids(jobs.cancel("b")) == ["b"]
    jobs.close()
    assert jobs.take_export() is None


def test_every_job_of_two_hurried_threads_is_taken_or_dropped_once():
    jobs = RequestScheduler()
    taken, dropped = [], []

    def compute():
        while (job := jobs.take()) is not None:
            taken.append(job.request.id)
            jobs.finish(job)
            if job.request.id == "last":
                return

    thread = threading.Thread(target=compute)
    thread.start()
    for i in range(300):
        dropped += ids(jobs.add(request(str(i), live=i % 3 > 0)))
    jobs.add(request("last", live=False))
    thread.join(20)
    assert sorted(taken + dropped) == sorted([*map(str, range(300)), "last"])


def test_the_outbox_opens_with_ready_and_keeps_the_newest_preview_of_each_job():
    outbox = Outbox()
    outbox.post(failed(""))
    outbox.post(READY)
    for event in (preview("a", 1), preview("b", 1), preview("a", 2), done("a"), preview("b", 2), failed("b")):
        outbox.post(event)
    outbox.close()
    events = []
    while (event := outbox.take()) is not None:
        events.append(event)
    assert events == [READY, failed(""), preview("a", 2), preview("b", 2), done("a"), failed("b")]


def test_the_outbox_holds_back_until_ready_and_gives_everything_when_it_closes():
    outbox, condition = watched(Outbox())
    outbox.post(failed("early"))
    seen = []
    thread = threading.Thread(target=lambda: seen.append(outbox.take()))
    thread.start()
    condition.wait_until_blocked()
    assert seen == []
    outbox.close()
    thread.join(5)
    assert seen == [failed("early")]
    assert outbox.take() is None


def test_no_answer_is_ever_dropped_however_slow_the_reader():
    outbox = Outbox()
    outbox.post(READY)
    for i in range(500):
        outbox.post(preview(str(i), 1))
        outbox.post(done(str(i)))
    outbox.close()
    events = iter(outbox.take, None)
    assert [e.id for e in events if isinstance(e, Done)] == [str(i) for i in range(500)]


def start_waiting_until_idle(jobs, seconds):
    """What `wait_until_idle` returns, for which a thread waits, and that thread."""
    returned = []
    thread = threading.Thread(target=lambda: returned.append(jobs.wait_until_idle(seconds)), daemon=True)
    thread.start()
    return returned, thread


def test_the_scheduler_is_idle_when_nothing_is_generated_or_waits_and_exports_do_not_count():
    jobs, condition = watched(RequestScheduler())
    jobs.add(Export(id="e", pack="p", out="out", count=1))
    jobs.take_export()
    assert jobs.wait_until_idle(0)
    jobs.add(request("a"))
    returned, thread = start_waiting_until_idle(jobs, 0)
    condition.wait_until_blocked()
    assert not returned  # the request waits
    running = jobs.take()
    jobs.pause("e", False)  # wakes it
    condition.wait_until_blocked()
    assert not returned  # the request is generated
    jobs.finish(running)
    thread.join(30)
    assert returned == [True]


def test_a_request_interrupts_the_wait_for_idleness_and_closing_ends_it():
    jobs, condition = watched(RequestScheduler())
    returned, thread = start_waiting_until_idle(jobs, 0.3)
    jobs.add(request("a"))
    running = jobs.take()
    condition.wait_until_blocked()
    assert not returned
    jobs.finish(running)
    thread.join(30)
    assert returned == [True]
    returned, thread = start_waiting_until_idle(jobs, 60)
    jobs.close()
    thread.join(30)
    assert returned == [False]
