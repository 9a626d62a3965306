"""The rules of the document and of its history, and a random sitting that is undone to its first pixel."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.protocol import UNKNOWN, Pixels
from studio.domain.brush import Point, paint_segment
from studio.domain.document import Document, Edit, ImageKind, Marks, Mode
from studio.domain.history import History
from studio.domain.layout import unknown

HEIGHT, WIDTH, CLASSES = 10, 12, 4


def state(document: Document) -> tuple[bytes, bytes, bytes, Marks]:
    painted, filled, image = document.painted.tobytes(), document.filled.tobytes(), document.image.tobytes()
    return painted, filled, image, document.marks


def picture(seed: int) -> tuple[Pixels, Pixels]:
    random = np.random.default_rng(seed)
    image = random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return image, random.integers(0, CLASSES, (HEIGHT, WIDTH), np.uint8)


def painted(document: Document, rows: int, value: int) -> Edit:
    before = document.painted.copy()
    document.painted[:rows] = value
    return document.painted_since(before, "Paint")


def test_a_result_fills_only_what_is_unknown() -> None:
    document = Document(HEIGHT, WIDTH)
    painted(document, 4, 2)
    image, layout = picture(1)
    document.take_result(Mode.LAYOUT_TO_IMAGE, image, layout, "Generate")
    assert (document.painted[:4] == 2).all()
    assert (document.painted[4:] == UNKNOWN).all()
    assert (document.layout()[:4] == 2).all()
    assert (document.layout()[4:] == layout[4:]).all()
    assert document.guessed()[4:].all()
    assert not document.guessed()[:4].any()
    assert document.marks == Marks(ImageKind.GENERATED)


def test_image_to_layout_keeps_image_and_corrections() -> None:
    document = Document(HEIGHT, WIDTH)
    image, layout = picture(2)
    document.change("Open", image=image, marks=Marks(ImageKind.GIVEN))
    painted(document, 2, 3)
    other, _ = picture(3)
    document.take_result(Mode.IMAGE_TO_LAYOUT, other, layout, "Generate")
    assert (document.image == image).all()
    assert (document.layout()[:2] == 3).all()
    assert not document.guessed().any()
    assert document.marks == Marks(ImageKind.GIVEN, fill_whole=True)


def test_adopting_makes_all_of_it_painted() -> None:
    document = Document(HEIGHT, WIDTH)
    image, layout = picture(4)
    first = state(document)
    edit = document.take_result(Mode.TEXT_TO_BOTH, image, layout, "Generate")
    edit = edit.then(document.adopt("Keep"))
    assert (document.painted == layout).all()
    assert (document.filled == UNKNOWN).all()
    last = state(document)
    document.revert(edit)
    assert state(document) == first
    document.apply(edit)
    assert state(document) == last


def test_a_late_result_joins_the_stroke_that_led_to_it() -> None:
    document, history = Document(HEIGHT, WIDTH), History()
    first = state(document)
    history.push(painted(document, 2, 1))
    serial = history.top.serial if history.top else 0
    history.push(painted(document, 4, 2))
    history.answer(serial, document.take_result(Mode.LAYOUT_TO_IMAGE, *picture(5), "Generate"))
    assert len(history) == 2
    history.undo(document)
    assert document.marks.image is ImageKind.GENERATED, "the second stroke had no image yet"
    history.undo(document)
    assert state(document) == first


def test_a_result_that_no_stroke_can_take_is_its_own_step() -> None:
    document, history = Document(HEIGHT, WIDTH), History()
    history.push(painted(document, 2, 1))
    serial = history.top.serial if history.top else 0
    for seed in (1, 2):
        history.answer(serial, document.take_result(Mode.LAYOUT_TO_IMAGE, *picture(seed), "Generate"))
    assert len(history) == 2


def test_redo_covers_a_result_that_came_after_the_undo() -> None:
    document, history = Document(HEIGHT, WIDTH), History()
    history.push(painted(document, 2, 1))
    serial = history.top.serial if history.top else 0
    history.push(painted(document, 4, 2))
    later = history.top.serial if history.top else 0
    history.answer(later, document.take_result(Mode.LAYOUT_TO_IMAGE, *picture(5), "Generate"))
    last = state(document)
    history.undo(document)
    history.answer(serial, document.take_result(Mode.LAYOUT_TO_IMAGE, *picture(6), "Generate"))
    answered = state(document)
    history.redo(document)
    assert state(document) == last, "what was undone is not lost to the result"
    history.undo(document)
    assert state(document) == answered


def test_the_oldest_steps_go_when_memory_is_full() -> None:
    document, history = Document(HEIGHT, WIDTH), History(max_bytes=1000)
    for index in range(50):
        history.push(painted(document, HEIGHT, index % CLASSES))
    assert 1 <= len(history) <= 1000 // (2 * HEIGHT * WIDTH)
    assert history.undo(document) is not None
    assert (document.painted == 48 % CLASSES).all()


class Sitting(RuleBasedStateMachine):
    """Strokes, results, adoptions and undo in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.document, self.history = Document(HEIGHT, WIDTH), History()
        self.first = state(self.document)
        self.serials: list[int | None] = [None]

    @rule(x=st.floats(-3, 15), y=st.floats(-3, 13), size=st.integers(1, 6), value=st.sampled_from([0, 1, 3, 255]))
    def stroke(self, x: float, y: float, size: int, value: int) -> None:
        before = self.document.painted.copy()
        adoption = self.document.adopt("Paint") if self.document.marks.fill_whole else None
        if adoption:
            before = self.document.painted.copy()
        paint_segment(self.document.painted, Point(x, y), Point(y, x), size, value)
        edit = self.document.painted_since(before, "Paint")
        self.push(adoption.then(edit) if adoption else edit)

    @rule(seed=st.integers(0, 9), mode=st.sampled_from(list(Mode)), data=st.data())
    def result(self, seed: int, mode: Mode, data: st.DataObject) -> None:
        serial = data.draw(st.sampled_from(self.serials))
        self.history.answer(serial, self.document.take_result(mode, *picture(seed), "Generate"))

    @precondition(lambda self: self.history.top is not None)
    @rule(seed=st.integers(0, 9))
    def result_for_the_newest_step(self, seed: int) -> None:
        edit = self.document.take_result(Mode.LAYOUT_TO_IMAGE, *picture(seed), "Generate")
        self.history.answer(self.history.top.serial, edit)

    @rule(seed=st.integers(0, 9))
    def open_photograph(self, seed: int) -> None:
        empty = unknown(HEIGHT, WIDTH)
        marks = Marks(ImageKind.GIVEN)
        self.push(self.document.change("Open", painted=empty, filled=empty, image=picture(seed)[0], marks=marks))

    @rule()
    def keep(self) -> None:
        self.push(self.document.adopt("Keep"))

    @rule()
    def undo(self) -> None:
        self.history.undo(self.document)

    @rule()
    def redo(self) -> None:
        self.history.redo(self.document)

    @invariant()
    def redo_and_undo_lead_back(self) -> None:
        if self.history.next is None:
            return
        undone = state(self.document)
        self.history.redo(self.document)
        now = state(self.document)
        self.history.undo(self.document)
        assert state(self.document) == undone
        self.history.redo(self.document)
        assert state(self.document) == now
        self.history.undo(self.document)

    @invariant()
    def ids_are_classes(self) -> None:
        for plane in (self.document.painted, self.document.filled):
            assert set(np.unique(plane)) <= {*range(CLASSES), UNKNOWN}

    def push(self, edit: Edit) -> None:
        if not edit.nothing:
            self.history.push(edit)
            self.serials.append(self.history.top.serial if self.history.top else None)

    def teardown(self) -> None:
        while self.history.undo(self.document):
            pass
        assert state(self.document) == self.first


TestSitting = Sitting.TestCase
TestSitting.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
