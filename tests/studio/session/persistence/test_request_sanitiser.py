"""What a picture, a project or a result may ask for when it is opened: nothing that runs, reads or hangs."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from engine.interface.errors import BadFile
from engine.interface.protocol import (
    AreaGuide,
    ClassifierGuide,
    ClipGuide,
    CustomGuide,
    FullSizeInputs,
    Generate,
    PackInfo,
    PaletteGuide,
    Raster,
    StyleGuide,
)
from engine.interface.raster import encode_image
from studio.domain.document import Document, DocumentStatus, GenerationMode, ImageKind
from studio.domain.layout import Box
from studio.session.generation.request_builder import GenerationOptions
from studio.session.persistence import project_file
from studio.session.persistence.provenance import Provenance, read_provenance
from studio.session.persistence.request_sanitiser import sanitise_options, sanitise_request
from tests.studio.conftest import CLASSES, OpenStudio

INFO = PackInfo(name="street", title="Street", height=32, width=64, classes=CLASSES, steps=4)
STYLE = StyleGuide(image=Raster.from_pixels(np.zeros((16, 16, 3), np.uint8)))
OF_THE_PACK = (
    AreaGuide(shares={"road": 0.5}),
    PaletteGuide(colours=("#223344",)),
    STYLE,
    ClipGuide(prompt="a road"),
    ClassifierGuide(present=("car",)),
)
OF_SOMEBODY = (
    CustomGuide(function="/home/evil.py:f"),
    ClipGuide(prompt="", model="hf-hub:evil/model"),
    ClipGuide(prompt="", pretrained="/home/evil.pt"),
    ClassifierGuide(classifier="/etc/passwd", present=("car",)),
)


def recipe_with(request: Generate, image: np.ndarray) -> Provenance:
    document = Document(32, 64)
    document.painted[:] = 1
    return Provenance.of_result(
        GenerationMode.LAYOUT_TO_IMAGE,
        request,
        document.with_result(GenerationMode.LAYOUT_TO_IMAGE, image, document.painted),
    )


def a_request(**fields: object) -> Generate:
    return replace(Generate(id="x", pack="street", prompt="a road"), **fields)


def an_image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (32, 64, 3)).astype(np.uint8)


def test_only_guides_that_lie_in_the_request_or_the_pack_are_taken() -> None:
    request, left_out = sanitise_request(a_request(guides=(*OF_SOMEBODY, *OF_THE_PACK)[:8]))
    assert request.guides == OF_THE_PACK[:4]
    assert left_out == ("own:/home/evil.py:f", "clip:hf-hub:evil/model", "clip:", "classes:/etc/passwd")
    assert sanitise_request(a_request(guides=OF_THE_PACK)) == (a_request(guides=OF_THE_PACK), ())


def test_a_request_loses_its_pixels_at_full_size_its_trace_and_control_characters() -> None:
    asked = a_request(full=FullSizeInputs(), trace=True, prompt="a\0road\nat night", negative="\x1b[2J")
    request, _ = sanitise_request(asked)
    assert (request.full, request.trace, request.prompt, request.negative) == (None, False, "a road at night", " [2J")


@pytest.mark.parametrize(
    "fields",
    [
        {"seed": 2**31},
        {"steps": 1000, "corrections": 100},
        {"guidance": float("nan")},
        {"cross_guidance": float("inf")},
        {"guides": (PaletteGuide(colours=("#000000",), scale=float("nan")),)},
        {"guides": (replace(STYLE, image=replace(STYLE.image, data=b"")),)},
        {"guides": (replace(STYLE, image=Raster(4096, 4096, 3, bytes(3 * 2**24))),)},
    ],
)
def test_numbers_out_of_range_are_refused_and_the_picture_is_not(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="it"):
        sanitise_request(a_request(**fields))


@pytest.mark.parametrize("seed", [-1, 2**31, 10**400])
def test_a_seed_that_nobody_can_type_is_refused_where_it_is_read(seed: int) -> None:
    text = recipe_with(a_request(seed=7), an_image()).to_json().replace('"seed":7', f'"seed":{seed}')
    with pytest.raises(BadFile, match=r"The request in it\.png cannot be read"):
        read_provenance(text, INFO, "it.png")


@pytest.mark.parametrize(
    "change",
    [
        {"frame": Box(2**40, 0, 2**40 + 32, 64)},
        {"marks": DocumentStatus(ImageKind.GENERATED, drawn=Box(0, 0, 64, 64))},
        {"marks": DocumentStatus(ImageKind.GENERATED, drawn=Box(8, 8, 8, 8))},
        {"made": -1.0},
        {"made": 1e300},
    ],
)
def test_places_and_times_that_no_picture_has_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadFile, match=r"it\.png"):
        read_provenance(replace(recipe_with(a_request(), an_image()), **change).to_json(), INFO, "it.png")


def test_the_pixels_of_full_size_are_not_written() -> None:
    full = FullSizeInputs(image=Raster.from_pixels(np.zeros((512, 1024, 3), np.uint8)))
    assert len(recipe_with(a_request(full=full), an_image()).to_json()) < 10_000


def test_options_become_what_a_person_could_have_set() -> None:
    wild = GenerationOptions(
        prompt="x" * 10**6,
        negative="\0",
        seed=10**30,
        steps=10**9,
        areas={str(index): float("inf") for index in range(1000)},
        guidance=float("nan"),
        cross_guidance=-5.0,
    )
    kept = sanitise_options(wild)
    assert (len(kept.prompt), kept.negative, kept.seed, kept.steps) == (2000, " ", 2**31 - 1, 1000)
    assert len(kept.areas) == 255
    assert set(kept.areas.values()) == {0.0}
    assert (kept.guidance, kept.cross_guidance) == (0.0, 0.0)
    usual = GenerationOptions(prompt="a road", areas={"road": 0.25}, guidance=2.5)
    assert sanitise_options(usual) == usual


def marker(folder: Path) -> tuple[Path, CustomGuide]:
    """A function that leaves a file when its module is read."""
    left = folder / "it-ran"
    code = f"import pathlib\npathlib.Path({str(left)!r}).touch()\ndef f(rgb, p):\n    return rgb.sum((1, 2, 3))\n"
    (folder / "evil.py").write_text(code)
    return left, CustomGuide(function=f"{folder / 'evil.py'}:f")


def test_opening_a_picture_runs_nothing_and_says_what_was_left_out(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    _, guide = marker(tmp_path)
    recipe = recipe_with(a_request(guides=(guide, *OF_THE_PACK[:1])), an_image())
    (tmp_path / "photo.png").write_bytes(encode_image(an_image(), recipe.to_json()))
    driver.session.files.open_image(tmp_path / "photo.png")
    driver.wait_until(lambda: (driver.document.image == an_image()).all())
    assert "guides that a file may not bring" in driver.notice_text()
    assert "evil.py" in driver.notice_text()
    assert driver.session.picture.provenance().request.guides == OF_THE_PACK[:1]
    driver.session.timeline.trace()
    driver.wait_until(lambda: bool(driver.session.timeline.steps) and not driver.session.timeline.running)
    assert "guides=1" in driver.engine_log("request")[-1], "the areas are asked for, and nothing else"


def test_opening_a_project_runs_nothing_and_says_what_was_left_out(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    path = tmp_path / "theirs.diptych"
    recipe = recipe_with(a_request(guides=OF_SOMEBODY[:1]), an_image())
    here = driver.session.picture.snapshot()
    options = replace(here.state.options, prompt="x" * 5000, seed=2**40)
    state = replace(here.state, options=options)
    path.write_bytes(project_file.encode_project(project_file.PictureSnapshot(here.planes, state, recipe), INFO))
    driver.session.projects.open(path)
    driver.wait_until(lambda: "guides that a file may not bring" in driver.notice_text())
    assert (len(driver.generator.settings.options.prompt), driver.generator.settings.options.seed) == (2000, 2**31 - 1)


def test_a_project_whose_request_makes_no_sense_opens_without_it() -> None:
    document = Document(32, 64)
    recipe = recipe_with(a_request(), an_image())
    whole = project_file.PictureSnapshot.capture(document, project_file.PictureState(), recipe)
    assert project_file.decode_project(project_file.encode_project(whole, INFO), INFO, "p").provenance == recipe
    odd = project_file.PictureSnapshot.capture(document, project_file.PictureState(), replace(recipe, made=-1.0))
    assert project_file.decode_project(project_file.encode_project(odd, INFO), INFO, "p").provenance is None


def test_a_plane_of_another_size_is_not_decoded() -> None:
    whole = project_file.encode_project(
        project_file.PictureSnapshot.capture(Document(32, 64), project_file.PictureState()), INFO
    )
    bomb = encode_image(np.zeros((3000, 3000, 3), np.uint8))
    data = BytesIO()
    with zipfile.ZipFile(BytesIO(whole)) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            new.writestr(name, bomb if name == "image.png" else old.read(name))
    with pytest.raises(BadFile, match="another size than the project"):
        project_file.decode_project(data.getvalue(), INFO, "bomb.diptych")


def test_a_project_packed_in_an_odd_way_is_refused() -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("diptych.json", msgspec.json.encode({"version": 1}))
    with pytest.raises(BadFile, match="packed in a way"):
        project_file.decode_project(data.getvalue(), INFO, "odd.diptych")
