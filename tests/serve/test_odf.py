import json
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from lxml import etree

from feed.candidate import Receipt
from feed.venues.odf import decode
from schemas import wire
from tests.documents import fresh_competition, odf
from tests.keyring import add, ask, reader, sender, store
from tests.schedules import schedule, session, unit, unit_code
from tests.service_fixture import House, Running

XML = {"Accept": "application/xml"}
RECEIPT = Receipt(0, None, lambda _: ZoneInfo("UTC"))
WINNER = '<Result SortOrder="1" Result="9.580"><Competitor Code="1" Type="A" Organisation="XAA"/></Result>'


def said(document: bytes) -> list[dict[str, Any]]:
    """Topics and bodies of a document, read by our own decoder."""
    decoded = decode(document, RECEIPT)
    assert decoded.refusal is None
    messages = [json.loads(wire.encode(candidate.message)) for candidate in decoded.candidates]
    return [{name: message[name] for name in ("topic", "version", "status", "ts", "body")} for message in messages]


async def fetched(service: Running, topic: str, query: str = "", **headers: str) -> tuple[int, Any, bytes]:
    address = f"{service.url}/v1/documents/{topic}{query}"
    async with aiohttp.ClientSession() as client, client.get(address, headers=XML | headers) as answer:
        return answer.status, answer.headers, await answer.read()


async def forget_raw(service: Running) -> None:
    """Take away what the venues sent."""
    async with service.broker() as link:
        await link.api("STREAM.DELETE.RAW")


@pytest.mark.parametrize("family", ["2018", "2028"])
async def test_a_message_is_written_as_the_document_it_came_from(house: House, family: str):
    """Made of the message alone, the venue's bytes are gone; read again it says the same."""
    competition = fresh_competition()
    document = odf(competition, 3, body=WINNER)
    await house.store(document)
    await forget_raw(house)
    (before,) = said(document)
    status, headers, text = await fetched(house, before["topic"], f"?family={family}")
    assert (status, headers["Content-Type"]) == (200, "application/xml; charset=utf-8")
    assert said(text) == [before]
    assert (b"TimeStamp=" in text) is (family == "2028")


async def test_a_large_body_is_written_too(service: Running):
    """Its message only refers to it."""
    competition = fresh_competition()
    rows = "".join(
        f'<Result SortOrder="{n}"><Competitor Code="{n}" Type="A" Organisation="{"X" * 300}"/></Result>'
        for n in range(1, 2_000)
    )
    document = odf(competition, 1, body=rows)
    await service.store(document)
    (before,) = said(document)
    _, _, text = await fetched(service, before["topic"])
    assert said(text) == [before]


async def test_a_set_is_one_list_and_an_entity_an_update(service: Running):
    """The list holds what is there now, not what its document held."""
    competition = fresh_competition()
    first = schedule(competition, session("ATH01", "2030-07-03T09:00:00Z"), unit(1), unit(2))
    update = schedule(competition, unit(2, Medal="1"), version=9, DocumentType="DT_SCHEDULE_UPDATE")
    await service.store(first, update)
    status, _, text = await fetched(service, f"{competition}.ATH.-.-.-.-.list.schedule")
    assert status == 200
    root = etree.fromstring(text)
    assert (root.get("DocumentType"), root.get("Version")) == ("DT_SCHEDULE", "1")
    assert [(child.tag, child.get("Medal")) for child in root[0]] == [("Session", None), ("Unit", None), ("Unit", "1")]
    topic = said(update)[0]["topic"]
    _, _, text = await fetched(service, topic)
    assert etree.fromstring(text).get("DocumentType") == "DT_SCHEDULE_UPDATE"
    assert [each["body"] for each in said(text)] == [said(update)[0]["body"]]


