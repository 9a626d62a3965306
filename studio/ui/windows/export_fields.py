"""The export dialog's path and threshold fields, and the texts of its sources and formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QFileDialog, QLineEdit, QPushButton, QSizePolicy, QWidget

from engine.interface.protocol import ExportFormat
from studio.session.datasets.export_options import ExportSourceKind
from studio.ui.style.item_models import ChoiceText
from studio.ui.style.layouts import hbox, pad_spin_box

AskForPath = Callable[[QWidget, str, Callable[[Path], None]], QFileDialog]
"""One of the functions in `file_dialogs` that ask for a path."""

translate = QCoreApplication.translate


class PathField(QWidget):
    """A path to a file or a folder that can be typed, or chosen in a dialog."""

    changed = Signal()

    def __init__(self, name: str, title: str, ask: AskForPath) -> None:
        super().__init__()
        self.path_edit = QLineEdit()
        self.path_edit.setAccessibleName(name)
        self.choose_button = QPushButton(self.tr("Choose…"))
        self.choose_button.setAccessibleName(title)
        self.choose_button.setAutoDefault(False)
        line = hbox()
        line.addWidget(self.path_edit, 1)
        line.addWidget(self.choose_button)
        self.setLayout(line)
        self.path_edit.textChanged.connect(self.changed)
        self.choose_button.clicked.connect(lambda: ask(self, title, lambda path: self.set_path(str(path))))

    @property
    def path(self) -> str:
        """The path without leading and trailing spaces."""
        return self.path_edit.text().strip()

    def set_path(self, path: str) -> None:
        """Show a path with the separators of this system."""
        self.path_edit.setText(QDir.toNativeSeparators(path))


class ThresholdField(QWidget):
    """A filter that can be switched on, with its threshold in percent."""

    changed = Signal()

    def __init__(self, label: str, tip: str) -> None:
        super().__init__()
        self.check_box = QCheckBox(label)
        self.check_box.setToolTip(tip)
        self.percent_box = QDoubleSpinBox()
        self.percent_box.setRange(0, 100)
        self.percent_box.setDecimals(0)
        self.percent_box.setSuffix(" %")
        self.percent_box.setAccessibleName(label)
        self.percent_box.setFixedWidth(72)
        pad_spin_box(self.percent_box)
        line = hbox()
        line.addWidget(self.check_box)
        line.addWidget(self.percent_box)
        line.addStretch(1)
        self.setLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.check_box.toggled.connect(self.percent_box.setEnabled)
        self.check_box.toggled.connect(self.changed)
        self.percent_box.valueChanged.connect(self.changed)

    def set_threshold(self, enabled: bool, share: float) -> None:
        """Show whether the filter is on, and its threshold as a share from 0 to 1."""
        self.percent_box.setValue(100 * share)
        self.check_box.setChecked(enabled)
        self.percent_box.setEnabled(enabled)

    @property
    def share(self) -> float:
        """The threshold from 0 to 1."""
        return self.percent_box.value() / 100

    def disable(self, reason: str) -> None:
        """Switch the filter off for good; `reason` becomes its tool tip."""
        self.set_threshold(False, self.share)
        self.check_box.setEnabled(False)
        self.check_box.setToolTip(reason)


def source_texts() -> dict[ExportSourceKind, ChoiceText]:
    """The texts of all sources in the current language, in display order."""
    return {
        ExportSourceKind.GRAMMAR: ChoiceText(
            translate("Export", "Captions from the pack's grammar"),
            translate("Export", "A caption is composed for each pair; both halves are generated."),
        ),
        ExportSourceKind.PROMPTS: ChoiceText(
            translate("Export", "Captions from a file"),
            translate("Export", "A text file with one caption per line; pairs use them in turn."),
        ),
        ExportSourceKind.CANVAS: ChoiceText(
            translate("Export", "The current canvas"),
            translate("Export", "Painted and kept parts stay; the rest is generated with each seed."),
        ),
        ExportSourceKind.LAYOUTS: ChoiceText(
            translate("Export", "Layouts from a folder"),
            translate("Export", "Index PNGs; new images are generated for them, in turn."),
        ),
        ExportSourceKind.IMAGES: ChoiceText(
            translate("Export", "Images from a folder"),
            translate("Export", "PNG or JPEG files; layouts are generated for them."),
        ),
        ExportSourceKind.FREE: ChoiceText(
            translate("Export", "Nothing"),
            translate("Export", "Pictures without any condition."),
        ),
    }


def format_texts() -> dict[ExportFormat, ChoiceText]:
    """The texts of all formats in the current language, in display order."""
    return {
        "paired": ChoiceText(
            translate("Export", "Paired folders"),
            translate("Export", "images/ and layouts/ with index PNGs, as read by diptych-engine train."),
        ),
        "voc": ChoiceText("Pascal VOC", translate("Export", "JPEG images and PNGs with the VOC palette.")),
        "cityscapes": ChoiceText(
            "Cityscapes", translate("Export", "leftImg8bit and gtFine with labelIds, trainIds and colours.")
        ),
        "ade20k": ChoiceText("ADE20K", translate("Export", "JPEG images and annotations; 0 means unlabelled.")),
        "coco": ChoiceText("COCO", translate("Export", "Panoptic PNGs, run-length encoded regions, and captions.")),
        "imagefolder": ChoiceText(
            "Hugging Face ImageFolder", translate("Export", "A folder with metadata.jsonl, for load_dataset.")
        ),
        "parquet": ChoiceText(
            "Hugging Face Parquet", translate("Export", "A few large files that contain the pictures.")
        ),
        "webdataset": ChoiceText("WebDataset", translate("Export", "Tar files of pairs, for streaming.")),
    }
