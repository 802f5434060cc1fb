"""The recorded Paris through the real service: what its results alone tell of the medals, and the table at the end.

The service is a program of its own with a real broker. Disciplines are posted side by side, each in the order of its
recorded times over a connection that is kept. The service sees no table of medals: DT_MEDALS is never sent.
"""

import asyncio
import csv
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from replay.capture import read_capture
from replay.imports.importing import Report, fill
from replay.imports.paris.capturing import read
from replay.imports.paris.games import CORRECTED
from replay.imports.paris.recorded import COMPETITION, MEDALS, ZONE, Won
from tests.documents import odf
from tests.paris.games import Posted, games
from tests.service_fixture import Child

SIDE_BY_SIDE = 12
LIMIT = 60.0
EVENTS = 329
OTHER = "XP2024"
BOTH = tuple(
    f'<Result Rank="1" SortOrder="1"><Competitor Code="{n}" Type="A" Organisation="XPP"/></Result>' for n in "12"
)
Triple = tuple[int, int, int]

# Where the published table is not the sum of the published medals: how it is, how it should be, and why. The lists of
# medals and of medallists, and the medal list of the next day, have what is missing.
DEVIATIONS: dict[str, tuple[Triple, Triple, str]] = {
    "INA": (
        (2, 0, 0),
        (2, 0, 1),
        "The bronze of a badminton player whose opponent could not play has no medal code and is not in the total.",
    ),
}
# What results cannot tell, by event: there was no match for the bronze, so that no unit decided it.
UNTOLD = {"BDMWSINGLES".ljust(34, "-"): Counter({("bronze", "1926315"): 1})}


