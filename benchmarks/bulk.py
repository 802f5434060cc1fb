"""A list of 20 MB in flight: how late live results are beside it, and how late they are alone.

Results of 6 kB in an open loop to a subscriber of everything. Beside them another venue sends one list of participants
after the other, each a new Version in which every participant has changed, so that at every moment one is received,
decoded, judged or published. Windows with and without them take turns in one service.
"""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from http import HTTPStatus
from http.client import HTTPConnection
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.clients import Posters, document
from benchmarks.journey import RATE, UNITS, WARM_UP, Figures, figures, paced
from benchmarks.service import feed_up
from benchmarks.witness import Witness

RESULT_BYTES = 6_000
PARTICIPANTS = 10_000
LEAD_SECONDS = 1.0  # the first list is under way before the first result is
_ANSWER_SECONDS = 120.0
_AIM = 1.2
_MARK = b"@@@"
_EVENTS = 6  # that each participant is entered in


class Window(NamedTuple):
    """Latencies of results, and the seconds that each of the lists beside them took."""

    results: Figures
    lists: list[float]


async def measure(folder: Path, pairs: int, seconds: float, participants: int = PARTICIPANTS) -> list[str]:
    """Rows of a Markdown table."""
    count = WARM_UP + int(seconds * RATE)
    alone: list[Window] = []
    beside: list[Window] = []
    versions = participants_of(participants)
    async with feed_up(folder) as (url, _):
        first = 0
        for _ in range(pairs):
            for found, sent in ((alone, b""), (beside, versions)):
                documents = [document(first + number, UNITS, RESULT_BYTES) for number in range(count)]
                first += UNITS * -(-count // UNITS)  # no gap in the Versions: a missing one would be waited for
                found.append(await window(url, documents, sent, sum(len(each.lists) for each in beside) + 1))
    took = [each for found in beside for each in found.lists]
    ratios = [ours.results.p99 / floor.results.p99 for floor, ours in zip(alone, beside, strict=True)]
    spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    lists = f"lists of {len(versions) / 1e6:.1f} MB with {participants:,} participants"
    return [
        f"Bulk: {RATE} results/s of {RESULT_BYTES:,} B beside {lists}, medians of {pairs} pairs of {seconds:.0f} s",
        "",
        "| in flight | lists | seconds a list | p50 | p99 | to alone (spread) |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        f"| nothing | 0 | | {_medians(alone)} | 1 |",
        f"| a list | {len(took)} | {median(took):.1f} | {_medians(beside)} | {spread} |",
        f"\nThe aim is a p99 of at most {_AIM} times that without.",
    ]


async def window(url: str, documents: list[bytes], versions: bytes, first: int) -> Window:
    """Results at their pace; with `versions` the lists are beside them, from Version `first` on."""
    witness = await asyncio.to_thread(Witness, url)
    posters = Posters(url)
    planned_at: dict[int, float] = {}

    async def act(number: int, planned: float) -> None:
        planned_at[await posters.post(documents[number])] = planned

    took: list[float] = []
    async with in_flight(url, versions, first, took) if versions else nullcontext():
        await paced(len(documents), act)
    arrivals = await asyncio.to_thread(witness.finish, "result", len(documents))
    latencies = [arrivals["result", seq] - planned for seq, planned in planned_at.items()]
    return Window(figures(latencies[WARM_UP:]), took)


@asynccontextmanager
async def in_flight(url: str, versions: bytes, first: int, took: list[float]) -> AsyncIterator[None]:
    """One Version after the other is on its way inside; `took` is what each needed until its answer."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_send, args=(theirs, url, versions, first), daemon=True)
    child.start()
    theirs.close()
    await asyncio.to_thread(ours.recv)
    await asyncio.sleep(LEAD_SECONDS)
    yield
    ours.send("enough")
    took += await asyncio.to_thread(ours.recv)
    child.join()


def participants_of(count: int) -> bytes:
    """A whole list of participants, laid out as venues do, 2 kB each; `with_version` makes it a Version."""
    rows = "".join(_participant(number) for number in range(count))
    return (
        f'<OdfBody CompetitionCode="XB2030" DocumentCode="{"GEN":-<34}" DocumentType="DT_PARTIC" '
        f'Version="{_MARK.decode()}" FeedFlag="P" Date="2030-07-01" Time="120000000" LogicalDate="2030-07-01" '
        f'Source="XBREG1">\n<Competition Gen="XB-GEN-1.0">\n{rows}</Competition>\n</OdfBody>\n'
    ).encode()


def with_version(versions: bytes, version: int) -> bytes:
    """The document in which every participant is another than in the other Versions."""
    return versions.replace(_MARK, b"%d" % version)


def _participant(number: int) -> str:
    events = "".join(
        f'    <RegisteredEvent Event="{f"X{event:02d}MEXAMPLE":-<34}" Bib="{number}" Class="XC{event}" '
        'EntryStatus="CONFIRMED">\n'
        f'     <EventEntry Type="ENTRY" Code="QUAL_BEST" Pos="{event}" Value="1:{number % 60:02d}.{event}" />\n'
        f'     <EventEntry Type="ENTRY" Code="RANK_WLD" Pos="{event}" Value="{number + event}" />\n'
        "    </RegisteredEvent>\n"
        for event in range(_EVENTS)
    )
    return (
        f'<Participant Code="{5_000_000 + number}" Parent="{5_000_000 + number}" Status="ACTIVE" '
        f'GivenName="Given{number}" FamilyName="FAMILY{number}" PrintName="FAMILY{number} Given{number}" '
        f'TVName="Given{number} FAMILY{number}" Gender="M" Organisation="X{number % 90:02d}" BirthDate="2004-02-11" '
        f'Height="180" Weight="{_MARK.decode()}" PlaceofBirth="Place {number}" MainFunctionId="AA01">\n'
        f'  <Discipline Code="{"X00":-<34}" IFId="{number}">\n{events}  </Discipline>\n</Participant>\n'
    )


def _send(pipe: Pipe, url: str, versions: bytes, first: int) -> None:
    parts = urlsplit(url)
    link = HTTPConnection(parts.hostname or "", parts.port, timeout=_ANSWER_SECONDS)
    took: list[float] = []
    body, began = with_version(versions, first), time.perf_counter()
    pipe.send("begins")
    while not pipe.poll():
        link.request("POST", "/ingest/odf", body, {"Content-Type": "application/xml"})
        answer = link.getresponse()
        told = answer.read()
        if answer.status == HTTPStatus.OK:
            took.append(time.perf_counter() - began)
            body, began = with_version(versions, first + len(took)), time.perf_counter()
        elif answer.status != HTTPStatus.SERVICE_UNAVAILABLE:  # else it is not known whether it is stored: again
            raise ConnectionError(told.decode())
    pipe.send(took)


def _medians(windows: list[Window]) -> str:
    p50, p99 = (median(getattr(each.results, name) for each in windows) for name in ("p50", "p99"))
    return f"{p50:.2f} ms | {p99:.2f} ms"
