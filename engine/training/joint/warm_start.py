"""Initial weights from a pack, to train it on more data, other words or data of one's own."""

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
    """Load the weights of a pack, by its name or folder, into the model that `file` describes.

    Words that the pack does not know keep their fresh embeddings. Returns how many images the pack has seen. Raises
    UnknownPack, BadPack, or BadConfig if it has other classes, another network, text tower or process.
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
    """Raise BadConfig if classes, network, text tower or process differ from the pack's."""
    for part, mine, theirs in (
        ("classes", [info.name for info in file.info.classes], [info.name for info in pack.info.classes]),
        ("network", file.network, pack.file.network),
        ("text tower", file.text, pack.file.text),
        ("process", file.process.without_sampler_settings, pack.file.process.without_sampler_settings),
    ):
        if mine != theirs:
            raise BadConfig(
                f"{pack.folder}, which the run is to start with, differs from it in its {part}.",
                "Start with a pack that fits, or without `start`.",
            )