class Venue:
    """Posts, and reads views."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._races = 0
        self._session = session

    async def post(self, documents: Iterable[bytes]) -> None:
        """One after the other; all have to be stored whole, and are sent again as long as that is not known."""
        for document in documents:
            told = await self._told(document)
            assert (told["quarantined"], told["stale"]) == ([], 0)
            assert told["count"] + told["duplicates"] > 0

    async def _told(self, document: bytes) -> dict[str, Any]:
        status, deadline = HTTPStatus.SERVICE_UNAVAILABLE, time.monotonic() + LIMIT
        while status == HTTPStatus.SERVICE_UNAVAILABLE and time.monotonic() < deadline:
            async with self._session.post(f"{self.url}/ingest/odf", data=document) as answer:
                status, told = HTTPStatus(answer.status), await answer.json(content_type=None)
        assert status == HTTPStatus.OK, (told, document[:400])
        return dict(told)

    async def post_all(self, documents: Callable[[str], list[bytes]], disciplines: list[str]) -> None:
        """Those of all disciplines, side by side."""
        free = asyncio.Semaphore(SIDE_BY_SIDE)

        async def play(discipline: str) -> None:
            async with free:
                await self.post(documents(discipline))

        await asyncio.gather(*map(play, disciplines))

    async def get(self, path: str) -> dict[str, Any]:
        async with self._session.get(self.url + path) as answer:
            found: dict[str, Any] = await answer.json()
            assert answer.status == 200, found
            return found

    async def table(self, view: str = "official") -> list[dict[str, Any]]:
        """Rows of the table, without what they say by gender."""
        page = await self.get(f"/v1/medals?competition={COMPETITION}&view={view}")
        return [{name: each for name, each in row.items() if name != "genders"} for row in page["rows"]]

    async def settled(self) -> None:
        """Return when all that was posted is counted: a race of another competition, posted last, is counted too."""
        accepted: list[dict[str, Any]] = []
        while not accepted:  # a race that had to be sent again may be a duplicate
            self._races += 1
            race = odf(OTHER, self._races, unit=100, body=BOTH[self._races % 2], ResultStatus="OFFICIAL")
            accepted = (await self._told(race))["accepted"]
        deadline = time.monotonic() + LIMIT
        while (await self.get(f"/v1/medals?competition={OTHER}"))["through"] < accepted[0]["seq"]:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)

    async def ledger(self) -> list[dict[str, Any]]:
        """Its official entries."""
        page = await self.get(f"/v1/medals/ledger?competition={COMPETITION}&view=official")
        return [each["entry"] for each in page["entries"]]


@asynccontextmanager
async def venue(folder: Path) -> AsyncIterator[Venue]:
    config = folder / "feed.toml"
    config.write_text(f'[competitions.{COMPETITION}]\nzone = "{ZONE}"\n')
    child = Child("up", "--port", "0", "--data", str(folder / "streams"), "--config", str(config))
    try:
        url = child.line().removeprefix("ready ").strip()
        async with aiohttp.ClientSession(headers={"Content-Type": "application/xml"}) as session:
            yield Venue(url, session)
    finally:
        child.stop()


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_medals_of_paris(shared: Path, tmp_path: Path):
    """Results alone tell all medals but one; with medallists the table is exact, before and after both corrections."""
    recorded = games(shared)
    disciplines = recorded.disciplines()
    expected = {event: _named(won) for event, won in recorded.medals_first().items()}
    assert len(expected) == EVENTS
    async with venue(tmp_path) as feed:
        await feed.post_all(recorded.lists, disciplines)
        await feed.post_all(recorded.results, disciplines)
        await feed.settled()
        by_results = _held(await feed.ledger())
        assert not {event: found for event, won in by_results.items() if (found := won - expected[event])}
        assert {event: found for event, won in expected.items() if (found := won - by_results[event])} == UNTOLD

        await feed.post_all(recorded.medallists, disciplines)
        await feed.settled()
        entries = await feed.ledger()
        assert _held(entries) == expected
        (only,) = (entry for entry in entries if entry["cause"]["type"] == "medallists")
        assert {only["event"]: _held([only])[only["event"]]} == UNTOLD
        first = (won for medals in recorded.medals_first().values() for won in medals)
        assert _triples(await feed.table()) == _sum((won.noc, won.medal) for won in first)

        for correction in recorded.corrections:
            table = _triples(await feed.table())
            await feed.post(recorded.corrected(correction))
            await feed.settled()
            assert _triples(await feed.table()) == _with(table, correction.changes)
            added = (await feed.ledger())[len(entries) :]
            entries += added
            assert Counter(map(_change, added)) == Counter(correction.changes)
            causes = {(each["cause"]["type"], each["cause"]["version"], *each["cause"]["notes"]) for each in added}
            cause = ("result", CORRECTED) if correction.has_result else ("medallists", 2)
            assert causes == {(*cause, correction.note)}
            assert {(each["unit"], each["moved"]) for each in added} == {(correction.after.code, True)}

        assert await feed.table() == _published(recorded)
        assert await feed.table("provisional") == await feed.table()


@pytest.mark.shared
def test_every_row_maps_but_those_that_tell_no_medal(shared: Path, tmp_path: Path):
    """All 21,316 of results, in 9,248 documents in order; not medallists without a medal and what the tables tell."""
    report, folder = Report(), shared / "data" / "games"
    folders = (folder / "paris-2024", folder / "paris-2024-medal-timeline")
    found = read(folders, ZoneInfo(ZONE), report)
    filled = [each.captured for each in fill(tmp_path / "a", found.documents)]
    assert filled == list(read_capture(tmp_path / "a"))
    assert Counter(each.origin for each in filled) == {"imported": 4_848, "synthesised": 4_400}
    assert sum(rows for table, rows in report.rows.items() if table.startswith("results/")) == 21_316
    missed = {table: unmapped.rows for (table, _), unmapped in report.unmapped.items()}
    assert missed == {"medallists.csv": 47, "medal_changes.jsonl": 7_079}


def test_deviations_are_those_of_the_published_table(shared: Path):
    """It is the sum of the published medals but for what is listed, and each of those is really in it."""
    recorded = games(shared)
    summed = _sum((won.noc, won.medal) for won in recorded.paris.medals)
    published = recorded.paris.table
    assert {noc: (published[noc], summed[noc]) for noc in summed if published[noc] != summed[noc]} == {
        noc: (was, should) for noc, (was, should, _) in DEVIATIONS.items()
    }
    assert set(summed) == set(published)
    timeline = shared / "data" / "games" / "paris-2024-medal-timeline" / "final_medal_countries.wide.auto.csv"
    for row in csv.DictReader(timeline.open()):  # it leaves out athletes without a nation
        assert summed[row["code"]] == tuple(int(row[medal]) for medal in MEDALS)


def _named(won: Iterable[Won]) -> Counter[tuple[str, str]]:
    return Counter((each.medal, each.id) for each in won)


def _held(entries: list[dict[str, Any]]) -> dict[str, Counter[tuple[str, str]]]:
    """Medals and winners by event: what the entries come to."""
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for entry in entries:
        found[entry["event"]][entry["medal"], entry["winner"]["id"]] += 1 if entry["action"] == "awarded" else -1
    return defaultdict(Counter, {event: +won for event, won in found.items()})


def _change(entry: dict[str, Any]) -> tuple[str, str, str, str]:
    return entry["action"], entry["medal"], entry["winner"]["noc"], entry["winner"]["id"]


def _sum(medals: Iterable[tuple[str, str]]) -> dict[str, Triple]:
    """Gold, silver and bronze by organisation."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for noc, medal in medals:
        found[noc][medal] += 1
    return {noc: (won["gold"], won["silver"], won["bronze"]) for noc, won in found.items()}


def _with(table: dict[str, Triple], changes: Iterable[tuple[str, str, str, str]]) -> dict[str, Triple]:
    """A table after some changes."""
    found = {noc: list(triple) for noc, triple in table.items()}
    for action, medal, noc, _ in changes:
        found.setdefault(noc, [0, 0, 0])[MEDALS.index(medal)] += 1 if action == "awarded" else -1
    return {noc: (gold, silver, bronze) for noc, (gold, silver, bronze) in found.items() if gold + silver + bronze}


def _triples(rows: list[dict[str, Any]]) -> dict[str, Triple]:
    return {row["noc"]: (row["gold"], row["silver"], row["bronze"]) for row in rows}


def _published(recorded: Posted) -> list[dict[str, Any]]:
    """The published table as the service should give it: put right where it deviates, and ranked by the rule."""
    table = recorded.paris.table | {noc: should for noc, (_, should, _) in DEVIATIONS.items()}
    totals = {noc: sum(triple) for noc, triple in table.items()}
    rows = []
    for noc, triple in table.items():
        same = [other for other in table.values() if other == triple]
        row = dict(zip(MEDALS, triple, strict=True)) | {
            "noc": noc,
            "rank": 1 + sum(other > triple for other in table.values()),
            "rank_equal": len(same) > 1,
            "total": totals[noc],
            "rank_total": 1 + sum(other > totals[noc] for other in totals.values()),
        }
        rows.append(row)
    return sorted(rows, key=lambda row: (row["rank"], row["noc"]))
