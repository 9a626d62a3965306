"""The samples of an order, with their names and seeds, planned before any work begins.

A *source* is one name with its inputs: layout file, image file, masks, prompt. Each source is drawn `count` times,
with seeds that go up by one from sample to sample, so that no result depends on the batches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.interface.bounded_files import read_bounded
from engine.interface.errors import BadFile, BadRequest
from engine.interface.protocol import MAX_PROMPT_LENGTH, MAX_SEED, Sampler
from engine.interface.raster import FitMode

IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"}
MAX_PROMPTS_BYTES = 64 * 2**20  # of a file of prompts


class SampleOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The options of `sample`. Paths are files or folders; `prompt` may be "@FILE", with lines of NAME<tab>text."""

    pack: str
    out: Path
    layout: Path | None = None
    image: Path | None = None
    keep_layout: Path | None = None
    keep_image: Path | None = None
    prompt: str | None = None
    negative: str = ""
    steps: int | None = None
    sampler: Sampler | None = None
    resamplings: int = 1
    corrections: int = 0
    guidance: float | None = None
    cross_guidance: float | None = None
    seed: int = 0
    count: int = 1
    fit: FitMode = "crop"
    extend: str = ""
    threshold: float = 0.0
    guides: tuple[str, ...] = ()
    rank: bool = False
    full: bool = False
    device: str = "auto"


class SampleInput(NamedTuple):
    """The inputs of one name, which is empty if no file gives one."""

    name: str = ""
    layout: Path | None = None
    image: Path | None = None
    keep_layout: Path | None = None
    keep_image: Path | None = None
    prompt: str | None = None

    def paths(self) -> list[Path]:
        """The files among the inputs."""
        candidates = (self.layout, self.image, self.keep_layout, self.keep_image)
        return [path for path in candidates if path is not None]


class PlannedSample(NamedTuple):
    """One result to be drawn, by its name and seed, from its source."""

    name: str
    seed: int
    source: SampleInput


class OutputPaths(NamedTuple):
    """The files of one result. The record of the request is written last, so that it proves the other two."""

    image: Path
    layout: Path
    request: Path


def output_paths(out: Path, name: str) -> OutputPaths:
    """The paths of the result with this name in a folder."""
    return OutputPaths(out / f"{name}_image.png", out / f"{name}_layout.png", out / f"{name}.json")


def plan_samples(order: SampleOrder) -> list[PlannedSample]:
    """All samples of an order. Raises BadFile and BadRequest for inputs or options that do not fit together."""
    _check_options(order)
    sources = _list_inputs(order)
    if order.seed + len(sources) * order.count - 1 > MAX_SEED:
        raise BadRequest(
            f"The seeds from {order.seed} on exceed the largest seed, {MAX_SEED}.", "Begin with a smaller --seed."
        )
    prompts = [source.prompt or "" for source in sources]
    if max(map(len, [*prompts, order.negative])) > MAX_PROMPT_LENGTH:
        raise BadRequest(f"A prompt is longer than {MAX_PROMPT_LENGTH} characters.", "Use a shorter one.")
    if order.rank and not all(prompt.strip() for prompt in prompts):
        raise BadRequest("Results can only be ranked by a prompt.", "Give --prompt with --rank.")
    first = _first_free_number(order.out)
    samples = [
        PlannedSample(
            _sample_name(source, first + index * order.count + k, k), order.seed + index * order.count + k, source
        )
        for index, source in enumerate(sources)
        for k in range(order.count)
    ]
    name, times = Counter(sample.name for sample in samples).most_common(1)[0]
    if times > 1:
        raise BadFile(f"Two results would be called “{name}”.", "Rename one of the inputs.")
    _check_no_input_overwritten(order, samples)
    return samples


def _check_options(order: SampleOrder) -> None:
    if order.keep_layout and not order.layout:
        raise BadRequest("A mask to keep needs its layout.", "Give --layout with --keep-layout.")
    if order.keep_image and not order.image:
        raise BadRequest("A mask to keep needs its image.", "Give --image with --keep-image.")


