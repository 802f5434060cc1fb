"""GET /v1/log: the log by pull. `next` is the last sequence scanned, so that a narrow filter moves on as well."""

from aiohttp import web

from feed.core.cursor import write_cursor
from feed.core.filters import Filter
from feed.errors import ErrorName, OutcomeUnknownError, ReaderError
from feed.serve.answers import JSON
from feed.serve.query import check_accept, check_names, read_after, read_filter, read_flag, read_number
from feed.serve.reading import READINGS, Reading

LIMIT = 100
LIMIT_MAX = 1_000
SCAN_MAX = 20_000
PAGE_BYTES = 8 * 1024 * 1024
_NAMES = frozenset({"after", "filter", "flag", "limit", "type"})


async def log(request: web.Request) -> web.StreamResponse:
    """One page after a cursor; without `after` from the oldest message on."""
    check_names(request.query, _NAMES)
    check_accept(request.headers)
    reading = read_flag(request.query, request.app[READINGS])
    wish = read_filter(request.query)
    after = read_after(request.query, reading)
    limit = read_number(request.query, "limit", LIMIT, LIMIT_MAX)
    try:
        messages, seq = await _page(reading, wish, reading.log.floor if after is None else after, limit)
    except OutcomeUnknownError as error:
        raise ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again in a second.") from error
    cursor = write_cursor(reading.epoch, seq)
    body = b'{"messages":[%b],"next":"%b","tip":%d}' % (b",".join(messages), cursor.encode(), reading.log.tip)
    return web.Response(body=body, content_type=JSON)


async def _page(reading: Reading, wish: Filter, seq: int, limit: int) -> tuple[list[bytes], int]:
    """Up to `limit` messages after `seq` as JSON, and the last sequence scanned."""
    messages: list[bytes] = []
    size = scanned = 0
    while scanned < SCAN_MAX:
        entries = await reading.read(seq, LIMIT_MAX)
        if not entries:
            break
        for entry in entries:
            seq = entry.seq
            scanned += 1
            if wish.wants(entry):
                messages.append(entry.json)
                size += len(entry.json)
                if len(messages) >= limit or size >= PAGE_BYTES:
                    return messages, seq
    return messages, seq
