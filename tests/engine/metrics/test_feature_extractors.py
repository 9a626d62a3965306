"""Image towers from files that a user has: what they are called, and what they see."""

from __future__ import annotations

import json

import numpy as np
import open_clip
import pytest
import torch
from torch.nn import functional as F
from torchvision.models import inception_v3

from engine.interface.errors import BadFile, BadPack
from engine.metrics.feature_extractors import load_inception_network, parse_feature_extractor, use_fid_pooling
from tests import tiny

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def images():
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (32, 64, 3)).astype(np.uint8) for _ in range(2)]


@pytest.fixture(scope="module")
def inception(tmp_path_factory):
    """Weights of FID's form, which has 1008 classes and no second head, with half the bytes."""
    path = tmp_path_factory.mktemp("weights") / "fid.pth"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = inception_v3(weights=None, aux_logits=False, init_weights=False, num_classes=1008)
    torch.save({name: value.half() for name, value in network.state_dict().items()}, path)
    return path


def test_inception_gives_pooled_features_and_classes(inception, images):
    features = parse_feature_extractor(str(inception), tiny.INFO.classes, CPU)
    assert features.name == "Inception v3 (FID, fid.pth)"
    seen = features.extract(images)
    assert seen.features.shape == (2, 2048)
    assert seen.probabilities.shape == (2, 1008)
    assert seen.probabilities.sum(1) == pytest.approx(np.ones(2))
    assert (seen.features[0] != seen.features[1]).any()


def test_the_pools_of_fid_leave_the_border_out(inception):
    network, is_fid = load_inception_network(inception)
    assert is_fid
    plain = inception_v3(weights=None, aux_logits=False, init_weights=False, num_classes=1008).eval()
    plain.load_state_dict(network.state_dict())
    x, y = torch.rand(1, 192, 9, 9), torch.rand(1, 2048, 9, 9)
    with torch.no_grad():
        mean, usual = network.Mixed_5b(x), plain.Mixed_5b(x)
        assert torch.equal(mean[:, :224], usual[:, :224])
        counted = F.avg_pool2d(x, 3, 1, 1) * 9 / (F.avg_pool2d(torch.ones_like(x), 3, 1, 1) * 9)
        torch.testing.assert_close(mean[:, 224:], network.Mixed_5b.branch_pool(counted))
        torch.testing.assert_close(mean[:, 224:, 1:-1, 1:-1], usual[:, 224:, 1:-1, 1:-1])
        largest = network.Mixed_7c.branch_pool(F.max_pool2d(y, 3, 1, 1))
        assert torch.equal(network.Mixed_7c(y)[:, -192:], largest)
    use_fid_pooling(plain)
    with torch.no_grad():
        assert torch.equal(plain.Mixed_5b(x), mean)


def test_a_checkpoint_of_open_clip(tmp_path, images):
    config = {
        "embed_dim": 8,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
        "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
    }
    (tmp_path / "seen-by.json").write_text(json.dumps(config))
    open_clip.add_model_config(tmp_path)
    torch.save(open_clip.create_model("seen-by").state_dict(), tmp_path / "own.pt")
    features = parse_feature_extractor(f"seen-by={tmp_path / 'own.pt'}", tiny.INFO.classes, CPU)
    assert features.name == "open_clip seen-by (own.pt)"
    seen = features.extract(images)
    assert (seen.features**2).sum(1) == pytest.approx([8, 8])  # a mean square of 1
    assert seen.probabilities.shape == (2, 4)
    assert seen.probabilities.sum(1) == pytest.approx(np.ones(2))


def test_files_that_hold_no_weights_are_named(tmp_path):
    with pytest.raises(BadFile, match=r"no file .*nowhere"):
        parse_feature_extractor(str(tmp_path / "nowhere.pth"), tiny.INFO.classes, CPU)
    (tmp_path / "text.pth").write_text("no weights")
    with pytest.raises(BadPack, match=r"text.pth holds no weights of Inception"):
        parse_feature_extractor(str(tmp_path / "text.pth"), tiny.INFO.classes, CPU)
    with pytest.raises(BadPack, match="open_clip cannot load"):
        parse_feature_extractor(f"ViT-B-32={tmp_path / 'text.pth'}", tiny.INFO.classes, CPU)
