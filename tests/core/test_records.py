import pytest

from feed.candidate import Candidate
from feed.core.derived import derived_envelope
from feed.core.entry import Entry
from feed.core.register import Register
from feed.errors import ContradictionError
from schemas import wire
from schemas.call import Call, CallBody
from schemas.competitor import Decision
from schemas.message import Op
from schemas.record_event import EventRef
from schemas.registry import AnyMessage
from schemas.rsc import parse_code
from schemas.topic import place_of
from tests.core.record_makers import EVENT, HEAT, Stream, bodies, heat, mark, of_type, records, stood, swim, total

WR = mark("WR")
PHASE = {"DocumentType": "DT_PHASE_RESULT", "code": "SWMM100MFR------------HEAT--------"}
LIST = records(1, of_type("WR", stood("old", "46.40")))


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_a_record_that_did_not_stand(stream: Stream):
    """S6: pending, set when it is signed, withdrawn with the disqualification; then the old one stands again."""
    assert stream.post(LIST) == []
    assert stream.table() == ["WR 46.40 old"]
    assert stream.post(heat(1, swim("a", "46.39", WR), status="LIVE")) == ["?WR a 46.39"]
    assert (stream.table(), stream.table("provisional")) == (["WR 46.40 old"], ["WR 46.39 a"])
    assert stream.post(heat(2, swim("a", "46.39", WR))) == ["+WR a 46.39"]
    (was_set,) = stream.written[:1]
    assert stream.table() == stream.table("provisional") == ["WR 46.39 a"]
    assert stream.post(heat(3, swim("a", "", irm="DSQ"))) == ["-WR a 46.39"]
    assert stream.table() == stream.table("provisional") == ["WR 46.40 old"]
    (event,) = stream.written[:1]
    (body,) = bodies(stream.written)
    assert (event.supersedes, body.withdraws) == (was_set.seq, EventRef(seq=was_set.seq, topic=was_set.topic))
    assert (body.irm, body.previous.result, body.cause.version, body.unit) == ("DSQ", "46.40", 3, HEAT)


def test_an_event_says_what_it_broke(stream: Stream):
    """The official record without this one, by all who hold it; also of an event that is only pending."""
    stream.post(LIST, heat(1, swim("a", "46.39", WR)))
    (body,) = bodies(stream.written)
    assert (body.previous.result, [each.id for each in body.previous.holders], body.previous.since) == (
        "46.40",
        ["old"],
        1,
    )
    stream.post(heat(1, swim("b", "46.30", WR), status="LIVE", unit=2))
    (body,) = bodies(stream.written)
    assert (body.previous.result, body.previous.unit) == ("46.39", HEAT)


def test_the_same_again_says_nothing_new(stream: Stream):
    """Nor does it change a table: re-sent results and running tables are many."""
    stream.post(LIST, heat(1, swim("a", "46.39", WR), status="LIVE"))
    assert (stream.post(heat(2, swim("a", "46.390", WR), status="LIVE")), stream.written) == ([], [])
    stream.post(heat(3, swim("a", "46.39", WR)))
    assert (stream.post(heat(4, swim("a", "46.39", WR), swim("b", "47.00"))), stream.written) == ([], [])


def test_another_value_is_another_record(stream: Stream):
    """The timing was corrected: the one is withdrawn, the other set, by the same cause."""
    stream.post(LIST, heat(1, swim("a", "46.38", WR)))
    assert stream.post(heat(2, swim("a", "46.39", WR))) == ["-WR a 46.38", "+WR a 46.39"]
    assert [each.previous.result for each in bodies(stream.written)] == ["46.40", "46.40"]


def test_a_mark_that_is_gone_is_withdrawn(stream: Stream):
    """Without a word on why; also one that was only pending, and when the whole result is taken back."""
    stream.post(heat(1, swim("a", "46.39", WR), status="LIVE"))
    assert stream.post(heat(2, swim("a", "46.41"), status="LIVE")) == ["-WR a 46.39"]
    stream.post(heat(3, swim("a", "46.39", WR)))
    gone = heat(3).replace(b"<Competition></Competition>", b"")
    assert stream.post(gone) == ["-WR a 46.39"]
    assert stream.table() == ["WR none"]


def test_a_protest_leaves_a_record_as_it_is(stream: Stream):
    """What was signed stays set until the mark goes; what was not stays pending."""
    stream.post(heat(1, swim("a", "46.39", WR)))
    assert stream.post(heat(2, swim("a", "46.39", WR), status="PROTESTED")) == []
    assert stream.post(heat(3, swim("a", "46.39", WR))) == []
    assert stream.post(heat(1, swim("b", "46.38", WR), status="PROTESTED", unit=2)) == ["?WR b 46.38"]


