"""Golden captures: tests/captures/odf/*.xml are documents of our own making, *.golden.json what they decode to.

To make the golden files anew after a wanted change: `WRITE_GOLDEN=1 pytest tests/venues/odf/test_decoding.py`,
then read the difference before committing it.
"""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feed.candidate import Candidate, Decoded, Receipt
from feed.refusals import Reason
from feed.venues.odf import decode as decode_odf
from feed.venues.odf.catalogue import CATALOGUE
from feed.venues.odf.decoding import READERS
from schemas import wire
from schemas.current import CurrentBody
from schemas.document import Document, DocumentBody
from schemas.message import Lane, Op, Remark
from schemas.result import Result, ResultBody

CAPTURES = Path(__file__).parents[2] / "captures" / "odf"
NAMES = sorted(path.stem for path in CAPTURES.glob("*.xml"))
Accept = Callable[[bytes], Candidate]
Decode = Callable[[bytes], Decoded]
Build = Callable[..., bytes]


def capture(name: str) -> bytes:
    return (CAPTURES / f"{name}.xml").read_bytes()


def as_golden(decoded: Decoded) -> dict[str, Any]:
    told = msgspec.structs.asdict(decoded)
    told.pop("sign")  # of documents that hold no message
    if (listing := told.pop("listing")) is not None:
        told["listing"] = {"full": listing.full, "head": written(listing.head)}
    golden: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(told))
    golden["candidates"] = [written(candidate) for candidate in decoded.candidates]
    return golden


def written(candidate: Candidate) -> dict[str, Any]:
    return {"hash": candidate.hash, "message": json.loads(wire.encode(candidate.message))}


def all_of(decoded: Decoded) -> list[Candidate]:
    """What a document asks to be written: its messages, and the head of their set."""
    return [*decoded.candidates, *([decoded.listing.head] if decoded.listing else [])]


@pytest.mark.parametrize("name", NAMES)
def test_captures_decode_to_their_golden_messages(name: str, decode: Decode):
    """Every capture gives the message, hash, flag, topic and version that were written down for it."""
    golden = CAPTURES / f"{name}.golden.json"
    found = as_golden(decode(capture(name)))
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(golden.read_text(encoding="utf-8"))


def test_every_golden_file_has_its_capture_and_all_statuses_are_there():
    """No golden file outlives its capture; together the captures show all nine statuses."""
    goldens = sorted(CAPTURES.glob("*.golden.json"))
    assert [golden.name.removesuffix(".golden.json") for golden in goldens] == NAMES
    found = [candidate for golden in goldens for candidate in json.loads(golden.read_text())["candidates"]]
    statuses = {candidate["message"]["status"] for candidate in found}
    expected = "START_LIST LIVE INTERMEDIATE UNCONFIRMED UNOFFICIAL OFFICIAL PARTIAL PROTESTED PROVISIONAL"
    assert set(expected.split()) <= statuses


@pytest.mark.parametrize("name", NAMES)
def test_captures_go_over_the_wire_and_back(name: str, decode: Decode):
    """What the decoder makes is what a reader of the JSON gets."""
    for candidate in all_of(decode(capture(name))):
        assert wire.decode(wire.encode(candidate.message)) == candidate.message


def test_the_envelope_of_a_result(accept: Accept, odf: Build, receipt: Receipt):
    """Topic, unit, lane, stamps and header of a message that asks for admission."""
    document = odf('<Competition Gen="g" Sport="s" Codes="c"/><Note> a </Note><Note/>', DocumentSubcode="B")
    message = accept(document).message
    assert isinstance(message, Result)
    assert message.topic == "XG2030.ATH.M.100M.FNL.000100.result.B"
    assert message.code == message.unit == "ATHM100M--------------FNL-000100--"
    assert (message.op, message.lane, message.prev, message.seq) == (Op.PUT, Lane.LIVE, 0, msgspec.UNSET)
    assert (message.ts.recv, message.ts.published) == (receipt.recv, 0)
    assert (message.caused_by, message.supersedes) == (None, None)
    header = message.document
    assert header is not None
    assert (header.gen, header.sport, header.codes, header.notes) == ("g", "s", "c", ("a",))
    assert (header.type, header.code, header.subcode, header.version) == ("DT_RESULT", message.code, "B", 3)


