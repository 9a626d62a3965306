"""Undo and redo: one step is what a person did at once, together with the result that it led to.

Every step knows the whole picture after it, as tiles. A tile that a step did not change is the same object as
in the step before, so a stroke costs the tiles it touched and no step can mix two pictures. Tiles lie on one grid
however a picture grows, so a picture that did shares them with the one that it grew from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.protocol import Pixels
from studio.domain.document import Document, Marks, Plane
from studio.domain.layout import Box

MAX_BYTES = 128 * 2**20
"""Room for two hundred results of 256×512 pixels in which every pixel is new."""
TILE = 32
ALL = frozenset(Plane)

Tiles = Mapping[Plane, tuple[Pixels, ...]]


@dataclass(frozen=True)
class Step:
    """A picture and the name of what led to it; `answered` once the engine's result for it is part of it.

    `nbytes` is what it holds that the step before does not.
    """

    serial: int
    name: str
    frame: Box
    tiles: Tiles
    marks: Marks
    answered: bool = True
    nbytes: int = 0


class Change(NamedTuple):
    """One box of one plane that a step changed, and what it holds after the step."""

    plane: Plane
    box: Box
    pixels: Pixels


class History:
    """The steps of one document. The oldest go when they hold more than `max_bytes` beside the picture itself."""

    def __init__(self, document: Document, max_bytes: int = MAX_BYTES) -> None:
        self._document, self._max_bytes = document, max_bytes
        self._serial = 0
        self.restart()

    def __len__(self) -> int:
        return self._at

    @property
    def names(self) -> list[str]:
        """The names of all steps, also of those that were undone; the first is where it all began."""
        return [step.name for step in self._steps]

    @property
    def top(self) -> Step | None:
        """The step that undo would take back."""
        return self._steps[self._at] if self._at else None

    @property
    def serial(self) -> int:
        """Of the picture shown; every new step has a larger one than all before it, also than those undone."""
        return self._steps[self._at].serial

    @property
    def next(self) -> Step | None:
        """The step that redo would do again."""
        return self._steps[self._at + 1] if self._at + 1 < len(self._steps) else None

    @property
    def nbytes(self) -> int:
        """What the steps hold beside the picture itself."""
        return sum(step.nbytes for step in self._steps[1:])

    def restart(self, name: str = "Start") -> None:
        """Forget all steps: the document as it is now is where everything begins."""
        frame = self._document.frame
        self._now = {plane: self._document.pixels(plane).copy() for plane in Plane}
        tiles = {plane: tuple(self._now[plane][box.area].copy() for box in boxes(frame)) for plane in Plane}
        self._steps = [Step(self._serial, name, frame, tiles, self._document.marks)]
        self._at = 0

    def record(self, name: str, *, answered: bool = False, planes: frozenset[Plane] = ALL) -> bool:
        """Add what has changed in these planes as a step; what was undone is gone for good.

        A picture of another frame is a step with all its planes. Returns whether anything has changed.
        """
        now, frame = self._steps[self._at], self._document.frame
        tiles = self._fresh(planes) if frame == now.frame else self._reframed()
        if not tiles and self._document.marks == now.marks:
            return False
        self._serial += 1
        after = {**now.tiles, **tiles}
        del self._steps[self._at + 1 :]
        nbytes = _cost(now.tiles, after)
        self._steps.append(Step(self._serial, name, frame, after, self._document.marks, answered, nbytes))
        self._at += 1
        self._trim()
        return True

    def answer(self, serial: int | None, name: str, planes: frozenset[Plane]) -> None:
        """Add a result that was just let in: to the step that led to it, if that can still take it.

        A later step that touches the same planes stands in the way; then the result is its own step.
        """
        for index in range(self._at, 0, -1):
            step = self._steps[index]
            if step.serial == serial and not step.answered:
                self._join(index, planes)
                return
            before = self._steps[index - 1]
            if (step.marks, step.frame) != (before.marks, before.frame) or any(
                step.tiles[p] is not before.tiles[p] for p in planes
            ):
                break
        self.record(name, answered=True, planes=planes)

    def undo(self) -> Step | None:
        """Take the newest step back; returns it, or None if there is none."""
        step = self.top
        if step is not None:
            self.jump(self._at - 1)
        return step

    def redo(self) -> Step | None:
        """Do the step that was undone last again; returns it, or None if there is none."""
        if self.next is not None:
            self.jump(self._at + 1)
            return self.top
        return None

    def jump(self, index: int) -> None:
        """Show the picture after `names[index]`."""
        old, new = self._steps[self._at], self._steps[index]
        if new.frame == old.frame:
            self._exchange(old.tiles, new.tiles)
        else:
            self._document.reframe(new.frame)
            for plane, tiles in new.tiles.items():
                pixels = self._document.pixels(plane)
                for box, tile in zip(boxes(new.frame), tiles, strict=True):
                    pixels[box.area] = tile
            self._now = {plane: self._document.pixels(plane).copy() for plane in Plane}
        self._document.marks, self._at = new.marks, index

    def restore(self) -> None:
        """Take back what the document holds beyond its newest step."""
        step = self._steps[self._at]
        if self._document.frame != step.frame:
            self._document.reframe(step.frame)
        for plane, now in self._now.items():
            self._document.pixels(plane)[:] = now
        self._document.marks = step.marks

    def changes(self, index: int) -> list[Change]:
        """What the step `names[index]` changed; the tiles are not to be written to."""
        step, before = self._steps[index], self._steps[index - 1]
        return [
            Change(plane, box, tile)
            for plane in Plane
            for box, was, tile in zip(
                boxes(step.frame), _seen(before, step.frame, plane), step.tiles[plane], strict=True
            )
            if was is not tile
        ]

    def _exchange(self, old: Tiles, new: Tiles) -> None:
        """Put in the tiles that are others."""
        for plane in Plane:
            if new[plane] is not old[plane]:
                pixels, now = self._document.pixels(plane), self._now[plane]
                for box, was, tile in zip(boxes(self._document.frame), old[plane], new[plane], strict=True):
                    if was is not tile:
                        pixels[box.area] = now[box.area] = tile

    def _join(self, index: int, planes: frozenset[Plane]) -> None:
        tiles, marks = self._fresh(planes), self._document.marks
        for later in range(index, self._at + 1):
            step = self._steps[later]
            self._steps[later] = replace(step, tiles={**step.tiles, **tiles}, marks=marks)
        step = self._steps[index]
        nbytes = _cost(self._steps[index - 1].tiles, step.tiles)
        self._steps[index] = replace(step, answered=True, nbytes=nbytes)
        self._trim()

    def _fresh(self, planes: frozenset[Plane]) -> Tiles:
        """The planes of these that changed since the newest step, with new tiles where they did."""
        found = {}
        for plane in planes:
            pixels, now = self._document.pixels(plane), self._now[plane]
            if np.array_equal(pixels, now):
                continue
            tiles = list(self._steps[self._at].tiles[plane])
            for place, box in enumerate(boxes(self._document.frame)):
                tile = pixels[box.area]
                if not np.array_equal(tile, tiles[place]):
                    tiles[place] = tile.copy()
                    now[box.area] = tile
            found[plane] = tuple(tiles)
        return found

    def _reframed(self) -> Tiles:
        """All planes of a document of another frame, with the newest step's tiles where they are the same."""
        before, frame = self._steps[self._at], self._document.frame
        self._now = {plane: self._document.pixels(plane).copy() for plane in Plane}
        found = {}
        for plane, now in self._now.items():
            tiles = []
            for box, was in zip(boxes(frame), _seen(before, frame, plane), strict=True):
                same = was is not None and np.array_equal(was, now[box.area])
                tiles.append(was if was is not None and same else now[box.area].copy())
            found[plane] = tuple(tiles)
        return found

    def _trim(self) -> None:
        held = self.nbytes
        while held > self._max_bytes and self._at > 1:
            held -= self._steps[1].nbytes  # as many as the oldest picture's tiles that it replaced
            del self._steps[0]
            self._at -= 1


