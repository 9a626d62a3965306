"""The protocol of the studio and the engine: frozen messages in length-prefixed msgpack frames.

A frame is a 4-byte big-endian length and that many bytes of msgpack. The engine speaks first, with `Ready`. No torch.
"""

from __future__ import annotations

from typing import Annotated, BinaryIO, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from engine.interface import pack_fields as fields
from engine.interface.bounded_decoding import EVENT, MsgpackDecoder
from engine.interface.errors import BadFrame, MalformedData

PROTOCOL_VERSION = 5
UNKNOWN = 255  # the id of a layout pixel without a class: in memory, on the wire and in files
MAX_FRAME = 64 * 2**20
MAX_SIDE = 4096
MAX_SEED = 2**63 - 1  # the largest that torch's generators take
MAX_PROMPT_LENGTH = 2000  # characters
SIDE_MULTIPLE = 16
"""Heights and widths are multiples of this, for any network: it halves the picture up to four times."""

Pixels = npt.NDArray[np.uint8]
SideLength = Annotated[int, msgspec.Meta(ge=1, le=MAX_SIDE)]
Sampler = Literal[
    "ddim", "ddim-ancestral", "ddpm", "ddpm-wide", "dpm++2m", "unipc", "heun", "euler-maruyama", "distilled", "gcdp",
    "gcdp-faulty",
]  # fmt: skip
"""The solvers, the pack's few-step network, and RePaint as in GCDP, also with the noise of its published code."""
JobId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
PromptText = Annotated[str, msgspec.Meta(max_length=MAX_PROMPT_LENGTH)]
EnginePath = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]  # a file or a folder on the engine's side
ExportFormat = Literal["paired", "voc", "cityscapes", "ade20k", "coco", "imagefolder", "parquet", "webdataset"]


class Raster(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """uint8 pixels, row by row: 3 channels are RGB, 1 channel holds class ids or a mask (0 is off)."""

    height: SideLength
    width: SideLength
    channels: Annotated[int, msgspec.Meta(ge=1, le=3)]
    data: bytes

    @classmethod
    def from_pixels(cls, pixels: Pixels) -> Raster:
        """Copy uint8 pixels of shape [H, W] or [H, W, 3]."""
        if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3):
            raise ValueError(f"a raster is uint8 [H, W] or [H, W, 3], not {pixels.dtype} {pixels.shape}")
        height, width = pixels.shape[:2]
        return cls(height, width, 1 if pixels.ndim == 2 else pixels.shape[2], pixels.tobytes())

    @property
    def is_complete(self) -> bool:
        """Whether the number of bytes is the one that the sizes ask for."""
        return len(self.data) == self.height * self.width * self.channels

    def pixels(self) -> Pixels:
        """Read-only uint8 [H, W] for one channel, [H, W, C] else."""
        flat = np.frombuffer(self.data, np.uint8)
        shape = (self.height, self.width) if self.channels == 1 else (self.height, self.width, self.channels)
        return flat.reshape(shape)


class ClassInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One class of a pack; its id is its place in the list."""

    name: fields.ClassName
    colour: fields.HexColour
    synonyms: fields.Synonyms = ()
    hotkey: fields.Word = ""
    mass: bool = False  # "much sky", never "a sky"
    plural: fields.Word = ""  # unless it is a regular one


class PackInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The public part of a pack, which is known before the pack is loaded."""

    name: fields.PackName
    title: fields.Title
    height: fields.PackSide
    width: fields.PackSide
    classes: tuple[ClassInfo, ...]
    vocabulary: fields.Vocabulary = ()
    openers: fields.Phrases = ()  # how captions begin
    licence: fields.Terms = ""
    steps: fields.StepCount = 10
    layout_steps: fields.OptionalSteps = 0  # where the whole image is given; 0: as many as elsewhere
    text_steps: fields.OptionalSteps = 0  # where nothing of either half is given; 0: as many as elsewhere
    sampler: Sampler = "ddim"
    guidance: fields.GuidanceWeight = 5.0
    cross_guidance: fields.GuidanceWeight = 1.0
    upscale: fields.OptionalFactor = 0  # how many times larger its upscaler draws; 0 if it has none
    distilled: fields.OptionalSteps = 0  # the steps of its distilled network; 0 if it has none


Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
GuideScale = Annotated[float, msgspec.Meta(ge=0, le=1e6)]


class AreaGuide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="areas"):
    """Target shares of the picture for some classes; a scale of 1 reaches them."""

    shares: Annotated[dict[str, Fraction], msgspec.Meta(max_length=255)]
    scale: Fraction = 1.0


