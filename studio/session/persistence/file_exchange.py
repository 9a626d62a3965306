"""Pictures from and to files, drops and the clipboard. A file with a request restores the request, too."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadFile, EngineError
from engine.interface.pack_catalogue import full_size_shape
from engine.interface.protocol import PackInfo, Pixels
from engine.interface.raster import (
    Crop,
    centre_crop,
    crop_and_resize,
    decode_image,
    decode_layout,
    encode_image,
    encode_layout,
    fit_layout,
    is_index_png,
    read_png_note,
)
from studio.domain.document import GenerationMode, ImageKind
from studio.session.editing.open_picture import OpenPicture
from studio.session.generation.full_size_inputs import FullSizeSource
from studio.session.generation.request_builder import options_of_request
from studio.session.notices import Notice, NoticeAction, NoticeLevel, notice_of_error
from studio.session.persistence.project_file import PROJECT_SUFFIX
from studio.session.persistence.projects import Projects
from studio.session.persistence.provenance import Provenance, read_provenance
from studio.session.persistence.request_sanitiser import left_out_notice
from studio.session.tasks import TaskRunner


@dataclass(frozen=True)
class Photo:
    """An opened image of any size, RGB [H, W, 3], and the part of it that is in the picture."""

    pixels: Pixels
    name: str
    crop: Crop


class FileExchange(QObject):
    """Opens and saves pictures, decoding and encoding in a thread. A path that ends in .diptych is a project."""

    noticed = Signal(object)  # Notice
    file_handled = Signal(object)  # Path: it was opened or saved
    crop_requested = Signal(object)  # Photo: a person wants to choose another part
    photo_changed = Signal()

    def __init__(
        self,
        info: PackInfo,
        picture: OpenPicture,
        projects: Projects,
        full_size: FullSizeSource,
        tasks: TaskRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._info, self._picture, self._projects, self._tasks = info, picture, projects, tasks
        self._full_size = full_size
        self.photo: Photo | None = None

    def open(self, path: Path) -> None:
        """Open a project, a layout or an image, by its content."""
        self._tasks.start(self._open(path))

    def open_layout(self, path: Path) -> None:
        """Open a layout of any size."""
        self._tasks.start(self._open(path, "layout"))

    def open_image(self, path: Path) -> None:
        """Open a photograph of any size and find its layout."""
        self._tasks.start(self._open(path, "image"))

    def open_dropped(self, paths: list[Path], half: str) -> None:
        """Open what was dropped on a half: the first file that has a request, else the first file."""
        self._tasks.start(self._open_dropped(paths, half))

    def open_bytes(self, data: bytes, name: str, half: str = "") -> None:
        """Open a picture from memory as a "layout" or an "image", or by its content."""
        self._tasks.start(self._open_bytes(data, name, half))

    def save_layout(self, path: Path) -> None:
        """Write the layout as shown, as an index PNG with its request."""
        self._tasks.start(self._save(path, self._layout_encoder()))

    def save_image(self, path: Path) -> None:
        """Write the image as a PNG with its request."""
        if self._picture.editor.document.status.image is ImageKind.NONE:
            self._post(self.tr("There is no image to save yet. Generate one first."))
        else:
            self._tasks.start(self._save(path, self._image_encoder()))

    def full_size_saver(self, full: Pixels) -> Callable[[Path], None]:
        """A function that writes the image as it is now, at full size, to a path."""
        encode = self._image_encoder(full)
        return lambda path: self._tasks.start(self._save(path, encode))

    def layout_png(self) -> bytes:
        """The layout as shown, as PNG, with the request of the image if that gave this layout."""
        return self._layout_encoder()()

    def image_png(self) -> bytes:
        """The image as PNG, with its request if it was generated."""
        return self._image_encoder()()

    def adjust_crop(self) -> None:
        """Request another crop of the photograph that was opened last."""
        if self.photo is not None:
            self.crop_requested.emit(self._with_matching_crop(self.photo))

    def place(self, photo: Photo, crop: Crop) -> None:
        """Make this part of a photograph the image."""
        document = self._picture.editor.document
        self._tasks.start(self._place_photo(Photo(photo.pixels, photo.name, crop), (document.height, document.width)))

    async def _open_dropped(self, paths: list[Path], half: str) -> None:
        if len(paths) > 1:
            for path in paths:
                data = await asyncio.to_thread(_read_bytes, path)
                if await self._restore_result(data, path.name):
                    self.file_handled.emit(path)
                    return
            words = self.tr("Only {file} was opened, the first of {count} files. Drop the others one by one.")
            self._post(words.format(file=paths[0].name, count=len(paths)), NoticeLevel.INFO)
        await self._open(paths[0], half)

    async def _open(self, path: Path, half: str = "") -> None:
        if path.suffix.lower() == PROJECT_SUFFIX:
            self._projects.open(path)
            return
        await self._open_bytes(await asyncio.to_thread(_read_bytes, path), path.name, half, str(path))
        self.file_handled.emit(path)

    async def _open_bytes(self, data: bytes, name: str, half: str = "", source: str = "") -> None:
        index = half == "layout" or (not half and await asyncio.to_thread(is_index_png, data, self._info.classes))
        if index:
            await self._open_layout(data, name, source or name)
        elif not await self._restore_result(data, name):
            pixels = await asyncio.to_thread(decode_image, data, source or name)
            size = self._target_size(pixels)
            photo = Photo(pixels, name, centre_crop(pixels.shape, *size))
            await self._place_photo(photo, size)
            self._projects.detach_from_file()
            self._post_cropped(photo, size)

    async def _open_layout(self, data: bytes, name: str, source: str) -> None:
        info, generator = self._info, self._picture.generator
        layout = await asyncio.to_thread(decode_layout, data, info.classes, source)
        provenance = self._read_provenance(data, name)
        grown = provenance is not None and layout.shape == (provenance.frame_box.height, provenance.frame_box.width)
        size = layout.shape if grown else self._target_size(layout)
        fitted = await asyncio.to_thread(fit_layout, layout, *size)
        self._picture.editor.end_stroke()
        self._projects.set_aside()
        self._picture.editor.place_layout(fitted.pixels, self.tr("Open {file}").format(file=name))
        generator.cancel_picture_job()
        settings = generator.settings
        settings.set_mode(GenerationMode.LAYOUT_TO_IMAGE)
        if provenance is not None:
            settings.set_options(options_of_request(provenance.request, provenance.mode, settings.options))
            self._post(
                self.tr("{file} was opened with its request. Undo restores the previous picture.").format(file=name)
            )
        self._projects.detach_from_file()
        generator.request_update(full_steps=provenance is not None and provenance.request.sampler != "distilled")
        if layout.shape != size:
            self._post_fitted(name, layout, size)

    async def _restore_result(self, data: bytes, name: str) -> bool:
        """Restore the result in a PNG of the studio with its request; returns False if it is none."""
        provenance = self._read_provenance(data, name)
        if provenance is None:
            return False
        original = provenance.original_image(await asyncio.to_thread(decode_image, data, name))
        if original is None:
            return False
        provenance = msgspec.structs.replace(provenance, small=())
        self._picture.show_result(provenance, original, self.tr("Open {file}").format(file=name), restore_options=True)
        self._projects.detach_from_file()
        self._post(
            self.tr("{file} was opened with its layout and its request. Undo restores the previous picture.").format(
                file=name
            )
        )
        return True

    def _read_provenance(self, data: bytes, name: str) -> Provenance | None:
        note = read_png_note(data)
        if not note:
            return None
        try:
            recipe = read_provenance(note, self._info, name)
        except EngineError as error:
            self.noticed.emit(notice_of_error(error))
            return None
        if recipe.left_out:
            self.noticed.emit(left_out_notice(name, recipe.left_out))
        return recipe

    async def _place_photo(self, photo: Photo, size: tuple[int, int]) -> None:
        generator = self._picture.generator
        image = await asyncio.to_thread(crop_and_resize, photo.pixels, photo.crop, *size)
        full, crops = full_size_shape(self._info, *size), None
        if full is not None and photo.crop.bottom - photo.crop.top >= full[0]:  # else it has no more detail
            crops = image, await asyncio.to_thread(crop_and_resize, photo.pixels, photo.crop, *full)
        self._picture.editor.end_stroke()
        self._projects.set_aside()
        self._picture.editor.place_image(image, self.tr("Open {file}").format(file=photo.name))
        self.photo = photo
        self._full_size.set_photograph(crops)
        self.photo_changed.emit()
        generator.cancel_picture_job()
        generator.settings.set_mode(GenerationMode.IMAGE_TO_LAYOUT)
        generator.generate_for_step()

    def _layout_encoder(self) -> Callable[[], bytes]:
        layout, provenance = self._picture.editor.document.visible_layout(), self._picture.provenance()
        note = provenance.to_json() if provenance and (provenance.layout() == layout).all() else ""
        return partial(encode_layout, layout, self._info.classes, note)

    def _image_encoder(self, full: Pixels | None = None) -> Callable[[], bytes]:
        provenance, image = self._picture.provenance(), self._picture.editor.document.image.copy()
        if provenance is not None and full is not None:
            provenance = provenance.with_original(image)
        return partial(encode_image, image if full is None else full, provenance.to_json() if provenance else "")

    async def _save(self, path: Path, encode: Callable[[], bytes]) -> None:
        await asyncio.to_thread(lambda: write_atomically(path, encode()))
        self._post(self.tr("Saved {file}.").format(file=path))
        self.file_handled.emit(path)

    def _target_size(self, pixels: Pixels) -> tuple[int, int]:
        """Height and width to fit opened pixels to: the picture's if they are equal, else those of a new picture."""
        document = self._picture.editor.document
        size = document.height, document.width
        return size if pixels.shape[:2] == size else self._picture.editor.initial_size

    def _with_matching_crop(self, photo: Photo) -> Photo:
        """The photo with a crop of the picture's shape: its own, or the centre if the picture has grown since."""
        document, crop = self._picture.editor.document, photo.crop
        shape = (crop.right - crop.left) / (crop.bottom - crop.top)
        if math.isclose(shape, document.width / document.height, rel_tol=1e-3):
            return photo
        return replace(photo, crop=centre_crop(photo.pixels.shape, document.height, document.width))

    def _post_cropped(self, photo: Photo, size: tuple[int, int]) -> None:
        height, width = photo.pixels.shape[:2]
        if abs(width / height - size[1] / size[0]) >= 0.02:
            self._post_fitted(
                photo.name, photo.pixels, size, NoticeAction(self.tr("Adjust the crop"), self.adjust_crop)
            )

    def _post_fitted(
        self, name: str, pixels: Pixels, size: tuple[int, int], action: NoticeAction | None = None
    ) -> None:
        height, width = pixels.shape[:2]
        words = self.tr("{file} is {width}×{height}; its middle was fitted to {to_width}×{to_height}.")
        text = words.format(file=name, width=width, height=height, to_width=size[1], to_height=size[0])
        level = NoticeLevel.INFO if action else NoticeLevel.HINT  # a hint would disappear with its action
        undo = self.tr("Undo restores the previous picture.")
        self.noticed.emit(Notice(f"{text} {undo}", level, action))

    def _post(self, text: str, level: NoticeLevel = NoticeLevel.HINT) -> None:
        self.noticed.emit(Notice(text, level))


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path} cannot be read ({error.strerror}).", "Look whether it is there.") from error