def test_an_open_photo_finish_keeps_it_pending(stream: Stream):
    """OFFICIAL alone does not set a record while something is open."""
    photo = swim("a", "46.39", WR).replace("<Result ", '<Result PhotoFinish="P" ', 1)
    assert stream.post(heat(1, photo)) == ["?WR a 46.39"]
    assert stream.post(heat(2, swim("a", "46.39", WR))) == ["+WR a 46.39"]


def test_who_equals_a_record_shares_it(stream: Stream):
    """Told by the attribute, or by the type itself (EWR); withdrawn, the others still hold it."""
    stream.post(LIST)
    assert stream.post(heat(1, swim("a", "46.40", mark("WR", equalled=True)))) == ["=WR a 46.40"]
    assert stream.post(heat(1, swim("b", "46.40", mark("EWR")), unit=2)) == ["=WR b 46.40"]
    assert stream.table() == ["WR 46.40 old/a/b"]
    stream.post(heat(2, swim("a", "", irm="DSQ")))
    assert stream.table() == ["WR 46.40 old/b"]


def test_two_heats_break_it_one_after_the_other(stream: Stream):
    """The best stands, whichever was signed last, and is what is left when it falls."""
    stream.post(LIST, heat(1, swim("a", "46.30", WR), status="LIVE", unit=2))
    stream.post(heat(1, swim("b", "46.39", WR)), heat(2, swim("a", "46.30", WR), unit=2))
    assert stream.table() == ["WR 46.30 a"]
    stream.post(heat(2, swim("b", "46.39", WR), swim("c", "46.39", WR)))
    assert stream.table() == ["WR 46.30 a"]
    stream.post(heat(3, swim("a", "", irm="DSQ"), unit=2))
    assert stream.table() == ["WR 46.39 b/c"]


def test_own_bests_and_lists_of_bests_are_no_records(stream: Stream):
    """Of nobody else, so nothing is said of them; a national record is its nation's."""
    marks = [mark(each) for each in ("PB", "SB", "SBP", "ALL")]
    assert stream.post(heat(1, swim("a", "46.39", *marks))) == []
    assert stream.written == []
    both = swim("a", "46.39", mark("NR")), swim("b", "46.80", mark("NR"), noc="XBB")
    assert stream.post(heat(2, *both)) == ["+NR a 46.39", "+NR b 46.80"]
    assert [each.subcode for each in bodies(stream.written)] == ["XAA", "XBB"]
    assert stream.table() == ["NR 46.39 a", "NR 46.80 b"]


def test_marks_of_items_count(stream: Stream):
    """An attempt that was a record, though the result is a better one; said twice it counts once."""
    item = (
        f'<ResultItem Order="1"><Result ResultType="TIME" Result="46.20">'
        f"<RecordIndicators>{WR}</RecordIndicators></Result></ResultItem>"
    )
    row = swim("a", "46.10", WR, items=f"<ResultItems>{item}{item}</ResultItems>")
    assert stream.post(LIST, heat(1, row)) == ["+WR a 46.10", "+WR a 46.20"]
    assert stream.table() == ["WR 46.10 a"]


def test_a_record_at_part_of_the_distance_has_no_value_yet(stream: Stream):
    """The result is for the whole distance; the list of records tells the value later, as another event."""
    half = "SWMM100MFR----------------50M-----"
    stream.post(records(1, of_type("WR", stood("old", "22.00")), code=half))
    assert stream.post(heat(1, swim("a", "46.80", mark("WR", half)))) == ["+WR a None"]
    assert stream.table(code=half) == ["WR None a"]
    new = stood("a", "21.90", f'Historical="N" Current="Y" Unit="{HEAT}"')
    assert stream.post(records(2, of_type("WR", stood("old", "22.00"), new), code=half)) == ["+WR a 21.90"]
    assert stream.table(code=half) == ["WR 21.90 a"]
    assert stream.post(heat(2, swim("a", "46.80", mark("WR", half)))) == []
    assert stream.post(heat(3, swim("a", "46.80"))) == ["-WR a 21.90"]


