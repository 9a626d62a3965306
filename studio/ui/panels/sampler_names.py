"""The samplers by names that people know, each with a line of help."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine.interface.protocol import Sampler

translate = QCoreApplication.translate


class SamplerText(NamedTuple):
    title: str
    help: str


def sampler_texts() -> dict[Sampler | None, SamplerText]:
    """In the order in which they are offered, the pack's own choice first, in the language of now."""
    return {
        None: SamplerText(
            translate("Samplers", "Automatic"),
            translate("Samplers", "As the pack draws best: in all its steps, and in few while you paint."),
        ),
        "unipc": SamplerText(
            "UniPC", translate("Samplers", "Predicts and corrects: good pictures in the fewest steps.")
        ),
        "dpm++2m": SamplerText("DPM++ 2M", translate("Samplers", "Looks back one step: fine pictures in few steps.")),
        "ddim": SamplerText("DDIM", translate("Samplers", "Plain and steady: more steps, finer pictures.")),
        "ddim-ancestral": SamplerText(
            translate("Samplers", "DDIM, ancestral"),
            translate("Samplers", "New noise at each step: livelier, slower."),
        ),
        "heun": SamplerText(
            "Heun", translate("Samplers", "Looks twice at each step: exact, and takes twice as long.")
        ),
        "ddpm": SamplerText("DDPM", translate("Samplers", "As it was trained, with much noise: 50 steps and more.")),
        "ddpm-wide": SamplerText(
            translate("Samplers", "DDPM, wide"), translate("Samplers", "With the most noise: 100 steps and more.")
        ),
        "euler-maruyama": SamplerText(
            "Euler–Maruyama", translate("Samplers", "The plainest rule with noise, to study: 100 steps and more.")
        ),
        "distilled": SamplerText(
            translate("Samplers", "Distilled"),
            translate("Samplers", "The network that draws while you paint: four steps, its guidance is built in."),
        ),
        "gcdp": SamplerText("GCDP", translate("Samplers", "The published process, to compare with: slow.")),
        "gcdp-faulty": SamplerText(
            translate("Samplers", "GCDP, as coded"),
            translate("Samplers", "The published process with the noise of its code, to compare with."),
        ),
    }
