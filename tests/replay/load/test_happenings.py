import asyncio
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from replay.link import address_of
from replay.load.bulk import long_list
from replay.load.fleets import Fleets
from replay.load.given import Diary, Doors
from replay.load.happenings import HappeningError, Happenings
from replay.load.profile import Does, Event, Profile, Tier
from replay.tally import Tally
from replay.venues import Keys, Venues
from tests.replay.captured import Door
from tests.replay.load.test_draw import PLACES

NOBODY = Profile(title="Nobody", tier=(Tier(name="none", subscribers=0),))


def happenings(url: str, diary: Diary, seed: int = 1) -> Happenings:
    """Without a service of one's own."""
    venues = Venues(address_of(url), Keys(), Tally(), 5.0)
    return Happenings(Doors(url, None, None), Fleets(NOBODY, PLACES, 1, Path()), venues, diary, seed)


async def test_what_happens_is_marked_at_its_moment():
    """A cut and a long list; who is cut off is drawn from the seed."""
    door, diary = Door(), Diary()
    events = (Event(at=0.2, does=Does.CUT, sources=2), Event(at=0.1, does=Does.BULK, people=5))
    lists = {1: long_list("XA", 5, 1, 1, 0)}
    async with TestServer(door.app) as server:
        made = happenings(str(server.make_url("")), diary)
        await made.run(events, lists, ["A", "B", "C"])
    sent, *others = diary.markers
    assert sent.what == "list of 0.0 MB sent"
    assert sent.at >= 0.1
    (cut,) = (marker for marker in others if "cut off for 5 s" in marker.what)
    assert cut.at >= 0.2
    assert [came.body for came in door.came] == [lists[1].data]
    assert (diary.notes, diary.pauses) == ([], [])
    ((since, until),) = diary.lists
    assert sent.at <= since <= until <= next(each.at for each in others if each.what == "list answered")


async def test_what_was_not_begun_when_all_is_over_is_noted():
    """It ends at once, and the report tells what did not happen."""
    diary = Diary()
    made = happenings("http://127.0.0.1:9", diary)
    asyncio.get_running_loop().call_later(0.1, made.over.set)
    async with asyncio.timeout(5):
        await made.run((Event(at=60.0, does=Does.CUT),), {}, ["A"])
    assert diary.notes == ["no cut at 60 s: the replay was over before"]
    assert diary.markers == []


async def test_the_service_of_somebody_else_is_not_restarted():
    """Told before anything happens."""
    made = happenings("http://127.0.0.1:9", Diary())
    with pytest.raises(ExceptionGroup) as raised:
        await made.run((Event(at=0.0, does=Does.RESTART),), {}, ["A"])
    assert raised.group_contains(HappeningError, match="own can be restarted")