def test_a_mark_without_a_value_keeps_the_one_of_the_list(stream: Stream):
    """The list came first and waits for the result to be signed."""
    half = "SWMM100MFR----------------50M-----"
    new = stood("a", "21.90", f'Historical="N" Unconfirmed="Y" Unit="{HEAT}"')
    assert stream.post(records(1, of_type("WR", new), code=half)) == ["?WR a 21.90"]
    assert stream.post(heat(1, swim("a", "46.80", mark("WR", half)))) == ["+WR a 21.90"]


def test_a_list_of_records_sets_and_takes_back(stream: Stream):
    """What no result marked; unconfirmed it is pending, and what a list no longer has did not stand."""
    new = 'Historical="N" Current="Y" Unit="{HEAT}"'
    stream.post(LIST)
    listed = of_type("WR", stood("old", "46.40"), stood("a", "46.39", new + ' Unconfirmed="Y"'))
    assert stream.post(records(2, listed)) == ["?WR a 46.39"]
    assert stream.post(records(3, listed.replace(' Unconfirmed="Y"', ""))) == ["+WR a 46.39"]
    assert stream.post(records(4, of_type("WR", stood("old", "46.40")))) == ["-WR a 46.39"]
    assert stream.table() == ["WR 46.40 old"]


def test_a_list_that_confirms_a_result_adds_nothing(stream: Stream):
    """And it is no news that brings back what the result took; a broken one stays listed."""
    stream.post(LIST, heat(1, swim("a", "46.39", WR)))
    new = f'Historical="N" Current="Y" Unit="{HEAT}"'
    types = stood("old", "46.40", 'Historical="Y" Current="N"'), stood("a", "46.39", new)
    assert stream.post(records(2, of_type("WR", *types))) == []
    assert stream.table() == ["WR 46.39 a"]
    assert stream.post(heat(2, swim("a", "", irm="DSQ"))) == ["-WR a 46.39"]
    assert stream.post(records(3, of_type("WR", *types), of_type("OR", stood("older", "47.00"), order=2))) == []
    assert stream.table() == ["WR 46.40 old", "OR 47.00 older"]
    broken = (types[0], types[1].replace('Current="Y"', 'Current="N"'), stood("b", "46.30", new))
    assert stream.post(records(4, of_type("WR", *broken))) == ["+WR b 46.30"]


def test_an_irm_counts_more_than_a_mark(stream: Stream):
    """The mark was left in the row of somebody who is disqualified."""
    row = swim("a", "46.39", WR).replace("<Result ", '<Result IRM="DSQ" ', 1)
    assert stream.post(heat(1, row)) == []


def test_a_list_tells_what_was_broken_meanwhile(stream: Stream):
    """What it first lists when it is no longer current was nobody's news; of older ones the current one stands."""
    old = stood("old", "46.40", 'Historical="Y" Current="Y"'), stood("no", "46.30", 'Historical="Y" Current="N"')
    broken = stood("a", "46.39", 'Historical="N" Current="N"')
    assert stream.post(records(1, of_type("WR", *old, broken))) == []
    assert stream.table() == ["WR 46.40 old"]


def test_a_record_stands_since_it_was_first_said(stream: Stream):
    """Not since it was signed, nor since a list that says the same again."""
    stream.post(LIST, heat(1, swim("a", "46.39", WR), status="LIVE"), heat(2, swim("a", "46.39", WR)))
    stream.post(records(2, of_type("WR", stood("old", "46.40")), of_type("OR", stood("x", "47.00"), order=2)))
    table = stream.written[-1].body
    assert [row.official.since for row in table.rows] == [stream.seq("result", 1), stream.seq("record", 2)]
    assert table.rows[0].historical.since == table.rows[0].official.previous.since == 1


def test_a_call_that_closes_a_protest_sets_a_record(stream: Stream):
    """The result was signed while it was open and does not come again; one that opens a protest takes nothing."""
    stream.post(heat(1, swim("a", "46.39", WR), status="OFFICIAL").replace(b"<Result ", b'<Result PhotoFinish="P" ', 1))
    seq = stream.seq("result", 1)
    assert stream.take(call(stream, "wait", seq, pending=True)) == []
    assert stream.take(call(stream, "official", seq)) == ["+WR a 46.39"]
    assert bodies(stream.written)[0].cause.type == "call"
    assert stream.take(call(stream, "wait", seq, pending=True)) == []
    assert stream.take(call(stream, "wait", None)) == []


