"""Whether the judges and the upscaler beside a pack's weights are whole."""

from __future__ import annotations

from pathlib import Path

import torch

from engine import packs, upscaler
from engine.errors import EngineError
from engine.judges import clip, segmenter
from engine.library import UPSCALER


def verify(folder: Path) -> list[str]:
    """What is wrong with what a pack has of these, one line each; it need not have any."""
    problems, cpu = [], torch.device("cpu")
    for name, read in ((segmenter.FILE, segmenter.read), (clip.FILE, clip.read), (UPSCALER, upscaler.read)):
        if not (folder / name).exists():
            continue
        try:
            read(folder / name, packs.read_file(folder), cpu)
        except EngineError as error:
            problems.append(str(error))
    return list(dict.fromkeys(problems))
