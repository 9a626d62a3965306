"""Progress bars, and the loading of packs, as several commands have them. Heavy imports happen within functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from engine.cli.cli_options import DeviceChoice
    from engine.packs.pack import Pack


def training_columns(unit: str = "images", *, loss_digits: int = 3, rate: bool = False) -> tuple[ProgressColumn, ...]:
    """The columns of a training run: a bar, the `unit`s seen, the loss, the rate if it has one, and the time left."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    text = f"{{task.completed:,.0f}}/{{task.total:,.0f}} {unit}, loss {{task.fields[loss]:.{loss_digits}f}}"
    if rate:
        text += ", {task.fields[rate]:.1f}/s"
    return BarColumn(), TextColumn(text), TimeRemainingColumn()


def counting_columns() -> tuple[ProgressColumn, ...]:
    """The columns of a task that counts: its description, a bar, the count and the time left."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    return TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()


def read_named_pack(name: str, device: DeviceChoice) -> Pack:
    """The pack of a `--pack` option, on the device of `--device`. Raises UnknownPack, BadPack or NoDevice."""
    from engine.interface import pack_catalogue
    from engine.packs.pack import read_pack

    return read_pack(pack_catalogue.find_pack_folder(name), device.value)
