"""Four seeds of one request, drawn one after the other; whichever a person likes becomes the picture."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.protocol import Cancelled, Done, Failed, Generate, PackInfo, Pixels, Preview, Traced
from studio.domain.document import Document, Mode
from studio.session.picture import Picture
from studio.session.recipe import Recipe, after, copy_of
from studio.session.requests import new_seed

COUNT = 4
Answer = Preview | Traced | Done | Cancelled | Failed | None


@dataclass
class Variation:
    """One of the four: `image` [H, W, 3] and `layout` [H, W] come with the first preview, `recipe` at the end."""

    request: Generate
    image: Pixels | None = None
    layout: Pixels | None = None
    recipe: Recipe | None = None


class Variations(QObject):
    """At most one of them is being drawn; what the picture needs meanwhile goes first, and then they go on."""

    changed = Signal()  # another preview, another result, or all of them came or went

    def __init__(self, info: PackInfo, picture: Picture, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._info, self._picture = info, picture
        self._start: tuple[Mode, Document] | None = None
        self.shown: list[Variation] = []
        self.current: int | None = None

    @property
    def running(self) -> bool:
        return self.current is not None

    def draw(self) -> None:
        """Draw four variations of what Generate would make now; the first has the seed that is set. Layouts of an
        image get the steps of all other pictures.
        """
        generator = self._picture.generator
        request = generator.draft()
        if request is None:
            return
        generator.drop(self._hear)  # those before, if they are still drawn
        if request.steps is None and generator.mode is Mode.IMAGE_TO_LAYOUT:  # one step finds the same for any seed
            request = msgspec.structs.replace(request, steps=self._info.steps)
        seeds = [request.seed, *(new_seed() for _ in range(COUNT - 1))]
        self.shown = [Variation(msgspec.structs.replace(request, id=uuid.uuid4().hex, seed=seed)) for seed in seeds]
        self._start = (generator.mode, copy_of(self._picture.editor.document))
        self._run(0)

    def take(self, index: int) -> None:
        """Make a finished variation the picture, with its seed, as one step."""
        variation = self.shown[index]
        if variation.recipe is not None and variation.image is not None:
            self._picture.show_result(variation.recipe, variation.image, "Variation", request=True)

    def close(self) -> None:
        """Put them away; those that are finished are in the history."""
        if self.running:
            self._picture.generator.drop(self._hear)
        self.shown, self._start = [], None
        self.changed.emit()

    def _run(self, index: int) -> None:
        self.current = index
        self._picture.generator.run(self.shown[index].request, self._hear)
        self.changed.emit()

    def _hear(self, event: Answer) -> None:
        index = self.current
        if index is None or self._start is None:
            return
        variation, (mode, document) = self.shown[index], self._start
        if isinstance(event, Preview | Done):
            taken = after(document, mode, event.image.pixels(), event.layout.pixels())
            variation.image, variation.layout = taken.image, taken.layout()
        if isinstance(event, Done) and variation.image is not None:
            result = (event.image.pixels(), event.layout.pixels())
            variation.recipe = self._picture.results.record(variation.request, mode, document, result)
            if index + 1 < len(self.shown):
                self._run(index + 1)
                return
        if not isinstance(event, Preview):
            self._end()
        self.changed.emit()

    def _end(self) -> None:
        self.current = None
        for variation in self.shown:
            if variation.recipe is None:  # half drawn pictures are no results
                variation.image = variation.layout = None
