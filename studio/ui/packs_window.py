"""The packs on this machine: what each can do, which is in use, and how another one comes in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.session.installer import Installer
from studio.session.notices import Action, Notice
from studio.session.packs import Card, cards
from studio.ui.build import column, panel, row, text
from studio.ui.dialogs import ask_folder, ask_zip
from studio.ui.notice_bar import NoticeBar
from studio.ui.theme import Theme

PICTURE = (176, 88)


class PacksWindow(QDialog):
    """Never modal; says which pack a person wants, and leaves it to others to open it."""

    chosen = Signal(str)

    def __init__(self, installer: Installer, now: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Packs"))
        self.resize(660, 600)
        self._installer, self._now = installer, now
        self.notices = NoticeBar(theme)
        self.cards: dict[str, CardRow] = {}
        self.from_folder = QPushButton(self.tr("Install from a folder…"))
        self.from_zip = QPushButton(self.tr("Install from a zip…"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.doing = text("", "dim")
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setAccessibleName(self.tr("Progress"))
        self._list = QWidget()
        self._rows = column(spacing=10)
        self._lay_out()
        self.from_folder.clicked.connect(lambda: ask_folder(self, self.tr("Install a pack"), installer.install))
        self.from_zip.clicked.connect(lambda: ask_zip(self, self.tr("Install a pack"), installer.install))
        self.cancel.clicked.connect(installer.cancel)
        installer.changed.connect(self._show)
        installer.installed.connect(self._on_installed)
        installer.noticed.connect(self.notices.say)
        self._show()

    def _lay_out(self) -> None:
        self._list.setLayout(self._rows)
        area = QScrollArea()
        area.setWidget(self._list)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        line = row()
        for button in (self.from_folder, self.from_zip):
            button.setAutoDefault(False)
            line.addWidget(button)
        line.addWidget(self.doing, 1)
        line.addWidget(self.busy)
        line.addWidget(self.cancel)
        rows = column(margin=12)
        rows.addWidget(self.notices)
        rows.addWidget(area, 1)
        rows.addLayout(line)
        self.setLayout(rows)

    def _show(self) -> None:
        busy = bool(self._installer.doing)
        self.doing.setText(self._installer.doing)
        for widget in (self.busy, self.cancel):
            widget.setVisible(busy)
        for button in (self.from_folder, self.from_zip):
            button.setEnabled(not busy)
        if not busy:
            self._show_cards()

    def _show_cards(self) -> None:
        while item := self._rows.takeAt(0):
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.cards = {card.name: CardRow(card, in_use=card.name == self._now) for card in cards()}
        for name, shown in self.cards.items():
            shown.use.clicked.connect(partial(self.chosen.emit, name))
            self._rows.addWidget(shown)
        self._rows.addStretch(1)

    def _on_installed(self, name: str) -> None:
        action = Action(self.tr("Use it"), lambda: self.chosen.emit(name))
        self.notices.say(Notice(self.tr("“{pack}” is installed.").format(pack=name), action=action))


class CardRow(QFrame):
    """One pack: a layout that comes with it, its words and figures, and a button."""

    def __init__(self, card: Card, *, in_use: bool) -> None:
        super().__init__()
        panel(self)
        self.title = text(card.info.title if card.info else card.name, "heading")
        self.use = QPushButton(self.tr("In use") if in_use else self.tr("Use"))
        self.use.setEnabled(not in_use and not card.problem)
        self.use.setAutoDefault(False)
        self.use.setAccessibleName(self.tr("Use {pack}").format(pack=card.name))
        self.words = QLabel(self._problem(card) if card.problem else self._words(card))
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setProperty("dim", not card.problem)
        self.words.setProperty("wrong", bool(card.problem))
        line = row(spacing=12)
        line.setContentsMargins(10, 10, 10, 10)
        line.addWidget(self._picture(card), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(self._column(card), 1)
        line.addWidget(self.use, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)

    def _column(self, card: Card) -> QVBoxLayout:
        rows = column(spacing=3)
        rows.addWidget(self.title)
        rows.addWidget(self.words)
        for what, value in card.figures:
            figure = QLabel(f"{value} — {what}")
            figure.setWordWrap(True)
            figure.setTextFormat(Qt.TextFormat.PlainText)
            rows.addWidget(figure)
        rows.addStretch(1)
        return rows

    def _picture(self, card: Card) -> QLabel:
        label = QLabel()
        label.setFixedSize(*PICTURE)
        picture = QPixmap(str(card.example)) if card.example else QPixmap()
        if not picture.isNull():
            ratio = self.devicePixelRatio()
            size = label.size() * ratio
            picture = picture.scaled(size, Qt.AspectRatioMode.KeepAspectRatio)  # hard edges, as layouts have
            picture.setDevicePixelRatio(ratio)
            label.setPixmap(picture)
            label.setAccessibleName(self.tr("An example layout"))
        return label

    def _words(self, card: Card) -> str:
        info = card.info
        assert info is not None
        parts = [
            f"{info.width}×{info.height}",
            self.tr("%n class(es)", "", len(info.classes)),
            self.tr("licence: {licence}").format(licence=info.licence or self.tr("not stated")),
            QLocale().formattedDataSize(card.size, 1),
        ]
        return " · ".join(parts)

    def _problem(self, card: Card) -> str:
        words = self.tr("This pack is broken. {problem} Install it again, or remove its folder {folder}.")
        return words.format(problem=card.problem, folder=card.folder)
