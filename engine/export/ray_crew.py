"""Workers on a Ray cluster: one actor for each GPU, or for each CPU slot where there is none."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from engine.errors import BadRequest, EngineError
from engine.export.crew import Died, Together
from engine.export.drawing import Step
from engine.export.order import How, Order
from engine.export.pair import Pair
from engine.memory import keep_freed

Handle = Any
"""Of Ray's: the package, which is there only where it was installed, and its actors have no types of use to us."""
PATIENCE = 5.0
"""Seconds in which a cluster has to answer."""
LOCAL = "local"
"""The address that stands for a Ray of our own, on this machine."""


class Actor:
    """What runs on the cluster."""

    def __init__(self, order: Order, device: str, threads: int) -> None:
        import torch

        keep_freed()
        torch.set_num_threads(threads)
        self.order, self.device = order, device
        self.drawer: Any = None

    def draw(self, seeds: Sequence[int]) -> list[Pair]:
        """The pack is loaded at the first batch, so that what is wrong with it is told as usual."""
        from engine.export.drawing import Drawer

        self.drawer = self.drawer or Drawer(self.order, self.device)
        pairs: list[Pair] = self.drawer.draw(seeds)
        return pairs


class Hand:
    """A worker: an actor's handle."""

    def __init__(self, ray: Handle, actor: Handle) -> None:
        self._ray, self._actor = ray, actor

    def draw(self, seeds: Sequence[int]) -> list[Pair]:
        """Raises Died, or the EngineError that was raised there."""
        try:
            pairs: list[Pair] = self._ray.get(self._actor.draw.remote(seeds))
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, EngineError):
                raise error.cause from error
            raise
        except (self._ray.exceptions.RayActorError, self._ray.exceptions.ObjectLostError) as error:
            raise Died from error
        return pairs

    def dismiss(self) -> None:
        """End the actor, whatever it is doing."""
        self._ray.kill(self._actor)


class OnRay(Together):
    """Leaves the cluster as it found it; ends a Ray of our own."""

    ray: Handle = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.ray.shutdown()


def actors(order: Order, how: How, step: Step) -> OnRay:
    """Connect, and count the slots: as many actors as GPUs, or as `how.workers` says. Raises BadRequest."""
    ray = _connected(how.ray)
    found = ray.cluster_resources()
    gpus, cpus = int(found.get("GPU", 0)), int(found.get("CPU", 1))
    on_gpu = gpus > 0 and how.device in ("auto", "cuda")
    count = how.workers if how.workers > 1 else max(1, gpus if on_gpu else cpus)
    share = max(1, cpus // count)
    kind = ray.remote(num_cpus=1, num_gpus=1 if on_gpu else 0, max_restarts=0)(Actor)
    crew = OnRay(lambda: Hand(ray, kind.remote(order, how.device, share)), count, step)
    crew.ray = ray
    return crew


def _connected(address: str) -> Handle:
    # Under `uv run` Ray would build every actor an environment of its own, from a copy of this folder.
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    try:
        import ray
    except ImportError as error:
        raise BadRequest("Clusters need the package ray.", 'Install "diptych[export]".') from error
    host, colon, port = address.rpartition(":")
    try:
        if colon and port.isdecimal():  # Ray itself would wait for minutes
            socket.create_connection((host, int(port)), PATIENCE).close()
        if address == LOCAL:
            ray.init(include_dashboard=False, log_to_driver=False)
        else:
            ray.init(address=address, log_to_driver=False)
    except (OSError, ValueError, RuntimeError) as error:
        why = " ".join(str(error).split())[:200]
        raise BadRequest(
            f"There is no Ray cluster at “{address}” ({why}).", "Start one with ray start --head, or use --ray local."
        ) from error
    return ray
