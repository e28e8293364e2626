"""Every vector that a fit reads, from one decoding pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from numpy.typing import NDArray

from headstart.activations.classical import CLASSICAL_SOURCE, ClassicalEncoder
from headstart.activations.converted import ConvertedBackbone
from headstart.activations.cores import available_cores
from headstart.activations.encoder import Encoder
from headstart.activations.encoders import encoder_of
from headstart.activations.encoding import encode
from headstart.activations.preparation import Request, find_converted, prepare
from headstart.activations.store import ActivationStore, ActivationTable
from headstart.data.dataset import Dataset, Item
from headstart.errors import InputError
from headstart.fitting.settings import Settings
from headstart.fitting.source_modality import check_modality
from headstart.fitting.text_counts import TextCounts
from headstart.fitting.watch import Watch
from headstart.plan import Init
from headstart.progress import Progress

#: Stage name to vectors of shape (n_samples, n_features).
Features = Mapping[str, NDArray[Any]]

#: Name of the only stage of ready embeddings.
EMBEDDINGS = "embeddings"


@dataclass(frozen=True)
class Vectors:
    """What was encoded: read it with :meth:`of`.

    Parameters
    ----------
    tables : mapping of str to (outputs, ActivationTable)
        Kind of features (``"source"``, ``"classical"``, ``"random"``) to where they are stored.
    failures : mapping of int to str
        Row to reason for each picture that could not be read.
    backbone : ConvertedBackbone or None
        The source's network; None for ready embeddings.
    precision : str or None
        What it was computed in.
    init : {"pretrained", "random", "none"}
        Where its weights come from.
    twin : ConvertedBackbone or None
        The same network with random weights, where it was asked for.
    counts : TextCounts or None
        Features of texts without transfer.
    """

    tables: Mapping[str, tuple[Sequence[str], ActivationTable]] = field(default_factory=dict)
    failures: Mapping[int, str] = field(default_factory=dict)
    backbone: ConvertedBackbone | None = None
    precision: str | None = None
    init: Init = "pretrained"
    twin: ConvertedBackbone | None = None
    counts: TextCounts | None = None

    @property
    def source(self) -> str:
        """What a plan calls where the features of kind ``"source"`` come from."""
        if self.backbone is not None:
            return self.backbone.source.name
        return CLASSICAL_SOURCE if self.init == "none" else EMBEDDINGS

    def of(self, dataset: Dataset) -> dict[str, Features]:
        """Features of the samples by kind, in their order."""
        if dataset.vectors is not None:
            return {"source": {EMBEDDINGS: dataset.vectors}}
        ids = dataset.fingerprints
        features: dict[str, Features] = {
            kind: {name: table.read(ids, name) for name in outputs}
            for kind, (outputs, table) in self.tables.items()
        }
        if self.counts is not None:
            features["classical" if features else "source"] = self.counts.rows(ids)
        return features


def gather(dataset: Dataset, settings: Settings, progress: Progress, watch: Watch) -> Vectors:
    """Encode what the store does not hold yet.

    When the source's network has to be converted first, the classical features are computed
    beside it; otherwise one pass over the pictures serves both.
    """
    if dataset.modality == "embedding":
        _refuse_source(settings)
        return Vectors()
    if settings.source_name("auto") == CLASSICAL_SOURCE:
        with watch.step("encode"):
            return _classical_alone(dataset, progress)
    store = ActivationStore()
    requests = {"source": _request(settings)}
    if settings.needs_twin:
        requests["random"] = Request(requests["source"].source, init="random", seed=settings.seed)
    classical = stored_classical(dataset.modality)
    ready = {kind: find_converted(request) for kind, request in requests.items()}
    waiting = [kind for kind, converted in ready.items() if converted is None]
    counts: TextCounts | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="prepare") as pool:
        futures = {kind: pool.submit(prepare, requests[kind]) for kind in waiting}
        if waiting:
            progress("prepare the source", 0, None)
            with watch.step("classical features"):
                listener = _stopping_early(progress, list(futures.values()))
                # The other process has one core to itself: it is the longer of the two.
                workers = max(available_cores() - 1, 1)
                encode(
                    dataset.items,
                    list(classical.values()),
                    store,
                    listener,
                    "classical features",
                    workers,
                )
                import_what_follows()
                counts = TextCounts.of(dataset)
        with watch.step("prepare the source"):
            converted = {kind: ready[kind] or futures[kind].result() for kind in requests}
        if waiting:
            progress("prepare the source", 1, 1)
    check_modality(converted["source"].source, dataset.modality)
    encoders = {kind: encoder_of(network) for kind, network in converted.items()}
    everything: dict[str, Encoder] = {**classical, **encoders}
    with watch.step("encode"):
        vectors = _encoded(dataset.items, everything, store, progress, converted["source"])
    counts = counts or TextCounts.of(dataset)
    return replace(vectors, init=settings.init, twin=converted.get("random"), counts=counts)


def _classical_alone(dataset: Dataset, progress: Progress) -> Vectors:
    """No network at all: what is asked for is itself without transfer."""
    if dataset.modality == "text":
        return Vectors(init="none", counts=TextCounts.of(dataset))
    encoder = ClassicalEncoder()
    (table,), failures = encode(dataset.items, [encoder], ActivationStore(), progress)
    return Vectors({"source": (encoder.key.outputs, table)}, failures, init="none")


def _refuse_source(settings: Settings) -> None:
    if settings.source != "auto" or settings.weights is not None or settings.random_twin:
        raise InputError(
            f"Ready embeddings pass through no network, but the source {settings.source!r}, "
            "weights or a random twin were asked for. Leave them out, or give pictures."
        )


def _stopping_early(progress: Progress, futures: Sequence[Future[ConvertedBackbone]]) -> Progress:
    """Tell ``progress``, and raise as soon as a source turns out not to be had."""

    def tell(step: str, done: int, total: int | None) -> None:
        for future in futures:
            if future.done():
                future.result()
        progress(step, done, total)

    return tell


def import_what_follows() -> None:
    """Load what encodes, fits and judges while another process prepares the source."""
    import cleanlab.filter  # noqa: F401
    import openvino  # noqa: F401
    import sklearn.linear_model  # noqa: F401


def _encoded(
    items: Sequence[Item],
    encoders: Mapping[str, Encoder],
    store: ActivationStore,
    progress: Progress,
    backbone: ConvertedBackbone,
) -> Vectors:
    tables, failures = encode(items, list(encoders.values()), store, progress)
    outputs = {kind: encoder.key.outputs for kind, encoder in encoders.items()}
    return Vectors(
        {kind: (outputs[kind], table) for kind, table in zip(encoders, tables, strict=True)},
        failures,
        backbone,
        encoders["source"].key.precision,
    )


def stored_classical(modality: str) -> dict[str, Encoder]:
    """What computes classical features that are stored; those of texts are not worth storing."""
    return {"classical": ClassicalEncoder()} if modality == "image" else {}


def _request(settings: Settings) -> Request:
    return Request(settings.source_to_read, settings.weights, settings.init, settings.seed)
