"""Compares what the current tree draws with what an earlier commit drew, pixel by pixel, on this machine.

Run `python -m tests.tools.compare_results` from the repository's root, after every change that must leave results as
they are. It puts the engine and the packs of `--base COMMIT` (without it, `BASE`) into a temporary folder, draws the
requests of `REQUESTS` there and with the working tree, uncommitted changes included, both by `python -m engine.cli
sample` with the earlier commit's packs, the same interpreter and the same number of threads, and prints a line for
each request. It leaves with 1 if a pixel, a class id or a figure of a request's record differs.

    --base COMMIT      the earlier commit
    --cache DIR        keeps the earlier commit's results there, for the next run on this machine
    --tolerance 1/255  lets colours differ by so much of the full scale; class ids may never differ
    --only WORD        only requests with this word in their name; may be given again
    --threads N        threads of each process; one without it, as results may depend on it

Nothing else stays on disk. All requests take about half a minute for each side on one core. Nothing of the engine is
imported here, so modules may be renamed in between.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

BASE = "e46536f"
ROOT = Path(__file__).parents[2]
UNKNOWN = 255
PACKS = ("street", "face", "aerial")
COMPARED = ("seed", "steps", "sampler", "guidance", "cross_guidance", "height", "width", "score")
"""Of a result's record, what is derived from its request and says how it was drawn."""

DRIVER = """
import contextlib, io, json, runpy, sys, traceback
from pathlib import Path
import engine
assert Path(engine.__file__).is_relative_to(Path.cwd()), f"{engine.__file__} is not of {Path.cwd()}"
answers = sys.stdout
for name, arguments in json.load(sys.stdin):
    sys.argv = ["engine.cli", *arguments]
    printed, code = io.StringIO(), 0
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            runpy.run_module("engine.cli", run_name="__main__")
        except SystemExit as ended:
            code = ended.code or 0
        except Exception:
            code = traceback.format_exc()
    print(json.dumps([name, f"{code}: {printed.getvalue()[-1000:]}" if code else ""]), file=answers, flush=True)
"""
"""Runs several command lines in one process, as `python -m engine.cli` runs each, and answers [name, error] for each.
A process of its own for each request would spend most of its time importing torch."""

OWN_GUIDE = """
def warm(image, layout):
    return image[:, 0].mean((1, 2)) - image[:, 2].mean((1, 2))
"""


class Request(NamedTuple):
    """One call of `sample`: its name, its pack, and its options, in which {0} is the folder of that pack's inputs."""

    name: str
    pack: str
    options: tuple[str, ...]

    def arguments(self, packs: Path, inputs: Path, out: Path) -> list[str]:
        """The command line after `python -m engine.cli`."""
        options = [option.format(inputs / self.pack) for option in self.options]
        return ["sample", "--pack", str(packs / self.pack), "--device", "cpu", "--out", str(out / self.name), *options]

    @property
    def sampler(self) -> str:
        """The sampler that it names; empty if it leaves it to the pack."""
        return self.options[self.options.index("--sampler") + 1] if "--sampler" in self.options else ""


def request(name: str, *options: str | int | float) -> Request:
    """A request whose name begins with its pack's."""
    return Request(name, name.split("-")[0], tuple(str(option) for option in options))


LAYOUT, IMAGE = ("--layout", "{0}/layout.png"), ("--image", "{0}/image.png")
KEEP_IMAGE, KEEP_LAYOUT = ("--keep-image", "{0}/mask.png"), ("--keep-layout", "{0}/mask.png")
HALF = ("--layout", "{0}/half.png")

