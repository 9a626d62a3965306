"""How fast this computer generates, measured on the results that come in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from engine.interface.kept_masks import kept_masks
from engine.interface.pack_catalogue import default_steps
from engine.interface.protocol import Done, Failed, FullSizeDone, PackInfo
from studio.session.connection.engine_client import EngineClient
from studio.session.generation.generator import GenerationController
from studio.session.generation.job_queue import GenerationJob


@dataclass(frozen=True)
class GenerationSpeed:
    """Seconds per pixel of the drawn size: for one step, and for the upscaling to full size."""

    step_seconds_per_pixel: float | None = None
    upscale_seconds_per_pixel: float | None = None

    def estimate_seconds(self, steps: int, full: bool, pixels: int) -> float | None:
        """Seconds to draw so many pixels; None if nothing comparable was measured yet."""
        upscaling = self.upscale_seconds_per_pixel if full else 0.0
        if self.step_seconds_per_pixel is None or upscaling is None:
            return None
        return (self.step_seconds_per_pixel * steps + upscaling) * pixels


class SpeedMeter(QObject):
    """Keeps the speed of the last results."""

    def __init__(
        self, info: PackInfo, client: EngineClient, generator: GenerationController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._info = info
        self._last_result: Done | None = None
        self._speed = GenerationSpeed()
        generator.result_received.connect(self._on_result)
        client.full_size_received.connect(self._on_full_size)

    @property
    def speed(self) -> GenerationSpeed:
        """The speed as far as it is known."""
        return self._speed

    def _on_result(self, job: GenerationJob, event: Done) -> None:
        self._last_result, request = event, job.request
        conditioning = kept_masks(request, self._info).conditioning
        steps = request.steps or default_steps(self._info, request.sampler, conditioning)
        seconds = event.seconds / steps / (event.image.height * event.image.width)
        self._speed = replace(self._speed, step_seconds_per_pixel=seconds)

    def _on_full_size(self, event: FullSizeDone | Failed | None) -> None:
        result = self._last_result
        if isinstance(event, FullSizeDone) and result is not None and result.id == event.id:
            seconds = (event.seconds - result.seconds) / (result.image.height * result.image.width)
            self._speed = replace(self._speed, upscale_seconds_per_pixel=seconds)
