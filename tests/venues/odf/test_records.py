from collections.abc import Callable

import pytest

from feed.candidate import Decoded
from feed.refusals import Reason
from schemas.record import RecordBody

Decode = Callable[[bytes], Decoded]
Build = Callable[..., bytes]
CODE = "ATHM100M--------------------------"
OLD = {"DocumentCode": "AT0000000", "ResultStatus": None}


def records(odf: Build, *codes: str, type_: str = "DT_RECORD", **changes: str | None) -> bytes:
    body = "".join(f'<Record Code="{code}"><Description Name="100 m"/></Record>' for code in codes)
    return odf(f"<Competition>{body}</Competition>", DocumentType=type_, **changes)


def test_each_record_is_an_entity_below_its_own_code(decode: Decode, odf: Build):
    """Whatever event or discipline the document is about, so a filter on the event finds it."""
    decoded = decode(records(odf, CODE, CODE[:4] + "200M" + CODE[8:], DocumentCode="ATH" + 31 * "-"))
    topics = [candidate.message.topic for candidate in decoded.candidates]
    assert topics == ["XG2030.ATH.M.100M.-.-.record", "XG2030.ATH.M.200M.-.-.record"]
    assert decoded.candidates[0].message.body == RecordBody(code=CODE, name="100 m")


@pytest.mark.parametrize("type_", ["DT_RECORD", "DT_HISTORIC_RECORD"])
def test_a_list_of_records_removes_none(type_: str, decode: Decode, odf: Build):
    """One that was broken comes alone, and the others still stand; both types write into one set."""
    decoded = decode(records(odf, CODE, type_=type_))
    assert decoded.listing is not None
    assert not decoded.listing.full
    assert decoded.listing.topic == "XG2030.ATH.M.100M.FNL.000100.list.records"


@pytest.mark.parametrize("code", ["ATM1000000", "SWM8000000400M"])
def test_older_ids_of_records_are_key_parts(code: str, decode: Decode, odf: Build):
    """They are no code of an event, so the topic is that of the document (the table RECORD of Rio 2016)."""
    (candidate,) = decode(records(odf, code, **OLD)).candidates
    assert candidate.message.topic == f"XG2030.AT.0.000.0.00.record.{code}"
    assert (candidate.message.code, candidate.message.unit) == ("AT0000000", None)


def test_since_then_a_record_must_have_a_code(decode: Decode, odf: Build):
    """A code that lost a character is refused: it would be another record."""
    refusal = decode(records(odf, CODE[:-1])).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.where) == (Reason.BAD_CODE, "/OdfBody/Competition/Record/@Code")
