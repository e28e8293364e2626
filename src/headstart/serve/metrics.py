"""What the service counts, in the form that Prometheus reads."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_SAMPLES = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """Counters of one service; a second one in the same process has its own.

    Parameters
    ----------
    waiting : callable
        Gives the samples that were accepted and are not answered yet.
    """

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, waiting: Callable[[], float]) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter(
            "headstart_requests_total", "Requests by route and status.", ("route", "status"),
            registry=registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "headstart_request_seconds", "Seconds from the headers of a request to its answer.",
            ("route",), buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._batches = Histogram(
            "headstart_batch_samples", "Samples that were computed together.",
            buckets=_SAMPLES, registry=registry,
        )  # fmt: skip
        self._samples = Counter(
            "headstart_samples_total", "Samples by outcome.", ("outcome",), registry=registry
        )
        gauge = Gauge(
            "headstart_waiting_samples", "Samples accepted and not answered yet.", registry=registry
        )
        gauge.set_function(waiting)

    def request(self, route: str, status: int, seconds: float) -> None:
        """A request was answered, or its sender went away (status 499)."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def batch(self, n_samples: int) -> None:
        """A batch was computed."""
        self._batches.observe(n_samples)

    def samples(self, answered: int, unreadable: int) -> None:
        """Samples of a request were answered."""
        self._samples.labels("answered").inc(answered)
        self._samples.labels("unreadable").inc(unreadable)

    def text(self) -> bytes:
        """All of it."""
        return generate_latest(self._registry)
