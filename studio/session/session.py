"""A sitting: the picture, the engine, files and what is kept for the next time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import EngineError
from engine.raster import Fitted, fit_image, fit_layout, read_image, read_layout, write_image, write_layout
from studio.domain.document import ImageKind, Mode
from studio.domain.palette import Palette
from studio.session.editor import Editor
from studio.session.engine_client import EngineClient
from studio.session.generator import Generator
from studio.session.notices import Notice, Tone, of_error
from studio.session.pack import Pack
from studio.session.storage import Saved, Storage
from studio.session.tasks import Tasks

AUTOSAVE = 400
"""Milliseconds after a change until it is on disk."""


class Session(QObject):
    """What the window shows and drives. Notices come out of one signal, whoever has something to say."""

    noticed = Signal(object)  # Notice
    file_done = Signal(object)  # Path, after it was opened or saved

    def __init__(self, pack: Pack, command: list[str], data: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pack = pack
        self.palette = Palette(pack.info.classes)
        self.tasks = Tasks(self)
        self.editor = Editor(pack.info.height, pack.info.width, self.palette, self)
        self.client = EngineClient(command, pack.info, self)
        self.generator = Generator(self.editor, self.client, pack.name, self)
        self.generator.options = msgspec.structs.replace(self.generator.options, steps=pack.info.steps)
        self._data = data
        self._storage: Storage | None = None
        self._saving = asyncio.Lock()
        self._autosave = QTimer(self, singleShot=True, interval=AUTOSAVE)
        self._autosave.timeout.connect(lambda: self.tasks.start(self._save_document()))
        for source in (self.tasks, self.client, self.generator):
            source.noticed.connect(self.noticed)
        self.editor.history_changed.connect(self._autosave.start)
        self.generator.options_changed.connect(self._autosave.start)
        self.generator.mode_changed.connect(self._autosave.start)

    def begin(self) -> None:
        """Put the last picture or the first example on the canvas, and start the engine behind it."""
        if not self.pack.usable:
            return
        try:
            self._storage = Storage(self._data, self.pack.info)
        except EngineError as error:
            self.noticed.emit(of_error(error))
        if not self._restore():
            self._show_example()
        if self.editor.document.marks.image is ImageKind.NONE:
            self.generator.touch()
        QTimer.singleShot(0, self.client.start)  # after the first paint, which the engine's start would slow down

    def open_layout(self, path: Path) -> None:
        """Take a layout of any size from a file, as given."""
        self.tasks.start(self._open_layout(path))

    def open_image(self, path: Path) -> None:
        """Take a photograph of any size from a file; its layout is looked for at once."""
        self.tasks.start(self._open_image(path))

    def save_layout(self, path: Path) -> None:
        """Write the layout as it is seen, as an index PNG."""
        self.tasks.start(self._save_layout(path))

    def save_image(self, path: Path) -> None:
        """Write the image as PNG."""
        self.tasks.start(self._save_image(path))

    def new(self) -> None:
        """Start over; one undo brings everything back."""
        self.editor.clear()
        self.generator.cancel()  # afterwards, for a stroke that ended with it may have sent something
        self.generator.set_mode(Mode.LAYOUT_TO_IMAGE)

    def clear_layout(self) -> None:
        """Make the layout unknown and keep the image; what runs for the old one is of no use any more."""
        self.editor.clear_layout()
        self.generator.cancel()

    def show_distinct(self, distinct: bool) -> None:
        """Show the classes in colours that are easy to tell apart, or in the pack's; files stay as they are."""
        if distinct != self.palette.distinct:
            self.palette.choose(distinct=distinct)
            self.generator.shown_changed.emit()

    async def save_document(self) -> None:
        """Keep the picture for the next time, as it is now. Raises BadFile."""
        self.editor.end_stroke()
        self._autosave.stop()
        await self._save_document()

    async def shutdown(self) -> None:
        """End the engine. Returns when no process and no task is left."""
        self.generator.cancel()
        await self.client.stop()
        await self.tasks.finish()
        if self._storage:
            self._storage.close()

    def _restore(self) -> bool:
        try:
            saved = self._storage.load() if self._storage else None
        except EngineError as error:
            self.noticed.emit(of_error(error))
            return False
        if saved is None:
            return False
        self.editor.start(
            lambda document: document.change(
                painted=saved.painted, filled=saved.filled, image=saved.image, marks=saved.marks
            )
        )
        self.generator.mode, self.generator.live = saved.mode, saved.live
        self.generator.options = saved.options
        self.editor.document_changed.emit()
        self.generator.mode_changed.emit()
        self.generator.options_changed.emit()
        return True

    def _show_example(self) -> None:
        if not self.pack.examples:
            return
        try:
            layout = read_layout(self.pack.examples[0], self.pack.info.classes)
        except EngineError as error:
            self.noticed.emit(of_error(error))
            return
        fitted = fit_layout(layout, self.pack.info.height, self.pack.info.width)
        self.editor.start(lambda document: document.change(painted=fitted.pixels))
        thing = self.palette.name(self.palette.first_choice())
        words = self.tr("Paint a {thing}: the image follows every stroke.")
        if "road" in {info.name for info in self.palette.classes}:
            words = self.tr("Paint a {thing} on the road: the image follows every stroke.")
        self.noticed.emit(Notice(words.format(thing=thing), Tone.HINT))

    async def _open_layout(self, path: Path) -> None:
        info = self.pack.info

        def read() -> tuple[tuple[int, ...], Fitted]:
            layout = read_layout(path, info.classes)
            return layout.shape, fit_layout(layout, info.height, info.width)

        size, fitted = await asyncio.to_thread(read)
        self.editor.place_layout(fitted.pixels, f"Open {path.name}")
        self.generator.cancel()
        self.generator.set_mode(Mode.LAYOUT_TO_IMAGE)
        self.generator.touch()
        self._say_fitted(path, size, exact=size == (info.height, info.width))
        self.file_done.emit(path)

    async def _open_image(self, path: Path) -> None:
        info = self.pack.info

        def read() -> tuple[tuple[int, ...], Fitted]:
            image = read_image(path)
            return image.shape[:2], fit_image(image, info.height, info.width)

        size, fitted = await asyncio.to_thread(read)
        self.editor.place_image(fitted.pixels, f"Open {path.name}")
        self.generator.cancel()
        self.generator.set_mode(Mode.IMAGE_TO_LAYOUT)
        self.generator.follow()
        self._say_fitted(path, size, exact=abs(size[1] / size[0] - info.width / info.height) < 0.02)
        self.file_done.emit(path)

    async def _save_layout(self, path: Path) -> None:
        await asyncio.to_thread(write_layout, path, self.editor.document.layout(), self.pack.info.classes)
        self._say_saved(path)

    async def _save_image(self, path: Path) -> None:
        if self.editor.document.marks.image is ImageKind.NONE:
            self.noticed.emit(Notice("There is no image to save yet. Generate one first.", Tone.HINT))
            return
        await asyncio.to_thread(write_image, path, self.editor.document.image.copy())
        self._say_saved(path)

    async def _save_document(self) -> None:
        if self._storage is None:
            return
        async with self._saving:
            document, generator = self.editor.document, self.generator
            saved = Saved(
                document.painted.copy(),
                document.filled.copy(),
                document.image.copy(),
                document.marks,
                generator.mode,
                generator.options,
                generator.live,
            )
            await asyncio.to_thread(self._storage.save, saved)

    def _say_saved(self, path: Path) -> None:
        self.noticed.emit(Notice(f"Saved {path}.", Tone.HINT))
        self.file_done.emit(path)

    def _say_fitted(self, path: Path, size: tuple[int, ...], *, exact: bool) -> None:
        if not exact:
            info = self.pack.info
            self.noticed.emit(
                Notice(
                    f"{path.name} is {size[1]}×{size[0]}; "
                    f"its middle was fitted to {info.width}×{info.height}. Undo takes it back.",
                    Tone.HINT,
                )
            )
