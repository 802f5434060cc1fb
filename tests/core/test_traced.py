from feed.core.entry import Entry
from feed.core.index import headers_of
from feed.core.traced import PENDING_MAX, Delivery, Traced
from feed.core.traces import TRACEPARENT
from schemas.topic import SUBJECT_PREFIX
from schemas.wire import encode
from tests.core.makers import candidate

SPAN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def entry(seq: int, *, span: str | None = SPAN) -> Entry:
    made = candidate()
    headers = headers_of(made, "id") | ({TRACEPARENT: span} if span else {})
    return Entry.stored(seq, SUBJECT_PREFIX + made.message.topic, headers, encode(made.message))


def test_a_traced_message_is_told_when_it_is_written():
    """With its moments, once; what is behind the front waits for its round."""
    clock, told = iter(range(10, 100, 10)), list[Delivery]()
    traced = Traced(lambda: next(clock), told.append)
    first, second = entry(1), entry(2)
    traced.take(first)
    traced.take(second)
    traced.written(1, [[first], [first]], began=25)
    assert told == [Delivery(first, SPAN, 10, 25, 30)]
    traced.written(2, [[second]], began=35)
    traced.written(3, [], began=45)
    assert told[1:] == [Delivery(second, SPAN, 20, 35, 40)]


def test_what_is_not_traced_or_not_wanted_is_not_told():
    """And costs no memory: of what nobody writes only the newest are kept."""
    told = list[Delivery]()
    traced = Traced(lambda: 1, told.append)
    plain, unwanted = entry(1, span=None), entry(2)
    traced.take(plain)
    traced.take(unwanted)
    traced.written(2, [[plain]], began=1)
    assert told == []
    late = [entry(seq) for seq in range(3, PENDING_MAX + 5)]
    for each in late:
        traced.take(each)
    traced.written(PENDING_MAX + 4, [late], began=1)
    assert [delivery.entry.seq for delivery in told] == list(range(5, PENDING_MAX + 5))
