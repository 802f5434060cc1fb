"""Every way in which a service can differ from the truth is planted once, and found by its name."""

import asyncio
import io
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from replay.load.medal_course import course_differences, table_differences
from replay.load.truth import acknowledged, compare_truth, state_differences
from replay.load.truth_file import Truth, TruthError
from replay.load.untrue import Wrong
from replay.simulate.catalogue import Scale
from replay.simulate.games import Games
from replay.simulate.moments import first_day
from replay.verify.door import Door
from schemas.medal_table import MedalRow
from tests.replay.load.journals import index_of
from tests.replay.load.played import EVENT, Line, Service, truth, write
from tests.replay.simulate.test_games import counted
from tests.replay.verify.planted import games
from tests.service_fixture import House

Plant = Callable[[Service], object]
EVENTS = """
SWM race 2400 1 16 8 1 5 4 M:50MFR
BDM match sets21 2 4 2 1 30 1 M:SINGLES
BOX combat rounds 1 4 2 1 12 1 W:50KG
"""
TINY = Scale("SIM2030X", first_day(2030, 7, 26), 2, EVENTS)
UNKNOWN = 503  # the status of an answer after which the same is sent again


def found(tmp_path: Path, service: Service, sworn: list[Line] | None = None) -> list[tuple[Wrong, str]]:
    """Name and words of everything in which a service differs."""
    told = Truth(write(sworn or truth(), tmp_path / "truth"))
    wrong = [*state_differences(told, service.state()), *course_differences(told, service.messages())]
    return [(each.name, str(each)) for each in wrong]


def test_a_service_that_is_right(tmp_path: Path):
    """Nothing is found; what the truth does not tell, a bib, is not compared."""
    assert found(tmp_path, Service()) == []


@pytest.mark.parametrize(
    "plant, name, words",
    [
        (
            lambda it: it.results[0]["body"]["competitors"].reverse(),
            Wrong.WRONG_RESULT,
            "1 1 9.90 - - in the place of 2",
        ),
        (lambda it: it.results[1]["body"]["competitors"][1].update(irm="DSQ"), Wrong.WRONG_RESULT, "DSQ"),
        (lambda it: it.results[1]["body"]["competitors"].pop(), Wrong.WRONG_RESULT, "1 rows in the place of 2"),
        (lambda it: it.results[0].update(body=None), Wrong.WRONG_RESULT, "0 rows in the place of 2"),
        (lambda it: it.results.pop(), Wrong.WRONG_RESULT, "there is no such result"),
        (
            lambda it: it.results[0].update(status="UNOFFICIAL"),
            Wrong.WRONG_STATUS,
            "UNOFFICIAL in the place of OFFICIAL",
        ),
        (
            lambda it: it.units[0]["body"].update(status="RUNNING"),
            Wrong.WRONG_STATUS,
            "RUNNING in the place of FINISHED",
        ),
        (lambda it: it.units.pop(), Wrong.WRONG_STATUS, "there is no such unit"),
        (lambda it: it.units[1]["body"].update(ended=None), Wrong.WRONG_TIMES, "None in the place of"),
        (lambda it: it.course[2]["body"]["rows"][0].update(gold=2), Wrong.WRONG_MEDALS, "of seq 12, SUI has rank 1"),
        (lambda it: it.course[2]["body"]["rows"].reverse(), Wrong.WRONG_MEDALS, "in another order"),
    ],
)
def test_a_planted_difference_is_found(tmp_path: Path, plant: Plant, name: Wrong, words: str):
    """Once, by its name, with what there is and what there should be."""
    service = Service()
    plant(service)
    ((found_name, told),) = found(tmp_path, service)
    assert found_name is name
    assert words in told


def test_a_unit_that_was_never_held_has_no_times(tmp_path: Path):
    """The truth has those that were planned."""
    service, told = Service(), truth()
    next(line for line in told if line["about"] == "unit")["status"] = "CANCELLED"
    service.units[0]["body"] = {"status": "CANCELLED"}
    assert found(tmp_path, service, told) == []
    service.units[0]["body"] = {"status": "FINISHED"}
    assert [name for name, _ in found(tmp_path, service, told)] == [Wrong.WRONG_STATUS]


