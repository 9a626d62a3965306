"""The provenance of a result: its whole request and the picture after it, as one JSON text.

It is stored beside every result and inside every PNG that is saved or dragged out of the studio.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from typing import Annotated

import msgspec
import numpy as np

from engine.interface.bounded_decoding import PROJECT_DOCUMENT, decode_json
from engine.interface.errors import BadFile, MalformedData
from engine.interface.protocol import UNKNOWN, Generate, PackInfo, Pixels, Raster
from studio.domain.document import Document, DocumentStatus, GenerationMode, Plane
from studio.domain.layout import Box, overlay_layout
from studio.domain.margins import can_grow_to
from studio.session.persistence.request_sanitiser import sanitise_request

PROVENANCE_VERSION = 1
STORED_PLANES = (Plane.PAINTED, Plane.FILLED, Plane.KEEP_LAYOUT, Plane.KEEP_IMAGE)
"""The planes of a recipe; the image is the picture that it comes with."""
REQUEST_RASTERS = ("layout", "keep_layout", "keep_image")
MAX_TIME = 253_402_300_799.0
"""The end of the year 9999, in seconds since 1970."""
MAX_OFFSET = 2**20
"""How far a picture may lie from the one that it grew from, in pixels."""
SideLength = Annotated[int, msgspec.Meta(ge=1, le=4096)]


class CompressedPlane(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """uint8 [height, width], compressed."""

    height: SideLength
    width: SideLength
    data: bytes

    @classmethod
    def compress(cls, pixels: Pixels) -> CompressedPlane:
        height, width = pixels.shape
        return cls(height, width, zlib.compress(np.ascontiguousarray(pixels).tobytes()))

    def pixels(self) -> Pixels:
        """Raises ValueError if it is damaged."""
        unpacker, size = zlib.decompressobj(), self.height * self.width
        try:
            data = unpacker.decompress(self.data, size)
        except zlib.error as error:
            raise ValueError(str(error)) from error
        if len(data) != size or not unpacker.eof:
            raise ValueError("a plane of another size than it says")
        return np.frombuffer(data, np.uint8).reshape(self.height, self.width)


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """`request` is without its pixels, which are in `given`, but for its image, which is the one that was made."""

    version: int
    mode: GenerationMode
    request: Generate
    given: dict[str, CompressedPlane]
    has_image: bool
    marks: DocumentStatus
    planes: dict[Plane, CompressedPlane]
    image: str  # the digest of the image
    made: float  # seconds since 1970
    frame: Box | None = None  # where the picture lies, if it has grown
    small: tuple[
        CompressedPlane, ...
    ] = ()  # red, green and blue of the image, where the recipe comes with its full size
    left_out: tuple[str, ...] = ()  # guides that its file asked for and that no file may bring; never written

    @classmethod
    def of_result(cls, mode: GenerationMode, request: Generate, document: Document) -> Provenance:
        """The recipe of a result that this document has just taken in."""
        pixelless = msgspec.structs.replace(
            request, layout=None, image=None, keep_layout=None, keep_image=None, full=None
        )
        rasters = {name: getattr(request, name) for name in REQUEST_RASTERS}
        return cls(
            version=PROVENANCE_VERSION,
            mode=mode,
            request=pixelless,
            given={
                name: CompressedPlane.compress(raster.pixels())
                for name, raster in rasters.items()
                if raster is not None
            },
            has_image=request.image is not None,
            marks=document.status,
            planes={plane: CompressedPlane.compress(document.pixels(plane)) for plane in STORED_PLANES},
            image=image_digest(document.image),
            made=time.time(),
            frame=document.frame,
        )

    @property
    def frame_box(self) -> Box:
        """Where the picture lies beside the one that it grew from."""
        packed = self.planes[Plane.PAINTED]
        return self.frame or Box(0, 0, packed.height, packed.width)

    def layout(self) -> Pixels:
        """Ids [H, W] of the result."""
        return overlay_layout(self.planes[Plane.PAINTED].pixels(), self.planes[Plane.FILLED].pixels())

    def with_original(self, image: Pixels) -> Provenance:
        """The same for a file that holds the image [H, W, 3] at full size."""
        return msgspec.structs.replace(
            self, small=tuple(CompressedPlane.compress(image[..., channel]) for channel in range(3))
        )

    def original_image(self, image: Pixels) -> Pixels | None:
        """The image that was made, from the one [H, W, 3] that the recipe came with; None if that is another one."""
        original = np.stack([packed.pixels() for packed in self.small], 2) if self.small else image
        return original if image_digest(original) == self.image else None

    def complete_request(self, image: Pixels) -> Generate:
        """The request with all its pixels: the same result again. `image` [H, W, 3] is the one that it made."""
        rasters = {name: Raster.from_pixels(packed.pixels()) for name, packed in self.given.items()}
        if self.has_image:
            rasters["image"] = Raster.from_pixels(np.ascontiguousarray(image))
        return msgspec.structs.replace(self.request, **rasters)

    def restore(self, document: Document, image: Pixels) -> None:
        """Make a document what it was after the result, in the size that it had."""
        if document.frame != self.frame_box:
            document.reset_frame(self.frame_box)
        pixels = {plane: packed.pixels() for plane, packed in self.planes.items()}
        document.set_planes(
            painted=pixels[Plane.PAINTED],
            filled=pixels[Plane.FILLED],
            image=image,
            keep_layout=pixels[Plane.KEEP_LAYOUT] > 0,
            keep_image=pixels[Plane.KEEP_IMAGE] > 0,
            status=self.marks,
        )

    def to_json(self) -> str:
        """As JSON."""
        return msgspec.json.encode(msgspec.structs.replace(self, left_out=())).decode()


def read_provenance(text: str | bytes, info: PackInfo, name: str) -> Provenance:
    """A checked recipe of this pack, from the file of that name, without what no file may bring. Raises BadFile."""
    try:
        version = decode_json(text, _ProvenanceVersion, PROJECT_DOCUMENT).version
        if version > PROVENANCE_VERSION:
            raise BadFile(f"The request in {name} comes from a newer Diptych.", "Open it with that one.")
        provenance = checked_recipe(decode_json(text, Provenance, PROJECT_DOCUMENT), info)
    except (MalformedData, ValueError) as error:
        reason = error.reason if isinstance(error, MalformedData) else str(error)
        raise BadFile(
            f"The request in {name} cannot be read: {reason}.", "Its picture can still be opened."
        ) from error
    if provenance.request.pack != info.name:
        raise BadFile(
            f"{name} was made with the pack “{provenance.request.pack}”.", f"Open it there; here is “{info.name}”."
        )
    return provenance


def checked_recipe(recipe: Provenance, info: PackInfo) -> Provenance:
    """A recipe from a file, without what no file may bring. Raises ValueError for one that this pack cannot have."""
    _check_provenance(recipe, info)
    request, left_out = sanitise_request(recipe.request)
    return msgspec.structs.replace(recipe, request=request, left_out=left_out)


def image_digest(pixels: Pixels) -> str:
    """What tells one image from another."""
    return hashlib.blake2b(np.ascontiguousarray(pixels).data, digest_size=16).hexdigest()


class _ProvenanceVersion(msgspec.Struct):
    version: int


def _check_provenance(provenance: Provenance, info: PackInfo) -> None:
    size = (provenance.frame_box.height, provenance.frame_box.width)
    if set(provenance.planes) != set(STORED_PLANES) or not set(provenance.given) <= set(REQUEST_RASTERS):
        raise ValueError("its planes are not those of a recipe")
    if not can_grow_to(*size, (info.height, info.width)):
        raise ValueError(f"it is {size[1]}×{size[0]} and not {info.width}×{info.height}")
    check_frame(provenance.frame_box, provenance.marks)
    if not 0 <= provenance.made <= MAX_TIME:
        raise ValueError("it was made at no time")
    if len(provenance.small) not in (0, 3):
        raise ValueError("its image has not three channels")
    for packed in (*provenance.planes.values(), *provenance.given.values(), *provenance.small):
        if (packed.height, packed.width) != size:
            raise ValueError(f"its planes are {size[1]}×{size[0]} and {packed.width}×{packed.height}")
        packed.pixels()
    ids = np.union1d(provenance.planes[Plane.PAINTED].pixels(), provenance.planes[Plane.FILLED].pixels())
    unknown_ids = ids[(ids >= len(info.classes)) & (ids != UNKNOWN)]
    if unknown_ids.size:
        raise ValueError(f"it holds the class id {unknown_ids[0]}, which the pack does not have")


def check_frame(frame: Box, marks: DocumentStatus) -> None:
    """Raise ValueError for a place that no picture has, or a drawn part that does not lie in it."""
    if max(map(abs, frame)) > MAX_OFFSET:
        raise ValueError(f"it lies at {frame.top}, {frame.left}")
    drawn = marks.drawn
    if drawn is not None and (drawn.is_empty or drawn != drawn.clipped(frame.height, frame.width)):
        raise ValueError("a part of it that is drawn lies outside of it")
