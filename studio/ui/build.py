"""Short forms for the widgets that every panel is made of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget


def row(spacing: int = 6) -> QHBoxLayout:
    """Widgets beside each other, without a margin of their own."""
    layout = QHBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(0, 0, 0, 0)
    return layout


def column(spacing: int = 10, margin: int = 0) -> QVBoxLayout:
    """Widgets below each other."""
    layout = QVBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(margin, margin, margin, margin)
    return layout


def text(words: str, look: str) -> QLabel:
    """A label that looks like a "heading" or is "dim"."""
    label = QLabel(words)
    label.setProperty(look, True)
    return label


def toggle(words: str, tip: str) -> QToolButton:
    """A button with words that stays down."""
    button = QToolButton()
    button.setText(words)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def panel(widget: QWidget) -> None:
    """Give a frame the look of a panel."""
    widget.setObjectName("panel")
