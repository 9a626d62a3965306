"""What a stranger finds: the README's commands, the check that runs them, and a wheel that stands alone."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def commands() -> list[str]:
    """The lines of the README's shell blocks that set everything up themselves."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("python3 -m pip")]


def test_readme_has_one_command_to_run_and_one_to_test() -> None:
    run, test = commands()
    assert run.endswith("uv run diptych")
    assert test.endswith("uv run pytest")


def test_the_check_runs_the_readme_s_test_command() -> None:
    lines = [line.strip() for line in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()]
    assert commands()[1] in lines


def test_readme_and_check_name_the_same_libraries() -> None:
    def libraries(text: str) -> set[str]:
        return set(re.findall(r"\blib[a-z0-9.-]*[0-9]\b", text))

    listed = re.search(r"apt install (.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    checked = re.search(r"libraries=\((.*?)\)", (ROOT / ".ci" / "run").read_text("utf-8"), re.DOTALL)
    assert listed is not None
    assert checked is not None
    assert "libegl1" in libraries(listed[1])
    assert libraries(listed[1]) == libraries(checked[1])


def test_no_folder_beside_the_four() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    files = {"pyproject.toml", "README.md", "LICENSE", "NOTICE", "CHANGELOG.md", "CONTRIBUTING.md"}
    assert {name for name in top if not name.startswith(".")} == files | {
        "studio",
        "engine",
        "assets",
        "tests",
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=240)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_the_packages_the_assets_and_the_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    info = f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"
    assert {name.split("/")[0] for name in names} == {"engine", "studio", info}
    for folder, place in (("assets", "engine/_assets"), ("engine", "engine"), ("studio", "studio")):
        files = {p.relative_to(ROOT / folder).as_posix() for p in (ROOT / folder).rglob("*") if p.is_file()}
        wanted = {f"{place}/{name}" for name in files if "__pycache__" not in name}
        assert wanted <= set(names)
    assert f"{info}/licenses/LICENSE" in names


def test_wheel_names_both_commands(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (entry,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert set(scripts) == {"diptych", "diptych-engine"}
    text = archive.read(entry).decode()
    assert all(f"{name} = {target}" in text for name, target in scripts.items())


def test_wheel_finds_its_own_packs(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from engine.interface.pack_catalogue import assets_folder, example_layout_paths, pack_folders\n"
        "print(assets_folder()); print(*pack_folders())\n"
        "print(len(example_layout_paths(assets_folder() / 'packs' / 'street')))"
    )
    command = [sys.executable, "-I", "-c", code, str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120)
    place, packs, examples = run.stdout.splitlines()
    assert Path(place) == tmp_path / "engine" / "_assets"
    assert "street" in packs.split()
    assert int(examples) >= 6
