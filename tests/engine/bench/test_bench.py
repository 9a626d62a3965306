"""The benchmarks: sums on made numbers, counts that are known, and all of them once on a tiny pack."""

from __future__ import annotations

import sys

import msgspec
import numpy as np
import pytest
import torch

from engine.bench import flop_counting, studio_latency
from engine.bench import peer_comparison as peers
from engine.bench.bench_setup import BenchSetup
from engine.bench.report import BenchReport, BenchResult, BenchRow, markdown_table
from engine.bench.timing import Spread, Stopwatch, TimedWork, TurnTimings
from engine.cli import main
from engine.interface.protocol import Generate, Raster
from engine.metrics.cost import count_flops
from engine.packs import pack as packs


@pytest.fixture(scope="module")
def setup(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    return BenchSetup(pack, Stopwatch(pack.device, 64), quick=True)


def test_a_spread_is_the_median_and_the_quartiles():
    values = [5.0, 1.0, 2.0, 4.0, 9.0, 3.0]
    spread = Spread.of(values)
    assert [spread.low, spread.median, spread.high] == pytest.approx(np.quantile(values, [0.25, 0.5, 0.75]))
    assert Spread.of([2.0]) == Spread(2.0, 2.0, 2.0, 1)


def test_ratios_and_shares_are_of_the_same_turn():
    turns = TurnTimings([[1.0, 3.0], [10.0, 20.0], [2.0, 8.0]], [4e9, 1e9, 2e9])
    assert turns.peer_seconds(1).median == 8.0
    assert turns.ratio(1).median == 3.0  # of 3, 2 and 4; the ratio of the medians is 4
    assert turns.rate_share(0, 2e9).median == pytest.approx(0.5)  # of 0.5, 0.2 and 0.5
    assert turns.rate == 2e9


def test_peers_take_turns_forwards_and_backwards():
    done = []
    peers = [TimedWork(lambda: done.append("a")), TimedWork(lambda: done.append("b"), scale=10)]
    turns = Stopwatch(torch.device("cpu"), 16).alternate(peers, 3)
    assert "".join(done) == "ab" + "ab" + "ba" + "ab"
    assert len(turns.seconds) == len(turns.rates) == 3
    assert min(turns.rates) > 0


def test_a_part_counts_for_the_whole():
    work = torch.nn.Linear(256, 256)
    rows = torch.ones(256, 256)
    turns = Stopwatch(torch.device("cpu"), 16).alternate(
        [TimedWork(lambda: work(rows)), TimedWork(lambda: work(rows), 1e6)], 3
    )
    assert turns.ratio(1).low > 1e3


def test_flops_of_a_product_are_known():
    a, b = torch.ones(3, 5), torch.ones(5, 7)
    assert count_flops(lambda: a @ b) == 2 * 3 * 5 * 7


def test_every_question_to_the_network_is_counted(setup):
    pack = setup.pack
    ours = Generate(id="count", pack="tiny", layout=Raster.from_pixels(setup.random_layout()), steps=4)
    theirs = msgspec.structs.replace(ours, sampler="gcdp", resamplings=5, steps=6)
    plain, resampled = (flop_counting.record_evaluations(pack, [one]) for one in (ours, theirs))
    assert plain.row_counts == [1] * 4
    assert len(resampled.row_counts) == 30
    once = count_flops(lambda: plain.last_input.evaluate(pack.network))
    assert flop_counting.sampling_flops(pack, plain) == 4 * once > 0
    assert flop_counting.sampling_flops(pack, resampled) == 30 * once


def test_the_guided_branch_is_counted(setup):
    told = Generate(id="count", pack="tiny", prompt="a car", steps=4)
    assert 2 in flop_counting.record_evaluations(setup.pack, [told]).row_counts


def test_widths_fill_the_target_in_proportion():
    def flops(widths):
        return sum(width**2 / 4**level for level, width in enumerate(widths))

    widths = peers.match_widths(flops, (1, 2, 4), 50_000, 8)
    assert all(width % 8 == 0 for width in widths)
    assert 0.97 < flops(widths) / 50_000 <= 1
    assert widths[1] / widths[0] == pytest.approx(2, rel=0.2)


def test_networks_of_diffusers_have_our_flops(setup):
    pytest.importorskip("diffusers")
    with peers.silence_diffusers():
        theirs = peers.build_diffusers_network(peers.unet_kinds(setup.pack)[1], 7e7, setup)
        shape = theirs.kind.shape
        image = torch.zeros(1, shape.input_channels, *shape.input_size, dtype=torch.bfloat16)
        counted = count_flops(lambda: theirs.network(image, 5))
        assert counted == theirs.flops == pytest.approx(7e7, rel=0.05)


def test_without_diffusers_its_row_says_how_to_get_it(setup, monkeypatch):
    monkeypatch.setitem(sys.modules, "diffusers", None)
    (row,) = peers.measure(setup).rows
    assert "--extra bench" in row.note
    assert row.seconds is None


def test_the_studio_s_lines_become_rows():
    told = "start-up to first paint          612 ms\n  request to done        490 ms\nStreet, 9 runs:\n"
    rows = studio_latency.parse_rows(told, 1e12)
    assert [(row.name, row.seconds.median) for row in rows] == [
        ("start-up to first paint", 0.612),
        ("request to done", 0.49),
    ]


def test_a_table_lines_up_and_leaves_empty_columns_out():
    rows = [
        BenchRow(name="one", seconds=Spread(0.05, 0.04, 0.06, 9)),
        BenchRow(name="the other", seconds=Spread.of([2.0])),
    ]
    lines = markdown_table(BenchResult(name="b", title="T", rows=rows))[2:]
    assert len({len(line) for line in lines}) == 1
    assert "50 ms (40 ms – 60 ms)" in lines[2]
    assert "2 s" in lines[3]
    assert lines[0].count("|") == 3


def test_quick_measures_everything_but_the_window(tiny_pack, tmp_path, capsys):
    names = ["gcdp", "diffusers", "share", "pairs", "overhead"]
    chosen = [part for name in names for part in ("--only", name)]
    with pytest.raises(SystemExit) as left:
        main(["bench", "--pack", str(tiny_pack), "--device", "cpu", "--quick", "--out", str(tmp_path), *chosen])
    assert not left.value.code
    report = msgspec.json.decode((tmp_path / "bench.json").read_bytes(), type=BenchReport)
    assert [bench.name for bench in report.benches] == names
    assert report.quick
    assert report.device
    assert report.seed == 0
    told, written = capsys.readouterr().out, (tmp_path / "bench.md").read_text("utf-8")
    for bench in report.benches:
        assert bench.rows
        for row in bench.rows:
            assert row.name in told
            assert row.name in written
            assert row.note or (row.seconds.low > 0 and row.rate > 0)
    ours, theirs = report.benches[0].rows[:2]
    assert theirs.flops == pytest.approx(ours.flops * 50 / 3)  # 10 steps of 5 draws against 3 steps
    assert ours.ratio.median == 1
