"""Everything that makes a sitting go on where it was, as one file: a `.diptych` project.

The file is a zip of PNG pictures, one for each plane, and `diptych.json`. Reading is strict: what is not as
it should be is named, and nothing is guessed.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO

import msgspec
import numpy as np

from engine.errors import BadFile
from engine.protocol import PackInfo, Pixels
from engine.raster import decode_image, decode_layout, decode_mask, encode_image, encode_layout
from studio.domain.document import Document, Marks, Mode, Plane
from studio.domain.frame import can_grow_to
from studio.domain.layout import Box
from studio.session.recipe import Recipe
from studio.session.requests import Options

VERSION = 1
SUFFIX = ".diptych"
HEAD = "diptych.json"
MAX_BYTES = 256 * 2**20
"""What a project may hold when it is unpacked."""
LAYOUTS = frozenset({Plane.PAINTED, Plane.FILLED})


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture is beside its pixels."""

    marks: Marks = Marks()
    mode: Mode = Mode.LAYOUT_TO_IMAGE
    options: Options = Options()
    live: bool = True
    awaiting: bool = False  # a result that is still to be made
    frame: Box | None = None  # where the picture lies, if it has grown


class Origin(msgspec.Struct, frozen=True):
    """Of a picture that was kept by itself: the project it belongs to, and whether it has changed since."""

    project: str = ""
    changed: bool = False
    journal: int = 0


NOWHERE = Origin()


@dataclass(frozen=True)
class Snapshot:
    """A picture at one moment; the planes are copies, masks hold 0 and 1."""

    planes: dict[Plane, Pixels]
    state: State
    recipe: Recipe | None = None
    origin: Origin = NOWHERE

    @classmethod
    def of(cls, document: Document, state: State, recipe: Recipe | None = None, origin: Origin = NOWHERE) -> Snapshot:
        return cls({plane: document.pixels(plane).copy() for plane in Plane}, state, recipe, origin)

    @property
    def frame(self) -> Box:
        """Where the picture lies beside the one that it grew from."""
        height, width = self.planes[Plane.PAINTED].shape
        return self.state.frame or Box(0, 0, height, width)

    def shows(self, document: Document) -> bool:
        """Whether a document is this picture, but for its selection."""
        return document.marks == self.state.marks and all(
            np.array_equal(document.pixels(plane), pixels)
            for plane, pixels in self.planes.items()
            if plane is not Plane.SELECTION
        )

    def restore(self, document: Document) -> None:
        """Make a document this picture, in its size."""
        if document.frame != self.frame:
            document.reframe(self.frame)
        for plane, pixels in self.planes.items():
            document.pixels(plane)[:] = pixels
        document.marks = self.state.marks


class _Version(msgspec.Struct):
    version: int


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    pack: str
    height: int
    width: int
    state: State
    recipe: Recipe | None = None
    origin: Origin = NOWHERE


def encode(snapshot: Snapshot, info: PackInfo) -> bytes:
    """A project as the bytes of its file."""
    height, width = snapshot.planes[Plane.PAINTED].shape
    head = _Head(
        version=VERSION,
        pack=info.name,
        height=height,
        width=width,
        state=snapshot.state,
        recipe=snapshot.recipe,
        origin=snapshot.origin,
    )
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(HEAD, msgspec.json.format(msgspec.json.encode(head)))
        for plane, pixels in snapshot.planes.items():
            archive.writestr(_member(plane), _encoded(plane, pixels, info))
    return data.getvalue()


def decode(data: bytes, info: PackInfo, name: str) -> Snapshot:
    """A project from the bytes of its file, which errors call by its name. Raises BadFile."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _decode(archive, info, name)
    except (zipfile.BadZipFile, EOFError, RuntimeError, OSError) as error:
        raise BadFile(f"{name} is no whole Diptych project ({error}).", "Take another copy of it.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise BadFile(f"{name} cannot be read as a Diptych project: {error}.", "Take another copy of it.") from error


def _decode(archive: zipfile.ZipFile, info: PackInfo, name: str) -> Snapshot:
    if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
        raise BadFile(f"{name} holds more than {MAX_BYTES // 2**20} MiB.", "This is no project of Diptych's.")
    text = archive.read(HEAD)
    version = msgspec.json.decode(text, type=_Version).version
    if version > VERSION:
        raise BadFile(f"{name} was saved by a newer Diptych.", "Open it with that one.")
    head = msgspec.json.decode(text, type=_Head)
    if head.pack != info.name:
        raise BadFile(f"{name} was made with the pack “{head.pack}”.", f"Choose that pack; here is “{info.name}”.")
    if not can_grow_to(head.height, head.width, (info.height, info.width)):
        raise BadFile(
            f"{name} is {head.width}×{head.height}, the pack “{info.name}” makes {info.width}×{info.height}.",
            "Open it with the version of the pack that it was made with.",
        )
    planes = {plane: _decoded(plane, archive, info, name) for plane in Plane}
    for plane, pixels in planes.items():
        if pixels.shape[:2] != (head.height, head.width):
            raise BadFile(f"{_member(plane)} in {name} has another size than the project.", "Take another copy of it.")
    frame = head.state.frame
    if frame and (frame.height, frame.width) != (head.height, head.width):
        raise ValueError("its frame has another size than the project")
    return Snapshot(planes, head.state, head.recipe, head.origin)


def _member(plane: Plane) -> str:
    return f"{plane.value}.png"


def _encoded(plane: Plane, pixels: Pixels, info: PackInfo) -> bytes:
    if plane in LAYOUTS:
        return encode_layout(pixels, info.classes)
    return encode_image(pixels if plane is Plane.IMAGE else pixels * 255)


def _decoded(plane: Plane, archive: zipfile.ZipFile, info: PackInfo, name: str) -> Pixels:
    data, called = archive.read(_member(plane)), f"{_member(plane)} in {name}"
    if plane in LAYOUTS:
        return decode_layout(data, info.classes, called)
    if plane is Plane.IMAGE:
        return decode_image(data, called)
    mask: Pixels = (decode_mask(data, called) > 0).astype(np.uint8)
    return mask
