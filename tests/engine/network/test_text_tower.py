"""The text tower: open_clip's transformer and tokenizer, offline, small or with weights from a file."""

from __future__ import annotations

import json

import open_clip
import pytest
import torch

from engine.interface.errors import BadPack
from engine.network.text_tower import END, PAD, START, UNKNOWN_WORD, TextConfig, build_text_tower

WORDS = ("car", "cars", "tree", "trees", "no", "a", "on", "the", "left")
SMALL = TextConfig(width=32, layers=2, heads=2, context=12)


@pytest.fixture(scope="module")
def tower():
    torch.manual_seed(0)
    return build_text_tower(SMALL, WORDS).eval()


def test_prompts_become_rows_of_the_vocabulary(tower):
    ids = tower.tokenize(["no cars", "a zebra", ""])
    assert ids.shape == (3, 12)
    assert ids[0, 0] == START
    assert (ids[0, 1:3] > UNKNOWN_WORD).all()
    assert ids[0, 3:5].tolist() == [END, PAD]
    assert ids[1, 2] == UNKNOWN_WORD
    assert ids[2, :3].tolist() == [START, END, PAD]


def test_case_and_spaces_do_not_matter(tower):
    assert torch.equal(tower.tokenize(["No   CARS"]), tower.tokenize(["no cars"]))


def test_a_long_prompt_is_cut_before_the_end_mark(tower):
    ids = tower.tokenize(["car " * 50])
    assert ids[0, -1] == END


def test_unknown_words_are_said_once_and_in_order(tower):
    assert tower.unknown_words("a zebra, 3 cars and a zebra") == ("zebra", "3", "and")


def test_words_that_do_not_fit_are_said(tower):
    assert tower.unknown_words("car " * 10) == ()
    assert tower.unknown_words("car " * 10 + "trees") == ("trees",)
    assert tower.tokenize(["car " * 10])[0, 11] == END


def test_padding_does_not_change_what_is_heard(tower):
    with torch.no_grad():
        both = tower(tower.tokenize(["no cars", "trees on the left"]))
        alone = tower(tower.tokenize(["no cars"]))
    torch.testing.assert_close(both.pooled[:1], alone.pooled)
    assert both.mask.sum(1).tolist() == [4, 6]
    changed = tower.tokenize(["no cars"])
    changed[0, 6] = UNKNOWN_WORD  # behind the end: not masked, so it may have an effect, unlike padding
    with torch.no_grad():
        assert not torch.equal(tower(changed).pooled, alone.pooled)


def test_an_open_clip_model_loads_from_a_local_folder(tmp_path):
    config = {
        "embed_dim": 24,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
        "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
    }
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": {}}))
    torch.manual_seed(1)
    model = open_clip.model.CustomTextCLIP(**config)
    torch.save(model.state_dict(), tmp_path / "open_clip_pytorch_model.bin")
    tower = build_text_tower(TextConfig(model=f"local-dir:{tmp_path}"), ()).eval()
    assert (tower.pooled_width, tower.token_width) == (24, 32)
    prompts = ["a red bus", "nothing like it at all"]
    with torch.no_grad():
        features = tower(tower.tokenize(prompts))
        torch.testing.assert_close(features.pooled, model.eval().encode_text(open_clip.tokenize(prompts, 16)))
    assert features.tokens.shape == (2, 16, 32)
    assert features.mask.sum(1).tolist() == [5, 7]
    assert not any(p.requires_grad for p in tower.parameters())


def test_a_model_that_is_not_here_is_named():
    with pytest.raises(BadPack, match="ViT-nothing"):
        build_text_tower(TextConfig(model="ViT-nothing"), ())
