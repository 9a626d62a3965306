"""What brings a pack's pairs to full size: its renderer, or where a pack has none, its upscaler.

A renderer makes a photograph of what was drawn. A photograph that is given whole is made large faithfully, which the
upscaler does where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.interface.pack_catalogue import RENDERER_FILE, UPSCALER_FILE
from engine.packs.pack import Pack
from engine.requests import full_size, rendering
from engine.requests.batch_snapshot import ImageLayoutPair
from engine.requests.full_size import Upscaler, UpscalingProgress
from engine.requests.rendering import Renderer
from engine.requests.resolved_request import ResolvedRequest


@dataclass(frozen=True)
class FullSizeStage:
    """The networks that a pack has for it: `drawn` for what it draws, `given` for what is given whole."""

    drawn: Renderer | Upscaler
    given: Renderer | Upscaler

    @property
    def factor(self) -> int:
        """How many times larger it makes a pair."""
        return self.drawn.factor

    def steps(self, resolved: ResolvedRequest, pair: ImageLayoutPair) -> Iterator[UpscalingProgress]:
        """A request's result at full size, part by part."""
        whole = bool(resolved.kept.keep_image.all())
        return full_size.upscaling_steps(self.given if whole else self.drawn, resolved, pair)


def load_full_size_stage(pack: Pack) -> FullSizeStage:
    """That of a pack, on the pack's device. Raises BadPack."""
    if not (pack.folder / RENDERER_FILE).exists():
        only = full_size.load_upscaler(pack)
        return FullSizeStage(only, only)
    drawn = rendering.load_renderer(pack)
    given = full_size.load_upscaler(pack) if (pack.folder / UPSCALER_FILE).exists() else drawn
    return FullSizeStage(drawn, given if given.factor == drawn.factor else drawn)