def test_an_irm_takes_what_only_a_list_told(stream: Stream):
    """The holder was disqualified in the unit where it happened, though no result had marked it."""
    new = f'Historical="N" Current="Y" Unit="{HEAT}"'
    stream.post(heat(1, swim("a", "46.39"), swim("b", "46.39")))
    both = (stood("a", "46.39", new), stood("b", "46.39", new + ' Equalled="Y"'))
    assert stream.post(records(1, of_type("WR", *both))) == ["+WR a 46.39", "=WR b 46.39"]
    assert stream.post(heat(1, swim("a", "", irm="DSQ"), unit=2)) == []
    assert stream.post(heat(2, swim("a", "", irm="DSQ"), swim("b", "46.39"))) == ["-WR a 46.39"]


def test_types_go_by_their_hierarchy(stream: Stream):
    """One that is not established has a row that nobody holds."""
    none = of_type("OR", stood("x", "47.00"), order=2, more='NotEstablished="Y"')
    stream.post(records(1, of_type("AF", stood("c", "48.00"), order=3), none, of_type("WR", stood("old", "46.40"))))
    assert stream.table() == ["WR 46.40 old", "OR none", "AF 48.00 c"]
    assert stream.post(heat(1, swim("a", "46.90", mark("OR", order=2)))) == ["+OR a 46.90"]
    assert bodies(stream.written)[0].previous is None


def test_a_mark_takes_the_subcode_of_the_one_record_there_is(stream: Stream):
    """A mark has none; of several it cannot be told which."""
    stream.post(records(1, of_type("WR", stood("old", "46.40"), more='Subcode="S9"')))
    stream.post(heat(1, swim("a", "46.39", WR)))
    assert [each.subcode for each in bodies(stream.written)] == ["S9"]
    assert stream.table() == ["WR 46.39 a"]


@pytest.mark.parametrize("code", ["", "x" * 30 + "\u00e9" * 12])
def test_a_code_that_fits_no_topic_makes_nothing(code: str, stream: Stream):
    """Venues may mark whatever they like; the next message passes."""
    assert stream.post(heat(1, swim("a", "46.39", mark("WR", code)))) == []
    assert stream.post(heat(2, swim("a", "46.39", WR))) == ["+WR a 46.39"]


def test_all_that_is_known_is_in_the_stream(stream: Stream):
    """A process that begins anywhere goes on like one that was always there, and does nothing twice."""
    stream.post(LIST, heat(1, swim("a", "46.39", WR), status="LIVE"))
    stream.restart()
    assert stream.post(heat(2, swim("a", "46.39", WR))) == ["+WR a 46.39"]
    stream.restart()
    assert stream.post(heat(3, swim("a", "46.41"))) == ["-WR a 46.39"]
    stream.restart()
    assert stream.table() == ["WR 46.40 old"]
    assert stream.post(records(2, of_type("WR", stood("old", "46.40")), of_type("OR", stood("x", "47.00")))) == []


def test_what_comes_later_is_not_used_early(stream: Stream):
    """Who restarts knows newer results than the one it derives from; only what was derived counts."""
    stream.post(LIST)
    later = Stream()
    later.post(LIST, heat(1, swim("a", "46.39", WR)), heat(2, swim("a", "46.41")))
    for entry in later.entries:
        if entry.kind in {"result", "record"} and entry.seq > 2:
            stream.records.learn(entry)
    assert stream.post(heat(1, swim("a", "46.39", WR))) == ["+WR a 46.39"]


def test_only_results_with_marks_are_read(stream: Stream):
    """And those of a unit where a record was marked; others cost a look at their bytes."""
    stream.post(heat(1, swim("a", "46.39")))
    assert not stream.records.concerns(stream.entries[-1])
    stream.post(heat(2, swim("a", "46.39", WR)), heat(3, swim("a", "46.39")))
    assert stream.records.concerns(stream.entries[-3])


def test_own_events_that_come_back_are_not_added_twice(stream: Stream):
    """Who wrote them has them already; to take back what is not there would be a contradiction."""
    stream.post(heat(1, swim("a", "46.39", WR)), heat(2, swim("a", "46.41")), heat(3, swim("a", "46.39", WR)))
    (held,) = stream.records.register("XA", EVENT).claims
    assert held.ref.seq == stream.seq("record_event", 3)
    (taken,) = [each for each in bodies(map(_decoded, stream.entries)) if each.withdraws]
    with pytest.raises(ContradictionError):
        Register().apply(taken, EventRef(seq=9, topic="t"))


def test_a_derived_message_names_its_cause(stream: Stream):
    """Its topic is the record's, its times are the cause's, and it came in no document."""
    stream.post(heat(1, swim("a", "46.39", WR)))
    event, table = stream.written
    assert (event.topic, table.topic) == ("XA.SWM.M.100MFR.-.-.record_event.1-1", "XA.SWM.M.100MFR.-.-.record_table")
    for message in stream.written:
        assert (message.caused_by, message.document, message.source, message.op) == (1, None, "feed", Op.PUT)


