"""The judges of a pack, trained for real on small made-up pictures: they learn, go on, are written, read and asked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from engine.cli import app
from engine.data.taxonomy import taxonomy_classes
from engine.evaluators import clip_pair, clip_towers, embeddings, segmenter
from engine.evaluators.retrieval import retrieval_scores
from engine.guides.guide_factory import build_guides
from engine.guides.guide_parser import parse_guide
from engine.interface.errors import BadConfig, BadPack, BadRequest
from engine.interface.protocol import ClipGuide
from engine.interface.raster import colourise, read_image, write_image, write_layout
from engine.packs import pack as packs
from engine.prompts.captions import ABSENT, PRESENT, UNMENTIONED, Caption, CaptionStyle, caption_vocabulary
from engine.requests.pack_verification import evaluator_problems
from engine.training.core.optimisation import one_cycle
from engine.training.tasks import clip_task as clip_training
from engine.training.tasks.clip_task import ClipTask
from engine.training.tasks.evaluator_task import begin_training_run
from engine.training.tasks.segmenter_task import SegmenterTask
from tests import tiny
from tests.engine.street_pairs import small_train_config

TAXONOMY = str(Path(tiny.__file__).with_name("tiny.toml"))
CLASSES = tiny.INFO.classes
CAR = 2
VAL = 24


def layout(index: int) -> np.ndarray:
    """Ids [32, 64]: one or two classes in bands, any of them anywhere."""
    random = np.random.default_rng(index)
    bands = random.permutation(4)[: random.integers(1, 3)]
    return bands[np.sort(random.integers(0, len(bands), 32))].astype(np.uint8)[:, None].repeat(64, 1)


def picture(ids: np.ndarray) -> np.ndarray:
    return colourise(ids, CLASSES)


@pytest.fixture(scope="module")
def small():
    """Few pictures at once and a shallow image tower: these pictures are simple."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SegmenterTask, "batch", 4)
        patch.setattr(ClipTask, "batch", 16)
        patch.setattr(clip_training, "CAPTION_COUNT", 20)
        patch.setattr(clip_towers, "LAYERS", 2)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for split, first, count in (("train", 0, 24), ("val", 100, VAL)):
        for index in range(first, first + count):
            write_layout(folder / split / "layouts" / f"{index}.png", layout(index), CLASSES)
            write_image(folder / split / "images" / f"{index}.png", picture(layout(index)))
    return folder


@pytest.fixture(scope="module")
def config(data):
    return msgspec.structs.replace(small_train_config(data, data / "run"), taxonomy=TAXONOMY)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A pack without judges."""
    info = msgspec.structs.replace(
        tiny.INFO, vocabulary=caption_vocabulary(taxonomy_classes(TAXONOMY), CaptionStyle.of_taxonomy(TAXONOMY))
    )
    return packs.read_pack(tiny.make(tmp_path_factory.mktemp("bare") / "tiny", info), "cpu")


@pytest.fixture(scope="module")
def trained(bare, config, small, tmp_path_factory):
    """The command line's work: a pack with both judges, and what was said."""
    folder = tmp_path_factory.mktemp("trained") / "tiny"
    shutil.copytree(bare.folder, folder)
    recipe = folder.parent / "small.toml"
    recipe.write_bytes(msgspec.toml.encode(config))
    said = []
    for command, images in (("train-segmenter", 64), ("train-clip", 640)):
        arguments = [command, str(recipe), "--pack", str(folder), "--images", str(images), "--device", "cpu"]
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        said.append(result.output)
    return packs.read_pack(folder, "cpu"), said


KINDS = pytest.mark.parametrize("kind", [SegmenterTask, ClipTask], ids=["segmenter", "clip"])


@KINDS
def test_the_loss_falls(trained, config, small, tmp_path, kind):
    training_run, _ = begin_training_run(kind, config, trained[0], 400, tmp_path / "judge")
    losses = list(training_run.train_steps(20))
    assert np.mean(losses[-5:]) < 0.95 * np.mean(losses[:5])


