"""Every guide with the real sampler: it lowers its own loss, leaves what is kept, and says what is wrong with it."""

from __future__ import annotations

import json
import math
import os
import shutil
from dataclasses import replace

import msgspec
import numpy as np
import open_clip
import pytest
import torch
from typer.testing import CliRunner

from engine.cli import app
from engine.data.taxonomy import class_infos, portable_taxonomy
from engine.diffusion.process.denoiser import DiffusionState
from engine.diffusion.sampling.guide_protocols import apply_guides
from engine.diffusion.sampling.guided_denoiser import limit_x_0
from engine.diffusion.sampling.trajectory import SamplerSettings
from engine.guides import noisy_classifier
from engine.guides.guide_factory import build_guides
from engine.guides.guide_losses import gram_matrices
from engine.interface.errors import BadClass, BadConfig, BadFile, BadPack, BadRequest, BadSize
from engine.interface.protocol import (
    AreaGuide,
    ClassifierGuide,
    ClipGuide,
    CustomGuide,
    Generate,
    PaletteGuide,
    Raster,
    StyleGuide,
)
from engine.interface.raster import colourise, read_image, read_layout, write_image, write_layout
from engine.packs import pack as packs
from engine.requests import generation
from engine.training.core.training_config import read_config
from engine.training.tasks.classifier_task import train_classifier
from tests.engine.diffusion.optimal_denoiser import PROCESS as TOY
from tests.engine.diffusion.optimal_denoiser import OptimalDenoiser, clocks_at, four_pictures, text_features
from tests.engine.random_evaluators import add_random_clip
from tests.engine.street_pairs import BUILDING, CAR, CLASSES, small_train_config, write_street_folder

MODEL = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "patch_size": 16, "head_width": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="module")
def pack(tiny_pack):
    return packs.read_pack(tiny_pack, "cpu")


@pytest.fixture(scope="module")
def clip_files(tmp_path_factory):
    """A tiny open_clip pair with random weights, saved as its users have them."""
    folder = tmp_path_factory.mktemp("clip")
    (folder / "tiny-pair.json").write_bytes(msgspec.json.encode(MODEL))
    open_clip.add_model_config(folder)
    torch.manual_seed(1)
    torch.save(open_clip.create_model("tiny-pair").state_dict(), folder / "tiny.pt")
    return "tiny-pair", str(folder / "tiny.pt")


def draw(pack, *guides, steps=6, seed=3, **more):
    request = Generate(id="1", pack="tiny", seed=seed, steps=steps, prompt="", guides=guides, **more)
    *_, last = generation.generate_steps(pack, [request])
    return last.image(0), last.layout(0)


def test_the_gradient_is_the_loss_s_own():
    """ε moves by s √(1-ᾱ) ∇L and the logits by -s ∂L/∂logits, by differences of the loss itself."""
    world: OptimalDenoiser = four_pictures()
    noisy = torch.randn((1, 3, 1, 2), generator=torch.Generator().manual_seed(0))
    base = DiffusionState(noisy, torch.tensor([[[[2, 1]]]]), clocks_at(500, 400))

    def ask(state):
        return world(state, text_features(1), None)

    def guide(state, x_0, y_0):
        return (x_0**3).sum((1, 2, 3)) + 2 * (y_0[:, 0] ** 2).sum((1, 2))

    plain, bent = ask(base), apply_guides(TOY, base, (guide,), ask)
    a = float(TOY.image_schedule.alpha_bar[500])
    step = 1e-2
    for index in np.ndindex(1, 3, 1, 2):
        ends = []
        for sign in (1, -1):
            image = base.image.clone()
            image[index] += sign * step
            moved = replace(base, image=image)
            ends.append(float(guide(moved, *TOY.clean_estimate(moved, ask(moved)))))
        slope = (ends[0] - ends[1]) / (2 * step)
        found = float(bent.image_output[index] - plain.image_output[index]) * math.sqrt(a)
        assert found == pytest.approx(math.sqrt(1 - a) * slope, rel=0.02, abs=2e-3)
    p = plain.logits.softmax(1)
    exact = 4 * p[:, :1] ** 2 * (torch.eye(3)[0][None, :, None, None] - p)
    torch.testing.assert_close(plain.logits - bent.logits, exact, rtol=1e-3, atol=1e-5)


def share(layout, index):
    return float((layout == index).mean())


def test_a_drawn_layout_has_more_or_less_of_a_class_as_asked(pack):
    less, plain, more = (
        share(draw(pack, *guides, steps=10)[1], 1)
        for guides in ((AreaGuide(shares={"sky": 0.1}),), (), (AreaGuide(shares={"sky": 0.6}),))
    )
    assert less < plain - 0.05
    assert more > plain + 0.2


