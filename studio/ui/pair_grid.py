"""The pairs of a data set as a grid: only those in sight are ever decoded."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.protocol import Pixels
from studio.session.gallery import Gallery
from studio.ui.pictures import qimage
from studio.ui.theme import Theme

if TYPE_CHECKING:
    from engine.export.reading import Entry

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
ENTRY = Qt.ItemDataRole.UserRole
WIDTH, EDGE = 216, 5
KEPT = 800
"""Thumbnails that are held; each takes about 50 kB."""
OPEN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
DROP = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class PairGrid(QListView):
    """Enter opens a pair on the canvas, Delete drops all that are selected, Ctrl+Z takes them back."""

    open_asked = Signal(int)  # a row
    chosen_changed = Signal()

    def __init__(self, gallery: Gallery, theme: Theme) -> None:
        super().__init__()
        self._gallery = gallery
        self.setAccessibleName(self.tr("Pairs"))
        self.setModel(_Pairs(gallery, self))
        self._tiles = _Tiles(theme, self)
        self.setItemDelegate(self._tiles)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.verticalScrollBar().setSingleStep(40)
        self.doubleClicked.connect(lambda index: self.open_asked.emit(index.row()))
        self.selectionModel().selectionChanged.connect(self.chosen_changed)
        gallery.opened.connect(self._on_opened)

    @property
    def rows(self) -> list[int]:
        """Those that are selected, in order."""
        return sorted(index.row() for index in self.selectedIndexes())

    def drop(self) -> None:
        """Drop what is selected; the pair that takes the place of the first one is current then."""
        rows, place = self.rows, self.verticalScrollBar().value()
        if not rows:
            return
        self._gallery.drop(rows)
        self.verticalScrollBar().setValue(place)
        index = self.model().index(min(rows[0], self.model().rowCount() - 1), 0)
        if index.isValid():
            self.setCurrentIndex(index)

    def undo(self) -> None:
        """Take back those that were dropped last."""
        place = self.verticalScrollBar().value()
        self._gallery.undo()
        self.verticalScrollBar().setValue(place)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in DROP:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() in DROP:
            self.drop()
        elif event.key() in OPEN and row >= 0:
            self.open_asked.emit(row)
        else:
            super().keyPressEvent(event)

    def _on_opened(self) -> None:
        info = self._gallery.info
        if info is not None:
            ratio = info.height / (2 * info.width)
            self._tiles.shape(QSize(WIDTH, max(40, min(WIDTH, round(WIDTH * ratio)))))
            self.scheduleDelayedItemsLayout()
            self.scrollToTop()


class _Pairs(QAbstractListModel):
    """Asks for the thumbnail of a pair when it is first painted."""

    def __init__(self, gallery: Gallery, parent: PairGrid) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._pixmaps: OrderedDict[str, QPixmap] = OrderedDict()
        self._rows: dict[str, int] = {}
        gallery.shown_changed.connect(self._on_shown)
        gallery.opened.connect(self._on_opened)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._gallery.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._gallery.shown):
            return None
        entry = self._gallery.entry(index.row())
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DecorationRole:
            return self._pixmap(entry, index.row())
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._words(entry)
        return None

    def _words(self, entry: Entry) -> str:
        words = self.tr("Pair {name}").format(name=entry.name)
        return f"{words}: {entry.record.prompt}" if entry.record.prompt else words

    def _pixmap(self, entry: Entry, row: int) -> QPixmap | None:
        pixmap = self._pixmaps.get(entry.name)
        if pixmap is not None:
            self._pixmaps.move_to_end(entry.name)
        elif self._gallery.thumbnails is not None:
            self._rows[entry.name] = row
            self._gallery.thumbnails.ask(entry)
        return pixmap

    def _on_opened(self) -> None:
        if self._gallery.thumbnails is not None and not self._gallery.opening:
            self._pixmaps.clear()
            self._gallery.thumbnails.made.connect(self._on_made)
            self._on_shown()

    def _on_made(self, name: str, pixels: Pixels | None) -> None:
        self._pixmaps[name] = QPixmap() if pixels is None else QPixmap.fromImage(qimage(pixels))
        while len(self._pixmaps) > KEPT:
            self._pixmaps.popitem(last=False)
        row = self._rows.pop(name, -1)
        if 0 <= row < len(self._gallery.shown):
            self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])

    def _on_shown(self) -> None:
        self.beginResetModel()
        self._rows.clear()
        self.endResetModel()


class _Tiles(QStyledItemDelegate):
    """Both halves side by side; a frame around what is selected, a cross for what cannot be read."""

    def __init__(self, theme: Theme, parent: PairGrid) -> None:
        super().__init__(parent)
        self._theme, self._size = theme, QSize(WIDTH, WIDTH // 4)

    def shape(self, size: QSize) -> None:
        """Of both halves, without the edge."""
        self._size = size

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._size + QSize(2 * EDGE, 2 * EDGE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, colours = option.rect.adjusted(EDGE, EDGE, -EDGE, -EDGE), self._theme.colours
        pixmap = cast("QPixmap | None", index.data(Qt.ItemDataRole.DecorationRole))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if pixmap is None or pixmap.isNull():
            painter.fillRect(rect, colours.canvas)
        else:
            size = pixmap.size().scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
            area = QRect(rect.topLeft(), size)
            area.moveCenter(rect.center())
            painter.drawPixmap(area, pixmap)
        if pixmap is not None and pixmap.isNull():
            painter.setPen(colours.error)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.tr("damaged"))
        self._frame(painter, option, rect)
        painter.restore()

    def _frame(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
        state, colours = option.state, self._theme.colours
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(colours.accent, 3))
            painter.drawRect(rect.adjusted(-2, -2, 1, 1))
        elif state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            painter.setPen(QPen(colours.dim, 2))
            painter.drawRect(rect.adjusted(-1, -1, 0, 0))
