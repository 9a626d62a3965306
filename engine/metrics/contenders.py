"""Who is compared: packs, each with how it is sampled, from texts such as “street:steps=4,sampler=ddim”."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec

from engine import packs
from engine.errors import BadRequest, UnknownPack
from engine.library import DISTILLED, find_pack
from engine.packs import Pack
from engine.protocol import Sampler

ALONE = "segment"


class Options(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a contender differs from its pack's own way; `segment` has it draw images alone, and a segmenter the rest:
    the judges' own, which then judges itself, or that of the file `by`.
    """

    steps: int | None = None
    sampler: Sampler | None = None
    guidance: float | None = None
    cross: float | None = None
    lead: float | None = None
    resamplings: int = 1
    segment: bool = False
    by: str = ""


LIMITS: dict[str, tuple[Callable[[str], Any], float, float]] = {
    "steps": (int, 1, 1000),
    "guidance": (float, 0, 50),
    "cross": (float, 0, 50),
    "lead": (float, 0, 1),
    "resamplings": (int, 1, 100),
}


class Asked(NamedTuple):
    """A contender before it is loaded."""

    name: str
    folder: Path
    options: Options


@dataclass(frozen=True)
class Contender:
    """A pack with its options; `digest` is of all its files that decide what it draws."""

    name: str
    pack: Pack
    options: Options
    digest: str

    def but(self, **options: float | str) -> Contender:
        """The same with other options."""
        return replace(self, options=msgspec.structs.replace(self.options, **options))

    @property
    def ready(self) -> Pack:
        """The pack, with the layout's lead that its options ask for."""
        if self.options.lead is None:
            return self.pack
        process = msgspec.structs.replace(self.pack.file.process, lead=self.options.lead)
        return replace(self.pack, file=msgspec.structs.replace(self.pack.file, process=process))


def parse(text: str) -> Asked:
    """“PACK” or “PACK:OPTION,…”, PACK a name or a folder. Raises UnknownPack or BadRequest."""
    try:
        return Asked(text, find_pack(text), Options())
    except UnknownPack:
        pack, colon, options = text.rpartition(":")
        if not colon:
            raise
    return Asked(text, find_pack(pack), parse_options(options, text))


def parse_options(text: str, whole: str) -> Options:
    """“steps=4,sampler=ddim,segment”. Raises BadRequest."""
    found: dict[str, Any] = {}
    for part in text.split(","):
        key, equals, value = part.strip().partition("=")
        if key in found:
            raise BadRequest(f"“{whole}” has “{key}” twice.", "Say it once.")
        if key == ALONE and value:
            if not Path(value).is_file():
                raise BadRequest(f"“{whole}”: there is no file {value}.", "Name what train-segmenter wrote.")
            found |= {key: True, "by": value}
        elif key == ALONE and not equals:
            found[key] = True
        elif key == "sampler" and value in get_args(Sampler):
            found[key] = value
        elif key in LIMITS and equals:
            found[key] = number(key, value, whole)
        elif key == "sampler":
            raise BadRequest(f"“{whole}”: there is no sampler “{value}”.", f"Use {', '.join(get_args(Sampler))}.")
        else:
            raise BadRequest(
                f"“{whole}”: “{part}” is no option.",
                f"Use {', '.join([*LIMITS, 'sampler'])} with =, {ALONE}=FILE or {ALONE}.",
            )
    return Options(**found)


def number(key: str, value: str, whole: str) -> float:
    """A number within its limits. Raises BadRequest."""
    kind, low, high = LIMITS[key]
    try:
        result: float = kind(value)
    except ValueError:
        result = float("nan")
    if not low <= result <= high:
        what = "a whole number" if kind is int else "a number"
        raise BadRequest(f"“{whole}”: {key} is “{value}”.", f"Use {what} from {low:g} to {high:g}.")
    return result


def load_all(pack: Pack, name: str, against: Sequence[str]) -> list[Contender]:
    """The pack itself first, then all others; a pack that several share is loaded once.

    Raises BadRequest for what cannot be compared, UnknownPack or BadPack.
    """
    asked = [Asked(name, pack.folder, Options()), *(parse(text) for text in against)]
    names = [one.name for one in asked]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadRequest(f"“{twice}” is there twice.", "Give every contender once; the pack itself always is one.")
    loaded = {pack.folder: pack}
    for one in asked:
        if one.folder not in loaded:
            loaded[one.folder] = packs.load(one.folder, str(pack.device))
            check_alike(loaded[one.folder], pack, one.name)
    for one in asked:
        sampler = one.options.sampler or loaded[one.folder].info.sampler
        if one.options.segment and sampler.startswith("gcdp"):
            raise BadRequest(f"“{one.name}”: {sampler} draws both halves.", f"Give another sampler with {ALONE}.")
        own = one.options.guidance, one.options.cross, one.options.lead
        if sampler == "distilled" and (one.options.segment or own != (None, None, None)):
            hint = f"Give it steps alone, or another sampler with guidance, cross, lead and {ALONE}."
            raise BadRequest(f"“{one.name}”: the distilled network is drawn with in its own way.", hint)
    digests = {folder: digest(folder) for folder in loaded}
    return [Contender(one.name, loaded[one.folder], one.options, digests[one.folder]) for one in asked]


def check_alike(pack: Pack, first: Pack, name: str) -> None:
    """Raise BadRequest if two packs draw different kinds of pictures."""
    kinds = [
        (p.info.height, p.info.width, [c.name for c in p.info.classes], p.file.pixels.gamma) for p in (pack, first)
    ]
    if kinds[0] != kinds[1]:
        raise BadRequest(
            f"“{name}” has another size, other classes or another gamma than “{first.info.name}”.",
            "Compare packs that were trained on the same data.",
        )


def digest(folder: Path) -> str:
    """A hash of pack.json and of the weights that draw."""
    found = hashlib.sha256()
    for name in ("pack.json", packs.WEIGHTS, DISTILLED):
        if name != DISTILLED or (folder / name).exists():
            found.update((folder / name).read_bytes())
    return found.hexdigest()
