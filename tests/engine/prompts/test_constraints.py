"""Places and numbers that a prompt tells: how they are read, and what becomes of a layout."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch

from engine.data.taxonomy import class_infos, taxonomy_classes
from engine.diffusion.process.denoiser import DiffusionState
from engine.guides.area_guide import LayoutAreaGuide
from engine.guides.constraint_guides import MAX_PRESENCE_BOOST, MIN_NAMED_SHARE, PlacementGuide, PresenceGuide
from engine.interface.protocol import UNKNOWN, AreaGuide, ClassInfo, Generate, Raster
from engine.packs import pack as packs
from engine.prompts.constraints import ClassConstraint, read_constraints
from engine.requests import generation
from engine.requests.request_batch import batch_guides
from engine.requests.resolved_request import group_batchable
from engine.requests.unknown_words import unknown_words
from tests import tiny
from tests.engine.diffusion.optimal_denoiser import clocks_at

STREET = class_infos(taxonomy_classes("street"))
FACE = (ClassInfo("left eye", "#000000"), ClassInfo("hair", "#111111", mass=True), ClassInfo("earring", "#222222"))
LEFT = ClassConstraint(2, "left", "")


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a bus on the left", {"bus": ("left", "")}),
        ("To our LEFT stands a bus", {"bus": ("left", "")}),
        ("over there at the left: a bus", {"bus": ("left", "")}),
        ("right hand side: a bus", {"bus": ("right", "")}),
        ("a bus, far right", {"bus": ("right", "")}),
        ("a street with buses on the right", {"bus": ("right", "")}),
        ("on the left a bus and on the right a lorry", {"bus": ("left", ""), "truck": ("right", "")}),
        ("on the left, a bus, and on the right, a truck", {"bus": ("left", ""), "truck": ("right", "")}),
        ("left: a bus. right: a truck", {"bus": ("left", ""), "truck": ("right", "")}),
        ("houses, left: a bus, right: a truck", {"bus": ("left", ""), "truck": ("right", "")}),
        ("a street. On the right: a bus", {"bus": ("right", "")}),
        ("a street, on the left: a bus", {"bus": ("left", "")}),
        ("a bus on the left side of the street", {"bus": ("left", "")}),
        ("a bus on the left of a wide street", {"bus": ("left", "")}),
        ("a bus parked on the left in a narrow street", {"bus": ("left", "")}),
        ("a street scene showing a bus on the left", {"bus": ("left", "")}),
        ("a bus on the left, nothing on the right, blue sky", {"bus": ("left", "")}),
        ("two cars and a bus on the left", {"bus": ("left", "")}),
        ("a traffic light to the right", {"traffic light": ("right", "")}),
        ("exactly one car", {"car": ("", "one")}),
        ("a single red car at the left", {"car": ("left", "one")}),
        ("dozens of cars, one bus", {"car": ("", "many"), "bus": ("", "one")}),
        ("a lot of buses", {"bus": ("", "many")}),
        ("a lot of trees", {}),
        ("many cars, taxis on the right", {"car": ("right", "many")}),
        ("one car at the left and one car", {"car": ("left", "")}),
    ],
)
def test_places_and_numbers_are_read(prompt, expected):
    found = {
        STREET[one.class_id].name: (one.side, one.amount)
        for one in read_constraints(prompt, STREET)
        if one.is_specific
    }
    assert found == expected


@pytest.mark.parametrize(
    "prompt",
    [
        *("", "a street", "one sky", "two cars", "no cars on the left", "a car not on the left"),
        *("cars everywhere but on the left", "cars except on the left", "cars, but none on the left"),
        *("a car on the left and a car on the right", "trees on the left, trees on the right"),
        *("trees on both sides", "left and right cars", "a bus on the left or on the right"),
        *("cars to the left and to the right, a bus in the middle", "on the left and on the right cars"),
        *("a car right behind a bus", "a bus right across the street", "the right kind of car", "all right, a street"),
        *("a road with a left turn", "a road with a left lane", "the road bends left", "a road curving to the left"),
        *(
            "two cars are left",
            "people left the bus",
            "a car left on the road",
            "a person crossing the street on the left",
        ),
        *(
            "there aren't many cars",
            "not many cars",
            "there are not too many people",
            "one hundred cars",
            "one dozen cars",
        ),
        *("twenty-one cars", "more than one car", "at least one car", "one car after another", "this one has cars"),
        *("one sees people", "on one side cars"),
    ],
)
def test_what_is_not_said_so_is_not_read(prompt):
    assert not any(one.is_specific for one in read_constraints(prompt, STREET))


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("a bus and many walkers, trees", {"bus", "person", "vegetation"}),
        ("a view from a car with a bus", {"bus"}),
        ("there are not any cars, a bus", {"bus"}),
        ("a bus instead of cars", {"bus"}),
        ("no cars, a truck", {"truck"}),
        ("a street without cars", {"road"}),
        ("", set()),
    ],
)
def test_classes_that_are_asked_for_are_named(prompt, named):
    assert {STREET[one.class_id].name for one in read_constraints(prompt, STREET)} == named


@pytest.mark.parametrize(
    "prompt", ["a scar on the left cheek, long hair", "hair parted on the left", "looking to the left, hair"]
)
def test_sides_of_other_things_move_nothing(prompt):
    assert not any(one.is_specific for one in read_constraints(prompt, FACE))


def test_sides_in_names_of_classes_are_no_sides():
    assert read_constraints("a left eye", FACE) == (ClassConstraint(0, "", ""),)
    assert read_constraints("a left eye, an earring on the right", FACE) == (
        ClassConstraint(0, "", ""),
        ClassConstraint(2, "right", ""),
    )


def a_state(rows=1, size=(16, 32)):
    state = DiffusionState(torch.zeros(1, 3, *size), torch.zeros(1, 1, *size).long(), clocks_at(500, 400, size))
    return DiffusionState.cat([state] * rows)


def some_logits(rows=1, size=(16, 32)):
    return 2 * torch.randn((rows, 5, *size), generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_class_moves_to_its_side_and_covers_as_much_there(side):
    logits = some_logits()
    before, after = (
        each.softmax(1)[:, 2]
        for each in (logits, PlacementGuide([[ClassConstraint(2, side, "")]]).guided_logits(a_state(), logits))
    )
    torch.testing.assert_close(after.mean(), before.mean(), rtol=0.01, atol=0)
    far = after[..., 24:] if side == "left" else after[..., :8]
    assert float(after.sum() - far.sum()) > 0.99 * float(after.sum())


def test_a_class_that_is_on_its_side_already_is_left_alone():
    logits = some_logits()
    logits[:, 2, :, :14] += 4
    logits[:, 2, :, 14:] -= 6
    torch.testing.assert_close(PlacementGuide([[LEFT]]).guided_logits(a_state(), logits), logits, rtol=0, atol=0.01)


def test_a_class_that_would_be_everywhere_stays_on_its_side():
    logits = some_logits()
    logits[:, 2] += 15
    after = PlacementGuide([[LEFT]]).guided_logits(a_state(), logits).softmax(1)[:, 2]
    assert float(after[..., :12].mean()) > 0.6
    assert float(after[..., 22:].max()) < 0.01


def test_what_is_given_of_either_half_is_not_bent_and_not_drawn_again():
    logits, state = some_logits(), a_state()
    state.clocks.layout[..., :4, :] = 0
    state.layout[..., :4, 24:] = 2
    state.clocks.image[..., 12:, :] = 0
    for constraint in (LEFT, ClassConstraint(2, "", "many")):
        bent = PlacementGuide([[constraint]]).guided_logits(state, logits)
        assert torch.equal(bent[..., :4, :], logits[..., :4, :])
        assert torch.equal(bent[..., 12:, :], logits[..., 12:, :])
        before, after = (each.softmax(1)[:, 2, 4:12].mean() for each in (logits, bent))
        assert not torch.equal(bent[..., 4:12, :], logits[..., 4:12, :])
        if constraint is LEFT:
            torch.testing.assert_close(after, before, rtol=0.01, atol=0)


def covered(logits, index=2):
    return float(logits.softmax(1)[:, index].mean())


def test_a_class_that_is_named_is_called_until_it_would_be_there():
    logits, state = some_logits(), a_state()
    logits[:, 2] -= 8
    bent = PresenceGuide([[2]]).guided_logits(state, logits)
    assert covered(logits) < MIN_NAMED_SHARE / 10
    assert covered(bent) == pytest.approx(MIN_NAMED_SHARE, rel=0.05)
    assert torch.equal(bent[:, [0, 1, 3, 4]], logits[:, [0, 1, 3, 4]])
    assert torch.equal(PresenceGuide([[0, 1]]).guided_logits(state, logits), logits)


def test_what_the_network_holds_impossible_is_not_called():
    logits = some_logits()
    logits[:, 2] -= 40
    bent = PresenceGuide([[2]]).guided_logits(a_state(), logits)
    torch.testing.assert_close(bent[:, 2] - logits[:, 2], torch.full((1, 16, 32), MAX_PRESENCE_BOOST))


def test_what_is_painted_need_not_be_called():
    logits, state = some_logits(), a_state()
    logits[:, 2] -= 8
    state.clocks.layout[..., :4, :] = 0
    assert not torch.equal(PresenceGuide([[2]]).guided_logits(state, logits), logits)
    state.layout[..., :4, :4] = 2
    assert torch.equal(PresenceGuide([[2]]).guided_logits(state, logits), logits)


def test_a_sample_is_called_by_its_own_words_alone():
    logits = some_logits(3)
    logits[:, 2] -= 8
    together = PresenceGuide([[2], [], [2, 4]]).guided_logits(a_state(3), logits)
    assert torch.equal(together[1], logits[1])
    assert torch.equal(together[[0]], PresenceGuide([[2]]).guided_logits(a_state(), logits[[0]]))


def two_pieces():
    logits = torch.zeros(1, 5, 16, 32)
    logits[:, 2] -= 6
    logits[:, 2, 4:8, 3:7] += 12
    logits[:, 2, 4:12, 20:26] += 12
    return logits


def columns_of(logits):
    return (logits.argmax(1)[0] == 2).sum(0).nonzero().flatten().tolist()


def test_of_one_the_fullest_piece_stays_and_of_many_all_are_likelier():
    logits = two_pieces()
    assert columns_of(logits) == [*range(3, 7), *range(20, 26)]
    assert columns_of(PlacementGuide([[ClassConstraint(2, "", "one")]]).guided_logits(a_state(), logits)) == list(
        range(20, 26)
    )
    many = PlacementGuide([[ClassConstraint(2, "", "many")]]).guided_logits(a_state(), logits)
    assert bool((many[:, 2] > logits[:, 2]).all())
    assert torch.equal(many[:, [0, 1, 3, 4]], logits[:, [0, 1, 3, 4]])


def test_a_hair_does_not_part_one_from_itself():
    logits = two_pieces()
    logits[:, 2, :, 23] -= 12
    one = PlacementGuide([[ClassConstraint(2, "", "one")]]).guided_logits(a_state(), logits)
    assert columns_of(one) == [20, 21, 22, 24, 25]


def test_one_that_is_painted_is_the_one():
    logits, state = two_pieces(), a_state()
    state.clocks.layout[..., 3:7] = 0
    state.layout[..., 3:7] = 2
    one = PlacementGuide([[ClassConstraint(2, "", "one")]]).guided_logits(state, logits)
    assert not (one.argmax(1)[..., 20:26] == 2).any()


def test_a_sample_is_guided_by_its_own_words_alone():
    logits = some_logits(3)
    together = PlacementGuide([[LEFT], [], [ClassConstraint(4, "right", "one"), LEFT]]).guided_logits(
        a_state(3), logits
    )
    assert torch.equal(together[1], logits[1])
    for row, constraints in ((0, [LEFT]), (2, [ClassConstraint(4, "right", "one"), LEFT])):
        assert torch.equal(together[[row]], PlacementGuide([constraints]).guided_logits(a_state(), logits[[row]]))


def test_a_drawn_layout_has_a_class_where_the_prompt_puts_it(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    car = [one.name for one in pack.info.classes].index("car")
    request = Generate(id="request", pack="tiny", prompt="cars on the left", seed=5)
    *_, last = generation.generate_steps(pack, [request])
    middle = pack.info.width // 2
    columns = (last.layout(0) == car).sum(0)
    assert columns[:middle].sum() > 20 * columns[middle + middle // 2 :].sum()
    assert columns[:middle].sum() > 20


def test_constrained_results_are_the_same_together_and_alone(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    prompts = "a car on the left", "exactly one tree, cars on the right", "many cars"
    requests = [Generate(id=prompt, pack="tiny", prompt=prompt, seed=3, steps=3) for prompt in prompts]
    *_, together = generation.generate_steps(pack, requests)
    for row, request in enumerate(requests):
        *_, alone = generation.generate_steps(pack, [request])
        assert np.array_equal(together.image(row), alone.image(0))
        assert np.array_equal(together.layout(row), alone.layout(0))


def test_the_distilled_network_keeps_the_clocks_that_it_was_taught(tmp_path):
    pack = packs.read_pack(tiny.add_distilled(tiny.make(tmp_path / "tiny")), "cpu")
    ways = [
        [frame.step.state.clocks.image_running.tolist() for frame in generation.generate_steps(pack, [one])]
        for one in (
            Generate(id="request", pack="tiny", prompt=prompt, sampler="distilled")
            for prompt in ("a car", "many cars")
        )
    ]
    assert ways[0] == ways[1]


def test_guides_that_are_asked_for_have_the_last_word(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    request = Generate(
        id="request", pack="tiny", prompt="a car on the left", guides=(AreaGuide(shares={"road": 0.3}),)
    )
    assert [type(one) for one in batch_guides(pack, [generation.resolve_for_pack(pack, request)])] == [
        PresenceGuide,
        PlacementGuide,
        LayoutAreaGuide,
    ]


def test_words_that_are_obeyed_are_not_called_unknown(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    assert unknown_words(pack, "exactly one zebra") == ("exactly", "one", "zebra")
    assert unknown_words(pack, "exactly one car, zebra") == ("zebra",)


def test_only_what_is_to_be_drawn_is_told(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    sided = Generate(id="request", pack="tiny", prompt="a car on the left")
    layout = np.zeros((pack.info.height, pack.info.width), np.uint8)
    partly = layout.copy()
    partly[:8] = UNKNOWN
    whole = msgspec.structs.replace(sided, layout=Raster.from_pixels(layout))
    assert generation.resolve_for_pack(pack, sided).constraints
    half_given = msgspec.structs.replace(sided, layout=Raster.from_pixels(partly))
    assert generation.resolve_for_pack(pack, half_given).constraints
    assert generation.resolve_for_pack(pack, whole).constraints == ()
    plain = msgspec.structs.replace(sided, prompt="a car")
    batch = [generation.resolve_for_pack(pack, request) for request in (sided, plain, sided, whole)]
    assert group_batchable(batch) == [[0, 2], [1, 3]]
