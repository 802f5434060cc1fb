from collections.abc import Awaitable, Callable

from feed.candidate import Sender
from feed.core.silence import Heard
from feed.stream.beats import Beats
from feed.stream.connection import Connection
from tests.stream.conftest import Until

Connect = Callable[..., Awaitable[Connection]]
SENDER = Sender("XA", "GPS1", 5)


async def test_every_node_hears_what_one_took(connect: Connect, until: Until):
    """Itself as well, with its own time of hearing; the other flag does not."""
    clock = iter(range(1_000)).__next__
    nodes = [Beats(await connect(flag), clock) for flag in "PPT"]
    for node in nodes:
        await node.listen()
    nodes[0].tell(SENDER, 6, 7)
    nodes[0].tell(Sender("XA", "GPS1", 8), 9, 0)
    await until(lambda: all(node.signs.count == 2 for node in nodes[:2]))
    first, second, _ = (node.signs.of("XA", "GPS1") for node in nodes)
    assert first.heard == second.heard == Heard("XA", "GPS1", event=8, recv=9, seq=7)
    assert (first.documents, second.documents, nodes[2].signs.count) == (2, 2, 0)
    assert 3 <= min(first.told, second.told) < max(first.told, second.told)


async def test_without_a_broker_a_sign_is_lost(connect: Connect):
    """The venue's answer does not wait for it."""
    link = await connect()
    beats = Beats(link, lambda: 1)
    await link.close()
    beats.tell(SENDER, 6, 7)
    assert beats.signs.count == 0


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
