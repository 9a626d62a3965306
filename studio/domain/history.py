"""Undo and redo. One step is one action of a person together with the result that it led to.

Every step holds the whole picture after it, as tiles. A tile that a step did not change is the same object as in the
step before, so a stroke costs only the tiles it touched. All tiles lie on one grid, even when a picture grows, so a
picture shares tiles with the one it grew from.
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
"""Enough for two hundred results of 256×512 pixels in which every pixel is new."""
TILE_SIDE = 32
ALL_PLANES = frozenset(Plane)

PlaneTiles = Mapping[Plane, tuple[Pixels, ...]]


@dataclass(frozen=True)
class HistoryStep:
    """The picture after a step. `answered` says that no result of the engine is still to become part of the step.

    `nbytes` counts the tiles that the step before does not have.
    """

    serial: int
    name: str
    frame: Box
    tiles: PlaneTiles
    status: DocumentStatus
    answered: bool = True
    nbytes: int = 0


class History:
    """The steps of one document. The oldest are removed if all hold more than `max_bytes` beside the picture."""

    def __init__(self, document: Document, max_bytes: int = MAX_HISTORY_BYTES) -> None:
        self._document, self._max_bytes = document, max_bytes
        self._serial = 0
        self.restart()

    def __len__(self) -> int:
        return self._index

    @property
    def names(self) -> list[str]:
        """The names of all steps, including the start and those that were undone."""
        return [step.name for step in self._steps]

    @property
    def undo_step(self) -> HistoryStep | None:
        """The step that `undo` reverts; None at the start."""
        return self._steps[self._index] if self._index else None

    @property
    def serial(self) -> int:
        """The serial of the step that is shown. Each new step has a larger one than all before."""
        return self._steps[self._index].serial

    @property
    def redo_step(self) -> HistoryStep | None:
        """The step that `redo` applies; None if nothing was undone."""
        return self._steps[self._index + 1] if self._index + 1 < len(self._steps) else None

    @property
    def nbytes(self) -> int:
        """Bytes that the steps hold beside the picture itself."""
        return sum(step.nbytes for step in self._steps[1:])

    def restart(self, name: str = "Start") -> None:
        """Forget all steps; the document as it is now is the start."""
        frame = self._document.frame
        self._current_pixels = {plane: self._document.pixels(plane).copy() for plane in Plane}
        tiles = {
            plane: tuple(self._current_pixels[plane][box.slices].copy() for box in tile_boxes(frame))
            for plane in Plane
        }
        self._steps = [HistoryStep(self._serial, name, frame, tiles, self._document.status)]
        self._index = 0

    def record(self, name: str, *, answered: bool = False, planes: frozenset[Plane] = ALL_PLANES) -> bool:
        """Record the changes of these planes as a step and forget undone steps. Returns whether anything changed.

        If the frame has changed, all planes are recorded.
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
        """Record a result that was just applied, as part of the step with this serial if that is possible.

        It is not if a later step touched the same planes; then the result is a step of its own.
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
        """Revert the newest step and return it; None if there is none."""
        step = self.undo_step
        if step is not None:
            self.jump_to(self._index - 1)
        return step

    def redo(self) -> HistoryStep | None:
        """Apply the step that was undone last and return it; None if there is none."""
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
        """Revert all changes of the document since the step that is shown."""
        step = self._steps[self._index]
        if self._document.frame != step.frame:
            self._document.reset_frame(step.frame)
        for plane, now in self._current_pixels.items():
            self._document.pixels(plane)[:] = now
        self._document.status = step.status

    def _swap_tiles(self, old: PlaneTiles, new: PlaneTiles) -> None:
        """Copy the tiles that differ into the document."""
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
        """Those of the planes that changed since the step that is shown, with new tiles where they did."""
        changed = {}
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
            changed[plane] = tuple(tiles)
        return changed

    def _tiles_in_new_frame(self) -> PlaneTiles:
        """All planes of a document whose frame changed, with the shown step's tiles where they are equal."""
        before, frame = self._steps[self._index], self._document.frame
        self._current_pixels = {plane: self._document.pixels(plane).copy() for plane in Plane}
        planes = {}
        for plane, now in self._current_pixels.items():
            tiles = []
            for box, was in zip(tile_boxes(frame), _tiles_at(before, frame, plane), strict=True):
                same = was is not None and np.array_equal(was, now[box.slices])
                tiles.append(was if was is not None and same else now[box.slices].copy())
            planes[plane] = tuple(tiles)
        return planes

    def _trim(self) -> None:
        held = self.nbytes
        while held > self._max_bytes and self._index > 1:
            held -= self._steps[1].nbytes  # equal to what the oldest picture alone holds
            del self._steps[0]
            self._index -= 1


@lru_cache(maxsize=64)
def tile_boxes(frame: Box) -> tuple[Box, ...]:
    """The boxes of the tiles of a picture with this frame, in its own rows and columns."""
    rows = range(frame.top // TILE_SIDE * TILE_SIDE, frame.bottom, TILE_SIDE)
    columns = range(frame.left // TILE_SIDE * TILE_SIDE, frame.right, TILE_SIDE)
    boxes = (Box(y, x, y + TILE_SIDE, x + TILE_SIDE).moved(-frame.top, -frame.left) for y in rows for x in columns)
    return tuple(box.clipped(frame.height, frame.width) for box in boxes)


def _tiles_at(step: HistoryStep, frame: Box, plane: Plane) -> Sequence[Pixels | None]:
    """The tiles of a step at the places of the tiles of another frame; None where it has none."""
    if frame == step.frame:
        return step.tiles[plane]
    placed = {
        box.moved(step.frame.top, step.frame.left): tile
        for box, tile in zip(tile_boxes(step.frame), step.tiles[plane], strict=True)
    }
    return [placed.get(box.moved(frame.top, frame.left)) for box in tile_boxes(frame)]


def _added_bytes(before: PlaneTiles, after: PlaneTiles) -> int:
    """Bytes of the tiles of `after` that `before` does not have."""
    cost = 0
    for plane in Plane:
        if after[plane] is not before[plane]:
            known = {id(tile) for tile in before[plane]}
            cost += sum(tile.nbytes for tile in after[plane] if id(tile) not in known)
    return cost
