"""Light that a prompt tells of: how it is read, and what becomes of an image."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch

from engine.data.taxonomy import class_infos, taxonomy_classes
from engine.diffusion.process.denoiser import DiffusionState
from engine.guides.brightness_guide import BrightnessGuide
from engine.interface.protocol import ClassInfo, Generate, Raster
from engine.packs import pack as packs
from engine.packs.pixel_standardisation import PixelStandardisation
from engine.prompts.brightness import read_brightness
from engine.prompts.captions import BRIGHT_PHRASES, DARK_PHRASES, GREY_PHRASES, STREET_OPENERS
from engine.requests import generation
from engine.requests.request_batch import batch_guides
from engine.requests.unknown_words import unknown_words
from tests.engine.diffusion.optimal_denoiser import clocks_at

STREET = class_infos(taxonomy_classes("street"))
FACE = (ClassInfo("hair", "#111111", mass=True), ClassInfo("eye", "#222222"))
RGB = PixelStandardisation(torch.tensor([0.4, 0.5, 0.6])[:, None, None], torch.tensor([0.2, 0.25, 0.3])[:, None, None])
TOLD = BrightnessGuide(("dark", "bright", ""), 0.3, 0.6, RGB)


@pytest.mark.parametrize(
    ("prompt", "light"),
    [
        *((word, "bright") for word in BRIGHT_PHRASES),
        *((word, "dark") for word in DARK_PHRASES),
        *((f"a road with cars, {word}", "dark") for word in DARK_PHRASES),
        *((word, "") for word in GREY_PHRASES),
        ("it is night and hardly any light", "dark"),
        ("the sun shines very brightly", "bright"),
        ("A street AT NIGHT, cars", "dark"),
        ("a very dark street with cars", "dark"),
        ("a bright picture of a town", "bright"),
        ("it's rather dark outside, a bus", "dark"),
        ("no cars, a sunny afternoon", "bright"),
        ("dark. a car", "dark"),
        ("dark, cars", "dark"),
        ("dark, a car", "dark"),
        ("by day", "bright"),
        ("the street is dark, a bus", "dark"),
        ("a street with not many cars, dark", "dark"),
        ("a city at night with bright lights", "dark"),
        ("during the day", "bright"),
        ("a car in the dark", "dark"),
        ("a dim light", "dark"),
    ],
)
def test_light_is_read(prompt, light):
    assert read_brightness(prompt, STREET, STREET_OPENERS) == light


@pytest.mark.parametrize(
    "prompt",
    [
        *("", "a street", "a dark car", "dark cars", "a bright red bus", "a street with dark houses", "dark trees"),
        *("not dark", "it is not night", "no darkness", "without sunlight", "it never gets dark", "darkroom"),
        *("bright by day and dark at night", "a cloudy day", "a traffic light", "nightingale"),
        *("a night bus", "a person with dark, short, wavy hair", "houses: dark", "a street in the evening sun"),
    ],
)
def test_what_is_not_of_the_scene_is_no_light(prompt):
    assert read_brightness(prompt, STREET, STREET_OPENERS) == ""


def test_a_class_is_no_scene_unless_captions_open_with_it():
    assert read_brightness("a dark street", STREET, ("a street", "")) == "dark"
    assert read_brightness("a dark street", STREET, ("an aerial photo",)) == ""
    for prompt in (
        "dark hair",
        "a portrait with dark, curly hair",
        "bright eyes",
        "dark-haired",
        "dark brown hair",
        "tall, dark, and handsome",
        "bright, clear eyes",
    ):
        assert read_brightness(prompt, FACE) == "", prompt
    assert read_brightness("a dark portrait, curly hair", FACE) == "dark"


def a_state(rows=3, clock=500, size=(8, 16)):
    state = DiffusionState(torch.zeros(1, 3, *size), torch.zeros(1, 1, *size).long(), clocks_at(clock, 400, size))
    return DiffusionState.cat([state] * rows)


def pictures(mean):
    """x̂_0 of three pictures whose RGB is within 0 to 1 and has this mean."""
    rgb = torch.rand((3, 3, 8, 16), generator=torch.Generator().manual_seed(2), dtype=torch.float64) * 0.2
    return RGB.standardise(rgb + (mean - rgb.mean((1, 2, 3), keepdim=True)))


@pytest.mark.parametrize(("mean", "after"), [(0.45, (0.3, 0.6)), (0.2, (0.2, 0.6)), (0.8, (0.3, 0.8))])
def test_a_picture_is_exposed_to_the_prompted_brightness_and_no_further(mean, after):
    x_0 = pictures(mean)
    bent = TOLD.guided_x_0(a_state(), x_0)
    rgb = RGB.to_rgb(bent)
    torch.testing.assert_close(rgb.mean((1, 2, 3)), torch.tensor([*after, mean], dtype=torch.float64))
    assert float(rgb.min()) >= 0
    assert float(rgb.max()) <= 1
    assert torch.equal(bent[2], x_0[2])
    for row, expected in enumerate(after):
        assert torch.equal(bent[row], x_0[row]) == (expected == mean)


def test_black_and_white_stay_what_they_are():
    x_0 = pictures(0.45)
    black, white = (RGB.standardise(torch.full((3, 1, 16), value).double()) for value in (0.0, 1.0))
    x_0[:, :, :1], x_0[:, :, 1:2] = black, white
    rgb = RGB.to_rgb(TOLD.guided_x_0(a_state(), x_0))
    torch.testing.assert_close(rgb[0, :, 0], torch.zeros(3, 16).double())
    torch.testing.assert_close(rgb[1, :, 1], torch.ones(3, 16).double())


def test_an_image_of_which_anything_is_given_has_its_own_light():
    x_0, given = pictures(0.45), a_state(1)
    given.clocks.image[0, 0, 3, 4] = 0
    bent = TOLD.guided_x_0(DiffusionState.cat([given, a_state(2)]), x_0)
    assert torch.equal(bent[0], x_0[0])
    assert not torch.equal(bent[1], x_0[1])


@pytest.mark.parametrize("sampler", ["unipc", "gcdp"])
def test_drawn_pictures_are_as_prompted_and_the_same_alone(tiny_pack, sampler):
    pack = packs.read_pack(tiny_pack, "cpu")
    dark, bright = pack.file.pixels.light
    prompts = "a car at night", "cars", "cars, bright sunlight"
    requests = [Generate(id=text, pack="tiny", prompt=text, seed=3, steps=3, sampler=sampler) for text in prompts]
    *_, together = generation.generate_steps(pack, requests)
    night, plain, day = (together.image(row) for row in range(3))
    assert night.mean() / 255 == pytest.approx(dark, abs=0.005)
    assert day.mean() / 255 == pytest.approx(bright, abs=0.005)
    assert night.mean() < plain.mean() < day.mean()
    for row, request in enumerate(requests):
        *_, alone = generation.generate_steps(pack, [request])
        assert np.array_equal(together.image(row), alone.image(0))
        assert np.array_equal(together.layout(row), alone.layout(0))


def test_only_an_image_that_is_drawn_whole_is_exposed(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    picture = np.full((pack.info.height, pack.info.width, 3), 90, np.uint8)
    keep = np.zeros(picture.shape[:2], np.uint8)
    keep[:8] = 1
    night = Generate(id="request", pack="tiny", prompt="at night")
    layout = msgspec.structs.replace(night, layout=Raster.from_pixels(keep))
    partly = msgspec.structs.replace(night, image=Raster.from_pixels(picture), keep_image=Raster.from_pixels(keep))
    resolved = [generation.resolve_for_pack(pack, request) for request in (night, layout, partly)]
    assert [request.brightness for request in resolved] == ["dark", "dark", ""]
    assert [type(one) for one in batch_guides(pack, resolved[:1])] == [BrightnessGuide]
    assert batch_guides(pack, resolved[2:]) == ()


def test_a_pack_that_knows_no_light_is_drawn_as_before(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    pack.file = msgspec.structs.replace(pack.file, pixels=msgspec.structs.replace(pack.file.pixels, light=None))
    resolved = generation.resolve_for_pack(pack, Generate(id="request", pack="tiny", prompt="at night"))
    assert batch_guides(pack, [resolved]) == ()
    assert "night" in unknown_words(pack, "at night")


def test_words_of_light_that_are_obeyed_are_not_called_unknown(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    assert unknown_words(pack, "a car, the sun shines brightly") == ("the",)
    assert unknown_words(pack, "a zebra at night") == ("zebra", "at")
