"""Workers on a Ray cluster: one actor for each GPU, or for each CPU slot where there is none."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from engine.export.pair_generator import StepCallback
from engine.export.workers import WorkerDied, WorkerPool
from engine.interface.allocator import retain_freed_memory
from engine.interface.dataset.export_order import ExportOrder, ExportRunOptions
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.errors import BadRequest, EngineError

RayHandle = Any
"""Of Ray's: the package, which is there only where it was installed, and its actors have no types of use to us."""
CONNECT_SECONDS = 5.0
"""Seconds in which a cluster has to answer."""
LOCAL_ADDRESS = "local"
"""The address that stands for a Ray of our own, on this machine."""


class RayActor:
    """What runs on the cluster."""

    def __init__(self, order: ExportOrder, device: str, threads: int) -> None:
        import torch

        retain_freed_memory()
        torch.set_num_threads(threads)
        self.order, self.device = order, device
        self.generator: Any = None

    def draw(self, seeds: Sequence[int]) -> list[GeneratedPair]:
        """The pack is loaded at the first batch, so that what is wrong with it is told as usual."""
        from engine.export.pair_generator import PairGenerator

        self.generator = self.generator or PairGenerator(self.order, self.device)
        pairs: list[GeneratedPair] = self.generator.draw(seeds)
        return pairs


class RayWorker:
    """A worker: an actor's handle."""

    def __init__(self, ray: RayHandle, actor: RayHandle) -> None:
        self._ray, self._actor = ray, actor

    def draw(self, seeds: Sequence[int]) -> list[GeneratedPair]:
        """Raises Died, or the EngineError that was raised there."""
        try:
            pairs: list[GeneratedPair] = self._ray.get(self._actor.draw.remote(seeds))
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, EngineError):
                raise error.cause from error
            raise
        except (self._ray.exceptions.RayActorError, self._ray.exceptions.ObjectLostError) as error:
            raise WorkerDied from error
        return pairs

    def stop(self) -> None:
        """End the actor, whatever it is doing."""
        self._ray.kill(self._actor)


class RayWorkerPool(WorkerPool):
    """Leaves the cluster as it found it; ends a Ray of our own."""

    ray: RayHandle = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.ray.shutdown()


def start_ray_workers(order: ExportOrder, options: ExportRunOptions, on_step: StepCallback) -> RayWorkerPool:
    """Connect, and count the slots: as many actors as GPUs, or as `how.workers` says. Raises BadRequest."""
    ray = _connect(options.ray)
    resources = ray.cluster_resources()
    gpus, cpus = int(resources.get("GPU", 0)), int(resources.get("CPU", 1))
    on_gpu = gpus > 0 and options.device in ("auto", "cuda")
    count = options.workers if options.workers > 1 else max(1, gpus if on_gpu else cpus)
    threads = max(1, cpus // count)
    actor_class = ray.remote(num_cpus=1, num_gpus=1 if on_gpu else 0, max_restarts=0)(RayActor)
    pool = RayWorkerPool(lambda: RayWorker(ray, actor_class.remote(order, options.device, threads)), count, on_step)
    pool.ray = ray
    return pool


def _connect(address: str) -> RayHandle:
    # Under `uv run` Ray would build every actor an environment of its own, from a copy of this folder.
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    try:
        import ray
    except ImportError as error:
        raise BadRequest("Clusters need the package ray.", 'Install "diptych[export]".') from error
    host, colon, port = address.rpartition(":")
    try:
        if colon and port.isdecimal():  # Ray itself would wait for minutes
            socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
        if address == LOCAL_ADDRESS:
            ray.init(include_dashboard=False, log_to_driver=False)
        else:
            ray.init(address=address, log_to_driver=False)
    except (OSError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BadRequest(
            f"There is no Ray cluster at “{address}” ({reason}).",
            "Start one with ray start --head, or use --ray local.",
        ) from error
    return ray
