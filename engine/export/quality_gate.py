"""Filters of an export: thresholds on evaluators' scores, applied in the order of the seeds. Needs torch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.data.class_areas import class_pixel_counts
from engine.data.pairs import gamma_corrected, list_items, read_pair
from engine.data.taxonomy import class_word_forms, identity_mapping
from engine.evaluators.embeddings import EmbedderKind
from engine.evaluators.evaluator_protocols import ImageEmbedder, ImageSegmenter
from engine.interface import pack_catalogue
from engine.interface.dataset.export_order import ExportOrder, PairFilters, PairQuality
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.dataset.manifest import PairLine
from engine.interface.protocol import UNKNOWN, PackInfo, Pixels
from engine.interface.raster import enlarge_layout, fit_image
from engine.packs import pack
from engine.prompts.captions import MIN_CLASS_PIXELS, split_prompt

AGREEMENT, NAMED, APART = "agreement", "named", "apart"
REFERENCE_BATCH = 64
EmbeddingArray = npt.NDArray[np.float16]


class GateEvaluators(NamedTuple):
    """Evaluators that the filters use, and the kind of the embedder."""

    segmenter: ImageSegmenter | None = None
    embedder: ImageEmbedder | None = None
    embedder_kind: EmbedderKind = "clip"


class KnownEmbeddings(NamedTuple):
    """Embeddings [N, D] of the pictures that new ones must differ from, with a name for each."""

    rows: list[EmbeddingArray]
    names: list[str]

    def nearest(self, embedding: EmbeddingArray) -> tuple[float, str]:
        """Finds the largest cosine to a known picture, and that picture's name; -1 without any."""
        if not self.rows:
            return -1.0, ""
        cosines = np.stack(self.rows).astype(np.float32) @ embedding.astype(np.float32)
        best = int(cosines.argmax())
        return round(float(cosines[best]), 4), self.names[best]


class QualityGate:
    """Filters pairs one after the other; later pairs are compared with those that were kept.

    Embeddings are rounded to float16, as in the manifest, so that a resumed export decides the same.
    """

    def __init__(
        self, filters: PairFilters, info: PackInfo, evaluators: GateEvaluators, known: KnownEmbeddings
    ) -> None:
        self._filters, self._info, self._evaluators, self._known = filters, info, evaluators, known

    def __call__(self, pairs: Sequence[GeneratedPair]) -> list[PairQuality]:
        """Scores pairs, in order; `rejected` is empty for a pair that is kept."""
        images = [image_at_drawn_size(pair) for pair in pairs]
        segmented = (
            self._evaluators.segmenter.predict_layouts(images) if self._evaluators.segmenter else [None] * len(pairs)
        )
        embeddings: Sequence[EmbeddingArray | None] = [None] * len(pairs)
        if self._evaluators.embedder:
            embeddings = list(self._evaluators.embedder.embed_images(images).numpy().astype(np.float16))
        return [self._verdict(*each) for each in zip(pairs, segmented, embeddings, strict=True)]

    def _verdict(self, pair: GeneratedPair, segmented: Pixels | None, embedding: EmbeddingArray | None) -> PairQuality:
        filters, rejected = self._filters, ""
        agreement = (
            None
            if segmented is None
            else layout_agreement(pair.layout, enlarge_layout(segmented, pair.record.upscaled))
        )
        min_pixels, prompt = MIN_CLASS_PIXELS * pair.record.upscaled**2, pair.record.prompt
        missing = missing_named_classes(prompt, pair.layout, self._info, min_pixels) if filters.named else ()
        nearest, nearest_name = (None, "") if embedding is None else self._known.nearest(embedding)
        if agreement is not None and filters.agreement is not None and agreement < filters.agreement:
            rejected = AGREEMENT
        elif missing:
            rejected = NAMED
        elif nearest is not None and filters.apart is not None and nearest >= filters.apart:
            rejected = APART
        if embedding is not None and not rejected:
            self._known.rows.append(embedding)
            self._known.names.append(pair.name)
        return PairQuality(
            agreement=agreement,
            missing=missing,
            nearest=nearest,
            like=nearest_name,
            embedding=b"" if embedding is None or rejected else embedding.tobytes(),
            by=self._evaluators.embedder_kind,
            rejected=rejected,
        )


