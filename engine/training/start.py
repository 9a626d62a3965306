"""Begin a run with a pack's weights, for more of its own data, other words, or data of one's own."""

from __future__ import annotations

from engine import library, packs
from engine.errors import BadConfig
from engine.network.text import OTHER
from engine.packs import Pack, PackFile
from engine.training.objective import Model

EMBEDDING = "transformer.token_embedding.weight"


def begin_with(name: str, model: Model, file: PackFile) -> int:
    """Give the weights of the pack of a name or in a folder to the model that `file` describes; words that the pack
    never heard keep their fresh ones. Returns how many images the pack has seen.

    Raises UnknownPack, BadPack, and BadConfig if it has other classes, another network, text tower or process.
    """
    pack = packs.load(library.find_pack(name), "cpu")
    check(pack, file)
    model.unet.load_state_dict(pack.network.state_dict())
    if not file.text.model:
        told, tower = pack.tower.state_dict(), model.tower.state_dict()
        fresh, known = tower[EMBEDDING].clone(), told[EMBEDDING].to(tower[EMBEDDING])
        fresh[: OTHER + 1] = known[: OTHER + 1]
        for token, row in model.tower.rows.items():
            if token in pack.tower.rows:
                fresh[row] = known[pack.tower.rows[token]]
        model.tower.load_state_dict({**told, EMBEDDING: fresh})
    return pack.file.images_seen


def check(pack: Pack, file: PackFile) -> None:
    """Raise BadConfig for what must be as in the pack and is not."""
    for what, mine, theirs in (
        ("classes", [one.name for one in file.info.classes], [one.name for one in pack.info.classes]),
        ("network", file.network, pack.file.network),
        ("text tower", file.text, pack.file.text),
        ("process", file.process.taught, pack.file.process.taught),
    ):
        if mine != theirs:
            raise BadConfig(
                f"{pack.folder}, which the run is to start with, differs from it in its {what}.",
                "Start with a pack that fits, or without `start`.",
            )
