"""Verification of the companion files beside a pack's weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from engine.evaluators import clip_pair, segmenter
from engine.interface.errors import EngineError
from engine.interface.pack_catalogue import DISTILLED_FILE, UPSCALER_FILE
from engine.packs import few_step, pack
from engine.requests import full_size


def evaluator_problems(folder: Path) -> list[str]:
    """Lists what is wrong with the companion files that a pack has, one line each."""
    problems, cpu = [], torch.device("cpu")
    readers: dict[str, Callable[[], object]] = {
        segmenter.FILE: lambda: segmenter.read(folder / segmenter.FILE, pack.read_pack_file(folder), cpu),
        clip_pair.FILE: lambda: clip_pair.read(folder / clip_pair.FILE, pack.read_pack_file(folder), cpu),
        UPSCALER_FILE: lambda: full_size.read_upscaler(folder / UPSCALER_FILE, pack.read_pack_file(folder), cpu),
        DISTILLED_FILE: lambda: few_step.load_distilled(pack.read_pack(folder, "cpu")),
    }
    for name, read in readers.items():
        if not (folder / name).exists():
            continue
        try:
            read()
        except EngineError as error:
            problems.append(str(error))
    return list(dict.fromkeys(problems))
