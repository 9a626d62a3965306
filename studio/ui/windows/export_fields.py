"""The fields of the export dialog: places, thresholds, and the names of sources and formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QDir, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QFileDialog, QLineEdit, QPushButton, QSizePolicy, QWidget

from engine.interface.protocol import ExportFormat
from studio.session.datasets.export_options import ExportSourceKind
from studio.ui.style.layouts import hbox, pad_spin_box

AskForPath = Callable[[QWidget, str, Callable[[Path], None]], QFileDialog]
"""One of ui.dialogs."""

translate = QCoreApplication.translate


class PathField(QWidget):
    """A file or a folder: typed, or chosen."""

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
        """As it was typed, without what would be a folder of its own by mistake."""
        return self.path_edit.text().strip()

    def set_path(self, path: str) -> None:
        """Show a path as this system writes it."""
        self.path_edit.setText(QDir.toNativeSeparators(path))


class ThresholdField(QWidget):
    """A filter that is on or off, with its threshold in percent."""

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
        """Show a threshold, as a share."""
        self.percent_box.setValue(100 * share)
        self.check_box.setChecked(enabled)
        self.percent_box.setEnabled(enabled)

    @property
    def share(self) -> float:
        return self.percent_box.value() / 100

    def disable(self, reason: str) -> None:
        """Say why this cannot be used."""
        self.set_threshold(False, self.share)
        self.check_box.setEnabled(False)
        self.check_box.setToolTip(reason)


class ChoiceText(NamedTuple):
    title: str
    help: str


def source_texts() -> dict[ExportSourceKind, ChoiceText]:
    """In the order in which they are offered, in the language of now."""
    return {
        ExportSourceKind.GRAMMAR: ChoiceText(
            translate("Export", "Captions of the pack's own words"),
            translate("Export", "Each pair gets a caption that is made up for it; both halves are drawn."),
        ),
        ExportSourceKind.PROMPTS: ChoiceText(
            translate("Export", "Captions from a file"),
            translate("Export", "A text file with a caption on each line; pairs take them in turn."),
        ),
        ExportSourceKind.CANVAS: ChoiceText(
            translate("Export", "The canvas as it is now"),
            translate("Export", "What is painted and kept stays; the rest is drawn anew with each seed."),
        ),
        ExportSourceKind.LAYOUTS: ChoiceText(
            translate("Export", "Layouts from a folder"),
            translate("Export", "Index PNGs; new images are drawn for them, round after round."),
        ),
        ExportSourceKind.IMAGES: ChoiceText(
            translate("Export", "Images from a folder"),
            translate("Export", "PNG or JPEG files; their layouts are found."),
        ),
        ExportSourceKind.FREE: ChoiceText(
            translate("Export", "Nothing at all"),
            translate("Export", "Any pictures, as the pack draws them."),
        ),
    }


def format_texts() -> dict[ExportFormat, ChoiceText]:
    """All formats, with what reads them."""
    return {
        "paired": ChoiceText(
            translate("Export", "Paired folders"),
            translate("Export", "images/ and layouts/ with index PNGs; diptych-engine train reads it."),
        ),
        "voc": ChoiceText("Pascal VOC", translate("Export", "JPEG images and PNGs with the VOC palette.")),
        "cityscapes": ChoiceText(
            "Cityscapes", translate("Export", "leftImg8bit and gtFine with labelIds, trainIds and colours.")
        ),
        "ade20k": ChoiceText("ADE20K", translate("Export", "JPEG images, and annotations in which 0 is unlabelled.")),
        "coco": ChoiceText("COCO", translate("Export", "Panoptic PNGs, regions as run lengths, and captions.")),
        "imagefolder": ChoiceText(
            "Hugging Face ImageFolder", translate("Export", "A folder with metadata.jsonl, for load_dataset.")
        ),
        "parquet": ChoiceText(
            "Hugging Face Parquet", translate("Export", "A few large files with the pictures inside.")
        ),
        "webdataset": ChoiceText("WebDataset", translate("Export", "Tar files of pairs, for sets that are streamed.")),
    }
