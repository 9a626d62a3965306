"""Whatever is raised becomes one typed error with a next step."""

from __future__ import annotations

import pytest
import torch

from engine.interface.error_messages import to_engine_error
from engine.interface.errors import BadClass, InternalError, OutOfMemory


def test_a_typed_error_stays_itself():
    error = BadClass("There is no class 7.", "Use 0 to 3.")
    assert to_engine_error(error, "32×64 pixels") is error


def test_memory_that_torch_cannot_get_is_out_of_memory(capfd):
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**58)
    for error in (caught.value, MemoryError(), torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")):
        told = to_engine_error(error, "4096×4096 pixels")
        assert type(told) is OutOfMemory
        assert str(told) == "There is not enough memory for 4096×4096 pixels. Try a smaller size."
    assert "Traceback" not in capfd.readouterr().err


def test_anything_else_is_ours_and_logged_whole(capfd):
    try:
        {}["a key\nin two lines"]
    except KeyError as error:
        told = to_engine_error(error, "32×64 pixels")
    assert type(told) is InternalError
    assert "KeyError" in told.message
    assert "\n" not in told.message
    assert "test_anything_else_is_ours" in capfd.readouterr().err
