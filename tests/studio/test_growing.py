"""Pictures that grow at their edges: what is kept, what comes back, what it costs, and what is refused."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine import requests
from engine.errors import BadFile
from engine.protocol import MAX_SIDE, MULTIPLE, UNKNOWN, PackInfo, Pixels
from studio.domain.document import Document, ImageKind, Marks, Mode, Plane
from studio.domain.frame import MOST_PIXELS, Margins, can_grow_to, snapped
from studio.domain.history import TILE, History, boxes
from studio.domain.layout import Box
from studio.domain.tools.ink import Area, paint
from studio.session import journal
from studio.session.journal import Journal
from studio.session.requests import Options, build, lacking
from studio.session.snapshot import NOWHERE, Snapshot, State, decode, encode
from tests.studio.conftest import CLASSES

HEIGHT, WIDTH = 32, 64
INFO = PackInfo(name="street", title="Street", height=HEIGHT, width=WIDTH, classes=CLASSES, steps=4)
sides = st.builds(Margins, *[st.integers(0, 3).map(lambda steps: steps * MULTIPLE)] * 4)


def state(document: Document) -> tuple[object, ...]:
    return (document.frame, *(document.pixels(plane).tobytes() for plane in Plane), document.marks)


def picture(document: Document, seed: int) -> tuple[Pixels, Pixels]:
    random, size = np.random.default_rng(seed), (document.height, document.width)
    return random.integers(0, 256, (*size, 3), np.uint8), random.integers(0, 4, size, np.uint8)


def drawn(seed: int = 1) -> Document:
    """A picture with paint above, and an image and a guess of the engine's below it."""
    document = Document(HEIGHT, WIDTH)
    document.painted[:10] = 2
    document.take_result(Mode.LAYOUT_TO_IMAGE, *picture(document, seed))
    return document


@pytest.mark.parametrize("mode", Mode)
@given(margins=sides.filter(any))
def test_what_was_there_is_given_and_the_rest_is_drawn(mode: Mode, margins: Margins) -> None:
    document = drawn()
    image, layout = document.image.copy(), document.layout()
    document.extend(margins)
    inner = (slice(margins.top, margins.top + HEIGHT), slice(margins.left, margins.left + WIDTH))
    outside = np.ones((document.height, document.width), np.bool_)
    outside[inner] = False
    for half in (document.given_layout(mode) != UNKNOWN, document.given_image(mode)):
        assert (half == ~outside).all()
    request = build(document, mode, Options(prompt="a"), "street", 1)
    requests.check(request, INFO)
    assert not requests.kept_image(request, INFO)[outside].any()
    assert lacking(document, mode, Options()) == ""
    fresh, ids = picture(document, 7)
    document.take_result(mode, fresh, ids)
    assert (document.image[inner] == image).all()
    assert (document.layout()[inner] == layout).all()
    assert (document.image[outside] == fresh[outside]).all()
    assert (document.layout()[outside] == ids[outside]).all()
    assert document.drawn().all()


def test_no_image_is_no_image_outside_either() -> None:
    document = Document(HEIGHT, WIDTH)
    document.painted[:4] = 1
    document.extend(Margins(left=16))
    assert not document.given_image(Mode.IMAGE_TO_LAYOUT).any()
    assert (document.given_layout(Mode.LAYOUT_TO_IMAGE) != UNKNOWN).sum() == 4 * WIDTH
    document.take_result(Mode.LAYOUT_TO_IMAGE, *picture(document, 1))
    assert not document.keep_image.any(), "an image that was not there is not kept"


def test_twice_before_it_is_drawn_is_as_good_as_once() -> None:
    once, twice = drawn(), drawn()
    once.extend(Margins(16, 32, 0, 48))
    twice.extend(Margins(left=16, bottom=48))
    twice.extend(Margins(right=32))
    assert state(once) == state(twice)
    assert once.drawn().sum() == HEIGHT * WIDTH


def test_what_is_erased_is_kept_no_longer() -> None:
    document = drawn()
    document.extend(Margins(right=16))
    area = Area.of(Box(0, 0, HEIGHT, 8).mask(document.height, document.width))
    assert paint(document, area, UNKNOWN, redraw=True)
    assert not document.keep_layout[:, :8].any()
    assert (document.given_layout(Mode.LAYOUT_TO_IMAGE)[:, :8] == UNKNOWN).all()


def test_the_request_of_a_large_picture_says_its_size_even_if_nothing_is_given() -> None:
    document = Document(HEIGHT, WIDTH)
    document.extend(Margins(left=16))
    request = build(document, Mode.TEXT_TO_BOTH, Options(prompt="a"), "street", 1, extended=True)
    assert requests.size(request, INFO) == (HEIGHT, WIDTH + 16)


@given(st.integers(1, 400), st.integers(1, 400), st.builds(Margins, *[st.integers(-99, 5000)] * 4))
def test_margins_are_cut_to_what_is_allowed(height: int, width: int, wanted: Margins) -> None:
    least = height * MULTIPLE, width * MULTIPLE
    if least[0] * least[1] > MOST_PIXELS or max(least) > MAX_SIDE:
        return
    margins = wanted.limited(*least)
    frame = margins.around(Box(0, 0, *least))
    assert can_grow_to(frame.height, frame.width, least)
    assert all(0 <= got <= max(0, asked) for got, asked in zip(margins, wanted, strict=True))
    if can_grow_to(least[0] + wanted.top + wanted.bottom, least[1] + wanted.left + wanted.right, least):
        on_grid = [asked for asked in wanted if asked >= 0 and asked % MULTIPLE == 0]
        assert len(on_grid) < 4 or margins == wanted


