"""Projects: the file that the picture belongs to, whether it has changed since, and recent files.

Opening a project is a history step, and undoing it leads back to the previous project. A picture that had unsaved
changes when another replaced it is kept in a file of its own, which is never overwritten.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.interface.atomic_files import remove_if_possible, write_atomically
from engine.interface.bounded_decoding import SMALL_DOCUMENT, decode_json
from engine.interface.errors import BadFile, MalformedData
from engine.interface.protocol import PackInfo
from studio.domain.document import GenerationMode
from studio.session.editing.open_picture import OpenPicture
from studio.session.notices import Notice, NoticeAction, NoticeLevel
from studio.session.persistence.project_file import (
    PROJECT_SUFFIX,
    PictureSnapshot,
    SnapshotOrigin,
    decode_project,
    encode_project,
)
from studio.session.persistence.request_sanitiser import left_out_notice
from studio.session.tasks import TaskRunner

RECENT_FILE = "recent.json"
UNSAVED_FOLDER = "unsaved"
MAX_RECENT = 10
MAX_UNSAVED = 100


@dataclass
class _ProjectSpan:
    """From the step with this serial on the picture belongs to `path`, whose contents are `saved`."""

    serial: int
    path: Path | None
    saved: PictureSnapshot | None


class Projects(QObject):
    """Reads and writes projects in a thread."""

    changed = Signal()  # the path, whether it is changed, or the recent files
    noticed = Signal(object)  # Notice

    def __init__(
        self, folder: Path, info: PackInfo, picture: OpenPicture, tasks: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._folder, self._info, self._picture, self._tasks = folder, info, picture, tasks
        self._write_lock = asyncio.Lock()  # one write after the other, the newest last
        self._spans = [_ProjectSpan(0, None, None)]
        self._newest_serial = self._shown_serial = 0
        self._pristine = False
        self._reported: tuple[Path | None, bool] = (None, False)
        self.recent = _read_recent(folder / RECENT_FILE)
        self.unsaved = sorted((folder / UNSAVED_FOLDER).glob(f"*{PROJECT_SUFFIX}"), reverse=True)
        """The files of replaced pictures with unsaved changes, newest first."""
        picture.about_to_be_replaced.connect(self.set_aside)
        history = picture.editor.history_changed
        history.connect(self._on_history)
        picture.generator.settings.options_changed.connect(self._emit_if_changed)

    @property
    def path(self) -> Path | None:
        """The project file of the picture; None if it has none."""
        return self._span.path

    @property
    def modified(self) -> bool:
        """Whether the picture differs from its file or, without a file, from how it started."""
        saved, state = self._span.saved, self._picture.state()
        if saved is None:
            return True
        options = (saved.state.mode, saved.state.options) == (state.mode, state.options)
        return not ((options or self.path is None) and saved.matches(self._picture.editor.document))

    def origin(self, journal: int) -> SnapshotOrigin:
        """Where the picture belongs, for the autosave."""
        path, modified = self._reported
        return SnapshotOrigin(str(path or ""), modified, journal)

    def resume(self, origin: SnapshotOrigin) -> None:
        """Continue after the picture of an earlier session was restored."""
        path = Path(origin.project) if origin.project else None
        self._reset_spans(_ProjectSpan(0, path, None if origin.changed else self._picture.snapshot()))

    def begin_pristine(self) -> None:
        """Start with a picture that nobody has changed: the example or a blank one."""
        self._reset_spans(_ProjectSpan(0, None, self._picture.snapshot()))
        self._pristine = True

    def set_aside(self) -> None:
        """Keep the picture that is about to be replaced, unless it is a stored result."""
        if not self._picture.is_result:
            self._keep_if_modified()

    def detach_from_file(self) -> None:
        """Treat the picture as a new one without a file, so that saving it overwrites none."""
        self._add_span(None, self._picture.snapshot())

    def new(self) -> None:
        """Start a blank picture without a file, as one history step."""
        self._picture.editor.end_stroke()
        self._keep_if_modified()
        editor, generator = self._picture.editor, self._picture.generator
        editor.clear()
        generator.cancel_picture_job()  # afterwards, as the end of a stroke may have sent a request
        generator.settings.set_mode(GenerationMode.LAYOUT_TO_IMAGE)
        self.detach_from_file()

    def open(self, path: Path) -> None:
        """Open a project as one history step."""
        self._tasks.start(self._open(path))

    def save(self, path: Path | None = None) -> None:
        """Save the picture to its file, or to `path`, which is its file from then on."""
        target = path or self.path
        assert target is not None, "a picture without a file is saved with a path"
        self._picture.editor.end_stroke()
        span, snapshot = self._span, self._picture.snapshot()  # now, as the picture may change meanwhile
        self._tasks.start(self._save(target, span, snapshot))

    async def _open(self, path: Path) -> None:
        try:
            data = await asyncio.to_thread(path.read_bytes)
            snapshot = await asyncio.to_thread(decode_project, data, self._info, str(path))
        except OSError as error:
            self._remove_recent(path)
            raise BadFile(f"{path} cannot be opened ({error.strerror}).", "Look whether it was moved.") from error
        self._picture.editor.end_stroke()
        self._keep_if_modified()
        self._picture.show_snapshot(snapshot, self.tr("Open {file}").format(file=path.name))
        if snapshot.provenance is not None and snapshot.provenance.left_out:
            self.noticed.emit(left_out_notice(path.name, snapshot.provenance.left_out))
        if path.parent == self._folder / UNSAVED_FOLDER:  # a person has not chosen a file for it
            self._add_span(None, None)
        else:
            self._add_span(path, self._picture.snapshot())
            self._add_recent(path)

    async def _save(self, path: Path, span: _ProjectSpan, snapshot: PictureSnapshot) -> None:
        async with self._write_lock:
            data = await asyncio.to_thread(encode_project, snapshot, self._info)
            await asyncio.to_thread(write_atomically, path, data)
        span.path, span.saved = path, snapshot
        self._add_recent(path)
        self.noticed.emit(Notice(self.tr("Saved {file}.").format(file=path), NoticeLevel.HINT))

    @property
    def _span(self) -> _ProjectSpan:
        serial = self._picture.editor.history.serial
        return next(span for span in reversed(self._spans) if span.serial <= serial or span.serial == 0)

    def _add_span(self, path: Path | None, saved: PictureSnapshot | None) -> None:
        serial = self._picture.editor.history.serial
        self._spans = [span for span in self._spans if span.serial < serial or span.serial == 0]
        self._spans.append(_ProjectSpan(serial, path, saved))
        self._emit_if_changed()

    def _keep_if_modified(self) -> None:
        """Write the picture that is about to be replaced to a file of its own if it has unsaved changes."""
        if self.modified:
            name = f"{datetime.now():%Y-%m-%d %H.%M.%S}{f' {self.path.stem}' if self.path else ''}{PROJECT_SUFFIX}"
            path, snapshot = self._folder / UNSAVED_FOLDER / name, self._picture.snapshot()
            self._tasks.start(self._write_unsaved(path, snapshot))

    async def _write_unsaved(self, path: Path, snapshot: PictureSnapshot) -> None:
        data = await asyncio.to_thread(encode_project, snapshot, self._info)
        await asyncio.to_thread(write_atomically, path, data)
        self.unsaved.insert(0, path)
        while len(self.unsaved) > MAX_UNSAVED:
            remove_if_possible(self.unsaved.pop())
        text = self.tr("The picture before was not saved. It is kept in File, Open recent.")
        action = NoticeAction(self.tr("Bring it back"), lambda: self.open(path))
        self.noticed.emit(Notice(text, NoticeLevel.HINT, action))

    def _reset_spans(self, span: _ProjectSpan) -> None:
        self._spans = [span]
        self._newest_serial = self._shown_serial = self._picture.editor.history.serial
        self._emit_if_changed()

    def _on_history(self) -> None:
        history = self._picture.editor.history
        if history.serial > self._newest_serial:  # after a new step undone steps are lost
            self._spans = [span for span in self._spans if span.serial <= self._shown_serial or span.serial == 0]
            self._newest_serial = history.serial
        self._shown_serial = history.serial
        if self._pristine and history.undo_step:
            if history.undo_step.name == "Generate":  # the first image is generated without a person's doing
                self._span.saved = self._picture.snapshot()
            self._pristine = False
        self._emit_if_changed()

    def _emit_if_changed(self) -> None:
        current = (self.path, self.modified)
        if current != self._reported:
            self._reported = current
            self.changed.emit()

    def _add_recent(self, path: Path) -> None:
        self._set_recent([path, *(other for other in self.recent if other != path)][:MAX_RECENT])

    def _remove_recent(self, path: Path) -> None:
        self._set_recent([other for other in self.recent if other != path])

    def _set_recent(self, recent: list[Path]) -> None:
        self.recent = recent
        data = msgspec.json.encode([str(path) for path in recent])
        self._tasks.start(self._write_recent(data))
        self._emit_if_changed()
        self.changed.emit()

    async def _write_recent(self, data: bytes) -> None:
        async with self._write_lock:
            await asyncio.to_thread(write_atomically, self._folder / RECENT_FILE, data)


def _read_recent(path: Path) -> list[Path]:
    try:
        return [Path(name) for name in decode_json(path.read_bytes(), list[str], SMALL_DOCUMENT)]
    except (OSError, MalformedData):  # recent files are not worth a notice
        return []
