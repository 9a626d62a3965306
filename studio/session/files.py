"""Pictures that come in and go out: files, drops and the clipboard. What carries its request brings that along."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.errors import BadFile, EngineError
from engine.library import full_size
from engine.protocol import Full, Generate, PackInfo, Pixels, Raster
from engine.raster import (
    Crop,
    centre,
    cut_image,
    decode_image,
    decode_layout,
    encode_image,
    encode_layout,
    fit_layout,
    is_index,
    read_note,
)
from studio.domain.document import ImageKind, Mode
from studio.session.disk import write_whole
from studio.session.notices import Action, Notice, Tone, of_error
from studio.session.picture import Picture
from studio.session.projects import Projects
from studio.session.recipe import Recipe, read_recipe
from studio.session.requests import options_of
from studio.session.snapshot import SUFFIX
from studio.session.tasks import Tasks


@dataclass(frozen=True)
class Photo:
    """An image of any size that was brought, RGB [H, W, 3], and which part of it is in the picture."""

    pixels: Pixels
    name: str
    crop: Crop


class Files(QObject):
    """Decodes and encodes in a thread. A path that ends in .diptych is a project, wherever it is dropped."""

    noticed = Signal(object)  # Notice
    done = Signal(object)  # Path, after it was opened or saved
    crop_asked = Signal(object)  # Photo: a person wants to choose another part of it
    photo_changed = Signal()

    def __init__(
        self, info: PackInfo, picture: Picture, projects: Projects, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._info, self._picture, self._projects, self._tasks = info, picture, projects, tasks
        self.photo: Photo | None = None
        self._cuts: tuple[Pixels, Pixels] | None = None  # what of it is in the picture, and the same at full size

    def open(self, path: Path) -> None:
        """Open a project, a layout or an image, by what it is."""
        self._tasks.start(self._open(path))

    def open_layout(self, path: Path) -> None:
        """Take a layout of any size from a file, as given."""
        self._tasks.start(self._open(path, "layout"))

    def open_image(self, path: Path) -> None:
        """Take a photograph of any size from a file; its layout is looked for at once."""
        self._tasks.start(self._open(path, "image"))

    def open_all(self, paths: list[Path], half: str) -> None:
        """Open what was dropped on a half: a result with its request before all else, or the first file."""
        self._tasks.start(self._open_all(paths, half))

    def take(self, data: bytes, name: str, half: str = "") -> None:
        """Open a picture from memory, as a "layout" or an "image", or by what it is."""
        self._tasks.start(self._take(data, name, half))

    def save_layout(self, path: Path) -> None:
        """Write the layout as it is seen, as an index PNG that carries its request."""
        self._tasks.start(self._save(path, self._layout()))

    def save_image(self, path: Path) -> None:
        """Write the image as a PNG that carries its request."""
        if self._picture.editor.document.marks.image is ImageKind.NONE:
            self._say(self.tr("There is no image to save yet. Generate one first."))
        else:
            self._tasks.start(self._save(path, self._image()))

    def saver(self, full: Pixels) -> Callable[[Path], None]:
        """What writes the image as it is now, but at full size, to a path that is yet to be chosen."""
        encode = self._image(full)
        return lambda path: self._tasks.start(self._save(path, encode))

    def layout_png(self) -> bytes:
        """The layout as it is seen; with its request if it is the one of the image's."""
        return self._layout()()

    def image_png(self) -> bytes:
        """The image, with the request that made it if it was made here."""
        return self._image()()

    def adjust_crop(self) -> None:
        """Ask for another part of the photograph that was opened last."""
        if self.photo is not None:
            self.crop_asked.emit(self._cropped(self.photo))

    def place(self, photo: Photo, crop: Crop) -> None:
        """Put this part of a photograph into the image."""
        document = self._picture.editor.document
        self._tasks.start(self._place(Photo(photo.pixels, photo.name, crop), (document.height, document.width)))

    def full(self, request: Generate) -> Full:
        """What of a request's halves is known at full size: a photograph, if what is given of the image is its."""
        if request.image is None or self._cuts is None:
            return Full()
        image, (small, large) = request.image.pixels(), self._cuts
        kept = ... if request.keep_image is None else request.keep_image.pixels() > 0
        if small.shape != image.shape or not np.array_equal(small[kept], image[kept]):
            return Full()
        return Full(image=Raster.of(large))

    async def _open_all(self, paths: list[Path], half: str) -> None:
        if len(paths) > 1:
            for path in paths:
                data = await asyncio.to_thread(_read, path)
                if await self._restore(data, path.name):
                    self.done.emit(path)
                    return
            words = self.tr("{file} is opened, the first of the {count} dropped. Drop the others one by one.")
            self._say(words.format(file=paths[0].name, count=len(paths)), Tone.INFO)
        await self._open(paths[0], half)

    async def _open(self, path: Path, half: str = "") -> None:
        if path.suffix.lower() == SUFFIX:
            self._projects.open(path)
            return
        await self._take(await asyncio.to_thread(_read, path), path.name, half, str(path))
        self.done.emit(path)

    async def _take(self, data: bytes, name: str, half: str = "", place: str = "") -> None:
        index = half == "layout" or (not half and await asyncio.to_thread(is_index, data, self._info.classes))
        if index:
            await self._take_layout(data, name, place or name)
        elif not await self._restore(data, name):
            pixels = await asyncio.to_thread(decode_image, data, place or name)
            size = self._size_for(pixels)
            photo = Photo(pixels, name, centre(pixels.shape, *size))
            await self._place(photo, size)
            self._projects.begin_anew()
            self._say_cropped(photo, size)

    async def _take_layout(self, data: bytes, name: str, place: str) -> None:
        info, generator = self._info, self._picture.generator
        layout = await asyncio.to_thread(decode_layout, data, info.classes, place)
        recipe = self._recipe(data, name)
        grown = recipe is not None and layout.shape == (recipe.place.height, recipe.place.width)
        size = layout.shape if grown else self._size_for(layout)
        fitted = await asyncio.to_thread(fit_layout, layout, *size)
        self._picture.editor.end_stroke()
        self._projects.set_aside()
        self._picture.editor.place_layout(fitted.pixels, self.tr("Open {file}").format(file=name))
        generator.forget()
        generator.set_mode(Mode.LAYOUT_TO_IMAGE)
        if recipe is not None:
            generator.set_options(options_of(recipe.request, recipe.mode, generator.options))
            self._say(self.tr("{file} brought its request along. Undo takes the layout back.").format(file=name))
        self._projects.begin_anew()
        generator.touch(exact=recipe is not None and recipe.request.sampler != "distilled")
        if layout.shape != size:
            self._say_fitted(name, layout, size)

    async def _restore(self, data: bytes, name: str) -> bool:
        """Bring back the result that a PNG of ours shows, with its request; False if it is none."""
        recipe = self._recipe(data, name)
        if recipe is None:
            return False
        image = recipe.made_image(await asyncio.to_thread(decode_image, data, name))
        if image is None:
            return False
        recipe = msgspec.structs.replace(recipe, small=())
        self._picture.show_result(recipe, image, self.tr("Open {file}").format(file=name), request=True)
        self._projects.begin_anew()
        self._say(self.tr("{file} is back with its layout and its request. Undo takes it back.").format(file=name))
        return True

    def _recipe(self, data: bytes, name: str) -> Recipe | None:
        note = read_note(data)
        if not note:
            return None
        try:
            return read_recipe(note, self._info, name)
        except EngineError as error:
            self.noticed.emit(of_error(error))
            return None

    async def _place(self, photo: Photo, size: tuple[int, int]) -> None:
        generator = self._picture.generator
        image = await asyncio.to_thread(cut_image, photo.pixels, photo.crop, *size)
        full, cuts = full_size(self._info, *size), None
        if full is not None and photo.crop.bottom - photo.crop.top >= full[0]:  # else it has no detail to give
            cuts = image, await asyncio.to_thread(cut_image, photo.pixels, photo.crop, *full)
        self._picture.editor.end_stroke()
        self._projects.set_aside()
        self._picture.editor.place_image(image, self.tr("Open {file}").format(file=photo.name))
        self.photo, self._cuts = photo, cuts
        self.photo_changed.emit()
        generator.forget()
        generator.set_mode(Mode.IMAGE_TO_LAYOUT)
        generator.follow()

    def _layout(self) -> Callable[[], bytes]:
        layout, recipe = self._picture.editor.document.layout(), self._picture.recipe()
        note = recipe.text() if recipe and (recipe.layout() == layout).all() else ""
        return partial(encode_layout, layout, self._info.classes, note)

    def _image(self, full: Pixels | None = None) -> Callable[[], bytes]:
        recipe, image = self._picture.recipe(), self._picture.editor.document.image.copy()
        if recipe is not None and full is not None:
            recipe = recipe.beside_full(image)
        return partial(encode_image, image if full is None else full, recipe.text() if recipe else "")

    async def _save(self, path: Path, encode: Callable[[], bytes]) -> None:
        try:
            await asyncio.to_thread(lambda: _write(path, encode()))
        except OSError as error:
            raise BadFile(f"{path} cannot be written ({error.strerror}).", "Choose another folder.") from error
        self._say(self.tr("Saved {file}.").format(file=path))
        self.done.emit(path)

    def _size_for(self, pixels: Pixels) -> tuple[int, int]:
        """Height and width for what is opened: the picture's, if it has just those, else those that all begin with."""
        document = self._picture.editor.document
        own = document.height, document.width
        return own if pixels.shape[:2] == own else self._picture.editor.size

    def _cropped(self, photo: Photo) -> Photo:
        """With a crop of the picture's shape: the one that it has, or the middle if the picture has grown since."""
        document, crop = self._picture.editor.document, photo.crop
        shape = (crop.right - crop.left) / (crop.bottom - crop.top)
        if math.isclose(shape, document.width / document.height, rel_tol=1e-3):
            return photo
        return replace(photo, crop=centre(photo.pixels.shape, document.height, document.width))

    def _say_cropped(self, photo: Photo, size: tuple[int, int]) -> None:
        height, width = photo.pixels.shape[:2]
        if abs(width / height - size[1] / size[0]) >= 0.02:
            self._say_fitted(photo.name, photo.pixels, size, Action(self.tr("Adjust the crop"), self.adjust_crop))

    def _say_fitted(self, name: str, pixels: Pixels, size: tuple[int, int], action: Action | None = None) -> None:
        height, width = pixels.shape[:2]
        words = self.tr("{file} is {width}×{height}; its middle was fitted to {to_width}×{to_height}.")
        text = words.format(file=name, width=width, height=height, to_width=size[1], to_height=size[0])
        tone = Tone.INFO if action else Tone.HINT  # what offers something stays until it is read
        self.noticed.emit(Notice(f"{text} {self.tr('Undo takes it back.')}", tone, action))

    def _say(self, words: str, tone: Tone = Tone.HINT) -> None:
        self.noticed.emit(Notice(words, tone))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path} cannot be read ({error.strerror}).", "Look whether it is there.") from error


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
