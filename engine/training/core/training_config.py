"""The configuration of a base's training run, a TOML file with strict keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from engine.data.taxonomy import TaxonomySource, taxonomy_classes
from engine.interface.bounded_decoding import SMALL_DOCUMENT, decode_toml
from engine.interface.bounded_files import read_bounded
from engine.interface.errors import BadConfig, BadFile, MalformedData
from engine.interface.protocol import Sampler
from engine.network.joint_unet import UNetConfig
from engine.network.text_tower import TextConfig
from engine.packs.pack_config import ProcessConfig
from engine.training.core.renderer_config import RendererConfig


class ViewConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scale of frames: `rows`, columns by the aspect ratio times `stretch`, and its share of draws."""

    rows: int
    stretch: float = 1.0
    share: float = 1.0


TASK_KINDS = ("joint", "layout_given", "image_given", "image_unknown", "layout_unknown", "regions", "shared")


class TaskMix(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Relative frequency of each task; the sum must be positive."""

    joint: float = 0.0
    layout_given: float = 0.0
    image_given: float = 0.0
    image_unknown: float = 0.0
    layout_unknown: float = 0.0
    regions: float = 0.0
    shared: float = 0.0  # one clock for both halves, nothing given: the training of GCDP
    blank: float = 0.5  # in this share of samples a region of the layout is unknown


class LossConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Options of the loss (`LossWeighting` in diffusion/process/joint_process.py)."""

    min_snr: float = 0.0
    layout: Literal["cross_entropy", "bound"] = "cross_entropy"
    entropy: float = 0.001


class TrainConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A training run. Paths are relative to the working directory; `images` is the length of the whole run."""

    data: str
    out: str
    name: str
    title: str
    licence: str
    taxonomy: TaxonomySource = "street"
    height: int = 64
    width: int = 128
    upscale: Annotated[int, msgspec.Meta(ge=2, le=8)] = 2  # how many times larger the upscaler draws
    views: tuple[ViewConfig, ...] = (ViewConfig(64),)
    gamma: float = 1.0
    cut: Annotated[int, msgspec.Meta(ge=0)] = 0  # rows of the pieces that large frames are cut into; 0: whole
    border: int = 0  # how many of the outermost pixels of a layout are doubtful
    thin: tuple[str, ...] = ()  # classes whose parts thinner than 5 pixels are doubtful
    repeat: float = 0.0  # classes in a smaller share of the frames than this are oversampled [LVIS]
    sampler: Sampler = "ddim"  # how the pack is sampled unless a request says otherwise
    steps: int = 10
    layout_steps: int = 1  # of image → layout
    text_steps: int = 20  # of text → both
    guidance: float = 5.0
    cross_guidance: float = 1.0
    window: Annotated[int, msgspec.Meta(ge=0)] = 0  # frames in memory at once; 0: all of them
    start: str = ""  # name or folder of the pack whose weights the run starts from
    images: int = 300_000
    batch: int = 16
    optimiser: Literal["adamw", "muon"] = "adamw"
    learning_rate: float = 4e-4
    warmup: int = 8_000  # images
    decay: float = 0.25  # the last share of the run, in which the rate falls to 0
    ema: float = 0.999
    layout_weight: float = 1.0
    seed: int = 0
    device: str = "auto"
    compile: bool = True
    minutes: float = 10.0  # between checkpoints with their contact sheets
    mix: TaskMix = TaskMix(
        joint=0.35, layout_given=0.15, image_given=0.15, image_unknown=0.025, layout_unknown=0.025, regions=0.3
    )
    network: UNetConfig = UNetConfig()
    text: TextConfig = TextConfig()
    process: ProcessConfig = ProcessConfig()
    loss: LossConfig = LossConfig()
    renderer: RendererConfig = RendererConfig()
    embeddings: str = "street"  # pack whose text tower tells which classes are similar
    neighbours: int = 3  # how many similar classes each has, for the embedding transitions


def read_toml_with_base(path: Path) -> dict[str, object]:
    """The values of a file over those of its `base`, a file beside it; a table replaces the base's whole table."""
    table: dict[str, object] = decode_toml(read_bounded(path, SMALL_DOCUMENT.length), dict[str, object])
    base = table.pop("base", None)
    return table if base is None else read_toml_with_base(path.parent / str(base)) | table


def read_config(path: Path) -> TrainConfig:
    """A validated configuration. Raises BadConfig."""
    try:
        config = msgspec.convert(read_toml_with_base(path), TrainConfig)
    except (BadFile, MalformedData, RecursionError, msgspec.MsgspecError) as error:
        hint = "See engine/training/recipes/street.toml."
        why = error.reason if isinstance(error, MalformedData) else getattr(error, "message", error)
        raise BadConfig(f"{path} is no training configuration: {why}", hint) from error
    if config.height % 16 or config.width % 16 or min(config.height, config.width) < 16:
        raise BadConfig(f"{path} asks for {config.height}×{config.width}.", "Sizes must be multiples of 16.")
    if config.batch < 2 or config.images < config.batch:
        raise BadConfig(f"{path} has batch {config.batch} and images {config.images}.", "A batch has 2 at least.")
    if config.sampler == "distilled":
        raise BadConfig(f"{path} has the sampler distilled, which comes after training.", "Name a solver.")
    if not any(getattr(config.mix, kind) > 0 for kind in TASK_KINDS):
        raise BadConfig(f"{path} draws no task.", "Give one a share in [mix].")
    small = [v for v in config.views if v.rows < config.height or v.stretch <= 0]
    if small or not config.views:
        raise BadConfig(f"{path} has views of fewer rows than {config.height}.", "A window must fit into each view.")
    known = {words.name for words in taxonomy_classes(config.taxonomy)}
    if not set(config.thin) <= known:
        raise BadConfig(f"{path} names in `thin` no class: {sorted(set(config.thin) - known)}.", "Use their names.")
    if config.loss.layout == "cross_entropy" and config.process.kernel == "product":
        raise BadConfig(
            f"{path} has the product kernel for a head trained by cross-entropy.",
            'Set loss.layout = "bound", or process.kernel = "sum".',
        )
    if not Path(config.data).is_dir():
        raise BadConfig(f"{path} names the data folder {config.data}, which is not here.", "Set `data`.")
    return config
