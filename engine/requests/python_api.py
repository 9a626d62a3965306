"""The Python API: a pack by its name, and pictures from it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.interface.pack_catalogue import find_pack_folder
from engine.interface.protocol import Generate, Pixels, Raster, Sampler
from engine.packs.pack import Pack, read_pack
from engine.requests.batch_snapshot import ImageLayoutPair
from engine.requests.generation import generate_steps


@dataclass(frozen=True)
class LoadedPack:
    """A pack to sample from in Python."""

    pack: Pack

    def sample(
        self,
        *,
        layout: Pixels | None = None,
        image: Pixels | None = None,
        prompt: str = "",
        negative: str = "",
        seed: int = 0,
        steps: int | None = None,
        sampler: Sampler | None = None,
    ) -> ImageLayoutPair:
        """Image and layout, of which what is given comes back unchanged. Raises BadRequest.

        layout: ids uint8 [H, W], 255 where a class is to be drawn; image: RGB uint8 [H, W, 3].
        """
        request = Generate(
            id="python",
            pack=self.pack.info.name,
            layout=None if layout is None else Raster.from_pixels(layout),
            image=None if image is None else Raster.from_pixels(image),
            prompt=prompt,
            negative=negative,
            seed=seed,
            steps=steps,
            sampler=sampler,
        )
        *_, last = generate_steps(self.pack, [request])
        return last.pair(0)


def load_pack(name: str, device: str = "auto") -> LoadedPack:
    """A pack by its name or the path of its folder. Raises UnknownPack, BadPack or NoDevice."""
    return LoadedPack(read_pack(find_pack_folder(name), device))
