"""Begin a run with a pack's weights, for more of its own data, other words, or data of one's own."""

from __future__ import annotations

from engine.interface import pack_catalogue
from engine.interface.errors import BadConfig
from engine.network.text_tower import UNKNOWN_WORD
from engine.packs import pack as packs
from engine.packs.pack import Pack
from engine.packs.pack_config import PackFile
from engine.training.joint.objective import JointModel

EMBEDDING_KEY = "transformer.token_embedding.weight"


def load_pack_weights(name: str, model: JointModel, file: PackFile) -> int:
    """Give the weights of the pack of a name or in a folder to the model that `file` describes; words that the pack
    never heard keep their fresh ones. Returns how many images the pack has seen.

    Raises UnknownPack, BadPack, and BadConfig if it has other classes, another network, text tower or process.
    """
    pack = packs.read_pack(pack_catalogue.find_pack_folder(name), "cpu")
    check_same_architecture(pack, file)
    model.unet.load_state_dict(pack.network.state_dict())
    if not file.text.model:
        pack_tower, fresh_tower = pack.text_encoder.state_dict(), model.tower.state_dict()
        fresh, known = fresh_tower[EMBEDDING_KEY].clone(), pack_tower[EMBEDDING_KEY].to(fresh_tower[EMBEDDING_KEY])
        fresh[: UNKNOWN_WORD + 1] = known[: UNKNOWN_WORD + 1]
        for token, row in model.tower.row_of_token.items():
            if token in pack.text_encoder.row_of_token:
                fresh[row] = known[pack.text_encoder.row_of_token[token]]
        model.tower.load_state_dict({**pack_tower, EMBEDDING_KEY: fresh})
    return pack.file.images_seen


def check_same_architecture(pack: Pack, file: PackFile) -> None:
    """Raise BadConfig for what must be as in the pack and is not."""
    for part, mine, theirs in (
        ("classes", [one.name for one in file.info.classes], [one.name for one in pack.info.classes]),
        ("network", file.network, pack.file.network),
        ("text tower", file.text, pack.file.text),
        ("process", file.process.without_sampler_settings, pack.file.process.without_sampler_settings),
    ):
        if mine != theirs:
            raise BadConfig(
                f"{pack.folder}, which the run is to start with, differs from it in its {part}.",
                "Start with a pack that fits, or without `start`.",
            )
