"""A real engine process without a model: it speaks the protocol and does what it is told to.

python scripted_engine.py PACK.json [--die-on N] [--die-always] [--silent] [--garbage] [--protocol N] ...

A result is a function of the request: the image is a flat colour made of the seed and the layout's ids,
shaded by position; the layout fills every pixel that is not kept with class 1. At full size each pixel is a square,
brighter by 12 where it is not given at that size.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path

import msgspec
import numpy as np

from engine.interface.protocol import (
    PROTOCOL_VERSION,
    UNKNOWN,
    Cancel,
    Cancelled,
    Done,
    Event,
    Failed,
    FullSizeDone,
    Generate,
    PackInfo,
    Preview,
    Raster,
    Ready,
    Shutdown,
    TracedStep,
    decode_command,
    encode_frame,
    read_frame,
)

FILL_CLASS = 1


def main() -> None:
    options = parse_options()
    if options.log:
        append_to_log(options, f"start {' '.join(sys.argv[1:])}")
    sys.stderr.write("The scripted engine is loading.\n")
    sys.stderr.flush()
    if options.die_at_start:
        sys.stderr.write("ImportError: no module named torch\n")
        sys.exit(3)
    if options.garbage:
        sys.stdout.write("Welcome to this machine!\n")
        sys.stdout.flush()
    info = msgspec.convert(
        msgspec.json.decode((options.pack / "pack.json").read_bytes())["info"], PackInfo, strict=False
    )
    if not options.silent:
        send_event(Ready(protocol=options.protocol, version="9.9", device="scripted", packs=(info,)))
    ScriptedEngine(options, info).serve()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("pack", type=Path)
    parser.add_argument("--log", type=Path, help="one line for each start and request")
    parser.add_argument("--steps", type=int, default=3, help="previews for each request")
    parser.add_argument("--pause", type=float, default=0.02, help="seconds between two of them")
    parser.add_argument("--die-on", type=int, default=0, help="die on the nth request, once (see --log)")
    parser.add_argument("--die-always", action="store_true", help="die on that request of every process")
    parser.add_argument("--die-at-start", action="store_true")
    parser.add_argument("--silent", action="store_true", help="never say Ready")
    parser.add_argument("--mute", action="store_true", help="never answer a request")
    parser.add_argument("--stubborn", action="store_true", help="ignore Shutdown and the end of stdin")
    parser.add_argument("--garbage", action="store_true", help="write words to stdout first")
    parser.add_argument("--protocol", type=int, default=PROTOCOL_VERSION)
    parser.add_argument("--fail", action="store_true", help="answer every request with Failed")
    parser.add_argument("--bad-size", action="store_true", help="answer with pictures of a wrong size")
    parser.add_argument("--bad-sharp", action="store_true", help="send full pictures of a wrong size")
    parser.add_argument("--no-detail", action="store_true", help="answer with Failed what is asked for at full size")
    parser.add_argument("--factor", type=int, default=2, help="how many times larger full pictures are")
    parser.add_argument("--bad-class", action="store_true", help="answer with a class that is not there")
    return parser.parse_args()


def append_to_log(options: argparse.Namespace, line: str) -> None:
    if options.log:
        with options.log.open("a") as file:
            file.write(line + "\n")


_stdout_lock = threading.Lock()


def send_event(event: Event) -> None:
    with _stdout_lock:
        sys.stdout.buffer.write(encode_frame(event))
        sys.stdout.buffer.flush()


class ScriptedEngine:
    """Answers the newest request in a thread; a newer one or Cancel stops it."""

    def __init__(self, options: argparse.Namespace, info: PackInfo) -> None:
        self.options, self.info = options, info
        self.count = 0
        self.stop = threading.Event()
        self.thread: threading.Thread | None = None

    def serve(self) -> None:
        while (body := read_frame(sys.stdin.buffer)) is not None:
            command = decode_command(body)
            if isinstance(command, Shutdown):
                break
            self.stop_run()
            if isinstance(command, Generate):
                self.start_run(command)
            elif isinstance(command, Cancel):
                append_to_log(self.options, f"cancel {command.id}")
        self.stop_run()
        if self.options.stubborn:
            threading.Event().wait()

    def start_run(self, request: Generate) -> None:
        self.count += 1
        given = "-" if request.layout is None else str(int((request.layout.pixels() != UNKNOWN).sum()))
        image = "image" if request.image else "-"
        words = f"seed={request.seed} given={given} image={image} revision={request.revision}"
        words += f" guides={len(request.guides)}"
        append_to_log(self.options, f"request {words} prompt={request.prompt!r}")
        first_process = not self.options.log or self.options.log.read_text().count("start ") == 1
        if self.count == self.options.die_on and (self.options.die_always or first_process):
            sys.stderr.write("CUDA error: the scripted engine dies as it was told\n")
            sys.stderr.flush()
            sys.exit(9)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run_and_log, args=(request, self.stop))
        self.thread.start()

    def stop_run(self) -> None:
        if self.thread:
            self.stop.set()
            self.thread.join()
            self.thread = None

    def run_and_log(self, request: Generate, stop: threading.Event) -> None:
        self.run(request, stop)
        append_to_log(self.options, f"end {request.id}")

    def run(self, request: Generate, stop: threading.Event) -> None:
        start = time.monotonic()
        key = {"id": request.id, "revision": request.revision}
        if self.options.mute:
            return
        if self.options.fail:
            send_event(Failed(**key, code="out_of_memory", message="The GPU ran out.", hint="Try a smaller size."))
            return
        image, layout = self.make_result(request)
        total = self.options.steps
        for index in range(1, total + 1):
            if stop.wait(self.options.pause):
                send_event(Cancelled(**key))
                return
            append_to_log(self.options, f"preview {request.id}")
            if request.trace:
                send_event(self.traced_step(request, index, image, layout))
                continue
            eta = (total - index) * self.options.pause
            send_event(Preview(**key, index=index, total=total, eta=eta, image=image, layout=layout))
        words = ("zebra",) if request.prompt and "zebra" in request.prompt else ()
        seconds = time.monotonic() - start
        send_event(Done(**key, image=image, layout=layout, seconds=seconds, unknown_words=words))
        if request.full is not None:
            self.send_full_size(request, stop, image, layout)

    def send_full_size(self, request: Generate, stop: threading.Event, image: Raster, layout: Raster) -> None:
        key = {"id": request.id, "revision": request.revision}
        if stop.wait(self.options.pause):
            send_event(Cancelled(**key))
            return
        if self.options.no_detail:
            send_event(Failed(**key, code="out_of_memory", message="The GPU ran out.", hint="Try a smaller size."))
            return
        factor = self.options.factor + self.options.bad_sharp
        full, ids = (raster.pixels().repeat(factor, 0).repeat(factor, 1) for raster in (image, layout))
        full = full + np.uint8(12)
        if request.full.image is not None:
            keep = np.ones(ids.shape, np.bool_)
            if request.keep_image is not None:
                keep = request.keep_image.pixels().repeat(factor, 0).repeat(factor, 1) > 0
            full = np.where(keep[..., None], request.full.image.pixels(), full)
        append_to_log(self.options, f"sharp {request.id}")
        send_event(FullSizeDone(**key, image=Raster.from_pixels(full), layout=Raster.from_pixels(ids), seconds=0.1))

    def traced_step(self, request: Generate, index: int, image: Raster, layout: Raster) -> TracedStep:
        """The clock of the layout falls from 1000, that of the image too, unless the image is given."""
        total = self.options.steps
        clock = 1000 * (total + 1 - index) // total
        return TracedStep(
            id=request.id,
            revision=request.revision,
            index=index,
            total=total,
            noisy_image=Raster.from_pixels(np.full_like(image.pixels(), clock % 256)),
            noisy_layout=Raster.from_pixels(np.full_like(layout.pixels(), index % len(self.info.classes))),
            image=image,
            layout=layout,
            image_clock=0 if request.image is not None and request.keep_image is None else clock,
            layout_clock=clock,
            top_clock=1000,
        )

    def make_result(self, request: Generate) -> tuple[Raster, Raster]:
        half = request.layout or request.image or self.info
        height, width = half.height, half.width
        if self.options.bad_size:
            height //= 2
        ids = np.full((height, width), FILL_CLASS, np.uint8)
        if request.layout is not None and not self.options.bad_size:
            given = request.layout.pixels()
            ids = np.where(given == UNKNOWN, FILL_CLASS, given).astype(np.uint8)
        if self.options.bad_class:
            ids[0, 0] = len(self.info.classes)
        if request.image is not None and request.keep_image is None:
            return request.image, Raster.from_pixels(ids)
        shade = np.linspace(0, 60, width).astype(np.uint8)[None, :, None]
        flat = np.stack([ids * 9, np.full_like(ids, request.seed % 180), 120 - ids], axis=2)
        drawn = (flat + shade).astype(np.uint8)
        if request.image is not None and request.keep_image is not None:
            drawn = np.where(request.keep_image.pixels()[..., None] > 0, request.image.pixels(), drawn)
        return Raster.from_pixels(drawn), Raster.from_pixels(ids)


if __name__ == "__main__":
    main()
