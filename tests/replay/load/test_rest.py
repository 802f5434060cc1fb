import asyncio
from pathlib import Path

from replay.load.rest import Rest
from replay.verify.door import Door
from tests.documents import odf
from tests.service_fixture import House, opened

TOPIC = "XA.ATH.M.100M.FNL.000001.result"


def look(rest: Rest, house: House) -> tuple[int, list[str]]:
    with Door(house.url, None, "P") as door:
        return rest.look(door)


async def test_a_service_that_is_silent_has_not_said_that_all_is_there(tmp_path: Path):
    """However long nothing comes; where nothing was sent there is nothing to wait for."""
    async with opened(tmp_path, mark_seconds=3_600) as house:
        assert await asyncio.to_thread(look, Rest({}), house) == (0, [])
        (seq,) = await house.store(odf("XA"))
        rest = Rest({seq: TOPIC})
        for _ in range(2):
            assert await asyncio.to_thread(look, rest, house) == (seq, ["XA"])


async def test_its_marks_say_so(tmp_path: Path):
    """Up to what was acknowledged, and what came behind that: an answer names a part of it."""
    async with opened(tmp_path, mark_seconds=0.05) as house:
        first, second = await house.store(odf("XA"), odf("XA", 2))
        rest = Rest({first: TOPIC})
        for _ in range(100):
            tip, untold = await asyncio.to_thread(look, rest, house)
            if not untold:
                break
        assert (tip >= second, untold) == (True, [])
        assert (await asyncio.to_thread(look, Rest({tip + 100: TOPIC}), house))[1] == ["XA"]
