"""The collector that spans are sent to. It may be away for hours: that is told once, and once more when it is back."""

import logging
from collections.abc import Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

SEND_SECONDS: Final = 2.0  # for all tries to send the same spans

_log = logging.getLogger("feed.tracing")
_library = logging.getLogger(OTLPSpanExporter.__module__)


class Collector(SpanExporter):
    """Sends spans to an OTLP endpoint; what it does not take is lost. Called by a thread of the library, one at a time.

    The library writes two lines for each batch that fails: its first one stands in ours, the others nowhere.
    """

    def __init__(self, endpoint: str) -> None:
        self._exporter = OTLPSpanExporter(endpoint, timeout=SEND_SECONDS)
        self._lost = 0
        self._said = ""
        _library.addFilter(self._hear)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send some spans; blocks for SEND_SECONDS at the most or little more."""
        self._said = ""
        result = self._exporter.export(spans)
        if result is SpanExportResult.SUCCESS:
            if self._lost:
                _log.warning("the collector of traces takes spans again, %d were lost", self._lost)
            self._lost = 0
        else:
            if not self._lost:
                _log.warning("the collector of traces takes no spans, they are lost until it does: %s", self._said)
            self._lost += len(spans)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # OpenTelemetry's has no annotations
        _library.removeFilter(self._hear)

    def _hear(self, record: logging.LogRecord) -> bool:
        self._said = self._said or record.getMessage()
        return False
