"""What a pack's upscaler learns: the detail of real pictures at full size, from crops of them that were made small.

A pack's own pictures are softer than photographs made small, and not quite right. So the small crops are blurred or
packed as JPEG in part, and have noise of any loudness, which the network is told; half of the layouts have the
corners of those that were enlarged.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import torch
from PIL import Image, ImageFilter
from rich.progress import ProgressColumn
from torch import Tensor

from engine import upscaler
from engine.data.masks import draw_region
from engine.data.pairs import Pair
from engine.data.taxonomy import read_taxonomy
from engine.diffusion import gaussian
from engine.diffusion.guidance import spread
from engine.diffusion.refine import Coarse, contrast, expect, missing
from engine.judges import segmenter
from engine.judges.fidelity import nearness, seen
from engine.judges.files import Facts
from engine.judges.segmenter import Segmenter
from engine.library import UPSCALER
from engine.network.upscaler import LOUDEST, STRIDE, UpscalerUNet
from engine.packs import Pack
from engine.protocol import UNKNOWN, Pixels
from engine.raster import enlarge_layout, fit_image, fit_layout
from engine.training.config import TrainConfig, ViewConfig
from engine.training.frames import Frames
from engine.training.judge import Exam, Lessons, Stock, begin, held_out, run
from engine.upscaler import Upscaler, UpscalerFacts, enlarged

CROP = 96
"""Pixels of a side, at full size."""
FIRST, GIVEN, LOW_LAYOUT, BLURRED, PACKED = 0.2, 0.15, 0.5, 0.5, 0.3
"""Shares of samples: at clock T, with a region given, with a layout that was enlarged, blurred, packed as JPEG."""
LOOKED_AT = 256
"""Crops that tell how much detail to expect."""
CHOSEN_ON = 32
"""Pictures held out that tell how many evaluations are best."""
BLUR, QUALITY = 1.0, (30, 95)


class Sample(NamedTuple):
    """A batch: x_0 and u [B, 3, H, W], the deviation of the noise in u [B], and ids [B, 1, H, W], K where unknown."""

    full: Tensor
    u: Tensor
    level: Tensor
    layout: Tensor


class UpscalerLessons(Lessons[UpscalerFacts]):
    """Crops at full size, made small and worse."""

    file, batch, rate = UPSCALER, 8, 2e-3

    def __init__(self, config: TrainConfig, pack: Pack, stocks: Sequence[Stock]) -> None:
        super().__init__(config, pack, stocks)
        self.factor, self.classes = config.upscale, len(pack.info.classes)
        network = upscaler.build(self.classes).to(pack.device)
        self.network: UpscalerUNet = network.to(memory_format=torch.channels_last)
        self.forward = torch.compile(self.network) if config.compile else self.network
        random = np.random.default_rng((config.seed, 2**31))
        some = [
            self.errors(self.sample(self.pairs(random, self.batch), random)) for _ in range(LOOKED_AT // self.batch)
        ]
        squares, contrasts, levels = (torch.cat(parts).cpu() for parts in zip(*some, strict=True))
        self.expected = expect(squares, contrasts, levels)

    @staticmethod
    def inner(name: str, parameter: Tensor) -> bool:
        """The convolutions between stem and head."""
        return parameter.ndim == 4 and not name.startswith(("stem", "head"))

    def errors(self, one: Sample) -> tuple[Tensor, Tensor, Tensor]:
        """The squared error of every pixel of u, and the contrast and the noise there."""
        square = (one.full - one.u).square().mean(1, keepdim=True)
        level = spread(one.level).expand_as(square)
        return square.flatten(), contrast(one.u, self.factor).flatten(), level.flatten()

    def sample(self, pairs: Sequence[Pair], random: np.random.Generator) -> Sample:
        """Pairs at full size, and what is left of them when they were small."""
        device, lows = self.pack.device, [degraded(pair.image, self.factor, random) for pair in pairs]
        low = self.standardised([Pair(one, pair.layout) for one, pair in zip(lows, pairs, strict=True)])
        level = torch.from_numpy(LOUDEST * random.random(len(pairs)) ** 2).float().to(device)
        u = enlarged(low + spread(level) * torch.randn_like(low), self.factor)
        layouts = [simplified(pair.layout, self.factor, random) for pair in pairs]
        ids = torch.from_numpy(np.stack(layouts)[:, None].astype(np.int64)).to(device)
        return Sample(self.standardised(pairs), u, level, torch.where(ids == UNKNOWN, self.classes, ids))

    def loss(self, random: np.random.Generator) -> Tensor:
        """Squared error of v, where the detail is not given."""
        pairs = self.pairs(random, self.batch)
        full, u, level, layout = self.sample(pairs, random)
        coarse = Coarse(u, self.expected.scale(u, level, self.factor), level, layout)
        schedule, device, top = self.network.schedule, full.device, self.network.schedule.clocks
        clocks = np.where(random.random(len(pairs)) < FIRST, top, random.integers(1, top + 1, len(pairs)))
        t = torch.from_numpy(clocks).to(device)
        masks = [draw_region(pair.layout, random) & (random.random() < GIVEN) for pair in pairs]
        given = torch.from_numpy(np.stack(masks)[:, None]).to(device)
        r_0 = missing(full, coarse)
        noise = torch.randn_like(r_0)
        r_t = torch.where(given, r_0, gaussian.q_sample(schedule, r_0, spread(t), noise))
        with torch.autocast(device.type, torch.bfloat16):
            v: Tensor = self.forward(r_t, given, t, coarse)
        error = (v.float() - gaussian.target(schedule, "v", r_0, noise, spread(t))).square()
        return (error * ~given).mean()

    def graded(self, exam: Exam, facts: Facts, out: Path) -> UpscalerFacts:
        """By the pack's segmenter, on pictures at full size and the same made small and large again."""
        judge = segmenter.load(self.pack)
        told = examined(self.ready(), judge, exam, facts)
        upscaler.write(out, self.network, told)
        return told

    def ready(self) -> Upscaler:
        """What it learned, to be asked."""
        network = upscaler.build(self.classes)
        network.load_state_dict(self.network.state_dict())
        return upscaler.of(network, self.pack.file, self.pack.device, self.factor, self.expected)


