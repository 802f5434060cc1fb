import json

import msgspec
import pytest

from feed.core.board import Board
from feed.core.entry import Entry
from feed.core.index import Index
from feed.core.kept import KEPT_OVERHEAD
from feed.core.labels import Labelling, Labels, codes_used
from schemas.message import Op
from tests.core.test_codes import code_entry

UNIT = "ATHM100M--------------FNL-000100--"
TOPIC = "XG2030.ATH.M.100M.FNL.000100.result"


def message(seq: int, *rows: str, venue: str = "STA", topic: str = TOPIC) -> Entry:
    """A result with rows as `NOC` or `NOC IRM`."""
    competitors = [dict(zip(("noc", "irm"), row.split(), strict=False)) for row in rows]
    body = {"venue": venue, "competitors": competitors}
    said = {"seq": seq, "topic": topic, "code": UNIT, "status": "OFFICIAL", "ts": {}, "body": body}
    return Entry(seq, topic, Index(1, 0, 0, "h", Op.PUT, "OFFICIAL"), msgspec.json.encode(said))


def board_of(*entries: Entry) -> Board:
    return Board.of(entries)


def labels_of(entry: Entry) -> dict[str, dict[str, str]]:
    return json.loads(entry.json)["labels"]


def page_labels(labels: Labels, text: bytes, competition: str = "XG2030") -> dict[str, dict[str, str]]:
    return json.loads(labels.of_page(text, codes_used(text), competition))["labels"]


def noc(seq: int, text: str = "FRA", labels: str = "ENG:France (EN), FRA:France (FR)", **more: str) -> Entry:
    return code_entry(seq, text, labels, table="NOC", **more)


def test_labels_are_one_more_member_at_the_end():
    """The bytes in front are those that everybody gets; head and frame fit the longer text."""
    plain = message(7, "FRA")
    made = Labels(board_of(noc(1)), "FRA").of_log(plain)
    assert made.json.startswith(plain.json[:-1] + b',"labels":{')
    assert labels_of(made)["NOC"] == {"FRA": "France (FR)"}
    assert (made.seq, made.topic, made.index) == (plain.seq, plain.topic, plain.index)
    assert made.frame[2:] == len(made.json).to_bytes(2)


def test_what_has_no_text_in_a_language_has_an_english_one():
    """The venue's, then the one that ships, then whatever there is; a code that nobody knows is left out."""
    board = board_of(
        noc(1, "XAA", "ENG:Alpha"), noc(2, "XBB", "POR:Beta"), noc(3, "XCC", "ENG:, FRA:"), noc(4, "USA", "FRA:E-U")
    )
    french = Labels(board, "FRA").of_log(message(7, "XAA", "XBB", "XCC", "USA", "GER", "XDD"))
    german = Labels(board, "GER").of_log(message(7, "USA DNS"))
    assert labels_of(french)["NOC"] == {"GER": "Germany", "USA": "E-U", "XAA": "Alpha", "XBB": "Beta"}
    assert labels_of(german)["NOC"] == {"USA": "United States"}
    assert labels_of(german)["IRM"] == {"DNS": "Did not start"}
    assert labels_of(german)["RESULTSTATUS"] == {"OFFICIAL": "Official"}
    assert labels_of(german)["DISCIPLINE"] == {"ATH": "Athletics"}


def test_a_message_of_the_log_keeps_its_labels():
    """Whoever reads it again in this process gets the same bytes, although the code means something else now."""
    board = board_of(noc(1))
    labels = Labels(board, "FRA")
    first = labels.of_log(message(7, "FRA"))
    board.apply(noc(8, labels="FRA:Other"))
    assert labels.of_log(message(7, "FRA")).json == first.json
    assert labels_of(labels.of_log(message(9, "FRA")))["NOC"] == {"FRA": "Other"}


