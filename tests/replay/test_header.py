import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.header import Move, moved_on, read_header
from tests.documents import odf

MOVE = Move(days=3, versions=40)


def test_a_document_is_known_by_its_header():
    """What identifies it is its key, in plain bytes and in gzip; its Version is a number."""
    document = odf("XA", 7, Language="ENG", DocumentSubcode="S")
    header = read_header(document, "")
    assert header is not None
    assert header == read_header(gzip.compress(document), "gzip")
    assert header.version == 7
    assert header.key == "DT_RESULT|P|XA|ATHM100M--------------FNL-000001--|S|ENG"


@pytest.mark.parametrize("name, text", [("DocumentCode", "X"), ("DocumentSubcode", "1"), ("DocumentType", "DT_STATS")])
def test_another_document_has_another_key(name: str, text: str):
    """Each attribute that identifies it makes a difference; its Version and times make none."""
    assert read_header(odf("XA"), "") != read_header(odf("XA", **{name: text}), "")
    first, later = read_header(odf("XA", 1), ""), read_header(odf("XA", 2, Time="235959000"), "")
    assert first is not None
    assert later is not None
    assert first.key == later.key


def test_what_writes_one_schedule_has_one_key():
    """The whole one, its SYNC and its updates go in their order."""
    kinds = [("DT_SCHEDULE", ""), ("DT_SCHEDULE", "SYNC"), ("DT_SCHEDULE_UPDATE", "")]
    headers = [read_header(odf("XA", DocumentType=kind, DocumentSubtype=subtype), "") for kind, subtype in kinds]
    assert len({header.key for header in headers if header}) == 1


@pytest.mark.parametrize(
    "prolog",
    [b"", b"\xef\xbb\xbf", b"<!-- <OdfBody Version='9'> -->", b"<?xml version='1.0'?>\n<?x <OdfBody a='b'?>\n"],
)
def test_only_the_root_is_the_header(prolog: bytes):
    """Comments and instructions before it are passed over; quotes may be single."""
    header = read_header(prolog + b"<OdfBody\n DocumentCode='A>B' Version = '3'><OdfBody Version='4'/></OdfBody>", "")
    assert header == ("||" + "|A>B||", 3)


@pytest.mark.parametrize("data, encoding", [(b"", ""), (b"<Other/>", ""), (b"{}", ""), (b"no gzip", "gzip")])
def test_what_has_no_header_is_left_alone(data: bytes, encoding: str):
    """Neither read nor changed."""
    assert read_header(data, encoding) is None
    if not encoding:
        assert moved_on(data, encoding, MOVE) == data


def test_a_header_is_moved_on_and_nothing_else():
    """Dates by whole days over the end of a month, the Version by as many; every other byte stays."""
    document = odf("XA", 7, Date="2030-06-29", LogicalDate="2030-06-28", body='<Unit Date="2030-06-29" Version="7"/>')
    expected = odf("XA", 47, Date="2030-07-02", LogicalDate="2030-07-01", body='<Unit Date="2030-06-29" Version="7"/>')
    expected = expected.replace(b'Time="100047000"', b'Time="100007000"')
    assert moved_on(document, "", MOVE) == expected
    assert gzip.decompress(moved_on(gzip.compress(document), "gzip", MOVE)) == expected


def test_older_spellings_are_kept():
    """Dates without dashes and Versions with leading zeros stay so; what is no date stays as it is."""
    document = odf("XA", Date="20120731", Version="0009", LogicalDate="TBD")
    assert moved_on(document, "", Move(1, 2)) == odf("XA", Date="20120801", Version="0011", LogicalDate="TBD")


def test_a_rewritten_gzip_is_the_same_each_time():
    """No time of writing is in it: four bytes of the head, RFC 1952 2.3."""
    assert moved_on(gzip.compress(odf("XA")), "gzip", MOVE)[4:8] == bytes(4)


@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange(data: bytes):
    """Whatever comes is read or left alone."""
    read_header(data, "")
    read_header(data, "gzip")
    assert moved_on(b"<OdfBody Version='1' Date='" + data + b"'/>", "", MOVE)
