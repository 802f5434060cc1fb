import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.heads import Head
from feed.core.index import (
    ATHLETES,
    LIST_BYTES_MAX,
    NOCS,
    OP,
    RAW,
    STATUS,
    TEXT_BYTES_MAX,
    TOO_MANY_TO_LIST,
    VENUE,
    VENUE_BEFORE,
    VERSION,
    Left,
    headers_of,
    index_of,
    left_by,
    looked_into,
    read_index,
    venue_of,
)
from feed.core.scope import Scope
from schemas.message import Op
from schemas.result import ResultBody
from schemas.session import SessionBody
from schemas.topic import escape, unescape
from schemas.unit import UnitBody
from tests.core.makers import athlete, candidate, withdrawal

ODD = "\u00c9\u0394\U0001f3c5 ,*~-\r\n\0"
SERVER_HEADER_BYTES = 65_535
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=50) | st.sampled_from(["-", "*", "~2A", ODD])


@given(
    st.integers(0, 10**9),
    st.integers(-(2**60), 2**60),
    texts,
    st.none() | texts,
    st.integers(0, 9),
    st.none() | texts.map(escape),
)
def test_an_index_survives_its_headers_whatever_the_text(
    version: int, event: int, status: str, venue: str | None, official: int, venue_before: str | None
):
    """What the gate sees of a stored message is what it saw before it was stored."""
    body = ResultBody() if venue is None else ResultBody(venue=venue)
    new = candidate(version, event, "hash", status=status, recv=event + 1, body=body)
    found = read_index(headers_of(new, "id", official, Left(venue=venue_before)))
    assert found == index_of(new, official, Left(venue=venue_before))
    assert (found.official, found.venue, found.left.venue) == (official, venue and escape(venue), venue_before)


@pytest.mark.parametrize("status", [None, ""])
def test_no_status_has_no_header(status: str | None):
    """And is read back as none."""
    headers = headers_of(candidate(status=status), "id")
    assert STATUS not in headers
    assert read_index(headers).status is None


def test_lists_name_everybody_once_and_escape_what_is_odd():
    """Names are joined by commas, so a comma in a name is escaped."""
    body = ResultBody(competitors=(athlete("7"), athlete("a,b", noc=ODD)), venue="Stade, de France")
    headers = headers_of(candidate(body=body), "raw-id")
    assert [unescape(each) for each in headers[ATHLETES].split(",")] == ["7", "a,b"]
    assert [unescape(each) for each in headers[NOCS].split(",")] == ["FRA", ODD]
    assert unescape(headers[VENUE]) == "Stade, de France"
    assert headers[RAW] == "raw-id"


def test_who_has_looked_need_not_look_again():
    """What a candidate is known to be about is what its index and its headers tell."""
    new = looked_into(candidate(body=ResultBody(competitors=(athlete("7"), athlete("a,b")))))
    empty = replace(new, message=replace(new.message, body=ResultBody()))
    assert (headers_of(empty, "id"), index_of(empty)) == (headers_of(new, "id"), index_of(new))
    assert looked_into(withdrawal()).about == ("", "")


def test_a_body_that_mentions_nobody_leaves_the_lists_out():
    """Neither an empty body nor a withdrawal has lists."""
    for new in (candidate(), withdrawal()):
        assert not headers_of(new, "id").keys() & {NOCS, ATHLETES, VENUE, VENUE_BEFORE}


def test_a_list_above_16_kb_becomes_a_star():
    """At the limit it is still listed, one byte more and it is not."""
    fits = "a" * (LIST_BYTES_MAX - 2)
    assert (
        headers_of(candidate(body=ResultBody(competitors=(athlete(fits), athlete("b")))), "id")[ATHLETES] == f"{fits},b"
    )
    above = ResultBody(competitors=(athlete(fits), athlete("bc")))
    assert headers_of(candidate(body=above), "id")[ATHLETES] == TOO_MANY_TO_LIST


def test_a_star_is_never_mistaken_for_an_athlete_of_that_name():
    """A literal star is escaped."""
    assert headers_of(candidate(body=ResultBody(competitors=(athlete("*"),))), "id")[ATHLETES] == escape("*") != "*"


def test_all_headers_together_stay_below_what_the_server_stores():
    """The longest texts a venue can send must not make its message impossible to store."""
    long = "\u00e9" * 60_000
    body = ResultBody(competitors=tuple(athlete(str(n), noc=f"N{n}") for n in range(2_500)), venue=long)
    headers = headers_of(candidate(status=long, body=body), "id")
    assert sum(len(name) + len(text) + 4 for name, text in headers.items()) < SERVER_HEADER_BYTES
    assert all(text.isascii() and text.isprintable() for text in headers.values())
    assert headers[VENUE] == headers[STATUS] == TOO_MANY_TO_LIST
    assert read_index(headers).status is None
    assert not Scope.of([], [], [long, TOO_MANY_TO_LIST]).is_at(read_index(headers).venues)


