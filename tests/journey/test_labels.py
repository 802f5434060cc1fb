"""A reader with `lang=` at each of the three doors, while the dictionary grows and changes."""

import re
from typing import Any

from tests.core.test_medals import rows
from tests.documents import fresh_competition, odf
from tests.schedules import schedule, unit
from tests.serve.eventsource import EventSource
from tests.serve.raw import Raw
from tests.serve.test_codes import table
from tests.service_fixture import Running

WANTED = "filter={}.*.*.*.*.*.result&filter={}.*.*.*.*.*.code&lang=FRA"


def nocs(competition: str, version: int, *codes: str) -> bytes:
    return table(competition, *codes, name="NOC", version=version)


def result(competition: str, version: int) -> bytes:
    body = rows("1 a XAA", "2 b USA", "3 c XBB")
    return odf(competition, version, body=body, ResultStatus="OFFICIAL")


def names(messages: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What organisations are called in each result."""
    return [each["labels"]["NOC"] for each in messages if each["type"] == "result"]


async def replayed(service: Running, query: str) -> list[list[dict[str, Any]]]:
    """The log as each door tells it."""
    raw = await Raw.open(service.url, f"{query}&after=0")
    _, *framed, _ = await raw.until("replay_end")
    await raw.end()
    async with EventSource(service.url, f"{query}&after=0") as source:
        _, *events, _ = await source.until("replay_end")
    _, page = await service.get(f"/v1/log?limit=1000&{query}")
    return [framed, [event.json for event in events], page["messages"]]


async def test_labels_at_every_door(service: Running):
    """A code precedes the first result that uses it; each result is told as it was told first, at all doors."""
    competition = fresh_competition()
    query = WANTED.format(competition, competition)
    await service.store(nocs(competition, 1, "XAA ENG:Alpha,FRA:Alphe"))
    raw = await Raw.open(service.url, query)
    async with EventSource(service.url, query) as source:
        assert [(await raw.text())["type"], (await source.event()).name] == ["hello", "hello"]
        live: list[dict[str, Any]] = []
        for document, count in (
            (result(competition, 1), 1),
            (nocs(competition, 2, "XAA ENG:Alpha,FRA:Alpha-sur-Mer", "XBB ENG:Beta"), 2),
            (result(competition, 2), 1),
        ):
            await service.store(document)
            live += await raw.messages(count)
        events = [(await source.event()).json for _ in live]
    await raw.end()
    assert events == live
    assert names(live) == [
        {"USA": "United States", "XAA": "Alphe"},
        {"USA": "United States", "XAA": "Alpha-sur-Mer", "XBB": "Beta"},
    ]
    order = [(each["type"], each["seq"]) for each in live]
    assert [kind for kind, _ in order] == ["result", "code", "code", "result"]
    assert order == sorted(order, key=lambda each: each[1])
    for messages in await replayed(service, query):
        assert messages[1:] == live


async def test_who_asks_for_no_labels_gets_none(service: Running):
    """Readers with and without follow side by side; all but the labels is the same."""
    competition = fresh_competition()
    await service.store(nocs(competition, 1, "XAA ENG:Alpha,FRA:Alphe"))
    query = WANTED.format(competition, competition)
    readers = [await Raw.open(service.url, each) for each in (query, query.removesuffix("&lang=FRA"))]
    for raw in readers:
        await raw.text()
    await service.store(result(competition, 1))
    (labelled,), (plain,) = [await raw.messages(1) for raw in readers]
    for raw in readers:
        await raw.end()
    assert labelled.pop("labels")["NOC"]["XAA"] == "Alphe"
    assert labelled == plain


def code_file(competition: str, version: int, *rows: str) -> bytes:
    head = f'# CompetitionCode="{competition}" DocumentSubtype="NOC" Version="{version}" FeedFlag="P" Source="CIS"'
    return "\n".join((head, "Id,ENG Description,FRA Description", *rows)).encode()


async def test_a_code_file_is_a_source_of_the_dictionary(service: Running):
    """What changed is published, what is left out is removed; DT_CODES and files of a table follow each other."""
    competition = fresh_competition()

    async def posted(document: bytes, format_name: str = "codes") -> tuple[int, int, int, int]:
        status, answer = await service.post(document, format_name=format_name, Content_Type="text/csv")
        return status, answer["count"], answer["duplicates"], answer["stale"]

    first = code_file(competition, 1, "XAA,Alpha,Alphe", "XBB,Beta,Bete")
    assert await posted(first) == (200, 3, 0, 0)
    assert await posted(first) == (200, 0, 1, 0)
    assert await posted(code_file(competition, 2, "XAA,Alpha,Alphe-sur-Mer")) == (200, 3, 0, 0)
    await service.store(result(competition, 1))
    path = f"/v1/snapshot?filter={competition}.*.*.*.*.*.result&lang=FRA"
    (message,) = (await service.get(path))[1]["messages"]
    assert message["labels"]["NOC"] == {"USA": "United States", "XAA": "Alphe-sur-Mer"}

    assert await posted(nocs(competition, 3, "XAA ENG:Alpha,FRA:Alpha"), "odf") == (200, 2, 0, 0)
    assert (await posted(code_file(competition, 2, "XAA,Alpha,Late")))[1:] == (0, 0, 1)
    status, answer = await service.post(b"Id\nXAA", format_name="codes")
    assert (status, answer["error"]["name"]) == (422, "no_key")


async def test_an_unknown_code_flows_with_a_remark(service: Running):
    """As long as its table lacks it; the table that ships counts until the venue sends its own."""
    competition = fresh_competition()
    body = rows("1 a FRA", "2 b XAA")
    count = unknown(await service.text("/metrics"))
    await service.store(odf(competition, 1, body=body), nocs(competition, 1, "XAA ENG:Alpha", "FRA ENG:France"))
    assert unknown(await service.text("/metrics")) == count + 1
    await service.store(odf(competition, 2, body=body), odf(competition, 3, body=rows("1 a USA")))
    _, page = await service.get(f"/v1/log?filter={competition}.*.*.*.*.*.result")
    assert ["unknown_code" in each["remarks"] for each in page["messages"]] == [True, False, True]
    assert unknown(await service.text("/metrics")) == count + 2


def unknown(metrics: str) -> int:
    """How many messages of production had the remark."""
    found = re.search(
        r'feed_remarks_total\{([^}]*"P"[^}]*unknown_code|[^}]*unknown_code[^}]*"P")[^}]*\} (\d+)', metrics
    )
    return int(found[2]) if found else 0


async def test_entities_are_remarked_too(service: Running):
    """A unit of the schedule at a venue that is not in the venue's table."""
    competition = fresh_competition()
    start = "2030-07-03T10:00:00+02:00"
    units = schedule(competition, unit(1, start, Venue="STA"), unit(2, start, Venue="NEW"), unit(3, start, Venue="TBD"))
    await service.store(table(competition, "STA ENG:Stadium", name="VENUE"), units)
    _, page = await service.get(f"/v1/snapshot?filter={competition}.*.*.*.*.*.unit")
    remarked = {each["body"]["venue"]: "unknown_code" in each["remarks"] for each in page["messages"]}
    assert remarked == {"STA": False, "NEW": True, "TBD": False}
