"""A pack on disk and in memory: `pack.json` (strict keys), `weights.safetensors` (bf16), `CARD.md`, `examples/`."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import safetensors
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.data.pairs import DatasetPair, cut_pieces
from engine.data.taxonomy import TaxonomySource
from engine.diffusion.process.categorical import ReverseKernel
from engine.diffusion.process.denoiser import TextFeatures
from engine.diffusion.process.gaussian import PredictionType
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import (
    AbsorbingTransitions,
    SimilarityTransitions,
    TransitionChain,
    UniformTransitions,
    neighbour_similarity,
    ordinal_similarity,
)
from engine.diffusion.sampling.trajectory import TimestepSpacing
from engine.interface.errors import BadPack, EngineError, NoDevice
from engine.interface.pack_catalogue import DISTILLED_FILE
from engine.interface.protocol import Fraction, PackInfo
from engine.interface.raster import read_layout
from engine.network.joint_unet import JointUNet, UNetConfig
from engine.network.text_tower import TextConfig, TextTower, build_text_tower

PACK_FORMAT = 1
WEIGHTS_FILE = "weights.safetensors"
PROMPT_CACHE_SIZE = 64
"""How many prompts' features are kept."""


Odds = Annotated[float, msgspec.Meta(gt=1e-6, lt=1e6)]


class ScheduleConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A noise schedule by its name (diffusion/schedule.py)."""

    kind: Literal["cosine", "linear"] = "cosine"
    odds: Odds = 1.0

    def build(self, clocks: int) -> NoiseSchedule:
        return NoiseSchedule.from_name(self.kind, clocks, self.odds)


class LayoutProcessConfig(ScheduleConfig, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The layout's schedule and its transitions (diffusion/transitions.py).

    `width` is the discretised Gaussian's, in classes; `neighbours` are the ids that the embedding puts next to each.
    """

    odds: Odds = 1 / 64
    transitions: Literal["uniform", "absorbing", "gaussian", "embedding"] = "uniform"
    width: Annotated[float, msgspec.Meta(ge=0.3)] = 1.0
    neighbours: tuple[tuple[int, ...], ...] = ()

    def build_transitions(self, clocks: int, classes: int) -> TransitionChain:
        """The chain over `classes` classes. Raises BadPack for neighbours that make none."""
        schedule = self.build(clocks)
        if self.transitions == "uniform":
            return UniformTransitions(schedule, classes)
        if self.transitions == "absorbing":
            return AbsorbingTransitions(schedule, classes)
        if self.transitions == "gaussian":
            return SimilarityTransitions(schedule, ordinal_similarity(classes, self.width))
        if len(self.neighbours) != classes or not all(0 <= i < classes for row in self.neighbours for i in row):
            raise BadPack(
                f"{len(self.neighbours)} lists of neighbours do not fit {classes} classes.", "Name one each."
            )
        try:
            return SimilarityTransitions(schedule, neighbour_similarity(self.neighbours))
        except ValueError as error:
            raise BadPack(f"The neighbours of the classes are no chain: {error}.", "Name more of them.") from error


Exponent = Annotated[float, msgspec.Meta(gt=0, le=10)]


class TimestepSpacingConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a half's clock falls (diffusion/path.py, `Pace`)."""

    rise: Exponent = 1.0
    bend: Exponent = 1.0
    start: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0

    def build(self) -> TimestepSpacing:
        """For the sampler."""
        return TimestepSpacing(self.rise, self.bend, self.start)


class ProcessConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Clocks, schedules and kernels of both halves; `lead` and the paces are the sampler's."""

    clocks: Annotated[int, msgspec.Meta(ge=2, le=100_000)] = 1000
    image: ScheduleConfig = ScheduleConfig()
    layout: LayoutProcessConfig = LayoutProcessConfig()
    output: PredictionType = "v"
    kernel: ReverseKernel = "sum"
    lead: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.15
    image_pace: TimestepSpacingConfig = TimestepSpacingConfig(rise=2.5)
    layout_pace: TimestepSpacingConfig = TimestepSpacingConfig(rise=2.0, bend=1.5)

    @property
    def without_sampler_settings(self) -> ProcessConfig:
        """The same but for what is only the sampler's."""
        default = ProcessConfig()
        return msgspec.structs.replace(
            self, lead=default.lead, image_pace=default.image_pace, layout_pace=default.layout_pace
        )

    def build(self, classes: int) -> JointProcess:
        """The process with its tables."""
        transitions = self.layout.build_transitions(self.clocks, classes)
        return JointProcess(self.image.build(self.clocks), transitions, self.output, self.kernel)


class PixelConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How RGB in [0, 1] is standardised, per channel; `gamma` is what the training pictures went through, `light` the
    mean RGB of typical dark and bright ones thereafter, the middles of the darkest and of the brightest quarter.
    """

    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    gamma: float = 1.0
    light: tuple[Fraction, Fraction] | None = None


class DataConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The data a pack was trained on: its classes' words, and what of its layouts is not believed (data/pairs.py).

    `cut` are the rows of the pieces that large frames are seen in.
    """

    taxonomy: TaxonomySource
    cut: int = 0
    border: int = 0
    thin: tuple[str, ...] = ()

    def split_pair(self, pair: DatasetPair, info: PackInfo) -> list[DatasetPair]:
        """A frame, or the pieces of the pack's shape that it is seen in."""
        return cut_pieces(pair, self.cut, self.cut * info.width // info.height) if self.cut else [pair]


class PackFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All of pack.json."""

    format: int
    info: PackInfo
    pixels: PixelConfig
    data: DataConfig
    network: UNetConfig = UNetConfig()
    text: TextConfig = TextConfig()
    process: ProcessConfig = ProcessConfig()
    images_seen: int = 0


@dataclass
class Pack:
    """A pack in memory, on a device. The text tower loads at the first prompt: open_clip takes seconds to import."""

    file: PackFile
    folder: Path
    device: torch.device
    network: JointUNet
    process: JointProcess
    empty_text_features: TextFeatures
    text_encoder_weights: dict[str, Tensor]
    distilled: Pack | None = None  # the same with its distilled network, once that was asked for
    _text_encoder: TextTower | None = None
    _prompt_cache: dict[str, TextFeatures] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def info(self) -> PackInfo:
        return self.file.info

    @property
    def text_encoder(self) -> TextTower:
        """The text tower, loaded now if it was not yet."""
        with self._lock:
            if self._text_encoder is None:
                tower = build_text_tower(self.file.text, self.info.vocabulary)
                if not self.file.text.model:
                    _load_state_dict(tower, self.text_encoder_weights, self.folder)
                self._text_encoder = tower.to(self.device).eval()
            return self._text_encoder

    def encode_prompt(self, prompt: str) -> TextFeatures:
        """Features of one prompt, B = 1; those of the empty prompt come with the weights. The last ones are kept: a
        person who paints says the same with every stroke.
        """
        if not prompt.strip():
            return self.empty_text_features
        features = self._prompt_cache.get(prompt)
        if features is None:
            with torch.inference_mode(False), torch.no_grad():  # what is kept may be part of a gradient one day
                features = self.text_encoder(self.text_encoder.tokenize([prompt]).to(self.device))
            with self._lock:
                while len(self._prompt_cache) >= PROMPT_CACHE_SIZE:
                    self._prompt_cache.pop(next(iter(self._prompt_cache)))
                self._prompt_cache[prompt] = features
        return features


def choose_device(name: str) -> torch.device:
    """The device of a name; "auto" takes CUDA, then MPS, then the CPU. Raises NoDevice."""
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind, is_here in available.items() if is_here))
    if not available.get(name.split(":")[0], False):
        raise NoDevice(f"There is no device “{name}” here.", f"Try {', '.join(k for k, v in available.items() if v)}.")
    return torch.device(name)


def read_pack(folder: Path, device: str = "auto") -> Pack:
    """A pack from its folder. Raises BadPack or NoDevice."""
    file = read_pack_file(folder)
    try:
        tensors = load_file(folder / WEIGHTS_FILE)
    except (OSError, safetensors.SafetensorError) as error:
        raise BadPack(f"{folder / WEIGHTS_FILE} cannot be read: {error}", "Install the pack again.") from error
    parts = {part: _tensors_under_prefix(tensors, part) for part in ("unet", "text", "no_text")}
    try:
        empty_text = TextFeatures(
            parts["no_text"]["pooled"], parts["no_text"]["tokens"], parts["no_text"]["mask"].bool()
        )
    except KeyError as error:
        raise BadPack(f"{folder / WEIGHTS_FILE} lacks no_text.{error.args[0]}.", "Install the pack again.") from error
    torch_device = choose_device(device)
    process = file.process.build(len(file.info.classes))
    network = build_network(file, process, (empty_text.pooled.shape[-1], empty_text.tokens.shape[-1]))
    _load_state_dict(network, parts["unet"], folder)
    network = (
        network.to(torch_device, torch.bfloat16).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    )
    empty_text = TextFeatures(
        empty_text.pooled.to(torch_device), empty_text.tokens.to(torch_device), empty_text.mask.to(torch_device)
    )
    return Pack(file, folder, torch_device, network, process, empty_text, parts["text"])


def build_network(file: PackFile, process: JointProcess, text_widths: tuple[int, int]) -> JointUNet:
    """The U-Net that a pack's file describes, with fresh weights; `text` are the widths of text features."""
    return JointUNet(
        len(file.info.classes), text_widths, process.image_schedule, process.transitions.schedule, file.network
    )


def write_pack(folder: Path, file: PackFile, unet_weights: dict[str, Tensor], text_encoder: TextTower) -> None:
    """Write pack.json and the weights, each whole or not at all; what was distilled from earlier ones goes."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {f"unet.{name}": value for name, value in unet_weights.items()}
    if not file.text.model:
        weights |= {f"text.{name}": value for name, value in text_encoder.state_dict().items()}
    with torch.no_grad():
        device = next(text_encoder.parameters()).device
        empty_text: TextFeatures = text_encoder(text_encoder.tokenize([""]).to(device))
    weights = {name: value.to("cpu", torch.bfloat16).contiguous() for name, value in weights.items()}
    for name in ("pooled", "tokens", "mask"):
        weights[f"no_text.{name}"] = getattr(empty_text, name).to("cpu", torch.float32).contiguous()
    partial = folder / (WEIGHTS_FILE + ".part")
    save_file(weights, partial, {"format": "pt"})
    partial.replace(folder / WEIGHTS_FILE)
    (folder / DISTILLED_FILE).unlink(missing_ok=True)
    config_json = msgspec.json.format(msgspec.json.encode(file), indent=1)
    (folder / "pack.json.part").write_bytes(config_json + b"\n")
    (folder / "pack.json.part").replace(folder / "pack.json")


def read_pack_file(folder: Path) -> PackFile:
    """A pack's pack.json. Raises BadPack."""
    try:
        file = msgspec.json.decode((folder / "pack.json").read_bytes(), type=PackFile)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BadPack(f"{folder / 'pack.json'} cannot be read: {error}", "Install the pack again.") from error
    if file.format != PACK_FORMAT:
        raise BadPack(
            f"{folder.name} has the pack format {file.format}; this engine reads {PACK_FORMAT}.", "Update the pack."
        )
    return file


def pack_problems(folder: Path) -> list[str]:
    """What is wrong with a pack, one line each; nothing if it is whole."""
    problems = []
    try:
        pack = read_pack(folder, "cpu")
        _ = pack.text_encoder
        if not all(bool(p.isfinite().all()) for p in pack.network.parameters()):
            problems.append(f"{WEIGHTS_FILE} holds numbers that are not finite")
        for path in sorted((folder / "examples").glob("*.png")):
            read_layout(path, pack.info.classes)
    except EngineError as error:
        problems.append(str(error))
    if not (folder / "CARD.md").is_file():
        problems.append("CARD.md is missing")
    return problems


def _tensors_under_prefix(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name[len(prefix) + 1 :]: value for name, value in tensors.items() if name.startswith(prefix + ".")}


def _load_state_dict(module: torch.nn.Module, weights: dict[str, Tensor], folder: Path) -> None:
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise BadPack(f"{folder / WEIGHTS_FILE} does not fit pack.json: {error}", "Install the pack again.") from error
