"""Verification of a pack: whether it draws, and whether the files beside its weights are whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from engine.evaluators import clip_pair, segmenter
from engine.interface.error_messages import to_engine_error
from engine.interface.errors import EngineError
from engine.interface.pack_catalogue import DISTILLED_FILE, RENDERER_FILE, UPSCALER_FILE
from engine.interface.protocol import Generate
from engine.packs import few_step
from engine.packs import pack as packs
from engine.requests import full_size, generation, rendering

VERIFY_STEPS = 2


def drawing_problems(folder: Path) -> list[str]:
    """What keeps a whole pack from drawing, one line; nothing if it does. Draws a picture at its own size once."""
    try:
        pack = packs.read_pack(folder, "cpu")
        request = Generate(id="verify", pack=str(folder), prompt=pack.info.classes[0].name, steps=VERIFY_STEPS)
        for frame in generation.generate_steps(pack, [request]):
            frame.image(0), frame.layout(0)
            finite = bool(frame.step.estimate.image.isfinite().all() and frame.step.estimate.layout.isfinite().all())
            if not finite:
                return [f"“{pack.info.name}” draws numbers that are not finite"]
    except Exception as error:  # whatever torch makes of weights that nobody trained
        return [str(to_engine_error(error, "a picture of its own size"))]
    return []


def evaluator_problems(folder: Path) -> list[str]:
    """Lists what is wrong with the companion files that a pack has, one line each."""
    problems, cpu = [], torch.device("cpu")
    readers: dict[str, Callable[[], object]] = {
        segmenter.FILE: lambda: segmenter.read(folder / segmenter.FILE, packs.read_pack_file(folder), cpu),
        clip_pair.FILE: lambda: clip_pair.read(folder / clip_pair.FILE, packs.read_pack_file(folder), cpu),
        UPSCALER_FILE: lambda: full_size.read_upscaler(folder / UPSCALER_FILE, packs.read_pack_file(folder), cpu),
        RENDERER_FILE: lambda: rendering.read_renderer(folder / RENDERER_FILE, packs.read_pack_file(folder), cpu),
        DISTILLED_FILE: lambda: few_step.load_distilled(packs.read_pack(folder, "cpu")),
    }
    for name, read in readers.items():
        if not (folder / name).exists():
            continue
        try:
            read()
        except EngineError as error:
            problems.append(str(error))
    return list(dict.fromkeys(problems))
