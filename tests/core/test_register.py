from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.record_event import RecordAction, RecordEvent, RecordEventBody
from schemas.record_table import RecordRow, RecordTable
from schemas.registry import AnyMessage
from schemas.wire import decode
from tests.core.record_makers import EVENT, Stream, bodies, heat, mark, of_type, records, stood, swim

VALUES = ("46.37", "46.38", "46.39", "46.40")
STATUSES = ("LIVE", "UNOFFICIAL", "OFFICIAL", "PROTESTED")
ROW = st.tuples(st.sampled_from("abc"), st.sampled_from(VALUES), st.sampled_from(("", "WR", "EWR", "OR", "PB", "DSQ")))
RESULT = st.tuples(
    st.just("result"),
    st.integers(1, 2),
    st.sampled_from(STATUSES),
    st.lists(ROW, max_size=2, unique_by=lambda row: row[0]),
)
LIST = st.tuples(
    st.just("record"),
    st.integers(1, 2),
    st.sampled_from(("46.40", "46.50")),
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(VALUES), st.booleans()), max_size=2),
)


def row(name: str, value: str, said: str) -> str:
    return swim(name, "", irm="DSQ") if said == "DSQ" else swim(name, value, *([mark(said)] if said else []))


def document(version: int, step: tuple) -> bytes:  # type: ignore[type-arg]  # each kind has other parts
    kind, unit, said, rows = step
    if kind == "result":
        return heat(version, *(row(*each) for each in rows), status=said, unit=unit)
    new = 'Historical="N" Current="Y"'
    own = [stood(name, value, new + (' Unconfirmed="Y"' if is_open else "")) for name, value, is_open in rows]
    return records(version, of_type("WR", stood("old", said), *own))


def holders(rows: tuple[RecordRow, ...], view: str) -> dict[str, tuple[str | None, frozenset[str | None]]]:
    """Type -> value and who holds it, where anybody does."""
    standings = {each.record_type: getattr(each, view) for each in rows}
    return {
        name: (each.result, frozenset(holder.id for holder in each.holders)) for name, each in standings.items() if each
    }


def summed(
    events: list[tuple[str, RecordEventBody]], old: str | None, view: str
) -> dict[str, tuple[str | None, frozenset[str | None]]]:
    """The same counted anew: every event that nobody took back, and the list's own record."""
    taken = {body.withdraws.topic for _, body in events if body.withdraws}
    alive: dict[object, RecordEventBody] = {}
    for topic, body in events:
        key = (body.record_type, body.holder.id, body.result, body.equalled)
        if body.action is not RecordAction.WITHDRAWN and topic not in taken:
            alive[key] = body
        elif body.action is RecordAction.WITHDRAWN:
            alive.pop(key, None)
    performances = [("WR", old, "old")] if old else []
    performances += [
        (body.record_type, body.result or "", body.holder.id or "")
        for body in alive.values()
        if view == "provisional" or body.action is not RecordAction.PENDING
    ]
    best = {name: min(value for each, value, _ in performances if each == name) for name, _, _ in performances}
    return {
        name: (value, frozenset(who for each, result, who in performances if (each, result) == (name, value)))
        for name, value in best.items()
    }


def derived(stream: Stream) -> list[AnyMessage]:
    return [decode(entry.json) for entry in stream.entries if entry.kind in {"record_event", "record_table"}]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(RESULT, RESULT, LIST), max_size=12), st.sets(st.integers(0, 11)))
# each kind of step has other parts
def test_a_table_is_the_sum_of_the_events(steps: list[tuple], restarts: set[int]):  # type: ignore[type-arg]
    """Whatever is marked, corrected and listed, at every step; and a restart in between changes nothing."""
    stream, other = Stream(), Stream()
    old = None
    for number, step in enumerate(steps):
        if step[0] == "record":
            old = step[2]
        if number in restarts:
            other.restart()
        posted = document(number + 1, step)
        assert stream.post(posted) == other.post(posted)
        messages = derived(stream)
        tables = [each.body.rows for each in messages if isinstance(each, RecordTable) and each.body]
        events = [(each.topic, each.body) for each in messages if isinstance(each, RecordEvent) and each.body]
        for view in ("official", "provisional"):
            assert holders(tables[-1] if tables else (), view) == summed(events, old, view)
    assert [entry.json for entry in stream.entries] == [entry.json for entry in other.entries]


@settings(max_examples=100, deadline=None)
@given(st.lists(RESULT, max_size=10))
def test_what_stands_is_what_results_say_now(steps: list[tuple]):  # type: ignore[type-arg]  # as above
    """From results alone: the marks of each unit's newest version, and no event takes back what another took."""
    stream, newest = Stream(), {}
    for number, step in enumerate(steps):
        stream.post(document(number + 1, step))
        newest[step[1]] = {(name, value, said) for name, value, said in step[3] if said in {"WR", "EWR", "OR"}}
    standing = {
        (held.body.holder.id, held.body.result, f"{'E' if held.body.equalled else ''}{held.body.record_type}")
        for held in stream.records.register("XA", EVENT).claims
    }
    said = set().union(*newest.values()) if newest else set()
    assert standing <= said
    taken = [body.withdraws.seq for body in bodies(derived(stream)) if body.withdraws]
    assert len(taken) == len(set(taken))