REQUESTS = (
    request("street-text", "--prompt", "a wide road with trees and a few cars", "--seed", 1),
    request("street-text-constraints", "--prompt", "exactly one bus on the left, no cars, at night", "--seed", 2),
    request(
        *(
            "street-text-negative-clip",
            "--guide",
            "clip:a narrow street",
            "--prompt",
            "a bright day, many people on the right",
            "--negative",
            "sky",
        ),
        *("--guidance", 3, "--sampler", "dpm++2m", "--steps", 6, "--seed", 3),
    ),
    request("street-layout", *LAYOUT, "--prompt", "a bright day", "--sampler", "unipc", "--seed", 4),
    request("street-layout-distilled", *LAYOUT, "--sampler", "distilled", "--seed", 5),
    request("street-image", "--image", "{0}/photo.png", "--fit", "pad", "--seed", 6),
    request(
        *("street-image-inpainted", *LAYOUT, *IMAGE, *KEEP_IMAGE, "--prompt", "a car"),
        *("--cross-guidance", 1.5, "--seed", 7),
    ),
    request("street-layout-inpainted", *LAYOUT, *IMAGE, *KEEP_LAYOUT, "--steps", 5, "--seed", 8),
    request("street-half-painted", *HALF, "--prompt", "one bus on the left, no cars", "--seed", 9),
    request("street-extended", *IMAGE, "--extend", "left=32,right=48", "--prompt", "", "--steps", 6, "--seed", 10),
    request(
        *("street-full", "--layout", "{0}/large_layout.png", "--image", "{0}/large_image.png"),
        *("--keep-image", "{0}/large_mask.png", "--full", "--seed", 11),
    ),
    request(
        *("street-areas-palette", "--prompt", "", "--guide", "areas:road=0.3,sky=0.2"),
        *("--guide", "palette*0.4:#223344,#ddccaa", "--seed", 12),
    ),
    request(
        *("street-folder-ranked", "--layout", "{0}/layouts", "--prompt", "@{0}/prompts.txt", "--count", 2, "--rank"),
        *("--steps", 4, "--seed", 13),
    ),
    request(
        *("street-own-guide", *HALF, "--guide", "own:{0}/own_guide.py:warm", "--sampler", "heun", "--steps", 4),
        *("--seed", 14),
    ),
    request("face-text-distilled", "--prompt", "a smiling face with glasses", "--sampler", "distilled", "--seed", 15),
    request(
        *("face-inpainted", *LAYOUT, *IMAGE, *KEEP_IMAGE, *KEEP_LAYOUT, "--prompt", "a person with blond hair"),
        *("--sampler", "ddim-ancestral", "--steps", 6, "--seed", 16),
    ),
    request(
        *("face-layout", *LAYOUT, "--prompt", "a person with a red hat", "--sampler", "ddpm"),
        *("--steps", 5, "--seed", 17),
    ),
    request(
        *("face-image-inpainted-gcdp", *LAYOUT, *IMAGE, *KEEP_IMAGE, "--sampler", "gcdp", "--resamplings", 2),
        *("--steps", 4, "--seed", 18),
    ),
    request("face-text-full", "--prompt", "a portrait, dark background", "--full", "--count", 2, "--seed", 19),
    request(
        *("aerial-text", "--prompt", "many buildings, no water", "--sampler", "ddim", "--threshold", 0.995),
        *("--corrections", 1, "--steps", 6, "--seed", 20),
    ),
    request("aerial-image", *IMAGE, "--sampler", "ddpm-wide", "--steps", 3, "--fit", "stretch", "--seed", 21),
    request(
        *("aerial-style", *LAYOUT, "--guide", "style:{0}/photo.png", "--sampler", "euler-maruyama"),
        *("--steps", 5, "--seed", 22),
    ),
    request(
        *("aerial-extended-gcdp", *LAYOUT, *IMAGE, "--extend", "top=32,right=16", "--sampler", "gcdp-faulty"),
        *("--steps", 4, "--seed", 23),
    ),
    request(
        *("aerial-half-painted", *HALF, "--prompt", "a dark road", "--negative", "water"),
        *("--sampler", "distilled", "--seed", 24),  # which leaves this to the pack's own network
    ),
)


class Difference(NamedTuple):
    """How two results of one request differ: by how many levels of 255 a colour does at most; all else in words."""

    levels: int
    other: str

    def within(self, levels: Fraction) -> bool:
        return not self.other and self.levels <= levels

    def __str__(self) -> str:
        colours = f"colours differ by up to {self.levels}/255" if self.levels else ""
        return "; ".join(filter(None, (colours, self.other))) or "equal"


