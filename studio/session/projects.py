"""Projects: which file the picture belongs to, whether it has changed since, and the files that were open lately.

Opening a project is a step like any other, and undoing it leads back to the project before. A picture that
was changed and not saved when another took its place is kept in a file of its own, which no one writes again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.errors import BadFile
from engine.protocol import PackInfo
from studio.domain.document import Mode
from studio.session.disk import remove, write_whole
from studio.session.notices import Action, Notice, Tone
from studio.session.picture import Picture
from studio.session.snapshot import SUFFIX, Origin, Snapshot, decode, encode
from studio.session.tasks import Tasks

RECENT = "recent.json"
UNSAVED = "unsaved"
MOST_RECENT = 10
MOST_UNSAVED = 100


@dataclass
class _Place:
    """From the step with this serial on the picture belongs to `path`, which holds it as it is in `saved`."""

    serial: int
    path: Path | None
    saved: Snapshot | None


class Projects(QObject):
    """Files are read and written in a thread; notices tell how it went."""

    changed = Signal()  # the path, whether it is changed, or the recent files
    noticed = Signal(object)  # Notice

    def __init__(
        self, folder: Path, info: PackInfo, picture: Picture, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._folder, self._info, self._picture, self._tasks = folder, info, picture, tasks
        self._writing = asyncio.Lock()  # one file after the other, the newest last
        self._places = [_Place(0, None, None)]
        self._seen = self._last = 0
        self._untouched = False
        self._shown: tuple[Path | None, bool] = (None, False)
        self.recent = _read_recent(folder / RECENT)
        self.unsaved = sorted((folder / UNSAVED).glob(f"*{SUFFIX}"), reverse=True)
        """Pictures that another took the place of, the newest first."""
        picture.leaving.connect(self.set_aside)
        history = picture.editor.history_changed
        history.connect(self._on_history)
        picture.generator.options_changed.connect(self._tell)

    @property
    def path(self) -> Path | None:
        """The project file of the picture; None if it has none."""
        return self._place.path

    @property
    def modified(self) -> bool:
        """Whether the picture is not as its file has it, or, without a file, not as it began."""
        saved, state = self._place.saved, self._picture.state()
        if saved is None:
            return True
        options = (saved.state.mode, saved.state.options) == (state.mode, state.options)
        return not ((options or self.path is None) and saved.shows(self._picture.editor.document))

    def origin(self, journal: int) -> Origin:
        """Where the picture belongs, for what is kept for the next time."""
        path, modified = self._shown
        return Origin(str(path or ""), modified, journal)

    def recall(self, origin: Origin) -> None:
        """Go on where an earlier sitting was, after its picture was put back."""
        path = Path(origin.project) if origin.project else None
        self._begin(_Place(0, path, None if origin.changed else self._picture.snapshot()))

    def begin(self) -> None:
        """A picture that nobody has touched: the example, or nothing."""
        self._begin(_Place(0, None, self._picture.snapshot()))
        self._untouched = True

    def set_aside(self) -> None:
        """Keep the picture that a part of another will take the place of, unless the results have it."""
        if not self._picture.is_result:
            self._keep()

    def begin_anew(self) -> None:
        """What was just opened is a new picture and has no file yet, so that saving it overwrites none."""
        self._enter(None, self._picture.snapshot())

    def new(self) -> None:
        """Start over with nothing and without a file; one undo brings everything back."""
        self._picture.editor.end_stroke()
        self._keep()
        editor, generator = self._picture.editor, self._picture.generator
        editor.clear()
        generator.forget()  # afterwards, for a stroke that ended with it may have sent something
        generator.set_mode(Mode.LAYOUT_TO_IMAGE)
        self.begin_anew()

    def open(self, path: Path) -> None:
        """Open a project; the picture before is one undo away."""
        self._tasks.start(self._open(path))

    def save(self, path: Path | None = None) -> None:
        """Write the picture into its file, or into another that is its file from now on."""
        target = path or self.path
        assert target is not None, "a picture without a file is saved with a path"
        self._picture.editor.end_stroke()
        place, snapshot = self._place, self._picture.snapshot()  # now, for what follows may be another picture
        self._tasks.start(self._save(target, place, snapshot))

    async def _open(self, path: Path) -> None:
        try:
            data = await asyncio.to_thread(path.read_bytes)
            snapshot = await asyncio.to_thread(decode, data, self._info, str(path))
        except OSError as error:
            self._forget(path)
            raise BadFile(f"{path} cannot be opened ({error.strerror}).", "Look whether it was moved.") from error
        self._picture.editor.end_stroke()
        self._keep()
        self._picture.show(snapshot, self.tr("Open {file}").format(file=path.name))
        if path.parent == self._folder / UNSAVED:  # it still has no file that a person chose
            self._enter(None, None)
        else:
            self._enter(path, self._picture.snapshot())
            self._add_recent(path)

    async def _save(self, path: Path, place: _Place, snapshot: Snapshot) -> None:
        async with self._writing:
            data = await asyncio.to_thread(encode, snapshot, self._info)
            await asyncio.to_thread(_write, path, data)
        place.path, place.saved = path, snapshot
        self._add_recent(path)
        self.noticed.emit(Notice(self.tr("Saved {file}.").format(file=path), Tone.HINT))

    @property
    def _place(self) -> _Place:
        serial = self._picture.editor.history.serial
        return next(place for place in reversed(self._places) if place.serial <= serial or place.serial == 0)

    def _enter(self, path: Path | None, saved: Snapshot | None) -> None:
        serial = self._picture.editor.history.serial
        self._places = [place for place in self._places if place.serial < serial or place.serial == 0]
        self._places.append(_Place(serial, path, saved))
        self._tell()

    def _keep(self) -> None:
        """Keep the picture that another will take the place of, if no file has it."""
        if self.modified:
            name = f"{datetime.now():%Y-%m-%d %H.%M.%S}{f' {self.path.stem}' if self.path else ''}{SUFFIX}"
            path, snapshot = self._folder / UNSAVED / name, self._picture.snapshot()
            self._tasks.start(self._keep_unsaved(path, snapshot))

    async def _keep_unsaved(self, path: Path, snapshot: Snapshot) -> None:
        data = await asyncio.to_thread(encode, snapshot, self._info)
        await asyncio.to_thread(_write, path, data)
        self.unsaved.insert(0, path)
        while len(self.unsaved) > MOST_UNSAVED:
            remove(self.unsaved.pop())
        text = self.tr("The picture before was not saved. It is kept in File, Open recent.")
        action = Action(self.tr("Bring it back"), lambda: self.open(path))
        self.noticed.emit(Notice(text, Tone.HINT, action))

    def _begin(self, place: _Place) -> None:
        self._places = [place]
        self._seen = self._last = self._picture.editor.history.serial
        self._tell()

    def _on_history(self) -> None:
        history = self._picture.editor.history
        if history.serial > self._seen:  # a new step: what was undone is gone
            self._places = [place for place in self._places if place.serial <= self._last or place.serial == 0]
            self._seen = history.serial
        self._last = history.serial
        if self._untouched and history.top:
            if history.top.name == "Generate":  # the first image comes by itself
                self._place.saved = self._picture.snapshot()
            self._untouched = False
        self._tell()

    def _tell(self) -> None:
        shown = (self.path, self.modified)
        if shown != self._shown:
            self._shown = shown
            self.changed.emit()

    def _add_recent(self, path: Path) -> None:
        self._remember([path, *(other for other in self.recent if other != path)][:MOST_RECENT])

    def _forget(self, path: Path) -> None:
        self._remember([other for other in self.recent if other != path])

    def _remember(self, recent: list[Path]) -> None:
        self.recent = recent
        data = msgspec.json.encode([str(path) for path in recent])
        self._tasks.start(self._write_recent(data))
        self._tell()
        self.changed.emit()

    async def _write_recent(self, data: bytes) -> None:
        async with self._writing:
            await asyncio.to_thread(_write, self._folder / RECENT, data)


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise BadFile(f"{path} cannot be written ({error.strerror}).", "Choose another folder.") from error


def _read_recent(path: Path) -> list[Path]:
    try:
        return [Path(name) for name in msgspec.json.decode(path.read_bytes(), type=list[str])]
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):  # a list of files is not worth a word
        return []
