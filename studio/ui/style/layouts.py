"""Short forms for the widgets that every panel is made of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget


def hbox(spacing: int = 6) -> QHBoxLayout:
    """Widgets beside each other, without a margin of their own."""
    layout = QHBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(0, 0, 0, 0)
    return layout


def vbox(spacing: int = 10, margin: int = 0) -> QVBoxLayout:
    """Widgets below each other."""
    layout = QVBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(margin, margin, margin, margin)
    return layout


def styled_label(label_text: str, style_property: str) -> QLabel:
    """A label that looks like a "heading" or is "dim"."""
    label = QLabel(label_text)
    label.setProperty(style_property, True)
    return label


def toggle_button(button_text: str, tip: str) -> QToolButton:
    """A button with words that stays down."""
    button = QToolButton()
    button.setText(button_text)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def style_as_panel(widget: QWidget) -> None:
    """Give a frame the look of a panel."""
    widget.setObjectName("panel")
