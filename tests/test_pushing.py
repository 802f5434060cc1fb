from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from feed.candidate import Decoded, Receipt
from feed.errors import SettingsError
from feed.venues.odf import decode
from tests.documents import odf
from tests.push.inbox import Inbox, inbox
from tests.schedules import local, schedule, session, unit
from tests.service_fixture import House, opened, wait_until


@pytest.fixture
async def customer() -> AsyncIterator[Inbox]:
    async with inbox() as made:
        yield made


def read(document: bytes) -> Decoded:
    return decode(document, Receipt(0, "", lambda _: UTC))


def contents(decoded: Decoded) -> dict[str, Any]:
    """What each message of a document says."""
    return {each.message.topic: (each.message.op, each.message.body) for each in decoded.candidates}


async def sent(customer: Inbox, tmp_path: Path, *documents: bytes, **settings: str) -> list[bytes]:
    """What a customer gets when these come."""
    async with opened(tmp_path, customers={"xbc": customer.settings(**settings)}) as house:
        await posted(house, *documents)
        await wait_until(lambda: house.service.pushers[0].standing().behind == 0)
        assert house.service.pushers[0].standing().failing == 0
    return [each.document for each in customer.arrived]


async def posted(house: House, *documents: bytes) -> None:
    for document in documents:
        status, body = await house.post(document)
        assert status == 200, body


async def test_a_list_comes_as_it_was_sent(customer: Inbox, tmp_path: Path):
    """The full list whole, an update with what it changed, what takes it back without content; entities never alone."""
    full = schedule("XA", unit(1), unit(2), session("S1", "2030-07-03T10:00:00Z"), version=1)
    update = schedule(
        "XA", unit(1, ScheduleStatus="RUNNING"), version=4, DocumentType="DT_SCHEDULE_UPDATE", Time="110000000"
    )
    again = schedule("XA", unit(2), version=2, Time="120000000")
    gone = again.replace(b'Version="2"', b'Version="3"').replace(b'Time="12', b'Time="13')
    gone = gone[: gone.index(b"<Competition>")] + b"</OdfBody>"
    found = await sent(customer, tmp_path, full, update, again, gone)
    headers = [etree.fromstring(each).attrib for each in found]
    assert [(each["DocumentType"], each["Version"]) for each in headers] == [
        ("DT_SCHEDULE", "1"),
        ("DT_SCHEDULE_UPDATE", "4"),
        ("DT_SCHEDULE", "2"),
        ("DT_SCHEDULE", "3"),
    ]
    assert [contents(read(each)) for each in found] == [contents(read(each)) for each in (full, update, again, gone)]


async def test_a_list_is_sent_as_it_was_then(customer: Inbox, tmp_path: Path):
    """Whoever comes later gets each state of it, not the newest one with an old Version."""
    first = schedule("XA", unit(1), unit(2))
    second = schedule("XA", unit(1, ScheduleStatus="CANCELLED"), unit(3), version=2)
    async with opened(tmp_path) as house:
        await posted(house, first, second)
    assert [contents(read(each)) for each in await sent(customer, tmp_path)] == [
        contents(read(each)) for each in (first, second)
    ]


async def test_a_long_list_is_one_document(customer: Inbox, tmp_path: Path):
    """However many batches it was stored in: neither its claim nor its parts are sent."""
    units = [unit(1).replace("HEAT000100--", f"HEAT{number:06d}--") for number in range(600)]
    full = schedule("XA", *units)
    update = schedule("XA", *units[:550], version=2, DocumentType="DT_SCHEDULE_UPDATE", Time="110000000")
    update = update.replace(b"SCHEDULED", b"RUNNING")
    found = await sent(customer, tmp_path, full, update)
    assert [contents(read(each)) for each in found] == [contents(read(each)) for each in (full, update)]


async def test_a_system_that_goes_on_or_off_is_a_document(customer: Inbox, tmp_path: Path):
    """What is kept as an entity of a list that no document holds goes by itself, once."""
    found = await sent(customer, tmp_path, local("XA", "ON"), local("XA", "OFF", Time="110000000"))
    assert [etree.fromstring(each).get("DocumentType") for each in found] == ["DT_LOCAL_ON", "DT_LOCAL_OFF"]


async def test_a_withdrawal_comes_as_odf_has_it(customer: Inbox, tmp_path: Path):
    """The header of what is taken back, with no Competition."""
    withdrawn = odf("XA", 1).replace(b"<Competition></Competition>", b"")
    first, second = await sent(customer, tmp_path, odf("XA", 1), withdrawn)
    assert len(etree.fromstring(first)) == 1
    assert len(etree.fromstring(second)) == 0
    assert etree.fromstring(second).get("Version") == "1"


async def test_the_generation_is_the_customers(customer: Inbox, tmp_path: Path):
    """As `/v1/odf` has it."""
    (found,) = await sent(customer, tmp_path, odf("XA"), family="2028")
    assert "TimeStamp" in etree.fromstring(found).attrib


@pytest.mark.parametrize(
    "more, said", [({"key": None, "key_file": "nowhere"}, "nowhere"), ({"key": "with a blank"}, "visible")]
)
async def test_a_customer_without_its_key_ends_the_start(tmp_path: Path, more: dict[str, Any], said: str):
    """By its name, and without telling the key."""
    settings = Inbox().settings(url="http://127.0.0.1:9/odf", **more)
    with pytest.raises(SettingsError, match=said) as error:
        async with opened(tmp_path, customers={"xbc": settings}):
            pass
    assert "customers.xbc" in error.value.detail
    assert "blank" not in str(error.value)


async def test_every_type_arrives_as_it_came(customer: Inbox, tmp_path: Path, captures: Path):
    """What a customer reads out of it is what the venue's own document says, for each capture that is taken."""
    expected = []
    async with inbox() as tests:
        customers = {"xbc": customer.settings(), "tests": tests.settings(flag="T")}
        async with opened(tmp_path, customers=customers) as house:
            for path in sorted((captures / "odf").glob("*.xml")):
                document = path.read_bytes()
                status, body = await house.post(document)
                if status == 200 and body["accepted"] and not body["stale"]:
                    expected.append((path.name, contents(read(document))))
            await wait_until(lambda: all(each.standing().behind == 0 for each in house.service.pushers))
        found = [contents(read(each.document)) for each in (*customer.arrived, *tests.arrived)]
    assert len(expected) > 80
    assert [name for name, said in expected if said not in found] == []
