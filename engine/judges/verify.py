"""Whether the judges and the upscaler beside a pack's weights are whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from engine import distilled, packs, upscaler
from engine.errors import EngineError
from engine.judges import clip, segmenter
from engine.library import DISTILLED_FILE, UPSCALER_FILE


def evaluator_problems(folder: Path) -> list[str]:
    """What is wrong with what a pack has of these, one line each; it need not have any."""
    problems, cpu = [], torch.device("cpu")
    readers: dict[str, Callable[[], object]] = {
        segmenter.FILE: lambda: segmenter.read(folder / segmenter.FILE, packs.read_pack_file(folder), cpu),
        clip.FILE: lambda: clip.read(folder / clip.FILE, packs.read_pack_file(folder), cpu),
        UPSCALER_FILE: lambda: upscaler.read_upscaler(folder / UPSCALER_FILE, packs.read_pack_file(folder), cpu),
        DISTILLED_FILE: lambda: distilled.load_distilled(packs.read_pack(folder, "cpu")),
    }
    for name, read in readers.items():
        if not (folder / name).exists():
            continue
        try:
            read()
        except EngineError as error:
            problems.append(str(error))
    return list(dict.fromkeys(problems))
