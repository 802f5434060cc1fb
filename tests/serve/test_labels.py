"""`lang=` at the reading doors: what is answered, what is refused, and what it leaves alone."""

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from feed.core import labels
from feed.core.terms import Used
from feed.serve import views
from tests.core.test_medals import FINAL, rows
from tests.documents import fresh_competition, odf
from tests.keyring import add, ask, reader, sender, store
from tests.serve.raw import Raw
from tests.serve.test_codes import table
from tests.serve.test_contract import refused
from tests.service_fixture import House, Running, opened

TOPIC = "{}.ATH.M.100M.FNL.000100.result"
STATE = (
    "snapshot?filter={competition}.*.*.*.*.*.result&",
    "documents/{topic}?",
    "units/{unit}/result?competition={competition}&",
)
VIEWS = (
    "units/{unit}?competition={competition}&",
    "schedule?competition={competition}&",
    "events/ATHM100M--------------------------?competition={competition}&",
    "nocs/XAA?competition={competition}&",
    "athletes/a?competition={competition}&",
    "medals?competition={competition}&",
    "medals/ledger?competition={competition}&",
    "records?competition={competition}&",
)
LABELLED = (
    "stream?",
    "sse?",
    "log?",
    *STATE,
    "schedule?competition={competition}&",
    "medals?competition={competition}&",
)


def nocs(competition: str, french: str = "Alpha (FR)", version: int = 1) -> bytes:
    return table(competition, f"XAA ENG:Alpha,FRA:{french}", "XBB ENG:Beta", name="NOC", version=version)


def result(competition: str, version: int = 1) -> bytes:
    return odf(competition, version, unit=100, body=rows("1 a XAA", "2 b XBB", "3 c USA"), ResultStatus="OFFICIAL")


def address(door: str, competition: str) -> str:
    return "/v1/" + door.format(competition=competition, topic=TOPIC.format(competition), unit=FINAL)


def message_of(page: dict[str, Any]) -> dict[str, Any]:
    return page["messages"][0] if "messages" in page else page


async def tagged(service: Running, path: str, tag: str = "") -> tuple[int, str, str]:
    """Status, entity tag and text."""
    headers = {"If-None-Match": tag} if tag else {}
    async with aiohttp.ClientSession() as session, session.get(service.url + path, headers=headers) as answer:
        return answer.status, answer.headers["ETag"], await answer.text()


@pytest.mark.parametrize("door", STATE)
async def test_a_message_of_the_state_has_labels(door: str, service: Running):
    """Those of its row, of its status and of its code; without `lang=` it is as it was."""
    competition = fresh_competition()
    await service.store(nocs(competition), result(competition))
    path = address(door, competition)
    plain, labelled = [message_of((await service.get(path + query))[1]) for query in ("", "lang=FRA")]
    assert labelled.pop("labels") == {
        "DISCIPLINE": {"ATH": "Athletics"},
        "NOC": {"USA": "United States", "XAA": "Alpha (FR)", "XBB": "Beta"},
        "PHASE_CODE": {"FNL-": "Final"},
        "RESULTSTATUS": {"OFFICIAL": "Official"},
    }
    assert labelled == plain


@pytest.mark.parametrize("door", VIEWS)
async def test_a_view_has_labels_of_all_that_is_on_it(door: str, service: Running):
    """One more member; without `lang=` it is as it was."""
    competition = fresh_competition()
    await service.store(nocs(competition), result(competition))
    path = address(door, competition)
    status, labelled = await service.get(path + "lang=FRA")
    assert status == 200, labelled
    assert "labels" in labelled
    if "XAA" in json.dumps(labelled["labels"]):
        assert labelled["labels"]["NOC"]["XAA"] == "Alpha (FR)"
    elif '"noc": "XAA"' in json.dumps(labelled):
        pytest.fail("a code without its label")
    assert "labels" not in (await service.get(path))[1]


async def test_another_language_is_another_representation(service: Running):
    """Each has its entity tag, which changes when the message or the dictionary does."""
    competition = fresh_competition()
    await service.store(nocs(competition), result(competition))
    for door in (STATE[1], VIEWS[0]):
        path = address(door, competition)
        tags = [(await tagged(service, path + query))[1] for query in ("", "lang=ENG", "lang=FRA")]
        assert len(set(tags)) == 3
        assert (await tagged(service, path + "lang=FRA", tags[2]))[0] == 304
        assert (await tagged(service, path + "lang=FRA", tags[1]))[0] == 200


async def test_a_name_that_is_corrected_is_right_at_once(service: Running):
    """In the state; a message of the log is told as it was told before."""
    competition = fresh_competition()
    await service.store(nocs(competition), result(competition))
    log = f"/v1/log?filter={competition}.*.*.*.*.*.result&lang=FRA"
    before = (await service.get(log))[1]["messages"]
    path = address(STATE[1], competition)
    _, tag, _ = await tagged(service, path + "lang=FRA")
    await service.store(nocs(competition, "Autre", version=2))
    status, _, text = await tagged(service, path + "lang=FRA", tag)
    assert (status, json.loads(text)["labels"]["NOC"]["XAA"]) == (200, "Autre")
    assert (await service.get(log))[1]["messages"] == before
    assert before[0]["labels"]["NOC"]["XAA"] == "Alpha (FR)"


