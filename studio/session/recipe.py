"""How a result was made: its whole request and what the picture was after it, in one JSON text.

It lies beside every result on disk, and travels in every PNG that is saved or dragged out of the studio.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from typing import Annotated

import msgspec
import numpy as np

from engine.errors import BadFile
from engine.protocol import UNKNOWN, Generate, PackInfo, Pixels, Raster
from studio.domain.document import Document, Marks, Mode, Plane
from studio.domain.frame import can_grow_to
from studio.domain.layout import Box, over

VERSION = 1
KEPT = (Plane.PAINTED, Plane.FILLED, Plane.KEEP_LAYOUT, Plane.KEEP_IMAGE)
"""The planes of a recipe; the image is the picture that it comes with."""
RASTERS = ("layout", "keep_layout", "keep_image")
Side = Annotated[int, msgspec.Meta(ge=1, le=4096)]


class Packed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """uint8 [height, width], compressed."""

    height: Side
    width: Side
    data: bytes

    @classmethod
    def of(cls, pixels: Pixels) -> Packed:
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


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """`request` is without its pixels, which are in `given`, but for its image, which is the one that was made."""

    version: int
    mode: Mode
    request: Generate
    given: dict[str, Packed]
    has_image: bool
    marks: Marks
    planes: dict[Plane, Packed]
    image: str  # the digest of the image
    made: float  # seconds since 1970
    frame: Box | None = None  # where the picture lies, if it has grown
    small: tuple[Packed, ...] = ()  # red, green and blue of the image, where the recipe comes with its full size

    @classmethod
    def of(cls, mode: Mode, request: Generate, document: Document) -> Recipe:
        """The recipe of a result that this document has just taken in."""
        bare = msgspec.structs.replace(request, layout=None, image=None, keep_layout=None, keep_image=None)
        rasters = {name: getattr(request, name) for name in RASTERS}
        return cls(
            version=VERSION,
            mode=mode,
            request=bare,
            given={name: Packed.of(raster.pixels()) for name, raster in rasters.items() if raster is not None},
            has_image=request.image is not None,
            marks=document.marks,
            planes={plane: Packed.of(document.pixels(plane)) for plane in KEPT},
            image=digest(document.image),
            made=time.time(),
            frame=document.frame,
        )

    @property
    def place(self) -> Box:
        """Where the picture lies beside the one that it grew from."""
        packed = self.planes[Plane.PAINTED]
        return self.frame or Box(0, 0, packed.height, packed.width)

    def layout(self) -> Pixels:
        """Ids [H, W] of the result."""
        return over(self.planes[Plane.PAINTED].pixels(), self.planes[Plane.FILLED].pixels())

    def beside_full(self, image: Pixels) -> Recipe:
        """The same for a file that holds the image [H, W, 3] at full size."""
        return msgspec.structs.replace(self, small=tuple(Packed.of(image[..., channel]) for channel in range(3)))

    def made_image(self, image: Pixels) -> Pixels | None:
        """The image that was made, from the one [H, W, 3] that the recipe came with; None if that is another one."""
        made = np.stack([packed.pixels() for packed in self.small], 2) if self.small else image
        return made if digest(made) == self.image else None

    def whole(self, image: Pixels) -> Generate:
        """The request with all its pixels: the same result again. `image` [H, W, 3] is the one that it made."""
        rasters = {name: Raster.of(packed.pixels()) for name, packed in self.given.items()}
        if self.has_image:
            rasters["image"] = Raster.of(np.ascontiguousarray(image))
        return msgspec.structs.replace(self.request, **rasters)

    def restore(self, document: Document, image: Pixels) -> None:
        """Make a document what it was after the result, in the size that it had."""
        if document.frame != self.place:
            document.reframe(self.place)
        pixels = {plane: packed.pixels() for plane, packed in self.planes.items()}
        document.change(
            painted=pixels[Plane.PAINTED],
            filled=pixels[Plane.FILLED],
            image=image,
            keep_layout=pixels[Plane.KEEP_LAYOUT] > 0,
            keep_image=pixels[Plane.KEEP_IMAGE] > 0,
            marks=self.marks,
        )

    def text(self) -> str:
        """As JSON."""
        return msgspec.json.encode(self).decode()


def read_recipe(text: str | bytes, info: PackInfo, name: str) -> Recipe:
    """A checked recipe of this pack, from the file of that name. Raises BadFile."""
    try:
        version = msgspec.json.decode(text, type=_Version).version
        if version > VERSION:
            raise BadFile(f"The request in {name} comes from a newer Diptych.", "Open it with that one.")
        recipe = msgspec.json.decode(text, type=Recipe)
        _check(recipe, info)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise BadFile(f"The request in {name} cannot be read: {error}.", "Its picture can still be opened.") from error
    if recipe.request.pack != info.name:
        raise BadFile(
            f"{name} was made with the pack “{recipe.request.pack}”.", f"Open it there; here is “{info.name}”."
        )
    return recipe


def after(document: Document, mode: Mode, image: Pixels, layout: Pixels) -> Document:
    """A copy of a document that has taken in a result: RGB [H, W, 3] and ids [H, W]."""
    copy = copy_of(document)
    copy.take_result(mode, image, layout)
    return copy


def copy_of(document: Document) -> Document:
    """Another document with the same picture."""
    copy = Document(document.height, document.width)
    copy.frame = document.frame
    for plane in Plane:
        copy.pixels(plane)[:] = document.pixels(plane)
    copy.marks = document.marks
    return copy


def digest(pixels: Pixels) -> str:
    """What tells one image from another."""
    return hashlib.blake2b(np.ascontiguousarray(pixels).data, digest_size=16).hexdigest()


class _Version(msgspec.Struct):
    version: int


def _check(recipe: Recipe, info: PackInfo) -> None:
    size = (recipe.place.height, recipe.place.width)
    if set(recipe.planes) != set(KEPT) or not set(recipe.given) <= set(RASTERS):
        raise ValueError("its planes are not those of a recipe")
    if not can_grow_to(*size, (info.height, info.width)):
        raise ValueError(f"it is {size[1]}×{size[0]} and not {info.width}×{info.height}")
    if len(recipe.small) not in (0, 3):
        raise ValueError("its image has not three channels")
    for packed in (*recipe.planes.values(), *recipe.given.values(), *recipe.small):
        if (packed.height, packed.width) != size:
            raise ValueError(f"its planes are {size[1]}×{size[0]} and {packed.width}×{packed.height}")
        packed.pixels()
    ids = np.union1d(recipe.planes[Plane.PAINTED].pixels(), recipe.planes[Plane.FILLED].pixels())
    stray = ids[(ids >= len(info.classes)) & (ids != UNKNOWN)]
    if stray.size:
        raise ValueError(f"it holds the class id {stray[0]}, which the pack does not have")
