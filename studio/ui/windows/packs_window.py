"""The packs window: lists the installed packs, switches between them and installs new ones."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.interface.errors import BadFile
from engine.interface.raster import colourise, read_layout
from studio.session.notices import Notice, NoticeAction
from studio.session.pack_library.pack_cards import PackCard, list_pack_cards
from studio.session.pack_library.pack_installer import PackInstaller
from studio.ui.panels.notice_bar import NoticeBar
from studio.ui.style.image_conversion import qimage
from studio.ui.style.layouts import bare_scroll_area, hbox, style_as_panel, styled_label, vbox
from studio.ui.style.theme import Theme
from studio.ui.windows.file_dialogs import ask_folder, ask_open_zip

EXAMPLE_SIZE = (176, 88)


class PacksWindow(QDialog):
    """A non-modal list of packs; emits `pack_chosen` and leaves opening the pack to the receiver."""

    pack_chosen = Signal(str)  # name of the pack

    def __init__(self, installer: PackInstaller, current_pack: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Packs"))
        self.resize(660, 600)
        self._installer, self._current_pack = installer, current_pack
        self.notice_bar = NoticeBar(theme)
        self.card_widgets: dict[str, PackCardWidget] = {}
        self.install_folder_button = QPushButton(self.tr("Install from a folder…"))
        self.install_zip_button = QPushButton(self.tr("Install from a zip…"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.activity_label = styled_label("", "dim")
        self.progress_bar = QProgressBar()
        self.progress_bar.setRange(0, 0)
        self.progress_bar.setAccessibleName(self.tr("Progress"))
        self._card_list = QWidget()
        self._card_rows = vbox(spacing=10)
        self._lay_out()
        self.install_folder_button.clicked.connect(
            lambda: ask_folder(self, self.tr("Install a pack"), installer.install)
        )
        self.install_zip_button.clicked.connect(
            lambda: ask_open_zip(self, self.tr("Install a pack"), installer.install)
        )
        self.cancel_button.clicked.connect(installer.cancel)
        installer.changed.connect(self._refresh)
        installer.installed.connect(self._on_installed)
        installer.noticed.connect(self.notice_bar.show_notice)
        self._refresh()

    def _lay_out(self) -> None:
        self._card_list.setLayout(self._card_rows)
        line = hbox()
        for button in (self.install_folder_button, self.install_zip_button):
            button.setAutoDefault(False)
            line.addWidget(button)
        line.addWidget(self.activity_label, 1)
        line.addWidget(self.progress_bar)
        line.addWidget(self.cancel_button)
        rows = vbox(margin=12)
        rows.addWidget(self.notice_bar)
        rows.addWidget(bare_scroll_area(self._card_list), 1)
        rows.addLayout(line)
        self.setLayout(rows)

    def _refresh(self) -> None:
        busy = bool(self._installer.activity)
        self.activity_label.setText(self._installer.activity)
        for widget in (self.progress_bar, self.cancel_button):
            widget.setVisible(busy)
        for button in (self.install_folder_button, self.install_zip_button):
            button.setEnabled(not busy)
        if not busy:
            self._refresh_cards()

    def _refresh_cards(self) -> None:
        while item := self._card_rows.takeAt(0):
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.card_widgets = {
            card.name: PackCardWidget(card, in_use=card.name == self._current_pack) for card in list_pack_cards()
        }
        for name, card_widget in self.card_widgets.items():
            card_widget.use_button.clicked.connect(partial(self.pack_chosen.emit, name))
            self._card_rows.addWidget(card_widget)
        self._card_rows.addStretch(1)

    def _on_installed(self, name: str) -> None:
        action = NoticeAction(self.tr("Use it"), lambda: self.pack_chosen.emit(name))
        self.notice_bar.show_notice(Notice(self.tr("“{pack}” is installed.").format(pack=name), action=action))


class PackCardWidget(QFrame):
    """Shows one pack: an example layout, its title, description and figures, and a button to use it."""

    def __init__(self, card: PackCard, *, in_use: bool) -> None:
        super().__init__()
        style_as_panel(self)
        self.title_label = styled_label(card.info.title if card.info else card.name, "heading")
        self.use_button = QPushButton(self.tr("In use") if in_use else self.tr("Use"))
        self.use_button.setEnabled(not in_use and not card.problem)
        self.use_button.setAutoDefault(False)
        self.use_button.setAccessibleName(self.tr("Use {pack}").format(pack=card.name))
        self.description_label = QLabel(self._problem_text(card) if card.problem else self._description(card))
        self.description_label.setWordWrap(True)
        self.description_label.setTextFormat(Qt.TextFormat.PlainText)
        self.description_label.setProperty("dim", not card.problem)
        self.description_label.setProperty("wrong", bool(card.problem))
        line = hbox(spacing=12)
        line.setContentsMargins(10, 10, 10, 10)
        line.addWidget(self._make_example_label(card), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(self._make_text_column(card), 1)
        line.addWidget(self.use_button, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)

    def _make_text_column(self, card: PackCard) -> QVBoxLayout:
        rows = vbox(spacing=3)
        rows.addWidget(self.title_label)
        rows.addWidget(self.description_label)
        for title, value in card.figures:
            figure = QLabel(f"{value} — {title}")
            figure.setWordWrap(True)
            figure.setTextFormat(Qt.TextFormat.PlainText)
            rows.addWidget(figure)
        rows.addStretch(1)
        return rows

    def _make_example_label(self, card: PackCard) -> QLabel:
        label = QLabel()
        label.setFixedSize(*EXAMPLE_SIZE)
        picture = _example_picture(card)
        if not picture.isNull():
            ratio = self.devicePixelRatio()
            size = label.size() * ratio
            picture = picture.scaled(
                size, Qt.AspectRatioMode.KeepAspectRatio
            )  # without smoothing, which would blend class colours
            picture.setDevicePixelRatio(ratio)
            label.setPixmap(picture)
            label.setAccessibleName(self.tr("Example layout"))
        return label

    def _description(self, card: PackCard) -> str:
        info = card.info
        assert info is not None
        parts = [
            f"{info.width}×{info.height}",
            self.tr("%Ln class(es)", "", len(info.classes)),
            self.tr("licence: {licence}").format(licence=info.licence or self.tr("not stated")),
            QLocale().formattedDataSize(card.size, 1),
        ]
        return " · ".join(parts)

    def _problem_text(self, card: PackCard) -> str:
        words = self.tr("This pack is broken. {problem} Install it again, or remove its folder {folder}.")
        return words.format(problem=card.problem, folder=card.folder)


def _example_picture(card: PackCard) -> QPixmap:
    """The card's example layout in the colours of its classes; empty if there is none that can be read."""
    if card.example is None or card.info is None:
        return QPixmap()
    try:
        layout = read_layout(card.example, card.info.classes)
    except BadFile:
        return QPixmap()
    return QPixmap.fromImage(qimage(colourise(layout, card.info.classes)))
