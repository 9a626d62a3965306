"""The pairs of a data set as a grid of thumbnails; only visible pairs are decoded."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QAbstractListModel, QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.interface.protocol import Pixels
from studio.session.datasets.dataset_browser import DatasetBrowser
from studio.ui.actions.shortcuts import claim_key
from studio.ui.style.image_conversion import fitted_rect, qimage
from studio.ui.style.item_models import ENTRY_ROLE, ROOT_INDEX, ModelIndex
from studio.ui.style.theme import Theme

if TYPE_CHECKING:
    from engine.interface.dataset_reader import DatasetEntry

TILE_WIDTH, TILE_MARGIN = 216, 5
MAX_CACHED_THUMBNAILS = 800
"""Number of thumbnails in memory; each takes about 50 kB."""
OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
DROP_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class PairGrid(QListView):
    """Shows the pairs. Enter opens one on the canvas, Delete removes the selected ones, Ctrl+Z restores them."""

    open_requested = Signal(int)  # a row
    selection_changed = Signal()

    def __init__(self, browser: DatasetBrowser, theme: Theme) -> None:
        super().__init__()
        self._browser = browser
        self.setAccessibleName(self.tr("Pairs"))
        self.setModel(_PairModel(browser, self))
        self._delegate = _PairDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.verticalScrollBar().setSingleStep(40)
        self.doubleClicked.connect(lambda index: self.open_requested.emit(index.row()))
        self.selectionModel().selectionChanged.connect(self.selection_changed)
        browser.dataset_changed.connect(self._on_opened)

    @property
    def selected_rows(self) -> list[int]:
        """The rows of the selected pairs in ascending order."""
        return sorted(index.row() for index in self.selectedIndexes())

    def drop_selected(self) -> None:
        """Remove the selected pairs; the pair that takes the place of the first one becomes current."""
        rows, place = self.selected_rows, self.verticalScrollBar().value()
        if not rows:
            return
        self._browser.drop_rows(rows)
        self.verticalScrollBar().setValue(place)
        index = self.model().index(min(rows[0], self.model().rowCount() - 1), 0)
        if index.isValid():
            self.setCurrentIndex(index)

    def undo_drop(self) -> None:
        """Restore the pairs that were removed last."""
        place = self.verticalScrollBar().value()
        self._browser.undo_drop()
        self.verticalScrollBar().setValue(place)

    def event(self, event: QEvent) -> bool:
        return claim_key(event, DROP_KEYS) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() in DROP_KEYS:
            self.drop_selected()
        elif event.key() in OPEN_KEYS and row >= 0:
            self.open_requested.emit(row)
        else:
            super().keyPressEvent(event)

    def _on_opened(self) -> None:
        info = self._browser.info
        if info is not None:
            ratio = info.height / (2 * info.width)
            self._delegate.set_thumbnail_size(QSize(TILE_WIDTH, max(40, min(TILE_WIDTH, round(TILE_WIDTH * ratio)))))
            self.scheduleDelayedItemsLayout()
            self.scrollToTop()


class _PairModel(QAbstractListModel):
    """The shown pairs as rows. A thumbnail is requested when it is first painted."""

    def __init__(self, browser: DatasetBrowser, parent: PairGrid) -> None:
        super().__init__(parent)
        self._browser = browser
        self._pixmaps: OrderedDict[str, QPixmap] = OrderedDict()
        self._rows_by_name: dict[str, int] = {}
        browser.shown_changed.connect(self._on_shown_changed)
        browser.dataset_changed.connect(self._on_opened)

    def rowCount(self, parent: ModelIndex = ROOT_INDEX) -> int:
        return 0 if parent.isValid() else len(self._browser.shown_indices)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._browser.shown_indices):
            return None
        entry = self._browser.entry_at(index.row())
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnail(entry, index.row())
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._description(entry)
        return None

    def _description(self, entry: DatasetEntry) -> str:
        words = self.tr("Pair {name}").format(name=entry.name)
        return f"{words}: {entry.record.prompt}" if entry.record.prompt else words

    def _thumbnail(self, entry: DatasetEntry, row: int) -> QPixmap | None:
        pixmap = self._pixmaps.get(entry.name)
        if pixmap is not None:
            self._pixmaps.move_to_end(entry.name)
        elif self._browser.thumbnails is not None:
            self._rows_by_name[entry.name] = row
            self._browser.thumbnails.request(entry)
        return pixmap

    def _on_opened(self) -> None:
        if self._browser.thumbnails is not None and not self._browser.opening:
            self._pixmaps.clear()
            self._browser.thumbnails.thumbnail_ready.connect(self._on_thumbnail)
            self._on_shown_changed()

    def _on_thumbnail(self, name: str, pixels: Pixels | None) -> None:
        self._pixmaps[name] = QPixmap() if pixels is None else QPixmap.fromImage(qimage(pixels))
        while len(self._pixmaps) > MAX_CACHED_THUMBNAILS:
            self._pixmaps.popitem(last=False)
        row = self._rows_by_name.pop(name, -1)
        if 0 <= row < len(self._browser.shown_indices):
            self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])

    def _on_shown_changed(self) -> None:
        self.beginResetModel()
        self._rows_by_name.clear()
        self.endResetModel()


class _PairDelegate(QStyledItemDelegate):
    """Draws both halves of a pair, a frame if it is selected, and a note if it cannot be read."""

    def __init__(self, theme: Theme, parent: PairGrid) -> None:
        super().__init__(parent)
        self._theme, self._size = theme, QSize(TILE_WIDTH, TILE_WIDTH // 4)

    def set_thumbnail_size(self, size: QSize) -> None:
        """Set the size in pixels of a thumbnail with both halves, without its margin."""
        self._size = size

    def sizeHint(self, option: QStyleOptionViewItem, index: ModelIndex) -> QSize:
        return self._size + QSize(2 * TILE_MARGIN, 2 * TILE_MARGIN)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        rect, colours = option.rect.adjusted(TILE_MARGIN, TILE_MARGIN, -TILE_MARGIN, -TILE_MARGIN), self._theme.colours
        pixmap = cast("QPixmap | None", index.data(Qt.ItemDataRole.DecorationRole))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if pixmap is None or pixmap.isNull():
            painter.fillRect(rect, colours.canvas)
        else:
            painter.drawPixmap(fitted_rect(QRectF(rect), pixmap.size()).toRect(), pixmap)
        if pixmap is not None and pixmap.isNull():
            painter.setPen(colours.error)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.tr("damaged"))
        self._draw_frame(painter, option, rect)
        painter.restore()

    def _draw_frame(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
        state, colours = option.state, self._theme.colours
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(colours.accent, 3))
            painter.drawRect(rect.adjusted(-2, -2, 1, 1))
        elif state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            painter.setPen(QPen(colours.dim, 2))
            painter.drawRect(rect.adjusted(-1, -1, 0, 0))
