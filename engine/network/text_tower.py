"""The text tower: open_clip's text transformer behind open_clip's tokenizer.

A pack has a small one of its own, trained with the network, whose embedding has rows only for the tokens of the pack's
vocabulary and one for all other words. `OpenClipTextTower` wraps the text half of a whole open_clip model instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Protocol, cast

import msgspec
import torch
from torch import Tensor, nn

from engine.diffusion.process.denoiser import TextFeatures
from engine.interface.errors import BadPack
from engine.interface.prompt_words import split_words
from engine.network.local_weights import local_weights

PAD, START, END, UNKNOWN_WORD = range(4)
"""Rows of a compact embedding before the vocabulary's own."""


class TextConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A small tower by its sizes, or (`model`) one of open_clip's with the weights from `pretrained`.

    `model` is a name that open_clip knows or "local-dir:PATH"; `pretrained` is a tag of open_clip or the path of a
    file of weights. Such a tower stays frozen.
    """

    width: Annotated[int, msgspec.Meta(ge=8, le=2048)] = 192
    layers: Annotated[int, msgspec.Meta(ge=1, le=48)] = 3
    heads: Annotated[int, msgspec.Meta(ge=1, le=64)] = 3
    context: Annotated[int, msgspec.Meta(ge=4, le=1024)] = 48
    model: Annotated[str, msgspec.Meta(max_length=4096)] = ""
    pretrained: Annotated[str, msgspec.Meta(max_length=4096)] = ""


class BytePairTokenizer(Protocol):
    """The used part of open_clip's SimpleTokenizer, whose merges come with the package."""

    def encode(self, text: str) -> list[int]: ...


@lru_cache(maxsize=1)
def byte_pair_tokenizer() -> BytePairTokenizer:
    """open_clip's tokenizer, loaded once."""
    from open_clip.tokenizer import SimpleTokenizer

    return cast(BytePairTokenizer, SimpleTokenizer())


@lru_cache(maxsize=4096)
def byte_pair_tokens(word: str) -> tuple[int, ...]:
    """The byte-pair tokens of one word."""
    return tuple(byte_pair_tokenizer().encode(word))


class TextTower(nn.Module):
    """Prompts to features. `pooled_width` and `token_width` are the sizes of its `TextFeatures`."""

    def __init__(self, config: TextConfig, vocabulary: Sequence[str]) -> None:
        super().__init__()
        from open_clip.transformer import TextTransformer

        self.context, self.vocabulary = config.context, frozenset(vocabulary)
        table = sorted({token for word in vocabulary for token in byte_pair_tokens(word)})
        self.row_of_token = {token: UNKNOWN_WORD + 1 + index for index, token in enumerate(table)}
        self.transformer: nn.Module = TextTransformer(
            context_length=config.context,
            vocab_size=UNKNOWN_WORD + 1 + len(table),
            width=config.width,
            heads=config.heads,
            layers=config.layers,
            output_dim=config.width,
            no_causal_mask=True,
            use_pad_mask=True,
            pad_id=PAD,
            eos_id=END,
            pool_type="eos",
            output_tokens=True,
        )
        self.pooled_width = self.token_width = config.width

    def tokenize(self, prompts: Sequence[str]) -> Tensor:
        """Token rows int64 [B, context], cut off before the end mark where a prompt is too long."""
        ids = torch.full((len(prompts), self.context), PAD)
        for index, prompt in enumerate(prompts):
            rows = [START, *(row for word in split_words(prompt) for row in self.word_rows(word))]
            rows = [*rows[: self.context - 1], END]
            ids[index, : len(rows)] = torch.tensor(rows)
        return ids

    def word_rows(self, word: str) -> list[int]:
        """The embedding rows of one word: `UNKNOWN_WORD` for one outside the vocabulary."""
        return (
            [self.row_of_token[token] for token in byte_pair_tokens(word)]
            if word in self.vocabulary
            else [UNKNOWN_WORD]
        )

    def unknown_words(self, prompt: str) -> tuple[str, ...]:
        """The words of a prompt without effect, each once, in order: unknown ones, and those beyond the context."""
        ignored, length = [], 1
        for word in split_words(prompt):
            length += len(self.word_rows(word))
            if word not in ",." and (word not in self.vocabulary or length >= self.context):
                ignored.append(word)
        return tuple(dict.fromkeys(ignored))

    def forward(self, ids: Tensor) -> TextFeatures:
        """The features of token rows int64 [B, context]."""
        pooled, tokens = self.transformer(ids)
        return TextFeatures(pooled, tokens, ids != PAD)


class OpenClipTextTower(TextTower):
    """The text half of a whole open_clip model, frozen."""

    def __init__(self, config: TextConfig) -> None:
        nn.Module.__init__(self)
        import open_clip
        from open_clip.transformer import TextTransformer

        try:
            model = open_clip.create_model(
                config.model,
                config.pretrained or None,
                force_custom_text=True,
                output_dict=True,
                require_pretrained=True,
            )
            self.tokenizer = open_clip.get_tokenizer(config.model)
        except Exception as error:  # open_clip's loaders raise many kinds
            raise BadPack(
                f"open_clip cannot load the text model {config.model} from {config.pretrained or 'its name'}: {error}",
                "Check the name and the path of the weights; nothing is downloaded without a network.",
            ) from error
        self.transformer = model.text
        if not isinstance(self.transformer, TextTransformer):
            raise BadPack(
                f"The text half of {config.model} is a {type(self.transformer).__name__}.",
                "Use an open_clip model with open_clip's own text transformer.",
            )
        self.transformer.output_tokens = True
        self.requires_grad_(False)
        self.context = int(self.transformer.context_length)
        self.token_width = int(self.transformer.width)
        self.pooled_width = int(self.transformer.output_dim or self.token_width)

    def tokenize(self, prompts: Sequence[str]) -> Tensor:
        ids: Tensor = self.tokenizer(list(prompts), context_length=self.context)
        return ids

    def unknown_words(self, prompt: str) -> tuple[str, ...]:
        """No words: byte pairs spell every one."""
        return ()

    def forward(self, ids: Tensor) -> TextFeatures:
        pooled, tokens = self.transformer(ids)
        mask = torch.arange(ids.shape[1], device=ids.device) <= ids.argmax(1, keepdim=True)
        return TextFeatures(pooled, tokens, mask)


def build_text_tower(config: TextConfig, vocabulary: Sequence[str], *, local: bool = False) -> TextTower:
    """The tower that a configuration describes; a `local` one without a network. Raises BadPack."""
    if not config.model:
        return TextTower(config, vocabulary)
    if local:
        config = msgspec.structs.replace(config, pretrained=local_weights(config.model, config.pretrained))
    return OpenClipTextTower(config)
