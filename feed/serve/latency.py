"""GET /v1/latency: how long results take, hop by hop and discipline by discipline, as this node has measured it."""

from collections.abc import Callable

import msgspec
from aiohttp import hdrs, web

from feed.core.histogram import Histogram
from feed.core.hops import HOPS, Hops, Place
from feed.core.scope import Scope
from feed.core.windows import SECONDS, Row, Window, together
from feed.errors import ErrorName, ReaderError
from feed.serve.answers import json_answer
from feed.serve.door import JSON, Answer, Door, opens
from feed.serve.parameters import DISCIPLINES, FLAG, Choice, Text, named
from feed.serve.query import listed
from feed.serve.reading import MICROS, Reading
from feed.serve.rights import entitled
from schemas.message import Micros
from schemas.topic import unescape

HOPS_OF: web.AppKey[dict[str, Hops]] = web.AppKey("hops")  # by flag
_RATIOS = (0.5, 0.9, 0.99, 0.999)


class Spread(msgspec.Struct, frozen=True):
    """How long a hop took, in microseconds; percentiles are within 2 %, `max` is exact, all are 0 without a `count`."""

    count: int
    p50: int
    p90: int
    p99: int
    p999: int
    max: int


class HopsOf(msgspec.Struct, frozen=True):
    """`admit`, `store`, `wait` and `write` follow each other and add up to `total`, message by message.

    `venue`: from the venue's clock to the last byte here. `admit`: until it is sent to the stream. `store`: until this
    node has it from there. `wait`: until the first socket is about to be written to. `write`: until the last one is,
    but for readers who lag. Nobody asked for what has a `store` and no `total`.
    """

    venue: Spread
    admit: Spread
    store: Spread
    wait: Spread
    write: Spread
    total: Spread


class LatencyRow(msgspec.Struct, frozen=True):
    """The results of one discipline; `other` is all that came after the first 200 of them."""

    competition: str
    discipline: str
    hops: HopsOf


class LatencyPage(msgspec.Struct, frozen=True):
    """What this node measured from `since` to `until`, in microseconds UTC; `all` is all of the rows together."""

    flag: str
    window: Window
    since: Micros
    until: Micros
    all: HopsOf
    disciplines: tuple[LatencyRow, ...]


WINDOW = Choice(
    name="window",
    meaning="The last minute, the last hour, or all since this node was started.",
    of=tuple(window.value for window in Window),
    default=Window.MINUTE.value,
    example=Window.HOUR.value,
)
COMPETITION = Text(name="competition", meaning="One competition; without it all come.", example="OG2024")
LATENCY = Door(
    "How long results take from the venue to the readers, by hop and discipline.",
    "Operations",
    {200: Answer("Percentiles, by competition and discipline.", {JSON: LatencyPage})},
    named(COMPETITION, DISCIPLINES, WINDOW, FLAG),
    errors=(ErrorName.EMBARGOED, ErrorName.NOT_ENTITLED),
)


@opens(LATENCY)
async def latency(request: web.Request) -> web.StreamResponse:
    """Tell what was measured of the disciplines that the request may read.

    Raises ReaderError embargoed to who reads with a delay, and not_entitled where a key is for venues.
    """
    reading = await entitled(request)
    _check(reading)
    window = _read_window(request)
    hops = request.app[HOPS_OF][reading.flag]
    rows = hops.of(window)
    wanted = sorted(filter(_wish(request, reading.scope), rows))
    until = reading.until
    since = max(hops.since, until - SECONDS[window] * MICROS) if window in SECONDS else hops.since
    shown = tuple(LatencyRow(unescape(place.competition), place.discipline, _told(rows[place])) for place in wanted)
    page = LatencyPage(
        reading.flag, window, since, until, _told(together([rows[place] for place in wanted], len(HOPS))), shown
    )
    answer = json_answer(page)
    answer.headers[hdrs.CACHE_CONTROL] = "private, no-store"
    return answer


def _check(reading: Reading) -> None:
    """It is of now, and of whole disciplines."""
    if reading.delay:
        detail = f"latency is of now, and this key reads {reading.delay} s later"
        raise ReaderError(ErrorName.EMBARGOED, detail, hint="Ask with a key that has no delay.")
    if reading.scope.venues:
        detail = "latency is measured by discipline, and this key is for some venues"
        raise ReaderError(ErrorName.NOT_ENTITLED, detail, hint="Ask with a key for whole disciplines.")


def _read_window(request: web.Request) -> Window:
    text = request.query.get("window", Window.MINUTE)
    try:
        return Window(text)
    except ValueError:
        detail = f"window={text[:20]}: there are {', '.join(WINDOW.of)}"
        raise ReaderError(ErrorName.BAD_REQUEST, detail) from None


def _wish(request: web.Request, scope: Scope) -> Callable[[Place], bool]:
    """What tells whether a row is asked for and lies inside of a scope; raises ReaderError bad_request."""
    competition, disciplines = request.query.get("competition"), listed(request.query, "discipline")

    def is_wanted(place: Place) -> bool:
        is_named = competition is None or unescape(place.competition) == competition
        return is_named and (not disciplines or place.discipline in disciplines) and scope.covers(f"{'.'.join(place)}.")

    return is_wanted


def _told(row: Row) -> HopsOf:
    return HopsOf(*map(_spread, row))


def _spread(histogram: Histogram) -> Spread:
    p50, p90, p99, p999 = histogram.quantiles(*_RATIOS)
    return Spread(histogram.count, p50, p90, p99, p999, histogram.most)