@KINDS
def test_a_run_stopped_and_resumed_ends_in_the_same_weights(trained, config, small, tmp_path, kind):
    def begun():
        return begin_training_run(kind, config, trained[0], 400, tmp_path / "judge")[0]

    straight, stopped, resumed = begun(), begun(), begun()
    list(straight.train_steps(3))
    list(stopped.train_steps(1))
    stopped.save_checkpoint()
    resumed.resume()
    list(resumed.train_steps(2))
    for mine, other in (
        (resumed.network.state_dict(), straight.network.state_dict()),
        (resumed.ema.state_dict(), straight.ema.state_dict()),
    ):
        for name, value in other.items():
            torch.testing.assert_close(mine[name], value, rtol=0, atol=0)


def test_the_rate_rises_once_and_falls_to_almost_nothing():
    rates = list(map(one_cycle(100), range(100)))
    top = int(np.argmax(rates))
    assert 5 < top < 15
    assert rates[top] == pytest.approx(1, abs=0.02)
    assert rates[-1] < 0.01
    assert rates == [*sorted(rates[: top + 1]), *sorted(rates[top + 1 :], reverse=True)]


def test_the_segmenter_learns_what_colours_mean_and_says_how_well(trained):
    pack, said = trained
    facts = segmenter.load(pack).metadata
    assert facts.accuracy > 0.9
    assert facts.mean_iou > 0.8
    assert (facts.images_seen, facts.held_out) == (64, VAL)
    assert f"pixel accuracy {facts.accuracy:.3f}, mIoU {facts.mean_iou:.3f}" in said[0]
    found = segmenter.load(pack).predict_layouts([picture(layout(index)) for index in range(200, 210)])
    right = [(ids == layout(index)).mean() for index, ids in zip(range(200, 210), found, strict=True)]
    assert np.mean(right) > 0.9


def test_a_layout_does_not_depend_on_its_company(trained):
    judge, random = segmenter.load(trained[0]), np.random.default_rng(0)
    sizes = [(32, 64)] * 9 + [(48, 64), (30, 41), (1, 1)]
    images = [random.integers(0, 256, (*size, 3)).astype(np.uint8) for size in random.permutation(sizes)]
    together = judge.predict_layouts(images)
    alone = [judge.predict_layouts([image])[0] for image in images]
    turned = judge.predict_layouts(images[::-1])[::-1]
    for image, ids, by_itself, other in zip(images, together, alone, turned, strict=True):
        assert ids.shape == image.shape[:2]
        assert ids.dtype == np.uint8
        assert np.array_equal(ids, by_itself)
        assert np.array_equal(ids, other)
    assert len(np.unique(np.concatenate([ids.ravel() for ids in together]))) > 1
    assert judge.predict_layouts([]) == []


def test_the_segmenter_tells_copies_from_other_pictures_whatever_their_company(trained):
    pack, random = trained[0], np.random.default_rng(0)
    eye = embeddings.read_embedder("segmenter", pack.folder, pack.file, pack.device)
    images = [random.integers(0, 256, (4, 8, 3)).astype(np.uint8).repeat(8, 0).repeat(8, 1) for _ in range(11)]
    copies = [np.roll((image * 0.95).astype(np.uint8), 1, 1) for image in images]
    found = eye.embed_images(images)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(len(found)))
    torch.testing.assert_close(found, torch.cat([eye.embed_images([image]) for image in images]), rtol=0, atol=0)
    cosines = (found @ eye.embed_images(copies).T).numpy()
    others = cosines[~np.eye(len(images), dtype=bool)]
    assert cosines.diagonal().min() > others.max()


def test_the_pair_finds_captions_far_better_than_chance(trained):
    pack, said = trained
    facts = clip_facts(pack)
    assert facts.among == facts.held_out == VAL
    assert facts.mean_rank < 0.6 * (VAL + 1) / 2
    assert facts.r_precision > 2 / VAL
    assert f"R-precision {facts.r_precision:.3f}, mean place {facts.mean_rank:.1f}" in said[1]


def clip_facts(pack):
    return clip_pair.companion_files.read(pack.folder / clip_pair.FILE, clip_pair.ClipMetadata, clip_pair.COMMAND)[0]


def test_features_are_unit_vectors_that_do_not_depend_on_their_company(trained):
    pair = clip_pair.load(trained[0])
    images = [picture(layout(index)) for index in range(11)]
    texts = ["a car", "", "sky", "no road and a tree", "wondrous"]
    for found, alone in (
        (pair.embed_images(images), torch.cat([pair.embed_images([image]) for image in images])),
        (pair.embed_texts(texts), torch.cat([pair.embed_texts([text]) for text in texts])),
    ):
        assert found.dtype == torch.float32
        torch.testing.assert_close(found.norm(dim=1), torch.ones(len(found)))
        torch.testing.assert_close(found, alone, rtol=0, atol=0)
    assert pair.embed_images([]).shape == pair.embed_texts([]).shape == (0, found.shape[1])