@lru_cache(maxsize=64)
def boxes(frame: Box) -> tuple[Box, ...]:
    """The tiles of a picture with this frame, in its own rows and columns."""
    rows = range(frame.top // TILE * TILE, frame.bottom, TILE)
    columns = range(frame.left // TILE * TILE, frame.right, TILE)
    every = (Box(y, x, y + TILE, x + TILE).moved(-frame.top, -frame.left) for y in rows for x in columns)
    return tuple(box.clipped(frame.height, frame.width) for box in every)


def _seen(step: Step, frame: Box, plane: Plane) -> Sequence[Pixels | None]:
    """For each tile of a picture with this frame, the one of a step that has the same place."""
    if frame == step.frame:
        return step.tiles[plane]
    there = {
        box.moved(step.frame.top, step.frame.left): tile
        for box, tile in zip(boxes(step.frame), step.tiles[plane], strict=True)
    }
    return [there.get(box.moved(frame.top, frame.left)) for box in boxes(frame)]


def _cost(before: Tiles, after: Tiles) -> int:
    """Bytes of the tiles that `before` does not have."""
    cost = 0
    for plane in Plane:
        if after[plane] is not before[plane]:
            had = {id(tile) for tile in before[plane]}
            cost += sum(tile.nbytes for tile in after[plane] if id(tile) not in had)
    return cost
