import json
from collections.abc import Callable, Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from msgspec.structs import replace

from feed.candidate import Candidate, Decoded, Receipt
from feed.venues.odf import FAMILIES, NoDocumentError, Writer, decode, references
from schemas import wire
from schemas.message import BodyRef
from schemas.registry import AnyMessage
from tests.schedules import local, schedule, session, unit

CAPTURES = Path(__file__).parents[2] / "captures" / "odf"
ZONE = ZoneInfo("Europe/Paris")
# What depends on how a document was spelled, not on what it says.
_SPELLING = {"zone_assumed", "repeated_in_document"}


def _zone(_competition: str) -> tzinfo | None:
    return ZONE


RECEIPT = Receipt(0, None, _zone)
Build = Callable[..., bytes]


def writer(of: Decoded, family: str = "2026") -> Writer:
    contents = {each.ref: each.content for candidate in of.candidates for each in candidate.attached}
    assert of.flag is not None
    return Writer(of.flag, FAMILIES[family], ZONE, contents.__getitem__)


def told(candidate: Candidate) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(wire.encode(candidate.message))
    message["remarks"] = [remark for remark in message["remarks"] if remark not in _SPELLING]
    return message


def all_told(decoded: Decoded) -> dict[str, Any]:
    """Messages by topic; the head of a set without its hash, which is of the bytes as they came."""
    found = {candidate.message.topic: told(candidate) for candidate in decoded.candidates}
    if decoded.listing:
        head = found[decoded.listing.topic] = told(decoded.listing.head)
        head["body"]["documents"][0]["hash"] = ""
    return found


def again(first: Decoded, family: str) -> Decoded:
    """What a document says, written and read again."""
    messages: list[AnyMessage] = [candidate.message for candidate in first.candidates]
    if first.listing and messages and type(messages[0]).__name__ != "Source":
        text = writer(first, family).encode(first.listing.head.message, messages)
    elif first.listing and not messages:
        text = writer(first, family).encode(first.listing.head.message)
    else:
        text = writer(first, family).encode(messages[0])
    return decode(text, RECEIPT)


def readable(documents: list[Path]) -> Iterator[tuple[Path, Decoded]]:
    for path in documents:
        first = decode(path.read_bytes(), RECEIPT)
        if first.refusal is None and (first.candidates or first.listing):
            yield path, first


@pytest.mark.parametrize("family", FAMILIES)
def test_every_capture_reads_back(family: str):
    """Decode, encode, decode: the same messages, in every generation."""
    found = list(readable(sorted(CAPTURES.glob("*.xml"))))
    assert len(found) > 20
    for path, first in found:
        second = again(first, family)
        assert second.refusal is None, path
        assert all_told(second) == all_told(first), path


@pytest.mark.shared
@pytest.mark.parametrize("family", ["2026", "2028"])
def test_every_real_document_reads_back(shared: Path, family: str):
    """The same of all real files."""
    count = 0
    for path, first in readable(sorted((shared / "data" / "odf").rglob("*.xml"))):
        assert all_told(again(first, family)) == all_told(first), path
        count += 1
    assert count > 160


def test_a_header_is_written_as_it_was_sent(odf: Build, header: dict[str, str]):
    """All attributes of the document, the time in the zone of the competition, and the versions and notes."""
    body = '<Competition Gen="g" Sport="s" Codes="c"/><Note>a &amp; b</Note><Note>c</Note>'
    first = decode(odf(body, DocumentSubcode="x", Language="FRA"), RECEIPT)
    root = etree.fromstring(writer(first).encode(first.candidates[0].message))
    assert dict(root.items()) == header | {"DocumentSubcode": "x", "Language": "FRA"}
    assert dict(root[0].items()) == {"Gen": "g", "Sport": "s", "Codes": "c"}
    assert [note.text for note in root.findall("Note")] == ["a & b", "c"]


def test_the_draft_of_2028_has_a_time_stamp(odf: Build):
    """With the offset of the zone, and no Date and Time."""
    first = decode(odf(), RECEIPT)
    root = etree.fromstring(writer(first, "2028").encode(first.candidates[0].message))
    assert root.get("TimeStamp") == "2030-07-03T21:56:12.045+02:00"
    assert root.get("Date") is root.get("Time") is None


def test_a_withdrawal_has_no_competition(odf: Build):
    """As it was sent: a full document without its body."""
    first = decode(odf("<Note>in error</Note>"), RECEIPT)
    root = etree.fromstring(writer(first).encode(first.candidates[0].message))
    assert [child.tag for child in root] == ["Note"]


def test_a_set_is_one_full_list():
    """Sessions first, units after them, with the Version of the full list."""
    document = schedule("XA", unit(1), session("ATH01", "2030-07-03T09:00:00Z"), unit(2), version=7)
    first = decode(document, RECEIPT)
    assert first.listing is not None
    messages = [candidate.message for candidate in first.candidates]
    root = etree.fromstring(writer(first).encode(first.listing.head.message, messages))
    assert (root.get("DocumentType"), root.get("Version")) == ("DT_SCHEDULE", "7")
    assert [child.tag for child in root[0]] == ["Session", "Unit", "Unit"]


def test_an_entity_alone_is_an_update():
    """A full list of one would take all the others away."""
    first = decode(schedule("XA", unit(1), unit(2), DocumentSubtype="SYNC"), RECEIPT)
    second = decode(writer(first).encode(first.candidates[1].message), RECEIPT)
    assert second.listing is not None
    assert (second.listing.full, second.listing.document.key) == (False, "DT_SCHEDULE_UPDATE")
    assert [each.message.body for each in second.candidates] == [first.candidates[1].message.body]


def test_what_came_in_no_document_has_none(odf: Build):
    """A message that the feed made itself says so."""
    first = decode(odf(), RECEIPT)
    with pytest.raises(NoDocumentError, match="no document"):
        writer(first).encode(replace(first.candidates[0].message, document=None))


def test_everything_a_body_refers_to_is_found():
    """At any depth, in their order."""
    refs = [BodyRef(sha256=64 * str(n), bytes=n, media="x/y") for n in range(2)]
    assert list(references((refs[0], ("text", 1, refs[1]), None))) == refs


def test_the_head_of_the_sources_is_no_document():
    """Each system's own message is: what the set knows, no document lists."""
    first = decode(local("XA", "ON"), RECEIPT)
    assert first.listing is not None
    with pytest.raises(NoDocumentError, match="no list"):
        writer(first).encode(first.listing.head.message)
    (source,) = first.candidates
    assert decode(writer(first).encode(source.message), RECEIPT).candidates[0].message.body == source.message.body
