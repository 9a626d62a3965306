"""The session: one pack with its picture, engine, results and files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.interface.errors import EngineError
from engine.interface.protocol import Done
from engine.interface.raster import fit_layout, read_layout
from studio.domain.document import GenerationMode, ImageKind
from studio.domain.palette import ClassPalette
from studio.session.connection.engine_client import EngineClient
from studio.session.datasets.export_jobs import ExportRunner
from studio.session.editing.editor import Editor
from studio.session.editing.open_picture import OpenPicture
from studio.session.generation.extension import CanvasExtension
from studio.session.generation.full_size_inputs import FullSizeSource
from studio.session.generation.generator import GenerationController
from studio.session.generation.job_queue import GenerationJob
from studio.session.generation.speed import SpeedMeter
from studio.session.generation.upscaling import FullSizeController
from studio.session.generation.variations import Variations
from studio.session.notices import Notice, NoticeLevel, notice_of_error
from studio.session.pack_library.open_pack import StudioPack
from studio.session.persistence.autosave import Autosave
from studio.session.persistence.file_exchange import FileExchange
from studio.session.persistence.projects import Projects
from studio.session.persistence.state_storage import StateStorage
from studio.session.results.result_store import ResultStore
from studio.session.results.results import Results
from studio.session.results.timeline import Timeline
from studio.session.tasks import TaskRunner

RESULTS_FOLDER = "results"


class Session(QObject):
    """Builds the parts of a session and connects them. Its `noticed` emits the notices of all parts."""

    noticed = Signal(object)  # Notice

    def __init__(self, pack: StudioPack, command: list[str], data: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        info = pack.info
        self.pack = pack
        self.palette = ClassPalette(info.classes)
        self.tasks = TaskRunner(self)
        self.editor = Editor(info.height, info.width, self.palette, self)
        self.client = EngineClient(command, info, self)
        self.full_size_source = FullSizeSource(info, self.editor.document)
        self.generator = GenerationController(self.editor, self.client, self.full_size_source, pack.name, self)
        self.speed_meter = SpeedMeter(info, self.client, self.generator, self)
        self.results = Results(ResultStore(data / RESULTS_FOLDER / (info.name or "none"), info), self.tasks, self)
        self.picture = OpenPicture(self.editor, self.generator, self.results, self)
        self.projects = Projects(data, info, self.picture, self.tasks, self)
        self.extension = CanvasExtension(self.editor, self.generator, self)
        self.files = FileExchange(info, self.picture, self.projects, self.full_size_source, self.tasks, self)
        self.full_size = FullSizeController(info, self.picture, self.client, self.full_size_source, self)
        self.variations = Variations(info, self.picture, self)
        self.timeline = Timeline(info, self.picture, self.tasks, self)
        self.exports = ExportRunner(self.client, data, self)
        self._data = data
        self._autosave: Autosave | None = None
        self.generator.result_received.connect(self._on_result)
        for source in (
            self.tasks,
            self.client,
            self.generator,
            self.results,
            self.projects,
            self.files,
            self.full_size,
            self.extension,
            self.timeline,
            self.exports,
        ):
            source.noticed.connect(self.noticed)

    def begin(self) -> None:
        """Open the last picture or the first example, and start the engine."""
        if not self.pack.usable:
            return
        if not self._restore():
            self._show_example()
            self.projects.begin_pristine()
        if self._autosave:
            self._autosave.start()
        if self.editor.document.status.image is ImageKind.NONE:
            self.generator.request_update()
        self.results.begin()
        self.exports.offer_unfinished()
        QTimer.singleShot(0, self.client.start)  # after the window was painted

    def cancel_generation(self) -> None:
        """Cancel everything that is being generated for the picture."""
        self.full_size.skip_current()
        self.generator.cancel_all()

    def clear_layout(self) -> None:
        """Make the layout unknown, keep the image, and cancel what is generated for the old layout."""
        self.editor.clear_layout()
        self.generator.cancel_picture_job()

    def show_colourblind_colours(self, enabled: bool) -> None:
        """Show the classes in colours for every kind of colour vision, or in the pack's; files do not change."""
        if enabled != self.palette.colourblind_safe:
            self.palette.set_colourblind_safe(enabled=enabled)
            self.generator.display.refresh()

    async def save_document(self) -> None:
        """Write the picture for the next start. Raises BadFile."""
        self.editor.end_stroke()
        if self._autosave:
            await self._autosave.save()

    async def shutdown(self) -> None:
        """End the engine and all tasks, and return when they have ended."""
        if self._autosave:
            self._autosave.stop_writing()  # so that cancelled results are generated at the next start
        self.generator.cancel_all()
        await self.client.stop()
        await self.tasks.wait_for_all()
        if self._autosave:
            self._autosave.close()

    def _restore(self) -> bool:
        try:
            storage = StateStorage(self._data, self.pack.info)
            self._autosave = Autosave(storage, self.picture, self.projects, self.tasks, self)
            self._autosave.noticed.connect(self.noticed)
            return self._autosave.restore()
        except EngineError as error:
            self.noticed.emit(notice_of_error(error))
            return False

    def _on_result(self, job: GenerationJob, event: Done) -> None:
        if job.mode is GenerationMode.TEXT_TO_BOTH:  # which replaces what was painted
            self.projects.set_aside()
        result = (event.image.pixels(), event.layout.pixels())
        self.results.record_result(job.request, job.mode, self.editor.document, result)

    def _show_example(self) -> None:
        if not self.pack.examples:
            return
        try:
            layout = read_layout(self.pack.examples[0], self.pack.info.classes)
        except EngineError as error:
            self.noticed.emit(notice_of_error(error))
            return
        fitted = fit_layout(layout, self.pack.info.height, self.pack.info.width)
        self.editor.reset(lambda document: document.set_planes(painted=fitted.pixels))
        class_name = self.palette.class_name(self.palette.default_class())
        words = self.tr("Paint a {thing}: the image follows every stroke.")
        if "road" in {info.name for info in self.palette.classes}:
            words = self.tr("Paint a {thing} on the road: the image follows every stroke.")
        self.noticed.emit(Notice(words.format(thing=class_name), NoticeLevel.HINT))
