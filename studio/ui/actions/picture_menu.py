"""The Picture menu: generating, variations, the denoising timeline, extending the canvas and live mode."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from studio.session.session import Session
from studio.ui.actions.shortcuts import Command, CommandRegistry

translate = QCoreApplication.translate


def add_generation_commands(
    menu: QMenu, commands: CommandRegistry, session: Session, cancel: Callable[[], None]
) -> None:
    """Add Generate, Cancel and the commands for variations."""
    variations = session.variations
    generate = translate("PictureMenu", "&Generate")
    variants, close = translate("PictureMenu", "&4 variations"), translate("PictureMenu", "Close &variations")
    for command, callback in (
        (
            Command(name="picture.generate", text=generate, keys=("Ctrl+Return",), icon="generate"),
            session.generator.generate,
        ),
        (Command(name="picture.cancel", text=translate("PictureMenu", "&Cancel"), keys=("Esc",), icon="stop"), cancel),
        (
            Command(name="picture.variations", text=variants, keys=("Ctrl+4",), icon="variations"),
            variations.generate,
        ),
        (Command(name="picture.close_variations", text=close, icon="close"), variations.close),
    ):
        commands.add_to_menu(menu, command, callback)


def add_timeline_command(menu: QMenu, commands: CommandRegistry, show_timeline: Callable[[], None]) -> None:
    """Add the command that opens the denoising timeline."""
    text = translate("PictureMenu", "&Denoising timeline…")
    commands.add_to_menu(menu, Command(name="picture.timeline", text=text, icon="timeline"), show_timeline)


def add_live_command(menu: QMenu, commands: CommandRegistry, session: Session) -> None:
    """Add the switch of live mode."""
    tip = translate("PictureMenu", "Layout → Image: generate a new image after every stroke")
    text = translate("PictureMenu", "&Live")
    command = Command(name="picture.live", text=text, tip=tip, keys=("Ctrl+L",), icon="live", checkable=True)
    commands.add_to_menu(menu, command, session.generator.settings.set_live)
