"""Keeps the picture on disk while it is worked on: every edit in the journal, all of it every 30 seconds."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import BadFile, EngineError
from studio.session.journal import Journal
from studio.session.notices import of_error
from studio.session.picture import Picture
from studio.session.projects import Projects
from studio.session.snapshot import Snapshot
from studio.session.storage import Storage, said
from studio.session.tasks import Tasks

AUTOSAVE = 30_000
"""Milliseconds after the first change that is only in the journal until everything is written."""
AFTER_RESULT = 400
"""Milliseconds after the last of several results until everything is written."""
SETTLING = 500
"""Milliseconds after which an edit in the journal is made to outlive a power cut, too."""


class Keeper(QObject):
    """Writes the journal at once and the rest in a thread."""

    noticed = Signal(object)  # Notice
    saved = Signal()  # everything as it was a moment ago is in the file

    def __init__(
        self, storage: Storage, picture: Picture, projects: Projects, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._storage, self._picture, self._projects, self._tasks = storage, picture, projects, tasks
        self._journal: Journal | None = None
        self._number = 0
        self._resting = False
        self._saving = asyncio.Lock()
        self._timer = QTimer(self, singleShot=True, interval=AUTOSAVE)
        self._soon = QTimer(self, singleShot=True, interval=AFTER_RESULT)
        self._settling = QTimer(self, singleShot=True, interval=SETTLING)
        self._settling.timeout.connect(lambda: self._tasks.start(self._settle()))
        for timer in (self._timer, self._soon):
            timer.timeout.connect(self._save_behind)

    def restore(self) -> bool:
        """Put back what was kept, with the edits of a studio that was killed as steps. Raises BadFile."""
        kept = self._storage.load()
        if kept is None:
            return False
        self._picture.begin_with(kept.snapshot)
        editor, origin = self._picture.editor, kept.snapshot.origin
        state = kept.snapshot.state
        problem: Exception | None = BadFile(self.tr("A part of its journal is damaged.")) if kept.damaged else None
        for record in kept.records:
            try:
                record.apply(editor.document)
            except Exception as error:  # whatever is wrong with it, all before it is there
                editor.history.restore()
                problem = error
                break
            editor.did(record.name, answered=True)
            state, origin = record.state, record.origin
        if state is not kept.snapshot.state:
            self._picture.take_over(state)
        self._projects.recall(origin)
        if problem is not None:
            self._say_damaged(problem)
        if state.awaiting:
            self._picture.generator.resume()
        return True

    def begin(self) -> None:
        """Keep everything from now on. The first time this writes at once: a journal needs what it begins with."""
        snapshot = self._next_journal()
        if not self._storage.there:
            try:
                self._storage.save(snapshot, lasting=False)
            except BadFile as error:
                self.noticed.emit(of_error(error))
        editor, generator = self._picture.editor, self._picture.generator
        for signal in (
            editor.history_changed,
            generator.options_changed,
            generator.mode_changed,
            generator.running_changed,
            self._projects.changed,
        ):
            signal.connect(self._note)
        generator.made.connect(self._soon.start)
        self._soon.start()

    async def save(self) -> None:
        """Write everything as it is now. Raises BadFile."""
        self._timer.stop()
        self._soon.stop()
        async with self._saving:
            if self._resting:
                return
            snapshot = self._next_journal()
            await asyncio.to_thread(self._storage.save, snapshot)
        self.saved.emit()

    def rest(self) -> None:
        """Write no more: what is on the disk now is what the next sitting begins with."""
        self._resting = True
        for timer in (self._timer, self._soon, self._settling):
            timer.stop()
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def close(self) -> None:
        """Let another studio have the place."""
        self.rest()
        self._storage.close()

    def _say_damaged(self, error: Exception) -> None:
        hint = self._storage.hint(self._storage.put_aside())
        words = self.tr("The last picture is back without its newest edits: {why}").format(why=said(error))
        self.noticed.emit(of_error(BadFile(words, hint)))

    def _note(self) -> None:
        if self._resting:
            return
        editor, top = self._picture.editor, self._picture.editor.history.top
        name, origin = top.name if top else "", self._projects.origin(self._number)
        changed = True
        if self._journal is not None:
            try:
                changed = self._journal.note(name, editor.document, self._picture.state(), origin)
            except OSError as error:
                self._journal.close()
                self._journal = None
                self._say_unwritten(error)
        for timer in (self._timer, self._settling) if changed else ():
            if not timer.isActive():
                timer.start()

    def _say_unwritten(self, error: OSError) -> None:
        words = self.tr("The journal of your edits cannot be written ({why}).").format(why=error.strerror)
        self.noticed.emit(of_error(BadFile(words, self.tr("Make room on the disk."))))

    async def _settle(self) -> None:
        if self._journal is not None:
            try:
                await asyncio.to_thread(self._journal.settling())
            except OSError as error:
                self._say_unwritten(error)

    def _next_journal(self) -> Snapshot:
        """The next journal begins with the picture as it is now, which is returned."""
        if self._journal is not None:
            self._journal.close()
        self._number = max(self._number + 1, self._storage.next_journal())
        snapshot = self._picture.snapshot(self._projects.origin(self._number))
        try:
            self._journal = Journal(self._storage.journal(self._number), snapshot)
        except BadFile as error:
            self._journal = None
            self.noticed.emit(of_error(error))
        return snapshot

    def _save_behind(self) -> None:
        self._tasks.start(self._save_or_say())

    async def _save_or_say(self) -> None:
        try:
            await self.save()
        except EngineError:
            self._timer.start()  # perhaps there is room by then
            raise
