import asyncio
import gzip
from pathlib import Path
from typing import Any

import msgspec
import pytest

from feed.core.keys import Right
from feed.core.quarantine import QuarantineRecord
from feed.core.scope import Scope
from feed.stream.streams import last_sequence
from tests.documents import odf
from tests.keyring import add, ask, reader, revoke, sender, store, write
from tests.serve.raw import Raw
from tests.service_fixture import House, opened, wait_until

SWIMMING = {"DocumentCode": "SWMM100MFR------------FNL-000100--"}


async def test_writing_needs_a_key_that_writes(house: House):
    """Counted only: nothing of a stranger's bytes is kept, and a reader is no sender."""
    mine, other = sender(), reader()
    await add(house, mine, other)
    for held, answer in (
        (None, (401, "unauthorized")),
        (sender(), (401, "unauthorized")),
        (other, (403, "not_entitled")),
    ):
        status, body = await write(house, odf("XA"), held)
        assert (status, body["error"]["name"]) == answer
    async with house.broker() as link:
        assert [await last_sequence(link, name) for name in ("RAW", "QUARANTINE")] == [0, 0]
    assert await store(house, mine, odf("XA")) == [1]
    assert (await house.post(odf("XA", 2), Origin="http://example.org", **mine.named))[0] == 200
    text = await house.text("/metrics")
    assert 'feed_denied_total{name="unauthorized",side="write"} 2.0' in text
    assert 'feed_denied_total{name="not_entitled",side="write"} 1.0' in text
    assert 'feed_denied_total{name="unauthorized",side="read"} 0.0' in text


@pytest.mark.parametrize("mine, other", [("P", "T"), ("T", "P")])
async def test_a_key_never_writes_into_the_other_world(house: House, mine: str, other: str):
    """wrong_flag, kept in the key's own account; the other account has not a byte of it, whatever else is wrong."""
    key = sender(mine, Right.ACK_REFUSED)
    await add(house, key)
    for document, status, name in (
        (odf("XA", FeedFlag=other), 403, "wrong_flag"),
        (
            odf("XA", FeedFlag=other).replace(b"<OdfBody", f'<!-- FeedFlag="{mine}" --><OdfBody'.encode()),
            403,
            "wrong_flag",
        ),
        (odf("XA", FeedFlag=mine).replace(b"<OdfBody", f'<!-- FeedFlag="{other}" --><OdfBody'.encode()), 200, ""),
        (odf("XB", FeedFlag=other, Version="0"), 200, "bad_version"),
    ):
        found, body = await write(house, document, key)
        assert found == status, body
        if name == "wrong_flag":
            assert body["error"]["name"] == name
            kept = await house.kept("QUARANTINE", body["quarantine"], mine)
            assert kept is not None
            record = msgspec.json.decode(kept.payload, type=QuarantineRecord)
            assert (record.reason, record.flag) == (name, other)
            assert await house.kept("RAW", body["quarantine"], mine) is not None
    async with house.broker(other) as link:
        assert [await last_sequence(link, name) for name in ("RAW", "FEED", "QUARANTINE")] == [0, 0, 0]
    async with house.broker(mine) as link:
        assert await last_sequence(link, "FEED") == 1


@pytest.mark.parametrize(
    "limits, more, name",
    [
        ({"source": "SWMOVR1"}, {}, "wrong_source"),
        ({"scope": Scope.of(["XB"], [])}, {}, "wrong_competition"),
        ({"scope": Scope.of([], ["SWM"])}, {}, "wrong_competition"),
        ({"source": "STA1", "scope": Scope.of(["XA"], ["ATH"])}, {}, None),
        ({"source": "SWMOVR1"}, {"Source": ""}, None),
        ({"scope": Scope.of([], ["SWM"])}, SWIMMING, None),
    ],
)
async def test_a_sender_keeps_to_what_its_key_is_for(
    house: House, limits: dict[str, Any], more: dict[str, str], name: str | None
):
    """403 by name and in quarantine, also for a sender that is usually answered 200; what fits flows."""
    held = sender("P", Right.ACK_REFUSED, **limits)
    await add(house, held)
    status, body = await write(house, odf("XA", **more), held)
    if name is None:
        assert (status, body["count"]) == (200, 1)
        return
    assert (status, body["error"]["name"]) == (403, name)
    kept = await house.kept("QUARANTINE", body["quarantine"])
    assert kept is not None
    assert kept.subject == f"quarantine.{name}"
    assert f'feed_refusals_total{{flag="P",reason="{name}"}} 1.0' in await house.text("/metrics")


