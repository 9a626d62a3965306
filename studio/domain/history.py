"""Undo and redo: one step is what a person did at once, together with the result that it led to.

Every step knows the whole picture after it, as tiles. A tile that a step did not change is the same object as
in the step before, so a stroke costs the tiles it touched and no step can mix two pictures. Tiles lie on one grid
however a picture grows, so a picture that did shares them with the one that it grew from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from engine.interface.protocol import Pixels
from studio.domain.document import Document, DocumentStatus, Plane
from studio.domain.layout import Box

MAX_HISTORY_BYTES = 128 * 2**20
"""Room for two hundred results of 256×512 pixels in which every pixel is new."""
TILE_SIDE = 32
ALL_PLANES = frozenset(Plane)

PlaneTiles = Mapping[Plane, tuple[Pixels, ...]]


@dataclass(frozen=True)
class HistoryStep:
    """A picture and the name of what led to it; `answered` once the engine's result for it is part of it.

    `nbytes` is what it holds that the step before does not.
    """

    serial: int
    name: str
    frame: Box
    tiles: PlaneTiles
    status: DocumentStatus
    answered: bool = True
    nbytes: int = 0


class History:
    """The steps of one document. The oldest go when they hold more than `max_bytes` beside the picture itself."""

    def __init__(self, document: Document, max_bytes: int = MAX_HISTORY_BYTES) -> None:
        self._document, self._max_bytes = document, max_bytes
        self._serial = 0
        self.restart()

    def __len__(self) -> int:
        return self._index

    @property
    def names(self) -> list[str]:
        """The names of all steps, also of those that were undone; the first is where it all began."""
        return [step.name for step in self._steps]

    @property
    def undo_step(self) -> HistoryStep | None:
        """The step that undo would take back."""
        return self._steps[self._index] if self._index else None

    @property
    def serial(self) -> int:
        """Of the picture shown; every new step has a larger one than all before it, also than those undone."""
        return self._steps[self._index].serial

    @property
    def redo_step(self) -> HistoryStep | None:
        """The step that redo would do again."""
        return self._steps[self._index + 1] if self._index + 1 < len(self._steps) else None

    @property
    def nbytes(self) -> int:
        """What the steps hold beside the picture itself."""
        return sum(step.nbytes for step in self._steps[1:])

    def restart(self, name: str = "Start") -> None:
        """Forget all steps: the document as it is now is where everything begins."""
        frame = self._document.frame
        self._current_pixels = {plane: self._document.pixels(plane).copy() for plane in Plane}
        tiles = {
            plane: tuple(self._current_pixels[plane][box.slices].copy() for box in tile_boxes(frame))
            for plane in Plane
        }
        self._steps = [HistoryStep(self._serial, name, frame, tiles, self._document.status)]
        self._index = 0

    def record(self, name: str, *, answered: bool = False, planes: frozenset[Plane] = ALL_PLANES) -> bool:
        """Add what has changed in these planes as a step; what was undone is gone for good.

        A picture of another frame is a step with all its planes. Returns whether anything has changed.
        """
        newest, frame = self._steps[self._index], self._document.frame
        tiles = self._changed_tiles(planes) if frame == newest.frame else self._tiles_in_new_frame()
        if not tiles and self._document.status == newest.status:
            return False
        self._serial += 1
        after = {**newest.tiles, **tiles}
        del self._steps[self._index + 1 :]
        nbytes = _added_bytes(newest.tiles, after)
        self._steps.append(HistoryStep(self._serial, name, frame, after, self._document.status, answered, nbytes))
        self._index += 1
        self._trim()
        return True

    def add_result(self, serial: int | None, name: str, planes: frozenset[Plane]) -> None:
        """Add a result that was just let in: to the step that led to it, if that can still take it.

        A later step that touches the same planes stands in the way; then the result is its own step.
        """
        for index in range(self._index, 0, -1):
            step = self._steps[index]
            if step.serial == serial and not step.answered:
                self._add_result_to(index, planes)
                return
            before = self._steps[index - 1]
            if (step.status, step.frame) != (before.status, before.frame) or any(
                step.tiles[p] is not before.tiles[p] for p in planes
            ):
                break
        self.record(name, answered=True, planes=planes)

    def undo(self) -> HistoryStep | None:
        """Take the newest step back; returns it, or None if there is none."""
        step = self.undo_step
        if step is not None:
            self.jump_to(self._index - 1)
        return step

    def redo(self) -> HistoryStep | None:
        """Do the step that was undone last again; returns it, or None if there is none."""
        if self.redo_step is not None:
            self.jump_to(self._index + 1)
            return self.undo_step
        return None

    def jump_to(self, index: int) -> None:
        """Show the picture after `names[index]`."""
        old, new = self._steps[self._index], self._steps[index]
        if new.frame == old.frame:
            self._swap_tiles(old.tiles, new.tiles)
        else:
            self._document.reset_frame(new.frame)
            for plane, tiles in new.tiles.items():
                pixels = self._document.pixels(plane)
                for box, tile in zip(tile_boxes(new.frame), tiles, strict=True):
                    pixels[box.slices] = tile
            self._current_pixels = {plane: self._document.pixels(plane).copy() for plane in Plane}
        self._document.status, self._index = new.status, index

    def discard_unrecorded(self) -> None:
        """Take back what the document holds beyond its newest step."""
        step = self._steps[self._index]
        if self._document.frame != step.frame:
            self._document.reset_frame(step.frame)
        for plane, now in self._current_pixels.items():
            self._document.pixels(plane)[:] = now
        self._document.status = step.status

    def _swap_tiles(self, old: PlaneTiles, new: PlaneTiles) -> None:
        """Put in the tiles that are others."""
        for plane in Plane:
            if new[plane] is not old[plane]:
                pixels, now = self._document.pixels(plane), self._current_pixels[plane]
                for box, was, tile in zip(tile_boxes(self._document.frame), old[plane], new[plane], strict=True):
                    if was is not tile:
                        pixels[box.slices] = now[box.slices] = tile

    def _add_result_to(self, index: int, planes: frozenset[Plane]) -> None:
        tiles, status = self._changed_tiles(planes), self._document.status
        for later in range(index, self._index + 1):
            step = self._steps[later]
            self._steps[later] = replace(step, tiles={**step.tiles, **tiles}, status=status)
        step = self._steps[index]
        nbytes = _added_bytes(self._steps[index - 1].tiles, step.tiles)
        self._steps[index] = replace(step, answered=True, nbytes=nbytes)
        self._trim()

    def _changed_tiles(self, planes: frozenset[Plane]) -> PlaneTiles:
        """The planes of these that changed since the newest step, with new tiles where they did."""
        found = {}
        for plane in planes:
            pixels, now = self._document.pixels(plane), self._current_pixels[plane]
            if np.array_equal(pixels, now):
                continue
            tiles = list(self._steps[self._index].tiles[plane])
            for index, box in enumerate(tile_boxes(self._document.frame)):
                tile = pixels[box.slices]
                if not np.array_equal(tile, tiles[index]):
                    tiles[index] = tile.copy()
                    now[box.slices] = tile
            found[plane] = tuple(tiles)
        return found

    def _tiles_in_new_frame(self) -> PlaneTiles:
        """All planes of a document of another frame, with the newest step's tiles where they are the same."""
        before, frame = self._steps[self._index], self._document.frame
        self._current_pixels = {plane: self._document.pixels(plane).copy() for plane in Plane}
        found = {}
        for plane, now in self._current_pixels.items():
            tiles = []
            for box, was in zip(tile_boxes(frame), _tiles_at(before, frame, plane), strict=True):
                same = was is not None and np.array_equal(was, now[box.slices])
                tiles.append(was if was is not None and same else now[box.slices].copy())
            found[plane] = tuple(tiles)
        return found

    def _trim(self) -> None:
        held = self.nbytes
        while held > self._max_bytes and self._index > 1:
            held -= self._steps[1].nbytes  # as many as the oldest picture's tiles that it replaced
            del self._steps[0]
            self._index -= 1


