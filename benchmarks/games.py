"""Games of the size of Paris 2024: how much memory the service needs for a day of them, and for more days.

Schedules with 7,100 units, 11,000 athletes, 4,399 results of 35 kB on average; on each further day every schedule and
every result comes again in a later version. All of it is made up.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import cycle
from pathlib import Path

import aiohttp
import psutil

from benchmarks import schedules
from benchmarks.service import feed_up

ATHLETES = 11_000
RESULTS = 4_399
DAYS = (1, 2, 3)
SENDERS = 8  # venues that send at once
SETTLE_SECONDS = 5.0
_ROWS = (2, 2, 8, 8, 40, 70)  # competitors of a unit: duels, heats and mass starts
_SPLITS = 8
_STATUS = (b'"RUNNING"', b'"FINISHED"')
_CODE = re.compile(rb'<Unit Code="([^"]*)"')
_HEADER = (
    '<OdfBody CompetitionCode="XB2030" DocumentCode="{}" DocumentType="{}" Version="{}" ResultStatus="{}" FeedFlag="P" '
    'Date="2030-07-{:02d}" Time="120000000" LogicalDate="2030-07-01" Source="XBV1"><Competition>'
)


async def measure(folder: Path) -> list[str]:
    """Rows of a Markdown table."""
    async with feed_up(folder) as (url, pid):
        service = psutil.Process(pid)
        lines = [_line("nothing", [], 0.0, service)]
        for day in DAYS:
            for name, documents in (("lists", day_of_lists(day)), ("results", day_of_results(day))):
                seconds = await post(url, documents)
                await asyncio.sleep(SETTLE_SECONDS)
                lines.append(_line(f"day {day}, {name}", documents, seconds, service))
    return [
        f"Games: {schedules.TOTAL_UNITS:,} units, {ATHLETES:,} athletes, {RESULTS:,} results, and two more days",
        "",
        "| after | documents | size | time | memory of the service |",
        "| --- | ---: | ---: | ---: | ---: |",
        *lines,
    ]


async def post(url: str, documents: Sequence[bytes]) -> float:
    """Send all from a few venues at once, again where it was not known whether a document is stored.

    Gives the seconds it took; raises ConnectionError for a refusal.
    """
    waiting, began = iter(documents), time.perf_counter()

    async def send() -> None:
        for document in waiting:
            while (answer := await session.post(f"{url}/ingest/odf", data=document)).status != HTTPStatus.OK:
                told = await answer.text()
                if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise ConnectionError(told)

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(send() for _ in range(SENDERS)))
    return time.perf_counter() - began


def day_of_lists(version: int) -> list[bytes]:
    """The schedules of all disciplines: on the first day with their athletes, later with every status new."""
    found = [schedules.schedule(name, count, version) for name, count in _disciplines()]
    if version > 1:
        return [document.replace(b'"SCHEDULED"', _STATUS[version % len(_STATUS)]) for document in found]
    return found + [_participants(number) for number in range(schedules.DOCUMENTS)]


def day_of_results(version: int) -> list[bytes]:
    """A result of each of the first units, as many as there were."""
    codes = [code.decode() for document in schedules.generated() for code in _CODE.findall(document)]
    return [_result(code, rows, version) for code, rows in zip(codes[:RESULTS], cycle(_ROWS), strict=False)]


def _disciplines() -> Iterator[tuple[str, int]]:
    for document in schedules.generated():
        codes = _CODE.findall(document)
        yield codes[0][:3].decode(), len(codes)


def _participants(number: int) -> bytes:
    each, more = divmod(ATHLETES, schedules.DOCUMENTS)
    rows = "".join(
        f'<Participant Code="{number:02d}{athlete:05d}" Parent="{number:02d}{athlete:05d}" Status="ACTIVE" '
        f'GivenName="Given{athlete}" FamilyName="FAMILY{athlete}" Gender="M" Organisation="X{athlete % 20:02d}" '
        'BirthDate="2005-02-03" MainFunctionId="AA01"><Discipline Code="X"/></Participant>'
        for athlete in range(each + (number < more))
    )
    code = f"{'JUD' if number == 0 else f'X{number - 1:02d}':-<34}"
    return f"{_HEADER.format(code, 'DT_PARTIC', 1, '', 1)}{rows}</Competition></OdfBody>".encode()


def _result(code: str, count: int, version: int) -> bytes:
    rows = "".join(_row(order, version) for order in range(1, count + 1))
    header = _HEADER.format(code, "DT_RESULT", version, "OFFICIAL", version)
    return f"{header}{rows}</Competition></OdfBody>".encode()


def _row(order: int, version: int) -> str:
    """A competitor with what is measured on the way, about 1,600 bytes."""
    splits = "".join(
        f'<ExtendedResult Type="ER" Code="SPLIT" Pos="{split}" Value="{split}:{order:02d}.{version}{split}" '
        f'SortOrder="{order}" Rank="{order}"><Extension Code="SPEED" Pos="{split}" Value="{split}{order}.5"/>'
        "</ExtendedResult>"
        for split in range(1, _SPLITS + 1)
    )
    return (
        f'<Result Rank="{order}" SortOrder="{order}" StartSortOrder="{order}" Result="9:{order:02d}.{version}" '
        f'ResultType="TIME"><ExtendedResults>{splits}</ExtendedResults><Competitor Code="{order:07d}" Type="A" '
        f'Bib="{order}" Organisation="X{order % 20:02d}"><Composition><Athlete Code="{order:07d}" Order="1" '
        f'Bib="{order}"><Description GivenName="Given{order}" FamilyName="FAMILY{order}" Gender="M" '
        f'Organisation="X{order % 20:02d}" BirthDate="2005-02-03"/></Athlete></Composition></Competitor></Result>'
    )


def _line(name: str, documents: Sequence[bytes], seconds: float, service: psutil.Process) -> str:
    size, memory = sum(map(len, documents)) / 1e6, service.memory_info().rss / 1e6
    return f"| {name} | {len(documents):,} | {size:.1f} MB | {seconds:.1f} s | {memory:.0f} MB |"
