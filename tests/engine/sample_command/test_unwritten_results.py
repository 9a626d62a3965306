"""A result whose files cannot all be written is none: no image without its layout, no record of others."""

from __future__ import annotations

import numpy as np
import pytest

from engine.cli import main
from engine.interface.raster import write_image


def draw(pack, layout, out):
    where = ["--pack", str(pack), "--layout", str(layout), "--out", str(out)]
    main(["sample", *where, "--steps", "1", "--device", "cpu"])


@pytest.mark.parametrize("blocked", ["street_image.png", "street_layout.png", "street.json"])
def test_what_was_written_of_a_result_goes_with_what_cannot_be(tiny_pack, tmp_path, blocked, capsys):
    out = tmp_path / "out"
    (out / blocked / "inside").mkdir(parents=True)
    write_image(tmp_path / "street.png", np.full((32, 64, 3), (0x80, 0x40, 0x80), np.uint8))
    with pytest.raises(SystemExit):
        draw(tiny_pack, tmp_path / "street.png", out)
    assert "cannot be written" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == [blocked]
