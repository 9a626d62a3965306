"""Everything that makes a sitting go on where it was, as one file: a `.diptych` project.

The file is a zip of PNG pictures, one for each plane, and `diptych.json`. Reading is strict: what is not as
it should be is named, and nothing is guessed.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

import msgspec
import numpy as np

from engine.interface.bounded_decoding import PROJECT_DOCUMENT, decode_json
from engine.interface.errors import BadFile, MalformedData
from engine.interface.picture_decoding import picture_size
from engine.interface.protocol import PackInfo, Pixels
from engine.interface.raster import decode_image, decode_layout, decode_mask, encode_image, encode_layout
from studio.domain.document import Document, DocumentStatus, GenerationMode, Plane
from studio.domain.layout import Box
from studio.domain.margins import can_grow_to
from studio.session.generation.request_builder import GenerationOptions
from studio.session.persistence.provenance import Provenance, check_frame, checked_recipe
from studio.session.persistence.request_sanitiser import sanitise_options

PROJECT_VERSION = 1
PROJECT_SUFFIX = ".diptych"
HEADER_FILE = "diptych.json"
MAX_PROJECT_BYTES = 256 * 2**20
"""What a project may hold when it is unpacked."""
COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
LAYOUT_PLANES = frozenset({Plane.PAINTED, Plane.FILLED})


class PictureState(msgspec.Struct, frozen=True, kw_only=True):
    """All that belongs to a picture except its pixels."""

    marks: DocumentStatus = DocumentStatus()
    mode: GenerationMode = GenerationMode.LAYOUT_TO_IMAGE
    options: GenerationOptions = GenerationOptions()
    live: bool = True
    awaiting: bool = False  # whether a result is still to be generated
    frame: Box | None = None  # the document's frame, if it has grown


class SnapshotOrigin(msgspec.Struct, frozen=True):
    """Where an autosaved picture belongs: its project file, whether it has changed, and the journal it starts."""

    project: str = ""
    changed: bool = False
    journal: int = 0


NO_ORIGIN = SnapshotOrigin()


@dataclass(frozen=True)
class PictureSnapshot:
    """A picture at one moment; the planes are copies, masks hold 0 and 1."""

    planes: dict[Plane, Pixels]
    state: PictureState
    provenance: Provenance | None = None
    origin: SnapshotOrigin = NO_ORIGIN

    @classmethod
    def capture(
        cls,
        document: Document,
        state: PictureState,
        provenance: Provenance | None = None,
        origin: SnapshotOrigin = NO_ORIGIN,
    ) -> PictureSnapshot:
        return cls({plane: document.pixels(plane).copy() for plane in Plane}, state, provenance, origin)

    @property
    def frame(self) -> Box:
        """Where the picture lies beside the one that it grew from."""
        height, width = self.planes[Plane.PAINTED].shape
        return self.state.frame or Box(0, 0, height, width)

    def matches(self, document: Document) -> bool:
        """Whether a document is this picture, but for its selection."""
        return document.status == self.state.marks and all(
            np.array_equal(document.pixels(plane), pixels)
            for plane, pixels in self.planes.items()
            if plane is not Plane.SELECTION
        )

    def restore(self, document: Document) -> None:
        """Make a document this picture, in its size."""
        if document.frame != self.frame:
            document.reset_frame(self.frame)
        for plane, pixels in self.planes.items():
            document.pixels(plane)[:] = pixels
        document.status = self.state.marks


class _ProjectVersion(msgspec.Struct):
    version: int


class _ProjectHeader(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    pack: str
    height: int
    width: int
    state: PictureState
    recipe: Provenance | None = None
    origin: SnapshotOrigin = NO_ORIGIN


def encode_project(snapshot: PictureSnapshot, info: PackInfo) -> bytes:
    """A project as the bytes of its file."""
    height, width = snapshot.planes[Plane.PAINTED].shape
    header = _ProjectHeader(
        version=PROJECT_VERSION,
        pack=info.name,
        height=height,
        width=width,
        state=snapshot.state,
        recipe=None if snapshot.provenance is None else msgspec.structs.replace(snapshot.provenance, left_out=()),
        origin=snapshot.origin,
    )
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(HEADER_FILE, msgspec.json.format(msgspec.json.encode(header)))
        for plane, pixels in snapshot.planes.items():
            archive.writestr(_member_name(plane), _encode_plane(plane, pixels, info))
    return data.getvalue()


def decode_project(data: bytes, info: PackInfo, name: str) -> PictureSnapshot:
    """A project from the bytes of its file, which errors call by its name. Raises BadFile."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _decode_archive(archive, info, name)
    except (zipfile.BadZipFile, EOFError, RuntimeError, OSError, zlib.error, NotImplementedError) as error:
        raise BadFile(f"{name} is no whole Diptych project ({error}).", "Take another copy of it.") from error
    except (MalformedData, KeyError, ValueError, OverflowError) as error:
        reason = error.reason if isinstance(error, MalformedData) else error
        raise BadFile(f"{name} cannot be read as a Diptych project: {reason}.", "Take another copy of it.") from error


