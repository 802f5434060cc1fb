import asyncio
import time

import msgspec

from replay.link import Answer
from replay.load.sender import TURN_SECONDS, Acknowledged, Pulse, Turns
from tests.replay.captured import captured, planned


def answer(*rows: tuple[int, str]) -> Answer:
    accepted = [{"seq": seq, "topic": topic} for seq, topic in rows]
    return Answer(200, msgspec.json.encode({"accepted": accepted, "count": len(rows)}), None)


def test_answers_tell_which_message_was_planned_for_when():
    """By sequence; what was planned for no moment is acknowledged all the same, a refusal tells nothing."""
    heard = Acknowledged()
    heard.heard(12.5, answer((7, "XA.a"), (8, "XA.b")))
    heard.heard(None, answer((9, "XA.c")))
    heard.heard(13.0, Answer(200, b"<html>", None))
    assert heard.planned == {7: 12.5, 8: 12.5}
    assert heard.topics == {7: "XA.a", 8: "XA.b", 9: "XA.c"}


def test_rates_by_second_tell_what_was_planned_and_what_left():
    """A document that was late counts as planned in one second and as sent in another."""
    pulse = Pulse()
    pulse.began = time.monotonic() - 5.5
    (document,) = planned([captured("XA")])
    pulse.left(document, pulse.began + 3.2)
    pulse.left(document, None)
    assert [(rate.at, rate.offered, rate.achieved) for rate in pulse.rates()] == [(3.5, 1, 0), (5.5, 1, 2)]
    assert pulse.documents == 2


async def test_a_loop_that_is_held_up_is_late():
    """What blocks the sender shows in its turns."""
    turns = Turns()
    running = asyncio.ensure_future(turns.run())
    await asyncio.sleep(TURN_SECONDS / 5)
    time.sleep(3 * TURN_SECONDS)  # noqa: ASYNC251 - that is what is looked for
    await asyncio.sleep(TURN_SECONDS / 5)
    running.cancel()
    assert turns.late.at(100) > 1000 * TURN_SECONDS
