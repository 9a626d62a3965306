"""A painter who does anything at all: on the editor alone, and on the real window with real events."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.interface.protocol import UNKNOWN
from studio.domain.area import Symmetry
from studio.domain.brush import DocumentPoint
from studio.domain.document import Document, GenerationMode, PictureHalf, Plane
from studio.domain.margins import CanvasMargins
from studio.domain.palette import ClassPalette
from studio.domain.tools.gestures import PointerSample
from studio.domain.tools.paint_operations import PaintOperation, SelectionMode
from studio.session.editing.editor import Editor
from studio.session.editing.painter import StrokeOptions
from studio.session.editing.toolbox import Tool
from tests.studio.conftest import CLASSES, OpenStudio
from tests.studio.monkey import Monkey

HEIGHT, WIDTH = 40, 70


def document_state(document: Document) -> tuple[object, ...]:
    return (*(document.pixels(plane).tobytes() for plane in Plane), document.status)


samples = st.builds(
    PointerSample, st.builds(DocumentPoint, st.floats(-9, 79), st.floats(-9, 49)), st.floats(0.01, 1), st.booleans()
)
stroke_options = st.builds(
    StrokeOptions,
    st.sampled_from(PictureHalf),
    st.booleans(),
    st.booleans(),
    st.sampled_from(SelectionMode),
    st.booleans(),
)


class PaintingMachine(RuleBasedStateMachine):
    """Touches in any order, and everything else that can happen between them."""

    def __init__(self) -> None:
        super().__init__()
        self.editor = Editor(HEIGHT, WIDTH, ClassPalette(CLASSES))
        self.document, self.tools = self.editor.document, self.editor.toolbox
        self.first = document_state(self.document)

    def painted_and_selection(self) -> tuple[np.ndarray, np.ndarray]:
        return self.document.painted.copy(), self.document.selection.copy()

    @rule(tool=st.sampled_from(Tool), ink=st.sampled_from(PaintOperation), symmetry=st.sampled_from(Symmetry))
    def take_tool(self, tool: Tool, ink: PaintOperation, symmetry: Symmetry) -> None:
        self.tools.set_operation(ink)
        self.tools.select_tool(tool)
        self.tools.set_symmetry(symmetry)

    @rule(size=st.integers(1, 40), gap=st.integers(0, 9), steady=st.booleans(), chosen=st.integers(0, 5))
    def set_options(self, size: int, gap: int, steady: bool, chosen: int) -> None:
        self.tools.set_brush_size(size)
        self.tools.set_fill_gap(gap)
        self.tools.set_stabilised(steady)
        self.tools.select_class(chosen)

    @rule(touch=samples, grip=stroke_options)
    def press(self, touch: PointerSample, grip: StrokeOptions) -> None:
        self.editor.painter.press(touch, grip)

    @rule(touch=samples)
    def move(self, touch: PointerSample) -> None:
        self.editor.painter.move(touch)

    @rule(touch=samples)
    def release(self, touch: PointerSample) -> None:
        self.editor.painter.release(touch)

    @rule(touch=samples, other=samples, ink=st.sampled_from([PaintOperation.PAINT, PaintOperation.ERASE]))
    def stroke_inside_a_selection(self, touch: PointerSample, other: PointerSample, ink: PaintOperation) -> None:
        self.editor.end_stroke()
        if self.tools.tool in (Tool.MOVE, Tool.PICK) or self.document.status.fill_whole:
            return
        self.tools.set_operation(ink)
        painted, selection = self.painted_and_selection()
        for act in (self.editor.painter.press, self.editor.painter.move, self.editor.painter.release):
            act(touch if act == self.editor.painter.press else other)
        self.editor.painter.finish()
        if selection.any():
            assert (self.document.painted == painted)[~selection].all()

    @rule(do=st.sampled_from(["finish", "cancel", "end_stroke"]))
    def end(self, do: str) -> None:
        getattr(self.editor.painter, do)()

    @rule(
        do=st.sampled_from(
            ["undo", "redo", "keep_layout", "clear", "clear_layout", "erase_selection", "redraw_selection"]
        )
    )
    def command(self, do: str) -> None:
        getattr(self.editor, do)()

    @rule(seed=st.integers(0, 9), mode=st.sampled_from(GenerationMode), data=st.data())
    def result(self, seed: int, mode: GenerationMode, data: st.DataObject) -> None:
        if self.editor.stroke_active and self.editor.painter.adopts_fill:
            return  # the generator cancels then
        random = np.random.default_rng(seed)
        size = self.document.height, self.document.width
        image = random.integers(0, 256, (*size, 3), np.uint8)
        layout = random.integers(0, len(CLASSES), size, np.uint8)
        kept = self.document.image[self.document.given_image_mask(mode)].copy()
        given = self.document.given_image_mask(mode)
        serial = data.draw(st.sampled_from([None, self.editor.history.serial]))
        if mode is GenerationMode.TEXT_TO_BOTH:
            self.editor.end_stroke()  # a stroke ends this mode
            given = self.document.given_image_mask(mode)
            kept = self.document.image[given].copy()
        self.editor.apply_result(mode, image, layout, serial)
        assert (self.document.image[given] == kept).all()

    @rule(margins=st.builds(CanvasMargins, *[st.integers(0, 20)] * 4), adopt=st.booleans())
    def extend(self, margins: CanvasMargins, adopt: bool) -> None:
        if max(self.document.height, self.document.width) < 2 * WIDTH:
            self.editor.extend(margins, adopt_fill=adopt)

    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        self.editor.jump_to(data.draw(st.integers(0, len(self.editor.history.names) - 1)))

    @invariant()
    def ids_are_classes(self) -> None:
        for plane in (self.document.painted, self.document.filled):
            assert set(np.unique(plane)) <= {*range(len(CLASSES)), UNKNOWN}
        for mask in (self.document.keep_image, self.document.keep_layout, self.document.selection):
            assert mask.view(np.uint8).max() <= 1

    def teardown(self) -> None:
        self.editor.end_stroke()
        last = document_state(self.document)
        depth = len(self.editor.history)
        for _ in range(depth):
            self.editor.undo()
        assert document_state(self.document) == self.first
        for _ in range(depth):
            self.editor.redo()
        assert document_state(self.document) == last


TestPaintingMachine = PaintingMachine.TestCase
TestPaintingMachine.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


def test_a_monkey_at_the_window(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.generator.settings.set_live(False)
    driver.editor.jump_to(0)
    first = document_state(driver.document)
    driver.generator.settings.set_live(True)
    monkey = Monkey(driver.window, driver.session, seed=7)
    errors: list[str] = []
    driver.session.noticed.connect(lambda notice: errors.append(notice.text) if notice.details else None)
    for _ in range(400):
        monkey.act_once()
        assert set(np.unique(driver.document.visible_layout())) <= {*range(len(CLASSES)), UNKNOWN}
    assert errors == []
    driver.editor.end_stroke()
    driver.generator.cancel_all()
    driver.editor.jump_to(0)
    driver.generator.cancel_all()
    assert document_state(driver.document) == first
