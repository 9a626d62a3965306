"""The path from requests to pictures, which the engine's process, the command line and the Python API share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import torch

from engine.diffusion.sampling import repaint
from engine.diffusion.sampling.guide_protocols import AnyGuide, ImageGuide, LayoutGuide
from engine.diffusion.sampling.repaint import RePaintSettings
from engine.diffusion.sampling.sampler import SamplingStep, sample
from engine.diffusion.sampling.windowed_denoiser import WindowedDenoiser
from engine.interface.errors import BadRequest
from engine.interface.pack_catalogue import few_step_count
from engine.interface.protocol import Generate
from engine.packs.pack import Pack
from engine.requests.batch_snapshot import BatchSnapshot
from engine.requests.request_batch import batch_guides, batch_settings, network_pack, sampling_task
from engine.requests.resolved_request import ResolvedRequest, resolve_request


def resolve_for_pack(pack: Pack, request: Generate) -> ResolvedRequest:
    """A request resolved for a pack in memory. Raises BadRequest or BadPack."""
    info = pack.info
    if request.sampler == "distilled":
        info = msgspec.structs.replace(info, distilled=few_step_count(pack.folder))
    return resolve_request(request, info, pack.folder)


def generate_steps(pack: Pack, requests: Sequence[Generate]) -> Iterator[BatchSnapshot]:
    """Resolves the requests and samples them as one batch (`sample_batch`). Raises EngineError."""
    return sample_batch(pack, [resolve_for_pack(pack, request) for request in requests])


def sample_batch(pack: Pack, batch: Sequence[ResolvedRequest]) -> Iterator[BatchSnapshot]:
    """Samples requests together, which share one batch key; yields a snapshot after each step.

    A result depends on its own request alone, not on the others in the batch. Raises BadRequest, BadFile or BadPack.
    """
    if len({request.batch_key for request in batch}) != 1:
        raise BadRequest(
            "The requests of one batch differ in size, steps, sampler or guides.", "Draw them in separate batches."
        )
    guides = batch_guides(pack, batch)
    steps = _sampling_steps(pack, batch, guides)
    kept = [request.kept for request in batch]
    needs_gradients = not all(isinstance(guide, LayoutGuide | ImageGuide) for guide in guides)
    while True:
        # Inference mode ends before each snapshot: what its receiver loads meanwhile may need gradients later.
        with torch.inference_mode(not needs_gradients), torch.no_grad():
            step = next(steps, None)
        if step is None:
            return
        yield BatchSnapshot(step.index, step.total, step, pack, kept)


def _sampling_steps(
    pack: Pack, batch: Sequence[ResolvedRequest], guides: tuple[AnyGuide, ...]
) -> Iterator[SamplingStep]:
    settings = batch_settings(pack, batch, guides)
    with torch.no_grad():
        task = sampling_task(pack, batch)
    network = WindowedDenoiser(network_pack(pack, batch[0]).network, pack.info.height, pack.info.width)
    if settings.solver.startswith("gcdp"):
        repaint_settings = RePaintSettings.from_settings(
            settings, batch[0].request.resamplings, settings.solver == "gcdp-faulty"
        )
        return repaint.sample_repaint(pack.process, network, task, repaint_settings)
    return sample(pack.process, network, task, settings)