def test_the_grid_is_the_engines_and_nothing_is_below_it() -> None:
    assert [snapped(pixels) for pixels in (-40, 0, 7, 9, 31.9)] == [0, 0, 0, 16, 32]
    for size in ((HEIGHT, WIDTH + 8), (HEIGHT - 16, WIDTH), (HEIGHT, MAX_SIDE + 16), (2048, 2048)):
        assert not can_grow_to(*size, (HEIGHT, WIDTH))


@given(st.integers(-200, 200), st.integers(-200, 200), st.integers(1, 300), st.integers(1, 300))
def test_tiles_cover_every_pixel_once(top: int, left: int, height: int, width: int) -> None:
    covered = np.zeros((height, width), np.uint8)
    for box in boxes(Box(top, left, top + height, left + width)):
        assert not box.empty
        covered[box.area] += 1
    assert (covered == 1).all()


def test_a_step_that_extends_costs_what_came_on_and_not_the_picture() -> None:
    document = Document(256, 512)
    history = History(document)
    document.image[:] = np.random.default_rng(1).integers(0, 256, document.image.shape)
    document.painted[:] = 1
    history.record("Paint")
    first, before = state(document), history.nbytes
    for margins in (Margins(left=2 * TILE), Margins(right=TILE), Margins(top=MULTIPLE)):
        document.extend(margins)
        assert history.record("Extend")
    came_on = document.height * document.width - 256 * 512
    assert history.nbytes - before == 8 * came_on + 256 * 512, "and one plane that says that the old part is kept"
    last = state(document)
    history.jump(1)
    assert state(document) == first
    history.jump(4)
    assert state(document) == last


class Growing(RuleBasedStateMachine):
    """Strokes, results and edges in any order, with a journal beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(HEIGHT, WIDTH)
        self.history = History(self.document)
        self.first = state(self.document)

    @rule(margins=sides)
    def extend(self, margins: Margins) -> None:
        if max(self.document.height, self.document.width) < 200:
            self.document.extend(margins)
            self.history.record("Extend canvas")

    @rule(top=st.integers(0, 40), left=st.integers(0, 90), value=st.sampled_from([0, 3, UNKNOWN]))
    def paint(self, top: int, left: int, value: int) -> None:
        box = Box(top, left, top + 9, left + 20).clipped(self.document.height, self.document.width)
        if not box.empty:
            mask = box.mask(self.document.height, self.document.width)
            paint(self.document, Area.of(mask), value, redraw=True)
            self.history.record("Paint")

    @rule(mode=st.sampled_from(Mode), seed=st.integers(0, 5), joined=st.booleans())
    def result(self, mode: Mode, seed: int, joined: bool) -> None:
        given = self.document.given_image(mode)
        kept = self.document.image[given].copy()
        planes = self.document.take_result(mode, *picture(self.document, seed))
        self.history.answer(self.history.serial if joined else None, "Generate", planes)
        assert (self.document.image[given] == kept).all()

    @rule()
    def start_over(self) -> None:
        self.document.fit(HEIGHT, WIDTH)
        self.history.record("New")

    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        self.history.jump(data.draw(st.integers(0, len(self.history.names) - 1)))

    @invariant()
    def undo_and_redo_lead_back(self) -> None:
        now, at = state(self.document), len(self.history)
        for other in (0, len(self.history.names) - 1):
            self.history.jump(other)
            self.history.jump(at)
            assert state(self.document) == now
        self.history.restore()
        assert state(self.document) == now

    @invariant()
    def a_project_holds_it(self) -> None:
        marks, frame = self.document.marks, self.document.frame
        read = decode(encode(Snapshot.of(self.document, State(marks=marks, frame=frame)), INFO), INFO, "it")
        other = Document(HEIGHT, WIDTH)
        read.restore(other)
        assert state(other) == state(self.document)

    def teardown(self) -> None:
        self.history.jump(0)
        assert state(self.document) == self.first


TestGrowing = Growing.TestCase
TestGrowing.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


@given(steps=st.lists(st.tuples(sides, st.integers(0, 3), st.booleans()), max_size=6))
def test_a_journal_follows_a_picture_that_grows_and_starts_over(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Margins, int, bool]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "growing"
    path.unlink(missing_ok=True)
    document, other = Document(HEIGHT, WIDTH), Document(HEIGHT, WIDTH)
    log = Journal(path, Snapshot.of(document, State(frame=document.frame)))
    for margins, value, again in steps:
        document.extend(margins)
        document.painted[3:9, value:] = value
        document.image[value] = 1 + value
        document.marks = Marks(ImageKind.GENERATED)
        log.note("edit", document, State(marks=document.marks, frame=document.frame), NOWHERE)
        if again:
            document.fit(HEIGHT, WIDTH)
            log.note("new", document, State(marks=document.marks, frame=document.frame), NOWHERE)
    log.close()
    for record in journal.read(path):
        record.apply(other)
    assert state(other) == state(document)


def test_a_project_of_a_size_that_no_picture_grows_to_is_refused(tmp_path: Path) -> None:
    document = drawn()
    document.extend(Margins(left=16))
    fine = Snapshot.of(document, State(marks=document.marks, frame=document.frame))
    assert decode(encode(fine, INFO), INFO, "it").frame == document.frame
    crooked = msgspec.structs.replace(fine.state, frame=Box(0, 0, HEIGHT, WIDTH))
    with pytest.raises(BadFile, match="frame has another size"):
        decode(encode(Snapshot.of(document, crooked), INFO), INFO, "it")
    document.extend(Margins(left=8))
    odd = Snapshot.of(document, State(marks=document.marks, frame=document.frame))
    with pytest.raises(BadFile, match="is 88×32, the pack “street” makes 64×32"):
        decode(encode(odd, INFO), INFO, "it")
