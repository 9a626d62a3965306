"""Which pairs are kept: filters with stated thresholds, asked in the order of the seeds. Needs torch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from engine import library, packs
from engine.data.captions import COUNTED, read_wish
from engine.data.pairs import gamma_corrected, list_pairs, read_pair
from engine.data.taxonomy import class_forms
from engine.export.manifest import PairLine
from engine.export.order import Filters, Order, Quality
from engine.export.pair import Pair
from engine.export.report import as_is
from engine.judges.likeness import By, Likeness
from engine.protocol import UNKNOWN, PackInfo, Pixels
from engine.raster import enlarge_layout, fit_image

AGREEMENT, NAMED, APART = "agreement", "named", "apart"
REFERENCE_BATCH = 64
Rows = npt.NDArray[np.float16]


class Segmenter(Protocol):
    """Ids uint8 [H, W] of RGB uint8 [H, W, 3]; the same in any company."""

    def layouts(self, images: Sequence[Pixels]) -> list[Pixels]: ...


class Judges(NamedTuple):
    """Those that the filters ask; likeness is told `by` whom."""

    segmenter: Segmenter | None = None
    likeness: Likeness | None = None
    by: By = "clip"


class Known(NamedTuple):
    """Embeddings [N, D] of what a picture must not be like, with a name for each."""

    rows: list[Rows]
    names: list[str]

    def nearest(self, row: Rows) -> tuple[float, str]:
        """The largest cosine, and whose it is."""
        if not self.rows:
            return -1.0, ""
        cosines = np.stack(self.rows).astype(np.float32) @ row.astype(np.float32)
        best = int(cosines.argmax())
        return round(float(cosines[best]), 4), self.names[best]


class Gate:
    """Judges pairs one after the other; what it keeps, later ones are compared with.

    Embeddings are rounded to float16, as the manifest keeps them: an export that was resumed sees the same.
    """

    def __init__(self, filters: Filters, info: PackInfo, judges: Judges, known: Known) -> None:
        self._filters, self._info, self._judges, self._known = filters, info, judges, known

    def __call__(self, pairs: Sequence[Pair]) -> list[Quality]:
        """The verdicts, in order."""
        images = [as_drawn(pair) for pair in pairs]
        seen = self._judges.segmenter.layouts(images) if self._judges.segmenter else [None] * len(pairs)
        rows: Sequence[Rows | None] = [None] * len(pairs)
        if self._judges.likeness:
            rows = list(self._judges.likeness.images(images).numpy().astype(np.float16))
        return [self._judged(*each) for each in zip(pairs, seen, rows, strict=True)]

    def _judged(self, pair: Pair, seen: Pixels | None, row: Rows | None) -> Quality:
        filters, rejected = self._filters, ""
        agreement = None if seen is None else agreement_of(pair.layout, enlarge_layout(seen, pair.record.upscaled))
        few, prompt = COUNTED * pair.record.upscaled**2, pair.record.prompt
        missing = missing_classes(prompt, pair.layout, self._info, few) if filters.named else ()
        nearest, like = (None, "") if row is None else self._known.nearest(row)
        if agreement is not None and filters.agreement is not None and agreement < filters.agreement:
            rejected = AGREEMENT
        elif missing:
            rejected = NAMED
        elif nearest is not None and filters.apart is not None and nearest >= filters.apart:
            rejected = APART
        if row is not None and not rejected:
            self._known.rows.append(row)
            self._known.names.append(pair.name)
        return Quality(
            agreement=agreement,
            missing=missing,
            nearest=nearest,
            like=like,
            embedding=b"" if row is None or rejected else row.tobytes(),
            by=self._judges.by,
            rejected=rejected,
        )


def gate_of(order: Order, info: PackInfo, kept: Iterable[PairLine], device: str) -> Gate:
    """The gate of an order, with what it has kept already. Raises BadPack if the pack lacks a judge, BadFile."""
    from engine.judges import likeness, segmenter

    filters, folder = order.filters, library.find_pack(order.pack)
    file, where = packs.read_file(folder), packs.choose_device(device)
    by_segmenter = segmenter.read(folder / segmenter.FILE, file, where) if filters.agreement is not None else None
    before = [(line.name, line.quality) for line in kept if line.quality and line.quality.embedding]
    if filters.apart is None:
        return Gate(filters, info, Judges(by_segmenter), Known([], []))
    by = before[0][1].by if before else likeness.choose(folder)  # what was begun by one is not gone on with by another
    eye = likeness.read(by, folder, file, where)
    known = embedded(eye, filters.reference, info, file.pixels.gamma) if filters.reference else Known([], [])
    known.rows.extend(np.frombuffer(quality.embedding, np.float16) for _, quality in before)
    known.names.extend(name for name, _ in before)
    return Gate(filters, info, Judges(by_segmenter, eye, by), known)


def embedded(eye: Likeness, reference: Path, info: PackInfo, gamma: float) -> Known:
    """The pictures of a folder with images/ and layouts/, in the light that a pack was trained in. Raises BadFile."""
    some, how, known = list_pairs(reference), as_is(info), Known([], [])
    for start in range(0, len(some), REFERENCE_BATCH):
        batch = some[start : start + REFERENCE_BATCH]
        images = [gamma_corrected(read_pair(one, how).image, gamma) for one in batch]
        known.rows.extend(eye.images(images).numpy().astype(np.float16))
        known.names.extend(one.name for one in batch)
    return known


def agreement_of(layout: Pixels, seen: Pixels) -> float:
    """The share of the known pixels at which a segmenter sees the layout's class."""
    known = layout != UNKNOWN
    return round(float((layout == seen)[known].mean()), 4) if known.any() else 1.0


def as_drawn(pair: Pair) -> Pixels:
    """The image at the size that the pack drew it at, which is what its judges know."""
    height, width = (side // pair.record.upscaled for side in pair.layout.shape)
    return pair.image if pair.record.upscaled == 1 else fit_image(pair.image, height, width).pixels


def missing_classes(prompt: str, layout: Pixels, info: PackInfo, few: int = COUNTED) -> tuple[str, ...]:
    """The classes that a prompt names and a layout has fewer than a `few` pixels of."""
    areas = np.bincount(layout[layout != UNKNOWN], minlength=len(info.classes))
    return tuple(info.classes[index].name for index in named_classes(prompt, info) if areas[index] < few)


def named_classes(prompt: str, info: PackInfo) -> list[int]:
    """The ids of the classes that a prompt asks for by name or synonym; of names in names the longest counts."""
    words = class_forms(info.classes)
    forms = "|".join(re.escape(form) for form in sorted(words, key=len, reverse=True))
    found = re.findall(rf"\b(?:{forms})\b", read_wish(prompt).wanted.lower())
    return sorted({words[form] for form in found})
