from collections.abc import Callable
from datetime import UTC, timedelta, timezone, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from feed.candidate import Decoded, Receipt
from feed.venues.odf import decode
from feed.venues.odf.known import Known
from feed.venues.odf.schedule import SCHEDULE

Build = Callable[..., bytes]
RECEIPT = Receipt(0, None, lambda _: None)
HEADER = (
    'CompetitionCode="X" DocumentCode="JUD-------------------------------" DocumentType="DT_SCHEDULE" Version="1" '
    'FeedFlag="P" Date="2030-07-03" Time="000000000" Source="S"'
)
ATTRIBUTES = ["", 'Order="1"', 'ModificationIndicator="U"', 'StartDate="2030-07-03T10:00:00"', 'New="1"', 'Medal="x"']
INSIDE = ["", '<ItemName Language="ENG" Value="a"/>', "text", "<!-- c -->", "<New/>", "<Unit/>"]


def test_what_was_not_used_for_longest_is_forgotten_first():
    """The bytes of the keys are bounded, whatever the values."""
    known: Known[int] = Known(3)
    for key in (b"a", b"b", b"c"):
        known.keep(key, ord(key))
    assert known.get(b"a") == 97
    known.keep(b"d", 100)
    assert (known.get(b"b"), known.get(b"a"), len(known)) == (None, 97, 3)
    known.keep(b"long", 1)
    assert (len(known), known.get(b"long")) == (0, None)


def test_keeping_it_again_takes_no_more_room():
    """The newest value counts."""
    known: Known[int] = Known(1)
    for value in (1, 2):
        known.keep(b"a", value)
    assert known.get(b"a") == 2


def document(units: list[tuple[str, str]], padding: str) -> bytes:
    written = padding.join(
        f'<Unit Code="JUDM60KG--------------R32-000{number}00--" {attributes}>{inside}</Unit>'
        for number, (attributes, inside) in enumerate(units, 1)
    )
    return f"<OdfBody {HEADER}><Competition>{written}</Competition></OdfBody>".encode()


def decode_alone(listed: bytes, monkeypatch: pytest.MonkeyPatch) -> Decoded:
    with monkeypatch.context() as patch:
        patch.setattr(SCHEDULE, "known", Known(0))
        return decode(listed, RECEIPT)


UNITS = st.lists(st.tuples(st.sampled_from(ATTRIBUTES), st.sampled_from(INSIDE)), max_size=4)


@given(st.lists(st.tuples(UNITS, st.sampled_from(["", "\n"])), min_size=1, max_size=6))
def test_memory_changes_nothing(versions: list[tuple[list[tuple[str, str]], str]]):
    """Whatever lists follow each other, each is read as it would be alone: bodies, hashes, remarks, refusal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SCHEDULE, "known", Known(100_000))
        for units, padding in versions:
            listed = document(units, padding)
            assert decode(listed, RECEIPT) == decode_alone(listed, patch)


def test_an_entity_that_did_not_change_is_not_read_again(monkeypatch: pytest.MonkeyPatch):
    """The next list shares what was read of it, and has the changed one anew."""
    monkeypatch.setattr(SCHEDULE, "known", Known(100_000))
    first = decode(document([("", ""), ('Order="1"', "")], ""), RECEIPT).candidates
    second = decode(document([("", ""), ('Order="2"', "")], ""), RECEIPT).candidates
    assert second[0].message.body is first[0].message.body
    assert (first[1].message.body.order, second[1].message.body.order) == ("1", "2")


def test_a_sign_of_change_is_not_forgotten_over_what_is_known(monkeypatch: pytest.MonkeyPatch):
    """ModificationIndicator is no content, but it was sent: it is kept although the unit is known without it."""
    monkeypatch.setattr(SCHEDULE, "known", Known(100_000))
    decode(document([("", "")], ""), RECEIPT)
    (marked,) = decode(document([('ModificationIndicator="U"', "")], ""), RECEIPT).candidates
    assert marked.message.body.change == "updated"
    (plain,) = decode(document([("", "")], ""), RECEIPT).candidates
    assert plain.message.body.change is UNSET


def test_moments_are_known_for_their_zone_only(monkeypatch: pytest.MonkeyPatch):
    """The same local time is another moment when the competition's zone is set anew."""
    monkeypatch.setattr(SCHEDULE, "known", Known(100_000))
    listed = document([('StartDate="1970-01-01T02:00:00"', "")], "")
    zones: list[tzinfo] = [timezone(timedelta(hours=2)), UTC]
    starts = [decode(listed, Receipt(0, None, lambda _, z=zone: z)).candidates[0].message.body.start for zone in zones]
    assert starts == [0, 2 * 3_600_000_000]