class PaletteGuide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="palette"):
    """The colours that the image is to have, as "#rrggbb"."""

    colours: Annotated[tuple[str, ...], msgspec.Meta(max_length=64)]
    scale: GuideScale = 0.5


class StyleGuide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="style"):
    """The colours and textures of another image, of any size."""

    image: Raster
    scale: GuideScale = 0.002


class ClipGuide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="clip"):
    """What an open_clip model, by its name and its tag or file of weights, is to see in the image; without a name,
    the pack's own pair.
    """

    prompt: PromptText
    model: str = ""
    pretrained: str = ""
    scale: GuideScale = 1.0


class ClassifierGuide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="classes"):
    """Which classes a classifier of noised images is to find; `classifier` is its file, without one the pack's own."""

    classifier: str = ""
    present: Annotated[tuple[str, ...], msgspec.Meta(max_length=255)] = ()
    absent: Annotated[tuple[str, ...], msgspec.Meta(max_length=255)] = ()
    scale: GuideScale = 0.05


class CustomGuide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="own"):
    """A function of the user's, "FILE.py:NAME": RGB [B, 3, H, W] in [0, 1] and probabilities [B, K, H, W] to [B]."""

    function: str
    scale: GuideScale = 1.0


GuideRequest = AreaGuide | PaletteGuide | StyleGuide | ClipGuide | ClassifierGuide | CustomGuide


