"""Every error that the engine reports to a person, as one tree.

EngineError
├── BadRequest          the request cannot be drawn
│   ├── BadSize         "bad_size"       wrong height, width or channels
│   ├── BadClass        "bad_class"      a class id that the pack does not have
│   ├── NothingGiven    "nothing_given"  no layout, no image and no prompt
│   └── NothingToDo     "nothing_to_do"  both halves are given completely
├── BadFrame            "bad_frame"      bytes on the wire that are no message
├── BadFile             "bad_file"       a file that cannot be read or written
├── BadPack             "bad_pack"       a pack that is broken
│   └── UnknownPack     "unknown_pack"   a pack that is not here
├── BadConfig           "bad_config"     a training configuration that makes no sense
├── NoDevice            "no_device"      the device asked for is not here
├── OutOfMemory         "out_of_memory"
└── Internal            "internal"       our bug; the sentence says where the report is
"""

from __future__ import annotations

from typing import ClassVar


class EngineError(Exception):
    """What went wrong, and what to do next; `code` names the kind on the wire."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadRequest(EngineError):
    code = "bad_request"


class BadSize(BadRequest):
    code = "bad_size"


class BadClass(BadRequest):
    code = "bad_class"


class NothingGiven(BadRequest):
    code = "nothing_given"


class NothingToDo(BadRequest):
    code = "nothing_to_do"


class BadFrame(EngineError):
    code = "bad_frame"


class BadFile(EngineError):
    code = "bad_file"


class BadPack(EngineError):
    code = "bad_pack"


class UnknownPack(BadPack):
    code = "unknown_pack"


class BadConfig(EngineError):
    code = "bad_config"


class NoDevice(EngineError):
    code = "no_device"


class OutOfMemory(EngineError):
    code = "out_of_memory"


class InternalError(EngineError):
    code = "internal"