def test_a_record_in_a_total(stream: Stream):
    """No unit of several has it alone: pending while they run, set when it is signed, withdrawn with the IRM."""
    stream.post(LIST)
    assert stream.post(total(1, swim("a", "46.39", WR), status="INTERMEDIATE")) == ["?WR a 46.39"]
    assert (stream.table(), stream.table("provisional")) == (["WR 46.40 old"], ["WR 46.39 a"])
    assert stream.post(total(2, swim("a", "46.39", WR))) == ["+WR a 46.39"]
    (body,) = bodies(stream.written)
    assert (body.unit, body.cause.type, body.previous.result) == (None, "cumulative_result", "46.40")
    stream.restart()
    assert stream.post(total(3, swim("a", "", irm="DSQ"))) == ["-WR a 46.39"]
    assert bodies(stream.written)[0].irm == "DSQ"
    assert stream.table() == ["WR 46.40 old"]


@pytest.mark.parametrize("header", [{}, PHASE])
def test_a_total_does_not_tell_again_what_a_result_told(stream: Stream, header: dict[str, str]):
    """Nor does it bring back what the result took, nor take what the result still says."""
    stream.post(heat(1, swim("a", "46.39", WR)))
    assert stream.post(total(1, swim("a", "46.39", WR), **header)) == []
    other = swim("b", "47.00", mark("OR"))
    assert stream.post(total(2, swim("a", "46.39"), other, **header)) == ["+OR b 47.00"]
    stream.post(total(3, swim("a", "46.39", WR), other, **header))
    assert stream.table() == ["OR 47.00 b", "WR 46.39 a"]
    assert stream.post(heat(2, swim("a", "", irm="DSQ"))) == ["-WR a 46.39"]
    assert stream.post(total(4, swim("a", "46.39", WR), other, swim("c", "48.00"), **header)) == []
    assert stream.table() == ["OR 47.00 b", "WR none"]


@pytest.mark.parametrize("header", [{}, PHASE])
def test_a_result_is_heard_after_its_total(stream: Stream, header: dict[str, str]):
    """It says nothing new, and takes the record back when it loses its mark; also after a restart."""
    assert stream.post(total(1, swim("a", "46.39", WR), **header)) == ["+WR a 46.39"]
    assert stream.post(heat(1, swim("a", "46.39", WR))) == []
    stream.restart()
    assert stream.post(heat(2, swim("a", "46.41"))) == ["-WR a 46.39"]


def test_a_total_that_signs_keeps_the_unit(stream: Stream):
    """What a result marked happened there, whoever signs it."""
    stream.post(heat(1, swim("a", "46.39", WR), status="UNOFFICIAL"))
    assert stream.post(total(1, swim("a", "46.39", WR))) == ["+WR a 46.39"]
    assert bodies(stream.written)[0].unit == HEAT


def test_the_units_of_a_total_have_their_marks(stream: Stream):
    """Each with the value and the unit of its own."""
    item = f'<ResultItem Unit="{HEAT}" Order="1"><Result ResultType="TIME" Result="22.10"><RecordIndicators>'
    items = f"<ResultItems>{item}{mark('OR')}</RecordIndicators></Result></ResultItem></ResultItems>"
    assert stream.post(total(1, swim("a", "46.41", items=items))) == ["+OR a 22.10"]
    assert bodies(stream.written)[0].unit == HEAT


def test_a_call_signs_the_record_of_a_total(stream: Stream):
    """It was signed while something was open, as a result may be."""
    stream.post(total(1, swim("a", "46.39", WR)).replace(b"<Result ", b'<Result PhotoFinish="P" ', 1))
    assert stream.take(call(stream, "official", stream.seq("cumulative_result", 1))) == ["+WR a 46.39"]


def call(stream: Stream, text: str, result: int | None, *, pending: bool = False) -> Candidate:
    """What may be said of the heat, made as the feed makes it."""
    like = wire.decode(stream.entries[0].json)
    topic = f"{place_of(like.topic)}.call"
    body = CallBody(call=text, decision=Decision(pending=pending), result=result)
    return Candidate(Call(**derived_envelope(like, parse_code(HEAT), topic, 1), body=body), "h")


def _decoded(entry: Entry) -> AnyMessage:
    return wire.decode(entry.json)
