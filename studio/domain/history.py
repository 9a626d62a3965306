"""Undo and redo: one step is what a person did at once, together with the result that it led to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.domain.document import Document, Edit

MAX_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Step:
    """An edit; `answered` once the engine's result for it is part of it."""

    serial: int
    edit: Edit
    answered: bool


class History:
    """The steps of one document. The oldest go when they hold more than `max_bytes` together."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._serial = 0
        self._max_bytes = max_bytes

    def __len__(self) -> int:
        return len(self._done)

    @property
    def top(self) -> Step | None:
        """The step that undo would take back."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> Step | None:
        """The step that redo would do again."""
        return self._undone[-1] if self._undone else None

    def push(self, edit: Edit, *, answered: bool = False) -> None:
        """Add an edit that was just applied; what was undone is gone for good."""
        self._serial += 1
        self._done.append(Step(self._serial, edit, answered))
        self._undone.clear()
        self._trim()

    def answer(self, serial: int | None, edit: Edit) -> None:
        """Add a result that was just applied: to the step that led to it, if that can still take it.

        A later step that touches the same planes stands in the way; then the result is its own step.
        """
        for index in range(len(self._done) - 1, -1, -1):
            step = self._done[index]
            if step.serial == serial and not step.answered:
                self._done[index] = replace(step, edit=step.edit.then(edit), answered=True)
                self._trim()
                return
            if step.edit.planes & edit.planes or step.edit.marks:
                break
        self.push(edit, answered=True)

    def undo(self, document: Document) -> Step | None:
        """Take the newest step back; returns it, or None if there is none."""
        if not self._done:
            return None
        step = self._done.pop()
        document.revert(step.edit)
        self._undone.append(step)
        return step

    def redo(self, document: Document) -> Step | None:
        """Do the step that was undone last again; returns it, or None if there is none."""
        if not self._undone:
            return None
        step = self._undone.pop()
        # A result may have joined the step below since this one was undone.
        step = replace(step, edit=document.apply(step.edit))
        self._done.append(step)
        return step

    def _trim(self) -> None:
        held = sum(step.edit.nbytes for step in self._done)
        while held > self._max_bytes and len(self._done) > 1:
            held -= self._done.pop(0).edit.nbytes
