"""The callback of those who want no callback."""


def do_nothing(*_: object) -> None:
    """Takes the place of an optional callback, whatever its arguments."""
