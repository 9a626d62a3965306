"""Constructors for the layouts and small widgets that every panel is made of."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.ui.style.theme import Theme


def hbox(spacing: int = 6) -> QHBoxLayout:
    """A horizontal layout without margins; `spacing` in pixels."""
    layout = QHBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(0, 0, 0, 0)
    return layout


def vbox(spacing: int = 10, margin: int = 0) -> QVBoxLayout:
    """A vertical layout; `spacing` and `margin` in pixels."""
    layout = QVBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(margin, margin, margin, margin)
    return layout


def styled_label(label_text: str, style_property: str) -> QLabel:
    """A label with one of the style sheet's properties set, such as "heading" or "dim"."""
    label = QLabel(label_text)
    label.setTextFormat(Qt.TextFormat.PlainText)  # a name may look like HTML
    label.setProperty(style_property, True)
    return label


def plain_tip(text: str) -> str:
    """A tool tip that shows a text as it is, also one that looks like HTML."""
    return f"<qt>{escape(text)}</qt>" if "<" in text else text


def toggle_button(button_text: str, tip: str) -> QToolButton:
    """A checkable button with text."""
    button = QToolButton()
    button.setText(button_text)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def icon_button(theme: Theme, icon: str, name: str, on_clicked: Callable[..., object]) -> QToolButton:
    """A button that shows only an icon of the theme; `name` is its tool tip and its accessible name."""
    button = QToolButton()
    button.setAccessibleName(name)
    button.setToolTip(name)
    theme.set_icon(button, icon)
    button.clicked.connect(on_clicked)
    return button


def bare_scroll_area(widget: QWidget) -> QScrollArea:
    """A frameless area that scrolls a widget vertically and leaves the keyboard focus to what is inside it."""
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def pad_spin_box(box: QAbstractSpinBox) -> None:
    """Set the text of a spin box off its border, as the style sheet does for line edits."""
    box.lineEdit().setTextMargins(8, 0, 4, 0)


def style_as_panel(widget: QWidget) -> None:
    """Give a frame the background and border of a panel."""
    widget.setObjectName("panel")
