"""The light and dark theme: palette, style sheet, and icons in the theme's colours."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication
from shiboken6 import isValid

from engine.interface.pack_catalogue import assets_folder
from studio.session.preferences import ColourScheme

ICON_SIZE = 20


@dataclass(frozen=True)
class ThemeColours:
    """The colours of one theme; the canvas is a neutral grey in both, so that it does not tint the picture."""

    window: QColor
    panel: QColor
    field: QColor
    border: QColor
    text: QColor
    dim: QColor
    accent: QColor
    on_accent: QColor
    error: QColor
    canvas: QColor
    checker: QColor
    checker_other: QColor


def _theme_colours(*names: str) -> ThemeColours:
    return ThemeColours(*(QColor(name) for name in names))


DARK = _theme_colours(
    "#24262b", "#2c2f35", "#1e2024", "#3d4149", "#e4e6ea", "#989ea9",
    "#5b9cf0", "#0d1a2b", "#f08a7a", "#1b1c1f", "#303236", "#3a3c41",
)  # fmt: skip
LIGHT = _theme_colours(
    "#f1f2f4", "#fafbfc", "#ffffff", "#cfd3da", "#20242b", "#68707d",
    "#2466c9", "#ffffff", "#b3372a", "#d9dbde", "#e9eaec", "#dcdee1",
)  # fmt: skip

STYLE_SHEET = Template("""
QWidget { font-size: 13px; }
QMainWindow, QDialog { background: $window; }
#panel { background: $panel; border: 1px solid $border; border-radius: 8px; }
QToolTip { background: $panel; color: $text; border: 1px solid $border; padding: 4px; }
QLabel[dim="true"] { color: $dim; }
QLabel[wrong="true"] { color: $error; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }
QLabel[heading="true"] { font-weight: 600; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { background: $field; border: 1px solid $border;
  border-radius: 6px; min-height: 30px; color: $text;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit { padding: 0 8px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
  width: 0; border: none; }
QComboBox { padding: 0 8px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$icons/down_$scheme.svg"); width: 14px; height: 14px; }
QComboBox QAbstractItemView, QListView { background: $panel; border: 1px solid $border; color: $text;
  selection-background-color: $accent; selection-color: $on_accent; outline: none; }
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QLabel:focus { border-color: $accent; }
QPlainTextEdit { background: $field; border: 1px solid $border; border-radius: 6px; }
QToolButton, QPushButton { border: 1px solid transparent; border-radius: 6px; padding: 5px 8px; color: $text; }
QToolButton:hover, QPushButton:hover { background: $border; }
QToolButton:checked { background: $accent; color: $on_accent; }
QToolButton:checked:disabled { background: $field; color: $dim; border-color: $border; }
QToolButton:focus, QPushButton:focus { border-color: $accent; }
QToolButton:disabled, QPushButton:disabled { color: $dim; }
QToolButton[segment="true"] { background: $field; border: 1px solid $border; padding: 6px 14px; border-radius: 0; }
QToolButton[segment="true"]:hover { background: $border; }
QToolButton[segment="true"]:checked { background: $accent; border-color: $accent; }
QToolButton[place="first"] { border-top-left-radius: 7px; border-bottom-left-radius: 7px; }
QToolButton[place="last"] { border-top-right-radius: 7px; border-bottom-right-radius: 7px; }
QPushButton { background: $field; border-color: $border; min-height: 20px; padding: 5px 14px; }
QPushButton[primary="true"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[primary="true"]:hover { border-color: $text; }
QToolButton:focus:checked, QToolButton[segment="true"]:focus, QPushButton[primary="true"]:focus {
  border-color: $text; }
QSlider { border: 1px solid transparent; border-radius: 6px; min-height: 20px; }
QSlider:focus { border-color: $accent; }
QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { background: $text; width: 12px; margin: -4px 0; border-radius: 6px; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QCheckBox { spacing: 8px; min-height: 24px; }
QCheckBox:disabled { color: $dim; }
QCheckBox::indicator { width: 16px; height: 16px; background: $field; border: 1px solid $dim; border-radius: 4px; }
QCheckBox::indicator:disabled { border-color: $border; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$icons/check_$scheme.svg"); }
QCheckBox::indicator:checked:disabled { background: $border; border-color: $border; }
QListWidget, #panel QListView, QTreeWidget { background: transparent;
  border: 1px solid transparent; border-radius: 6px; outline: none; }
QListWidget:focus, #panel QListView:focus, QTreeWidget:focus { border-color: $accent; }
QListView::item, QTreeWidget::item { padding: 3px 4px; border-radius: 5px; color: $text; }
QListView::item:hover, QTreeWidget::item:hover { background: $border; }
QListView::item:selected, QTreeWidget::item:selected { background: $accent; color: $on_accent; }
QTreeWidget { show-decoration-selected: 1; }
QTreeWidget::item { border-radius: 0; }
QTreeWidget::branch { background: transparent; }
QTreeWidget::branch:selected { background: $accent; }
QTreeWidget::branch:hover:!selected { background: $border; }
QProgressBar { background: $field; border: 1px solid $border; border-radius: 4px; max-height: 8px; min-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QMenuBar { background: $window; }
QMenuBar::item { padding: 4px 9px; border-radius: 4px; }
QMenuBar::item:selected, QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu { background: $panel; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 26px 5px 14px; border-radius: 4px; }
QMenu::item:disabled { color: $dim; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar::handle:vertical { background: $border; border-radius: 4px; min-height: 28px; margin: 1px; }
QScrollBar::handle:vertical:hover { background: $dim; }
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical { height: 0; }
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical { background: transparent; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle:horizontal { background: $border; border-radius: 4px; min-width: 28px; margin: 1px; }
QScrollBar::handle:horizontal:hover { background: $dim; }
QScrollBar::add-line:horizontal, QScrollBar::sub-line:horizontal { width: 0; }
QScrollBar::add-page:horizontal, QScrollBar::sub-page:horizontal { background: transparent; }
#panel #filmstrip:focus { border-color: $accent; }
#divider { background: $border; }
#notice { background: $panel; border: 1px solid $border; border-radius: 8px; }
#notice[tone="info"] { border-color: $accent; }
#notice[tone="error"] { border-color: $error; }
""")


class Theme(QObject):
    """Applies a theme to the application and follows the system's changes between light and dark."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self._scheme = ColourScheme.SYSTEM
        self._themed_icons: list[tuple[QAbstractButton | QAction, str]] = []
        app.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    def set_scheme(self, scheme: ColourScheme) -> None:
        """Use the light or the dark theme, or follow the system."""
        if scheme is not self._scheme:
            self._scheme = scheme
            self._apply()

    def set_icon(self, target: QAbstractButton | QAction, name: str) -> None:
        """Set an icon of assets/icons on a button or an action, and recolour it when the theme changes."""
        self._themed_icons = [(themed, icon) for themed, icon in self._themed_icons if isValid(themed)]
        self._themed_icons.append((target, name))
        if isinstance(target, QAbstractButton):
            self.set_icon_size(target)
        target.setIcon(self._icon_for(target, name))

    def set_icon_size(self, button: QAbstractButton) -> None:
        """Set a button's icon size to `ICON_SIZE`."""
        button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))

    def icon(self, name: str) -> QIcon:
        """An icon of assets/icons in the theme's current colours."""
        return self._icon(name, self.colours.text)

    def _icon_for(self, target: QAbstractButton | QAction, name: str) -> QIcon:
        return self._icon(name, self.colours.on_accent if target.property("primary") else self.colours.text)

    def _icon(self, name: str, normal: QColor) -> QIcon:
        source = (assets_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        icon = QIcon()
        variants = (
            (normal, QIcon.Mode.Normal, QIcon.State.Off),
            (self.colours.on_accent, QIcon.Mode.Normal, QIcon.State.On),
            (self.colours.dim, QIcon.Mode.Disabled, QIcon.State.Off),
            (self.colours.dim, QIcon.Mode.Disabled, QIcon.State.On),
        )
        for colour, mode, state in variants:
            for scale in (1, 2):
                icon.addPixmap(_rendered_svg(source, colour, scale), mode, state)
        return icon

    def _apply(self) -> None:
        system = QGuiApplication.styleHints().colorScheme()
        light = self._scheme is ColourScheme.LIGHT or (
            self._scheme is ColourScheme.SYSTEM and system == Qt.ColorScheme.Light
        )
        self.colours = LIGHT if light else DARK
        self._app.setPalette(_qt_palette(self.colours))
        names = {name: colour.name() for name, colour in vars(self.colours).items()}
        scheme, icons = "light" if light else "dark", (assets_folder() / "icons").as_posix()
        self._app.setStyleSheet(STYLE_SHEET.substitute(names, scheme=scheme, icons=icons))
        for target, name in self._themed_icons:
            if isValid(target):
                target.setIcon(self._icon_for(target, name))
        self.changed.emit()


def _rendered_svg(source: str, colour: QColor, scale: int) -> QPixmap:
    pixmap = QPixmap(ICON_SIZE * scale, ICON_SIZE * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    svg = QSvgRenderer(QByteArray(source.replace("currentColor", colour.name()).encode()))
    svg.render(painter, QRectF(0, 0, ICON_SIZE * scale, ICON_SIZE * scale))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap


def _qt_palette(colours: ThemeColours) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, colours.window),
        (roles.WindowText, colours.text),
        (roles.Base, colours.field),
        (roles.AlternateBase, colours.panel),
        (roles.Text, colours.text),
        (roles.PlaceholderText, colours.dim),
        (roles.Button, colours.panel),
        (roles.ButtonText, colours.text),
        (roles.ToolTipBase, colours.panel),
        (roles.ToolTipText, colours.text),
        (roles.Highlight, colours.accent),
        (roles.HighlightedText, colours.on_accent),
        (roles.Link, colours.accent),
        (roles.LinkVisited, colours.accent),
    ):
        palette.setColor(role, colour)
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, colours.dim)
    return palette