@lru_cache(maxsize=64)
def tile_boxes(frame: Box) -> tuple[Box, ...]:
    """The tiles of a picture with this frame, in its own rows and columns."""
    rows = range(frame.top // TILE_SIDE * TILE_SIDE, frame.bottom, TILE_SIDE)
    columns = range(frame.left // TILE_SIDE * TILE_SIDE, frame.right, TILE_SIDE)
    every = (Box(y, x, y + TILE_SIDE, x + TILE_SIDE).moved(-frame.top, -frame.left) for y in rows for x in columns)
    return tuple(box.clipped(frame.height, frame.width) for box in every)


def _tiles_at(step: HistoryStep, frame: Box, plane: Plane) -> Sequence[Pixels | None]:
    """For each tile of a picture with this frame, the one of a step that has the same place."""
    if frame == step.frame:
        return step.tiles[plane]
    placed = {
        box.moved(step.frame.top, step.frame.left): tile
        for box, tile in zip(tile_boxes(step.frame), step.tiles[plane], strict=True)
    }
    return [placed.get(box.moved(frame.top, frame.left)) for box in tile_boxes(frame)]


def _added_bytes(before: PlaneTiles, after: PlaneTiles) -> int:
    """Bytes of the tiles that `before` does not have."""
    cost = 0
    for plane in Plane:
        if after[plane] is not before[plane]:
            known = {id(tile) for tile in before[plane]}
            cost += sum(tile.nbytes for tile in after[plane] if id(tile) not in known)
    return cost