def degraded(image: Pixels, factor: int, random: np.random.Generator) -> Pixels:
    """A picture made small by area, and perhaps blurred and packed as JPEG."""
    picture = Image.fromarray(small(image, factor))
    if random.random() < BLURRED:
        picture = picture.filter(ImageFilter.GaussianBlur(float(random.uniform(0, BLUR))))
    if random.random() < PACKED:
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=int(random.integers(*QUALITY)))
        picture = Image.open(packed)
    return np.asarray(picture)


def simplified(layout: Pixels, factor: int, random: np.random.Generator) -> Pixels:
    """A layout as it is, or made small and large again."""
    if random.random() >= LOW_LAYOUT:
        return layout
    height, width = layout.shape
    return enlarge_layout(fit_layout(layout, height // factor, width // factor, "stretch").pixels, factor)


def examined(ready: Upscaler, judge: Segmenter, exam: Exam, facts: Facts) -> UpscalerFacts:
    """Its figures beside those of enlarging alone and of the real pictures.

    It gets as many evaluations as bring it nearest on some of the pictures, by the segmenter's features: the errors of
    a network that is not yet good grow with each.
    """
    classes = len(ready.info.classes)
    real = [Pair(*halves) for halves in zip(exam.images, exam.layouts, strict=True)]
    some = real[:: max(1, len(real) // CHOSEN_ON)]
    curve = tuple(
        nearness(judge, classes, drawn(ready.in_steps(steps), some), some) for steps in range(1, upscaler.STEPS + 1)
    )
    steps = 1 + min(range(len(curve)), key=lambda index: curve[index].distance)
    plain = [ready.rgb(enlarged(ready.standardised(small(pair.image, ready.factor)), ready.factor)) for pair in real]
    return UpscalerFacts(
        **msgspec.structs.asdict(facts),
        factor=ready.factor,
        expected=ready.expected,
        steps=steps,
        curve=curve,
        upscaled=nearness(judge, classes, drawn(ready.in_steps(steps), real), real),
        enlarged=nearness(judge, classes, plain, real),
        real=seen(judge, classes, exam.images, exam.layouts),
    )


def drawn(ready: Upscaler, real: Sequence[Pair]) -> list[Pixels]:
    """Pictures made small and brought to full size again."""
    pictures = []
    for index, (image, layout) in enumerate(real):
        *_, (_, _, picture) = ready.picture(small(image, ready.factor), layout, index)
        assert picture is not None, "the last part holds the picture"
        pictures.append(picture)
    return pictures


def small(image: Pixels, factor: int) -> Pixels:
    """A picture made small by area."""
    return fit_image(image, image.shape[0] // factor, image.shape[1] // factor, "stretch").pixels


def crops_of(config: TrainConfig) -> Frames:
    """The training frames of a configuration at full size, to be cropped: in its widest views, for detail."""
    factor, rows = config.upscale, min(view.rows for view in config.views)
    views = tuple(ViewConfig(v.rows * factor, v.stretch, v.share) for v in config.views if v.rows == rows)
    side = min(CROP, config.height * factor, config.width * factor) // (STRIDE * factor) * (STRIDE * factor)
    full = msgspec.structs.replace(config, height=side, width=side, views=views)
    return Frames(full, read_taxonomy(config.taxonomy))


def train(config: TrainConfig, pack: Pack, images: int, out: Path, columns: Sequence[ProgressColumn]) -> UpscalerFacts:
    """Train the upscaler of a pack; writes `out` and returns its figures on DATA/val.

    Raises BadConfig, BadFile, or BadPack if the pack has no segmenter to judge it by.
    """
    segmenter.load(pack)  # what would fail later fails now
    exam = held_out(config, pack, config.upscale)
    stocks = [Stock(crops_of(config), pack.file.pixels.gamma)]
    course, lessons = begin(UpscalerLessons, config, pack, images, out, stocks)
    run(course, lessons, columns)
    seen_images, held = course.step * lessons.batch, len(exam.images)
    facts = lessons.graded(exam, Facts(purpose=course.plan.purpose, images_seen=seen_images, held_out=held), out)
    course.finish()
    return facts
