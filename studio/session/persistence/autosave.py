"""Autosave: every edit goes to the journal at once, and the whole picture to its file every 30 seconds."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject, QTimer, Signal

from engine.interface.errors import BadFile, EngineError
from studio.session.editing.open_picture import OpenPicture
from studio.session.notices import notice_of_error
from studio.session.persistence.journal import Journal
from studio.session.persistence.project_file import PictureSnapshot
from studio.session.persistence.projects import Projects
from studio.session.persistence.request_sanitiser import left_out_notice
from studio.session.persistence.state_storage import StateStorage, error_sentence
from studio.session.tasks import TaskRunner

AUTOSAVE_MS = 30_000
"""Milliseconds after the first change that is only in the journal until the whole picture is written."""
AFTER_RESULT_MS = 400
"""Milliseconds after the last of several results until the whole picture is written."""
SYNC_DELAY_MS = 500
"""Milliseconds after an edit until the journal is forced to the disk, to survive a power cut."""


class Autosave(QObject):
    """Writes the journal in the window's thread and the picture in another."""

    noticed = Signal(object)  # Notice
    saved = Signal()  # the picture as it was a moment ago is in its file

    def __init__(
        self,
        storage: StateStorage,
        picture: OpenPicture,
        projects: Projects,
        tasks: TaskRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._storage, self._picture, self._projects, self._tasks = storage, picture, projects, tasks
        self._journal: Journal | None = None
        self._journal_number = 0
        self._stopped = False
        self._save_lock = asyncio.Lock()
        self._autosave_timer = QTimer(self, singleShot=True, interval=AUTOSAVE_MS)
        self._after_result_timer = QTimer(self, singleShot=True, interval=AFTER_RESULT_MS)
        self._sync_timer = QTimer(self, singleShot=True, interval=SYNC_DELAY_MS)
        self._sync_timer.timeout.connect(lambda: self._tasks.start(self._sync_journal()))
        for timer in (self._autosave_timer, self._after_result_timer):
            timer.timeout.connect(self._save_in_background)

    def restore(self) -> bool:
        """Restore the last picture, with the journal as steps. Returns whether there was one. Raises BadFile."""
        stored = self._storage.load()
        if stored is None:
            return False
        self._picture.reset_to(stored.snapshot)
        recipe = stored.snapshot.provenance
        if recipe is not None and recipe.left_out:
            self.noticed.emit(left_out_notice(self.tr("The last picture"), recipe.left_out))
        editor, origin = self._picture.editor, stored.snapshot.origin
        state = stored.snapshot.state
        problem: Exception | None = BadFile(self.tr("A part of its journal is damaged.")) if stored.damaged else None
        for record in stored.records:
            try:
                record.apply(editor.document)
            except Exception as error:  # whatever is wrong with it, the edits before it are restored
                editor.history.discard_unrecorded()
                problem = error
                break
            editor.record_step(record.name, answered=True)
            state, origin = record.state, record.origin
        if state is not stored.snapshot.state:
            self._picture.apply_state(state)
        self._projects.resume(origin)
        if problem is not None:
            self._post_damaged(problem)
        if state.awaiting:
            self._picture.generator.resume_pending()
        return True

    def start(self) -> None:
        """Save from now on. The first picture is written at once, as a journal needs the picture it starts from."""
        snapshot = self._open_next_journal()
        if not self._storage.has_picture:
            try:
                self._storage.save(snapshot, durable=False)
            except BadFile as error:
                self.noticed.emit(notice_of_error(error))
        editor, generator = self._picture.editor, self._picture.generator
        for signal in (
            editor.history_changed,
            generator.settings.options_changed,
            generator.settings.mode_changed,
            generator.running_changed,
            self._projects.changed,
        ):
            signal.connect(self._append_to_journal)
        generator.result_received.connect(self._after_result_timer.start)
        self._after_result_timer.start()

    async def save(self) -> None:
        """Write the whole picture as it is now. Raises BadFile."""
        self._autosave_timer.stop()
        self._after_result_timer.stop()
        async with self._save_lock:
            if self._stopped:
                return
            snapshot = self._open_next_journal()
            await asyncio.to_thread(self._storage.save, snapshot)
        self.saved.emit()

    def stop_writing(self) -> None:
        """Stop writing; the next session starts with what is on the disk now."""
        self._stopped = True
        for timer in (self._autosave_timer, self._after_result_timer, self._sync_timer):
            timer.stop()
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def close(self) -> None:
        """Stop writing and release the folder for another studio."""
        self.stop_writing()
        self._storage.close()

    def _post_damaged(self, error: Exception) -> None:
        hint = self._storage.put_aside_hint(self._storage.put_aside())
        words = self.tr("The last picture was restored without its newest edits: {why}").format(
            why=error_sentence(error)
        )
        self.noticed.emit(notice_of_error(BadFile(words, hint)))

    def _append_to_journal(self) -> None:
        if self._stopped:
            return
        editor, undo_step = self._picture.editor, self._picture.editor.history.undo_step
        name, origin = undo_step.name if undo_step else "", self._projects.origin(self._journal_number)
        changed = True
        if self._journal is not None:
            try:
                changed = self._journal.append(name, editor.document, self._picture.state(), origin)
            except OSError as error:
                self._journal.close()
                self._journal = None
                self._post_journal_failure(error)
        for timer in (self._autosave_timer, self._sync_timer) if changed else ():
            if not timer.isActive():
                timer.start()

    def _post_journal_failure(self, error: OSError) -> None:
        words = self.tr("The journal of your edits cannot be written ({why}).").format(why=error.strerror)
        self.noticed.emit(notice_of_error(BadFile(words, self.tr("Make room on the disk."))))

    async def _sync_journal(self) -> None:
        if self._journal is not None:
            try:
                await asyncio.to_thread(self._journal.prepare_sync())
            except OSError as error:
                self._post_journal_failure(error)

    def _open_next_journal(self) -> PictureSnapshot:
        """Start the next journal from the picture as it is now, and return that snapshot."""
        if self._journal is not None:
            self._journal.close()
        self._journal_number = max(self._journal_number + 1, self._storage.next_journal_number())
        snapshot = self._picture.snapshot(self._projects.origin(self._journal_number))
        try:
            self._journal = Journal(self._storage.journal_path(self._journal_number), snapshot)
        except BadFile as error:
            self._journal = None
            self.noticed.emit(notice_of_error(error))
        return snapshot

    def _save_in_background(self) -> None:
        self._tasks.start(self._save_or_retry())

    async def _save_or_retry(self) -> None:
        try:
            await self.save()
        except EngineError:
            self._autosave_timer.start()  # there may be room on the disk by then
            raise
