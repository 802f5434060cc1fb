import pytest

from feed.candidate import Decoded
from feed.core.gate import Refused, Stale
from feed.core.outcome import Arrival, Stored
from feed.ingest.admission import Held
from feed.refusals import Reason
from schemas.competitor import Competitor
from schemas.result import ResultBody
from tests.core.makers import TOPIC, candidate
from tests.ingest.house import RECEIPT, House


def timed(*texts: str) -> ResultBody:
    """Ranks 1, 2, 3 ... with these times."""
    rows = (
        Competitor(id=str(rank), kind="athlete", noc="FRA", rank=str(rank), result=text, result_type="TIME")
        for rank, text in enumerate(texts, 1)
    )
    return ResultBody(competitors=tuple(rows))


SLOWER = timed("9.99", "9.89")
ODD = timed("9.79", "9.99", "9.89")


async def released(house: House, version: int, *waived: str) -> object:
    """The verdict on a held document of this version."""
    new = candidate(version, body=SLOWER)
    held = Held(Arrival("odf", b"", "", 0), f"held{version}", waived)
    decoded = Decoded((new,), None, "P", TOPIC, version)
    return await house.admission.release(held, "P", lambda *_: decoded, RECEIPT)


async def test_what_is_held_is_not_published_and_counted_by_rule(house: House):
    """It is archived and in quarantine, and the answer names the rule."""
    outcome = await house.send(candidate(1, body=SLOWER))
    (row,) = outcome.quarantined
    assert (row.refusal.reason, row.refusal.rules, row.refusal.is_held) == (
        Reason.IMPLAUSIBLE,
        ("leader_not_best",),
        True,
    )
    assert (house.stream.archived, house.stream.log) == (["id1"], [])
    assert house.stream.quarantined == [("id1", Reason.IMPLAUSIBLE)]
    assert house.admission.rules == {"leader_not_best": 1}


async def test_a_held_version_does_not_hold_up_the_next(house: House):
    """Nobody waits for a Version that has come."""
    await house.send(candidate(1))
    await house.send(candidate(2, body=SLOWER))
    assert (await house.send(candidate(3))).accepted == (Stored(2, TOPIC),)
    assert "moved" not in house.stream.calls


async def test_the_gate_is_asked_first(house: House):
    """A stale copy of something implausible is just stale."""
    await house.send(candidate(2))
    assert (await house.send(candidate(1, body=SLOWER))).stale == 1
    assert house.stream.quarantined == []


async def test_a_remark_is_published_and_counted(house: House):
    """Once, when it is stored."""
    await house.send(candidate(1, body=ODD))
    assert house.stream.log[0][1].message.remarks == ("implausible",)
    assert house.admission.remarks == {"implausible": 1}
    assert house.admission.rules == {"order_unlike_results": 1}


async def test_a_release_waives_the_rules_that_held_it(house: House):
    """Published with a remark, neither archived nor counted by rule again; a repetition is a duplicate."""
    assert await released(house, 1, "leader_not_best") == Stored(1, TOPIC)
    assert house.stream.log[0][1].message.remarks == ("implausible",)
    assert (house.stream.archived, house.admission.rules) == ([], {})
    assert (await house.send(candidate(1, body=SLOWER))).duplicates == 1


@pytest.mark.parametrize("waived", [(), ("split_after_finish",)])
async def test_a_release_waives_no_other_rule(house: House, waived: tuple[str, ...]):
    """It stays where it is, without a second record."""
    verdict = await released(house, 1, *waived)
    assert isinstance(verdict, Refused)
    assert verdict.refusal.rules == ("leader_not_best",)
    assert (house.stream.log, house.stream.quarantined) == ([], [])


async def test_what_was_overtaken_is_stale(house: House):
    """Nothing older follows."""
    await house.send(candidate(2))
    assert await released(house, 1, "leader_not_best") == Stale(1)
