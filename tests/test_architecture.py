"""The shape of the code, checked: who may import whom, what stays free of torch, how long things may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
SHARED = {
    "engine.interface.protocol",
    "engine.interface.raster",
    "engine.interface.kept_masks",
    "engine.interface.pack_catalogue",
    "engine.interface.prompt_words",
    "engine.interface.errors",
    "engine.interface.atomic_files",
    "engine.interface.dataset_reader",
} | {
    f"engine.interface.{name}"
    for name in (
        "bounded_decoding",
        "bounded_files",
        "guide_origins",
        "pack_fields",
        "pack_validation",
        "picture_decoding",
    )
}
"""What the studio may know of the engine."""
TORCH_FREE = sorted(SHARED | {"engine", "engine.serve.server", "engine.serve.jobs", "engine.requests.validation"})
ROOMS = (
    {"interface"},
    {"diffusion", "data"},
    {"prompts"},
    {"network"},
    {"packs"},
    {"evaluators"},
    {"guides"},
    {"requests"},
    {"sample_command"},
    {"metrics"},
    {"export"},
    {"bench", "playground", "probe", "serve", "training"},
    {"cli"},
)
"""The engine's rooms from the bottom to the top: each imports only itself and rooms below its own row."""
ENTRIES = {"engine.cli", "studio.app"}
TERMINAL = {"engine.cli", "studio.app"}
"""Modules that may write to a terminal; `engine.cli.…` are rooms of the first."""
MAX_LINES, MAX_FUNCTION, MAX_PARAMETERS = 400, 40, 7

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    name: str
    path: Path
    tree: ast.Module


@cache
def modules() -> dict[str, Module]:
    """Every module of both packages by its dotted name."""
    found = {}
    for path in sorted([*(ROOT / "engine").rglob("*.py"), *(ROOT / "studio").rglob("*.py")]):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, path, ast.parse(path.read_text("utf-8")))
    return found


@cache
def imports(name: str) -> frozenset[str]:
    """All modules that a module imports anywhere in it, late and typing-only imports included."""
    found = set()
    for node in ast.walk(modules()[name].tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} line {node.lineno}: imports are absolute"
            whole = f"{node.module}"
            found |= {f"{whole}.{a.name}" if f"{whole}.{a.name}" in modules() else whole for a in node.names}
    return frozenset(found)


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def importers(package: str) -> Iterator[tuple[str, str]]:
    """Pairs (module in the package, what it imports)."""
    for name in modules():
        if inside(name, package):
            yield from ((name, target) for target in sorted(imports(name)))


def strays(package: str, *forbidden: str, allowed: set[str] | None = None) -> list[str]:
    """The imports of a package that reach into what is forbidden, as readable lines."""
    return [
        f"{name} imports {target}"
        for name, target in importers(package)
        if any(inside(target, bad) for bad in forbidden) and target not in (allowed or set())
    ]


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def sources() -> list[Path]:
    return [m.path for m in modules().values()] + sorted((ROOT / "tests").rglob("*.py"))


def test_both_halves_are_found() -> None:
    assert {"engine.interface.protocol", "engine.cli", "studio.app", "studio.domain", "studio.session"} <= set(
        modules()
    )


def test_studio_knows_only_the_wire_of_the_engine() -> None:
    assert not strays("studio", "engine", allowed=SHARED)


def test_studio_never_imports_torch() -> None:
    assert not strays("studio", "torch", "open_clip", "safetensors")


def test_interface_never_imports_torch() -> None:
    assert not strays("engine.interface", "torch", "open_clip", "safetensors", "torchvision")


def test_engine_never_imports_the_studio() -> None:
    assert not strays("engine", "studio", "PySide6", "qasync")


def test_ui_to_session_to_domain() -> None:
    assert not strays("studio.domain", "studio.session", "studio.ui", "studio.app", "PySide6", "qasync")
    assert not strays("studio.session", "studio.ui", "studio.app", "PySide6.QtWidgets")
    assert not strays("studio.ui", "studio.app")


def room_of(name: str) -> str:
    """The first folder or module below `engine` in a dotted name."""
    return name.split(".")[1]


