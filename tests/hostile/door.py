"""One door of the program, tried with every file of the corpus: python -m tests.hostile.door DOOR FOLDER.

Memory is limited to 1.5 GB beyond what the interpreter and its libraries take, and each file to 10 seconds of the
processor. Prints a JSON line for each case: what was answered, and how long it took.
"""

from __future__ import annotations

import contextlib
import json
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from engine.interface.dataset.manifest import read_lines
from engine.interface.raster import read_image, read_layout
from engine.sample_command.plan import read_named_prompts
from tests.hostile import corpus

MEMORY = 1536 * 2**20
CPU_SECONDS = 10


def open_pack(path: Path) -> object:
    from engine.packs.pack import read_pack

    return read_pack(path, "cpu")


def open_request(path: Path) -> object:
    from engine.interface.raster import read_png_note
    from studio.session.persistence.provenance import read_provenance

    return read_provenance(read_png_note(path.read_bytes()), corpus.INFO, path.name)


def open_project(path: Path) -> object:
    from studio.session.persistence.project_file import decode_project

    return decode_project(path.read_bytes(), corpus.INFO, path.name)


def open_recipe(path: Path) -> object:
    from engine.training.core.training_config import read_config

    return read_config(path)


def open_shard(path: Path) -> object:
    from engine.data.readers.webdataset_reader import detect_dataset

    source = detect_dataset(path.parent)
    assert source is not None
    return [(item.load_image(), item.load_layout()) for items in source.splits.values() for item in items]


def open_zip(path: Path) -> object:
    from studio.session.pack_library.archive import unpack_pack

    return unpack_pack(path, path.parent / "new", lambda: False)


OPENERS: dict[str, Callable[[Path], object]] = {
    "pack": open_pack,
    "picture": read_image,
    "layout": lambda path: read_layout(path, corpus.CLASSES),
    "request": open_request,
    "project": open_project,
    "toml": open_recipe,
    "prompts": read_named_prompts,
    "manifest": lambda path: list(read_lines(path)),
    "shard": open_shard,
    "zip": open_zip,
}
"""What each door does with a file; what is heavy is imported when it is opened."""


def limit_memory() -> None:
    """Let the process take so much more than it has now."""
    used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))


def answer_of(door: Callable[[Path], object], case: corpus.Case, folder: Path) -> dict[str, object]:
    """What a door answers to a case, the kind of its error, and the seconds of the processor that it took."""
    folder.mkdir()
    path = case.write(folder)
    begun = time.process_time()
    try:
        door(path)
        kind, text = "accepted", ""
    except BaseException as error:
        kind, text = f"{type(error).__module__}.{type(error).__qualname__}", str(error)
    taken = time.process_time() - begun
    shutil.rmtree(folder)
    return {"case": case.name, "kind": kind, "text": text, "seconds": taken, "sentence": case.sentence}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    door = OPENERS[name]
    with contextlib.suppress(Exception):
        door(folder / "nothing")  # what it imports takes its memory before that is limited
    limit_memory()
    for number, case in enumerate(corpus.DOORS[name]()):
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)  # SIGPROF ends the process
        sys.stdout.write(json.dumps(answer_of(door, case, folder / str(number))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
