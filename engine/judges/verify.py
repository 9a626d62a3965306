"""Whether the judges beside a pack's weights are whole."""

from __future__ import annotations

from pathlib import Path

import torch

from engine import packs
from engine.errors import EngineError
from engine.judges import clip, segmenter


def verify(folder: Path) -> list[str]:
    """What is wrong with the judges that a pack has, one line each; a pack need not have any."""
    problems, cpu = [], torch.device("cpu")
    for name, read in ((segmenter.FILE, segmenter.read), (clip.FILE, clip.read)):
        if not (folder / name).exists():
            continue
        try:
            read(folder / name, packs.read_file(folder), cpu)
        except EngineError as error:
            problems.append(str(error))
    return list(dict.fromkeys(problems))
