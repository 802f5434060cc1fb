from collections.abc import Collection
from typing import Any

import msgspec
import pytest

from feed.core.codes import Codes, Dictionary, Origin
from feed.core.entry import Entry
from feed.core.index import Index
from schemas.code import Code, CodeBody, Label
from schemas.facts import SHIPPED
from schemas.message import BodyRef, Lane, Op, Stamps
from schemas.rsc import parse_code
from schemas.topic import Topic
from schemas.wire import encode, splice_seq
from tests.core.makers import entry

GENERAL = "GEN" + 31 * "-"


def code_entry(  # noqa: PLR0913 - every part has a default; a test names what its rule is about
    seq: int,
    text: str = "T10",
    labels: str = "ENG:Court 10",
    op: Op = Op.PUT,
    *,
    table: str = "LOCATION",
    language: str = "",
    apart: tuple[str, ...] = (),
    document: str = GENERAL,
    ref: BodyRef | None = None,
    **fields: Any,
) -> Entry:
    """The newest message of a code; labels as `ENG:text FRA:text`."""
    told = tuple(Label(language=each[:3], description=each[4:]) for each in labels.split(", ") if each)
    topic = str(Topic("XG2030", parse_code(document), "code", (table, language, text, *apart)))
    stored = Code(
        prev=0,
        topic=topic,
        op=op,
        competition="XG2030",
        code=document,
        unit=None,
        version=1,
        status=None,
        source="CIS",
        lane=Lane.BULK,
        ts=Stamps(event=5, recv=0, published=0),
        document=None,
        body=CodeBody(code=text, labels=told, **fields) if op is Op.PUT and ref is None else None,
        **({"body_ref": ref} if ref else {}),
    )
    return Entry(seq, topic, Index(1, 5, 0, "h", op, None), splice_seq(encode(stored), seq))


def known(*entries: Entry) -> Dictionary:
    codes = Codes()
    for each in entries:
        codes.apply(each)
    return codes.of("XG2030")


class Row(CodeBody, frozen=True, kw_only=True):
    topic: str | None
    seq: int


def rows_of(dictionary: Dictionary, table: str, codes: Collection[str] = (), language: str | None = None) -> list[Row]:
    """The rows as a reader gets them."""
    return [msgspec.json.decode(text, type=Row) for text in dictionary.table(table).rows(codes, language)]


def told(dictionary: Dictionary, table: str = "LOCATION", language: str | None = None, *codes: str) -> list[str]:
    """Code and labels of each row, as they are written above."""
    rows = rows_of(dictionary, table, codes, language)
    return [f"{row.code} {', '.join(f'{each.language}:{each.description}' for each in row.labels)}" for row in rows]


def test_a_table_is_what_the_venue_said_last():
    """By code; what was removed is gone, and `seq` is the newest message that changed the table."""
    dictionary = known(
        code_entry(1),
        code_entry(2, "A01", "ENG:Road"),
        code_entry(3, "B01"),
        code_entry(4, labels="ENG:Court TBA"),
        code_entry(5, "B01", op=Op.REMOVED),
        code_entry(6, "XAA", table="NOC"),
        entry(7),
    )
    assert told(dictionary) == ["A01 ENG:Road", "T10 ENG:Court TBA"]
    table = dictionary.table("LOCATION")
    assert (table.seq, table.origin, dictionary.seq) == (5, Origin.RECEIVED, 6)
    row = rows_of(dictionary, "LOCATION")[1]
    assert (row.seq, row.topic) == (4, "XG2030.GEN.-.-.-.-.code.LOCATION.-.T10")


def test_some_codes_of_a_table():
    """All that have one of the codes, whatever tells them apart."""
    dictionary = known(
        code_entry(1, "OR", apart=("SWM",), discipline="SWM"),
        code_entry(2, "WR", apart=("ATH",), discipline="ATH"),
        code_entry(3, "OR", apart=("ATH",), discipline="ATH"),
    )
    rows = rows_of(dictionary, "LOCATION", {"OR"})
    assert [(row.code, row.discipline, row.seq) for row in rows] == [("OR", "ATH", 3), ("OR", "SWM", 1)]
    assert told(dictionary, "LOCATION", None, "XX") == []


