"""The fields of the export dialog: places, thresholds, and the names of sources and formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QDir, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QFileDialog, QLineEdit, QPushButton, QSizePolicy, QWidget

from engine.protocol import Form
from studio.session.export_choices import Source
from studio.ui.build import row

Ask = Callable[[QWidget, str, Callable[[Path], None]], QFileDialog]
"""One of ui.dialogs."""

translate = QCoreApplication.translate


class Place(QWidget):
    """A file or a folder: typed, or chosen."""

    changed = Signal()

    def __init__(self, name: str, title: str, ask: Ask) -> None:
        super().__init__()
        self.edit = QLineEdit()
        self.edit.setAccessibleName(name)
        self.choose = QPushButton(self.tr("Choose…"))
        self.choose.setAccessibleName(title)
        self.choose.setAutoDefault(False)
        line = row()
        line.addWidget(self.edit, 1)
        line.addWidget(self.choose)
        self.setLayout(line)
        self.edit.textChanged.connect(self.changed)
        self.choose.clicked.connect(lambda: ask(self, title, lambda path: self.show_path(str(path))))

    @property
    def path(self) -> str:
        """As it was typed, without what would be a folder of its own by mistake."""
        return self.edit.text().strip()

    def show_path(self, path: str) -> None:
        """Show a path as this system writes it."""
        self.edit.setText(QDir.toNativeSeparators(path))


class Threshold(QWidget):
    """A filter that is on or off, with its threshold in percent."""

    changed = Signal()

    def __init__(self, words: str, tip: str) -> None:
        super().__init__()
        self.on = QCheckBox(words)
        self.on.setToolTip(tip)
        self.box = QDoubleSpinBox()
        self.box.setRange(0, 100)
        self.box.setDecimals(0)
        self.box.setSuffix(" %")
        self.box.setAccessibleName(words)
        self.box.setFixedWidth(72)
        self.box.lineEdit().setTextMargins(8, 0, 4, 0)
        line = row()
        line.addWidget(self.on)
        line.addWidget(self.box)
        line.addStretch(1)
        self.setLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.on.toggled.connect(self.box.setEnabled)
        self.on.toggled.connect(self.changed)
        self.box.valueChanged.connect(self.changed)

    def put(self, on: bool, share: float) -> None:
        """Show a threshold, as a share."""
        self.box.setValue(100 * share)
        self.on.setChecked(on)
        self.box.setEnabled(on)

    @property
    def share(self) -> float:
        return self.box.value() / 100

    def forbid(self, why: str) -> None:
        """Say why this cannot be used."""
        self.put(False, self.share)
        self.on.setEnabled(False)
        self.on.setToolTip(why)


class Named(NamedTuple):
    title: str
    help: str


def sources() -> dict[Source, Named]:
    """In the order in which they are offered, in the language of now."""
    return {
        Source.GRAMMAR: Named(
            translate("Export", "Captions of the pack's own words"),
            translate("Export", "Each pair gets a caption that is made up for it; both halves are drawn."),
        ),
        Source.PROMPTS: Named(
            translate("Export", "Captions from a file"),
            translate("Export", "A text file with a caption on each line; pairs take them in turn."),
        ),
        Source.CANVAS: Named(
            translate("Export", "The canvas as it is now"),
            translate("Export", "What is painted and kept stays; the rest is drawn anew with each seed."),
        ),
        Source.LAYOUTS: Named(
            translate("Export", "Layouts from a folder"),
            translate("Export", "Index PNGs; new images are drawn for them, round after round."),
        ),
        Source.IMAGES: Named(
            translate("Export", "Images from a folder"),
            translate("Export", "PNG or JPEG files; their layouts are found."),
        ),
        Source.FREE: Named(
            translate("Export", "Nothing at all"),
            translate("Export", "Any pictures, as the pack draws them."),
        ),
    }


def forms() -> dict[Form, Named]:
    """All formats, with what reads them."""
    return {
        "paired": Named(
            translate("Export", "Paired folders"),
            translate("Export", "images/ and layouts/ with index PNGs; diptych-engine train reads it."),
        ),
        "voc": Named("Pascal VOC", translate("Export", "JPEG images and PNGs with the VOC palette.")),
        "cityscapes": Named(
            "Cityscapes", translate("Export", "leftImg8bit and gtFine with labelIds, trainIds and colours.")
        ),
        "ade20k": Named("ADE20K", translate("Export", "JPEG images, and annotations in which 0 is unlabelled.")),
        "coco": Named("COCO", translate("Export", "Panoptic PNGs, regions as run lengths, and captions.")),
        "imagefolder": Named(
            "Hugging Face ImageFolder", translate("Export", "A folder with metadata.jsonl, for load_dataset.")
        ),
        "parquet": Named("Hugging Face Parquet", translate("Export", "A few large files with the pictures inside.")),
        "webdataset": Named("WebDataset", translate("Export", "Tar files of pairs, for sets that are streamed.")),
    }
