"""Who meets whom is told once, when a document says it, and taken back by the document that said it."""

import pytest

from feed.core.pairings import Pairings
from schemas.message import Op
from schemas.pairing import Pairing, PairingBody
from schemas.registry import AnyMessage
from schemas.wire import decode
from tests.core.stories import Story
from tests.core.test_progression import SEMI, end, quarters, semis
from tests.documents import odf
from tests.matches import EVENT, bracket, match, match_code, outcome, place, side, update

NINE, TEN = "2030-07-05T09:00:00Z", "2030-07-05T10:00:00Z"
BOTH = (("FIN", "SVK"), ("SWE", "ROC"))
OPEN = place(1, unit=match_code("QFNL", 1)) + place(2, unit=match_code("QFNL", 2))


@pytest.fixture
def story() -> Story:
    story = Story(Pairings())
    assert story.post(update("XA", 1, *quarters(), *semis())) == []
    return story


def seeded(version: int, *pairs: tuple[str, str]) -> bytes:
    """A bracket in which the semi-finals have these pairs."""
    matches = {f"SFNL{number}": place(1, one) + place(2, two) for number, (one, two) in enumerate(pairs, 1)}
    return bracket("XA", version, **matches)


def body_of(message: AnyMessage) -> PairingBody:
    assert isinstance(message, Pairing)
    assert message.body
    return message.body


def told(messages: list[AnyMessage]) -> list[str]:
    """`SFNL1 FIN SVK`, or `SFNL1` alone where it is not decided any more."""
    bodies = map(body_of, messages)
    return [" ".join((f"{body.unit[22:26]}{body.unit[29]}", *(each.id for each in body.sides))) for body in bodies]


def test_pairs_are_told_with_the_document_that_says_them(story: Story):
    """Not by the results before it; each with what its places had waited for, its time and its cause."""
    end(story, 1, 2, 3, 4)
    assert [entry for entry in story.entries if entry.kind == "pairing"] == []
    messages = story.post(seeded(1, *BOTH))
    assert told(messages) == ["SFNL1 FIN SVK", "SFNL2 SWE ROC"]
    first, second = messages
    assert (first.topic, first.unit) == ("XA.IHO.M.TEAM11.SFNL.000100.pairing", SEMI[0])
    assert first.caused_by == second.caused_by == len(story.entries) - 2
    assert (first.supersedes, body_of(first).by) == (None, "XA.IHO.M.TEAM11.-.-.bracket")
    assert (body_of(first).names, body_of(first).start) == ({"ENG": SEMI[0][22:30]}, 1_909_476_000_000_000)
    waited = {(each.previous_unit, each.previous_wlt, each.previous_value) for each in body_of(first).sides}
    assert waited == {(match_code("QFNL"), "W", "best-seeded winner")}
    assert body_of(first).mentions().nocs == ("FIN", "SVK")


def test_what_says_the_same_again_adds_nothing(story: Story):
    """The start list of the schedule follows the bracket, and both are sent again."""
    story.post(seeded(1, *BOTH))
    assert story.post(update("XA", 2, *semis(*BOTH))) == []
    assert story.post(seeded(2, *BOTH)) == []
    assert story.post(outcome("XA", 1, SEMI[0], "FIN", "SVK", status="START_LIST")) == []


def test_a_pair_is_two(story: Story):
    """One side alone is none; a bye meets nobody."""
    assert story.post(update("XA", 2, *semis(("FIN", ""), ("", "")))) == []
    bye = place(1, "SWE") + place(2).replace("TBD", "BYE")
    assert story.post(bracket("XA", 1, SFNL2=bye)) == []
    assert told(story.post(update("XA", 3, *semis(("FIN", "SVK"), ("", ""))))) == ["SFNL1 FIN SVK"]


def test_what_never_was_open_is_not_spoken_of(story: Story):
    """A match of the first round, whatever else of it changes."""
    pair = side(1, "FIN"), side(2, "SUI")
    assert story.post(update("XA", 2, match(match_code("GRPA", 1), NINE, *pair))) == []
    assert story.post(update("XA", 3, match(match_code("GRPA", 1), TEN, *pair))) == []
    assert story.post(outcome("XA", 1, match_code("GRPA", 1), "FIN", "SUI", status="START_LIST")) == []


def test_a_start_list_may_say_it_first(story: Story):
    """One of the results, before play; nothing that is played decides a pair."""
    assert told(story.post(outcome("XA", 1, SEMI[0], "FIN", "SVK", status="START_LIST"))) == ["SFNL1 FIN SVK"]
    assert story.post(outcome("XA", 1, SEMI[1], "SWE", "ROC", status="LIVE")) == []


