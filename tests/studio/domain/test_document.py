"""The rules of the document and of its history, and a random sitting that is undone to its first pixel."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.interface.protocol import UNKNOWN, Pixels
from studio.domain.brush import DocumentPoint, stroke_segment
from studio.domain.document import Document, DocumentStatus, GenerationMode, ImageKind, Plane
from studio.domain.history import MAX_HISTORY_BYTES, TILE_SIDE, History
from studio.domain.layout import unknown_layout

HEIGHT, WIDTH, CLASSES = 40, 70, 4
"""Not whole tiles."""


def document_state(document: Document) -> tuple[object, ...]:
    return (*(document.pixels(plane).tobytes() for plane in Plane), document.status)


def random_pair(seed: int) -> tuple[Pixels, Pixels]:
    random = np.random.default_rng(seed)
    image = random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return image, random.integers(0, CLASSES, (HEIGHT, WIDTH), np.uint8)


def new_document() -> tuple[Document, History]:
    document = Document(HEIGHT, WIDTH)
    return document, History(document)


def paint(document: Document, history: History, rows: int, value: int) -> int:
    """One stroke; returns its serial."""
    document.painted[:rows] = value
    assert history.record("Paint")
    assert history.undo_step
    return history.undo_step.serial


def apply_random_result(
    document: Document,
    history: History,
    serial: int | None,
    seed: int,
    mode: GenerationMode = GenerationMode.LAYOUT_TO_IMAGE,
):
    history.add_result(serial, "Generate", document.apply_result(mode, *random_pair(seed)))


def test_a_result_fills_only_what_is_unknown() -> None:
    document, _ = new_document()
    document.painted[:4] = 2
    image, layout = random_pair(1)
    document.apply_result(GenerationMode.LAYOUT_TO_IMAGE, image, layout)
    assert (document.painted[:4] == 2).all()
    assert (document.painted[4:] == UNKNOWN).all()
    assert (document.visible_layout()[:4] == 2).all()
    assert (document.visible_layout()[4:] == layout[4:]).all()
    assert document.guess_mask()[4:].all()
    assert not document.guess_mask()[:4].any()
    assert document.status == DocumentStatus(ImageKind.GENERATED)


def test_image_to_layout_keeps_image_and_corrections() -> None:
    document, _ = new_document()
    image, layout = random_pair(2)
    document.set_planes(image=image, status=DocumentStatus(ImageKind.GIVEN))
    document.painted[:2] = 3
    document.apply_result(GenerationMode.IMAGE_TO_LAYOUT, random_pair(3)[0], layout)
    assert (document.image == image).all()
    assert (document.visible_layout()[:2] == 3).all()
    assert not document.guess_mask().any()
    assert document.status == DocumentStatus(ImageKind.GIVEN, fill_whole=True)


def test_what_is_kept_is_given_and_no_result_changes_it() -> None:
    document, _ = new_document()
    image, layout = random_pair(2)
    document.set_planes(image=image, filled=layout, status=DocumentStatus(ImageKind.GIVEN))
    document.painted[:4] = 1
    document.keep_image[:, :30] = True
    document.keep_layout[20:] = True
    for mode in (GenerationMode.LAYOUT_TO_IMAGE, GenerationMode.TEXT_TO_BOTH):
        given = document.given_layout(mode)
        assert (given[20:] == layout[20:]).all(), "a guess that is kept is given"
        assert (given[:4] == (1 if mode is GenerationMode.LAYOUT_TO_IMAGE else UNKNOWN)).all()
        assert (given[4:20] == UNKNOWN).all()
        assert (document.given_image_mask(mode) == document.keep_image).all()
        assert document.given_image_mask(GenerationMode.IMAGE_TO_LAYOUT).all()
        other, ids = random_pair(9)
        document.apply_result(mode, other, ids)
        assert (document.image[:, :30] == image[:, :30]).all()
        assert (document.image[:, 30:] == other[:, 30:]).all()
        assert (document.visible_layout()[20:] == layout[20:]).all()
        assert (document.visible_layout()[4:20] == ids[4:20]).all()
    assert document.status.image is ImageKind.GENERATED


def test_text_to_both_draws_a_half_that_was_kept_as_a_whole() -> None:
    document, _ = new_document()
    image, layout = random_pair(2)
    document.set_planes(image=image, painted=layout, status=DocumentStatus(ImageKind.GIVEN))
    document.keep_image[:] = document.keep_layout[:] = True
    assert not document.given_image_mask(GenerationMode.TEXT_TO_BOTH).any()
    other, ids = random_pair(3)
    document.apply_result(GenerationMode.TEXT_TO_BOTH, other, ids)
    assert (document.image == other).all()
    assert (document.visible_layout() == ids).all()
    assert not document.keep_image.any()


def test_adopting_makes_all_of_it_painted() -> None:
    document, history = new_document()
    _, layout = random_pair(4)
    first = document_state(document)
    apply_random_result(document, history, None, 4, GenerationMode.TEXT_TO_BOTH)
    document.adopt_fill()
    history.record("Keep")
    assert (document.painted == layout).all()
    assert (document.filled == UNKNOWN).all()
    last = document_state(document)
    history.jump_to(0)
    assert document_state(document) == first
    history.jump_to(2)
    assert document_state(document) == last


def test_a_late_result_joins_the_stroke_that_led_to_it() -> None:
    document, history = new_document()
    first = document_state(document)
    serial = paint(document, history, 2, 1)
    paint(document, history, 4, 2)
    apply_random_result(document, history, serial, 5)
    assert len(history) == 2
    history.undo()
    assert document.status.image is ImageKind.GENERATED, "the second stroke had no image yet"
    history.undo()
    assert document_state(document) == first


def test_a_stroke_under_way_is_not_part_of_a_result() -> None:
    document, history = new_document()
    serial = paint(document, history, 2, 1)
    document.painted[10:20] = 3
    apply_random_result(document, history, serial, 5)
    history.discard_unrecorded()
    assert (document.painted[2:] == UNKNOWN).all()
    assert (document.image == random_pair(5)[0]).all()


def test_a_result_that_no_stroke_can_take_is_its_own_step() -> None:
    document, history = new_document()
    serial = paint(document, history, 2, 1)
    for seed in (1, 2):
        apply_random_result(document, history, serial, seed)
    assert len(history) == 2


def test_redo_covers_a_result_that_came_after_the_undo() -> None:
    document, history = new_document()
    serial = paint(document, history, 2, 1)
    later = paint(document, history, 4, 2)
    apply_random_result(document, history, later, 5)
    last = document_state(document)
    history.undo()
    apply_random_result(document, history, serial, 6)
    answered = document_state(document)
    history.redo()
    assert document_state(document) == last, "what was undone is not lost to the result"
    history.undo()
    assert document_state(document) == answered


def test_a_step_costs_only_the_tiles_it_touched() -> None:
    document, history = new_document()
    document.painted[33, 65] = 1
    document.keep_image[0, 0] = True
    history.record("Paint")
    assert history.nbytes == (HEIGHT - TILE_SIDE) * (WIDTH - 2 * TILE_SIDE) + TILE_SIDE * TILE_SIDE
    assert history.names == ["Start", "Paint"]


def test_the_oldest_steps_go_when_memory_is_full() -> None:
    document = Document(HEIGHT, WIDTH)
    history = History(document, max_bytes=10 * HEIGHT * WIDTH)
    for index in range(50):
        paint(document, history, HEIGHT, index % CLASSES)
    assert len(history) == 10
    assert history.nbytes <= 10 * HEIGHT * WIDTH
    for _ in range(10):
        assert history.undo()
    assert history.undo() is None
    assert (document.painted == 39 % CLASSES).all()


def test_two_hundred_whole_results_fit() -> None:
    document = Document(256, 512)
    history = History(document)
    for index in range(220):
        document.painted[index] = 1
        history.record("Paint")
        document.image[:] = index
        document.filled[:] = index % 19
        history.add_result(
            history.undo_step.serial if history.undo_step else None, "Generate", frozenset({Plane.FILLED, Plane.IMAGE})
        )
    assert len(history) == 220
    assert history.nbytes <= MAX_HISTORY_BYTES
    history.jump_to(0)
    assert not document.image.any()
    assert (document.painted == UNKNOWN).all()


class DocumentMachine(RuleBasedStateMachine):
    """Strokes, results, adoptions and undo in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.document, self.history = new_document()
        self.first = document_state(self.document)
        self.serials: list[int | None] = [None]

    @rule(x=st.floats(-9, 75), y=st.floats(-9, 49), size=st.integers(1, 30), value=st.sampled_from([0, 1, 3, 255]))
    def stroke(self, x: float, y: float, size: int, value: int) -> None:
        if self.document.status.fill_whole:
            self.document.adopt_fill()
        area = stroke_segment((HEIGHT, WIDTH), DocumentPoint(x, y), DocumentPoint(y, x), (size, size / 2))
        self.document.painted[area.box.slices][area.mask] = value
        self.record("Paint")

    @rule(seed=st.integers(0, 9), mode=st.sampled_from(list(GenerationMode)), data=st.data())
    def result(self, seed: int, mode: GenerationMode, data: st.DataObject) -> None:
        apply_random_result(self.document, self.history, data.draw(st.sampled_from(self.serials)), seed, mode)

    @precondition(lambda self: self.history.undo_step is not None)
    @rule(seed=st.integers(0, 9))
    def result_for_the_newest_step(self, seed: int) -> None:
        apply_random_result(self.document, self.history, self.history.undo_step.serial, seed)

    @rule(seed=st.integers(0, 9))
    def open_photograph(self, seed: int) -> None:
        empty = unknown_layout(HEIGHT, WIDTH)
        self.document.set_planes(
            painted=empty, filled=empty, image=random_pair(seed)[0], status=DocumentStatus(ImageKind.GIVEN)
        )
        self.document.keep_image[:] = True
        self.record("Open")

    @rule(rows=st.integers(0, HEIGHT), keep=st.booleans(), layout=st.booleans())
    def keep_rows(self, rows: int, keep: bool, layout: bool) -> None:
        (self.document.keep_layout if layout else self.document.keep_image)[rows:] = keep
        self.record("Keep")

    @rule()
    def adopt(self) -> None:
        self.document.adopt_fill()
        self.record("Keep")

    @rule()
    def undo(self) -> None:
        self.history.undo()

    @rule()
    def redo(self) -> None:
        self.history.redo()

    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        self.history.jump_to(data.draw(st.integers(0, len(self.history.names) - 1)))

    @invariant()
    def redo_and_undo_lead_back(self) -> None:
        if self.history.redo_step is None:
            return
        undone = document_state(self.document)
        self.history.redo()
        now = document_state(self.document)
        self.history.undo()
        assert document_state(self.document) == undone
        self.history.redo()
        assert document_state(self.document) == now
        self.history.undo()

    @invariant()
    def ids_are_classes(self) -> None:
        for plane in (self.document.painted, self.document.filled):
            assert set(np.unique(plane)) <= {*range(CLASSES), UNKNOWN}

    def record(self, name: str) -> None:
        if self.history.record(name):
            self.serials.append(self.history.undo_step.serial if self.history.undo_step else None)

    def teardown(self) -> None:
        while self.history.undo():
            pass
        assert document_state(self.document) == self.first


TestDocumentMachine = DocumentMachine.TestCase
TestDocumentMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
