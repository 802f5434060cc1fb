import asyncio
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import UTC
from itertools import pairwise
from pathlib import Path

import pytest

from feed import world
from feed.candidate import Receipt
from feed.core import log, outbox
from feed.core.log import Log
from feed.push import pusher
from feed.stream import segments
from feed.venues.odf import decode
from tests.documents import odf
from tests.push.inbox import CUT, KEY, Inbox, inbox
from tests.service_fixture import Child, House, Lose, Running, opened, wait_until

RESULT = "DT_RESULT ATHM100M--------------FNL-{:06d}--"
Name = tuple[str, int]


@pytest.fixture
async def customer() -> AsyncIterator[Inbox]:
    async with inbox() as made:
        yield made


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are a tenth as long."""
    monkeypatch.setattr(outbox, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(outbox, "LONGEST_WAIT", 0.2)
    monkeypatch.setattr(pusher, "SPARE_SECONDS", 0.1)
    monkeypatch.setattr(pusher, "AGAIN_SECONDS", 0.05)


def results(units: int, versions: int) -> list[bytes]:
    """Version by version, so that units take turns."""
    return [odf("XA", version, unit=unit) for version in range(1, versions + 1) for unit in range(1, units + 1)]


def names(units: int, versions: int) -> set[Name]:
    return {(RESULT.format(unit), version) for unit in range(1, units + 1) for version in range(1, versions + 1)}


def in_order(taken: list[Name]) -> bool:
    """Whether no Version was taken behind a newer one of its document."""
    versions: defaultdict[str, list[int]] = defaultdict(list)
    for name, version in taken:
        versions[name].append(version)
    return all(a <= b for each in versions.values() for a, b in pairwise(each))


async def test_each_document_comes_as_odf_sends_it(customer: Inbox, tmp_path: Path):
    """POST, gzip, X-API-KEY; our own decoder reads the same message out of it."""
    async with opened(tmp_path, customers={"xbc": customer.settings()}) as house:
        await house.store(odf("XA", 1, body='<Result SortOrder="1"><Competitor Code="7" Type="A"/></Result>'))
        await wait_until(lambda: customer.taken)
        _, page = await house.get("/v1/log")
    (arrived,) = customer.arrived
    assert arrived.headers["Content-Type"] == "application/xml; charset=UTF-8"
    assert arrived.headers["Content-Encoding"] == "gzip"
    assert arrived.headers["Connection"].lower() == "keep-alive"
    assert arrived.headers["X-API-KEY"] == KEY
    (read,) = decode(arrived.document, Receipt(0, "", lambda _: UTC)).candidates
    (sent,) = page["messages"]
    assert read.message.topic == sent["topic"]
    assert read.message.body is not None
    assert read.message.body.competitors[0].id == sent["body"]["competitors"][0]["id"] == "7"


async def test_a_key_that_fails_waits_alone(customer: Inbox, tmp_path: Path):
    """Another status, a cut, an answer that never comes: sent again until 200, in order; all others go on meanwhile."""
    bad = [500, 410, CUT, 302, -1]

    async def judge(name: Name, attempt: int) -> int:
        if name == (RESULT.format(1), 1) and attempt < len(bad):
            if bad[attempt] < 0:
                await asyncio.sleep(1)
            return abs(bad[attempt])
        return 200

    customer.judge = judge
    async with opened(tmp_path, customers={"xbc": customer.settings(seconds=0.3)}) as house:
        await house.store(*results(units=4, versions=3))
        await wait_until(lambda: set(customer.taken) == names(4, 3))
        await wait_until(lambda: not house.service.pushers[0].standing().waiting)
        (standing,) = (await house.get("/v1/deliveries"))[1]["customers"]
    assert customer.taken.index((RESULT.format(2), 3)) < customer.taken.index((RESULT.format(1), 1))
    assert len(customer.taken) == 12
    assert in_order(customer.taken)
    assert standing["attempts"] == {"delivered": 12, "refused": 3, "failed": 2}


async def test_a_customer_that_is_away_is_tried_and_not_stormed(customer: Inbox, tmp_path: Path):
    """Past the bound no other key is tried; what waits is told, and all of it comes when the customer is back."""
    is_away = True

    async def judge(_name: Name, _attempt: int) -> int:
        return 503 if is_away else 200

    customer.judge = judge
    async with opened(tmp_path, customers={"xbc": customer.settings()}) as house:
        await house.store(*results(units=40, versions=1))
        await wait_until(lambda: len(customer.arrived) > 60)
        figures = await house.text("/metrics")
        assert len({each.name for each in customer.arrived}) <= outbox.FAILING_MAX + 8
        is_away = False
        await wait_until(lambda: set(customer.taken) == names(40, 1))
        await wait_until(lambda: house.service.pushers[0].standing().waiting == 0)
    assert 'feed_push_waiting{customer="xbc",flag="P"} 40.0' in figures
    assert 'feed_push_attempts_total{customer="xbc",flag="P",state="refused"}' in figures


async def test_a_document_that_the_broker_lost_waits_alone(
    customer: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: Lose
):
    """It was known and is not there any more when it is sent again: that is told, and no other is sent in its place."""
    for module in (log, segments, world):
        monkeypatch.setattr(module, "SEGMENT_SEQS", 2)
    monkeypatch.setattr(Log.__init__, "__defaults__", (0, 0))  # of older segments nothing stays in memory
    is_lost = asyncio.Event()

    async def judge(name: Name, _attempt: int) -> int:
        if name != (RESULT.format(1), 1):
            return 200
        await is_lost.wait()
        return 500

    customer.judge = judge
    async with opened(tmp_path, customers={"xbc": customer.settings()}) as house:
        (lost,) = await house.store(odf("XA"))
        await wait_until(lambda: customer.under_way)
        await house.store(*results(units=5, versions=1)[1:])
        await lose(house, lost)
        is_lost.set()
        standing = house.service.pushers[0].standing
        await wait_until(lambda: "not in the stream" in (standing().last_error or ""))
        await wait_until(lambda: standing().waiting == 1)
        assert (standing().failing, standing().behind > 0, house.running.done()) == (1, True, False)
    assert sorted(customer.taken) == [(RESULT.format(unit), 1) for unit in (2, 3, 4, 5)]


async def test_no_more_are_under_way_than_agreed(customer: Inbox, tmp_path: Path):
    """`in_flight` documents at a time, of different keys."""

    async def judge(_name: Name, _attempt: int) -> int:
        await asyncio.sleep(0.02)
        return 200

    customer.judge = judge
    async with opened(tmp_path, customers={"xbc": customer.settings(in_flight=3)}) as house:
        await house.store(*results(units=9, versions=2))
        await wait_until(lambda: len(customer.taken) == 18)
    assert customer.most_under_way == 3


async def test_a_restart_goes_on_where_it_was(customer: Inbox, tmp_path: Path):
    """Nothing is missing and nothing of what was recorded comes again, whatever was under way."""
    slow = asyncio.Event()

    async def judge(name: Name, _attempt: int) -> int:
        if name == (RESULT.format(1), 2) and not slow.is_set():
            slow.set()
            await asyncio.sleep(5)
        return 200

    customer.judge = judge
    settings = {"xbc": customer.settings(seconds=0.5)}
    async with opened(tmp_path, customers=settings) as house:
        await house.store(*results(units=3, versions=2))
        await asyncio.wait_for(slow.wait(), 10)
        await wait_until(lambda: len(customer.taken) == 5)
        await wait_until(lambda: house.service.pushers[0].attempts["delivered"] == 5)
        assert house.service.pushers[0].standing().waiting == 1
    async with opened(tmp_path, customers=settings) as house:
        await house.store(odf("XA", 3, unit=1))
        await wait_until(lambda: set(customer.taken) == names(3, 2) | {(RESULT.format(1), 3)})
    assert len(customer.taken) == 7
    assert in_order(customer.taken)


async def test_a_new_customer_begins_where_it_is_told(customer: Inbox, tmp_path: Path):
    """With `now` what comes from then on, also after a restart; with a cursor what is behind that."""
    async with opened(tmp_path) as house:
        first, _, _ = await house.store(*results(units=3, versions=1))
    settings = {"new": customer.settings(start="now")}
    async with opened(tmp_path, customers=settings) as house:
        await wait_until(lambda: house.service.pushers[0].standing().behind == 0)
    async with opened(tmp_path) as house:
        await house.store(odf("XA", 2, unit=2))
    async with opened(tmp_path, customers=settings) as house:
        await wait_until(lambda: customer.taken)
    assert customer.taken == [(RESULT.format(2), 2)]
    async with opened(tmp_path, customers={"other": customer.settings(start=str(first))}) as house:
        await wait_until(lambda: len(customer.taken) == 4)
    assert set(customer.taken[1:]) == {(RESULT.format(2), 1), (RESULT.format(3), 1), (RESULT.format(2), 2)}


async def test_a_customer_gets_what_it_asked_for_of_its_own_flag(customer: Inbox, tmp_path: Path):
    """Filters, kinds and the competition hold; T never comes to a customer of P, nor what the feed derives."""
    async with inbox() as other:
        customers = {
            "narrow": customer.settings(filter=("*.ATH.>",), type=("result",), competition="XA"),
            "tests": other.settings(flag="T"),
        }
        async with opened(tmp_path, customers=customers) as house:
            wanted, *others = odf("XA", 1), odf("XB", 1), odf("XA", 1, DocumentType="DT_TEXT")
            unwanted = odf("XA", 1, DocumentCode="SWMM100M--------------FNL-000100--")
            await house.store(unwanted, *others, wanted, odf("XA", 7, unit=9, FeedFlag="T"))
            await wait_until(lambda: customer.taken and other.taken)
            await wait_until(lambda: all(each.standing().behind == 0 for each in house.service.pushers))
    assert customer.taken == [(RESULT.format(1), 1)]
    assert other.taken == [(RESULT.format(9), 7)]
    assert b'FeedFlag="T"' in other.arrived[0].document


async def test_the_secret_is_told_to_nobody(customer: Inbox, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Not by a door, a figure, a log line or a record; nor is what stands in the query of the address."""

    async def judge(_name: Name, attempt: int) -> int:
        return 200 if attempt else 401

    customer.judge = judge
    async with opened(tmp_path, customers={"xbc": customer.settings()}) as house:
        await house.store(odf("XA"))
        await wait_until(lambda: customer.taken)
        paths = ("/v1/deliveries", "/v1/deliveries/xbc", "/v1/deliveries/xbc/held", "/metrics")
        told = [await house.text(path) for path in paths]
    told += [record.getMessage() for record in caplog.records if record.name.startswith("feed")]
    assert "does not take" in caplog.text
    assert not [text for text in told for secret in (KEY, "s3cret") if secret in text]


