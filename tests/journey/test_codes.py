"""The code tables of Rio 2016, two releases of them: the later one publishes what changed and nothing else."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.documents import fresh_competition
from tests.schedules import schedule, unit
from tests.service_fixture import Running

PAGE = 1_000
Content = tuple[Any, ...]


def release(shared: Path, name: str, competition: str) -> dict[str, bytes]:
    """Documents by table, as of one Games and of one flag; a later release has higher Versions, as one sender's."""
    raised = {"14.0": b"1", "16.3": b"2"}[name]
    found = {}
    for path in sorted((shared / "data" / "odf" / f"rio2016-codes-{name}").glob("*.xml")):
        document = path.read_bytes().replace(b'"OG2016"', f'"{competition}"'.encode())
        document = document.replace(b'FeedFlag="T"', b'FeedFlag="P"', 1)
        document = re.sub(rb' Version="(\d+)"', lambda match: b' Version="%b%03d"' % (raised, int(match[1])), document)
        found[str(etree.fromstring(document).get("DocumentSubtype"))] = document
    return found


def contents(document: bytes) -> Counter[Content]:
    """What each CodeSet says: its attributes, and those of its languages in their order."""
    return Counter(
        (frozenset(code.items()), *(frozenset(language.items()) for language in code))
        for code in etree.fromstring(document).iter("CodeSet")
    )


async def post(service: Running, documents: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """The answers, by table, once every reading door knows what was stored."""
    answers = {}
    for table, document in documents.items():
        status, answers[table] = await service.post(document)
        assert status == 200, answers[table]
    await service.known(max(row["seq"] for answer in answers.values() for row in answer["accepted"]))
    return answers


async def codes(service: Running, competition: str, after: str = "0") -> tuple[list[dict[str, Any]], str]:
    """All messages of codes behind a cursor, and the cursor behind them."""
    found: list[dict[str, Any]] = []
    while True:
        path = f"/v1/log?after={after}&limit={PAGE}&filter={competition}.*.*.*.*.*.code"
        _, page = await service.get(path)
        found += page["messages"]
        after = page["next"]
        if int(after.partition(":")[2]) >= page["tip"]:
            return found, after


def of_table(messages: list[dict[str, Any]], op: str = "put") -> Iterator[tuple[str, dict[str, Any]]]:
    return ((each["topic"].split(".")[7], each) for each in messages if each["op"] == op)


@pytest.mark.shared
@pytest.mark.slow
async def test_a_later_release_publishes_what_changed(shared: Path, service: Running):
    """Each changed code once, a tombstone for each that is gone; a table that is the same publishes nothing."""
    competition = fresh_competition()
    older, newer = (release(shared, name, competition) for name in ("14.0", "16.3"))
    await post(service, older)
    before, cursor = await codes(service, competition)
    assert len(before) == sum(document.count(b"<CodeSet ") for document in older.values())

    answers = await post(service, newer)
    after, cursor = await codes(service, competition, cursor)
    known = {each["topic"] for each in before}
    for table, document in newer.items():
        same = contents(older[table]) & contents(document)
        now = [each for name, each in of_table(after) if name == table]
        gone = {each["topic"] for name, each in of_table(after, "removed") if name == table}
        added = {each["topic"] for each in now} - known
        assert answers[table]["duplicates"] == same.total(), table
        assert len(now) == contents(document).total() - same.total(), table
        assert len(gone) == contents(older[table]).total() + len(added) - contents(document).total(), table
        assert gone <= known, table

    await check_what_is_known(service, competition, before, after)
    await check_labels(service, competition)
    again = {table: raised(document) for table, document in newer.items()}
    await post(service, again)
    assert (await codes(service, competition, cursor))[0] == []


async def check_what_is_known(
    service: Running, competition: str, before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    """Twice as many locations, among them a court that is to be announced; seven records got the event they are of."""
    _, tables = await service.get(f"/v1/codes?competition={competition}")
    sizes = {row["table"]: row["count"] for row in tables["tables"] if row["origin"] == "received"}
    assert (sizes["LOCATION"], sizes["NOC"], sizes["PHASE"], sizes["ODF_SPORT_CODES"]) == (330, 220, 2_187, 1_718)
    _, page = await service.get(f"/v1/codes/LOCATION?competition={competition}&code=T10")
    (court,) = page["codes"]
    assert [label["language"] for label in court["labels"]] == ["ENG", "FRA", "POR", "SPA"]
    assert "TBA" in court["labels"][0]["description"]
    no_event = {each["topic"] for table, each in of_table(before) if table == "RECORD" and "event" not in each["body"]}
    linked = [each for table, each in of_table(after) if table == "RECORD" and each["topic"] in no_event]
    assert len(no_event) == len(linked) == 7
    assert {(each["body"]["discipline"], "event" in each["body"]) for each in linked} == {("SW", True)}


async def check_labels(service: Running, competition: str) -> None:
    """X1: a match at the new court is told behind the code of it, and shows what that says in every language."""
    await service.store(schedule(competition, unit(1, "2030-07-03T10:00:00+02:00", Location="T10")))
    topics = f"filter={competition}.*.*.*.*.*.unit&filter={competition}.*.*.*.*.*.code.LOCATION.-.T10"
    for language, words in (("ENG", "TBA"), ("FRA", "ND"), ("POR", "TBA"), ("SPA", "TBA")):
        _, page = await service.get(f"/v1/log?after=0&limit=1000&{topics}&lang={language}")
        *codes_, match = page["messages"]
        assert [each["type"] for each in codes_] == ["code"]
        assert match["labels"]["LOCATION"]["T10"].endswith(words)


def raised(document: bytes) -> bytes:
    """The same in a higher Version."""
    return re.sub(rb' Version="2', b' Version="3', document, count=1)