def difference(base: Path, current: Path) -> Difference:
    """How the files of one request in two folders differ."""
    names = {path.name for path in base.iterdir()} if base.is_dir() else set()
    others = {path.name for path in current.iterdir()} if current.is_dir() else set()
    if names != others or not names:
        return Difference(0, f"only one of both wrote {', '.join(sorted(names ^ others)) or 'anything'}")
    levels, found = 0, []
    for name in sorted(names):
        if name.endswith(".json"):
            found += record_difference(base / name, current / name)
            continue
        one, two = read(base / name), read(current / name)
        if one.shape != two.shape:
            found.append(f"{name} has the shape {two.shape} instead of {one.shape}")
        elif name.endswith("_layout.png"):
            count = int((one != two).sum())
            found += [f"{name}: {count} of {one.size} class ids differ"] if count else []
        else:
            levels = max(levels, int(np.abs(one.astype(int) - two).max()))
    return Difference(levels, "; ".join(found))


def record_difference(base: Path, current: Path) -> list[str]:
    """What of `COMPARED` is in the base's record and other in the current one."""
    one, two = (json.loads(path.read_text("utf-8")) for path in (base, current))
    return [
        f"{base.name}: {key} is {two.get(key)} instead of {one[key]}"
        for key in COMPARED
        if key in one and one[key] != two.get(key)
    ]


def read(path: Path) -> np.ndarray:
    """The pixels of an image [H, W, 3] or the class ids of a layout [H, W], uint8."""
    with Image.open(path) as picture:
        return np.asarray(picture)


def unpack(commit: str, folder: Path) -> None:
    """Write the engine and the packs of a commit into a folder."""
    archive = subprocess.run(
        ["git", "archive", commit, "engine", "assets/packs"], cwd=ROOT, capture_output=True, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")


def draw(tree: Path, calls: Sequence[tuple[str, list[str]]], threads: int) -> Iterator[tuple[str, str]]:
    """Run command lines in one process with a tree's engine; gives each name and what went wrong, in their order."""
    counts = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    env = {**os.environ, **counts, "PYTHONPATH": str(tree)}
    answered = 0
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [sys.executable, "-c", DRIVER],
            cwd=tree,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as child,
    ):
        assert child.stdin is not None
        assert child.stdout is not None
        json.dump(calls, child.stdin)
        child.stdin.close()
        for line in child.stdout:
            name, error = json.loads(line)
            answered += 1
            yield name, error
        child.wait()
        errors.seek(0)
        for name, _ in calls[answered:]:
            yield name, f"the process ended with {child.returncode}: {errors.read()[-1000:]}"


def draw_all(tree: Path, calls: Sequence[tuple[str, list[str]]], threads: int) -> None:
    """Run command lines that must succeed."""
    for name, error in draw(tree, calls, threads):
        if error:
            sys.exit(f"{name} cannot be drawn by the base, so there is nothing to compare: {error}")


def write_inputs(tree: Path, folder: Path, threads: int) -> None:
    """Write each pack's inputs: layouts from its examples, pictures that the base draws for them, and masks."""
    packs = tree / "assets" / "packs"
    for pack in PACKS:
        shutil.copytree(packs / pack / "examples", folder / pack / "layouts")
        for extra in sorted((folder / pack / "layouts").iterdir())[3:]:
            extra.unlink()
        first, *_ = sorted((folder / pack / "layouts").iterdir())
        shutil.copy(first, folder / pack / "layout.png")
    calls = [request(pack, *LAYOUT).arguments(packs, folder, folder / "drawn") for pack in PACKS]
    draw_all(tree, list(zip(PACKS, calls, strict=True)), threads)
    for seed, pack in enumerate(PACKS):
        write_variants(folder / pack, folder / "drawn" / pack / "layout_image.png", np.random.default_rng(seed))