async def test_two_programs_share_the_work(customer: Inbox, house: House, tmp_path: Path):
    """Each document is sent once, in order, by one or the other."""

    async def judge(_name: Name, _attempt: int) -> int:
        await asyncio.sleep(0.01)
        return 200

    customer.judge = judge
    settings = {"nats": house.nats(), "customers": {"xbc": customer.settings(seconds=0.5)}}
    async with opened(tmp_path / "a", **settings) as one, opened(tmp_path / "b", **settings) as two:
        await house.store(*results(units=8, versions=3))
        pushers = [*one.service.pushers, *two.service.pushers]
        await wait_until(lambda: all(each.standing().behind == 0 for each in pushers))
    assert set(customer.taken) == names(8, 3)
    assert len(customer.taken) == 24
    assert in_order(customer.taken)
    assert sum(each.attempts["delivered"] for each in pushers) == 24


async def test_what_is_killed_sends_no_older_version_afterwards(
    customer: Inbox, tmp_path: Path, children: Callable[..., Child]
):
    """Kill -9 between answers: all comes, in order, and only what no record had as answered comes twice."""
    file = tmp_path / "feed.toml"
    file.write_text(f'[customers.xbc]\nurl = "{customer.url}"\nkey = "{KEY}"\nfrom = "0"\nseconds = 0.5\n')
    arguments = ("up", "--port", "0", "--data", str(tmp_path / "data"), "--config", str(file))
    reached = asyncio.Event()

    async def judge(_name: Name, _attempt: int) -> int:
        if len(customer.arrived) >= 20:
            reached.set()
        await asyncio.sleep(0.005)
        return 200

    customer.judge = judge
    first = children(*arguments)
    running = Running((await first.lines(1))[0].removeprefix("ready ").strip(), tmp_path / "data")
    await running.store(*results(units=6, versions=2))
    storing = asyncio.ensure_future(running.store(*results(units=6, versions=6)[12:]))
    await asyncio.wait_for(reached.wait(), 20)
    await asyncio.to_thread(first.stop, signal.SIGKILL)
    await asyncio.wait({storing})
    storing.exception()
    async with opened(tmp_path / "data", customers={"xbc": customer.settings(seconds=0.5)}) as house:
        for document in results(units=6, versions=6)[12:]:  # of some the answer was lost
            await house.post(document)
        await wait_until(lambda: set(customer.taken) >= names(6, 6), 20)
    assert in_order(customer.taken)
    assert len(customer.taken) <= 36 + 8
