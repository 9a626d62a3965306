"""A painter who does anything at all: on the editor alone, and on the real window with real events."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.protocol import UNKNOWN
from studio.domain.area import Symmetry
from studio.domain.brush import Point
from studio.domain.document import Document, Half, Mode, Plane
from studio.domain.frame import Margins
from studio.domain.palette import Palette
from studio.domain.tools.gestures import Touch
from studio.domain.tools.ink import Ink, Joining
from studio.session.editor import Editor
from studio.session.pen import Grip
from studio.session.toolbox import Tool
from tests.studio.conftest import CLASSES, MakeDesk
from tests.studio.monkey import Monkey

HEIGHT, WIDTH = 40, 70


def state(document: Document) -> tuple[object, ...]:
    return (*(document.pixels(plane).tobytes() for plane in Plane), document.marks)


touches = st.builds(Touch, st.builds(Point, st.floats(-9, 79), st.floats(-9, 49)), st.floats(0.01, 1), st.booleans())
grips = st.builds(Grip, st.sampled_from(Half), st.booleans(), st.booleans(), st.sampled_from(Joining), st.booleans())


class Painter(RuleBasedStateMachine):
    """Touches in any order, and everything else that can happen between them."""

    def __init__(self) -> None:
        super().__init__()
        self.editor = Editor(HEIGHT, WIDTH, Palette(CLASSES))
        self.document, self.tools = self.editor.document, self.editor.tools
        self.first = state(self.document)

    def outside(self) -> tuple[np.ndarray, np.ndarray]:
        return self.document.painted.copy(), self.document.selection.copy()

    @rule(tool=st.sampled_from(Tool), ink=st.sampled_from(Ink), symmetry=st.sampled_from(Symmetry))
    def take(self, tool: Tool, ink: Ink, symmetry: Symmetry) -> None:
        self.tools.dip(ink)
        self.tools.take(tool)
        self.tools.set_symmetry(symmetry)

    @rule(size=st.integers(1, 40), gap=st.integers(0, 9), steady=st.booleans(), chosen=st.integers(0, 5))
    def set(self, size: int, gap: int, steady: bool, chosen: int) -> None:
        self.tools.set_size(size)
        self.tools.set_gap(gap)
        self.tools.set_steady(steady)
        self.tools.choose(chosen)

    @rule(touch=touches, grip=grips)
    def press(self, touch: Touch, grip: Grip) -> None:
        self.editor.pen.press(touch, grip)

    @rule(touch=touches)
    def move(self, touch: Touch) -> None:
        self.editor.pen.move(touch)

    @rule(touch=touches)
    def release(self, touch: Touch) -> None:
        self.editor.pen.release(touch)

    @rule(touch=touches, other=touches, ink=st.sampled_from([Ink.PAINT, Ink.ERASE]))
    def stroke_inside_a_selection(self, touch: Touch, other: Touch, ink: Ink) -> None:
        self.editor.end_stroke()
        if self.tools.tool in (Tool.MOVE, Tool.PICK) or self.document.marks.fill_whole:
            return
        self.tools.dip(ink)
        painted, selection = self.outside()
        for act in (self.editor.pen.press, self.editor.pen.move, self.editor.pen.release):
            act(touch if act == self.editor.pen.press else other)
        self.editor.pen.finish()
        if selection.any():
            assert (self.document.painted == painted)[~selection].all()

    @rule(do=st.sampled_from(["finish", "cancel", "settle"]))
    def end(self, do: str) -> None:
        getattr(self.editor.pen, do)()

    @rule(do=st.sampled_from(["undo", "redo", "keep", "clear", "clear_layout", "erase_selection", "redraw_selection"]))
    def command(self, do: str) -> None:
        getattr(self.editor, do)()

    @rule(seed=st.integers(0, 9), mode=st.sampled_from(Mode), data=st.data())
    def result(self, seed: int, mode: Mode, data: st.DataObject) -> None:
        if self.editor.painting and self.editor.pen.adopts:
            return  # the generator cancels then
        random = np.random.default_rng(seed)
        size = self.document.height, self.document.width
        image = random.integers(0, 256, (*size, 3), np.uint8)
        layout = random.integers(0, len(CLASSES), size, np.uint8)
        kept = self.document.image[self.document.given_image(mode)].copy()
        given = self.document.given_image(mode)
        serial = data.draw(st.sampled_from([None, self.editor.history.serial]))
        if mode is Mode.TEXT_TO_BOTH:
            self.editor.end_stroke()  # a stroke ends this mode
            given = self.document.given_image(mode)
            kept = self.document.image[given].copy()
        self.editor.take_result(mode, image, layout, serial)
        assert (self.document.image[given] == kept).all()

    @rule(margins=st.builds(Margins, *[st.integers(0, 20)] * 4), adopt=st.booleans())
    def extend(self, margins: Margins, adopt: bool) -> None:
        if max(self.document.height, self.document.width) < 2 * WIDTH:
            self.editor.extend(margins, adopt=adopt)

    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        self.editor.jump(data.draw(st.integers(0, len(self.editor.history.names) - 1)))

    @invariant()
    def ids_are_classes(self) -> None:
        for plane in (self.document.painted, self.document.filled):
            assert set(np.unique(plane)) <= {*range(len(CLASSES)), UNKNOWN}
        for mask in (self.document.keep_image, self.document.keep_layout, self.document.selection):
            assert mask.view(np.uint8).max() <= 1

    def teardown(self) -> None:
        self.editor.end_stroke()
        last = state(self.document)
        depth = len(self.editor.history)
        for _ in range(depth):
            self.editor.undo()
        assert state(self.document) == self.first
        for _ in range(depth):
            self.editor.redo()
        assert state(self.document) == last


TestPainter = Painter.TestCase
TestPainter.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


def test_a_monkey_at_the_window(desk: MakeDesk) -> None:
    at = desk().ready()
    at.generator.set_live(False)
    at.editor.jump(0)
    first = state(at.document)
    at.generator.set_live(True)
    monkey = Monkey(at.window, at.session, seed=7)
    errors: list[str] = []
    at.session.noticed.connect(lambda notice: errors.append(notice.text) if notice.details else None)
    for _ in range(400):
        monkey.act()
        assert set(np.unique(at.document.layout())) <= {*range(len(CLASSES)), UNKNOWN}
    assert errors == []
    at.editor.end_stroke()
    at.generator.cancel()
    at.editor.jump(0)
    at.generator.cancel()
    assert state(at.document) == first
