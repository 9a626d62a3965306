"""All errors that the engine reports to a person, in one tree.

EngineError
├── BadRequest          the request cannot be drawn
│   ├── BadSize         "bad_size"       wrong height, width or channels
│   ├── BadClass        "bad_class"      a class that the pack does not have
│   ├── NothingGiven    "nothing_given"  no layout, no image and no prompt
│   └── NothingToDo     "nothing_to_do"  both halves are given completely
├── BadFrame            "bad_frame"      bytes on the wire that are not a message
├── MalformedData       "malformed_data" text or bytes that break their form or its limits
├── BadFile             "bad_file"       a file that cannot be read or written
├── BadPack             "bad_pack"       a pack that is broken
│   └── UnknownPack     "unknown_pack"   a pack that is not installed
├── BadConfig           "bad_config"     a training configuration that is not valid
├── NoDevice            "no_device"      the device is not available
├── OutOfMemory         "out_of_memory"
└── Internal            "internal"       a bug in the engine; the details are in its log
"""

from __future__ import annotations

import re
from typing import ClassVar

MAX_MESSAGE = 300
"""Characters of a sentence: it may repeat what a file or a frame held. Both of its ends stay."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, which move a terminal's cursor, and those that turn the direction of writing."""


class EngineError(Exception):
    """What went wrong, and what to do next; `code` names the kind on the wire."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = shortened(message), shortened(hint)
        super().__init__(self.message)

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


class MalformedData(EngineError):
    """`reason` says what is wrong, for the sentence of who knows what was read."""

    code = "malformed_data"

    def __init__(self, reason: str) -> None:
        super().__init__(f"What was read is malformed: {reason}.", "Take another copy of it.")
        self.reason = shortened(reason)


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


def shortened(text: str) -> str:
    """A sentence that can be shown: of `MAX_MESSAGE` characters at most, without control characters."""
    if len(text) > MAX_MESSAGE:
        tail = MAX_MESSAGE // 3
        text = f"{text[: MAX_MESSAGE - tail - 3]} … {text[-tail:]}"
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
