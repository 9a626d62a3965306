"""The document: what a person painted or opened, what was generated, and how both are shown.

The rules:

- What a person painted is in `painted`. It is always given to the engine, and no generated layout changes it.
- Layout → Image: the engine fills the pixels that are still unknown. This guess, `filled`, is shown beneath the
  paint, dimmed and hatched. It is replaced after the next stroke, whose request again gives only the painted pixels.
  “Keep” makes the guess painted.
- Image → Layout and Text → Both: the generated layout is what was requested (`fill_whole`), so it is shown plainly.
  A stroke or Layout → Image first makes all of it painted, so that a car is painted into that street.
- Image → Layout treats paint on the layout as a correction. Text → Both starts from the prompt alone: its result
  replaces both halves, and one undo brings them back.
- `keep_image` and `keep_layout` mark the pixels of a half that are given in every mode, so that no result changes
  them. An opened photograph is kept as a whole. Painting a class over it in Layout → Image releases just the pixels
  that were painted over, so only those are redrawn.
- Text → Both draws both halves, so it ignores a half that is kept as a whole.
- Opening a photograph starts a new picture whose layout is unknown. This can be undone, too.
- Extending a picture keeps all that it shows in both halves. The new margin is unknown in both, so the engine draws
  only that, in every mode. Until then `drawn` is the part that has an image. What is painted over in the older part is
  redrawn, as in a photograph, and what is erased from its layout is no longer kept.
- A new picture, or one that is opened from elsewhere, has the pack's size again.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

import numpy as np

from engine.interface.protocol import UNKNOWN, Pixels
from studio.domain.layout import Box, Mask, overlay_layout, unknown_layout
from studio.domain.margins import CanvasMargins


class GenerationMode(enum.StrEnum):
    """Which half is generated from which."""

    LAYOUT_TO_IMAGE = "layout_to_image"
    IMAGE_TO_LAYOUT = "image_to_layout"
    TEXT_TO_BOTH = "text_to_both"


class ImageKind(enum.StrEnum):
    """Where the image half comes from."""

    NONE = "none"
    GIVEN = "given"
    GENERATED = "generated"


class Plane(enum.StrEnum):
    """The pixel planes of a document: two of ids, one of RGB, and three masks."""

    PAINTED = "painted"
    FILLED = "filled"
    IMAGE = "image"
    KEEP_LAYOUT = "keep_layout"
    KEEP_IMAGE = "keep_image"
    SELECTION = "selection"


class PictureHalf(enum.Enum):
    """The two halves of a picture."""

    LAYOUT = enum.auto()
    IMAGE = enum.auto()


@dataclass(frozen=True)
class DocumentStatus:
    """What the planes mean; see the module."""

    image: ImageKind = ImageKind.NONE
    fill_whole: bool = False
    drawn: Box | None = None  # the part that has an image, if only a part has


class Document:
    """A picture of [height, width] pixels; see the module for what its planes mean.

    Every plane is uint8 or bool [H, W], the image uint8 [H, W, 3]. They are changed in place and remain the same
    arrays while the size does not change. `frame` is the picture's box in the coordinates it had before it grew.
    """

    def __init__(self, height: int, width: int) -> None:
        self.status = DocumentStatus()
        self.reset_frame(Box(0, 0, height, width))

    @property
    def height(self) -> int:
        return self.frame.height

    @property
    def width(self) -> int:
        return self.frame.width

    def reset_frame(self, frame: Box) -> None:
        """Set another position or size, with blank planes. The status does not change."""
        height, width = frame.height, frame.width
        self.frame = frame
        self.painted = unknown_layout(height, width)
        self.filled = unknown_layout(height, width)
        self.image = np.zeros((height, width, 3), np.uint8)
        self.keep_layout: Mask = np.zeros((height, width), np.bool_)
        self.keep_image: Mask = np.zeros((height, width), np.bool_)
        self.selection: Mask = np.zeros((height, width), np.bool_)

    def reset_to_size(self, height: int, width: int) -> bool:
        """Start a new picture if the size is another one. Returns whether it did, so that all planes are blank."""
        if (self.height, self.width) == (height, width):
            return False
        self.status = DocumentStatus()
        self.reset_frame(Box(0, 0, height, width))
        return True

    def extend(self, margins: CanvasMargins) -> None:
        """Add unknown canvas around the picture and keep all that it shows."""
        old = {plane: self.pixels(plane) for plane in Plane}
        inner = Box(margins.top, margins.left, margins.top + self.height, margins.left + self.width)
        known, has_image, image_box = self.visible_layout() != UNKNOWN, self.image_mask(), self.status.drawn
        self.reset_frame(margins.expand(self.frame))
        for plane, pixels in old.items():
            self.pixels(plane)[inner.slices] = pixels
        self.keep_layout[inner.slices] = known
        self.keep_image[inner.slices] = has_image
        if self.status.image is not ImageKind.NONE:
            shown = image_box.moved(margins.top, margins.left) if image_box else inner
            self.status = replace(self.status, drawn=shown)

    def image_mask(self) -> Mask:
        """The mask [H, W] of the pixels that have an image."""
        mask = np.full((self.height, self.width), self.status.image is not ImageKind.NONE)
        if self.status.drawn is not None:
            mask &= self.status.drawn.to_mask(self.height, self.width)
        return mask

    def visible_layout(self, box: Box | None = None) -> Pixels:
        """Ids [H, W] as shown, or those of a box: the paint over the fill."""
        index = box.slices if box else ...
        return overlay_layout(self.painted[index], self.filled[index])

    def guess_mask(self, box: Box | None = None) -> Mask:
        """The mask [H, W], or that of a box, of pixels that show a guess of the engine."""
        index = box.slices if box else ...
        if self.status.fill_whole:
            return np.zeros(self.painted[index].shape, np.bool_)
        guessed: Mask = (self.painted[index] == UNKNOWN) & (self.filled[index] != UNKNOWN)
        return guessed & ~self.keep_layout[index]

    def given_layout(self, mode: GenerationMode, box: Box | None = None) -> Pixels:
        """Ids [H, W], or those of a box, that the engine may not change: the paint and what is kept.

        In Text → Both only what is kept.
        """
        index = box.slices if box else ...
        given = self.painted[index].copy()
        if mode is GenerationMode.TEXT_TO_BOTH:
            given[:] = UNKNOWN
            if self.keep_layout.all() and (self.visible_layout() != UNKNOWN).all():
                return given
        kept = self.keep_layout[index]
        given[kept] = self.visible_layout(box)[kept]
        return given

    def given_image_mask(self, mode: GenerationMode) -> Mask:
        """The mask [H, W] of the image that the engine may not change: all in Image → Layout, else what is kept."""
        if mode is GenerationMode.IMAGE_TO_LAYOUT:
            return self.image_mask()
        if mode is GenerationMode.TEXT_TO_BOTH and self.keep_image.all():
            return np.zeros_like(self.keep_image)
        return self.keep_image & self.image_mask()

    def set_planes(
        self,
        *,
        painted: Pixels | None = None,
        filled: Pixels | None = None,
        image: Pixels | None = None,
        keep_layout: Mask | None = None,
        keep_image: Mask | None = None,
        selection: Mask | None = None,
        status: DocumentStatus | None = None,
    ) -> None:
        """Copy new pixels into whole planes, and set the status."""
        for plane, pixels in (
            (self.painted, painted),
            (self.filled, filled),
            (self.image, image),
            (self.keep_layout, keep_layout),
            (self.keep_image, keep_image),
            (self.selection, selection),
        ):
            if pixels is not None:
                plane[:] = pixels
        self.status = status or self.status

    def adopt_fill(self) -> None:
        """Make the fill painted."""
        empty = unknown_layout(self.height, self.width)
        self.set_planes(painted=self.visible_layout(), filled=empty, status=replace(self.status, fill_whole=False))

    def apply_result(self, mode: GenerationMode, image: Pixels, layout: Pixels) -> frozenset[Plane]:
        """Apply a result of the engine, RGB [H, W, 3] and ids [H, W], by the rules of the module.

        Returns the planes that a result of this mode may change.
        """
        given, merged_image = (
            self.given_layout(mode),
            np.where(self.given_image_mask(mode)[..., None], self.image, image),
        )
        if mode is GenerationMode.TEXT_TO_BOTH:
            painted = np.where(given != UNKNOWN, self.painted, UNKNOWN).astype(np.uint8)
            status = DocumentStatus(ImageKind.GENERATED, fill_whole=True)
            self.set_planes(painted=painted, filled=overlay_layout(given, layout), image=merged_image, status=status)
            for mask in (self.keep_layout, self.keep_image):
                mask &= not mask.all()
            return frozenset({Plane.PAINTED, Plane.FILLED, Plane.IMAGE, Plane.KEEP_LAYOUT, Plane.KEEP_IMAGE})
        fill = np.where(self.painted == UNKNOWN, overlay_layout(given, layout), UNKNOWN).astype(np.uint8)
        if mode is GenerationMode.IMAGE_TO_LAYOUT:
            planes = {Plane.FILLED} if self.status.drawn is None else {Plane.FILLED, Plane.IMAGE}
            new_image = merged_image if Plane.IMAGE in planes else None
            self.set_planes(filled=fill, image=new_image, status=replace(self.status, fill_whole=True, drawn=None))
            return frozenset(planes)
        photograph = self.status.image is ImageKind.GIVEN and bool(self.keep_image.any())
        self.set_planes(
            filled=fill,
            image=merged_image,
            status=DocumentStatus(ImageKind.GIVEN if photograph else ImageKind.GENERATED),
        )
        return frozenset({Plane.FILLED, Plane.IMAGE})

    def copy(self) -> Document:
        """Another document with the same planes, frame and status."""
        copy = Document(self.height, self.width)
        copy.frame = self.frame
        for plane in Plane:
            copy.pixels(plane)[:] = self.pixels(plane)
        copy.status = self.status
        return copy

    def with_result(self, mode: GenerationMode, image: Pixels, layout: Pixels) -> Document:
        """A copy after `apply_result`: RGB [H, W, 3] and ids [H, W]."""
        copy = self.copy()
        copy.apply_result(mode, image, layout)
        return copy

    def pixels(self, plane: Plane) -> Pixels:
        """A view of a plane, uint8 [H, W] or [H, W, 3]; masks hold 0 and 1."""
        pixels: Pixels = getattr(self, plane.value).view(np.uint8)
        return pixels