def test_documents_of_one_language_each_are_one_table():
    """A code has the labels of all of them; where two say one language, the newer one counts."""
    dictionary = known(
        code_entry(1, labels="ENG:old, POR:velho"),
        code_entry(2, language="FRA", labels="FRA:nouveau", order="7"),
        code_entry(3, language="ENG", labels="ENG:new", order="8"),
        code_entry(4, "A01", labels="FRA:a", language="FRA"),
    )
    assert told(dictionary) == ["A01 FRA:a", "T10 ENG:new, POR:velho, FRA:nouveau"]
    assert [(row.seq, row.order) for row in rows_of(dictionary, "LOCATION", {"T10"})] == [(3, "8")]
    (row,) = (row for row in dictionary.tables() if row.table == "LOCATION")
    assert (row.count, row.languages) == (2, ("ENG", "FRA", "POR"))


def test_a_language_that_is_removed_leaves_the_others():
    """A code lives as long as one document says it."""
    dictionary = known(
        code_entry(1, language="ENG"), code_entry(2, language="FRA", labels="FRA:t"), code_entry(3, language="POR")
    )
    dictionary.apply(code_entry(4, language="ENG", op=Op.REMOVED))
    dictionary.apply(code_entry(5, language="POR", op=Op.WITHDRAWN))
    assert told(dictionary) == ["T10 FRA:t"]
    (row,) = (row for row in dictionary.tables() if row.table == "LOCATION")
    assert (row.count, row.languages, row.seq) == (1, ("FRA",), 5)


@pytest.mark.parametrize(
    "labels, language, expected",
    [
        ("FRA:a, ENG:b, POR:c", "POR", "POR:c"),
        ("FRA:a, ENG:b, POR:c", "KOR", "ENG:b"),
        ("FRA:a, POR:c", "KOR", "FRA:a"),
        ("", "KOR", ""),
    ],
)
def test_one_language_or_the_next_best(labels: str, language: str, expected: str):
    """Else English, else what there is; the label says which it is."""
    assert told(known(code_entry(1, labels=labels)), "LOCATION", language) == [f"T10 {expected}"]


def test_what_the_venue_does_not_say_ships():
    """Until its own table comes, and again when that is taken back."""
    dictionary = known(code_entry(1))
    table = dictionary.table("NOC")
    assert (table.origin, table.seq, len(table.rows())) == (Origin.SHIPPED, 0, len(SHIPPED["NOC"]))
    (row,) = rows_of(dictionary, "NOC", {"FRA"}, "KOR")
    assert (row.labels[0].language, row.labels[0].description, row.topic, row.seq) == ("ENG", "France", None, 0)
    dictionary.apply(code_entry(2, "XAA", table="NOC"))
    assert (dictionary.table("NOC").origin, told(dictionary, "NOC")) == (Origin.RECEIVED, ["XAA ENG:Court 10"])
    dictionary.apply(code_entry(3, "XAA", table="NOC", op=Op.WITHDRAWN))
    assert (dictionary.table("NOC").origin, dictionary.table("NOC").seq) == (Origin.SHIPPED, 3)


def test_the_tables_are_those_received_and_those_that_ship():
    """By name, each with its size; one that was taken back and does not ship is none."""
    dictionary = known(
        code_entry(1), code_entry(2, "A01"), code_entry(3, table="GONE"), code_entry(4, table="GONE", op=Op.REMOVED)
    )
    rows = {row.table: (row.origin, row.count, row.languages, row.seq) for row in dictionary.tables()}
    assert list(rows) == sorted({"LOCATION", *SHIPPED})
    assert rows["LOCATION"] == ("received", 2, ("ENG",), 2)
    assert rows["IRM"] == ("shipped", len(SHIPPED["IRM"]), ("ENG",), 0)
    assert dictionary.table("GONE").origin is None


def test_two_documents_of_one_table_are_one_table():
    """The general one, and a discipline's own."""
    dictionary = known(code_entry(1), code_entry(2, labels="FRA:t", document="TEN" + 31 * "-"))
    assert told(dictionary) == ["T10 ENG:Court 10, FRA:t"]


def test_a_table_without_a_name_has_one_to_ask_by():
    """As topics write it."""
    dictionary = known(code_entry(1, table=""))
    assert "-" in [row.table for row in dictionary.tables()]
    assert told(dictionary, "-") == ["T10 ENG:Court 10"]


def test_a_body_that_is_kept_apart_tells_no_more_than_its_topic():
    """The code is shown all the same."""
    ref = BodyRef(sha256="0" * 64, bytes=600_000, media="application/json")
    assert told(known(code_entry(1, ref=ref)), "LOCATION", "FRA") == ["T10 "]


def test_other_competitions_have_their_own():
    """And none at all has what ships."""
    codes = Codes()
    codes.apply(code_entry(1))
    assert codes.of("XG2031").table("LOCATION").origin is None
    assert codes.of(None).table("NOC").origin is Origin.SHIPPED
