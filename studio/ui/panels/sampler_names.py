"""The samplers' names and descriptions."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.interface.protocol import Sampler
from studio.ui.style.item_models import ChoiceText

translate = QCoreApplication.translate


def sampler_texts() -> dict[Sampler | None, ChoiceText]:
    """The texts of all samplers in the current language, in display order; None is the pack's own choice."""
    return {
        None: ChoiceText(
            translate("Samplers", "Automatic"),
            translate("Samplers", "The pack's choice: few steps while you paint, all steps otherwise."),
        ),
        "unipc": ChoiceText("UniPC", translate("Samplers", "Predictor–corrector: good results in the fewest steps.")),
        "dpm++2m": ChoiceText("DPM++ 2M", translate("Samplers", "Multistep: fine results in few steps.")),
        "ddim": ChoiceText("DDIM", translate("Samplers", "Deterministic: more steps give finer results.")),
        "ddim-ancestral": ChoiceText(
            translate("Samplers", "DDIM, ancestral"),
            translate("Samplers", "Adds noise at each step: more varied, slower."),
        ),
        "heun": ChoiceText("Heun", translate("Samplers", "Second order: accurate, and twice as slow.")),
        "ddpm": ChoiceText(
            "DDPM", translate("Samplers", "The process of training, with much noise: 50 steps or more.")
        ),
        "ddpm-wide": ChoiceText(
            translate("Samplers", "DDPM, wide"), translate("Samplers", "With the most noise: 100 steps or more.")
        ),
        "euler-maruyama": ChoiceText(
            "Euler–Maruyama", translate("Samplers", "The simplest stochastic solver, for study: 100 steps or more.")
        ),
        "distilled": ChoiceText(
            translate("Samplers", "Distilled"),
            translate("Samplers", "The fast network used while you paint: four steps, with built-in guidance."),
        ),
        "gcdp": ChoiceText("GCDP", translate("Samplers", "The published process, for comparison: slow.")),
        "gcdp-faulty": ChoiceText(
            translate("Samplers", "GCDP, as coded"),
            translate("Samplers", "The published process with the noise of its code, for comparison."),
        ),
    }
