import time

import pytest
from msgspec.structs import replace

from feed.core.vocabulary import Vocabulary
from schemas.message import Op, Remark
from schemas.registry import AnyMessage
from schemas.result import ResultBody
from tests.core.makers import athlete, candidate

HOT_SECONDS = 20e-6


def told(*codes: str, competition: str = "XG2030", language: str = "-") -> Vocabulary:
    """What is known once these came, each `TABLE.CODE`."""
    vocabulary = Vocabulary()
    for each in codes:
        table, _, code = each.partition(".")
        vocabulary.learn(f"{competition}.GEN.-.-.-.-.code.{table}.{language}.{code}", Op.PUT)
    return vocabulary


def result(*nocs: str | None, discipline: str = "ATH", **body: str) -> AnyMessage:
    competitors = tuple(replace(athlete(str(number)), noc=noc) for number, noc in enumerate(nocs, 1))
    topic = f"XG2030.{discipline}.M.100M.FNL.000100.result"
    return candidate(topic=topic, body=ResultBody(competitors=competitors, **body)).message


def unknown(vocabulary: Vocabulary, message: AnyMessage) -> list[str]:
    return sorted(vocabulary.unknown(message))


@pytest.mark.parametrize(
    "known, message, expected",
    [
        ((), result("FRA", "AIN", None), []),
        ((), result("FRA", "XAA"), ["XAA"]),
        ((), result(discipline="XXX"), ["XXX"]),
        ((), result(discipline="SA"), []),
        ((), result(discipline="GEN"), []),
        ((), result(venue="NEW", location="ST1"), []),
        (("NOC.XAA",), result("XAA", "FRA"), ["FRA"]),
        (("NOC.XAA", "ORGANISATION.IFX"), result("XAA", "IFX"), []),
        (("ORGANISATION.IFX",), result("IFX", "FRA"), []),
        (("VENUE.STA",), result(venue="STA", location="ST1"), []),
        (("VENUE.STA", "LOCATION.ST1"), result(venue="NEW", location="ST2"), ["NEW", "ST2"]),
        (("VENUE.STA",), result(venue="TBD"), []),
        (("DISCIPLINE.ATH" + 31 * "-",), result(discipline="SWM"), ["SWM"]),
        (("DISCIPLINE.ATH" + 31 * "-",), result(), []),
        (("DISCIPLINE.SA0000000",), result(discipline="SA"), []),
        (("DISCIPLINE.SA0000000",), result(discipline="SB"), ["SB"]),
        (("BREED.X",), result("FRA"), []),
    ],
)
def test_a_table_is_asked_where_it_is_whole(known: tuple[str, ...], message: AnyMessage, expected: list[str]):
    """The venue's replaces the one that ships; where there is neither, nothing is unknown. A placeholder is no code."""
    assert unknown(told(*known), message) == expected


def test_a_code_is_known_while_a_document_tells_it():
    """Removed in one language it still stands in another; a table that is taken back is the one that ships again."""
    vocabulary = told("NOC.XAA", "NOC.XBB")
    vocabulary.learn("XG2030.GEN.-.-.-.-.code.NOC.FRA.XAA", Op.PUT)
    vocabulary.learn("XG2030.GEN.-.-.-.-.code.NOC.FRA.XAA", Op.PUT)
    vocabulary.learn("XG2030.GEN.-.-.-.-.code.NOC.-.XAA", Op.REMOVED)
    assert unknown(vocabulary, result("XAA", "FRA")) == ["FRA"]
    vocabulary.learn("XG2030.GEN.-.-.-.-.code.NOC.FRA.XAA", Op.REMOVED)
    assert unknown(vocabulary, result("XAA", "XBB")) == ["XAA"]
    vocabulary.learn("XG2030.GEN.-.-.-.-.code.NOC.-.XBB", Op.WITHDRAWN)
    assert unknown(vocabulary, result("XBB", "FRA")) == ["XBB"]


def test_competitions_have_codes_of_their_own():
    """What another competition sent tells nothing."""
    assert unknown(told("NOC.XAA", competition="YG2030"), result("XAA")) == ["XAA"]


def test_a_message_is_remarked_once():
    """What is known stays the very same message; an older remark of that name is enough."""
    vocabulary, known = Vocabulary(), result("FRA")
    assert vocabulary.remarked(known) is known
    remarked = vocabulary.remarked(result("XAA"))
    assert remarked.remarks == (Remark.UNKNOWN_CODE,)
    assert vocabulary.remarked(remarked) is remarked


def test_a_tombstone_names_its_discipline_alone():
    """It has no body."""
    assert unknown(Vocabulary(), replace(result("XAA"), op=Op.WITHDRAWN, body=None)) == []


@pytest.mark.slow
def test_a_result_of_99_rows_is_looked_at_in_microseconds():
    """It is on every result's way."""
    nocs = [f"X{number:02}" for number in range(30)]
    vocabulary = told(*(f"NOC.{noc}" for noc in nocs), "VENUE.STA", "LOCATION.ST1")
    message = result(*(nocs[number % 30] for number in range(99)), venue="STA", location="ST1")
    best = float("inf")
    for _ in range(200):
        start = time.perf_counter()
        vocabulary.remarked(message)
        best = min(best, time.perf_counter() - start)
    assert best < HOT_SECONDS
