"""The data set browser: what came out of an export, what it holds, and a way to be rid of bad pairs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QDialog, QFrame, QPushButton, QScrollArea, QSizePolicy, QSpinBox, QWidget

from studio.session.gallery import Gallery
from studio.session.session import Session
from studio.ui.build import column, panel, row, text
from studio.ui.dialogs import ask_folder
from studio.ui.export_words import number
from studio.ui.histogram import Histogram
from studio.ui.notice_bar import NoticeBar
from studio.ui.pair_grid import PairGrid
from studio.ui.theme import Theme

SIDE = 232


class DatasetWindow(QDialog):
    """Never modal. Dropped pairs can be taken back until it is closed."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(1000, 680)
        self.gallery = Gallery(session, self)
        self.notices = NoticeBar(theme)
        self.grid = PairGrid(self.gallery, theme)
        self.histogram = Histogram(theme)
        self.choose = QPushButton(self.tr("Open a folder…"))
        self.holding, self.least = QComboBox(), QSpinBox()
        self.holding.setAccessibleName(self.tr("Show pairs with"))
        self.least.setAccessibleName(self.tr("Segmenter agrees on at least"))
        self.least.setRange(0, 100)
        self.least.setSuffix(" %")
        self.least.lineEdit().setTextMargins(8, 0, 4, 0)
        self.least_label = text(self.least.accessibleName(), "dim")
        self.count, self.said = text("", "heading"), text("", "dim")
        self.empty = text("", "dim")
        self.drop, self.undo = QPushButton(self.tr("Drop")), QPushButton(self.tr("Take back"))
        self.to_canvas = QPushButton(self.tr("Open on the canvas"))
        self._lay_out()
        self._connect()
        self._on_opened()

    def done(self, result: int) -> None:
        """Ends by Escape too, which closes without an event."""
        self.gallery.close()
        super().done(result)

    def _lay_out(self) -> None:
        self.said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        foot = row(spacing=8)
        foot.addStretch(1)
        for button in (self.undo, self.drop, self.to_canvas):
            foot.addWidget(button)
        for button in (self.undo, self.drop, self.to_canvas, self.choose):
            button.setAutoDefault(False)
        right = column()
        right.addWidget(self.grid, 1)
        right.addWidget(self.empty, 1)
        right.addWidget(self.said)
        right.addLayout(foot)
        body = row(spacing=12)
        body.addWidget(self._side())
        body.addLayout(right, 1)
        rows = column(margin=12)
        rows.addWidget(self.notices)
        rows.addLayout(body, 1)
        self.setLayout(rows)

    def _side(self) -> QFrame:
        area = QScrollArea()
        area.setWidget(self.histogram)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = column(spacing=6, margin=12)
        rows.addWidget(self.choose)
        rows.addSpacing(4)
        rows.addWidget(self.count)
        rows.addWidget(text(self.holding.accessibleName(), "dim"))
        rows.addWidget(self.holding)
        rows.addWidget(self.least_label)
        rows.addWidget(self.least)
        rows.addSpacing(6)
        rows.addWidget(text(self.tr("What they hold"), "heading"))
        rows.addWidget(text(self.tr("share of the pixels · of the pairs"), "dim"))
        rows.addWidget(area, 1)
        side = QFrame()
        panel(side)
        side.setLayout(rows)
        side.setFixedWidth(SIDE)
        return side

    def _connect(self) -> None:
        gallery = self.gallery
        gallery.opened.connect(self._on_opened)
        gallery.shown_changed.connect(self._show)
        gallery.noticed.connect(self.notices.say)
        self.grid.chosen_changed.connect(self._show_chosen)
        self.grid.open_asked.connect(gallery.put_on_canvas)
        self.choose.clicked.connect(lambda: ask_folder(self, self.tr("Open a data set"), gallery.open))
        self.holding.activated.connect(self._filter)
        self.least.valueChanged.connect(self._filter)
        self.drop.clicked.connect(self.grid.drop)
        self.undo.clicked.connect(self.grid.undo)
        self.to_canvas.clicked.connect(lambda: gallery.put_on_canvas(self.grid.rows[0]))
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(self.grid.undo)

    def _filter(self) -> None:
        self.gallery.filter(self.holding.currentData(), self.least.value() / 100)

    def _on_opened(self) -> None:
        gallery = self.gallery
        folder, info = gallery.folder, gallery.info
        title = self.tr("Data set")
        self.setWindowTitle(f"{folder.name} — {title}" if folder else title)
        self.holding.clear()
        self.holding.addItem(self.tr("any class"), None)
        for index, one in enumerate(info.classes if info else ()):
            self.holding.addItem(one.name, index)
        self.least.blockSignals(True)
        self.least.setValue(0)
        self.least.blockSignals(False)
        for widget in (self.least, self.least_label):
            widget.setVisible(gallery.scored)
        self.holding.setEnabled(info is not None)
        self.choose.setEnabled(not gallery.opening)
        self._show()

    def _show(self) -> None:
        gallery = self.gallery
        shown, total = len(gallery.shown), gallery.total
        words = self.tr("{count} pairs") if shown == total else self.tr("{shown} of {count} pairs")
        words = words.format(shown=number(shown), count=number(total))
        self.count.setText(words if gallery.info else self.tr("No data set is open"))
        self.histogram.show_shares(gallery.shares())
        self.undo.setEnabled(gallery.dropped > 0)
        self.grid.setVisible(shown > 0)
        self.empty.setVisible(shown == 0)
        self.empty.setText(self._nothing())
        self._show_chosen()

    def _nothing(self) -> str:
        if self.gallery.opening:
            return self.tr("Reading…")
        if self.gallery.info is None:
            return self.tr("Open a folder that an export was written to.")
        return self.tr("No pair is like that.") if self.gallery.total else self.tr("No pair is in this folder.")

    def _show_chosen(self) -> None:
        rows = self.grid.rows
        self.drop.setEnabled(bool(rows))
        self.to_canvas.setEnabled(len(rows) == 1)
        self.said.setText(self._about(rows))
        self.said.setToolTip(self.said.text())

    def _about(self, rows: list[int]) -> str:
        gallery = self.gallery
        if len(rows) == 1:
            entry = gallery.entry(rows[0])
            parts = [self.tr("Seed {seed}").format(seed=entry.record.seed)]
            if entry.agreement is not None:
                parts.append(self.tr("agreement {share} %").format(share=round(100 * entry.agreement)))
            if entry.record.prompt:
                parts.append(self.tr("“{caption}”").format(caption=entry.record.prompt))
            return " · ".join(parts)
        if rows:
            return self.tr("{count} pairs are chosen").format(count=number(len(rows)))
        if gallery.dropped:
            words = self.tr("{count} dropped; they can be taken back until this window is closed")
            return words.format(count=number(gallery.dropped))
        return self.tr("Enter opens a pair on the canvas, Delete drops it") if gallery.shown else ""

    def show_folder(self, folder: Path) -> None:
        """Look through another folder."""
        self.gallery.open(folder)
