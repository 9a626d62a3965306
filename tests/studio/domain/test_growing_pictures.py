"""Pictures that grow at their edges: what is kept, what comes back, what it costs, and what is refused."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.interface.errors import BadFile
from engine.interface.kept_masks import kept_masks, request_size
from engine.interface.protocol import MAX_SIDE, SIDE_MULTIPLE, UNKNOWN, PackInfo, Pixels
from engine.requests import validation
from studio.domain.document import Document, DocumentStatus, GenerationMode, ImageKind, Plane
from studio.domain.history import TILE_SIDE, History, tile_boxes
from studio.domain.layout import Box
from studio.domain.margins import MAX_PICTURE_PIXELS, CanvasMargins, can_grow_to, snap_to_grid
from studio.domain.tools.paint_operations import PixelRegion, paint_region
from studio.session.generation.request_builder import GenerationOptions, RequestDraft
from studio.session.persistence import journal
from studio.session.persistence.journal import Journal
from studio.session.persistence.project_file import (
    NO_ORIGIN,
    PictureSnapshot,
    PictureState,
    decode_project,
    encode_project,
)
from tests.studio.conftest import CLASSES

HEIGHT, WIDTH = 32, 64
INFO = PackInfo(name="street", title="Street", height=HEIGHT, width=WIDTH, classes=CLASSES, steps=4)
sides = st.builds(CanvasMargins, *[st.integers(0, 3).map(lambda steps: steps * SIDE_MULTIPLE)] * 4)


def document_state(document: Document) -> tuple[object, ...]:
    return (document.frame, *(document.pixels(plane).tobytes() for plane in Plane), document.status)


def apply_random_result(document: Document, seed: int) -> tuple[Pixels, Pixels]:
    random, size = np.random.default_rng(seed), (document.height, document.width)
    return random.integers(0, 256, (*size, 3), np.uint8), random.integers(0, 4, size, np.uint8)


def random_result(seed: int = 1) -> Document:
    """A picture with paint above, and an image and a guess of the engine's below it."""
    document = Document(HEIGHT, WIDTH)
    document.painted[:10] = 2
    document.apply_result(GenerationMode.LAYOUT_TO_IMAGE, *apply_random_result(document, seed))
    return document


@pytest.mark.parametrize("mode", GenerationMode)
@given(margins=sides.filter(any))
def test_what_was_there_is_given_and_the_rest_is_drawn(mode: GenerationMode, margins: CanvasMargins) -> None:
    document = random_result()
    image, layout = document.image.copy(), document.visible_layout()
    document.extend(margins)
    inner = (slice(margins.top, margins.top + HEIGHT), slice(margins.left, margins.left + WIDTH))
    outside = np.ones((document.height, document.width), np.bool_)
    outside[inner] = False
    for half in (document.given_layout(mode) != UNKNOWN, document.given_image_mask(mode)):
        assert (half == ~outside).all()
    request = RequestDraft.of(document, mode).build(GenerationOptions(prompt="a"), "street", 1)
    validation.validate_request(request, INFO)
    assert not kept_masks(request, INFO).image[outside].any()
    assert RequestDraft.of(document, mode).missing_input(GenerationOptions()) == ""
    fresh, ids = apply_random_result(document, 7)
    document.apply_result(mode, fresh, ids)
    assert (document.image[inner] == image).all()
    assert (document.visible_layout()[inner] == layout).all()
    assert (document.image[outside] == fresh[outside]).all()
    assert (document.visible_layout()[outside] == ids[outside]).all()
    assert document.image_mask().all()


def test_no_image_is_no_image_outside_either() -> None:
    document = Document(HEIGHT, WIDTH)
    document.painted[:4] = 1
    document.extend(CanvasMargins(left=16))
    assert not document.given_image_mask(GenerationMode.IMAGE_TO_LAYOUT).any()
    assert (document.given_layout(GenerationMode.LAYOUT_TO_IMAGE) != UNKNOWN).sum() == 4 * WIDTH
    document.apply_result(GenerationMode.LAYOUT_TO_IMAGE, *apply_random_result(document, 1))
    assert not document.keep_image.any(), "an image that was not there is not kept"