@pytest.mark.parametrize("text", ["fra", "QQQ", "", "FRA,ENG"])
@pytest.mark.parametrize("door", LABELLED)
async def test_a_language_that_no_code_is_in_is_refused(door: str, text: str, service: Running):
    """The languages there are are named."""
    competition = fresh_competition()
    await service.store(nocs(competition), result(competition))
    name, _, query = address(door, competition).removeprefix("/v1/").partition("?")
    error = await refused(service, name, f"{query}lang={text}", "bad_request")
    assert "ENG, FRA" in error["detail"]


async def test_an_odf_document_has_no_labels(service: Running):
    """What was asked for is not ignored."""
    competition = fresh_competition()
    await service.store(nocs(competition), result(competition))
    path = address(STATE[1], competition) + "lang=FRA"
    headers = {"Accept": "application/xml"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(service.url + path) as answer:
        assert (answer.status, (await answer.json(content_type=None))["error"]["name"]) == (400, "bad_request")


@pytest.mark.parametrize("door", ["log", "snapshot"])
async def test_lines_have_labels_too(door: str, service: Running):
    """NDJSON and JSON hold the same messages."""
    competition = fresh_competition()
    await service.store(nocs(competition), result(competition))
    path = f"/v1/{door}?filter={competition}.*.*.*.*.*.code&lang=FRA"
    headers = {"Accept": "application/x-ndjson"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(service.url + path) as answer:
        found = [json.loads(line) for line in (await answer.text()).splitlines()]
    assert found == (await service.get(path))[1]["messages"]
    assert len(found) == 2
    assert all("labels" in each for each in found)


async def test_a_snapshot_on_a_socket_has_labels(service: Running):
    """Before and behind its end."""
    competition = fresh_competition()
    await service.store(nocs(competition), result(competition))
    raw = await Raw.open(service.url, f"filter={competition}.*.*.*.*.*.result&snapshot=1&lang=FRA")
    _, *found, _ = await raw.until("snapshot_end")
    await service.store(result(competition, 2))
    found += await raw.messages(1)
    await raw.end()
    assert [each["labels"]["NOC"]["XAA"] for each in found] == ["Alpha (FR)"] * 2


async def test_what_a_code_means_is_told_to_whoever_may_read_it(tmp_path: Path):
    """A key of one discipline reads no code tables, but the labels of its messages."""
    async with opened(tmp_path) as house:
        venue, visitor = sender(), reader(disciplines=("ATH",))
        await add(house, venue, visitor)
        await store(house, venue, nocs("XA"), result("XA"))
        status, page = await ask(house, "/v1/log?type=result&lang=FRA", visitor)
        assert status == 200
        assert [each["labels"]["NOC"]["XAA"] for each in page["messages"]] == ["Alpha (FR)"]


async def test_labels_of_a_moment_are_of_that_moment(service: Running):
    """By the dictionary of then; no cache keeps them for ever, as what ships may change."""
    competition = fresh_competition()
    *_, seq = await service.store(nocs(competition), result(competition))
    await service.store(nocs(competition, "Autre", version=2))
    epoch = (await service.get("/v1/competitions"))[1]["epoch"]
    path = f"{address(STATE[1], competition)}as_of={epoch}:{seq}"
    async with aiohttp.ClientSession(service.url) as session:
        for query, is_for_ever in (("", True), ("&lang=FRA", False)):
            async with session.get(path + query) as answer:
                assert ("immutable" in answer.headers["Cache-Control"]) is is_for_ever
                message = await answer.json()
    assert message["labels"]["NOC"]["XAA"] == "Alpha (FR)"


async def test_a_page_has_the_labels_of_its_tag(house: House, monkeypatch: pytest.MonkeyPatch):
    """Also when a name is corrected while a long page is looked through beside the loop."""
    await house.store(nocs("XA"), result("XA"))
    looking, looked = threading.Event(), threading.Event()

    def codes_used(text: bytes) -> tuple[Used, ...]:
        looking.set()
        looked.wait(10)
        return labels.codes_used(text)

    monkeypatch.setattr(views, "THREAD_BYTES", 0)
    monkeypatch.setattr(views, "codes_used", codes_used)
    path = address(VIEWS[0], "XA") + "lang=FRA"
    asked = asyncio.ensure_future(tagged(house, path))
    await asyncio.to_thread(looking.wait, 10)
    await house.store(nocs("XA", "Autre", version=2))
    looked.set()
    _, tag, text = await asked
    assert (tag, text) == (await tagged(house, path))[1:]
    assert json.loads(text)["labels"]["NOC"]["XAA"] == "Autre"