async def test_a_document_without_a_source_gets_that_of_its_key(house: House):
    """The key names its sender; an address that says otherwise is not believed."""
    held, mine = sender(source="SWMOVR1"), reader()
    await add(house, held, mine)
    (seq,) = await store(house, held, odf("XA", Source=""))
    status, body = await write(house, odf("XA", 2, Source=""), held, "?source=SOMEBODY")
    assert (status, body["error"]["name"]) == (403, "wrong_source")
    _, page = await ask(house, "/v1/log", mine)
    assert [(message["seq"], message["source"]) for message in page["messages"]] == [(seq, "SWMOVR1")]


async def test_what_a_key_may_not_write_does_not_count_as_seen(tmp_path: Path):
    """A foreign Version 2 makes nobody believe that it has come: Version 3 still waits for the real one."""
    async with opened(tmp_path, reorder_window_ms=3_000) as house:
        mine, foreign, other = sender(), sender(scope=Scope.of(["XB"], [])), sender(source="SWMOVR1")
        await add(house, mine, foreign, other)
        await store(house, mine, odf("XA", 1))
        assert (await write(house, odf("XA", 2), foreign))[0] == 403
        assert (await write(house, odf("XA", 2), other))[0] == 403
        assert (await write(house, odf("XA", 2, Time="250000000"), foreign))[0] == 422
        third = asyncio.ensure_future(write(house, odf("XA", 3), mine))
        await asyncio.sleep(0.3)
        assert not third.done()
        assert (await store(house, mine, odf("XA", 2))) == [2]
        assert (await third)[1]["accepted"][0]["seq"] == 3


async def test_a_sender_that_repeats_for_ever_is_told_that_its_document_is_kept(house: House):
    """ack_refused: 200 with id and reason instead of 422, and the record is there; without it 422."""
    patient, plain = sender("P", Right.ACK_REFUSED), sender()
    await add(house, patient, plain)
    status, body = await write(house, odf("XA", Version="0"), patient)
    ((kept,), accepted) = body["quarantined"], body["accepted"]
    assert (status, accepted, body["count"], kept["reason"]) == (200, [], 0, "bad_version")
    assert await house.kept("QUARANTINE", kept["id"]) is not None
    assert (await write(house, odf("XA", Version="0"), plain))[0] == 422


async def test_only_bulk_keys_send_large_documents(house: House):
    """10 MB after inflation; with `bulk` as much as the service takes. What is too large is not kept: 413."""
    plain, bulk = sender("P", Right.ACK_REFUSED), sender("P", Right.BULK)
    await add(house, plain, bulk)
    document = b" " * (11 << 20)
    packed = gzip.compress(document, 9)
    for held, status, name in ((plain, 413, "too_large"), (bulk, 422, "not_well_formed")):
        found, body = await house.post(packed, Content_Encoding="gzip", **held.named)
        assert (found, body["error"]["name"]) == (status, name)
    found, body = await write(house, document, plain)
    assert (found, body["error"]["name"]) == (413, "too_large")


async def test_a_key_revoked_while_its_body_arrives_writes_nothing(house: House):
    """The key has to hold when the last byte is here."""
    held = sender()
    await add(house, held, reader())
    document = odf("XA")
    raw = await Raw.connect(house.url)
    head = (
        f"POST /ingest/odf HTTP/1.1\r\nHost: x\r\nX-API-KEY: {held.secret}\r\nContent-Length: {len(document)}\r\n\r\n"
    )
    raw.send(head.encode() + document[:50])
    await revoke(house, held)
    await wait_until(lambda: house.service._keys._consumer.delivered == 3)
    raw.send(document[50:])
    assert (await raw.head()).startswith(b"HTTP/1.1 401 ")
    assert house.service.tip("P") == 0
    raw.reset()
