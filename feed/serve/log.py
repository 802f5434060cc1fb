"""GET /v1/log: the log by pull. `next` is the last sequence scanned, so that a narrow filter moves on as well."""

import msgspec
from aiohttp import web

from feed.core.cursor import write_cursor
from feed.core.entry import Entry
from feed.core.filters import Filter
from feed.errors import ErrorName, OutcomeUnknownError, ReaderError
from feed.serve.door import JSON, Answer, Door, opens
from feed.serve.parameters import AFTER, DELAY, FILTERS, FLAG, LANGUAGE, Number, Seconds, named
from feed.serve.pulls import json_text, lines, send, under_way
from feed.serve.query import (
    NDJSON,
    read_after,
    read_filter,
    read_labels,
    read_number,
    read_seconds,
    wants,
)
from feed.serve.reading import Reading
from feed.serve.rights import RIGHTS, entitled
from schemas.registry import AnyMessage

LIMIT_MAX = 1_000
SCAN_MAX = 20_000
PAGE_BYTES = 8 * 1024 * 1024
WAIT_SECONDS_MAX = 60
LIMIT = Number(name="limit", meaning="The most messages of a page.", default=100, highest=LIMIT_MAX, example="500")
WAIT = Seconds(
    name="wait", meaning="How long a page that would be empty is held back.", highest=WAIT_SECONDS_MAX, example="30"
)


class LogPage(msgspec.Struct, frozen=True):
    """Messages as delivered; `next` is the cursor behind the last sequence scanned, `tip` the newest there is."""

    messages: tuple[AnyMessage, ...]
    next: str
    tip: int


LOG = Door(
    "The log by pull, from the oldest message or behind a cursor.",
    "Follow",
    {
        200: Answer(
            "A page; as NDJSON what stands around the messages is in headers.",
            {JSON: LogPage, NDJSON: None},
            {"Feed-Next": "With NDJSON: `next`.", "Feed-Tip": "With NDJSON: `tip`."},
        )
    },
    FILTERS | named(AFTER, LIMIT, WAIT, DELAY, LANGUAGE, FLAG),
)


@opens(LOG)
async def log(request: web.Request) -> web.StreamResponse:
    """One page after a cursor; without `after` from the oldest message on. `wait` holds an empty one back."""
    reading = await entitled(request)
    wish = reading.pump.cohorts.shared(read_filter(request.query, reading.scope))
    limit, seconds = read_number(request.query, LIMIT), read_seconds(request.query, WAIT)
    labels = read_labels(request.query, reading.labelling)
    after = await read_after(request.query, reading)
    async with under_way(request, reading):
        try:
            entries, seq = await _page(reading, wish, reading.log.floor if after is None else after, limit)
            if seconds and not entries and seq == reading.log.tip:
                await reading.pump.polls.wanted(wish, seconds)
                request.app[RIGHTS].check(reading)
                entries, seq = await _page(reading, wish, seq, limit)
        except OutcomeUnknownError as error:
            raise ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again in a second.") from error
        cursor, shown = write_cursor(reading.epoch, seq), labels.of_log if labels else None
        if wants(request.headers, NDJSON):
            return await send(request, lines({"Feed-Next": cursor, "Feed-Tip": str(reading.log.tip)}), entries, shown)
        end = b'],"next":"%b","tip":%d}' % (cursor.encode(), reading.log.tip)
        return await send(request, json_text(b'{"messages":[', end), entries, shown)


async def _page(reading: Reading, wish: Filter, seq: int, limit: int) -> tuple[list[Entry], int]:
    """Up to `limit` messages after `seq`, and the last sequence scanned."""
    found: list[Entry] = []
    size = scanned = 0
    while scanned < SCAN_MAX:
        entries = await reading.read(seq, LIMIT_MAX)
        if not entries:
            return found, reading.log.tip
        for entry in entries:
            seq = entry.seq
            scanned += 1
            if wish.wants(entry):
                found.append(entry)
                size += len(entry.json)
                if len(found) >= limit or size >= PAGE_BYTES:
                    return found, seq
    return found, seq