async def test_the_actions_of_a_match_are_written_as_they_were(service: Running):
    """A list of events is written whole too, now and at a moment: with one action, and with two."""
    competition = fresh_competition()
    match = {"DocumentType": "DT_PLAY_BY_PLAY", "DocumentCode": "BKBWTEAM5-------------GPA-000100--"}
    match |= {"ResultStatus": "LIVE"}
    actions = [f'<Action Id="{id_}" Period="Q1" Action="P2" Result="0-{2 * id_}"/>' for id_ in (1, 2)]
    bodies = [f"<Actions>{''.join(actions[:count])}</Actions>" for count in (1, 2)]
    documents = (odf(competition, version, body=text, **match) for version, text in enumerate(bodies, 1))
    seqs = await service.store(*documents)
    topic = f"{competition}.BKB.W.TEAM5.GPA.000100.list.actions"
    texts = [(await fetched(service, topic, query))[2] for query in (f"?as_of={seqs[0] + 1}", "")]
    assert [etree.fromstring(text).xpath("//Action/@Result") for text in texts] == [["0-2"], ["0-2", "0-4"]]


async def test_what_is_known_is_not_written_again(service: Running):
    """The tag tells the generation, and caches are told that it hangs on Accept."""
    competition = fresh_competition()
    await service.store(odf(competition, 1))
    topic = said(odf(competition, 1))[0]["topic"]
    _, headers, _ = await fetched(service, topic)
    assert "Accept" in headers["Vary"].split(", ")
    assert (await fetched(service, topic, **{"If-None-Match": headers["ETag"]}))[0] == 304
    assert (await fetched(service, topic, "?family=2028", **{"If-None-Match": headers["ETag"]}))[0] == 200


async def test_an_unknown_generation_is_refused(service: Running):
    """With those there are."""
    competition = fresh_competition()
    await service.store(odf(competition, 1))
    status, _, text = await fetched(service, said(odf(competition, 1))[0]["topic"], "?family=1896")
    assert (status, b"2018, 2024, 2026, 2028" in text) == (400, True)


async def test_what_no_document_says_is_not_found(service: Running):
    """One code of a table is written with its whole list only; a topic without a message is not found either."""
    competition = fresh_competition()
    table = {"DocumentCode": "GEN" + 31 * "-", "DocumentType": "DT_CODES", "DocumentSubtype": "NOC"}
    code = '<CodeSet Code="XAA"><Language Language="ENG" Description="Aland"/></CodeSet>'
    await service.store(odf(competition, 1, body=code, **table))
    status, _, text = await fetched(service, f"{competition}.GEN.-.-.-.-.code.NOC.-.XAA")
    assert (status, b"whole list" in text) == (404, True)
    assert (await fetched(service, f"{competition}.GEN.-.-.-.-.list.codes.NOC"))[0] == 200
    assert (await fetched(service, f"{competition}.ATH.M.100M.FNL.000100.result"))[0] == 404


async def test_a_list_as_odf_is_of_the_readers_part(house: House):
    """Whoever asked before, and packed: what a narrow key may not read is in no cache for it, nor behind its tag."""
    wide, narrow, writer = reader(), reader(disciplines=("GEN", "ATH")), sender()
    await add(house, wide, narrow, writer)
    units = unit(1), unit(2, discipline="SWM")
    await store(house, writer, schedule("XA", *units, discipline="GEN"))
    _, page = await ask(house, "/v1/snapshot?type=list", wide)
    (head,) = (message["topic"] for message in page["messages"])
    seen: list[tuple[str, bool, bool]] = []
    for held in (wide, narrow, wide):
        client = aiohttp.ClientSession(headers=XML | held.headers)
        async with client, client.get(f"{house.url}/v1/documents/{head}") as answer:
            text = await answer.text()
            assert answer.status == 200
        seen.append((answer.headers["ETag"], unit_code(1) in text, unit_code(2, "SWM") in text))
    assert [each[1:] for each in seen] == [(True, True), (True, False), (True, True)]
    assert seen[0][0] == seen[2][0] != seen[1][0]
