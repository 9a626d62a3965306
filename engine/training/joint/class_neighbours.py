"""Similar classes by the features of their names in a pack's text tower."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from engine.diffusion.process.transitions import nearest_by_cosine
from engine.interface.errors import BadConfig
from engine.interface.pack_catalogue import find_pack_folder
from engine.packs.pack import read_pack


def nearest_classes(pack: str, names: Sequence[str], count: int) -> tuple[tuple[int, ...], ...]:
    """For each class the ids of the `count` most similar ones, by the cosine of the pooled features of their names.

    Raises BadConfig if `count` is too large or the pack's tower does not know a name, or BadPack.
    """
    tower = read_pack(find_pack_folder(pack), "cpu").text_encoder
    unknown_words = [word for name in names for word in tower.unknown_words(name)]
    if unknown_words:
        raise BadConfig(
            f"The pack “{pack}” knows no {', '.join(unknown_words)}.", "Set `embeddings` to one that does."
        )
    with torch.inference_mode():
        pooled = tower(tower.tokenize(names)).pooled
    try:
        near = nearest_by_cosine(pooled, count)
    except ValueError as error:
        raise BadConfig(f"neighbours = {count}: {error}.", "Change `neighbours`.") from error
    return tuple(map(tuple, near.tolist()))
