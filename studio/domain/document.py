"""The picture: what a person painted or opened, what was generated, and how both are shown.

The rules, as an illustrator meets them:

- What you painted is yours. `painted` holds it, a generated layout never changes it, and only `painted`
  is sent to the engine as given.
- Layout → Image: the pixels you left unknown are filled by the engine. That guess (`filled`) is shown
  beneath your paint, dimmed and hatched, and is made anew after the next stroke, which again sends only
  your own pixels. “Keep” makes the guess yours.
- Image → Layout and Text → Both: the layout that comes back is what you asked for (`fill_whole`), so it is
  shown plainly. When you go on from it, by a stroke or by Layout → Image, all of it becomes yours first:
  a car is painted into that street and not into an empty one.
- Image → Layout keeps what is painted on the layout as a correction. Text → Both starts from nothing but
  words: its result takes the place of both halves, and one undo brings yours back.
- Opening a photograph starts a new picture, so its layout is unknown. This, too, is one undo away.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

import numpy as np

from engine.protocol import UNKNOWN, Pixels
from studio.domain.layout import Box, Mask, changed_box, over, unknown


class Mode(enum.StrEnum):
    """Which half is made from which."""

    LAYOUT_TO_IMAGE = "layout_to_image"
    IMAGE_TO_LAYOUT = "image_to_layout"
    TEXT_TO_BOTH = "text_to_both"


class ImageKind(enum.StrEnum):
    """Where the image half comes from."""

    NONE = "none"
    GIVEN = "given"
    GENERATED = "generated"


class Plane(enum.Enum):
    """The three pixel planes of a document."""

    PAINTED = "painted"
    FILLED = "filled"
    IMAGE = "image"


@dataclass(frozen=True)
class Marks:
    """What the planes mean."""

    image: ImageKind = ImageKind.NONE
    fill_whole: bool = False


@dataclass(frozen=True)
class Patch:
    """One box of one plane, before and after."""

    plane: Plane
    box: Box
    before: Pixels
    after: Pixels


@dataclass(frozen=True)
class Edit:
    """A change of a document that can be taken back; `marks` are those before and after, if they differ."""

    name: str
    patches: tuple[Patch, ...]
    marks: tuple[Marks, Marks] | None = None

    @property
    def nothing(self) -> bool:
        return not self.patches and self.marks is None

    @property
    def planes(self) -> frozenset[Plane]:
        return frozenset(patch.plane for patch in self.patches)

    @property
    def nbytes(self) -> int:
        return sum(patch.before.nbytes + patch.after.nbytes for patch in self.patches)

    def then(self, later: Edit) -> Edit:
        """Both edits as one."""
        marks = (self.marks[0], later.marks[1]) if self.marks and later.marks else self.marks or later.marks
        return replace(self, patches=self.patches + later.patches, marks=marks)


class Document:
    """A picture of [height, width] pixels; see the module for what its planes mean."""

    def __init__(self, height: int, width: int) -> None:
        self.height, self.width = height, width
        self.painted = unknown(height, width)
        self.filled = unknown(height, width)
        self.image = np.zeros((height, width, 3), np.uint8)
        self.marks = Marks()

    def layout(self) -> Pixels:
        """Ids [H, W] as seen: the paint over the fill."""
        return over(self.painted, self.filled)

    def guessed(self) -> Mask:
        """Where a guess of the engine shows that nobody asked for."""
        if self.marks.fill_whole:
            return np.zeros(self.painted.shape, np.bool_)
        guessed: Mask = (self.painted == UNKNOWN) & (self.filled != UNKNOWN)
        return guessed

    def change(
        self,
        name: str,
        *,
        painted: Pixels | None = None,
        filled: Pixels | None = None,
        image: Pixels | None = None,
        marks: Marks | None = None,
    ) -> Edit:
        """Put in whole new planes; returns what it takes to undo that."""
        patches = []
        for plane, pixels in ((Plane.PAINTED, painted), (Plane.FILLED, filled), (Plane.IMAGE, image)):
            if pixels is not None:
                patches += self._difference(plane, self.pixels(plane), pixels)
        differs = marks is not None and marks != self.marks
        return self.apply(Edit(name, tuple(patches), (self.marks, marks) if marks and differs else None))

    def painted_since(self, before: Pixels, name: str) -> Edit:
        """The edit that made `painted` what it is, for a brush that has already put its paint there."""
        return Edit(name, tuple(self._difference(Plane.PAINTED, before, self.painted)))

    def adopt(self, name: str) -> Edit:
        """Make the fill painted."""
        empty = unknown(self.height, self.width)
        marks = replace(self.marks, fill_whole=False)
        return self.change(name, painted=self.layout(), filled=empty, marks=marks)

    def take_result(self, mode: Mode, image: Pixels, layout: Pixels, name: str) -> Edit:
        """Let a result of the engine in, by the rules above: image [H, W, 3] and ids [H, W]."""
        if mode is Mode.TEXT_TO_BOTH:
            marks = Marks(ImageKind.GENERATED, fill_whole=True)
            return self.change(name, painted=unknown(self.height, self.width), filled=layout, image=image, marks=marks)
        gaps = np.where(self.painted == UNKNOWN, layout, UNKNOWN).astype(np.uint8)
        if mode is Mode.IMAGE_TO_LAYOUT:
            return self.change(name, filled=gaps, marks=replace(self.marks, fill_whole=True))
        return self.change(name, filled=gaps, image=image, marks=Marks(ImageKind.GENERATED))

    def apply(self, edit: Edit) -> Edit:
        """Do an edit (again). Returns it with what it covers now, which may be more than when it was made."""
        patches = []
        for patch in edit.patches:
            pixels = self.pixels(patch.plane)[patch.box.area]
            patches.append(replace(patch, before=pixels.copy()))
            pixels[:] = patch.after
        marks = (self.marks, edit.marks[1]) if edit.marks else None
        if marks:
            self.marks = marks[1]
        return replace(edit, patches=tuple(patches), marks=marks)

    def revert(self, edit: Edit) -> None:
        """Take an edit back."""
        for patch in reversed(edit.patches):
            self.pixels(patch.plane)[patch.box.area] = patch.before
        if edit.marks:
            self.marks = edit.marks[0]

    def pixels(self, plane: Plane) -> Pixels:
        """The plane itself, not a copy."""
        return {Plane.PAINTED: self.painted, Plane.FILLED: self.filled, Plane.IMAGE: self.image}[plane]

    @staticmethod
    def _difference(plane: Plane, before: Pixels, after: Pixels) -> list[Patch]:
        if np.array_equal(before, after):
            return []
        # A result may be put beneath later steps; whole planes stay right then, boxes would mix pictures.
        box = changed_box(before, after) if plane is Plane.PAINTED else Box(0, 0, *before.shape[:2])
        return [Patch(plane, box, before[box.area].copy(), after[box.area].copy())]