def _decode_archive(archive: zipfile.ZipFile, info: PackInfo, name: str) -> PictureSnapshot:
    if sum(member.file_size for member in archive.infolist()) > MAX_PROJECT_BYTES:
        raise BadFile(f"{name} holds more than {MAX_PROJECT_BYTES // 2**20} MiB.", "This is no project of Diptych's.")
    if any(member.compress_type not in COMPRESSIONS for member in archive.infolist()):
        raise BadFile(f"{name} is packed in a way that Diptych does not use.", "This is no project of Diptych's.")
    text = archive.read(HEADER_FILE)
    version = decode_json(text, _ProjectVersion, PROJECT_DOCUMENT).version
    if version > PROJECT_VERSION:
        raise BadFile(f"{name} was saved by a newer Diptych.", "Open it with that one.")
    header = decode_json(text, _ProjectHeader, PROJECT_DOCUMENT)
    if header.pack != info.name:
        raise BadFile(f"{name} was made with the pack “{header.pack}”.", f"Choose that pack; here is “{info.name}”.")
    if not can_grow_to(header.height, header.width, (info.height, info.width)):
        raise BadFile(
            f"{name} is {header.width}×{header.height}, the pack “{info.name}” makes {info.width}×{info.height}.",
            "Open it with the version of the pack that it was made with.",
        )
    frame = header.state.frame
    if frame and (frame.height, frame.width) != (header.height, header.width):
        raise ValueError("its frame has another size than the project")
    check_frame(frame or Box(0, 0, header.height, header.width), header.state.marks)
    planes = {plane: _decode_plane(plane, archive, info, name, (header.height, header.width)) for plane in Plane}
    state = msgspec.structs.replace(header.state, options=sanitise_options(header.state.options))
    return PictureSnapshot(planes, state, _recipe_of(header, info), header.origin)


def _recipe_of(head: _ProjectHeader, info: PackInfo) -> Provenance | None:
    """How the picture was made; None for what no pack can have made, without which the picture is still whole."""
    try:
        return None if head.recipe is None else checked_recipe(head.recipe, info)
    except ValueError:
        return None


def _member_name(plane: Plane) -> str:
    return f"{plane.value}.png"


def _encode_plane(plane: Plane, pixels: Pixels, info: PackInfo) -> bytes:
    if plane in LAYOUT_PLANES:
        return encode_layout(pixels, info.classes)
    return encode_image(pixels if plane is Plane.IMAGE else pixels * 255)


def _decode_plane(plane: Plane, archive: zipfile.ZipFile, info: PackInfo, name: str, size: tuple[int, int]) -> Pixels:
    data, member_label = archive.read(_member_name(plane)), f"{_member_name(plane)} in {name}"
    if picture_size(data, member_label, ("PNG",)) != size:
        raise BadFile(f"{member_label} has another size than the project.", "Take another copy of it.")
    if plane in LAYOUT_PLANES:
        return decode_layout(data, info.classes, member_label)
    if plane is Plane.IMAGE:
        return decode_image(data, member_label)
    mask: Pixels = (decode_mask(data, member_label) > 0).astype(np.uint8)
    return mask
