"""export.json: the order that an export folder was begun with, and the digests of its inputs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.interface.bounded_decoding import PROJECT_DOCUMENT, decode_json
from engine.interface.bounded_files import read_bounded, unlinked
from engine.interface.dataset.export_order import ExportOrder
from engine.interface.errors import BadFile, BadRequest, MalformedData

HEADER_FILE = "export.json"


class ExportHeader(msgspec.Struct, frozen=True, kw_only=True):
    """Contents of export.json: the order, and the SHA-256 of the pack and of the sources when the export began."""

    version: str
    order: ExportOrder
    pack_sha256: str
    sources_sha256: str


def read_header(folder: Path) -> ExportHeader:
    """Reads the header of an export folder. Raises BadFile."""
    try:
        data = read_bounded(unlinked(folder, HEADER_FILE), PROJECT_DOCUMENT.length)
        return decode_json(data, ExportHeader, PROJECT_DOCUMENT, _decode_path)
    except (BadFile, MalformedData) as error:
        reason = error.reason if isinstance(error, MalformedData) else error.message.rstrip(".")
        raise BadFile(
            f"{folder} holds no export ({reason}).", "Give the folder that an export was written to."
        ) from error


def header_json(header: ExportHeader) -> bytes:
    """Encodes a header as export.json holds it."""
    return msgspec.json.format(msgspec.json.encode(header, enc_hook=str), indent=1) + b"\n"


def check_resumable(old: ExportHeader, new: ExportHeader, folder: Path) -> None:
    """Raises BadRequest if an export begun with `old` would draw other pairs when it goes on with `new`."""
    if old.pack_sha256 != new.pack_sha256:
        raise BadRequest(
            f"The pack “{new.order.pack}” is not the one that {folder} was begun with.",
            "Bring that pack back, or export to a new folder.",
        )
    for field in msgspec.structs.fields(ExportOrder):
        before, now = (getattr(header.order, field.name) for header in (old, new))
        if before != now and not isinstance(before, Path):
            raise BadRequest(
                f"{folder} was begun with another {field.name.replace('_', ' ')}.",
                "Go on with the options that it was begun with, or export to a new folder.",
            )
    if old.sources_sha256 != new.sources_sha256:
        raise BadRequest(
            f"The captions, targets or pictures given are not those that {folder} was begun with.",
            "Bring them back, or export to a new folder.",
        )


def _decode_path(kind: type, value: object) -> object:
    return kind(str(value))