def test_a_text_at_its_limit_is_still_carried():
    """1 kB, escapes included."""
    status = "S" * TEXT_BYTES_MAX
    assert read_index(headers_of(candidate(status=status), "id")).status == status


@pytest.mark.parametrize("op", list(Op))
def test_the_op_is_carried(op: Op):
    """Tombstones are told without decoding a payload."""
    assert read_index(headers_of(candidate(op=op), "id")).op is op


@pytest.mark.parametrize(
    "body", [ResultBody(venue="STA"), UnitBody(code="C", venue="STA"), SessionBody(code="C", venue="STA")]
)
def test_the_venue_is_the_one_that_a_body_mentions(body: ResultBody | UnitBody | SessionBody):
    """Whatever the kind."""
    message = candidate(body=body).message  # type: ignore[arg-type]  # any body will do
    assert venue_of(message) == body.mentions().venue == "STA"
    assert venue_of(withdrawal().message) is venue_of(candidate().message) is None


@pytest.mark.parametrize("op, place", [(Op.PUT, "B"), (Op.WITHDRAWN, "A"), (Op.REMOVED, "A")])
def test_a_message_is_about_the_venue_it_names_and_the_one_it_leaves(op: Op, place: str):
    """Its topic is at the first; a tombstone names none and leaves its topic where it was."""
    index = index_of(candidate(op=op, body=ResultBody(venue="B")), left=Left(venue="A"))
    assert index.place == place
    assert index.venues == ("B" if op is Op.PUT else None, "A")


@pytest.mark.parametrize("broken", [{VERSION: "x"}, {OP: "eaten"}, {STATUS: "~ZZ"}])
def test_headers_of_somebody_else_are_a_value_error(broken: dict[str, str]):
    """Nobody but us writes on this stream."""
    with pytest.raises(ValueError, match=r".+"):
        read_index(headers_of(candidate(status="LIVE"), "id") | broken)


def test_a_missing_header_is_a_key_error():
    """All but the lists and the status are always there."""
    with pytest.raises(KeyError):
        read_index({})


def about(names: str, *, status: str | None = None, op: Op = Op.PUT, venue: str | None = None) -> Candidate:
    """A result about athletes, each of the organisation it is called by: `1FRA 2USA`."""
    competitors = tuple(athlete(name[0], noc=name[1:]) for name in names.split())
    return candidate(2, status=status, op=op, body=ResultBody(competitors=competitors, venue=venue))


@pytest.mark.parametrize(
    "old, new, left",
    [
        (about("1FRA 2USA"), about("1FRA 2USA"), Left()),
        (about("1FRA 2USA"), about("2USA 1FRA"), Left()),
        (about("1FRA 2USA 3FRA"), about("1FRA"), Left(nocs="USA", athletes="2,3")),
        (about("1FRA", status="OFFICIAL"), about("1FRA", status="PROTESTED"), Left(status="OFFICIAL")),
        (about("1FRA", venue="STA"), about("1FRA", venue="STB"), Left(venue="STA")),
        (about("1FRA", status="LIVE"), about("", op=Op.WITHDRAWN), Left(nocs="FRA", athletes="1", status="LIVE")),
        (about("", op=Op.WITHDRAWN), about("1FRA"), Left()),
    ],
)
def test_what_a_topic_leaves_is_what_held_and_no_longer_does(old: Candidate, new: Candidate, left: Left):
    """Whom it was about, where it was, how it stood; after a tombstone nothing is left to leave."""
    found = left_by(Head(7, index_of(old)), index_of(new))
    assert found == left
    assert read_index(headers_of(new, "id", left=found)) == index_of(new, left=found)


def test_without_a_next_message_everything_is_left():
    """As an entity is by the tombstone of its list."""
    head = Head(7, index_of(about("1FRA", status="LIVE", venue="STA")))
    assert left_by(head) == Left("STA", "FRA", "1", "LIVE")


def test_what_is_too_many_to_list_is_left_as_such():
    """Nobody knows who of them is missing; where all the new ones are too many, they come to everybody anyway."""
    many, few = (replace(index_of(about("1FRA")), athletes=text) for text in (TOO_MANY_TO_LIST, "1"))
    assert left_by(Head(7, many), few).athletes == TOO_MANY_TO_LIST
    assert left_by(Head(7, few), many).athletes == left_by(Head(7, many), many).athletes == ""
