"""Index pictures whose palette is not in the order of the classes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.raw_layout import decode_raw_layout, raw_layout_ids
from engine.data.readers.dataset_source import classes_from_names
from engine.data.taxonomy import Taxonomy, layout_mapping
from engine.interface.errors import BadFile
from tests.engine import dataset_samples

MADE = layout_mapping(Taxonomy(classes=classes_from_names(dataset_samples.NAMES, dataset_samples.COLOURS)))


def shuffled(layout, order):
    """The same picture, by a program that sorts the palette."""
    places = np.arange(256)
    places[np.array(order)] = np.arange(len(order))
    table = np.zeros((256, 3))
    table[: len(order)] = dataset_samples.colour_palette()[order]
    return dataset_samples.png_bytes(places[layout].astype(np.uint8), table)


def test_a_sorted_palette_is_read_by_its_colours():
    data = shuffled(dataset_samples.sample_layout(0), [2, 0, 3, 1])
    np.testing.assert_array_equal(
        raw_layout_ids(decode_raw_layout(data, "x"), MADE.file_classes), dataset_samples.sample_layout(0)
    )


def test_a_palette_that_could_be_read_in_two_ways_is_refused():
    table = dataset_samples.colour_palette()
    table[0], table[1] = table[2], (1, 2, 3)
    drawn = decode_raw_layout(dataset_samples.png_bytes(dataset_samples.sample_layout(0), table), "two.png")
    with pytest.raises(BadFile, match=r"two\.png has the colour of “car” at the id 0"):
        raw_layout_ids(drawn, MADE.file_classes)


def test_colours_of_ones_own_leave_the_ids_as_they_are():
    table = 255 - dataset_samples.colour_palette()
    drawn = decode_raw_layout(dataset_samples.png_bytes(dataset_samples.sample_layout(0), table), "own.png")
    np.testing.assert_array_equal(raw_layout_ids(drawn, MADE.file_classes), dataset_samples.sample_layout(0))
