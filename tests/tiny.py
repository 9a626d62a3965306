"""A tiny pack with random weights: it draws nonsense, but by the same code and in milliseconds."""

from __future__ import annotations

from pathlib import Path

import torch

from engine import distilled, packs, upscaler
from engine.diffusion.refine import Expected
from engine.judges.fidelity import Nearness, Seen
from engine.judges.files import Purpose
from engine.library import DISTILLED, UPSCALER
from engine.network.text import TextConfig, text_tower
from engine.network.unet import UNetConfig
from engine.protocol import ClassInfo, PackInfo

INFO = PackInfo(
    name="tiny",
    title="Tiny streets",
    height=32,
    width=64,
    classes=(
        ClassInfo("road", "#804080", ("street",), "1"),
        ClassInfo("sky", "#4682b4"),
        ClassInfo("car", "#00008e", ("vehicle",)),
        ClassInfo("tree", "#6b8e23"),
    ),
    vocabulary=("a", "car", "left", "no", "road", "sky", "tree"),
    licence="Apache-2.0",
    steps=3,
)


SMALL = UNetConfig(widths=(16, 64), blocks=(1, 1), condition=32, layout_channels=4)


def make(folder: Path, info: PackInfo = INFO, network: UNetConfig = SMALL) -> Path:
    """Write the pack into a folder of this name, the same bytes every time."""
    file = packs.PackFile(
        format=packs.FORMAT,
        info=info,
        data=packs.DataConfig(taxonomy=str(Path(__file__).with_name("tiny.toml"))),
        pixels=packs.PixelConfig(mean=(0.4, 0.4, 0.4), deviation=(0.25, 0.25, 0.25), light=(0.3, 0.5)),
        network=network,
        text=TextConfig(width=32, layers=1, heads=2, context=16),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        tower = text_tower(file.text, info.vocabulary)
        process = file.process.build(len(info.classes))
        unet = packs.build_network(file, process, (tower.pooled_width, tower.token_width))
        with torch.no_grad():
            for parameter in unet.parameters():  # the heads start at zero, which would draw no difference
                parameter.add_(torch.randn_like(parameter) * 0.05)
    packs.save(folder, file, unet.state_dict(), tower)
    (folder / "CARD.md").write_text("# Tiny streets\n\nRandom weights, for tests.\n", "utf-8")
    return folder


def add_upscaler(folder: Path, factor: int = 2) -> Path:
    """Give a pack an upscaler of random weights."""
    file = packs.read_file(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = upscaler.build(len(file.info.classes))
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.02)
    none = Nearness(0.0, 0.0, 0.0, 0.0)
    facts = upscaler.UpscalerFacts(
        purpose=Purpose.of(file),
        images_seen=0,
        held_out=0,
        factor=factor,
        expected=Expected(0.01, 0.2, 0.3),
        steps=3,
        curve=(none,) * 4,
        upscaled=none,
        enlarged=none,
        real=Seen(0.0, 0.0),
    )
    upscaler.write(folder / UPSCALER, network, facts)
    return folder


def add_distilled(folder: Path) -> Path:
    """Give a pack a distilled network of random weights."""
    pack, none = packs.load(folder, "cpu"), Seen(0.0, 0.0)
    weights = {
        name: value + 0.02 * torch.randn(value.shape, generator=torch.Generator().manual_seed(0)).to(value.dtype)
        for name, value in pack.network.state_dict().items()
    }
    facts = distilled.DistilledFacts(
        purpose=Purpose.of(pack.file),
        images_seen=0,
        held_out=0,
        plan=distilled.Plan(),
        teacher=distilled.digest(folder),
        curve=(none,) * 4,
        own=none,
        evaluations=6,
        real=none,
    )
    distilled.write(folder / DISTILLED, weights, facts)
    return folder