class _InputFiles:
    """The files of one option: one for all names, or a folder with one for each name."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.files = pictures_by_stem(path) if path and path.is_dir() else None

    def file(self, name: str) -> Path | None:
        """The file for a name; None without the option. Raises BadFile if the folder has none."""
        if self.files is None:
            return self.path
        if name not in self.files:
            raise BadFile(f"{self.path} has no picture “{name}”.", "Inputs are matched by file name: add it.")
        return self.files[name]


def _list_inputs(order: SampleOrder) -> list[SampleInput]:
    layout, image = _InputFiles(order.layout), _InputFiles(order.image)
    keep_layout, keep_image = _InputFiles(order.keep_layout), _InputFiles(order.keep_image)
    names = _input_names(layout, image)
    prompts: dict[str, str] | None = None
    if order.prompt and order.prompt.startswith("@"):
        prompts = read_named_prompts(Path(order.prompt[1:]))
        names = names or list(prompts)
        _check_names_match(prompts, dict.fromkeys(names), order.prompt[1:])
    return [
        SampleInput(
            name=name,
            layout=layout.file(name),
            image=image.file(name),
            keep_layout=keep_layout.file(name),
            keep_image=keep_image.file(name),
            prompt=order.prompt if prompts is None else prompts[name],
        )
        for name in names or [""]
    ]


def _input_names(layout: _InputFiles, image: _InputFiles) -> list[str]:
    """The stems of the files in a folder, else the stem of the one file, else none. Raises BadFile."""
    folders = [option.files for option in (layout, image) if option.files is not None]
    if len(folders) == 2 and (unmatched := sorted(folders[1].keys() - folders[0].keys())):
        layout.file(unmatched[0])
    if folders:
        return list(folders[0])
    return [option.path.stem for option in (layout, image) if option.path][:1]


def read_named_prompts(path: Path) -> dict[str, str]:
    """The prompts of a file with lines of NAME<tab>text, by name. Raises BadFile, which names the line."""
    try:
        lines = read_bounded(path, MAX_PROMPTS_BYTES).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadFile(f"{path} cannot be read ({error}).", "Give a UTF-8 text file after the @.") from error
    prompts: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        name, tab, text = line.partition("\t")
        if not line.strip():
            continue
        if not tab or not name or Path(name).name != name:
            raise BadFile(
                f"{path}, line {number}, is not NAME<tab>text.", "Separate a file's name and its prompt by one tab."
            )
        if name in prompts:
            raise BadFile(f"{path}, line {number}, has “{name}” again.", "Give each name once.")
        prompts[name] = text.strip()
    return prompts


def _check_names_match(prompts: Collection[str], names: Collection[str], path: str) -> None:
    if missing := [name for name in names if name not in prompts]:
        raise BadFile(f"{path} has no prompt for “{missing[0]}”.", "Add a line for each input's name.")
    if extra := [name for name in prompts if name not in names]:
        raise BadFile(
            f"{path} has a prompt for “{extra[0]}”, which is not among the inputs.",
            "Names are file names without their suffix.",
        )
    if not prompts:
        raise BadFile(f"{path} holds no prompts.", "Write lines of NAME<tab>text.")


def _first_free_number(out: Path) -> int:
    """The number after those of the results in a folder, so that results without input files overwrite none."""
    taken = [path.name.split("_")[0].split(".")[0] for path in out.glob("[0-9]*")]
    return max((int(number) for number in taken if number.isdecimal()), default=0) + 1


def _sample_name(source: SampleInput, number: int, k: int) -> str:
    if not source.name:
        return f"{number:04d}"
    return source.name if k == 0 else f"{source.name}_{k + 1}"


def pictures_by_stem(folder: Path) -> dict[str, Path]:
    """The pictures in a folder by their stems, in order. Raises BadFile if there are none, or two with one stem."""
    pictures: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in IMAGE_SUFFIXES or path.name.startswith("."):
            continue
        if path.stem in pictures:
            raise BadFile(f"{path} and {pictures[path.stem].name} have the same name.", "Rename one of them.")
        pictures[path.stem] = path
    if not pictures:
        raise BadFile(f"There is no picture in {folder}.", "Give a folder with PNG or JPEG files.")
    return pictures


def _check_no_input_overwritten(order: SampleOrder, samples: list[PlannedSample]) -> None:
    inputs = {path.resolve() for sample in samples for path in sample.source.paths()}
    for sample in samples:
        for path in output_paths(order.out, sample.name):
            if path.resolve() in inputs:
                raise BadFile(f"The result {path} would overwrite an input.", "Choose another folder for --out.")
