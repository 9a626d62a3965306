"""A tiny pack with random weights: it draws nonsense, but by the same code and in milliseconds."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.diffusion.sampling.refinement import DetailVariance
from engine.evaluators.quality import ImageQuality
from engine.interface.pack_catalogue import DISTILLED_FILE, RENDERER_FILE, UPSCALER_FILE
from engine.interface.protocol import ClassInfo, PackInfo
from engine.network.joint_unet import UNetConfig
from engine.network.renderer_unet import RendererUNet
from engine.network.text_tower import TextConfig, build_text_tower
from engine.packs import few_step, pack_config
from engine.packs import pack as packs
from engine.packs.companion_files import PackCompatibility, SegmenterScores
from engine.requests import full_size, rendering

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


SMALL_UNET = UNetConfig(widths=(16, 64), blocks=(1, 1), condition=32, layout_channels=4)


def make(folder: Path, info: PackInfo = INFO, network: UNetConfig = SMALL_UNET) -> Path:
    """Write the pack into a folder of this name, the same bytes every time."""
    file = pack_config.PackFile(
        format=packs.PACK_FORMAT,
        info=info,
        data=pack_config.DataConfig(taxonomy=str(Path(__file__).with_name("tiny.toml"))),
        pixels=pack_config.PixelConfig(mean=(0.4, 0.4, 0.4), deviation=(0.25, 0.25, 0.25), light=(0.3, 0.5)),
        network=network,
        text=TextConfig(width=32, layers=1, heads=2, context=16),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        tower = build_text_tower(file.text, info.vocabulary)
        process = file.process.build(len(info.classes))
        unet = packs.build_network(file, process, (tower.pooled_width, tower.token_width))
        with torch.no_grad():
            for parameter in unet.parameters():  # the heads start at zero, which would draw no difference
                parameter.add_(torch.randn_like(parameter) * 0.05)
    packs.write_pack(folder, file, unet.state_dict(), tower)
    (folder / "CARD.md").write_text("# Tiny streets\n\nRandom weights, for tests.\n", "utf-8")
    return folder


def add_upscaler(folder: Path, factor: int = 2) -> Path:
    """Give a pack an upscaler of random weights."""
    file = packs.read_pack_file(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = full_size.build_upscaler_network(len(file.info.classes))
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.02)
    zero_quality = ImageQuality(0.0, 0.0, 0.0, 0.0)
    facts = full_size.UpscalerMetadata(
        purpose=PackCompatibility.from_pack_file(file),
        images_seen=0,
        held_out=0,
        factor=factor,
        expected=DetailVariance(0.01, 0.2, 0.3),
        steps=3,
        curve=(zero_quality,) * 4,
        upscaled=zero_quality,
        enlarged=zero_quality,
        real=SegmenterScores(0.0, 0.0),
    )
    full_size.write_upscaler(folder / UPSCALER_FILE, network, facts)
    return folder


def add_renderer(folder: Path, factor: int = 2) -> Path:
    """Give a pack a renderer of random weights."""
    file = packs.read_pack_file(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = RendererUNet(len(file.info.classes))
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.02)
    metadata = rendering.RendererMetadata(
        purpose=PackCompatibility.from_pack_file(file),
        images_seen=0,
        held_out=0,
        factor=factor,
        photographs_told={},
        rendered_told={},
    )
    rendering.write_renderer(folder / RENDERER_FILE, network, metadata)
    return folder


def add_distilled(folder: Path) -> Path:
    """Give a pack a distilled network of random weights."""
    pack, zero_scores = packs.read_pack(folder, "cpu"), SegmenterScores(0.0, 0.0)
    weights = {
        name: value + 0.02 * torch.randn(value.shape, generator=torch.Generator().manual_seed(0)).to(value.dtype)
        for name, value in pack.network.state_dict().items()
    }
    facts = few_step.DistilledMetadata(
        purpose=PackCompatibility.from_pack_file(pack.file),
        images_seen=0,
        held_out=0,
        plan=few_step.DistilledSampling(),
        teacher=few_step.weights_digest(folder),
        curve=(zero_scores,) * 4,
        own=zero_scores,
        evaluations=6,
        real=zero_scores,
    )
    few_step.write_distilled(folder / DISTILLED_FILE, weights, facts)
    return folder
