"""The picture and what is set beside it as one thing: taken as a snapshot, and put back as one."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.protocol import UNKNOWN, Pixels
from studio.domain.document import ImageKind, Marks, Mode
from studio.session.editor import Editor
from studio.session.generator import Generator
from studio.session.recipe import KEPT, Recipe, digest
from studio.session.requests import Options, options_of
from studio.session.results import Results
from studio.session.snapshot import NOWHERE, Origin, Snapshot, State


class Picture(QObject):
    """Joins the editor, the generator and how the image was made. Whatever ran for the picture before is cancelled."""

    leaving = Signal()  # a result is about to take the place of this picture

    def __init__(self, editor: Editor, generator: Generator, results: Results, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.editor, self.generator, self.results = editor, generator, results

    def state(self) -> State:
        """What the picture is now, beside its pixels."""
        generator = self.generator
        return State(
            marks=self.editor.document.marks,
            mode=generator.mode,
            options=generator.options,
            live=generator.live,
            awaiting=generator.awaits,
            frame=self.editor.document.frame,
        )

    def recipe(self) -> Recipe | None:
        """How the image was made, if it is as it was made and that is remembered."""
        return self.results.recipe(digest(self.editor.document.image))

    @property
    def is_result(self) -> bool:
        """Whether the picture is just as a result left it."""
        recipe, document = self.recipe(), self.editor.document
        return recipe is not None and all(
            np.array_equal(recipe.planes[plane].pixels(), document.pixels(plane)) for plane in KEPT
        )

    def snapshot(self, origin: Origin = NOWHERE) -> Snapshot:
        """The picture as it is now."""
        return Snapshot.of(self.editor.document, self.state(), self.recipe(), origin)

    def begin_with(self, snapshot: Snapshot) -> None:
        """Make this the picture with which everything begins; there is nothing to undo then."""
        self.editor.start(snapshot.restore)
        self.take_over(snapshot.state, snapshot.recipe)

    def show(self, snapshot: Snapshot, name: str) -> None:
        """Make this the picture, as one step."""
        self.editor.end_stroke()
        self.generator.forget()
        snapshot.restore(self.editor.document)
        self.editor.did(name, answered=True)
        self.take_over(snapshot.state, snapshot.recipe)

    def show_result(self, recipe: Recipe, image: Pixels, name: str, *, request: bool = False) -> None:
        """Make the picture what it was after a result, as one step; with `request`, what was asked for as well."""
        self.editor.end_stroke()
        self.leaving.emit()
        self.generator.forget()
        self.results.remember(recipe)
        recipe.restore(self.editor.document, image)
        self.editor.did(name, answered=True)
        if request:
            self._set(recipe.mode, options_of(recipe.request, recipe.mode, self.generator.options))

    def show_pair(self, image: Pixels, layout: Pixels, name: str) -> None:
        """Make a pair the picture, as one step: RGB [H, W, 3] and ids [H, W] of any size."""
        self.editor.end_stroke()
        self.leaving.emit()
        self.generator.forget()
        document = self.editor.document
        document.fit(*layout.shape)
        nowhere = np.zeros(layout.shape, np.bool_)
        empty = np.full_like(layout, UNKNOWN)
        document.change(painted=layout, filled=empty, image=image, keep_layout=nowhere, keep_image=nowhere)
        document.change(selection=nowhere, marks=Marks(ImageKind.GENERATED))
        self.editor.did(name, answered=True)
        self.generator.set_mode(Mode.LAYOUT_TO_IMAGE)

    def take_over(self, state: State, recipe: Recipe | None = None) -> None:
        """Set what is set beside the picture; nothing is made anew for it."""
        if recipe is not None:
            self.results.remember(recipe)
        self.generator.live = state.live
        self._set(state.mode, state.options)

    def _set(self, mode: Mode, options: Options) -> None:
        generator = self.generator
        generator.set_mode(mode)
        generator.options = options  # nothing is to be made anew: the picture is there
        generator.options_changed.emit()
