"""The filmstrip: thumbnails of all results; a click restores one."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QMimeData,
    QRect,
    QRectF,
    QSize,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QDesktopServices, QDrag, QKeyEvent, QPainter, QPen, QPixmap, QPixmapCache
from PySide6.QtWidgets import QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.interface.protocol import PackInfo
from studio.session.results.result_store import ResultEntry
from studio.session.session import Session
from studio.ui.actions.shortcuts import claim_key
from studio.ui.style.image_conversion import fitted_rect
from studio.ui.style.item_models import ENTRY_ROLE, ROOT_INDEX, ModelIndex
from studio.ui.style.theme import Theme

RESULT_KEYS = {
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Space,
    Qt.Key.Key_Delete,
    Qt.Key.Key_F,
    Qt.Key.Key_C,
}
THUMBNAIL_HEIGHT = 64
THUMBNAIL_MARGIN = 4


class Filmstrip(QListView):
    """Shows the newest result first. Enter restores, F marks a favourite, C compares and Delete deletes; the context
    menu offers the same.
    """

    compare_requested = Signal(object)  # ResultEntry

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session, self._results = session, session.results
        self.setObjectName("filmstrip")
        self.setAccessibleName(self.tr("Results"))
        width = max(THUMBNAIL_HEIGHT, thumbnail_width(session.pack.info, max_aspect=3))
        size = QSize(width + 2 * THUMBNAIL_MARGIN, THUMBNAIL_HEIGHT + 2 * THUMBNAIL_MARGIN)
        self.setModel(_FilmstripModel(session, self))
        self.setItemDelegate(_FilmstripDelegate(theme, size, self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setMinimumWidth(160)
        self.setFixedHeight(size.height() + 16)
        self.model().rowsInserted.connect(self._on_inserted)
        self.clicked.connect(lambda index: self.restore(self._entry(index)))

    def restore(self, entry: ResultEntry | None, *, with_request: bool = False) -> None:
        """Put a result back into the picture; with `with_request`, restore its prompt and options as well."""
        if entry is not None:
            name = self.tr("Restore result")
            show = partial(self._session.picture.show_result, name=name, restore_options=with_request)
            self._results.read(entry, show)

    def event(self, event: QEvent) -> bool:
        claimed = self.currentIndex().isValid() and claim_key(event, RESULT_KEYS, without_modifiers=True)
        return claimed or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry, keys = self._entry(self.currentIndex()), Qt.Key
        if entry is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        elif event.key() in (keys.Key_Return, keys.Key_Enter, keys.Key_Space):
            self.restore(entry)
        elif event.key() == keys.Key_Delete:
            self._results.delete(entry)
        elif event.key() == keys.Key_F:
            self._results.set_favourite(entry, not entry.favourite)
        elif event.key() == keys.Key_C:
            self.compare_requested.emit(entry)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if keyboard else self.indexAt(event.pos())
        entry = self._entry(index)
        if entry is not None:
            at = self.visualRect(index).center() if keyboard else event.pos()
            self.result_menu(entry).popup(self.viewport().mapToGlobal(at))

    def result_menu(self, entry: ResultEntry) -> QMenu:
        """The context menu of a result."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        favourite = self.tr("Remove from &favourites") if entry.favourite else self.tr("Add to &favourites")
        for text, run in (
            (self.tr("&Restore"), lambda: self.restore(entry)),
            (self.tr("Restore with prompt and s&ettings"), lambda: self.restore(entry, with_request=True)),
            (self.tr("&Compare with the picture"), lambda: self.compare_requested.emit(entry)),
            (favourite, lambda: self._results.set_favourite(entry, not entry.favourite)),
            (self.tr("Show in f&older"), lambda: self._reveal(entry)),
            (self.tr("&Delete"), lambda: self._results.delete(entry)),
        ):
            menu.addAction(text).triggered.connect(lambda _, run=run: run())
        return menu

    def startDrag(self, actions: Qt.DropAction) -> None:
        entry = self._entry(self.currentIndex())
        if entry is not None:
            drag = QDrag(self)
            drag.setMimeData(self.result_mime_data(entry))
            drag.exec(Qt.DropAction.CopyAction)

    def result_mime_data(self, entry: ResultEntry) -> QMimeData:
        """The URLs of a result's image and layout files."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in self._results.result_paths(entry)])
        return data

    def _entry(self, index: ModelIndex) -> ResultEntry | None:
        return cast("ResultEntry | None", index.data(ENTRY_ROLE)) if index.isValid() else None

    def _on_inserted(self, parent: ModelIndex, first: int, last: int) -> None:
        """Scroll to the newest result, unless the strip is in use."""
        if first == 0 and not self.underMouse() and not self.hasFocus():
            self.horizontalScrollBar().setValue(0)

    def _reveal(self, entry: ResultEntry) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._results.store.folder)))


def thumbnail_width(info: PackInfo, max_aspect: int) -> int:
    """The width in pixels of a picture of this pack at the thumbnails' height, limited to `max_aspect` times that."""
    return min(max_aspect * THUMBNAIL_HEIGHT, round(THUMBNAIL_HEIGHT * info.width / info.height))


