"""The export dialog: the source, number, format and folder of the pairs, then the progress of the export."""

from __future__ import annotations

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

from engine.interface.protocol import Generate
from studio.session.datasets.export_jobs import ExportStage
from studio.session.datasets.export_options import (
    FILE_SOURCES,
    SOURCES_WITH_AREA_TARGETS,
    ExportChoices,
    ExportSourceKind,
    build_export_request,
    next_free_folder,
)
from studio.session.datasets.export_plan import plan_export, supported_filters
from studio.session.generation.request_builder import MAX_SEED
from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.ui.panels.notice_bar import NoticeBar
from studio.ui.style.layouts import hbox, pad_spin_box, styled_label, vbox
from studio.ui.style.theme import Theme
from studio.ui.windows.export_fields import PathField, ThresholdField, format_texts, source_texts
from studio.ui.windows.export_texts import duration_text, export_status_text
from studio.ui.windows.file_dialogs import ask_folder, ask_open_text

MAX_PAIRS = 10_000_000
DIALOG_MARGIN = 16


class ExportDialog(QDialog):
    """A non-modal dialog that configures and follows an export, which continues when the dialog is closed."""

    def __init__(self, session: Session, preferences: Preferences, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export a data set"))
        self.setMinimumWidth(600)
        self._session, self._preferences, self._exports = session, preferences, session.exports
        self.notice_bar = NoticeBar(theme)
        self._make_fields()
        self._make_quality()
        self.form_widget = QWidget()
        self.form_widget.setLayout(self._make_form_layout())
        self.plan_label = styled_label("", "dim")
        self.plan_label.setWordWrap(True)
        self.progress_bar = QProgressBar()
        self.progress_bar.setTextVisible(False)
        self.progress_bar.setAccessibleName(self.tr("Progress"))
        self._make_buttons()
        self._lay_out()
        self._set_export_choices(preferences.values.export)
        self._connect()
        self._refresh()

    def _make_fields(self) -> None:
        self.source_box, self.format_box = QComboBox(), QComboBox()
        self.source_box.setAccessibleName(self.tr("Source"))
        self.format_box.setAccessibleName(self.tr("Format"))
        self._source_texts, self._format_texts = source_texts(), format_texts()
        for source, (title, _) in self._source_texts.items():
            self.source_box.addItem(title, source)
        for format_, (title, _) in self._format_texts.items():
            self.format_box.addItem(title, format_)
        self.source_help_label, self.format_help_label = styled_label("", "dim"), styled_label("", "dim")
        self.path_fields = {
            ExportSourceKind.PROMPTS: PathField(
                self.tr("File of captions"), self.tr("Choose a file of captions"), ask_open_text
            ),
            ExportSourceKind.LAYOUTS: PathField(
                self.tr("Folder of layouts"), self.tr("Choose a folder of layouts"), ask_folder
            ),
            ExportSourceKind.IMAGES: PathField(
                self.tr("Folder of images"), self.tr("Choose a folder of images"), ask_folder
            ),
        }
        self.count_box, self.first_seed_box = QSpinBox(), QSpinBox()
        self.count_box.setRange(1, MAX_PAIRS)
        self.count_box.setAccessibleName(self.tr("Pairs"))
        self.first_seed_box.setRange(0, MAX_SEED)
        self.first_seed_box.setAccessibleName(self.tr("First seed"))
        self.first_seed_box.setToolTip(self.tr("Each pair uses the next seed; the same seeds give the same pairs"))
        for box in (self.count_box, self.first_seed_box):
            box.setGroupSeparatorShown(True)
            box.setMinimumWidth(110)
            pad_spin_box(box)
        self.full_size_check = QCheckBox(self.tr("Full size"))
        self.full_size_check.setToolTip(self.tr("Draw each pair at the pack's full size, which takes longer"))
        self.full_size_check.setVisible(bool(self._session.full_size.factor))
        self.areas_check = QCheckBox()
        self.folder_field = PathField(self.tr("Folder"), self.tr("Choose a folder for the data set"), ask_folder)

    def _make_quality(self) -> None:
        self.agreement_field = ThresholdField(
            self.tr("The segmenter agrees with the layout on at least"),
            self.tr("The segmenter's layout of each image is compared with the pair's layout"),
        )
        self.named_classes_check = QCheckBox(self.tr("Every class named in the caption is present"))
        self.likeness_field = ThresholdField(
            self.tr("Similarity to any other pair is below"),
            self.tr("Rejects near-duplicates of other pairs and of the pictures in the folder below"),
        )
        self.reference_field = PathField(
            self.tr("Reference pictures"), self.tr("Choose a folder with images and layouts"), ask_folder
        )
        self.reference_field.path_edit.setPlaceholderText(
            self.tr("Optional: a folder of real pairs that must not be repeated")
        )
        supported = supported_filters(self._session.pack.name)
        if not supported.agreement:
            self.agreement_field.disable(
                self.tr("This pack has no segmenter. Train one with diptych-engine train-segmenter.")
            )
        if not supported.similarity:
            self.likeness_field.disable(self.tr("This pack has no segmenter and no CLIP to compare images with."))

    def _make_form_layout(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        numbers = hbox(spacing=8)
        numbers.addWidget(self.count_box)
        numbers.addSpacing(12)
        numbers.addWidget(styled_label(self.tr("First seed"), "dim"))
        numbers.addWidget(self.first_seed_box)
        numbers.addSpacing(12)
        numbers.addWidget(self.full_size_check)
        numbers.addStretch(1)
        lines: list[tuple[str, list[QWidget]]] = [
            (self.tr("Source"), [self.source_box, *self.path_fields.values(), self.source_help_label]),
            (self.tr("Pairs"), [widget_from_layout(numbers)]),
            (self.tr("Areas"), [self.areas_check]),
            (self.tr("Format"), [self.format_box, self.format_help_label]),
            (self.tr("Folder"), [self.folder_field]),
            (
                self.tr("Keep if"),
                [self.agreement_field, self.named_classes_check, self.likeness_field, self.reference_field],
            ),
        ]
        grid_row = 0
        for label_text, widgets in lines:
            label = styled_label(label_text, "dim")
            grid.addWidget(label, grid_row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for widget in widgets:
                grid.addWidget(widget, grid_row, 1)
                grid_row += 1
            grid.setRowMinimumHeight(grid_row, 4)
            grid_row += 1
        return grid

    def _make_buttons(self) -> None:
        self.export_button = QPushButton(self.tr("Export"))
        self.export_button.setProperty("primary", True)
        self.export_button.setDefault(True)
        self.continue_button, self.pause_button = QPushButton(self.tr("Continue")), QPushButton(self.tr("Pause"))
        self.stop_button = QPushButton(self.tr("Stop"))
        self.browse_button = QPushButton(self.tr("Browse a data set…"))
        for button in (self.continue_button, self.pause_button, self.stop_button, self.browse_button):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        buttons = hbox(spacing=8)
        buttons.addWidget(self.browse_button)
        buttons.addStretch(1)
        for button in (self.stop_button, self.pause_button, self.continue_button, self.export_button):
            buttons.addWidget(button)
        rows = vbox(spacing=12, margin=DIALOG_MARGIN)
        rows.addWidget(self.notice_bar)
        rows.addWidget(self.form_widget)
        rows.addStretch(1)
        rows.addWidget(self.plan_label)
        rows.addWidget(self.progress_bar)
        rows.addLayout(buttons)
        rows.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)  # the dialog grows with its content
        self.setLayout(rows)

    def _connect(self) -> None:
        exports = self._exports
        for box in (self.source_box, self.format_box):
            box.currentIndexChanged.connect(self._refresh)
        for spin in (self.count_box, self.first_seed_box):
            spin.valueChanged.connect(self._refresh)
        for path_field in (*self.path_fields.values(), self.folder_field, self.reference_field):
            path_field.changed.connect(self._refresh)
        for threshold in (self.agreement_field, self.likeness_field):
            threshold.changed.connect(self._refresh)
        for check in (self.areas_check, self.full_size_check):
            check.toggled.connect(self._refresh)
        self._session.generator.settings.options_changed.connect(self._refresh)
        self.export_button.clicked.connect(self._start_export)
        self.continue_button.clicked.connect(exports.resume_stopped)
        self.stop_button.clicked.connect(exports.cancel)
        self.pause_button.clicked.connect(
            lambda: exports.resume() if exports.stage is ExportStage.PAUSED else exports.pause()
        )
        self.browse_button.clicked.connect(lambda: exports.browse_requested.emit(None))
        exports.changed.connect(self._on_export_changed)
        exports.noticed.connect(self.notice_bar.show_notice)

    @property
    def chosen_source(self) -> ExportSourceKind:
        """The chosen source; Qt stores it as a plain string."""
        return ExportSourceKind(self.source_box.currentData())

    @property
    def export_choices(self) -> ExportChoices:
        """The contents of the fields."""
        return ExportChoices(
            source=self.chosen_source,
            places={source: field.path for source, field in self.path_fields.items() if field.path},
            count=self.count_box.value(),
            first_seed=self.first_seed_box.value(),
            form=self.format_box.currentData(),
            parent=str(Path(self.folder_field.path).parent),
            full=self.full_size_check.isChecked(),
            areas=self.areas_check.isChecked(),
            agrees=self.agreement_field.check_box.isChecked(),
            agreement=self.agreement_field.share,
            named=self.named_classes_check.isChecked(),
            differs=self.likeness_field.check_box.isChecked(),
            apart=self.likeness_field.share,
            reference=self.reference_field.path,
        )

    def _set_export_choices(self, choices: ExportChoices) -> None:
        self.source_box.setCurrentIndex(self.source_box.findData(choices.source))
        self.format_box.setCurrentIndex(self.format_box.findData(choices.form))
        for source, path in choices.places.items():
            self.path_fields[source].set_path(path)
        self.count_box.setValue(choices.count)
        self.first_seed_box.setValue(choices.first_seed)
        self.full_size_check.setChecked(choices.full)
        self.areas_check.setChecked(choices.areas)
        if self.agreement_field.check_box.isEnabled():
            self.agreement_field.set_threshold(choices.agrees, choices.agreement)
        if self.likeness_field.check_box.isEnabled():
            self.likeness_field.set_threshold(choices.differs, choices.apart)
        self.named_classes_check.setChecked(choices.named)
        self.reference_field.set_path(choices.reference)
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self._parent_folder = Path(choices.parent or Path(documents) / "Diptych")
        self._suggest_folder()

    def _suggest_folder(self) -> None:
        self.folder_field.set_path(str(next_free_folder(self._parent_folder, self._session.pack.info.name)))

    def _start_export(self) -> None:
        choices, canvas = self.export_choices, None
        if choices.source is ExportSourceKind.CANVAS:
            canvas = self._canvas_request()
            if canvas is None:
                return
            if choices.full:
                canvas = replace(canvas, full=self._session.full_size_source.inputs(canvas))
        self._parent_folder = Path(choices.parent)
        self._preferences.update(export=choices)
        options, pack = self._session.generator.settings.options, self._session.pack.name
        out, upscales = Path(self.folder_field.path), bool(self._session.full_size.factor)
        self._exports.start(build_export_request(choices, out, pack, options, canvas, pack_upscales=upscales))

    def _canvas_request(self) -> Generate | None:
        obstacle = self._session.generator.obstacle()
        if obstacle is not None:
            self.notice_bar.show_notice(obstacle)
            return None
        return self._session.generator.draft_request()

    def _on_export_changed(self) -> None:
        if self._exports.request is None and not self.form_widget.isEnabled():
            self._suggest_folder()
        self._refresh()

    def _refresh(self) -> None:
        """Show the fields of the chosen source, and the progress of the export."""
        source, options = self.chosen_source, self._session.generator.settings.options
        for field_source, path_field in self.path_fields.items():
            path_field.setVisible(field_source is source)
        self.source_help_label.setText(self._source_texts[source].description)
        self.format_help_label.setText(self._format_texts[self.format_box.currentData()].description)
        targets = ", ".join(f"{name} {100 * share:.0f} %" for name, share in options.areas.items())
        self.areas_check.setText(self.tr("Use the area targets of the picture: {areas}").format(areas=targets or "–"))
        self.areas_check.setEnabled(bool(targets) and source in SOURCES_WITH_AREA_TARGETS)
        self.reference_field.setVisible(self.likeness_field.check_box.isChecked())
        self._refresh_progress()

    def _refresh_progress(self) -> None:
        exports, stage = self._exports, self._exports.stage
        self.form_widget.setEnabled(not exports.active)
        for widget in (self.progress_bar, self.pause_button, self.stop_button):
            widget.setVisible(exports.active)
        self.export_button.setVisible(not exports.active)
        self.export_button.setEnabled(not self._missing_input_text())
        self.continue_button.setVisible(stage is ExportStage.STOPPED)
        self.pause_button.setText(self.tr("Resume") if stage is ExportStage.PAUSED else self.tr("Pause"))
        self.pause_button.setEnabled(stage is not ExportStage.WAITING)
        progress, request = exports.progress, exports.request
        self.progress_bar.setRange(0, request.count if progress and request else 0)
        self.progress_bar.setValue(progress.pairs if progress else 0)
        self.plan_label.setText(
            export_status_text(exports) if exports.active else self._missing_input_text() or self._plan_text()
        )
        if exports.active and not self.focusWidget():
            self.pause_button.setFocus()

    def _missing_input_text(self) -> str:
        source = self.chosen_source
        if source in FILE_SOURCES and not self.path_fields[source].path:
            if source is ExportSourceKind.PROMPTS:
                return self.tr("Choose a file of captions first.")
            return self.tr("Choose a folder of pictures first.")
        return "" if self.folder_field.path else self.tr("Choose a folder for the data set first.")

    def _plan_text(self) -> str:
        """The number and size of the pairs, and an estimate of the time and disk space they take."""
        plan = plan_export(self._session, self.export_choices, Path(self.folder_field.path))
        parts = [
            self.tr("%Ln pair(s) of {width}×{height}", "", plan.count).format(width=plan.width, height=plan.height)
        ]
        if plan.seconds is not None:
            words = self.tr("about {time} in {steps} steps each")
            parts.append(words.format(time=duration_text(plan.seconds), steps=plan.steps))
        size = self.tr("about {size}").format(size=QLocale().formattedDataSize(plan.nbytes, 1))
        if plan.free_bytes is not None:
            free = QLocale().formattedDataSize(plan.free_bytes, 0)
            size = self.tr("{size} ({free} free)").format(size=size, free=free)
        parts.append(size)
        if plan.resumes:
            parts.append(self.tr("continues the data set in this folder"))
        return " · ".join(parts)


def widget_from_layout(layout: QLayout) -> QWidget:
    """A widget with this layout."""
    widget = QWidget()
    widget.setLayout(layout)
    return widget
