"""Candidates of an evaluation: packs with sampling options, from texts such as “street:steps=4,sampler=ddim”."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec

from engine.interface.digests import combined_sha256
from engine.interface.errors import BadRequest, UnknownPack
from engine.interface.pack_catalogue import DISTILLED_FILE, find_pack_folder
from engine.interface.protocol import Sampler
from engine.packs import pack as packs
from engine.packs.pack import Pack

SEGMENT_OPTION = "segment"


class CandidateOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Sampling options in place of the pack's own. With `segment`, only images are drawn and a segmenter predicts the
    layouts: that of the file `by`, or the evaluators' own, which then scores its own predictions.
    """

    steps: int | None = None
    sampler: Sampler | None = None
    guidance: float | None = None
    cross: float | None = None
    lead: float | None = None
    resamplings: int = 1
    segment: bool = False
    by: str = ""


OPTION_LIMITS: dict[str, tuple[Callable[[str], Any], float, float]] = {
    "steps": (int, 1, 1000),
    "guidance": (float, 0, 50),
    "cross": (float, 0, 50),
    "lead": (float, 0, 1),
    "resamplings": (int, 1, 100),
}


class CandidateSpec(NamedTuple):
    """A candidate before its pack is loaded."""

    name: str
    folder: Path
    options: CandidateOptions


@dataclass(frozen=True)
class Candidate:
    """A pack with sampling options; `digest` covers all files that determine what it draws."""

    name: str
    pack: Pack
    options: CandidateOptions
    digest: str

    def with_options(self, **options: float | str) -> Candidate:
        """Returns the candidate with other options."""
        return replace(self, options=msgspec.structs.replace(self.options, **options))

    @property
    def configured_pack(self) -> Pack:
        """The pack, with the lead of the layout from the options."""
        if self.options.lead is None:
            return self.pack
        process = msgspec.structs.replace(self.pack.file.process, lead=self.options.lead)
        return replace(self.pack, file=msgspec.structs.replace(self.pack.file, process=process))


def parse_candidate(text: str) -> CandidateSpec:
    """Parses “PACK” or “PACK:OPTION,…”, where PACK is a name or a folder. Raises UnknownPack or BadRequest."""
    try:
        return CandidateSpec(text, find_pack_folder(text), CandidateOptions())
    except UnknownPack:
        pack, colon, options = text.rpartition(":")
        if not colon:
            raise
    return CandidateSpec(text, find_pack_folder(pack), parse_candidate_options(options, text))


def parse_candidate_options(text: str, candidate_text: str) -> CandidateOptions:
    """Parses options such as “steps=4,sampler=ddim,segment”. Raises BadRequest."""
    options: dict[str, Any] = {}
    for part in text.split(","):
        key, equals, value = part.strip().partition("=")
        if key in options:
            raise BadRequest(f"“{candidate_text}” has “{key}” twice.", "Give it once.")
        if key == SEGMENT_OPTION and value:
            if not Path(value).is_file():
                raise BadRequest(f"“{candidate_text}”: there is no file {value}.", "Name what train-segmenter wrote.")
            options |= {key: True, "by": value}
        elif key == SEGMENT_OPTION and not equals:
            options[key] = True
        elif key == "sampler" and value in get_args(Sampler):
            options[key] = value
        elif key in OPTION_LIMITS and equals:
            options[key] = parse_number(key, value, candidate_text)
        elif key == "sampler":
            raise BadRequest(
                f"“{candidate_text}”: there is no sampler “{value}”.", f"Use {', '.join(get_args(Sampler))}."
            )
        else:
            raise BadRequest(
                f"“{candidate_text}”: “{part}” is no option.",
                f"Use {', '.join([*OPTION_LIMITS, 'sampler'])} with =, {SEGMENT_OPTION}=FILE or {SEGMENT_OPTION}.",
            )
    return CandidateOptions(**options)


def parse_number(key: str, value: str, candidate_text: str) -> float:
    """Parses a number within the limits of its option. Raises BadRequest."""
    kind, low, high = OPTION_LIMITS[key]
    try:
        result: float = kind(value)
    except ValueError:
        result = float("nan")
    if not low <= result <= high:
        what = "a whole number" if kind is int else "a number"
        raise BadRequest(f"“{candidate_text}”: {key} is “{value}”.", f"Use {what} from {low:g} to {high:g}.")
    return result


def load_candidates(pack: Pack, name: str, against: Sequence[str]) -> list[Candidate]:
    """Loads the pack itself, then all others; a pack that several candidates share is loaded once.

    Raises BadRequest for candidates that cannot be compared, UnknownPack or BadPack.
    """
    specs = [CandidateSpec(name, pack.folder, CandidateOptions()), *(parse_candidate(text) for text in against)]
    names = [spec.name for spec in specs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadRequest(f"“{twice}” is given twice.", "Give every contender once; the pack itself always is one.")
    loaded = {pack.folder: pack}
    for spec in specs:
        if spec.folder not in loaded:
            loaded[spec.folder] = packs.read_pack(spec.folder, str(pack.device))
            check_comparable(loaded[spec.folder], pack, spec.name)
    for spec in specs:
        sampler = spec.options.sampler or loaded[spec.folder].info.sampler
        if spec.options.segment and sampler.startswith("gcdp"):
            raise BadRequest(
                f"“{spec.name}”: {sampler} draws both halves.", f"Give another sampler with {SEGMENT_OPTION}."
            )
        guidance_options = spec.options.guidance, spec.options.cross, spec.options.lead
        if sampler == "distilled" and (spec.options.segment or guidance_options != (None, None, None)):
            hint = f"Give it steps alone, or another sampler with guidance, cross, lead and {SEGMENT_OPTION}."
            raise BadRequest(f"“{spec.name}”: the distilled network has no such options.", hint)
    digests = {folder: sampling_digest(folder) for folder in loaded}
    return [Candidate(spec.name, loaded[spec.folder], spec.options, digests[spec.folder]) for spec in specs]


def check_comparable(pack: Pack, first: Pack, name: str) -> None:
    """Raises BadRequest if two packs differ in size, classes or gamma."""
    kinds = [
        (p.info.height, p.info.width, [c.name for c in p.info.classes], p.file.pixels.gamma) for p in (pack, first)
    ]
    if kinds[0] != kinds[1]:
        raise BadRequest(
            f"“{name}” has another size, other classes or another gamma than “{first.info.name}”.",
            "Compare packs that were trained on the same data.",
        )


def sampling_digest(folder: Path) -> str:
    """Hashes the files of a pack that decide what it draws: pack.json and the weights of its networks."""
    names = ["pack.json", packs.WEIGHTS_FILE, *([DISTILLED_FILE] if (folder / DISTILLED_FILE).exists() else [])]
    return combined_sha256(folder / name for name in names)