def test_pictures_that_show_the_prompt_rank_before_others(trained):
    """By the nouns of captions, which tell of bands as of several; what is named as one is always missing here."""
    pair, ids = clip_pair.load(trained[0]), [layout(index) for index in range(300, 400)]
    images = [picture(one) for one in ids]
    shown, others = [], []
    for index, words in enumerate(taxonomy_classes(TAXONOMY)):
        order = clip_pair.rank_images(pair, images, words.nouns(True)[0])
        assert sorted(order) == list(range(len(images)))
        for place, which in enumerate(order):
            (shown if (ids[which] == index).any() else others).append(place)
    assert np.mean(shown) < np.mean(others) - 30  # of 50, and 3 by chance


def test_captions_come_with_the_pair_and_the_command_prints_them(trained):
    pack, _ = trained
    pair = clip_pair.load(pack)
    assert len(set(pair.captions)) == 20
    torch.testing.assert_close(pair.embed_texts(pair.captions), pair.features, rtol=0, atol=0)
    path = pack.folder.parent / "car.png"
    write_image(path, picture(np.full((40, 100), CAR, np.uint8)))
    best, second = pair.nearest_captions([read_image(path)], 2)[0]
    assert best.score >= second.score
    result = CliRunner().invoke(app, ["caption", "--pack", str(pack.folder), "--count", "2", str(path), str(path)])
    assert result.exit_code == 0, result.output
    lines = [str(path), f"  {best.score:.3f}  {best.text}", f"  {second.score:.3f}  {second.text}"]
    assert result.output.splitlines() == lines * 2


def test_sample_tells_which_results_fit_best(trained, tmp_path):
    arguments = ["sample", "--pack", str(trained[0].folder), "--steps", "2", "--out", str(tmp_path), "--count", "3"]
    result = CliRunner().invoke(app, [*arguments, "--prompt", "a car", "--rank", "--device", "cpu"])
    assert result.exit_code == 0, result.output
    scores = {name: json.loads((tmp_path / f"{name}.json").read_bytes())["score"] for name in ("0001", "0002", "0003")}
    order = sorted(scores, key=scores.get, reverse=True)
    told = ", ".join(f"{name} ({scores[name]:.3f})" for name in order)
    assert f"Best first for “a car”: {told}" in result.output
    images = [read_image(tmp_path / f"{name}_image.png") for name in sorted(scores)]
    assert [
        sorted(scores)[index] for index in clip_pair.rank_images(clip_pair.load(trained[0]), images, "a car")
    ] == order


def test_results_without_a_prompt_are_not_ranked(trained, tmp_path):
    arguments = ["sample", "--pack", str(trained[0].folder), "--out", str(tmp_path), "--prompt", " ", "--rank"]
    caught = CliRunner().invoke(app, arguments).exception
    assert isinstance(caught, BadRequest)
    assert "--prompt" in caught.hint


def test_a_guide_without_a_model_asks_the_pack_s_own_pair(trained, bare):
    asked = parse_guide("clip*2:a car, no sky")
    assert asked == ClipGuide(prompt="a car, no sky", scale=2)
    (guide,) = build_guides([asked], trained[0])
    state = torch.zeros(2, 3, 32, 64, requires_grad=True)
    loss = guide(None, state, None)
    assert loss.shape == (2,)
    loss.sum().backward()
    assert state.grad.abs().sum() > 0
    with pytest.raises(BadPack, match="train-clip"):
        build_guides([asked], bare)


def test_retrieval_of_twins_is_perfect_and_of_equals_by_chance():
    random = np.random.default_rng(0)
    rows = torch.eye(150)
    assert retrieval_scores(rows, rows, random) == (100, 1.0, 1.0, 1.0)
    same = torch.ones(150, 4) / 2
    assert retrieval_scores(same, same, random) == (100, pytest.approx(0.01), pytest.approx(50.5), pytest.approx(1))