def test_the_state_is_told_by_the_dictionary_as_it_is_now():
    """A name that was corrected is right everywhere from then on; and the edition tells the two apart."""
    board = board_of(noc(1))
    labels = Labels(board, "FRA")
    assert labels_of(labels.of_state(message(7, "FRA")))["NOC"] == {"FRA": "France (FR)"}
    assert labels.edition == 1
    board.apply(noc(8, labels="FRA:Other"))
    assert labels_of(labels.of_state(message(7, "FRA")))["NOC"] == {"FRA": "Other"}
    assert labels.edition == 8


def test_what_is_kept_is_bounded():
    """What was not asked for longest is made anew."""
    board = board_of(noc(1))
    one = len(Labels(board, "FRA").of_log(message(7, "FRA")).json)
    labels = Labels(board, "FRA", kept_bytes=2 * (one + KEPT_OVERHEAD) - 1)
    for seq in (10, 11, 12, 13, 14):
        labels.of_log(message(seq, "FRA"))
        labels.of_log(message(10, "FRA"))
    board.apply(noc(20, labels="FRA:Other"))
    made = {seq: labels_of(labels.of_log(message(seq, "FRA")))["NOC"]["FRA"] for seq in (10, 11)}
    assert made == {10: "France (FR)", 11: "Other"}


def test_a_page_has_the_labels_of_the_messages_on_it():
    """In the competition that the page is about, and no other."""
    labels = Labels(board_of(noc(1)), "FRA")
    text = b'{"rows":[{"noc":"FRA"}],"result":' + message(7, "GER DNF").json + b"}"
    assert page_labels(labels, text)["NOC"] == {"FRA": "France (FR)", "GER": "Germany"}
    assert page_labels(labels, text, "YG2030")["NOC"]["FRA"] == "France"
    assert page_labels(labels, b'{"rows":[]}') == {}


@pytest.mark.parametrize("discipline, expected", [("AR", "Archer"), ("SW", "Swimmer")])
def test_a_code_of_several_disciplines_is_that_of_the_message(discipline: str, expected: str):
    """Functions are numbered in each discipline; their code may begin with it."""
    board = board_of(
        code_entry(1, "ARAA01", "ENG:Archer", table="DISCIPLINE_FUNCTION"),
        code_entry(2, "AA01", "ENG:Swimmer", table="DISCIPLINE_FUNCTION", apart=("SW",)),
    )
    page = msgspec.json.encode({"discipline": discipline, "function": "AA01"})
    found = page_labels(Labels(board, "ENG"), page)
    assert found["DISCIPLINE_FUNCTION"] == {"AA01": expected}


def test_sport_codes_are_told_by_their_type():
    """DNF is an invalid mark in one row of the table and something else in another."""
    board = board_of(
        code_entry(1, "DNF", "ENG:A bracket", table="ODF_SPORT_CODES", apart=("ATH", "@Bracket")),
        code_entry(2, "DNF", "ENG:Gave up", table="ODF_SPORT_CODES", apart=("ATH", "@IRM")),
    )
    assert labels_of(Labels(board, "ENG").of_log(message(7, "FRA DNF")))["IRM"] == {"DNF": "Gave up"}


def test_languages_are_those_of_some_code():
    """English is always there, because of what ships; readers of one language share what is made."""
    board = board_of(noc(1, labels="FRA:a, POR:b"))
    labelling = Labelling(board)
    assert labelling.languages() == ("ENG", "FRA", "POR")
    assert labelling.of("FRA") is labelling.of("FRA")
    assert labelling.of("fra") is None
    assert Labelling(Board()).languages() == ("ENG",)
    board.apply(noc(2, "GER", labels="KOR:c"))
    assert labelling.of("KOR") is not None


def test_a_language_stays_when_its_last_text_goes():
    """Its readers come again, to the same labels: English ones. Who never saw it is not told of it."""
    board = board_of(noc(1, labels="FRA:France"))
    labelling = Labelling(board)
    french = labelling.of("FRA")
    board.apply(noc(2, labels="ENG:Francia"))
    assert labelling.languages() == ("ENG", "FRA")
    assert labelling.of("FRA") is french is not None
    assert labels_of(french.of_log(message(3, "FRA")))["NOC"] == {"FRA": "Francia"}
    assert Labelling(board).of("FRA") is None