def write_variants(folder: Path, drawn: Path, random: np.random.Generator) -> None:
    """Write what is made of a pack's layout and picture: other sizes, a half-painted layout, masks, prompts."""
    with Image.open(drawn) as image, Image.open(folder / "layout.png") as layout:
        width, height = image.size
        image.save(folder / "image.png")
        image.resize((width * 5 // 4, height * 2), Image.Resampling.BICUBIC).save(folder / "photo.png")
        image.resize((width * 4, height * 4), Image.Resampling.BICUBIC).save(folder / "large_image.png")
        layout.resize((width * 4, height * 4), Image.Resampling.NEAREST).save(folder / "large_layout.png")
        ids, palette = np.array(layout.resize((width, height), Image.Resampling.NEAREST)), layout.getpalette()
    mask = np.zeros((height, width), np.uint8)
    for _ in range(3):
        top, left = random.integers(0, height // 2), random.integers(0, width // 2)
        mask[top : top + height // 3, left : left + width // 3] = 255
        ids[height - top - 8 : height - top, left : left + width // 3] = UNKNOWN
    ids[:, width // 2 :] = UNKNOWN
    half = Image.fromarray(ids)
    half.putpalette(palette or [])
    half.save(folder / "half.png")
    Image.fromarray(mask).save(folder / "mask.png")
    Image.fromarray(mask.repeat(4, 0).repeat(4, 1)).save(folder / "large_mask.png")
    (folder / "own_guide.py").write_text(OWN_GUIDE, "utf-8")
    names = sorted(path.stem for path in (folder / "layouts").iterdir())
    texts = ("a bright day", "a dark street with cars", "trees")
    lines = [f"{name}\t{text}\n" for name, text in zip(names, texts, strict=True)]
    (folder / "prompts.txt").write_text("".join(lines), "utf-8")


def cache_key(commit: str, threads: int) -> str:
    """A name for what may be compared: the commit, this machine's instructions, the libraries and this file."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = [line for line in cpuinfo.read_text().splitlines() if "flags" in line][:1] if cpuinfo.is_file() else []
    libraries = [version(name) for name in ("torch", "numpy", "pillow")]
    parts = [commit, platform.machine(), *flags, sys.version, *libraries, threads, Path(__file__).read_text("utf-8")]
    return f"{commit[:12]}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"


def base_results(tree: Path, work: Path, threads: int) -> None:
    """Write what the base draws: `inputs` and `results` in a folder."""
    write_inputs(tree, work / "inputs", threads)
    packs = tree / "assets" / "packs"
    calls = [(one.name, one.arguments(packs, work / "inputs", work / "results")) for one in REQUESTS]
    draw_all(tree, calls, threads)


def cached_results(tree: Path, cache: Path, key: str, threads: int) -> Path:
    """The folder that `base_results` wrote into a cache, now or in an earlier run."""
    if not (cache / key).is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="part-") as part:
            base_results(tree, Path(part) / key, threads)
            (Path(part) / key).replace(cache / key)
    return cache / key


def compare(options: argparse.Namespace, folder: Path) -> int:
    """Draw both sides within a folder and print a line for each request; gives how many differ."""
    asked = subprocess.run(
        ["git", "rev-parse", "--verify", f"{options.base}^{{commit}}"], cwd=ROOT, capture_output=True, text=True
    )
    if asked.returncode:
        sys.exit(f"There is no commit {options.base} here. Fetch it, or name another with --base.")
    commit = asked.stdout.strip()
    tree, cache = folder / "base", (options.cache or folder / "cache").resolve()
    unpack(commit, tree)
    base = cached_results(tree, cache, cache_key(commit, options.threads), options.threads)
    chosen = [one for one in REQUESTS if not options.only or any(word in one.name for word in options.only)]
    calls = [
        (one.name, one.arguments(tree / "assets" / "packs", base / "inputs", folder / "current")) for one in chosen
    ]
    wrong = 0
    for name, error in draw(ROOT, calls, options.threads):
        found = Difference(0, f"failed with {error}") if error else None
        found = found or difference(base / "results" / name, folder / "current" / name)
        wrong += not found.within(options.tolerance * 255)
        print(f"{name}: {found}", flush=True)
    print(f"{len(calls) - wrong} of {len(calls)} requests are as {options.base} draws them.")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare results with those of an earlier commit.")
    parser.add_argument("--base", default=BASE, help="the earlier commit")
    parser.add_argument("--cache", type=Path, help="a folder that keeps the earlier commit's results")
    parser.add_argument("--tolerance", type=Fraction, default=Fraction(0), help="of colours, for example 1/255")
    parser.add_argument("--only", action="append", help="only requests with this word in their name")
    parser.add_argument("--threads", type=int, default=1, help="threads of each process")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="compare-results-") as folder:
        sys.exit(1 if compare(options, Path(folder)) else 0)


if __name__ == "__main__":
    main()
