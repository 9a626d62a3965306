"""Preferences that a person chooses in the window; the studio writes their file, unlike the settings file."""

from __future__ import annotations

import enum
from pathlib import Path

import msgspec
from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from engine.interface.atomic_files import replace_file
from engine.interface.bounded_decoding import SMALL_DOCUMENT, decode_json
from engine.interface.errors import BadFile, MalformedData
from studio.session.datasets.export_options import ExportChoices

PREFERENCES_FILE = "preferences.json"
WRITE_DELAY_MS = 500
"""Milliseconds after a change until it is on disk."""
LOCK_TIMEOUT_MS = 500
"""Milliseconds to wait for another studio that writes the same file."""


class ColourScheme(enum.StrEnum):
    """The colours of the window: the system's, light or dark."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class PreferenceValues(msgspec.Struct, frozen=True):
    """The contents of the file. An empty value stands for the default of the system, the pack or the studio."""

    look: ColourScheme = ColourScheme.SYSTEM
    language: str = ""  # "de"
    keys: dict[str, tuple[str, ...]] = {}
    distinct_colours: bool = False
    advanced: bool = False
    full: bool = True
    pack: str = ""
    geometry: bytes = b""
    halves: tuple[int, ...] = ()
    panels: tuple[str, ...] = ("results",)
    view: tuple[float, float, float] = (0.0, 0.0, 0.0)
    export: ExportChoices = ExportChoices()


class Preferences(QObject):
    """Reads the file once. A file that cannot be read sets `problem` and is replaced by defaults."""

    changed = Signal()
    failed = Signal(object)  # EngineError: the preferences cannot be written

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = folder / PREFERENCES_FILE
        self.problem = ""
        self.values = self._read()
        self._unwritten: dict[str, object] = {}
        self._timer = QTimer(self, singleShot=True, interval=WRITE_DELAY_MS)
        self._timer.timeout.connect(self._write)

    def update(self, **fields: object) -> None:
        """Change values by name; they are written a moment later."""
        values = msgspec.structs.replace(self.values, **fields)
        if values != self.values:
            self.values = values
            self._unwritten |= fields
            self._timer.start()
            self.changed.emit()

    def flush(self) -> None:
        """Write pending changes now."""
        if self._timer.isActive():
            self._timer.stop()
            self._write()

    def _write(self) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lock = QLockFile(f"{self._file}.lock")
            lock.tryLock(LOCK_TIMEOUT_MS)  # without it only another studio's changes may be lost, never the file
            data = msgspec.json.format(msgspec.json.encode(self._merge_with_file()))
            replace_file(self._file, data, durable=False)  # the window's thread must not wait for the disk
            self._unwritten.clear()
            lock.unlock()
        except OSError as error:
            message = self.tr("{file} cannot be written ({why}).").format(file=self._file, why=error.strerror)
            self.failed.emit(BadFile(message, self.tr("Make room there, or your choices last only for this time.")))

    def _merge_with_file(self) -> PreferenceValues:
        """The values in the file, which another studio may have changed, with the changes made here."""
        try:
            stored = self._decode_file()
        except (OSError, MalformedData):
            return self.values
        return msgspec.structs.replace(stored, **self._unwritten)

    def _decode_file(self) -> PreferenceValues:
        return decode_json(self._file.read_bytes(), PreferenceValues, SMALL_DOCUMENT)

    def _read(self) -> PreferenceValues:
        try:
            return self._decode_file()
        except FileNotFoundError:
            return PreferenceValues()
        except (OSError, MalformedData) as error:
            words = self.tr("{file} cannot be read: {why}. The studio goes on with its defaults.")
            why = error.reason if isinstance(error, MalformedData) else error.strerror
            self.problem = words.format(file=self._file, why=why)
            return PreferenceValues()
