"""The data set browser: looks through an exported data set, shows its statistics and removes bad pairs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QDialog, QFrame, QPushButton, QSizePolicy, QSpinBox, QWidget

from studio.session.datasets.dataset_browser import DatasetBrowser
from studio.session.session import Session
from studio.ui.panels.notice_bar import NoticeBar
from studio.ui.style.layouts import bare_scroll_area, hbox, pad_spin_box, plain_tip, style_as_panel, styled_label, vbox
from studio.ui.style.theme import Theme
from studio.ui.windows.export_texts import localised_number
from studio.ui.windows.file_dialogs import ask_folder
from studio.ui.windows.histogram import ClassHistogram
from studio.ui.windows.pair_grid import PairGrid

SIDE_PANEL_WIDTH = 232


class DatasetWindow(QDialog):
    """A non-modal browser. Removed pairs can be restored until it is closed."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(1000, 680)
        self.browser = DatasetBrowser(session, self)
        self.notice_bar = NoticeBar(theme)
        self.grid = PairGrid(self.browser, theme)
        self.histogram = ClassHistogram(theme)
        self.open_button = QPushButton(self.tr("Open a folder…"))
        self.class_filter, self.agreement_filter = QComboBox(), QSpinBox()
        self.class_filter.setAccessibleName(self.tr("Show pairs with"))
        self.agreement_filter.setAccessibleName(self.tr("Segmenter agrees on at least"))
        self.agreement_filter.setRange(0, 100)
        self.agreement_filter.setSuffix(" %")
        pad_spin_box(self.agreement_filter)
        self.agreement_label = styled_label(self.agreement_filter.accessibleName(), "dim")
        self.count_label, self.selection_label = styled_label("", "heading"), styled_label("", "dim")
        self.empty_label = styled_label("", "dim")
        self.drop_button, self.undo_button = QPushButton(self.tr("Remove")), QPushButton(self.tr("Undo"))
        self.open_on_canvas_button = QPushButton(self.tr("Open on the canvas"))
        self._lay_out()
        self._connect()
        self._on_opened()

    def done(self, result: int) -> None:
        """Close the browser; Escape calls this too, without a close event."""
        self.browser.close()
        super().done(result)

    def _lay_out(self) -> None:
        self.selection_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.empty_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty_label.setWordWrap(True)
        foot = hbox(spacing=8)
        foot.addStretch(1)
        for button in (self.undo_button, self.drop_button, self.open_on_canvas_button):
            foot.addWidget(button)
        for button in (self.undo_button, self.drop_button, self.open_on_canvas_button, self.open_button):
            button.setAutoDefault(False)
        right = vbox()
        right.addWidget(self.grid, 1)
        right.addWidget(self.empty_label, 1)
        right.addWidget(self.selection_label)
        right.addLayout(foot)
        body = hbox(spacing=12)
        body.addWidget(self._make_side_panel())
        body.addLayout(right, 1)
        rows = vbox(margin=12)
        rows.addWidget(self.notice_bar)
        rows.addLayout(body, 1)
        self.setLayout(rows)

    def _make_side_panel(self) -> QFrame:
        rows = vbox(spacing=6, margin=12)
        rows.addWidget(self.open_button)
        rows.addSpacing(4)
        rows.addWidget(self.count_label)
        rows.addWidget(styled_label(self.class_filter.accessibleName(), "dim"))
        rows.addWidget(self.class_filter)
        rows.addWidget(self.agreement_label)
        rows.addWidget(self.agreement_filter)
        rows.addSpacing(6)
        rows.addWidget(styled_label(self.tr("Classes"), "heading"))
        rows.addWidget(styled_label(self.tr("share of pixels · share of pairs"), "dim"))
        rows.addWidget(bare_scroll_area(self.histogram), 1)
        side = QFrame()
        style_as_panel(side)
        side.setLayout(rows)
        side.setFixedWidth(SIDE_PANEL_WIDTH)
        return side

    def _connect(self) -> None:
        browser = self.browser
        browser.dataset_changed.connect(self._on_opened)
        browser.shown_changed.connect(self._refresh)
        browser.noticed.connect(self.notice_bar.show_notice)
        self.grid.selection_changed.connect(self._refresh_selection)
        self.grid.open_requested.connect(browser.put_on_canvas)
        self.open_button.clicked.connect(lambda: ask_folder(self, self.tr("Open a data set"), browser.open))
        self.class_filter.activated.connect(self._apply_filter)
        self.agreement_filter.valueChanged.connect(self._apply_filter)
        self.drop_button.clicked.connect(self.grid.drop_selected)
        self.undo_button.clicked.connect(self.grid.undo_drop)
        self.open_on_canvas_button.clicked.connect(lambda: browser.put_on_canvas(self.grid.selected_rows[0]))
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(self.grid.undo_drop)

    def _apply_filter(self) -> None:
        self.browser.set_filter(self.class_filter.currentData(), self.agreement_filter.value() / 100)

    def _on_opened(self) -> None:
        browser = self.browser
        folder, info = browser.folder, browser.info
        title = self.tr("Data set")
        self.setWindowTitle(f"{folder.name} — {title}" if folder else title)
        self.class_filter.clear()
        self.class_filter.addItem(self.tr("Any class"), None)
        for index, class_info in enumerate(info.classes if info else ()):
            self.class_filter.addItem(class_info.name, index)
        with QSignalBlocker(self.agreement_filter):
            self.agreement_filter.setValue(0)
        for widget in (self.agreement_filter, self.agreement_label):
            widget.setVisible(browser.has_agreement)
        self.class_filter.setEnabled(info is not None)
        self.open_button.setEnabled(not browser.opening)
        self._refresh()

    def _refresh(self) -> None:
        browser = self.browser
        shown, total = len(browser.shown_indices), browser.pair_count
        counts = self.tr("%Ln pair(s)", "", total)
        if shown != total:
            counts = self.tr("{shown} of %Ln pair(s)", "", total).format(shown=localised_number(shown))
        self.count_label.setText(counts if browser.info else self.tr("No data set open"))
        self.histogram.show_shares(browser.class_frequencies())
        self.undo_button.setEnabled(browser.dropped_count > 0)
        self.grid.setVisible(shown > 0)
        self.empty_label.setVisible(shown == 0)
        self.empty_label.setText(self._empty_text())
        self._refresh_selection()

    def _empty_text(self) -> str:
        if self.browser.opening:
            return self.tr("Reading…")
        if self.browser.info is None:
            return self.tr("Open a folder that contains an exported data set.")
        return (
            self.tr("No pairs match these filters.")
            if self.browser.pair_count
            else self.tr("This folder contains no pairs.")
        )

    def _refresh_selection(self) -> None:
        rows = self.grid.selected_rows
        self.drop_button.setEnabled(bool(rows))
        self.open_on_canvas_button.setEnabled(len(rows) == 1)
        self.selection_label.setText(self._selection_text(rows))
        self.selection_label.setToolTip(plain_tip(self.selection_label.text()))

    def _selection_text(self, rows: list[int]) -> str:
        browser = self.browser
        if len(rows) == 1:
            entry = browser.entry_at(rows[0])
            parts = [self.tr("Seed {seed}").format(seed=entry.record.seed)]
            if entry.agreement is not None:
                parts.append(self.tr("agreement {share} %").format(share=round(100 * entry.agreement)))
            if entry.record.prompt:
                parts.append(self.tr("“{caption}”").format(caption=entry.record.prompt))
            return " · ".join(parts)
        if rows:
            return self.tr("%Ln pair(s) selected", "", len(rows))
        if browser.dropped_count:
            return self.tr("%Ln pair(s) removed; Undo works until this window is closed", "", browser.dropped_count)
        return self.tr("Enter opens a pair on the canvas, Delete removes it") if browser.shown_indices else ""

    def open_folder(self, folder: Path) -> None:
        """Open the data set in a folder."""
        self.browser.open(folder)
