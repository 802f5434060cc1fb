"""Admission of results that say something otherwise: always against the very message they follow."""

import msgspec

from feed.candidate import Candidate
from schemas.competitor import Competitor
from schemas.result import Result, ResultBody
from tests.core.makers import candidate
from tests.ingest.house import House


def ranked(version: int, *names: str, status: str = "UNOFFICIAL", event: int = 0) -> Candidate:
    rows = (Competitor(id=name, kind="athlete", rank=str(rank)) for rank, name in enumerate(names, 1))
    return candidate(version, event, status=status, body=ResultBody(competitors=tuple(rows)))


def last(house: House) -> tuple[Result, list[str]]:
    """What was stored last, and its changes."""
    message = house.stream.log[-1][1].message
    assert isinstance(message, Result)
    assert message.body is not None
    changes = message.body.changes or ()
    return message, [f"{each.who} {each.from_}->{each.to}" for each in changes]


async def test_a_correction_waits_for_the_stored_text_of_what_it_corrects(house: House):
    """Our own publish is known before its copy comes back: what it says is not guessed."""
    await house.send(ranked(1, "a", "b"))
    await house.send(ranked(2, "b", "a"))
    message, changes = last(house)
    assert (message.body.call, changes) == ("corrected", ["a 1->2", "b 2->1"])
    assert house.stream.verdicts[-1].supersedes == 1
    assert house.stream.calls.count("catch_up") == 1


async def test_what_is_live_looks_back_at_nothing(house: House):
    """No wait and no reading while it goes on."""
    for version in range(1, 6):
        await house.send(ranked(version, "a", status="LIVE"))
    assert "catch_up" not in house.stream.calls
    assert last(house)[0].body.changes is msgspec.UNSET


async def test_after_a_miss_the_changes_are_those_against_the_new_head(house: House):
    """Another node was faster: what it published is what is corrected."""
    await house.send(ranked(1, "a", "b", "c"))
    await house.stream.catch_up()
    others = [ranked(2, "b", "a", "c")]

    async def other() -> None:
        if others:
            house.stream.store(others.pop())

    house.stream.before["publish"] = other
    await house.send(ranked(3, "b", "c", "a"))
    assert house.stream.versions() == [1, 2, 3]
    assert last(house)[1] == ["a 2->3", "c 3->2"]
    assert house.stream.verdicts[-1].supersedes == 2
