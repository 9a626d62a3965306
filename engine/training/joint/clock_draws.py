"""Random tasks of training samples, as clocks of their pixels, in proportions like those of the studio's use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.region_masks import random_region
from engine.interface.protocol import UNKNOWN, Pixels
from engine.training.core.training_config import TASK_KINDS, TaskMix

ClockMap = npt.NDArray[np.int64]
DROP_TEXT_PROBABILITIES = {"image_given": 0.5, "layout_given": 0.3, "image_unknown": 0.3, "layout_unknown": 0.3}
"""Probability that the text is dropped, by task, where it is not 0.1."""
REGION_SHARES = (0.35, 0.15, 0.1, 0.15, 0.25)
"""Share of samples that keep regions of: both halves, the image beside a given layout, the layout beside a given
image, only the image, only the layout."""
MAX_LEAD = 0.5
"""The largest lead of the layout over the image, as a share of T."""


@dataclass(frozen=True)
class ClockDraw:
    """A sample's task: clock maps [H, W], running clocks, which halves have a loss, whether its text is dropped."""

    task_kind: str
    image_clocks: ClockMap
    layout_clocks: ClockMap
    image_running: int
    layout_running: int
    image_has_loss: bool = True
    layout_has_loss: bool = True
    drop_text: bool = False


def draw_clocks(layout: Pixels, clocks: int, mix: TaskMix, random: np.random.Generator) -> ClockDraw:
    """A random task for a layout [H, W]; its `UNKNOWN` pixels always get the clock T."""
    shares = np.array([getattr(mix, kind) for kind in TASK_KINDS])
    kind = TASK_KINDS[random.choice(len(TASK_KINDS), p=shares / shares.sum())]
    t, u = running_clocks(kind, clocks, random)
    image, labels = np.full(layout.shape, t), np.full(layout.shape, u)
    if kind == "regions":
        image, labels = region_clocks(layout, (max(1, t), max(1, u)), random)
    given = labels == 0
    # so that the network does not take T for the edge of a frame
    if kind not in ("layout_unknown", "shared") and random.random() < mix.blank:
        labels = np.where(random_region(layout, random), clocks, labels)
    labels = np.where(layout == UNKNOWN, clocks, labels)
    return ClockDraw(
        kind,
        image,
        labels,
        0 if kind == "image_unknown" else int(image.max()),
        0 if kind == "layout_unknown" or given.all() else max(1, u),
        kind != "image_unknown",
        kind != "layout_unknown",
        bool(random.random() < DROP_TEXT_PROBABILITIES.get(kind, 0.1)),
    )


def running_clocks(kind: str, clocks: int, random: np.random.Generator) -> tuple[int, int]:
    """The clocks of image and layout where they run: 0 for a given half, T for an unknown one."""
    t, u = (int(random.integers(1, clocks + 1)) for _ in range(2))
    if kind == "shared":
        return t, t
    if kind == "layout_given":
        return t, 0
    if kind == "image_given":  # in few steps the first prediction counts most
        return 0, clocks if random.random() < 0.4 else u
    if kind == "image_unknown":
        return clocks, u
    if kind == "layout_unknown":
        return t, clocks
    if random.random() < 0.6:  # the trajectory of sampling
        lead = int(random.uniform(0, MAX_LEAD) * clocks)
        tau = int(random.integers(1, clocks + lead + 1))
        return min(clocks, tau), min(clocks, max(0, tau - lead))
    return t, u


def region_clocks(layout: Pixels, running: tuple[int, int], random: np.random.Generator) -> tuple[ClockMap, ClockMap]:
    """Clock maps with given regions in either or both halves."""
    keep = random_region(layout, random)
    other = keep if random.random() < 0.5 else random_region(layout, random)
    no_pixels, all_pixels = np.zeros_like(keep), np.ones_like(keep)
    choices = ((keep, other), (keep, all_pixels), (all_pixels, keep), (keep, no_pixels), (no_pixels, keep))
    image_keep, layout_keep = choices[random.choice(len(choices), p=REGION_SHARES)]
    return np.where(image_keep, 0, running[0]), np.where(layout_keep, 0, running[1])
