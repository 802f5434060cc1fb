import asyncio
from collections.abc import Awaitable, Callable

import pytest

from feed.errors import ErrorName, ReaderError
from feed.stream import tickets
from feed.stream.connection import Connection
from feed.stream.tickets import LIFE_SECONDS, Holder, Tickets

Connect = Callable[..., Awaitable[Connection]]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def node(connect: Connect, clock: Callable[[], float]) -> Tickets:
    """The tickets of one process."""
    found = Tickets(await connect(), clock)
    await found.listen()
    return found


async def refused(asking: Awaitable[Holder]) -> str:
    with pytest.raises(ReaderError) as caught:
        await asking
    assert caught.value.name is ErrorName.UNAUTHORIZED
    assert "POST /v1/tickets" in caught.value.hint
    return caught.value.detail


async def test_a_ticket_is_accepted_once_on_any_node(connect: Connect):
    """By who made it or by another, with the key's id or none; then by nobody."""
    here, there = await node(connect, Clock()), await node(connect, Clock())
    for first, key in ((here, "k1"), (there, None)):
        ticket = here.make(key)
        assert await first.redeem(ticket) == Holder(key)
        for again in (here, there):
            await refused(again.redeem(ticket))


async def test_of_many_at_once_one_is_let_in(connect: Connect):
    """Whoever asks from wherever at the same moment."""
    nodes = [await node(connect, Clock()) for _ in range(3)]
    ticket = nodes[0].make("k1")
    found = await asyncio.gather(*(each.redeem(ticket) for each in nodes * 5), return_exceptions=True)
    assert [each for each in found if not isinstance(each, ReaderError)] == [Holder("k1")]


async def test_a_ticket_ends_by_itself(connect: Connect):
    """After half a minute it is gone, also from memory; a younger one is not."""
    clock = Clock()
    here, there = await node(connect, clock), await node(connect, clock)
    old = [here.make("k1"), here.make("k1")]
    clock.now += LIFE_SECONDS - 1
    young = here.make("k1")
    clock.now += 1
    await refused(here.redeem(old[0]))
    await refused(there.redeem(old[1]))
    assert len(here._kept) == 1
    assert await there.redeem(young) == Holder("k1")


@pytest.mark.parametrize("text", ["", "ticket_", "ticket_00_a", "ticket_" + "0" * 16 + "_" + "a" * 42 + ".", "a b>"])
async def test_what_is_no_ticket_is_asked_of_nobody(connect: Connect, text: str):
    """Nothing that a stranger writes gets into a subject."""
    assert "no ticket" in await refused((await node(connect, Clock())).redeem(text))


async def test_a_ticket_whose_process_has_gone_lets_nobody_in(connect: Connect):
    """Its holder gets another one."""
    here, there = await node(connect, Clock()), await node(connect, Clock())
    ticket = there.make("k1")
    await there._link.close()
    assert "nobody" in await refused(here.redeem(ticket))


async def test_there_are_not_endlessly_many(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    """Whoever may have them without a key can neither fill the memory with them nor shut out who comes next."""
    monkeypatch.setattr(tickets, "KEPT_MAX", 2)
    here = await node(connect, Clock())
    first, second, third = (here.make(None) for _ in range(3))
    await refused(here.redeem(first))
    for ticket in (second, third):
        await here.redeem(ticket)