class FullSizeInputs(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The halves that a request gives at full size too; they come back bit for bit where the request keeps them."""

    layout: Raster | None = None
    image: Raster | None = None


class Generate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="generate"):
    """Everything that one result depends on. All rasters of one request share one size.

    What is kept is given to the network clean and comes back bit for bit; all other pixels are generated.
    A layout pixel of `UNKNOWN` is never kept. `prompt=None` says nothing was typed; the empty prompt asks
    for any picture.
    """

    id: JobId
    pack: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    revision: Annotated[int, msgspec.Meta(ge=0)] = 0
    layout: Raster | None = None
    image: Raster | None = None
    keep_layout: Raster | None = None  # default: every known pixel of the layout
    keep_image: Raster | None = None  # default: every pixel of the image
    prompt: PromptText | None = None
    negative: PromptText = ""
    seed: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEED)] = 0
    steps: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None  # default: the pack's
    sampler: Sampler | None = None  # default: the pack's
    resamplings: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1  # of each step, by the gcdp samplers only
    corrections: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0  # Langevin's after each step, by all other samplers
    guidance: Annotated[float, msgspec.Meta(ge=0, le=50)] | None = None  # towards the prompt; 1 is plain
    cross_guidance: Annotated[float, msgspec.Meta(ge=0, le=50)] | None = None  # towards the other half
    threshold: Fraction = 0.0  # the quantile of dynamic thresholding; 0 is none
    guides: Annotated[tuple[GuideRequest, ...], msgspec.Meta(max_length=8)] = ()
    live: bool = True  # a newer live request replaces this one; else it waits its turn
    trace: bool = False  # post every step as `Traced`, in place of previews
    full: FullSizeInputs | None = None  # after `Done`, draw the result at `PackInfo.upscale` times its size


class Export(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="export"):
    """Make a data set in a folder on the engine's side, or go on with it: what `diptych-engine export` does.

    Requests are computed first, this between them. Answered by `Exporting` again and again, then `Exported`.
    """

    id: JobId
    pack: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    out: EnginePath
    form: ExportFormat = "paired"
    count: Annotated[int, msgspec.Meta(ge=1)] = 1000
    first_seed: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEED)] = 0
    prompts: EnginePath | None = None
    caption_grammar: bool = False
    layouts: EnginePath | None = None
    images: EnginePath | None = None
    areas: AreaGuide | None = None
    canvas: Generate | None = None
    steps: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None  # default: the pack's
    sampler: Sampler | None = None
    guidance: Annotated[float, msgspec.Meta(ge=0, le=50)] | None = None
    full: bool = False  # at `PackInfo.upscale` times the size
    agreement: Fraction | None = None  # the filters: see `PairFilters`
    named: bool = False
    apart: Fraction | None = None
    reference: EnginePath | None = None


class Purge(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="settle"):
    """Take away the files of the pairs that were dropped from a data set. Answered by `Exported`."""

    id: JobId
    out: EnginePath


class Pause(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="pause"):
    """Pause an export before its next step; the running batch stays in memory."""

    id: JobId


class Resume(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="resume"):
    """Resume a paused export."""

    id: JobId


class Cancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="cancel"):
    """Stop the job with this id, which answers `Cancelled`, or `Done` if it was just finished."""

    id: JobId


class Shutdown(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="shutdown"):
    """Stop all jobs and end the process; closing the engine's stdin does the same."""


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """The engine's first message: it has a device, and its first pack is in memory and warm."""

    protocol: int
    version: str
    device: str
    packs: tuple[PackInfo, ...]


class Preview(msgspec.Struct, frozen=True, kw_only=True, tag="preview"):
    """The estimate of both halves after step `index` of `total` (counted from 1)."""

    id: JobId
    revision: int
    index: int
    total: int
    eta: float  # seconds
    image: Raster
    layout: Raster


class TracedStep(msgspec.Struct, frozen=True, kw_only=True, tag="traced"):
    """Step `index` of `total` (counted from 1) of a request with `trace`: x_t and y_t at their clocks, as a person can
    look at them, and what the network makes of them, x̂_0 and ŷ_0. A clock of 0 is that of a half that is given.
    """

    id: JobId
    revision: int
    index: int
    total: int
    noisy_image: Raster
    noisy_layout: Raster  # `UNKNOWN` where the chain hides a class
    image: Raster
    layout: Raster
    image_clock: int
    layout_clock: int
    top_clock: int  # T


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The result; `seconds` is the time from the job's start."""

    id: JobId
    revision: int
    image: Raster
    layout: Raster
    seconds: float
    unknown_words: tuple[str, ...] = ()  # words of the prompt that have no effect


class FullSizeDone(msgspec.Struct, frozen=True, kw_only=True, tag="sharp"):
    """The result of a request with `full` at that size, after its `Done`; `Failed` or `Cancelled` may come instead."""

    id: JobId
    revision: int
    image: Raster
    layout: Raster
    seconds: float


class Exporting(msgspec.Struct, frozen=True, kw_only=True, tag="exporting"):
    """The progress of an export: its pairs so far, those rejected, its rate and its remaining time."""

    id: JobId
    pairs: int
    rejected: int
    per_second: float  # of those that are kept, while it was let; 0 as long as nobody knows
    eta: float | None  # seconds


class Exported(msgspec.Struct, frozen=True, kw_only=True, tag="exported"):
    """The data set is complete: its number of pairs, and of those that are new or were rejected."""

    id: JobId
    pairs: int
    new: int
    rejected: int


class Cancelled(msgspec.Struct, frozen=True, kw_only=True, tag="cancelled"):
    """The job ended without a result because it was cancelled or replaced by a newer one."""

    id: JobId
    revision: int


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """A request, or a frame that is no request (then `id` is empty), could not be served."""

    id: str
    revision: int
    code: str
    message: str
    hint: str


Command = Generate | Export | Purge | Pause | Resume | Cancel | Shutdown
Event = Ready | Preview | TracedStep | Done | FullSizeDone | Exporting | Exported | Cancelled | Failed

_command_decoder: MsgpackDecoder[Command] = MsgpackDecoder(Command)
_event_decoder: MsgpackDecoder[Event] = MsgpackDecoder(Event, EVENT)
_encoder = msgspec.msgpack.Encoder()


def encode_frame(message: Command | Event) -> bytes:
    """The bytes of one whole frame. Raises BadFrame if it would be longer than `MAX_FRAME`."""
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME:
        raise BadFrame(f"A message has {len(body)} bytes, {MAX_FRAME} are the limit.", "Use a smaller picture.")
    return len(body).to_bytes(4, "big") + body


def frame_length(prefix: bytes) -> int:
    """The length of the body that follows. Raises BadFrame if no sane frame can follow."""
    length = int.from_bytes(prefix, "big")
    if length > MAX_FRAME:
        raise BadFrame(f"A frame has {length} bytes, {MAX_FRAME} are the limit.", "Start the engine again.")
    return length


def decode_command(body: bytes) -> Command:
    """A checked message from the studio. Raises BadFrame."""
    try:
        return _command_decoder.decode(body)
    except MalformedData as error:
        raise _undecodable_frame(error) from error


def decode_event(body: bytes) -> Event:
    """A checked message from the engine. Raises BadFrame."""
    try:
        return _event_decoder.decode(body)
    except MalformedData as error:
        raise _undecodable_frame(error) from error


def _undecodable_frame(error: MalformedData) -> BadFrame:
    return BadFrame(
        f"Not a message of protocol {PROTOCOL_VERSION}: {error.reason}.", "Check that both sides have one version."
    )


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next body from a blocking stream, or None at its end. Raises BadFrame if it ends inside a frame."""
    prefix = stream.read(4)
    if not prefix:
        return None
    body = stream.read(frame_length(prefix)) if len(prefix) == 4 else b""
    if len(prefix) < 4 or len(body) < frame_length(prefix):
        raise BadFrame("The stream ended inside a frame.", "Start the engine again.")
    return body
