"""A sitting: the picture, the engine, files and what is kept for the next time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import EngineError
from engine.protocol import Done
from engine.raster import fit_layout, read_layout
from studio.domain.document import ImageKind, Mode
from studio.domain.palette import Palette
from studio.session.editor import Editor
from studio.session.engine_client import EngineClient
from studio.session.errands import Job
from studio.session.exports import Exports
from studio.session.extension import Extension
from studio.session.files import Files
from studio.session.generator import Generator
from studio.session.keeper import Keeper
from studio.session.notices import Notice, Tone, of_error
from studio.session.pack import Pack
from studio.session.picture import Picture
from studio.session.projects import Projects
from studio.session.results import Results
from studio.session.sharpness import Sharpness
from studio.session.shelf import Shelf
from studio.session.storage import Storage
from studio.session.tasks import Tasks
from studio.session.timeline import Timeline
from studio.session.variations import Variations

RESULTS = "results"


class Session(QObject):
    """What the window shows and drives. Notices come out of one signal, whoever has something to say."""

    noticed = Signal(object)  # Notice

    def __init__(self, pack: Pack, command: list[str], data: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        info = pack.info
        self.pack = pack
        self.palette = Palette(info.classes)
        self.tasks = Tasks(self)
        self.editor = Editor(info.height, info.width, self.palette, self)
        self.client = EngineClient(command, info, self)
        self.generator = Generator(self.editor, self.client, pack.name, self)
        self.results = Results(Shelf(data / RESULTS / (info.name or "none"), info), self.tasks, self)
        self.picture = Picture(self.editor, self.generator, self.results, self)
        self.projects = Projects(data, info, self.picture, self.tasks, self)
        self.extension = Extension(self.editor, self.generator, self)
        self.files = Files(info, self.picture, self.projects, self.tasks, self)
        self.sharpness = Sharpness(info, self.picture, self.client, self.files, self)
        self.variations = Variations(info, self.picture, self)
        self.timeline = Timeline(info, self.picture, self.tasks, self)
        self.exports = Exports(info, self.client, self.generator, data, self)
        self._data = data
        self._keeper: Keeper | None = None
        self.generator.made.connect(self._on_made)
        for source in (
            self.tasks,
            self.client,
            self.generator,
            self.results,
            self.projects,
            self.files,
            self.sharpness,
            self.extension,
            self.timeline,
            self.exports,
        ):
            source.noticed.connect(self.noticed)

    def begin(self) -> None:
        """Put the last picture or the first example on the canvas, and start the engine behind it."""
        if not self.pack.usable:
            return
        if not self._restore():
            self._show_example()
            self.projects.begin()
        if self._keeper:
            self._keeper.begin()
        if self.editor.document.marks.image is ImageKind.NONE:
            self.generator.touch()
        self.results.begin()
        self.exports.begin()
        QTimer.singleShot(0, self.client.start)  # after the first paint, which the engine's start would slow down

    def cancel(self) -> None:
        """Stop all that is being made for the picture."""
        self.sharpness.give_up()
        self.generator.cancel()

    def clear_layout(self) -> None:
        """Make the layout unknown and keep the image; what runs for the old one is of no use any more."""
        self.editor.clear_layout()
        self.generator.forget()

    def show_distinct(self, distinct: bool) -> None:
        """Show the classes in colours that are easy to tell apart, or in the pack's; files stay as they are."""
        if distinct != self.palette.distinct:
            self.palette.choose(distinct=distinct)
            self.generator.shown_changed.emit()

    async def save_document(self) -> None:
        """Keep the picture for the next time, as it is now. Raises BadFile."""
        self.editor.end_stroke()
        if self._keeper:
            await self._keeper.save()

    async def shutdown(self) -> None:
        """End the engine. Returns when no process and no task is left."""
        if self._keeper:
            self._keeper.rest()  # before what is still to be made is given up
        self.generator.cancel()
        await self.client.stop()
        await self.tasks.finish()
        if self._keeper:
            self._keeper.close()

    def _restore(self) -> bool:
        try:
            storage = Storage(self._data, self.pack.info)
            self._keeper = Keeper(storage, self.picture, self.projects, self.tasks, self)
            self._keeper.noticed.connect(self.noticed)
            return self._keeper.restore()
        except EngineError as error:
            self.noticed.emit(of_error(error))
            return False

    def _on_made(self, job: Job, event: Done) -> None:
        if job.mode is Mode.TEXT_TO_BOTH:  # it takes the place of what was painted
            self.projects.set_aside()
        result = (event.image.pixels(), event.layout.pixels())
        self.results.record(job.request, job.mode, self.editor.document, result)

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
