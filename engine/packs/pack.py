"""A pack on disk and in memory: `pack.json`, `weights.safetensors` (bf16), `CARD.md` and `examples/`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec
import safetensors
import safetensors.torch
import torch
from torch import Tensor

from engine.diffusion.process.denoiser import TextFeatures
from engine.diffusion.process.joint_process import JointProcess
from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadPack, EngineError, NoDevice
from engine.interface.pack_catalogue import DISTILLED_FILE
from engine.interface.protocol import PackInfo
from engine.interface.raster import read_layout
from engine.network.joint_unet import JointUNet
from engine.network.text_tower import TextTower, build_text_tower
from engine.packs.pack_config import PackFile
from engine.packs.pixel_standardisation import PixelStandardisation

PACK_FORMAT = 1
WEIGHTS_FILE = "weights.safetensors"
PROMPT_CACHE_SIZE = 64
"""The number of prompts whose features are kept."""


@dataclass
class Pack:
    """A pack in memory, on a device. Its text tower is built at the first prompt, as open_clip is slow to import."""

    file: PackFile
    folder: Path
    device: torch.device
    network: JointUNet
    process: JointProcess
    empty_text_features: TextFeatures
    text_encoder_weights: dict[str, Tensor]
    _text_encoder: TextTower | None = None
    _prompt_cache: dict[str, TextFeatures] = field(default_factory=dict)
    _variants: dict[str, Pack] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def info(self) -> PackInfo:
        """The public part of pack.json."""
        return self.file.info

    @cached_property
    def standardisation(self) -> PixelStandardisation:
        """The standardisation of the pack's pixels, on its device."""
        return PixelStandardisation.from_config(self.file.pixels, self.device)

    def variant(self, name: str, load: Callable[[], Pack]) -> Pack:
        """This pack with another network, loaded by `load` at the first call with this name and kept."""
        if name not in self._variants:
            self._variants[name] = load()
        return self._variants[name]

    @property
    def text_encoder(self) -> TextTower:
        """The text tower, built at the first use. Raises BadPack."""
        with self._lock:
            if self._text_encoder is None:
                tower = build_text_tower(self.file.text, self.info.vocabulary)
                if not self.file.text.model:
                    _load_state_dict(tower, self.text_encoder_weights, self.folder)
                self._text_encoder = tower.to(self.device).eval()
            return self._text_encoder

    def encode_prompt(self, prompt: str) -> TextFeatures:
        """Features of one prompt, B = 1. Raises BadPack.

        Those of the empty prompt come with the weights. The latest ones are kept: while someone paints, every stroke
        comes with the same prompt.
        """
        if not prompt.strip():
            return self.empty_text_features
        features = self._prompt_cache.get(prompt)
        if features is None:
            with torch.inference_mode(False), torch.no_grad():  # a later request may need a gradient through them
                features = self.text_encoder(self.text_encoder.tokenize([prompt]).to(self.device))
            with self._lock:
                while len(self._prompt_cache) >= PROMPT_CACHE_SIZE:
                    self._prompt_cache.pop(next(iter(self._prompt_cache)))
                self._prompt_cache[prompt] = features
        return features


def choose_device(name: str) -> torch.device:
    """The torch device of a name; "auto" prefers CUDA, then MPS, then the CPU. Raises NoDevice."""
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind, usable in available.items() if usable))
    if not available.get(name.split(":")[0], False):
        names = ", ".join(kind for kind, usable in available.items() if usable)
        raise NoDevice(f"There is no device “{name}” here.", f"Try {names}.")
    return torch.device(name)


def read_pack(folder: Path, device: str = "auto") -> Pack:
    """A pack from its folder. Raises BadPack or NoDevice."""
    file = read_pack_file(folder)
    try:
        tensors = safetensors.torch.load_file(folder / WEIGHTS_FILE)
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
    """The U-Net that pack.json describes, with initial weights. `text_widths`: those of pooled and token features."""
    return JointUNet(
        len(file.info.classes), text_widths, process.image_schedule, process.transitions.schedule, file.network
    )


def write_pack(folder: Path, file: PackFile, unet_weights: dict[str, Tensor], text_encoder: TextTower) -> None:
    """Write pack.json and the weights, each atomically, and delete the network distilled from the former weights.

    Raises BadFile.
    """
    weights = {f"unet.{name}": value for name, value in unet_weights.items()}
    if not file.text.model:
        weights |= {f"text.{name}": value for name, value in text_encoder.state_dict().items()}
    with torch.no_grad():
        device = next(text_encoder.parameters()).device
        empty_text: TextFeatures = text_encoder(text_encoder.tokenize([""]).to(device))
    weights = {name: value.to("cpu", torch.bfloat16).contiguous() for name, value in weights.items()}
    for name in ("pooled", "tokens", "mask"):
        weights[f"no_text.{name}"] = getattr(empty_text, name).to("cpu", torch.float32).contiguous()
    write_atomically(folder / WEIGHTS_FILE, safetensors.torch.save(weights, {"format": "pt"}))
    (folder / DISTILLED_FILE).unlink(missing_ok=True)
    write_atomically(folder / "pack.json", msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n")


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
    """The problems of a pack's files, one line each; empty if there are none."""
    problems = []
    try:
        pack = read_pack(folder, "cpu")
        _ = pack.text_encoder
        if not all(bool(weight.isfinite().all()) for weight in pack.network.parameters()):
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
