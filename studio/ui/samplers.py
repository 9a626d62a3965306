"""The samplers by names that people know, each with a line of help."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine.protocol import Sampler

translate = QCoreApplication.translate


class Named(NamedTuple):
    title: str
    help: str


def samplers() -> dict[Sampler | None, Named]:
    """In the order in which they are offered, the pack's own choice first, in the language of now."""
    return {
        None: Named(
            translate("Samplers", "Automatic"),
            translate("Samplers", "As the pack draws best: in all its steps, and in few while you paint."),
        ),
        "unipc": Named("UniPC", translate("Samplers", "Predicts and corrects: good pictures in the fewest steps.")),
        "dpm++2m": Named("DPM++ 2M", translate("Samplers", "Looks back one step: fine pictures in few steps.")),
        "ddim": Named("DDIM", translate("Samplers", "Plain and steady: more steps, finer pictures.")),
        "ddim-ancestral": Named(
            translate("Samplers", "DDIM, ancestral"),
            translate("Samplers", "New noise at each step: livelier, slower."),
        ),
        "heun": Named("Heun", translate("Samplers", "Looks twice at each step: exact, and takes twice as long.")),
        "ddpm": Named("DDPM", translate("Samplers", "As it was trained, with much noise: 50 steps and more.")),
        "ddpm-wide": Named(
            translate("Samplers", "DDPM, wide"), translate("Samplers", "With the most noise: 100 steps and more.")
        ),
        "euler-maruyama": Named(
            "Euler–Maruyama", translate("Samplers", "The plainest rule with noise, to study: 100 steps and more.")
        ),
        "distilled": Named(
            translate("Samplers", "Distilled"),
            translate("Samplers", "The network that draws while you paint: four steps, its guidance is built in."),
        ),
        "gcdp": Named("GCDP", translate("Samplers", "The published process, to compare with: slow.")),
        "gcdp-faulty": Named(
            translate("Samplers", "GCDP, as coded"),
            translate("Samplers", "The published process with the noise of its code, to compare with."),
        ),
    }
