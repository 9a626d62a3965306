"""Definitions that all item models and their views share."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

ModelIndex = QModelIndex | QPersistentModelIndex
ROOT_INDEX = QModelIndex()
"""The parent of the top-level rows."""
ENTRY_ROLE = Qt.ItemDataRole.UserRole
"""The role under which a model returns the object behind a row."""


class ChoiceText(NamedTuple):
    """The translated texts of an entry in a combo box."""

    title: str
    description: str