@pytest.mark.parametrize(
    "code", ["ATHM100M--------------FNL---------", "ATH-------------------------------", "SAM004910"]
)
def test_only_a_unit_has_a_unit_code(code: str, accept: Accept, odf: Build):
    """`code` is the document's own level; `unit` is null above units and for codes of the old form."""
    message = accept(odf(DocumentCode=code)).message
    assert (message.code, message.unit) == (code, None)


def test_a_full_document_without_competition_is_a_withdrawal(accept: Accept, odf: Build):
    """The document is taken back: same topic, no body, the version it says, notes kept."""
    message = accept(odf("<Note>sent in error</Note>")).message
    assert isinstance(message, Result)
    assert (message.op, message.body, message.version) == (Op.WITHDRAWN, None, 3)
    assert message.topic == accept(odf()).message.topic
    assert message.document is not None
    assert message.document.notes == ("sent in error",)


@pytest.mark.parametrize("type_", ["DT_GPS_DATA", "DT_CLOCK"])
def test_messages_that_replace_nothing_cannot_be_withdrawn(type_: str, accept: Accept, odf: Build):
    """Control messages, updates and snapshots flow as they are, also without Competition."""
    document = odf("", DocumentType=type_)
    message = accept(document).message
    assert isinstance(message, Document)
    assert message.op is Op.PUT
    assert message.body == DocumentBody(document.decode())


def test_the_snapshot_of_the_moment_cannot_be_withdrawn(accept: Accept, odf: Build):
    """DT_CURRENT without Competition says nothing, and takes nothing back."""
    message = accept(odf("", DocumentType="DT_CURRENT")).message
    assert (message.op, message.body) == (Op.PUT, CurrentBody())


def test_a_type_without_a_model_is_carried_whole(accept: Accept, odf: Build):
    """The body is the XML as received, white space and comments included; the type is the first key part."""
    document = b"\xef\xbb\xbf<!-- c -->\n" + odf("<Competition>\n <x y='z'/>\n</Competition>", DocumentType="DT_TRS")
    message = accept(document).message
    assert isinstance(message, Document)
    assert message.body == DocumentBody(document.decode("utf-8-sig"))
    assert message.topic == "XG2030.ATH.M.100M.FNL.000100.document.DT_TRS"


def test_a_result_with_something_in_the_place_of_its_competition_is_refused(decode: Decode, odf: Build):
    """It withdraws nothing and says nothing that a result could hold, so it must not replace one."""
    decoded = decode(odf("<Weather/><Note>n</Note>"))
    assert decoded.refusal is not None
    assert (decoded.refusal.reason, decoded.refusal.where) == (Reason.BAD_VALUE, "/OdfBody/Competition")


def test_every_row_of_the_catalogue_has_its_reader():
    """A type names what reads it; no reader is left over."""
    assert {row.reader for row in CATALOGUE.values()} == set(READERS)


def test_remarks_come_once_each(accept: Accept, odf: Build):
    """Header and body may remark the same; the message says it once."""
    body = '<Competition><ExtendedInfos><UnitDateTime StartDate="2030-07-03T21:00:00"/></ExtendedInfos></Competition>'
    assert accept(odf(body)).message.remarks == (Remark.ZONE_ASSUMED,)


def test_two_competitions_are_refused(decode: Decode, odf: Build):
    """A document has at most one Competition; taking the first would lose the second."""
    decoded = decode(odf("<Competition/><Competition/>"))
    assert decoded.refusal is not None
    assert (decoded.refusal.reason, decoded.refusal.where) == (Reason.BAD_VALUE, "/OdfBody/Competition[2]")