def test_another_pair_supersedes_the_first(story: Story):
    """By its sequence; the other semi-final stays."""
    first, _ = story.post(seeded(1, *BOTH))
    stored = [entry.seq for entry in story.entries if entry.topic == first.topic]
    (again,) = story.post(seeded(2, ("FIN", "DEN"), BOTH[1]))
    assert (told([again]), again.supersedes) == (["SFNL1 FIN DEN"], stored[0])


def test_who_said_it_takes_it_back(story: Story):
    """An open place in the same bracket; a schedule that is behind takes nothing back."""
    story.post(seeded(1, *BOTH))
    assert story.post(update("XA", 2, *semis(("FIN", ""), ("", "")))) == []
    (message,) = story.post(bracket("XA", 2, SFNL1=OPEN, SFNL2=place(1, "SWE") + place(2, "ROC")))
    assert (told([message]), body_of(message).sides) == (["SFNL1"], ())
    assert message.supersedes
    assert story.post(bracket("XA", 3, SFNL1=OPEN, SFNL2=place(1, "SWE") + place(2, "ROC"))) == []
    (again,) = story.post(seeded(4, *BOTH))
    assert (told([again]), again.supersedes) == (["SFNL1 FIN SVK"], None)


def test_a_bracket_that_is_withdrawn_takes_its_pairs_along(story: Story):
    """All of them, and once."""
    story.post(seeded(1, *BOTH))
    gone = {"DocumentCode": EVENT, "DocumentType": "DT_BRACKETS", "ResultStatus": "INTERMEDIATE"}
    withdrawal = odf("XA", 2, **gone).replace(b"<Competition></Competition>", b"")
    messages = story.post(withdrawal)
    # it was posted, so it is there
    assert story.board.get("XA.IHO.M.TEAM11.-.-.bracket").index.op is Op.WITHDRAWN  # type: ignore[union-attr]
    assert told(messages) == ["SFNL1", "SFNL2"]


@pytest.mark.parametrize("attributes", [{"HideStartDate": "Y"}, {"ScheduleStatus": "POSTPONED"}])
def test_no_time_is_guessed(story: Story, attributes: dict[str, str]):
    """One that is for sorting only, or that does not hold any more, is none."""
    sides = (side(order, unit=match_code("QFNL", order)) for order in (1, 2))
    story.post(update("XA", 2, match(SEMI[0], NINE, *sides, Venue="STA", Location="T10", **attributes)))
    message, _ = story.post(seeded(1, *BOTH))
    assert (body_of(message).start, body_of(message).venue, body_of(message).location) == (None, "STA", "T10")


def test_a_match_that_is_only_numbered_has_no_place(story: Story):
    """A bracket may be drawn before its units have codes."""
    numbered = (f'Unit="{SEMI[0]}"'.encode(), b'Code="101"')
    assert story.post(bracket("XA", 1, SFNL1=OPEN).replace(*numbered)) == []
    assert told(story.post(seeded(2, *BOTH).replace(*numbered))) == ["SFNL2 SWE ROC"]


def test_nobody_is_missing_where_more_than_two_meet(story: Story):
    """Three in a race: two of them are not all."""
    unit, origin = match_code("FNL-", 1), {"unit": match_code("QFNL")}
    for version, third in enumerate(("", "SWE"), 2):
        sides = [side(order, who, **origin) for order, who in enumerate(("FIN", "SVK", third), 1)]
        messages = story.post(update("XA", version, match(unit, NINE, *sides)))
    assert told(messages) == ["FNL-1 FIN SVK SWE"]
    assert [entry.kind for entry in story.entries].count("pairing") == 1


def test_whoever_begins_later_tells_what_was_missed():
    """It knows the newest messages alone, in which nothing is open any more; what was told it tells no second time."""
    past = Story()
    past.post(update("XA", 1, *quarters(), *semis()), update("XA", 2, *semis(*BOTH)))
    decided = [entry for entry in past.entries if entry.topic.endswith("unit")][-2:]
    late = Story(Pairings())
    late.entries, late.board = past.entries, past.board
    (deriver,) = late.derivers
    for entry in past.board.snapshot(lambda _: True):
        deriver.learn(entry)
    made = []
    for entry in decided:
        deriver.learn(entry)
        assert deriver.concerns(entry)
        found = _followed(late, deriver, entry.seq)
        made += found
        deriver.wrote(found, len(past.entries))
    assert told(made) == ["SFNL1 FIN SVK", "SFNL2 SWE ROC"]
    assert [_followed(late, deriver, entry.seq) for entry in decided] == [[], []]


def _followed(story: Story, deriver: object, seq: int) -> list[AnyMessage]:
    assert isinstance(deriver, Pairings)
    entry = story.entries[seq - 1]
    earlier = {each: decode(story.entries[each - 1].json) for each in deriver.before(entry)}
    return deriver.follows(entry, decode(entry.json), earlier)