def test_twice_before_it_is_drawn_is_as_good_as_once() -> None:
    once, twice = random_result(), random_result()
    once.extend(CanvasMargins(16, 32, 0, 48))
    twice.extend(CanvasMargins(left=16, bottom=48))
    twice.extend(CanvasMargins(right=32))
    assert document_state(once) == document_state(twice)
    assert once.image_mask().sum() == HEIGHT * WIDTH


def test_what_is_erased_is_kept_no_longer() -> None:
    document = random_result()
    document.extend(CanvasMargins(right=16))
    area = PixelRegion.from_mask(Box(0, 0, HEIGHT, 8).to_mask(document.height, document.width))
    assert paint_region(document, area, UNKNOWN, redraw_image=True)
    assert not document.keep_layout[:, :8].any()
    assert (document.given_layout(GenerationMode.LAYOUT_TO_IMAGE)[:, :8] == UNKNOWN).all()


def test_the_request_of_a_large_picture_says_its_size_even_if_nothing_is_given() -> None:
    document = Document(HEIGHT, WIDTH)
    document.extend(CanvasMargins(left=16))
    request = RequestDraft.of(document, GenerationMode.TEXT_TO_BOTH).build(
        GenerationOptions(prompt="a"), "street", 1, extended=True
    )
    assert request_size(request, INFO) == (HEIGHT, WIDTH + 16)


@given(st.integers(1, 400), st.integers(1, 400), st.builds(CanvasMargins, *[st.integers(-99, 5000)] * 4))
def test_margins_are_cut_to_what_is_allowed(height: int, width: int, wanted: CanvasMargins) -> None:
    least = height * SIDE_MULTIPLE, width * SIDE_MULTIPLE
    if least[0] * least[1] > MAX_PICTURE_PIXELS or max(least) > MAX_SIDE:
        return
    margins = wanted.clamped(*least)
    frame = margins.expand(Box(0, 0, *least))
    assert can_grow_to(frame.height, frame.width, least)
    assert all(0 <= got <= max(0, asked) for got, asked in zip(margins, wanted, strict=True))
    if can_grow_to(least[0] + wanted.top + wanted.bottom, least[1] + wanted.left + wanted.right, least):
        on_grid = [asked for asked in wanted if asked >= 0 and asked % SIDE_MULTIPLE == 0]
        assert len(on_grid) < 4 or margins == wanted


def test_the_grid_is_the_engines_and_nothing_is_below_it() -> None:
    assert [snap_to_grid(pixels) for pixels in (-40, 0, 7, 9, 31.9)] == [0, 0, 0, 16, 32]
    for size in ((HEIGHT, WIDTH + 8), (HEIGHT - 16, WIDTH), (HEIGHT, MAX_SIDE + 16), (2048, 2048)):
        assert not can_grow_to(*size, (HEIGHT, WIDTH))


@given(st.integers(-200, 200), st.integers(-200, 200), st.integers(1, 300), st.integers(1, 300))
def test_tiles_cover_every_pixel_once(top: int, left: int, height: int, width: int) -> None:
    covered = np.zeros((height, width), np.uint8)
    for box in tile_boxes(Box(top, left, top + height, left + width)):
        assert not box.is_empty
        covered[box.slices] += 1
    assert (covered == 1).all()


def test_a_step_that_extends_costs_what_came_on_and_not_the_picture() -> None:
    document = Document(256, 512)
    history = History(document)
    document.image[:] = np.random.default_rng(1).integers(0, 256, document.image.shape)
    document.painted[:] = 1
    history.record("Paint")
    first, before = document_state(document), history.nbytes
    for margins in (
        CanvasMargins(left=2 * TILE_SIDE),
        CanvasMargins(right=TILE_SIDE),
        CanvasMargins(top=SIDE_MULTIPLE),
    ):
        document.extend(margins)
        assert history.record("Extend")
    came_on = document.height * document.width - 256 * 512
    assert history.nbytes - before == 8 * came_on + 256 * 512, "and one plane that says that the old part is kept"
    last = document_state(document)
    history.jump_to(1)
    assert document_state(document) == first
    history.jump_to(4)
    assert document_state(document) == last


