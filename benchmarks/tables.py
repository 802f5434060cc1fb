"""From an OFFICIAL result to the changed medal table, both as one subscriber of everything sees them.

In an open loop one event after the other is decided beside live results of other units; both latencies run from the
planned moment of the POST, to the result itself and to the first medal table that it caused.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.clients import Posters, document
from benchmarks.journey import UNITS, Figures, figures, paced
from benchmarks.service import feed_up
from benchmarks.witness import Witness

RATE = 50  # documents a second
EACH = 5  # of these one decides an event, the others are live
SIZE = 35_000
NOCS = 90
DISCIPLINES = 40
_AIM = 3.0
_WARM_UP = 20  # decided events
_HEADER = (
    '<OdfBody CompetitionCode="XB2030" DocumentCode="{}" DocumentType="DT_RESULT" Version="1" ResultStatus="OFFICIAL" '
    'FeedFlag="P" Date="2030-07-03" Time="215612045" LogicalDate="2030-07-03" Source="XBV1">\n<Competition>\n'
)


class Round(NamedTuple):
    """Latencies of OFFICIAL results and of the tables that they changed."""

    results: Figures
    tables: Figures

    @property
    def ratio(self) -> float:
        return self.tables.p99 / self.results.p99


async def measure(folder: Path, rounds: int, seconds: float) -> list[str]:
    """Rows of a Markdown table; each round has a service of its own."""
    count = int(seconds * RATE / EACH)
    found = []
    for number in range(rounds):
        async with feed_up(folder / str(number)) as (url, _):
            found.append(await run(url, count))
    ratios = [each.ratio for each in found]
    pace = f"{RATE // EACH} events decided a second beside {RATE - RATE // EACH} live results/s of {SIZE:,} B"
    return [
        f"Medal tables: {pace}, medians of {rounds} rounds of {count} events",
        "",
        "| what | p50 | p99 | p99 to the result's (spread) |",
        "| --- | ---: | ---: | ---: |",
        f"| the OFFICIAL result | {_medians([each.results for each in found])} | 1 |",
        f"| the changed medal table | {_medians([each.tables for each in found])} | {_spread(ratios)} |",
        f"\nThe aim is at most {_AIM:.0f} times.",
    ]


async def run(url: str, count: int) -> Round:
    """Decide `count` events after a few that only warm up."""
    witness = await asyncio.to_thread(Witness, url)
    posters = Posters(url)
    documents = list(_documents(_WARM_UP + count))
    planned_at: dict[int, float] = {}

    async def act(number: int, planned: float) -> None:
        seq = await posters.post(documents[number])
        if _decides(number):
            planned_at[seq] = planned

    await paced(len(documents), act, RATE)
    arrivals = await asyncio.to_thread(witness.finish, "medal_table", len(planned_at))
    decided = sorted(planned_at.items())[_WARM_UP:]
    return Round(*(figures([arrivals[kind, seq] - at for seq, at in decided]) for kind in ("result", "medal_table")))


def decided(number: int) -> bytes:
    """The OFFICIAL result of the final of event `number`: a field of competitors, three of whom have a medal now."""
    event = f"X{number % DISCIPLINES:02d}{'MW'[number % 2]}{f'E{number}':-<18}FNL-000100--"
    header = _HEADER.format(event)
    rows: list[str] = []
    length = len(header) + 30
    while not rows or length + len(rows[-1]) < SIZE:
        rows.append(_row(number, len(rows) + 1))
        length += len(rows[-1])
    return (header + "".join(rows) + "</Competition>\n</OdfBody>\n").encode()


def _documents(events: int) -> Iterator[bytes]:
    live = 0
    for number in range(events * EACH):
        if _decides(number):
            yield decided(number // EACH)
        else:
            yield document(live, UNITS, SIZE)
            live += 1


def _decides(number: int) -> bool:
    return number % EACH == EACH - 1


def _row(event: int, place: int) -> str:
    code, noc = 1_000_000 + 200 * event + place, f"X{(7 * event + 11 * place) % NOCS:02d}"
    return (
        f'\t<Result Rank="{place}" ResultType="TIME" Result="{10 + place / 100:.2f}" SortOrder="{place}" '
        f'StartOrder="{place}">\n\t\t<Competitor Code="{code}" Type="A" Organisation="{noc}">\n\t\t\t<Composition>\n'
        f'\t\t\t\t<Athlete Code="{code}" Order="1" Bib="{place}">\n\t\t\t\t\t<Description GivenName="Given{place}" '
        f'FamilyName="Family{place}" Gender="M" Organisation="{noc}" BirthDate="2004-02-11" />\n\t\t\t\t</Athlete>\n'
        "\t\t\t</Composition>\n\t\t</Competitor>\n\t</Result>\n"
    )


def _medians(found: list[Figures]) -> str:
    return f"{median(each.p50 for each in found):.2f} ms | {median(each.p99 for each in found):.2f} ms"


def _spread(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
