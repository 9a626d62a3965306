"""Every word that a person reads can be translated, and is: German and Korean are whole and up to date."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QTranslator

from engine.interface.pack_catalogue import assets_folder
from studio.ui.style.language import LANGUAGE_NAMES, system_language
from tests.tools import translate

ROOT = Path(__file__).parents[4]
TEXT_CALLS = {
    *("setText", "setToolTip", "setWindowTitle", "setPlaceholderText", "setAccessibleName", "setIconText"),
    *("addMenu", "addAction", "addItem", "addTab", "setTitle", "setPrefix", "setSuffix", "setStatusTip"),
    *("QLabel", "QPushButton", "QCheckBox", "QGroupBox", "QAction", "QMenu", "QFileDialog", "QRadioButton"),
    *(
        "Notice",
        "NoticeAction",
        "styled_label",
        "toggle_button",
        "ask_open_picture",
        "format",
        "icon_button",
        "drawText",
        "draw_caption",
        "Command",
        "PathField",
        "ThresholdField",
        "MarginSpinBox",
        "HalfPanel",
        "ask_folder",
        "ask_open_text",
        "ask_open_zip",
        "ask_save_gif",
        "ask_save_png",
        "ask_save_project",
    ),
}
"""Calls whose words are read."""
UNREAD_ARGUMENTS = {"styled_label": {1}, "icon_button": {1}, "ask_save_gif": {2}, "ask_save_png": {2}}
"""Positions of arguments that are names for the program: styles, icons, files."""
SENTENCE = re.compile(r"[A-Z“][^\n]*[a-z,] [a-z]")
NAMES_ONLY = re.compile(
    r"Diptych|PNG|\*\.\w+|Zip|UniPC|DPM\+\+ 2M|DDIM|DDPM|Heun|Euler–Maruyama|GCDP"
    r"|Pascal VOC|Cityscapes|ADE20K|COCO|Hugging Face \w+|WebDataset|[\W\d_]+"
)
TRANSLATED = {"tr", "translate", "BadFile", "BadPack", "EngineError"}
"""Calls whose words are taken care of; the errors of the engine's tree stay English."""
LANGUAGES = sorted(set(LANGUAGE_NAMES) - {"en"})


def literals(node: ast.expr) -> Iterator[str]:
    """The bare words of an argument: of a string, and of the fixed parts of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.BinOp):
        yield from (*literals(node.left), *literals(node.right))
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))


def bare_sentences(tree: ast.Module) -> Iterator[ast.Constant]:
    """Strings that look like sentences, wherever they stand but in documentation, translations and errors."""
    fine: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            fine.add(node.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in TRANSLATED:
            fine.update(inner for argument in node.args for inner in ast.walk(argument))
        elif isinstance(node, ast.Constant) and node not in fine and SENTENCE.match(str(node.value)):
            yield node


def untranslated(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    for sentence in bare_sentences(tree):
        yield f"{path.name}:{sentence.lineno} {sentence.value!r}"
    for node in ast.walk(tree):
        name = ast.unparse(node.func).split(".")[-1] if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in TEXT_CALLS:
            arguments = [a for i, a in enumerate(node.args) if i not in UNREAD_ARGUMENTS.get(name, set())]
            arguments += [
                k.value for k in node.keywords if k.arg in ("text", "tip", "label", "button_text", "label_text")
            ]
            for words in (words for argument in arguments for words in literals(argument)):
                if re.search(r"[^\W\d_]{2}", NAMES_ONLY.sub("", words)):
                    yield f"{path.name}:{node.lineno} {name}({words!r})"


def ts_messages(language: str) -> Iterator[ElementTree.Element]:
    yield from ElementTree.parse(translate.source(language)).getroot().iter("message")


def test_no_words_are_left_bare() -> None:
    files = [*(ROOT / "studio" / "ui").rglob("*.py"), *(ROOT / "studio" / "session").rglob("*.py")]
    files.append(ROOT / "studio" / "composition.py")
    assert [line for file in sorted(files) for line in untranslated(file)] == []


def test_the_search_for_bare_words_finds_them(tmp_path: Path) -> None:
    file = tmp_path / "bad.py"
    file.write_text(
        'label.setText("Bare")\nlabel.setToolTip(f"{n} bare")\nQPushButton("Bare" if x else tr("fine"))\n'
        'label.setText(self.tr("fine"))\nstyled_label("", "dim")\nlabel.setText(f"{a}×{b}")\nNotice("Bare. " + more)\n'
        'words = "This is bare."\nraise BadFile("This is an error.")\n"""This is documentation."""\n'
    )
    found = {line.split()[0] for line in untranslated(file)}
    assert found == {"bad.py:1", "bad.py:2", "bad.py:3", "bad.py:7", "bad.py:8"}


def test_counts_are_translated_by_tr_which_lupdate_finds_plurals_in() -> None:
    for file in (ROOT / "studio").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "translate":
                assert len(node.args) <= 2, f"{file.name}:{node.lineno}: a count needs tr"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sources_are_up_to_date(language: str, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    fresh.write_bytes(translate.source(language).read_bytes())
    translate.update(fresh)
    missing = translate.texts(fresh) - translate.texts(translate.source(language))
    assert not missing, "run python -m tests.tools.translate"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_finished_and_keeps_its_places(language: str) -> None:
    count = 0
    for entry in ts_messages(language):
        source, translation = entry.findtext("source", ""), entry.find("translation")
        assert translation is not None
        assert translation.get("type") is None, f"unfinished: {source}"
        forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
        for form in forms:
            assert form.strip(), source
            assert set(re.findall(r"\{\w+\}", form)) == set(re.findall(r"\{\w+\}", source)), source
            assert form.endswith("…") == source.endswith("…"), source
            assert ("&" in form) == ("&" in source), f"a mnemonic is lost: {source}"
        count += 1
    assert count > 100


def test_english_has_a_singular_and_a_plural_for_every_count(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    fresh.write_bytes(translate.source("en").read_bytes())
    translate.update(fresh, plurals_only=True)
    assert translate.texts(fresh) == translate.texts(translate.source("en")), "run python -m tests.tools.translate"
    for entry in ts_messages("en"):
        forms = [form.text or "" for form in entry.iter("numerusform")]
        assert len(set(forms)) == 2, entry.findtext("source")
        assert not any("(" in form for form in forms), forms
    translator = QTranslator()
    assert translator.load(str(assets_folder() / "translations" / "diptych_en.qm"))
    assert translator.translate("PackCardWidget", "%Ln class(es)", "", 1) == "%Ln class"
    assert translator.translate("PackCardWidget", "%Ln class(es)", "", 8) == "%Ln classes"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shipped_is_what_the_sources_say(language: str, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.qm"
    translate.release(translate.source(language), fresh)
    shipped = assets_folder() / "translations" / f"diptych_{language}.qm"
    assert fresh.read_bytes() == shipped.read_bytes(), "run python -m tests.tools.translate"
    translator = QTranslator()
    assert translator.load(str(shipped))
    assert translator.translate("MainWindow", "&Undo") not in ("", "&Undo")


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [(["de-AT", "en"], "de"), (["fr-FR", "ko-KR"], "ko"), (["ko_KR"], "ko"), (["fr"], "en"), ([], "en")],
)
def test_the_systems_languages_in_their_order(wanted: list[str], spoken: str) -> None:
    assert system_language(wanted) == spoken
