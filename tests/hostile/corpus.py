"""Files that an enemy would send, made anew by each run: every door of the program with what it must say to each.

A case writes one file, or a folder, and names the sentence that its door answers with. Nothing here is stored.
"""

from __future__ import annotations

import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from PIL import Image

from engine.interface.protocol import ClassInfo, PackInfo
from engine.interface.raster import encode_image, encode_layout
from studio.domain.document import Document, GenerationMode
from studio.session.persistence import project_file
from studio.session.persistence.provenance import Provenance
from tests.engine.packs.hostile_descriptions import BAD_DESCRIPTIONS, BAD_HEADERS

CLASSES = (ClassInfo("road", "#804080"), ClassInfo("sky", "#4682b4"), ClassInfo("car", "#00008e"))
INFO = PackInfo(name="tiny", title="Tiny", height=32, width=64, classes=CLASSES)
ESCAPES = ("../victim", "/etc/passwd", "a/../../victim", "..", "", "C:\\victim", "a\\..\\..\\victim", "a\0b", "a\nb")
"""Names that lead out of a folder, or that no file has."""


class Case(NamedTuple):
    """`write` gets an empty folder and returns the path that the door opens; `sentence` is what it must say."""

    name: str
    write: Callable[[Path], Path]
    sentence: str


def written(name: str, data: bytes) -> Callable[[Path], Path]:
    """Writes one file."""

    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return write


