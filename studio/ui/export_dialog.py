"""The export dialog: what the pairs are drawn from, how many, in which form and where; then how far they are."""

from __future__ import annotations

import shutil
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QLocale, QStandardPaths, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QLayout,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QWidget,
)

from engine.library import Given, find_pack, full_size, usual_steps
from engine.protocol import Generate
from studio.session.export_choices import BYTES_PER_PIXEL, FILES, TARGETED, Choices, Source, fresh, request_of
from studio.session.exports import Stage
from studio.session.preferences import Preferences
from studio.session.requests import MAX_SEED, given
from studio.session.session import Session
from studio.ui.build import column, row, text
from studio.ui.dialogs import ask_folder, ask_text
from studio.ui.export_fields import Place, Threshold, forms, sources
from studio.ui.export_words import duration, number, standing
from studio.ui.notice_bar import NoticeBar
from studio.ui.theme import Theme

MOST = 10_000_000
SEGMENTER, CLIP = "segmenter.safetensors", "clip.safetensors"
MARGIN = 16
GIVES: dict[Source, Given] = {Source.LAYOUTS: "some", Source.IMAGES: "image"}


class ExportDialog(QDialog):
    """Never modal: painting goes on, and so does the export when this is closed."""

    def __init__(self, session: Session, preferences: Preferences, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export a data set"))
        self.setMinimumWidth(600)
        self._session, self._preferences, self._exports = session, preferences, session.exports
        self.notices = NoticeBar(theme)
        self._make_fields()
        self._make_quality()
        self.fields = QWidget()
        self.fields.setLayout(self._grid())
        self.plan = text("", "dim")
        self.plan.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self._make_buttons()
        self._lay_out()
        self._put(preferences.chosen.export)
        self._connect()
        self._follow()

    def _make_fields(self) -> None:
        self.source, self.form = QComboBox(), QComboBox()
        self.source.setAccessibleName(self.tr("Draw from"))
        self.form.setAccessibleName(self.tr("Format"))
        self._sources, self._forms = sources(), forms()
        for source, (title, _) in self._sources.items():
            self.source.addItem(title, source)
        for form, (title, _) in self._forms.items():
            self.form.addItem(title, form)
        self.source_help, self.form_help = text("", "dim"), text("", "dim")
        self.places = {
            Source.PROMPTS: Place(self.tr("File of captions"), self.tr("Choose a file of captions"), ask_text),
            Source.LAYOUTS: Place(self.tr("Folder of layouts"), self.tr("Choose a folder of layouts"), ask_folder),
            Source.IMAGES: Place(self.tr("Folder of images"), self.tr("Choose a folder of images"), ask_folder),
        }
        self.count, self.first_seed = QSpinBox(), QSpinBox()
        self.count.setRange(1, MOST)
        self.count.setAccessibleName(self.tr("Pairs"))
        self.first_seed.setRange(0, MAX_SEED)
        self.first_seed.setAccessibleName(self.tr("First seed"))
        self.first_seed.setToolTip(self.tr("Each next pair has the next seed; the same seeds make the same pairs"))
        for box in (self.count, self.first_seed):
            box.setGroupSeparatorShown(True)
            box.setMinimumWidth(110)
            box.lineEdit().setTextMargins(8, 0, 4, 0)
        self.full = QCheckBox(self.tr("All the detail"))
        self.full.setToolTip(self.tr("Each pair is brought to the pack's full size, which takes longer"))
        self.full.setVisible(bool(self._session.sharpness.factor))
        self.areas = QCheckBox()
        self.out = Place(self.tr("Folder"), self.tr("Choose a folder for the data set"), ask_folder)

    def _make_quality(self) -> None:
        self.agrees = Threshold(
            self.tr("The segmenter agrees with the layout on at least"),
            self.tr("It looks at each image by itself, and its layout is compared with the pair's"),
        )
        self.named = QCheckBox(self.tr("Every class that the caption names is there"))
        self.differs = Threshold(
            self.tr("Likeness to any other pair is below"),
            self.tr("Near-duplicates are left out: of each other, and of the pictures in the folder below"),
        )
        self.reference = Place(
            self.tr("Pictures not to repeat"), self.tr("Choose a folder with images and layouts"), ask_folder
        )
        self.reference.edit.setPlaceholderText(self.tr("A folder of real pairs that are not to be repeated, if any"))
        folder = find_pack(self._session.pack.name)
        if not (folder / SEGMENTER).is_file():
            self.agrees.forbid(self.tr("This pack has no segmenter. diptych-engine train-segmenter makes one."))
            if not (folder / CLIP).is_file():
                self.differs.forbid(self.tr("This pack has nothing to tell likeness by."))

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        numbers = row(spacing=8)
        numbers.addWidget(self.count)
        numbers.addSpacing(12)
        numbers.addWidget(text(self.tr("First seed"), "dim"))
        numbers.addWidget(self.first_seed)
        numbers.addSpacing(12)
        numbers.addWidget(self.full)
        numbers.addStretch(1)
        lines: list[tuple[str, list[QWidget]]] = [
            (self.tr("Draw from"), [self.source, *self.places.values(), self.source_help]),
            (self.tr("Pairs"), [holder(numbers)]),
            (self.tr("Areas"), [self.areas]),
            (self.tr("Format"), [self.form, self.form_help]),
            (self.tr("Folder"), [self.out]),
            (self.tr("Keep if"), [self.agrees, self.named, self.differs, self.reference]),
        ]
        place = 0
        for words, widgets in lines:
            label = text(words, "dim")
            grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for widget in widgets:
                grid.addWidget(widget, place, 1)
                place += 1
            grid.setRowMinimumHeight(place, 4)
            place += 1
        return grid

    def _make_buttons(self) -> None:
        self.begin = QPushButton(self.tr("Export"))
        self.begin.setProperty("primary", True)
        self.begin.setDefault(True)
        self.go_on, self.pause = QPushButton(self.tr("Go on")), QPushButton(self.tr("Pause"))
        self.cancel = QPushButton(self.tr("Stop"))
        self.browse = QPushButton(self.tr("Look through a data set…"))
        for button in (self.go_on, self.pause, self.cancel, self.browse):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        buttons = row(spacing=8)
        buttons.addWidget(self.browse)
        buttons.addStretch(1)
        for button in (self.cancel, self.pause, self.go_on, self.begin):
            buttons.addWidget(button)
        rows = column(spacing=12, margin=MARGIN)
        rows.addWidget(self.notices)
        rows.addWidget(self.fields)
        rows.addStretch(1)
        rows.addWidget(self.plan)
        rows.addWidget(self.bar)
        rows.addLayout(buttons)
        rows.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)  # it grows with what is shown
        self.setLayout(rows)

    def _connect(self) -> None:
        exports = self._exports
        for box in (self.source, self.form):
            box.currentIndexChanged.connect(self._follow)
        for spin in (self.count, self.first_seed):
            spin.valueChanged.connect(self._follow)
        for place in (*self.places.values(), self.out, self.reference):
            place.changed.connect(self._follow)
        for threshold in (self.agrees, self.differs):
            threshold.changed.connect(self._follow)
        for check in (self.areas, self.full):
            check.toggled.connect(self._follow)
        self._session.generator.options_changed.connect(self._follow)
        self.begin.clicked.connect(self._begin)
        self.go_on.clicked.connect(exports.go_on)
        self.cancel.clicked.connect(exports.cancel)
        self.pause.clicked.connect(lambda: exports.resume() if exports.stage is Stage.PAUSED else exports.pause())
        self.browse.clicked.connect(lambda: exports.browse_asked.emit(None))
        exports.changed.connect(self._on_export)
        exports.noticed.connect(self.notices.say)

    @property
    def chosen(self) -> Source:
        """The source; Qt gives it back as a plain word."""
        return Source(self.source.currentData())

    @property
    def choices(self) -> Choices:
        """What the fields say."""
        return Choices(
            source=self.chosen,
            places={source: place.path for source, place in self.places.items() if place.path},
            count=self.count.value(),
            first_seed=self.first_seed.value(),
            form=self.form.currentData(),
            parent=str(Path(self.out.path).parent),
            full=self.full.isChecked(),
            areas=self.areas.isChecked(),
            agrees=self.agrees.on.isChecked(),
            agreement=self.agrees.share,
            named=self.named.isChecked(),
            differs=self.differs.on.isChecked(),
            apart=self.differs.share,
            reference=self.reference.path,
        )

    def _put(self, choices: Choices) -> None:
        self.source.setCurrentIndex(self.source.findData(choices.source))
        self.form.setCurrentIndex(self.form.findData(choices.form))
        for source, path in choices.places.items():
            self.places[source].show_path(path)
        self.count.setValue(choices.count)
        self.first_seed.setValue(choices.first_seed)
        self.full.setChecked(choices.full)
        self.areas.setChecked(choices.areas)
        if self.agrees.on.isEnabled():
            self.agrees.put(choices.agrees, choices.agreement)
        if self.differs.on.isEnabled():
            self.differs.put(choices.differs, choices.apart)
        self.named.setChecked(choices.named)
        self.reference.show_path(choices.reference)
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self._parent = Path(choices.parent or Path(documents) / "Diptych")
        self._suggest()

    def _suggest(self) -> None:
        self.out.show_path(str(fresh(self._parent, self._session.pack.info.name)))

    def _begin(self) -> None:
        choices, canvas = self.choices, None
        if choices.source is Source.CANVAS:
            canvas = self._draft()
            if canvas is None:
                return
            if choices.full:
                canvas = replace(canvas, full=self._session.sharpness.full(canvas))
        self._parent = Path(choices.parent)
        self._preferences.change(export=choices)
        options, pack = self._session.generator.options, self._session.pack.name
        out, upscales = Path(self.out.path), bool(self._session.sharpness.factor)
        self._exports.start(request_of(choices, out, pack, options, canvas, upscales=upscales))

    def _draft(self) -> Generate | None:
        generator = self._session.generator
        generator.noticed.connect(self.notices.say)  # what stands in the way is said here, too
        try:
            return generator.draft()
        finally:
            generator.noticed.disconnect(self.notices.say)

    def _on_export(self) -> None:
        if self._exports.request is None and self.fields.isEnabled() is False:
            self._suggest()
        self._follow()

    def _follow(self) -> None:
        """Show what belongs to what is chosen, and how far the export is."""
        source, options = self.chosen, self._session.generator.options
        for one, place in self.places.items():
            place.setVisible(one is source)
        self.source_help.setText(self._sources[source].help)
        self.form_help.setText(self._forms[self.form.currentData()].help)
        aims = ", ".join(f"{name} {100 * share:.0f} %" for name, share in options.areas.items())
        self.areas.setText(self.tr("Aim at those set beside the picture: {areas}").format(areas=aims or "–"))
        self.areas.setEnabled(bool(aims) and source in TARGETED)
        self.reference.setVisible(self.differs.on.isChecked())
        self._show_stage()

    def _show_stage(self) -> None:
        exports, stage = self._exports, self._exports.stage
        self.fields.setEnabled(not exports.busy)
        for widget in (self.bar, self.pause, self.cancel):
            widget.setVisible(exports.busy)
        self.begin.setVisible(not exports.busy)
        self.begin.setEnabled(not self._lacking())
        self.go_on.setVisible(stage is Stage.STOPPED)
        self.pause.setText(self.tr("Resume") if stage is Stage.PAUSED else self.tr("Pause"))
        self.pause.setEnabled(stage is not Stage.WAITING)
        progress, request = exports.progress, exports.request
        self.bar.setRange(0, request.count if progress and request else 0)
        self.bar.setValue(progress.pairs if progress else 0)
        self.plan.setText(standing(exports) if exports.busy else self._lacking() or self._planned())
        if exports.busy and not self.focusWidget():
            self.pause.setFocus()

    def _usual_steps(self) -> int:
        generator, document = self._session.generator, self._session.editor.document
        gives = given(document, generator.mode) if self.chosen is Source.CANVAS else GIVES.get(self.chosen, "nothing")
        return usual_steps(self._session.pack.info, generator.options.sampler, gives)

    def _lacking(self) -> str:
        source = self.chosen
        if source in FILES and not self.places[source].path:
            if source is Source.PROMPTS:
                return self.tr("Choose a file of captions first.")
            return self.tr("Choose a folder of pictures first.")
        return "" if self.out.path else self.tr("Choose a folder for the data set first.")

    def _planned(self) -> str:
        """How many pairs, and about how much time and room they take."""
        document, options = self._session.editor.document, self._session.generator.options
        info = self._session.pack.info
        height, width = info.height, info.width
        if self.chosen is Source.CANVAS:
            height, width = document.height, document.width
        count = self.count.value()
        steps = options.steps or self._usual_steps()
        seconds = self._exports.pace.seconds(steps, self.full.isChecked(), height * width * count)
        if self.full.isChecked():
            height, width = full_size(info, height, width) or (height, width)
        parts = [self.tr("{count} pairs of {width}×{height}").format(count=number(count), width=width, height=height)]
        if seconds is not None:
            parts.append(self.tr("about {time} in {steps} steps each").format(time=duration(seconds), steps=steps))
        size = BYTES_PER_PIXEL[self.form.currentData()] * height * width * count
        room = self.tr("about {size}").format(size=QLocale().formattedDataSize(round(size), 1))
        free = free_at(Path(self.out.path))
        if free is not None:
            room = self.tr("{room} ({free} free)").format(room=room, free=QLocale().formattedDataSize(free, 0))
        parts.append(room)
        if (Path(self.out.path) / "export.json").is_file():
            parts.append(self.tr("goes on with what is there"))
        return " · ".join(parts)


def holder(layout: QLayout) -> QWidget:
    """A layout as a widget."""
    widget = QWidget()
    widget.setLayout(layout)
    return widget


def free_at(folder: Path) -> int | None:
    """Bytes on the disk that a folder is or would be on; None if nobody can say."""
    for place in (folder, *folder.parents):
        if place.is_dir():
            try:
                return shutil.disk_usage(place).free
            except OSError:
                return None
    return None
