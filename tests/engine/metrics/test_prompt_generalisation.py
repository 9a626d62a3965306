"""Prompts in words of no caption, judged by results that are as they are told to be, and by deaf ones."""

from __future__ import annotations

import numpy as np

from engine.data.taxonomy import taxonomy_classes
from engine.interface.protocol import ClassInfo
from engine.metrics import prompt_generalisation
from engine.prompts.captions import Captioner, CaptionStyle

CLASSES = (
    ClassInfo("road", "#000000"),
    ClassInfo("person", "#000000", plural="people"),
    ClassInfo("sky", "#000000", mass=True),
    ClassInfo("unicorn", "#000000"),
)
SHARES = [1.0, 0.3, 0.4, 0.0]


def understood(text):
    """A result that is as a phrasing tells it to be; what is not asked for is not there."""
    layout, image = np.zeros((8, 16), np.uint8), np.full((8, 16, 3), 200 if "sun" in text else 90, np.uint8)
    told = [index for index, one in enumerate(CLASSES) if one.name in text or (one.plural and one.plural in text)]
    away = ("not a single", "free of", "aren't any", "nothing of")
    if told and not any(word in text for word in away):
        columns = slice(0, 5) if "left" in text else slice(9, 16) if "right" in text else slice(4, 12)
        layout[2:4, columns] = told[0]
        if "dozens" in text:
            layout[::2, ::2] = told[0]
    return image, layout


def test_phrasings_are_judged_by_what_is_drawn_for_them():
    asked = []

    def draw(texts, seeds):
        assert len(seeds) == len(texts)
        asked.extend(texts)
        return prompt_generalisation.PhrasingSamples(*zip(*map(understood, texts), strict=True))

    found = {one.kind: one for one in prompt_generalisation.score_phrasings(draw, CLASSES, SHARES, 2)}
    assert [one.asked.value for one in found.values()] == [1, 1, 1, 1, 1]
    assert list(found) == ["paraphrase", "negation", "side", "count", "light"]
    assert [one.unasked for one in found.values()] == [0, 1, 0, 0.5, 0.5]
    assert found["paraphrase"].asked.n == 2 * 4 * 2, "of two classes in four phrasings with two seeds"
    assert not any("unicorn" in text for text in asked), "nothing is asked for that was never seen"
    assert any("show me people" in text for text in asked)
    assert not any("skies" in text or "a sky" in text for text in asked)

    def deaf(texts, seeds):
        return prompt_generalisation.PhrasingSamples(*zip(*(understood("a person") for _ in texts), strict=True))

    found = {one.kind: one for one in prompt_generalisation.score_phrasings(deaf, CLASSES, SHARES, 2)}
    assert found["paraphrase"].asked.value == found["paraphrase"].unasked == 0.5
    assert found["negation"].asked.value == 0.5
    assert found["count"].asked.value == found["light"].asked.value == 0.5, "as many, as bright"
    assert [one.kind for one in prompt_generalisation.score_phrasings(deaf, CLASSES, [1.0] * 4, 2)] == ["light"], (
        "all are everywhere"
    )


def test_no_caption_is_worded_like_a_phrasing():
    words = taxonomy_classes("street")
    infos, random = [one.class_info() for one in words], np.random.default_rng(0)
    layout = random.integers(0, len(infos), (32, 64)).astype(np.uint8)
    image = random.integers(0, 255, (32, 64, 3)).astype(np.uint8)
    writer = Captioner(words, np.full(len(words), 0.3), (80.0, 160.0), CaptionStyle(streets=True))
    captions = " | ".join(writer.draw_caption(layout, image, random).text for _ in range(3000))
    texts = {one.text for one in prompt_generalisation.held_out_phrasings(infos, [0.3] * len(infos))}
    assert len(texts) == 12 * len(infos)
    assert not any(text in captions for text in texts)
