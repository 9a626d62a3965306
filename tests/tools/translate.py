"""Bring assets/translations up to date with the code: python -m tests.tools.translate.

Writes new texts into the .ts sources as unfinished, drops those that are gone, and makes the .qm files. Translate
the unfinished ones (pyside6-linguist shows them), then run it again. The English source holds only plurals.
"""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path
from xml.etree import ElementTree

from engine.interface.pack_catalogue import assets_folder
from studio.ui.style.language import LANGUAGE_NAMES

ROOT = Path(__file__).parents[2]
FOLDER = assets_folder() / "translations"


def source(language: str) -> Path:
    return FOLDER / f"diptych_{language}.ts"


def update(ts: Path, *, plurals_only: bool = False) -> None:
    """Take in the texts of the code as it is."""
    files = sorted(str(path) for path in (ROOT / "studio").rglob("*.py"))
    options = ["-pluralonly"] if plurals_only else []
    run("lupdate", *files, *options, "-no-obsolete", "-locations", "none", "-ts", str(ts))


def release(ts: Path, qm: Path) -> None:
    """Make the file that the studio loads."""
    run("lrelease", "-silent", str(ts), "-qm", str(qm))


def texts(ts: Path) -> set[tuple[str, str]]:
    """Context and source of every entry."""
    contexts = ElementTree.parse(ts).getroot().iter("context")
    return {(c.findtext("name", ""), m.findtext("source", "")) for c in contexts for m in c.iter("message")}


def run(tool: str, *words: str) -> None:
    program = Path(sysconfig.get_path("scripts")) / f"pyside6-{tool}"
    subprocess.run([str(program), *words], check=True, capture_output=True, timeout=120)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for language in sorted(LANGUAGE_NAMES):
        update(source(language), plurals_only=language == "en")
        release(source(language), source(language).with_suffix(".qm"))


if __name__ == "__main__":
    main()
