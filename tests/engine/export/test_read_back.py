"""What is exported can be trained on: every format is known by the readers, ids and captions and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.data.pairs import read_pair
from engine.data.source_detection import open_dataset
from engine.data.taxonomy import layout_mapping
from engine.interface import raster
from engine.interface.dataset.export_order import FormatName
from tests import tiny

HOW = layout_mapping(str(Path(tiny.__file__).with_name("tiny.toml")))
NEEDS = {FormatName.parquet: "datasets", FormatName.webdataset: "webdataset", FormatName.coco: "pycocotools"}


@pytest.mark.parametrize("form", [form for form in FormatName if form is not FormatName.cityscapes])
def test_an_export_is_a_data_set_to_train_on(make, tmp_path, form):
    if form in NEEDS:
        pytest.importorskip(NEEDS[form])
    (tmp_path / "prompts.txt").write_text("a road\na car\n", "utf-8")
    plain = make("plain", 2, prompts=tmp_path / "prompts.txt")
    source = open_dataset(make("out", 2, format=form, prompts=tmp_path / "prompts.txt"))
    assert [words.name for words in source.classes] == [one.name for one in tiny.INFO.classes]
    items = sorted((item for split in source.splits.values() for item in split), key=lambda item: item.name)
    assert [item.captions for item in items] == [("a road",), ("a car",)]
    for index, item in enumerate(items):
        truth = raster.read_layout(plain / "layouts" / f"{index:09d}.png", tiny.INFO.classes)
        assert (read_pair(item, HOW).layout == truth).all()
