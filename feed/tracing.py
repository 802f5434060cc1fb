"""Traces by OpenTelemetry, sent to a collector by OTLP: a document from its venue to the sockets of readers.

Spans (docs/observability.md): `ingest`, with a part for each stage; `derive`, what follows from a message; `deliver`,
from the board of a node to the last of its readers. Whether a document is traced is decided once: by the venue, if it
sends a `traceparent`, else by chance.
"""

import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.resources import (
    HOST_NAME,
    PROCESS_PID,
    SERVICE_NAME,
    SERVICE_VERSION,
    OTELResourceDetector,
    Resource,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import Span, SpanKind, StatusCode, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AnyValue

from feed.collector import Collector
from feed.core.entry import Entry
from feed.core.outcome import Arrival, Outcome
from feed.core.stages import Stage
from feed.core.traced import Delivery
from feed.core.traces import TRACEPARENT, Step, Trail, following
from feed.errors import FeedError

END_SECONDS: Final = 1.0  # for the collector, when the service ends
TRACEPARENT_MAX: Final = 128  # letters; version 00 has 55, and a later one may have more behind them
_PATH: Final = "/v1/traces"
_NANOS = 1_000_000_000
_MICRO = 1_000  # nanoseconds
_W3C = TraceContextTextMapPropagator()


class Tracing:
    """Sends `share` (0 to 1) of the documents to the collector at `address`, and those whose venue asks for it.

    Spans are sent by a thread of the library. What a collector does not take is dropped there: nothing waits for it.
    """

    def __init__(self, address: str, share: float) -> None:
        endpoint = address if address.endswith(_PATH) else address.rstrip("/") + _PATH
        self._share = share
        self._provider = TracerProvider(sampler=ParentBased(ALWAYS_ON), resource=_here(), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(Collector(endpoint)))
        self._tracer = self._provider.get_tracer("feed")

    def close(self) -> None:
        """Send what is left; blocks for END_SECONDS at the most, and leaves what takes longer to a thread that dies."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(END_SECONDS)

    @contextmanager
    def document(self, arrival: Arrival, flag: str) -> Iterator[Callable[[Outcome], None]]:
        """Trace the admission of a document, if it is its turn; its outcome is told to what this gives."""
        parent = _parent(arrival.traceparent)
        if not _is_known(parent) and random.random() >= self._share:  # noqa: S311 - chance, no secret
            yield _unheard
            return
        now = time.perf_counter()
        receive = Step(Stage.RECEIVE, now - arrival.seconds, now)
        with self._followed(f"ingest {arrival.format}", parent, SpanKind.SERVER, receive) as span:
            span.set_attributes({"feed.flag": flag, "feed.bytes": len(arrival.data)})
            if arrival.source is not None:
                span.set_attribute("feed.source", arrival.source)
            yield lambda outcome: _tell(span, outcome)

    @contextmanager
    def derivation(self, cause: Entry) -> Iterator[None]:
        """Trace what is derived from a message, if that is traced."""
        if cause.traceparent is None:
            yield
            return
        with self._followed(f"derive from {cause.kind}", _parent(cause.traceparent), SpanKind.CONSUMER) as span:
            span.set_attributes({"feed.topic": cause.topic, "feed.seq": cause.seq})
            yield

    def delivered(self, delivery: Delivery) -> None:
        """Trace that a message was written to readers here."""
        entry = delivery.entry
        span = self._tracer.start_span(
            f"deliver {entry.kind}",
            _parent(delivery.traceparent),
            kind=SpanKind.PRODUCER,
            attributes={"feed.topic": entry.topic, "feed.seq": entry.seq},
            start_time=delivery.taken * _MICRO,
        )
        span.add_event("first write", timestamp=delivery.began * _MICRO)
        span.end(delivery.ended * _MICRO)

    @contextmanager
    def _followed(self, name: str, parent: Context, kind: SpanKind, *first: Step) -> Iterator[Span]:
        """A span, and a part of it for each stage that is timed meanwhile, behind those that came `first`.

        One that ends with an error of ours says so. One clock measures all of it, whatever is done to the wall's.
        """
        now = time.perf_counter()
        zero = time.time_ns() - _nanos(now)
        began = first[0].began if first else now
        span = self._tracer.start_span(name, parent, kind=kind, start_time=zero + _nanos(began))
        if not span.is_recording():
            yield span
            return
        trail = Trail(_named(span), *first)
        try:
            with following(trail):
                yield span
        except FeedError as error:
            span.set_status(StatusCode.ERROR, error.detail)
            raise
        finally:
            inside = set_span_in_context(span)
            for step in trail.steps:
                part = self._tracer.start_span(step.name, inside, start_time=zero + _nanos(step.began))
                part.end(zero + _nanos(step.ended))
            span.end(zero + _nanos(time.perf_counter()))


def _here() -> Resource:
    """What process it is; what the environment says (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) goes before."""
    ours: dict[str, AnyValue] = {
        SERVICE_NAME: "feed",
        SERVICE_VERSION: version("olympic-results-feed"),
        HOST_NAME: socket.gethostname(),
        PROCESS_PID: os.getpid(),
    }
    return Resource.create({**ours, **OTELResourceDetector().detect().attributes})


def _parent(traceparent: str | None) -> Context:
    """The span that a `traceparent` names, or none; one that nobody could have meant is not even complained about."""
    named = traceparent or ""
    return _W3C.extract({TRACEPARENT: named} if len(named) <= TRACEPARENT_MAX else {})


def _is_known(parent: Context) -> bool:
    return get_current_span(parent).get_span_context().is_valid


def _unheard(_: Outcome) -> None:
    """What is told of a document that is not traced."""


def _named(span: Span) -> str:
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, set_span_in_context(span))
    return carrier[TRACEPARENT]


def _tell(span: Span, outcome: Outcome) -> None:
    """What became of a document: of a list only how many messages."""
    span.set_attributes({"feed.accepted": len(outcome.accepted), "feed.duplicates": outcome.duplicates})
    span.set_attribute("feed.stale", outcome.stale)
    if len(outcome.accepted) == 1:
        (stored,) = outcome.accepted
        span.set_attributes({"feed.topic": stored.topic, "feed.seq": stored.seq})
    for row in outcome.quarantined:
        span.set_attributes({"feed.refused": row.refusal.reason.value, "feed.raw_id": row.id})


def _nanos(seconds: float) -> int:
    return int(seconds * _NANOS)