def test_a_medal_that_went_another_way(tmp_path: Path):
    """The step that never was and the one that was are told, and the table that follows agrees with the ledger."""
    service = Service()
    del service.course[3:]
    ((_, words),) = found(tmp_path, service)
    assert words.startswith(f"wrong_medals medals: {EVENT} never awarded gold of 2 (FRA), silver of 1 (SUI) and took")
    service = Service()
    service.course[3]["body"]["winner"]["noc"] = "GER"
    names = [name for name, _ in found(tmp_path, service)]
    assert names.count(Wrong.WRONG_MEDALS) == len(names) > 2


def test_the_order_of_events_does_not_count(tmp_path: Path):
    """Nor does the document from which a step came."""
    service = Service()
    for message in service.course:
        if message["type"] == "ledger":
            message["body"]["cause"] = message["body"]["cause"] | {"type": "medallists", "version": 1}
    assert found(tmp_path, service) == []


def test_rows_of_a_table():
    """What one has that the other lacks, either way."""
    rows = msgspec.convert(truth()[-1]["rows"], tuple[MedalRow, ...])
    assert list(table_differences(rows, rows)) == []
    assert list(table_differences(rows, rows[:1])) == ["SUI has nothing in the place of rank 2 (1 by total) with 0-1-0"]
    assert list(table_differences((), rows[:1])) == ["FRA has rank 1 (1 by total) with 1-0-0 in the place of nothing"]


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda text: text.replace(b"9.90", b"9.91", 1), "was changed"),
        (lambda text: text[: text.rindex(b'{"about": "end"')], "not whole"),
        (lambda text: text + b'{"about":"unit"}\n', "goes on behind its end"),
        (lambda text: text[:40], "is no truth"),
        (lambda _: b"", "not whole"),
    ],
)
def test_a_truth_that_is_not_whole_is_none(tmp_path: Path, change: Callable[[bytes], bytes], words: str):
    """Nobody is judged by it."""
    path = write(truth(), tmp_path / "truth")
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(TruthError, match=words):
        Truth(path)


def test_what_was_acknowledged_is_in_the_stream():
    """Under its sequence, with its topic."""
    stream = games()
    index = index_of(stream)
    assert acknowledged(index, {each["seq"]: each["topic"] for each in stream}) == []
    gone, other = acknowledged(index, {26: stream[0]["topic"], 3: "XG.A.B.C.D.E.result", 4: stream[3]["topic"]})
    assert gone.name is other.name is Wrong.NOT_KEPT
    assert str(gone) == f"not_kept {stream[0]['topic']}: seq 26 was acknowledged, the stream has none such"
    assert other.detail == f"seq 3 was acknowledged, the stream has {stream[2]['topic']} there"


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_a_real_service_comes_to_the_truth(tmp_path: Path, house: House):
    """Games of three events, venues side by side: nothing is found; one rank changed in the truth is."""
    file = io.BytesIO()
    by_source: defaultdict[str, list[bytes]] = defaultdict(list)
    for sent in Games(TINY, 3).sent(file):
        by_source[sent.source].append(sent.document)
    right, changed = tmp_path / "truth", [json.loads(line) for line in file.getvalue().splitlines()][:-1]
    right.write_bytes(file.getvalue())
    next(line for line in changed if line["about"] == "result")["rows"][0]["rank"] = 77
    wrong = write(changed, tmp_path / "changed")
    newest = max(await asyncio.gather(*(play(house, each) for each in by_source.values())))
    await counted(house, TINY.competition, newest)
    assert await asyncio.to_thread(compared, house.url, right) == []
    (told,) = await asyncio.to_thread(compared, house.url, wrong)
    assert told.startswith("wrong_result")
    assert " 77 " in told


async def play(house: House, documents: list[bytes]) -> int:
    """The highest sequence that was answered; what may not be stored is sent again."""
    newest = 0
    for document in documents:
        while (answer := await house.post(document))[0] == UNKNOWN:
            await asyncio.sleep(0.1)
        newest = max([newest, *(each["seq"] for each in answer[1]["accepted"])])
    return newest


def compared(url: str, path: Path) -> list[str]:
    with Door(url, None, "P") as door:
        digest, told = compare_truth(path, door)
    assert digest == json.loads(path.read_bytes().splitlines()[-1])["sha256"]
    return told