def test_a_palette_draws_colours_near(pack):
    red = np.array([200, 20, 20])
    distance = [
        float(np.abs(image.astype(float) - red).mean())
        for image in (draw(pack)[0], draw(pack, PaletteGuide(colours=("#c81414",), scale=20))[0])
    ]
    assert distance[1] < 0.8 * distance[0]


def test_a_style_brings_its_grams_near(pack):
    stripes = np.zeros((48, 48, 3), np.uint8)
    stripes[:, ::4] = (250, 230, 10)
    wanted = gram_matrices(torch.from_numpy(stripes).movedim(-1, 0)[None].float() / 255)

    def distance(image):
        found = gram_matrices(torch.from_numpy(image.copy()).movedim(-1, 0)[None].float() / 255)
        return sum(float((a - b).square().sum()) for a, b in zip(found, wanted, strict=True))

    guided = draw(pack, StyleGuide(image=Raster.from_pixels(stripes), scale=0.1))[0]
    assert distance(guided) < 0.8 * distance(draw(pack)[0])


def test_a_pack_with_its_taxonomy_in_pack_json_follows_its_own_clip_pair(tiny_pack, tmp_path):
    shutil.copytree(tiny_pack, tmp_path / "tiny")
    file = packs.read_pack_file(tmp_path / "tiny")
    taxonomy = portable_taxonomy(file.data.taxonomy)
    assert not isinstance(taxonomy, str)
    file = msgspec.structs.replace(file, data=msgspec.structs.replace(file.data, taxonomy=taxonomy))
    (tmp_path / "tiny" / "pack.json").write_bytes(msgspec.json.encode(file))
    add_random_clip(tmp_path / "tiny")
    pack = packs.read_pack(tmp_path / "tiny", "cpu")
    asked = ClipGuide(prompt="a car", scale=100.0)
    plain, guided, again = draw(pack)[0], draw(pack, asked)[0], draw(pack, asked)[0]
    assert not np.array_equal(plain, guided)
    assert np.array_equal(guided, again)


def test_clip_sees_more_of_its_prompt(pack, clip_files):
    name, path = clip_files
    asked = ClipGuide(prompt="a red bus", model=name, pretrained=path)
    (guide,) = build_guides([asked], pack)
    plain, guided = draw(pack)[0], draw(pack, asked)[0]
    losses = [
        float(guide(None, (torch.from_numpy(i.copy()).movedim(-1, 0)[None] / 255 - 0.4) / 0.25, None))
        for i in (plain, guided)
    ]
    assert losses[1] < losses[0]