@pytest.mark.parametrize(
    "changes, reason, seen",
    [
        ({"FeedFlag": "X"}, Reason.BAD_FLAG, (None, "XG2030.ATH.M.100M.FNL.000100.result", 3)),
        ({"Version": "v3"}, Reason.BAD_VERSION, ("P", "XG2030.ATH.M.100M.FNL.000100.result", None)),
        ({"DocumentCode": "ATHM"}, Reason.BAD_CODE, ("P", None, 3)),
    ],
)
def test_a_refused_document_tells_what_could_be_read(
    changes: dict[str, str], reason: Reason, seen: tuple[str | None, str | None, int | None], decode: Decode, odf: Build
):
    """Quarantine gets flag, topic and version of a refused document where they can be read."""
    decoded = decode(odf(**changes))
    assert decoded.refusal is not None
    assert decoded.refusal.reason is reason
    assert (decoded.flag, decoded.topic, decoded.version) == seen


def test_an_accepted_document_tells_the_same(decode: Decode, odf: Build):
    """Flag, topic and version stand beside the candidates too."""
    decoded = decode(odf(FeedFlag="T"))
    assert (decoded.flag, decoded.topic, decoded.version) == ("T", decoded.candidates[0].message.topic, 3)


def test_a_broken_document_tells_nothing_but_its_refusal(decode: Decode):
    """Without a tree there is no header to read."""
    decoded = decode(b"<OdfBody FeedFlag='P'")
    assert (decoded.candidates, decoded.flag, decoded.topic, decoded.version) == ((), None, None, None)


def test_decoding_twice_gives_the_same(decode: Decode):
    """Nothing is remembered between documents."""
    documents = [capture(name) for name in NAMES]
    first = [decode(document) for document in documents]
    assert [decode(document) for document in reversed(documents)] == first[::-1]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    document = bytearray(capture(draw(st.sampled_from(NAMES))))
    rng = random.Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(1, 6))):
        at = rng.randrange(len(document))
        match draw(st.sampled_from(["flip", "cut", "insert", "repeat", "swap"])):
            case "flip":
                document[at] = rng.randrange(256)
            case "cut":
                del document[at : at + rng.randrange(1, 40)]
            case "insert":
                document[at:at] = draw(st.sampled_from([b'"', b"<", b"&", b"\0", b"]]>", "\u20ac".encode(), b' A="1"']))
            case "repeat":
                document[at:at] = document[at : at + rng.randrange(1, 200)]
            case "swap":
                digits = [n for n, byte in enumerate(document) if 0x30 <= byte <= 0x39] or [at]
                document[rng.choice(digits)] = rng.choice(b"0123456789-:TZ")
    return bytes(document)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.one_of(mutated(), st.binary(max_size=300)))
def test_whatever_a_venue_sends_is_answered(document: bytes, decode: Decode):
    """No bytes raise: each document gives messages that can be encoded, or one refusal with its reason."""
    decoded = decode(document)
    if decoded.refusal is not None:
        assert (decoded.candidates, decoded.listing) == ((), None)
    for candidate in all_of(decoded):
        assert wire.decode(wire.encode(candidate.message)) == candidate.message


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.dictionaries(
        st.sampled_from(
            [
                "CompetitionCode",
                "DocumentCode",
                "DocumentSubcode",
                "DocumentType",
                "Version",
                "Date",
                "Time",
                "TimeStamp",
            ]
        ),
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")),
    )
)
def test_whatever_a_header_says_is_answered(changes: dict[str, str], decode: Decode, odf: Build):
    """Any text in any header attribute gives a message or a refusal."""
    decoded = decode(odf(**changes))
    assert (decoded.refusal is None) == (len(decoded.candidates) == 1)


def test_the_package_exports_one_function(receipt: Receipt, odf: Build):
    """`feed.venues.odf.decode` is all that others need."""
    decoded = decode_odf(odf(), receipt)
    assert isinstance(decoded.candidates[0].message.body, ResultBody)


@pytest.mark.shared
def test_all_real_documents_are_accepted(shared: Path, decode: Decode):
    """Real and laboratory documents of 2016, 2022, 2024, 2026 and 2028 all become messages that go over the wire."""
    documents = sorted((shared / "data" / "odf").rglob("*.xml"))
    assert len(documents) > 100
    for path in documents:
        decoded = decode(path.read_bytes())
        assert decoded.refusal is None, path.name
        for candidate in all_of(decoded):
            assert wire.decode(wire.encode(candidate.message)) == candidate.message
