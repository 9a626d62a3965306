"""Every request that cannot be drawn is refused with its own error, before anything is computed."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from engine.interface import errors
from engine.interface.kept_masks import kept_masks, request_size
from engine.interface.protocol import UNKNOWN, ClassInfo, FullSizeInputs, Generate, PackInfo, Raster
from engine.requests import validation

INFO = PackInfo(
    name="tiny",
    title="Tiny",
    height=32,
    width=64,
    classes=tuple(ClassInfo(name, "#102030") for name in ("sky", "road", "car")),
)
H, W = INFO.height, INFO.width
LAYOUT = np.ones((H, W), np.uint8)
IMAGE = np.full((H, W, 3), 7, np.uint8)
MASK = np.full((H, W), 255, np.uint8)


def request(**given):
    rasters = {k: Raster.from_pixels(v) if isinstance(v, np.ndarray) else v for k, v in given.items()}
    return Generate(id="r", pack="tiny", **rasters)


def holed(pixels, value):
    pixels = pixels.copy()
    pixels[3, 5] = value
    return pixels


@pytest.mark.parametrize(
    "given",
    [
        {"layout": LAYOUT},
        {"image": IMAGE},
        {"prompt": ""},
        {"prompt": "a car", "layout": np.full((H, W), UNKNOWN, np.uint8)},
        {"layout": LAYOUT[:16, :32], "image": IMAGE[:16, :32], "keep_image": holed(MASK, 0)[:16, :32]},
        {"layout": holed(LAYOUT, UNKNOWN), "image": IMAGE},
        {"layout": LAYOUT, "keep_layout": holed(MASK, 0), "image": IMAGE},
        {"layout": LAYOUT, "keep_layout": MASK // 255},
    ],
)
def test_what_can_be_drawn_passes(given):
    validation.validate_request(request(**given), INFO)


@pytest.mark.parametrize(
    ("error", "says", "given"),
    [
        (errors.BadClass, "class id 3 (first at row 3, column 5)", {"layout": holed(LAYOUT, 3)}),
        (errors.BadClass, "class id 254", {"layout": holed(LAYOUT, 254)}),
        (errors.BadSize, "layout has 3 channels", {"layout": IMAGE}),
        (errors.BadSize, "image has 1 channels", {"image": LAYOUT}),
        (errors.BadSize, "mask of the image has 3 channels", {"image": IMAGE, "keep_image": IMAGE}),
        (errors.BadSize, "image has 2 channels", {"image": Raster(H, W, 2, bytes(H * W * 2))}),
        (errors.BadSize, "image has 5 bytes", {"image": Raster(H, W, 3, b"short")}),
        (errors.BadSize, "layout has 2049 bytes", {"layout": Raster(H, W, 1, bytes(H * W + 1))}),
        (errors.BadSize, "image has 16×64 pixels", {"layout": LAYOUT, "image": IMAGE[:16]}),
        (errors.BadSize, "mask of the layout has 32×32", {"layout": LAYOUT, "keep_layout": MASK[:, :32]}),
        (errors.BadSize, "30×64", {"layout": LAYOUT[:30]}),
        (errors.BadSize, "32×40", {"image": IMAGE[:, :40]}),
        (errors.BadRequest, "mask for the layout but no layout", {"keep_layout": MASK, "prompt": ""}),
        (errors.BadRequest, "mask for the image but no image", {"keep_image": MASK, "layout": LAYOUT}),
        (errors.BadRequest, "guidance", {"prompt": "", "guidance": math.nan}),
        (errors.NothingToDo, "Both halves", {"layout": LAYOUT, "image": IMAGE}),
        (errors.NothingToDo, "Both halves", {"layout": LAYOUT, "image": IMAGE, "keep_image": MASK}),
        (errors.NothingGiven, "no layout, no image and no prompt", {}),
        (errors.NothingGiven, "no prompt", {"layout": np.full((H, W), UNKNOWN, np.uint8)}),
        (errors.NothingGiven, "no prompt", {"image": IMAGE, "keep_image": MASK * 0}),
    ],
)
def test_what_cannot_be_drawn_is_named(error, says, given):
    with pytest.raises(errors.BadRequest) as caught:
        validation.validate_request(request(**given), INFO)
    assert type(caught.value) is error
    assert says in caught.value.message
    assert caught.value.hint


def test_nothing_given_says_what_to_do():
    with pytest.raises(errors.NothingGiven) as caught:
        validation.validate_request(request(), INFO)
    assert caught.value.hint == "Paint something, give an image, or pass --prompt '' for any picture."


def test_kept_pixels_default_to_the_known_layout_and_the_whole_image():
    given = request(layout=holed(LAYOUT, UNKNOWN), image=IMAGE)
    assert (kept_masks(given, INFO).layout == (holed(LAYOUT, UNKNOWN) != UNKNOWN)).all()
    assert kept_masks(given, INFO).image.all()
    assert not kept_masks(request(image=IMAGE), INFO).layout.any()
    assert not kept_masks(request(layout=LAYOUT), INFO).image.any()


def test_masks_choose_what_is_kept_but_never_an_unknown_pixel():
    mask = MASK * 0
    mask[:, :8] = 1
    given = request(layout=holed(LAYOUT, UNKNOWN), keep_layout=mask, image=IMAGE, keep_image=mask)
    kept = kept_masks(given, INFO).layout
    assert kept.sum() == H * 8 - 1
    assert not kept[3, 5]
    assert (kept_masks(given, INFO).image == (mask > 0)).all()


def test_the_size_is_the_halves_or_the_packs():
    assert request_size(request(prompt=""), INFO) == (H, W)
    assert request_size(request(image=IMAGE[:16]), INFO) == (16, W)


FULL_LAYOUT, FULL_IMAGE = LAYOUT.repeat(2, 0).repeat(2, 1), IMAGE.repeat(2, 0).repeat(2, 1)


def full(**given):
    return FullSizeInputs(**{half: Raster.from_pixels(pixels) for half, pixels in given.items()})


@pytest.mark.parametrize(
    "given",
    [
        {"prompt": ""},
        {"layout": LAYOUT, "full": full()},
        {"layout": LAYOUT, "full": full(layout=holed(FULL_LAYOUT, UNKNOWN))},
        {"layout": LAYOUT, "image": IMAGE, "full": full(layout=FULL_LAYOUT, image=FULL_IMAGE)},
    ],
)
def test_what_can_be_drawn_at_full_size_passes(given):
    validation.validate_full_size(request(**given), msgspec.structs.replace(INFO, upscale=2))


@pytest.mark.parametrize(
    ("given", "upscale", "error", "words"),
    [
        ({"layout": LAYOUT, "full": full()}, 0, errors.BadPack, "no upscaler.*train-upscaler"),
        ({"prompt": "", "full": full(layout=FULL_LAYOUT)}, 2, errors.BadRequest, "layout at full size but none"),
        ({"layout": LAYOUT, "full": full(image=FULL_IMAGE)}, 2, errors.BadRequest, "image at full size but none"),
        ({"layout": LAYOUT, "full": full(layout=LAYOUT)}, 2, errors.BadSize, "32×64 pixels. It must have 64×128"),
        ({"layout": LAYOUT, "full": full(layout=FULL_IMAGE)}, 2, errors.BadSize, "3 channels"),
        ({"layout": LAYOUT, "full": full(layout=holed(FULL_LAYOUT, 3))}, 2, errors.BadClass, "id 3"),
        ({"layout": LAYOUT, "full": full()}, 128, errors.BadSize, "4096×8192"),
    ],
)
def test_what_cannot_be_drawn_at_full_size_is_refused(given, upscale, error, words):
    with pytest.raises(error, match=words):
        validation.validate_full_size(request(**given), msgspec.structs.replace(INFO, upscale=upscale))
