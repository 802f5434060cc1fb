from collections.abc import Awaitable, Callable

from feed.candidate import Sender
from feed.core.silence import Heard, Sign
from feed.stream.beats import Beats
from feed.stream.connection import Connection
from tests.stream.conftest import Until

Connect = Callable[..., Awaitable[Connection]]
SENDER = Sender("XA", "GPS1", 5)


async def test_every_node_hears_what_one_took(connect: Connect, until: Until):
    """It knows at once, others with one message for all it gathered, each by its own time; the other flag does not."""
    clock = iter(range(1_000)).__next__
    nodes = [Beats(await connect(flag), clock) for flag in "PPT"]
    for node in nodes:
        await node.listen()
    nodes[0].tell(SENDER, 6, 7)
    nodes[0].tell(Sender("XA", "GPS1", 8), 9, 0)
    nodes[0].tell(Sender("XA", "GPS2", 8), 9, 0)
    assert nodes[0].signs.of("XA", "GPS1") == Sign(Heard("XA", "GPS1", event=8, recv=9, seq=7, documents=2), told=4)
    await until(lambda: nodes[1].signs.count == 3)
    assert nodes[1].signs.of("XA", "GPS1") == Sign(Heard("XA", "GPS1", event=8, recv=9, seq=7, documents=2), told=6)
    assert nodes[1].signs.of("XA", "GPS2").told == 7
    nodes[1].tell(SENDER, 10, 0)
    await until(lambda: nodes[0].signs.count == 4)
    assert (nodes[1].signs.count, nodes[2].signs.count) == (4, 0)


async def test_without_a_broker_a_sign_is_lost_to_the_others(connect: Connect, until: Until):
    """The venue's answer does not wait for it, and what is told later is whole again."""
    links = [await connect() for _ in range(3)]
    gone, here, other = (Beats(link, lambda: 1) for link in links)
    for each in (gone, here, other):
        await each.listen()
    await links[0].close()
    gone.tell(SENDER, 6, 7)
    here.tell(SENDER, 8, 9)
    await until(lambda: other.signs.count > 0)
    assert (gone.signs.count, other.signs.of("XA", "GPS1").heard) == (1, Heard("XA", "GPS1", 5, 8, 9))


async def test_who_was_away_listens_anew(connect: Connect):
    """What it missed is no silence."""
    link = await connect()
    beats = Beats(link, iter((10, 20)).__next__)
    await beats.listen()
    assert beats.signs.since == 10
    for connected in (False, True):
        for listener in tuple(link.listeners):
            listener(connected)
    assert beats.signs.since == 20