def test_a_user_s_own_loss_is_followed(pack, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("def dark(rgb, classes):\n    return rgb.square().sum((1, 2, 3))\n")
    guided = draw(pack, CustomGuide(function=f"{file}:dark", scale=8))[0]
    assert guided.mean() < 0.8 * draw(pack)[0].mean()


def test_two_guides_act_together(pack):
    image, layout = draw(pack, AreaGuide(shares={"road": 0.7}), PaletteGuide(colours=("#c81414",), scale=20), steps=10)
    plain = draw(pack, steps=10)
    assert share(layout, 0) > share(plain[1], 0)
    assert image[..., 0].mean() - image[..., 2].mean() > plain[0][..., 0].mean() - plain[0][..., 2].mean()


def test_what_is_kept_is_kept_under_a_guide(pack):
    layout = np.random.default_rng(0).integers(0, 4, (32, 64)).astype(np.uint8)
    guides = (PaletteGuide(colours=("#c81414",), scale=20), AreaGuide(shares={"sky": 1.0}))
    request = Generate(id="1", pack="tiny", steps=4, guides=guides, layout=Raster.from_pixels(layout))
    for frame in generation.generate_steps(pack, [request]):
        assert np.array_equal(frame.step.state.layout[0, 0].numpy(), layout)


def test_what_a_guide_needs_may_be_loaded_between_two_frames_of_a_plain_request(tiny_pack):
    """Nothing that is kept may be an inference tensor, of which no gradient can be taken."""
    first = packs.read_pack(tiny_pack, "cpu")
    frames = generation.generate_steps(first, [Generate(id="1", pack="tiny", steps=3, prompt="")])
    next(frames)
    assert not torch.is_inference_mode_enabled()
    second = packs.read_pack(tiny_pack, "cpu")
    guides = (PaletteGuide(colours=("#c81414",)),)
    for one in (first, second):
        assert len(
            list(
                generation.generate_steps(one, [Generate(id="2", pack="tiny", steps=2, prompt="a car", guides=guides)])
            )
        )
    assert len(list(frames)) == 2


def test_dynamic_thresholding_shrinks_each_picture_by_its_own_quantile():
    limits = SamplerSettings(image_limits=(-1.0, 3.0), threshold=0.75)
    x_0 = torch.tensor([[1.0, 2.0, 5.0, -7.0], [0.0, 1.0, 2.0, 3.0]]).reshape(2, 1, 2, 2)
    found = limit_x_0(x_0, limits).flatten(1)
    quantile = torch.tensor([0.0, 0.5, 2.0, 4.0]).quantile(0.75)
    torch.testing.assert_close(found[0], torch.tensor([1.0, 1 + 1 / quantile, 1 + 4 / quantile, -1.0]))
    assert torch.equal(found[1], x_0[1].flatten())
    assert torch.equal(limit_x_0(x_0, SamplerSettings(image_limits=(-1.0, 3.0))), x_0.clamp(-1, 3))


def test_dynamic_thresholding_is_part_of_a_request(pack):
    guides = (PaletteGuide(colours=("#ffffff",), scale=200),)
    plain, thresholded = (draw(pack, *guides, threshold=share)[0] for share in (0.0, 0.5))
    assert not np.array_equal(plain, thresholded)


def without_some_cars(data):
    """In every other picture there is a building where the car was."""
    infos = class_infos(CLASSES)
    for path in sorted((data / "train/layouts").glob("*.png"))[::2]:
        layout = read_layout(path, infos).copy()
        layout[layout == CAR] = BUILDING
        write_layout(path, layout, infos)
        write_image(data / "train/images" / path.name, colourise(layout, infos))
    return data


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A pack of street classes and a classifier trained for it by the command, on made-up streets."""
    folder = tmp_path_factory.mktemp("classifier")
    config = small_train_config(without_some_cars(write_street_folder(folder / "data")), folder / "run")
    config = msgspec.structs.replace(config, images=8, batch=8)
    (folder / "small.toml").write_bytes(msgspec.toml.encode(config))
    runner = CliRunner()
    assert runner.invoke(app, ["train", str(folder / "small.toml")]).exit_code == 0
    args = ["train-classifier", str(folder / "small.toml"), "--out", str(folder / "seen.safetensors")]
    args += ["--pack", str(folder / "run/pack"), "--images", "640", "--device", "cpu"]
    result = runner.invoke(app, args)
    assert result.exit_code == 0, result.output
    return packs.read_pack(folder / "run/pack", "cpu"), folder / "seen.safetensors"


def test_the_classifier_tells_what_is_there_and_its_guide_raises_that(trained):
    pack, path = trained
    network = noisy_classifier.load(path, pack.device)
    base = Generate(id="1", pack="small", prompt="", seed=2, steps=6)
    guides = (
        ClassifierGuide(classifier=str(path), present=("car",)),
        ClassifierGuide(classifier=str(path), absent=("car",)),
    )
    found = []
    for guide in guides:
        *_, last = generation.generate_steps(pack, [msgspec.structs.replace(base, guides=(guide,))])
        found.append(float(network(last.step.state.image, torch.zeros(1, dtype=torch.int64))[0, CAR]))
    assert found[0] > found[1] + 1


def test_a_classifier_of_another_pack_is_refused(trained, pack):
    with pytest.raises(BadRequest, match="another kind of pack"):
        draw(pack, ClassifierGuide(classifier=str(trained[1]), present=("car",)))


@pytest.mark.parametrize(
    ("guide", "error", "says"),
    [
        (AreaGuide(shares={"whale": 0.5}), BadClass, "whale"),
        (AreaGuide(shares={"road": 0.5, "street": 0.1}), BadClass, "twice"),
        (AreaGuide(shares={"road": 0.5, "sky": 0.6}), BadRequest, "more than 1"),
        (AreaGuide(shares={}), BadClass, "no class"),
        (PaletteGuide(colours=("red",)), BadRequest, "red"),
        (PaletteGuide(colours=()), BadRequest, "palette"),
        (StyleGuide(image=Raster.from_pixels(np.zeros((7, 40, 3), np.uint8))), BadSize, "7×40"),
        (StyleGuide(image=Raster.from_pixels(np.zeros((9, 40), np.uint8))), BadSize, "1 channels"),
        (ClipGuide(prompt="", model="tiny-pair"), BadPack, "tiny-pair"),
        (ClassifierGuide(classifier=__file__, present=("car",)), BadFile, "not a classifier"),
        (ClipGuide(prompt="", model="ViT-B-32", pretrained="/nowhere/at/all.pt"), BadPack, "ViT-B-32"),
        (ClassifierGuide(classifier="/nowhere.safetensors", present=("car",)), BadFile, "nowhere"),
        (CustomGuide(function="nowhere.py:f"), BadFile, "nowhere.py"),
    ],
)
def test_a_guide_that_cannot_be_used_is_named(pack, guide, error, says):
    with pytest.raises(error, match=says):
        draw(pack, guide)


def test_the_command_line_takes_guides(tiny_pack, tmp_path):
    args = ["sample", "--pack", str(tiny_pack), "--prompt", "", "--device", "cpu"]
    guides = ["--guide", "areas*0.9:sky=0.9", "--guide", "palette*20:#c81414"]
    drawn = []
    for out, more in ((tmp_path / "plain", []), (tmp_path / "guided", guides)):
        result = CliRunner().invoke(app, [*args, *more, "--out", str(out)])
        assert result.exit_code == 0, result.output
        drawn.append(read_image(next(out.glob("*_image.png"))))
    assert drawn[1][..., 0].mean() > drawn[0][..., 0].mean() + 20
    record = json.loads(next((tmp_path / "guided").glob("*.json")).read_text())
    assert record["guides"] == ["areas*0.9:sky=0.9", "palette*20:#c81414"]


WRONG = {
    "raises": ("def loss(rgb, classes):\n    return {}['no']\n", "KeyError"),
    "one argument": ("def loss(rgb):\n    return rgb.sum((1, 2, 3))\n", "TypeError"),
    "leaves": ("def loss(rgb, classes):\n    raise SystemExit(0)\n", "SystemExit"),
    "one number": ("def loss(rgb, classes):\n    return rgb.mean()\n", "for 1 pictures"),
    "a picture": ("def loss(rgb, classes):\n    return rgb\n", "for 1 pictures"),
    "a float": ("def loss(rgb, classes):\n    return 1.0\n", "float"),
    "a constant": ("def loss(rgb, classes):\n    return rgb.new_zeros(len(rgb))\n", "for 1 pictures"),
    "not finite": ("def loss(rgb, classes):\n    return (rgb.sum((1, 2, 3)) * 0).log()\n", "not finite"),
}


@pytest.mark.parametrize("name", WRONG)
def test_whatever_a_user_s_own_loss_does_wrong_is_told(pack, tmp_path, name):
    code, says = WRONG[name]
    (tmp_path / "mine.py").write_text(code)
    with pytest.raises(BadRequest, match=says) as caught:
        draw(pack, CustomGuide(function=f"{tmp_path / 'mine.py'}:loss"))
    assert "mine.py:loss" in caught.value.message


@pytest.mark.parametrize(
    "code", ["import nowhere_at_all", "raise SystemExit(0)", "loss = 3", "def other():\n    pass\n"]
)
def test_a_user_s_file_that_cannot_be_used_is_told(pack, tmp_path, code):
    (tmp_path / "mine.py").write_text(code)
    with pytest.raises(BadFile, match="mine"):
        draw(pack, CustomGuide(function=f"{tmp_path / 'mine.py'}:loss"))


START = """from __future__ import annotations
from dataclasses import dataclass
@dataclass
class A:
    b: int = 1
"""


def test_a_changed_file_is_read_again_and_may_hold_dataclasses(pack, tmp_path):
    file = tmp_path / "mine.py"
    drawn = []
    for sign in ("", "-"):
        file.write_text(f"{START}def loss(rgb, classes):\n    return {sign}rgb.sum((1, 2, 3))\n")
        os.utime(file, (len(drawn), len(drawn)))
        drawn.append(draw(pack, CustomGuide(function=f"{file}:loss", scale=8))[0].mean())
    assert drawn[0] < drawn[1]


def test_a_guided_sample_is_the_same_in_any_batch(trained, clip_files):
    pack, path = trained
    name, weights = clip_files
    for guide in (
        ClassifierGuide(classifier=str(path), present=("car",)),
        ClipGuide(prompt="a red bus", model=name, pretrained=weights),
        AreaGuide(shares={"sky": 0.5}),
    ):
        requests = [Generate(id="1", pack="small", prompt="", seed=s, steps=3, guides=(guide,)) for s in (1, 2, 3)]
        *_, together = generation.generate_steps(pack, requests)
        for index, request in enumerate(requests):
            *_, alone = generation.generate_steps(pack, [request])
            assert np.array_equal(alone.image(0), together.image(index))
            assert np.array_equal(alone.layout(0), together.layout(index))


def test_the_baseline_follows_guides_too(pack):
    plain, guided = (
        draw(pack, *guides, sampler="gcdp")[0] for guides in ((), (PaletteGuide(colours=("#c81414",), scale=20),))
    )
    assert guided[..., 0].mean() > plain[..., 0].mean() + 20


def test_a_classifier_is_not_trained_on_the_data_of_others(trained, pack, tmp_path):
    config = read_config(trained[1].parent / "small.toml")
    with pytest.raises(BadConfig, match="other classes"):
        train_classifier(config, pack, 8, tmp_path / "a.safetensors", ())
    with pytest.raises(BadConfig, match="is a folder"):
        train_classifier(config, trained[0], 8, tmp_path, ())