def bad_json(valid: bytes) -> Iterator[tuple[str, bytes]]:
    """What is no JSON document, or one that no decoder should follow; `valid` is an object."""
    head = valid.rstrip()[:-1]
    yield "empty", b""
    yield "cut", valid[: len(valid) // 2]
    yield "a list", b"[]"
    yield "a number", b"3"
    for depth in (1100, 200_000):
        yield f"{depth} lists", head + b',"unknown":' + b"[" * depth + b"]" * depth + b"}"
        yield f"{depth} objects", head + b',"unknown":' + b'{"a":' * depth + b"0" + b"}" * depth + b"}"
    yield "5000 digits", head + b',"unknown":' + b"7" * 5000 + b"}"
    yield "no utf-8", b'{"\xff":' + valid + b"}"
    yield "half a pair", head + b',"unknown":"\\ud800"}'
    yield "NaN", head + b',"unknown":NaN}'
    yield "a control character", head + b',"unknown":"\x00"}'
    yield "an open text", head + b',"unknown":"' + b'\\"' * 100_000
    yield "a second document", valid + valid


def packs() -> Iterator[Case]:
    """pack.json beside the weights of a whole pack, which the door puts there."""
    from tests import tiny

    def with_description(data: bytes) -> Callable[[Path], Path]:
        def write(folder: Path) -> Path:
            tiny.make(folder / "pack")
            (folder / "pack" / "pack.json").write_bytes(data)
            return folder / "pack"

        return write

    def changed(place: tuple[str, ...], value: object) -> Callable[[Path], Path]:
        def write(folder: Path) -> Path:
            path = tiny.make(folder / "pack") / "pack.json"
            description = json.loads(path.read_text("utf-8"))
            inner = description
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = value
            path.write_text(json.dumps(description), "utf-8")
            return path.parent

        return write

    for name, data in bad_json(b'{"format": 1}'):
        yield Case(name, with_description(data), r"pack\.json cannot be read")
    for number, (place, value) in enumerate((*BAD_HEADERS, *BAD_DESCRIPTIONS)):
        yield Case(f"{number}: {'.'.join(place)} {str(value)[:30]}", changed(place, value), r"pack\.json|pack format")


def pictures() -> Iterator[Case]:
    """Pictures that are none, are too many pixels, or that other programs would be started for."""
    plain = encode_image(np.zeros((8, 8, 3), np.uint8))
    unknown, large = "cannot be read as a picture", "million are the limit|too many pixels"
    yield Case(
        "postscript", written("photo.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n"), unknown
    )
    yield Case("pdf", written("photo.jpg", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"), unknown)
    yield Case("svg", written("photo.png", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), unknown)
    yield Case("words", written("photo.png", b"not a picture"), unknown)
    yield Case("empty", written("photo.png", b""), unknown)
    yield Case("signature", written("photo.png", b"\x89PNG\r\n\x1a\n"), unknown)
    yield Case("cut", written("photo.png", plain[:44]), unknown)
    yield Case("a flipped bit", written("photo.png", plain[:40] + b"\xff" + plain[41:]), unknown)
    yield Case("13000 pixels wide", written("photo.png", png_of(13_000, 13_000)), large)
    yield Case("two billion pixels", written("photo.png", png_of(46_000, 46_000)), large)
    yield Case("a side of 2³¹", written("photo.png", png_of(2**31 - 1, 1)), f"{large}|{unknown}")
    yield Case("no pixels", written("photo.png", png_of(0, 0)), f"{unknown}|{large}")
    yield Case("a folder", lambda folder: folder, "is no file|cannot be read")
    yield Case("nothing", lambda folder: folder / "nothing.png", "There is no file")
    yield Case("a device", lambda folder: Path("/dev/zero"), "is no file")
    yield Case("a link to a device", linked("photo.png", "/dev/zero"), "is no file")
    for kind in ("ICO", "PPM", "TGA", "PCX", "SGI", "DDS", "XBM"):
        data = io.BytesIO()
        Image.new("1" if kind == "XBM" else "RGB", (8, 8)).save(data, kind)
        yield Case(kind, written("photo.png", data.getvalue()), unknown)


def png_of(width: int, height: int) -> bytes:
    """A PNG file whose head names this size; its pixels swell without end."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(2**20)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels * 4 + chunk(b"IEND", b"")


def linked(name: str, target: str) -> Callable[[Path], Path]:
    """Makes a link."""

    def write(folder: Path) -> Path:
        (folder / name).symlink_to(target)
        return folder / name

    return write


def layouts() -> Iterator[Case]:
    """Layouts with classes that are not there, of too many pixels, or in pixels that are no ids."""
    ids = np.zeros((8, 8), np.uint8)
    ids[3, 4] = 200
    grey = io.BytesIO()
    Image.fromarray(ids).save(grey, "PNG")
    wide = io.BytesIO()
    Image.new("F", (8, 8)).save(wide, "TIFF")
    colours = encode_image(np.full((8, 8, 3), 77, np.uint8))
    yield Case("a class that is not there", written("layout.png", grey.getvalue()), r"class id 200.*row 3, column 4")
    yield Case("a colour of no class", written("layout.png", colours), "colour #4d4d4d")
    yield Case("float pixels", written("layout.tif", wide.getvalue()), "pixel format F")
    yield Case("17 million pixels", written("layout.png", png_of(4200, 4200)), "million are the limit")
    yield Case("words", written("layout.png", b"not a picture"), "cannot be read as a picture")
    yield Case("a device", lambda folder: Path("/dev/zero"), "is no file")
    cut = encode_layout(np.zeros((64, 64), np.uint8), CLASSES)[:-30]
    yield Case("cut", written("layout.png", cut), "cannot be read as a picture")


def requests() -> Iterator[Case]:
    """Pictures of ours whose request is not."""
    image = np.zeros((32, 64, 3), np.uint8)
    document = Document(32, 64)
    taken = document.with_result(GenerationMode.LAYOUT_TO_IMAGE, image, np.zeros((32, 64), np.uint8))
    from engine.interface.protocol import Generate

    valid = Provenance.of_result(GenerationMode.LAYOUT_TO_IMAGE, Generate(id="x", pack="tiny", seed=7), taken)
    text = valid.to_json().encode()

    def noted(note: bytes) -> Callable[[Path], Path]:
        return written("photo.png", encode_image(image, note.decode("utf-8", "surrogateescape")))

    broken = "request in photo.png cannot be read|was made with the pack|newer Diptych"
    for name, data in bad_json(text):
        if name not in ("empty", "no utf-8"):  # which are no notes at all
            yield Case(name, noted(data), broken)
    for old, new in (
        ('"seed":7', '"seed":-1'),
        ('"seed":7', '"seed":2147483648'),
        ('"pack":"tiny"', '"pack":"../other"'),
        ('"steps":null', '"steps":1000000000'),
        ('"corrections":0', '"corrections":100,"resamplings":100,"steps":1000'),
        ('"version":1', '"version":99'),
        ('"mode":"layout_to_image"', '"mode":"run"'),
        ('"height":32', '"height":4096'),
        ('"guides":[]', '"guides":[{"type":"evil"}]'),
        ('"frame":[0,0,32,64]', '"frame":[1099511627776,0,1099511627808,64]'),
    ):
        assert old in text.decode(), old
        yield Case(new[:40], noted(text.decode().replace(old, new, 1).encode()), broken)


def project_of(members: dict[str, bytes | None], method: int = zipfile.ZIP_STORED) -> Callable[[Path], Path]:
    """Writes a project of these members; those without content are left out."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return written("theirs.diptych", data.getvalue())


def whole_project() -> tuple[bytes, dict[str, bytes | None]]:
    """A project that opens, as a file and by its members."""
    empty = project_file.PictureSnapshot.capture(Document(32, 64), project_file.PictureState())
    whole = project_file.encode_project(empty, INFO)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return whole, {name: archive.read(name) for name in archive.namelist()}


def projects() -> Iterator[Case]:
    """Projects with damaged members, planes of other sizes, and zips that are packed oddly."""
    whole, members = whole_project()
    unreadable = "Diptych project|was saved by|was made with|another size|cannot be read"
    yield Case("words", written("theirs.diptych", b"not a zip"), unreadable)
    yield Case("empty", written("theirs.diptych", b""), unreadable)
    yield Case("cut", written("theirs.diptych", whole[:-50]), unreadable)
    yield Case("lzma", project_of(members, zipfile.ZIP_LZMA), "packed in a way")
    yield Case("bzip2", project_of(members, zipfile.ZIP_BZIP2), "packed in a way")
    yield Case("no head", project_of(members | {"diptych.json": None}), unreadable)
    for what, name, content, sentence in (
        ("no image", "image.png", None, unreadable),
        ("a larger image", "image.png", encode_image(np.zeros((64, 64, 3), np.uint8)), "another size"),
        ("an image that swells", "image.png", png_of(13_000, 13_000), "another size"),
        ("postscript", "image.png", b"%!PS-Adobe-3.0 EPSF-3.0\n", "cannot be read as a picture"),
        ("a class that is not there", "painted.png", encode_image(np.full((32, 64), 99, np.uint8)), "class id"),
    ):
        yield Case(what, project_of(members | {name: content}), sentence)
    head = msgspec.json.format(members["diptych.json"] or b"", indent=-1)
    for old, new in (
        (b'"height":32', b'"height":1099511627776'),
        (b'"height":32', b'"height":-32'),
        (b'"version":1', b'"version":99'),
        (b'"pack":"tiny"', b'"pack":"other"'),
    ):
        assert old in head
        yield Case(new.decode(), project_of(members | {"diptych.json": head.replace(old, new)}), unreadable)
    for name, data in bad_json(head):
        if name != "a second document":
            yield Case(f"head: {name}", project_of(members | {"diptych.json": data}), unreadable)


def tomls() -> Iterator[Case]:
    """Recipes and taxonomies."""
    said = "no training configuration|cannot be read|more than"
    for name, data in {
        "empty": b"",
        "deep": b"a = " + b"[" * 2000 + b"]" * 2000,
        "deep tables": b"a = " + b"{a=" * 2000 + b"1" + b"}" * 2000,
        "5000 digits": b"height = " + b"9" * 5000,
        "no utf-8": b'taxonomy = "\xff"',
        "large": b"#" * 2**21,
        "its own base": b'base = "recipe.toml"',
        "an unknown key": b"unknown = 1",
        "a list": b"height = [1]",
        "cut": b'taxonomy = "str',
        "NUL": b'taxonomy = "a\0b"',
    }.items():
        yield Case(name, written("recipe.toml", data), said)
    yield Case("a device", lambda folder: Path("/dev/zero"), said + "|is no file")


def prompts() -> Iterator[Case]:
    """Files with a prompt for each name."""
    said = r"is not NAME<tab>text|cannot be read|again|no file"
    yield Case("no tab", written("prompts.txt", b"a road"), said)
    yield Case("no utf-8", written("prompts.txt", b"a\t\xff"), said)
    yield Case("a name twice", written("prompts.txt", b"a\tx\na\ty"), said)
    yield Case("no name", written("prompts.txt", b"\ta road"), said)
    for name in ("../victim", "/etc/passwd", "a/b", "."):
        yield Case(f"the name {name}", written("prompts.txt", f"{name}\ta road".encode()), said)
    yield Case("a device", lambda folder: Path("/dev/zero"), said)


def manifests() -> Iterator[Case]:
    """manifest.jsonl with lines that nobody wrote."""
    record = {
        **{"version": "0", "torch": "0", "pack": "tiny", "pack_sha256": "", "device": "cpu", "seed": 0, "prompt": ""},
        **{"steps": 1, "sampler": "ddim", "guidance": 1.0, "cross_guidance": 1.0, "height": 32, "width": 64},
    }
    valid = {"type": "pair", "name": "a", "files": {}, "request": record}

    def line(**fields: object) -> Callable[[Path], Path]:
        return written("manifest.jsonl", json.dumps(valid | fields).encode() + b"\n")

    for name in ESCAPES:
        yield Case(f"the file {name!r}", line(files={name: ""}), "is none of ours")
        yield Case(f"the name {name!r}", line(name=name), "is none of ours")
        shard = {"type": "shard", "file": name, "sha256": "", "first": 0, "last": 1}
        yield Case(
            f"the shard {name!r}", written("manifest.jsonl", json.dumps(shard).encode() + b"\n"), "none of ours"
        )
    yield Case("areas below 0", line(areas=[-1]), "is none of ours")
    yield Case("a thousand areas", line(areas=[0] * 1000), "is none of ours")
    yield Case("an area of 2⁷⁰", line(areas=[2**70]), "is none of ours")
    yield Case("a long line", written("manifest.jsonl", b" " * 2**22 + b"\n"), "is none of ours")
    for name, data in bad_json(json.dumps(valid).encode()):
        if name not in ("empty", "an open text"):
            yield Case(name, written("manifest.jsonl", data + b"\n"), "is none of ours")


def shards() -> Iterator[Case]:
    """Tar files of pairs."""

    def packed(*members: tuple[str, bytes]) -> bytes:
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as archive:
            for name, content in members:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return data.getvalue()

    image = encode_image(np.zeros((8, 8, 3), np.uint8))
    whole = packed(("a.png", image), ("a.layout.png", image))
    lying = bytearray(whole)
    lying[124:136] = b"\x80" + (2**50).to_bytes(11, "big")
    lying[148:156] = b"%06o\0 " % (sum(lying[:148]) + sum(lying[156:512]) + 8 * 32)
    said = "no shard|ends inside|no record|no layout|cannot be read|is no file|has no image|has a file|million"
    yield Case("words", written("train-0.tar", b"not a tar file" * 100), said)
    yield Case("cut", written("train-0.tar", whole[:900]), said)
    yield Case("a size of 2⁵⁰", written("train-0.tar", bytes(lying)), said)
    yield Case("no layout", written("train-0.tar", packed(("a.png", image))), said)
    yield Case(
        "a layout that swells",
        written("train-0.tar", packed(("a.png", image), ("a.seg.png", png_of(9999, 9999)))),
        said,
    )
    deep = b"[" * 5000
    yield Case("deep", written("train-0.tar", packed(("a.png", image), ("a.seg.png", image), ("a.json", deep))), said)


def zips() -> Iterator[Case]:
    """Zips of packs."""

    def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", method) as archive:
            for name, content in members:
                archive.writestr(zipfile.ZipInfo(name), content, method)
        return data.getvalue()

    head = ("tiny/pack.json", b"{}")
    yield Case("words", written("pack.zip", b"not a zip"), "cannot be read")
    yield Case("empty", written("pack.zip", b""), "cannot be read")
    yield Case("no pack", written("pack.zip", packed(("a.txt", b""))), "pack.json is missing|There is no pack|no pack")
    for name in ("../victim", "/victim", "tiny/../../victim", "C:\\victim", "..\\victim"):
        yield Case(name, written("pack.zip", packed(head, (name, b"x"))), "outside its folder|no pack has")
    yield Case("swelling", written("pack.zip", packed(head, ("tiny/a", bytes(2**28)))), "larger than any pack")
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        yield Case(f"method {method}", written("pack.zip", packed(head, method=method)), "no pack has")
    yield Case(
        "6000 files", written("pack.zip", packed(head, *((f"tiny/{i}", b"") for i in range(6000)))), "larger than"
    )
    yield Case("cut", written("pack.zip", packed(head, ("tiny/a", b"x" * 999))[:-40]), "cannot be read")


DOORS: dict[str, Callable[[], Iterator[Case]]] = {
    "pack": packs,
    "picture": pictures,
    "layout": layouts,
    "request": requests,
    "project": projects,
    "toml": tomls,
    "prompts": prompts,
    "manifest": manifests,
    "shard": shards,
    "zip": zips,
}