class _FilmstripModel(QAbstractListModel):
    """The results as rows. A thumbnail is read when it is first painted, so that start-up stays quick."""

    def __init__(self, session: Session, parent: Filmstrip) -> None:
        super().__init__(parent)
        self._results = session.results
        self._count = len(self._results.entries)
        self._results.entries_loaded.connect(self._on_listed)
        self._results.entry_added.connect(self._on_added)
        self._results.entry_removed.connect(self._on_removed)
        self._results.entry_changed.connect(self._on_changed)

    def rowCount(self, parent: ModelIndex = ROOT_INDEX) -> int:
        return 0 if parent.isValid() else self._count

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self._results.entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnail(entry)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            time = f"{entry.made_at:%Y-%m-%d %H:%M:%S}"
            words = self.tr("Favourite, result from {time}") if entry.favourite else self.tr("Result from {time}")
            return words.format(time=time)
        return None

    def _thumbnail(self, entry: ResultEntry) -> QPixmap:
        pixmap = QPixmap()
        if not QPixmapCache.find(entry.stem, pixmap):
            pixmap.load(str(self._results.store.thumbnail_path(entry)))
            QPixmapCache.insert(entry.stem, pixmap)
        return pixmap

    def _on_listed(self) -> None:
        self.beginResetModel()
        self._count = len(self._results.entries)
        self.endResetModel()

    def _on_added(self, row: int) -> None:
        self.beginInsertRows(ROOT_INDEX, row, row)
        self._count += 1
        self.endInsertRows()

    def _on_removed(self, row: int) -> None:
        self.beginRemoveRows(ROOT_INDEX, row, row)
        self._count -= 1
        self.endRemoveRows()

    def _on_changed(self, row: int) -> None:
        self.dataChanged.emit(self.index(row), self.index(row))


class _FilmstripDelegate(QStyledItemDelegate):
    """Draws a thumbnail, a frame around the current one, and a star on favourites."""

    def __init__(self, theme: Theme, size: QSize, parent: Filmstrip) -> None:
        super().__init__(parent)
        self._theme, self._size = theme, size

    def sizeHint(self, option: QStyleOptionViewItem, index: ModelIndex) -> QSize:
        return self._size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        rect = option.rect.adjusted(THUMBNAIL_MARGIN, THUMBNAIL_MARGIN, -THUMBNAIL_MARGIN, -THUMBNAIL_MARGIN)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        thumb = cast(QPixmap, index.data(Qt.ItemDataRole.DecorationRole))
        painter.drawPixmap(fitted_rect(QRectF(rect), thumb.size()).toRect(), thumb)
        state, colours = option.state, self._theme.colours
        chosen, over = state & QStyle.StateFlag.State_Selected, state & QStyle.StateFlag.State_MouseOver
        if chosen or over:
            painter.setPen(QPen(colours.accent if chosen else colours.dim, 2))
            painter.drawRect(rect.adjusted(-1, -1, 1, 1))
        if cast(ResultEntry, index.data(ENTRY_ROLE)).favourite:
            star = QRect(rect.right() - 18, rect.top() + 3, 16, 16)
            self._theme.icon("star").paint(painter, star)
        painter.restore()