def build_quality_gate(order: ExportOrder, info: PackInfo, kept: Iterable[PairLine], device: str) -> QualityGate:
    """Builds the gate of an order, with the pairs kept so far. Raises BadPack if an evaluator is missing, BadFile."""
    from engine.evaluators import embeddings as likeness
    from engine.evaluators import segmenter

    filters, folder = order.filters, pack_catalogue.find_pack_folder(order.pack)
    file, torch_device = pack.read_pack_file(folder), pack.choose_device(device)
    segmenter_model = (
        segmenter.read(folder / segmenter.FILE, file, torch_device) if filters.agreement is not None else None
    )
    kept_embeddings = [(line.name, line.quality) for line in kept if line.quality and line.quality.embedding]
    if filters.apart is None:
        return QualityGate(filters, info, GateEvaluators(segmenter_model), KnownEmbeddings([], []))
    embedder_kind = (
        kept_embeddings[0][1].by if kept_embeddings else likeness.choose_embedder_kind(folder)
    )  # a resumed export keeps the embedder that it began with
    embedder = likeness.read_embedder(embedder_kind, folder, file, torch_device)
    known = (
        embed_reference(embedder, filters.reference, info, file.pixels.gamma)
        if filters.reference
        else KnownEmbeddings([], [])
    )
    known.rows.extend(np.frombuffer(quality.embedding, np.float16) for _, quality in kept_embeddings)
    known.names.extend(name for name, _ in kept_embeddings)
    return QualityGate(filters, info, GateEvaluators(segmenter_model, embedder, embedder_kind), known)


def embed_reference(embedder: ImageEmbedder, reference: Path, info: PackInfo, gamma: float) -> KnownEmbeddings:
    """Embeds the images of a folder with images/ and layouts/, with a pack's gamma applied. Raises BadFile."""
    items, mapping, known = list_items(reference), identity_mapping(info.classes), KnownEmbeddings([], [])
    for start in range(0, len(items), REFERENCE_BATCH):
        batch = items[start : start + REFERENCE_BATCH]
        images = [gamma_corrected(read_pair(item, mapping).image, gamma) for item in batch]
        known.rows.extend(embedder.embed_images(images).numpy().astype(np.float16))
        known.names.extend(item.name for item in batch)
    return known


def layout_agreement(layout: Pixels, segmented: Pixels) -> float:
    """Measures the share of known pixels at which the segmenter predicts the layout's class."""
    known = layout != UNKNOWN
    return round(float((layout == segmented)[known].mean()), 4) if known.any() else 1.0


def image_at_drawn_size(pair: GeneratedPair) -> Pixels:
    """Returns the image at the size that the pack drew it at, for which the evaluators were trained."""
    height, width = (side // pair.record.upscaled for side in pair.layout.shape)
    return pair.image if pair.record.upscaled == 1 else fit_image(pair.image, height, width).pixels


def missing_named_classes(
    prompt: str, layout: Pixels, info: PackInfo, min_pixels: int = MIN_CLASS_PIXELS
) -> tuple[str, ...]:
    """Lists the classes that a prompt names and a layout has fewer than `min_pixels` pixels of."""
    areas = class_pixel_counts(layout, len(info.classes))
    return tuple(info.classes[index].name for index in prompt_classes(prompt, info) if areas[index] < min_pixels)


def prompt_classes(prompt: str, info: PackInfo) -> list[int]:
    """Lists the ids of the classes that a prompt names by any word form; the longest of overlapping forms counts."""
    words = class_word_forms(info.classes)
    forms = "|".join(re.escape(form) for form in sorted(words, key=len, reverse=True))
    matches = re.findall(rf"\b(?:{forms})\b", split_prompt(prompt).wanted.lower())
    return sorted({words[form] for form in matches})
