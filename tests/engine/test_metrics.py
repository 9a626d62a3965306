"""Figures against counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine import packs
from engine.data.captions import Caption
from engine.metrics.hearing import draw_layouts, holds, recall
from engine.metrics.segmentation import confusion, score
from engine.protocol import UNKNOWN


def test_accuracy_and_iou_by_hand():
    true = np.array([[0, 0, 1], [1, 2, UNKNOWN]], np.uint8)
    predicted = np.array([[0, 1, 1], [1, 0, 2]], np.uint8)
    result = score(confusion([(true, predicted)], 4))
    assert result.accuracy == pytest.approx(3 / 5)
    assert result.iou[:3] == pytest.approx([1 / 3, 2 / 3, 0])
    assert np.isnan(result.iou[3])
    assert result.mean_iou == pytest.approx(1 / 3)


def test_a_class_counts_from_eight_pixels():
    layout = np.full((10, 10), 2, np.uint8)
    layout[0, :8] = 0
    layout[1, :7] = 1
    layout[2:4] = UNKNOWN
    assert holds(layout, 3).tolist() == [True, False, True]


def test_recall_counts_named_classes_in_the_drawn_layouts(tiny_pack):
    pack = packs.load(tiny_pack, "cpu")
    says = [np.array([1, 0, 0, 0]), np.array([0, 1, 2, 0]), np.array([1, 0, 1, 0])]
    captions = [Caption(text, row) for text, row in zip(("road", "sky, no car", "car"), says, strict=True)]
    drawn = [holds(m, 4) for m in draw_layouts(pack, [c.text for c in captions], 30_000)]
    result = recall(pack, captions)
    true = sum(int(d[i]) for d, i in zip((drawn[0], drawn[1], drawn[2], drawn[2]), (0, 1, 0, 2), strict=True))
    assert result.true == true / 4
    shifted = sum(int(d[i]) for d, i in zip((drawn[0], drawn[1], drawn[1], drawn[2]), (1, 0, 2, 0), strict=True))
    assert result.shuffled == shifted / 4