@pytest.mark.parametrize(
    ("judge", "kind", "command"),
    [(segmenter, segmenter.SegmenterMetadata, "train-segmenter"), (clip_pair, clip_pair.ClipMetadata, "train-clip")],
    ids=["segmenter", "clip"],
)
def test_what_is_wrong_with_a_file_is_named(trained, bare, tmp_path, judge, kind, command):
    with pytest.raises(BadPack, match=f"no {judge.FILE}.*{command}"):
        judge.load(bare)
    good = trained[0].folder / judge.FILE
    cpu, file = torch.device("cpu"), trained[0].file
    broken = tmp_path / judge.FILE
    broken.write_bytes(good.read_bytes()[:1000])
    with pytest.raises(BadPack, match=f"cannot be read.*{command}"):
        judge.read(broken, file, cpu)
    pixels = msgspec.structs.replace(file.pixels, gamma=0.5)
    with pytest.raises(BadPack, match="another kind of pack"):
        judge.read(good, msgspec.structs.replace(file, pixels=pixels), cpu)
    facts, tensors = judge.companion_files.read(good, kind, command)
    name = max(tensors, key=lambda name: tensors[name].numel())
    judge.companion_files.save(broken, tensors | {name: tensors[name] * torch.nan}, facts)
    with pytest.raises(BadPack, match="not finite"):
        judge.read(broken, file, cpu)


def test_verify_looks_at_the_judges_that_are_there(trained, bare, tmp_path):
    runner = CliRunner()
    assert evaluator_problems(bare.folder) == []
    assert evaluator_problems(trained[0].folder) == []
    folder = tmp_path / "tiny"
    shutil.copytree(trained[0].folder, folder)
    assert runner.invoke(app, ["packs", "verify", str(folder)]).exit_code == 0
    (folder / clip_pair.FILE).write_bytes(b"nothing")
    packs.read_pack(folder, "cpu")  # does not look at them
    result = runner.invoke(app, ["packs", "verify", str(folder)])
    assert result.exit_code == 1
    assert clip_pair.FILE in result.output
    assert segmenter.FILE not in result.output


def test_a_caption_fits_what_it_says_nothing_wrong_of():
    road, tree = (np.full((8, 8), index, np.uint8) for index in (0, 1))
    both = np.where(np.arange(8) < 4, road, tree)
    both[0, 0] = 255
    says = [[PRESENT, UNMENTIONED], [UNMENTIONED, ABSENT], [PRESENT, PRESENT]]
    captions = [Caption("", np.array(one)) for one in says]
    expected = [[True, True, False], [False, True, False], [True, False, True]]  # the second is its picture's own
    assert clip_training.caption_matches([road, tree, both], captions).tolist() == expected


def test_preference_is_the_share_of_what_fits():
    scores, fit = torch.tensor([[1.0, 2.0], [0.5, -1.0]]), torch.tensor([[True, True], [False, True]])
    e = scores.exp()
    rows, columns = -(e[1, 1] / e[1].sum()).log(), -(e[0, 0] / e[:, 0].sum()).log()
    torch.testing.assert_close(clip_training.matching_loss(scores, fit), (rows + columns) / 4)


def test_a_pair_is_trained_after_the_segmenter_through_which_it_sees(bare, config, tmp_path):
    with pytest.raises(BadPack, match="train-segmenter"):
        begin_training_run(ClipTask, config, bare, 400, tmp_path / "judge")


@KINDS
def test_what_cannot_be_trained_is_said_before_it_begins(trained, config, small, tmp_path, kind):
    out = tmp_path / "judge"
    for change, says in (({"taxonomy": "street"}, "other classes"), ({"height": 16}, "32×64")):
        with pytest.raises(BadConfig, match=says):
            begin_training_run(kind, msgspec.structs.replace(config, **change), trained[0], 400, out)
    with pytest.raises(BadConfig, match="is a folder"):
        begin_training_run(kind, config, trained[0], 400, tmp_path)
    begin_training_run(kind, config, trained[0], 400, out)[0].save_checkpoint()
    with pytest.raises(BadConfig, match=r"images = 400.*remove the file"):
        begin_training_run(kind, config, trained[0], 800, out)[0].resume()
    out.with_name("judge.checkpoint").write_bytes(b"nothing")
    with pytest.raises(BadConfig, match="Remove it"):
        begin_training_run(kind, config, trained[0], 400, out)[0].resume()
