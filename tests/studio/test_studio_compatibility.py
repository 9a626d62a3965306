"""What people have already: projects, pictures, results and preferences of commit e46536f are still read whole.

The files in tests/fixtures/compatibility/studio were written by that commit; its README says how. Every field of them
has a value of its own. Keys may be added to what is written, but none may go.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from engine.interface.pack_catalogue import read_pack_info
from engine.interface.raster import decode_image, encode_image, encode_layout, read_png_note
from studio.domain.document import Document
from studio.session.persistence.project_file import PictureSnapshot, decode_project, encode_project
from studio.session.persistence.projects import RECENT_FILE, _read_recent
from studio.session.persistence.provenance import read_provenance
from studio.session.persistence.state_storage import StateStorage
from studio.session.preferences import Preferences
from studio.session.results.result_store import ResultStore
from studio.session.settings import engine_command, read_settings
from tests.test_compatibility import FIXTURES, lost, plain

INFO = read_pack_info(FIXTURES / "packs" / "tiny")
HEAD = "diptych.json"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of what the studio keeps: its data, its configuration and files that a person saved."""
    return Path(shutil.copytree(FIXTURES / "studio", tmp_path / "studio"))


def members(project: bytes) -> dict[str, Any]:
    """The head of a project as JSON, and the pixels of its pictures."""
    with zipfile.ZipFile(BytesIO(project)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    return {
        name: json.loads(data) if name == HEAD else np.asarray(Image.open(BytesIO(data)))
        for name, data in found.items()
    }


def trusted(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe as JSON with all that a file may bring: no guide that names a file, a model or code."""
    request = recipe["request"]
    guides = [one for one in request["guides"] if one["type"] in ("areas", "palette", "style")]
    guides += [one for one in request["guides"] if one["type"] == "clip" and not one["model"]]
    return recipe | {"request": request | {"guides": guides, "full": None, "trace": False}}


def assert_holds(old: bytes, new: bytes) -> None:
    """Assert that a project has all that another has."""
    before, after = members(old), members(new)
    assert before.keys() <= after.keys()
    head = before.pop(HEAD)
    if head.get("recipe"):
        head["recipe"] = trusted(head["recipe"])
    assert not lost(head, after[HEAD])
    assert all(np.array_equal(pixels, after[name]) for name, pixels in before.items())


def test_an_old_project_is_read_whole(place: Path) -> None:
    old = (place / "project.diptych").read_bytes()
    assert_holds(old, encode_project(decode_project(old, INFO, "project.diptych"), INFO))


def test_an_unfinished_journal_is_recovered_up_to_its_last_whole_edit(place: Path) -> None:
    storage = StateStorage(place / "data", INFO)
    kept = storage.load()
    storage.close()
    assert kept is not None
    assert not kept.damaged, "the last edit was cut off, not damaged"
    document = Document(INFO.height, INFO.width)
    kept.snapshot.restore(document)
    assert [record.name for record in kept.records] == ["Brush", "Extend"]
    for record in kept.records:
        record.apply(document)
    last = kept.records[-1]
    recovered = PictureSnapshot.capture(document, last.state, None, last.origin)
    assert_holds((place / "recovered.diptych").read_bytes(), encode_project(recovered, INFO))


def test_old_results_are_on_the_shelf_with_their_requests(place: Path) -> None:
    shelf = ResultStore(place / "data" / "results" / "tiny", INFO)
    (entry,) = shelf.entries()
    assert entry.favourite
    recipe, image = shelf.read(entry)
    (head,) = (place / "data" / "results" / "tiny").glob("*.json")
    assert not lost(trusted(json.loads(head.read_text("utf-8"))), json.loads(recipe.to_json()))
    assert (image == np.asarray(Image.open(shelf.image_path(entry)))).all()
    assert (recipe.layout() == np.asarray(Image.open(shelf.layout_path(entry)))).all()
    assert shelf.thumbnail_path(entry).is_file()


@pytest.mark.parametrize("kind", ["-image.png", "-layout.png", "full_size.png"])
def test_a_png_brings_its_request_back(place: Path, kind: str) -> None:
    (file,) = (path for path in place.rglob("*.png") if path.name.endswith(kind))
    note = read_png_note(file.read_bytes())
    recipe = read_provenance(note, INFO, file.name)
    assert not lost(trusted(json.loads(note)), json.loads(recipe.to_json()))
    if kind != "-layout.png":
        assert recipe.original_image(decode_image(file.read_bytes(), file.name)) is not None


def test_a_png_keeps_its_request_under_the_same_key() -> None:
    blank = np.zeros((16, 32), np.uint8)
    for data in (encode_image(blank, "größe"), encode_layout(blank, INFO.classes, "größe")):
        with Image.open(BytesIO(data)) as picture:
            assert picture.info["diptych"] == "größe"


def test_old_preferences_are_kept(place: Path, qapp: object) -> None:
    file = place / "config" / "preferences.json"
    old = json.loads(file.read_text("utf-8"))
    preferences = Preferences(place / "config")
    assert not preferences.problem
    assert not lost(old, plain(preferences.values))
    preferences.update(language="en")
    preferences.flush()
    assert not lost(old | {"language": "en"}, json.loads(file.read_text("utf-8")))


def test_old_settings_say_how_the_engine_is_started(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIPTYCH_ENGINE", raising=False)
    settings = read_settings(place / "config")
    assert engine_command(settings, "tiny") == ["ssh", "box", "diptych-engine", "serve", "--pack", "my pack"]
    monkeypatch.setenv("DIPTYCH_ENGINE", "other serve")
    assert engine_command(settings, "tiny") == ["other", "serve"]


def test_the_files_that_were_open_lately_are_known(place: Path) -> None:
    names = msgspec.json.decode((place / "data" / RECENT_FILE).read_bytes())
    assert RECENT_FILE == "recent.json"
    assert [str(path) for path in _read_recent(place / "data" / RECENT_FILE)] == names
