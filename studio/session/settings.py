"""The settings file, which a person writes: the command that runs the engine."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import msgspec

from engine.interface.bounded_decoding import decode_toml
from engine.interface.errors import BadFile, MalformedData

SETTINGS_FILE = "settings.toml"


class StudioSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings file; `engine` is a command line such as "ssh box diptych-engine serve"."""

    engine: str = ""


def read_settings(folder: Path) -> StudioSettings:
    """Read the settings file in a folder; defaults if there is none. Raises BadFile."""
    file = folder / SETTINGS_FILE
    try:
        return decode_toml(file.read_bytes(), StudioSettings)
    except FileNotFoundError:
        return StudioSettings()
    except (OSError, MalformedData) as error:
        why = error.reason if isinstance(error, MalformedData) else error.strerror
        raise BadFile(f"{file} cannot be read: {why}.", "The studio goes on with its defaults.") from error


def engine_command(settings: StudioSettings, pack: str) -> list[str]:
    """The engine's command line: DIPTYCH_ENGINE, else that of the settings, else this installation with a pack."""
    line = (os.environ.get("DIPTYCH_ENGINE") or settings.engine).strip()
    if line:
        try:
            return shlex.split(line, posix=os.name == "posix")
        except ValueError:  # an unclosed quote: the failed start will show the command
            return [line]
    # -P: a folder “engine” in the working directory must not be imported
    return [sys.executable, "-P", "-m", "engine.cli", "serve", "--pack", pack]
