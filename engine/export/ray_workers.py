"""Workers on a Ray cluster: one actor for each GPU, or for each CPU slot where there is none."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from engine.export.progress_hooks import StepCallback
from engine.export.workers import MAX_TRIES, WorkerPool, lost_batch_error
from engine.interface.allocator import retain_freed_memory
from engine.interface.dataset.export_order import ExportOrder, ExportRunOptions
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.errors import BadRequest, EngineError

RayHandle = Any
"""The package or an actor of Ray: an optional dependency, whose remote calls have no static types."""
CONNECT_SECONDS = 5.0
"""Timeout for reaching a cluster."""
LOCAL_ADDRESS = "local"
"""Address that starts a Ray cluster on this machine."""


class RayActor:
    """Draws pairs in a process of the cluster."""

    def __init__(self, order: ExportOrder, device: str, threads: int) -> None:
        import torch

        retain_freed_memory()
        torch.set_num_threads(threads)
        self.order, self.device = order, device
        self.generator: Any = None

    def draw(self, seeds: Sequence[int]) -> list[GeneratedPair]:
        """Draws a batch; the first one loads the pack, so that an error in it reaches the caller as any other does."""
        from engine.export.pair_generator import PairGenerator

        self.generator = self.generator or PairGenerator(self.order, self.device)
        pairs: list[GeneratedPair] = self.generator.draw(seeds)
        return pairs


class RayWorker:
    """Handle of an actor, which Ray itself restarts and asks again if its process dies."""

    def __init__(self, ray: RayHandle, actor: RayHandle) -> None:
        self._ray, self._actor = ray, actor

    def draw(self, seeds: Sequence[int]) -> list[GeneratedPair]:
        """Draws a batch on the cluster. Raises EngineError: that of the actor, or that the batch ended its actors."""
        try:
            pairs: list[GeneratedPair] = self._ray.get(self._actor.draw.remote(seeds))
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, EngineError):
                raise error.cause from error
            raise
        except (self._ray.exceptions.RayActorError, self._ray.exceptions.ObjectLostError) as error:
            raise lost_batch_error(seeds) from error
        return pairs

    def stop(self) -> None:
        """Kills the actor, which is not restarted."""
        self._ray.kill(self._actor)


class RayWorkerPool(WorkerPool):
    """Workers on a cluster; disconnects at the end, which also stops a cluster started here."""

    ray: RayHandle = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.ray.shutdown()


def start_ray_workers(order: ExportOrder, options: ExportRunOptions, on_step: StepCallback) -> RayWorkerPool:
    """Connects and starts one actor per GPU, or per CPU without GPUs, or `options.workers`. Raises BadRequest."""
    ray = _connect(options.ray)
    resources = ray.cluster_resources()
    gpus, cpus = int(resources.get("GPU", 0)), int(resources.get("CPU", 1))
    on_gpu = gpus > 0 and options.device in ("auto", "cuda")
    count = options.workers if options.workers > 1 else max(1, gpus if on_gpu else cpus)
    threads = max(1, cpus // count)
    resources_per_actor = {"num_cpus": 1, "num_gpus": 1 if on_gpu else 0}
    actor_class = ray.remote(**resources_per_actor, max_restarts=-1, max_task_retries=MAX_TRIES - 1)(RayActor)
    pool = RayWorkerPool(lambda: RayWorker(ray, actor_class.remote(order, options.device, threads)), count, on_step)
    pool.ray = ray
    return pool


def _connect(address: str) -> RayHandle:
    # Under `uv run` Ray would build a separate environment for every actor, from a copy of this folder.
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
