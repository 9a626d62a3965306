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
from engine.interface.pack_catalogue import DISTILLED_FILE, PACK_FILE, read_description
from engine.interface.pack_validation import validate_pack_info
from engine.interface.protocol import PackInfo
from engine.interface.raster import read_layout
from engine.network.joint_unet import JointUNet
from engine.network.text_tower import TextTower, build_text_tower
from engine.packs.pack_config import PackFile
from engine.packs.pixel_standardisation import PixelStandardisation

PACK_FORMAT = 1
WEIGHTS_FILE = "weights.safetensors"
REINSTALL = "Install the pack again."
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
                self._text_encoder = self._load_tower().to(self.device).eval()
            return self._text_encoder

    def _load_tower(self) -> TextTower:
        """The text tower with its weights, without a network. Raises BadPack."""
        config, words, own = self.file.text, self.info.vocabulary, not self.file.text.model
        if own:
            with torch.device("meta"):
                _check_shapes(build_text_tower(config, words), self.text_encoder_weights, self.folder)
        tower = build_text_tower(config, words, local=True)
        if own:
            _load_state_dict(tower, self.text_encoder_weights, self.folder)
        widths = self.empty_text_features.pooled.shape[-1], self.empty_text_features.tokens.shape[-1]
        if (tower.pooled_width, tower.token_width) != widths:
            raise BadPack(f"The text tower of “{self.info.name}” has other sizes than its network.", REINSTALL)
        return tower

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
        raise BadPack(f"{folder / WEIGHTS_FILE} cannot be read: {error}", REINSTALL) from error
    odd = next((name for name, value in tensors.items() if not bool(value.isfinite().all())), None)
    if odd is not None:
        raise BadPack(f"{folder / WEIGHTS_FILE} holds numbers that are not finite, in {odd}.", REINSTALL)
    parts = {part: _tensors_under_prefix(tensors, part) for part in ("unet", "text", "no_text")}
    empty_text = _empty_text(parts["no_text"], folder)
    torch_device = choose_device(device)
    process = file.process.build(len(file.info.classes))
    widths = empty_text.pooled.shape[-1], empty_text.tokens.shape[-1]
    with torch.device("meta"):
        _check_shapes(build_network(file, process, widths), parts["unet"], folder)
    network = build_network(file, process, widths)
    _load_state_dict(network, parts["unet"], folder)
    network = (
        network.to(torch_device, torch.bfloat16).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    )
    empty_text = TextFeatures(
        empty_text.pooled.to(torch_device), empty_text.tokens.to(torch_device), empty_text.mask.to(torch_device)
    )
    return Pack(file, folder, torch_device, network, process, empty_text, parts["text"])


def _empty_text(tensors: dict[str, Tensor], folder: Path) -> TextFeatures:
    """The features of the empty prompt, B = 1. Raises BadPack."""
    try:
        pooled, tokens, mask = tensors["pooled"], tensors["tokens"], tensors["mask"].bool()
    except KeyError as error:
        raise BadPack(f"{folder / WEIGHTS_FILE} lacks no_text.{error.args[0]}.", REINSTALL) from error
    if (pooled.ndim, tokens.ndim, len(pooled)) != (2, 3, 1) or tokens.shape[:2] != mask.shape or len(mask) != 1:
        raise BadPack(f"The features of the empty prompt in {folder / WEIGHTS_FILE} have odd shapes.", REINSTALL)
    if not mask.any():
        raise BadPack(f"{folder / WEIGHTS_FILE} has no word in the empty prompt, not even its end.", REINSTALL)
    return TextFeatures(pooled, tokens, mask)


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
    file = read_description(folder, PackFile)
    if file.format != PACK_FORMAT:
        raise BadPack(
            f"{folder.name} has the pack format {file.format}; this engine reads {PACK_FORMAT}.", "Update the pack."
        )
    validate_pack_info(file.info, str(folder / PACK_FILE))
    if file.text.width % file.text.heads:
        raise BadPack(
            f"{folder / PACK_FILE} has {file.text.heads} heads, which do not share {file.text.width} channels.",
            REINSTALL,
        )
    return file


def pack_problems(folder: Path) -> list[str]:
    """The problems of a pack's files, one line each; empty if there are none."""
    problems = []
    try:
        pack = read_pack(folder, "cpu")
        _ = pack.text_encoder
        for path in sorted((folder / "examples").glob("*.png")):
            read_layout(path, pack.info.classes)
    except EngineError as error:
        problems.append(str(error))
    if not (folder / "CARD.md").is_file():
        problems.append("CARD.md is missing")
    return problems


def _tensors_under_prefix(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name[len(prefix) + 1 :]: value for name, value in tensors.items() if name.startswith(prefix + ".")}


def _check_shapes(module: torch.nn.Module, weights: dict[str, Tensor], folder: Path) -> None:
    """Raise BadPack if a module, which need not have any memory yet, has other weights than these."""
    expected = module.state_dict()
    for name in sorted(expected.keys() ^ weights.keys()):
        what = "lacks" if name in expected else "has besides"
        raise BadPack(f"{folder / WEIGHTS_FILE} does not fit pack.json: it {what} {name}.", REINSTALL)
    for name, value in expected.items():
        if value.shape != weights[name].shape:
            shapes = f"{tuple(weights[name].shape)} instead of {tuple(value.shape)}"
            raise BadPack(f"{folder / WEIGHTS_FILE} does not fit pack.json: {name} is {shapes}.", REINSTALL)


def _load_state_dict(module: torch.nn.Module, weights: dict[str, Tensor], folder: Path) -> None:
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise BadPack(f"{folder / WEIGHTS_FILE} does not fit pack.json: {error}", REINSTALL) from error