class GrowingMachine(RuleBasedStateMachine):
    """Strokes, results and edges in any order, with a journal beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(HEIGHT, WIDTH)
        self.history = History(self.document)
        self.first = document_state(self.document)

    @rule(margins=sides)
    def extend(self, margins: CanvasMargins) -> None:
        if max(self.document.height, self.document.width) < 200:
            self.document.extend(margins)
            self.history.record("Extend canvas")

    @rule(top=st.integers(0, 40), left=st.integers(0, 90), value=st.sampled_from([0, 3, UNKNOWN]))
    def paint(self, top: int, left: int, value: int) -> None:
        box = Box(top, left, top + 9, left + 20).clipped(self.document.height, self.document.width)
        if not box.is_empty:
            mask = box.to_mask(self.document.height, self.document.width)
            paint_region(self.document, PixelRegion.from_mask(mask), value, redraw_image=True)
            self.history.record("Paint")

    @rule(mode=st.sampled_from(GenerationMode), seed=st.integers(0, 5), joined=st.booleans())
    def result(self, mode: GenerationMode, seed: int, joined: bool) -> None:
        given = self.document.given_image_mask(mode)
        kept = self.document.image[given].copy()
        planes = self.document.apply_result(mode, *apply_random_result(self.document, seed))
        self.history.add_result(self.history.serial if joined else None, "Generate", planes)
        assert (self.document.image[given] == kept).all()

    @rule()
    def start_over(self) -> None:
        self.document.reset_to_size(HEIGHT, WIDTH)
        self.history.record("New")

    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        self.history.jump_to(data.draw(st.integers(0, len(self.history.names) - 1)))

    @invariant()
    def undo_and_redo_lead_back(self) -> None:
        now, at = document_state(self.document), len(self.history)
        for other in (0, len(self.history.names) - 1):
            self.history.jump_to(other)
            self.history.jump_to(at)
            assert document_state(self.document) == now
        self.history.discard_unrecorded()
        assert document_state(self.document) == now

    @invariant()
    def a_project_holds_it(self) -> None:
        marks, frame = self.document.status, self.document.frame
        read = decode_project(
            encode_project(PictureSnapshot.capture(self.document, PictureState(marks=marks, frame=frame)), INFO),
            INFO,
            "it",
        )
        other = Document(HEIGHT, WIDTH)
        read.restore(other)
        assert document_state(other) == document_state(self.document)

    def teardown(self) -> None:
        self.history.jump_to(0)
        assert document_state(self.document) == self.first


TestGrowingMachine = GrowingMachine.TestCase
TestGrowingMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


@given(steps=st.lists(st.tuples(sides, st.integers(0, 3), st.booleans()), max_size=6))
def test_a_journal_follows_a_picture_that_grows_and_starts_over(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[CanvasMargins, int, bool]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "growing"
    path.unlink(missing_ok=True)
    document, other = Document(HEIGHT, WIDTH), Document(HEIGHT, WIDTH)
    log = Journal(path, PictureSnapshot.capture(document, PictureState(frame=document.frame)))
    for margins, value, again in steps:
        document.extend(margins)
        document.painted[3:9, value:] = value
        document.image[value] = 1 + value
        document.status = DocumentStatus(ImageKind.GENERATED)
        log.append("edit", document, PictureState(marks=document.status, frame=document.frame), NO_ORIGIN)
        if again:
            document.reset_to_size(HEIGHT, WIDTH)
            log.append("new", document, PictureState(marks=document.status, frame=document.frame), NO_ORIGIN)
    log.close()
    for record in journal.read_records(path):
        record.apply(other)
    assert document_state(other) == document_state(document)


def test_a_project_of_a_size_that_no_picture_grows_to_is_refused(tmp_path: Path) -> None:
    document = random_result()
    document.extend(CanvasMargins(left=16))
    fine = PictureSnapshot.capture(document, PictureState(marks=document.status, frame=document.frame))
    assert decode_project(encode_project(fine, INFO), INFO, "it").frame == document.frame
    crooked = msgspec.structs.replace(fine.state, frame=Box(0, 0, HEIGHT, WIDTH))
    with pytest.raises(BadFile, match="frame has another size"):
        decode_project(encode_project(PictureSnapshot.capture(document, crooked), INFO), INFO, "it")
    document.extend(CanvasMargins(left=8))
    odd = PictureSnapshot.capture(document, PictureState(marks=document.status, frame=document.frame))
    with pytest.raises(BadFile, match="is 88×32, the pack “street” makes 64×32"):
        decode_project(encode_project(odd, INFO), INFO, "it")