def test_engine_rooms_import_only_what_is_below() -> None:
    rows = {room: row for row, rooms in enumerate(ROOMS) for room in rooms}
    names = {name for name in modules() if name.startswith("engine.")}
    assert {room_of(name) for name in names} == set(rows), "each room of the engine stands in ROOMS, and no other"
    found = [
        f"{name} imports {target}"
        for name, target in importers("engine")
        if name in names and target in names and room_of(name) != room_of(target)
        if rows[room_of(target)] >= rows[room_of(name)]
    ]
    assert not found


def test_diffusion_needs_only_torch() -> None:
    allowed = {*sys.stdlib_module_names, "torch"}
    found = [
        f"{name} imports {target}"
        for name, target in importers("engine.diffusion")
        if target.split(".")[0] not in allowed and not inside(target, "engine.diffusion")
    ]
    assert not found


def test_nothing_imports_an_entry() -> None:
    found = [
        f"{name} imports {target}"
        for name, target in [*importers("engine"), *importers("studio")]
        if target in ENTRIES and not name.endswith(".__main__") and not name.startswith("engine.cli.")
    ]
    assert not found


def test_no_cycles() -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join([*path[path.index(name) :], name])
        if name not in done:
            for target in sorted(imports(name) & modules().keys()):
                visit(target, (*path, name))
            done.add(name)

    for name in modules():
        visit(name, ())


def test_no_room_for_odds_and_ends() -> None:
    assert not [name for name in modules() if name.split(".")[-1] in {"utils", "util", "helpers", "misc"}]


@pytest.mark.parametrize("name", TORCH_FREE)
def test_import_leaves_torch_alone(name: str) -> None:
    check_import_without_torch(name)


def test_the_studio_starts_without_torch(qt: None) -> None:
    check_import_without_torch("studio.app")


def check_import_without_torch(name: str) -> None:
    code = f"import sys, {name}; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "False"


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert not {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > MAX_LINES}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_short(path: Path) -> None:
    for function in functions(ast.parse(path.read_text("utf-8"))):
        first = function.body[0] if is_command(function) else function  # a command's head lists its options
        lines = (function.end_lineno or first.lineno) - first.lineno + 1
        assert lines <= MAX_FUNCTION, f"{function.name} has {lines} lines"
        count = len(parameters(function))
        assert count <= MAX_PARAMETERS or is_command(function), f"{function.name} takes {count} parameters"


def parameters(function: Function) -> list[str]:
    given = function.args
    names = [a.arg for a in [*given.posonlyargs, *given.args, *given.kwonlyargs]]
    return [name for name in names if name not in ("self", "cls")]


def is_command(function: Function) -> bool:
    """A command of the command line: its parameters are the options that a person types."""
    return any(ast.unparse(d).split("(")[0].endswith(".command") for d in function.decorator_list)


def test_only_the_terminal_prints() -> None:
    found = [
        f"{name} line {node.lineno}: {ast.unparse(node.func)}"
        for name, module in modules().items()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "typer.echo", "rich.print"}
        if name not in TERMINAL and not name.startswith("engine.cli.")
    ]
    assert not found


SHARED_CLASS_NAMES: dict[str, str] = {}
"""Names that several classes bear, at most five, each with the reason."""
SHARED_FILE_NAMES = {"__init__", "run", "report"}


def test_each_class_name_is_used_once() -> None:
    places: dict[str, list[str]] = {}
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(module.name)
    repeated = {name: where for name, where in places.items() if len(where) > 1}
    assert repeated.keys() == SHARED_CLASS_NAMES.keys(), repeated
    assert len(SHARED_CLASS_NAMES) <= 5


@pytest.mark.parametrize("package", ["engine", "studio"])
def test_folder_and_file_names_are_unique(package: str) -> None:
    """A folder's main module may bear the folder's name."""
    paths = [m.path for m in modules().values() if inside(m.name, package)]
    folders = {path.parent for path in paths}
    files = {path for path in paths if path.stem not in SHARED_FILE_NAMES and path.stem != path.parent.name}
    names = sorted([folder.name for folder in folders] + [path.stem for path in files])
    assert not [name for name, following in pairwise(names) if name == following]
