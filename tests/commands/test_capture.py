import asyncio
import gzip
import json
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feed.cli import cli
from feed.errors import BrokerError, FeedError
from replay.capture import Captured, CaptureWriter, read_capture
from replay.meet import RUNNERS, meet
from tests.documents import odf
from tests.service_fixture import Child, House, opened, wait_until

Start = Callable[..., Child]


def feed(*arguments: object) -> Result:
    """`feed capture` in this process; whatever it raises is raised."""
    return CliRunner(catch_exceptions=False).invoke(cli, ["capture", *map(str, arguments)], standalone_mode=False)


def capture_of(path: Path, *documents: tuple[int, str, bytes]) -> Path:
    with CaptureWriter(path) as writer:
        for recv, source, data in documents:
            writer.append(Captured(recv, source, "odf", "", data))
    return path


def content(path: Path) -> list[tuple[str, str, bytes]]:
    return [(each.source, each.encoding, each.data) for each in read_capture(path)]


async def test_a_service_is_recorded_as_it_received(house: House, tmp_path: Path, children: Start):
    """Plain, gzip, larger than one message, refused, of test messages: every byte, source and time, once."""
    noise = random.Random(1).randbytes(800_000).hex()
    long = odf("XL", body=f"<Text>{noise}</Text>", DocumentType="DT_TEXT")
    packed = gzip.compress(odf("XZ"))
    await house.post(odf("XA"), "?source=A%20B")
    await house.post(packed, Content_Encoding="gzip")
    await house.post(b"<OdfBody")
    await house.post(long)
    await house.post(odf("XT", FeedFlag="T"))
    out = tmp_path / "a.capture"
    for _ in range(2):
        child = children("capture", "record", str(out), "--data", str(house.data))
        assert await asyncio.to_thread(child.ended) == 0, child.errors
        assert content(out) == [("A B", "", odf("XA")), ("", "gzip", packed), ("", "", b"<OdfBody"), ("", "", long)]
    assert child.errors == [f"{out}: 0 documents written, 4 were there already\n"]
    await house.post(odf("XA", 2))
    child = children("capture", "record", str(out), "--nats", house.nats())
    assert await asyncio.to_thread(child.ended) == 0, child.errors
    assert content(out)[4:] == [("", "", odf("XA", 2))]
    test = tmp_path / "t.capture"
    child = children("capture", "record", str(test), "--data", str(house.data), "--flag", "T")
    assert await asyncio.to_thread(child.ended) == 0, child.errors
    assert [data for _, _, data in content(test)] == [odf("XT", FeedFlag="T")]
    times = [each.recv for each in read_capture(out)]
    window = tmp_path / "w.capture"
    child = children(
        "capture", "record", str(window), "--data", str(house.data), "--window", str(times[1]), str(times[3])
    )
    assert await asyncio.to_thread(child.ended) == 0, child.errors
    assert [each.recv for each in read_capture(window)] == times[1:3]


async def test_a_service_that_does_not_run_is_recorded(tmp_path: Path, children: Start):
    """Its broker is started for as long, and the folder is free afterwards."""
    async with opened(tmp_path / "data") as house:
        await house.store(odf("XA"))
    child = children("capture", "record", str(tmp_path / "a"), "--data", str(tmp_path / "data"))
    assert await asyncio.to_thread(child.ended) == 0, child.errors
    assert [data for _, _, data in content(tmp_path / "a")] == [odf("XA")]
    async with opened(tmp_path / "data") as house:
        assert (await house.get("/v1/log"))[1]["tip"] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_following_goes_on_until_it_is_stopped(
    house: House, tmp_path: Path, children: Start, number: signal.Signals
):
    """What arrives meanwhile is in the file after the end, and the next recording goes on there."""
    out = tmp_path / "a"
    await house.store(odf("XA"))
    child = children("capture", "record", str(out), "--data", str(house.data), "--follow")
    await wait_until(lambda: "going on" in "".join(child.errors))
    await house.store(odf("XA", 2))
    assert await asyncio.to_thread(child.stop, number) == 0, child.errors
    assert [data for _, _, data in content(out)] == [odf("XA"), odf("XA", 2)]


def test_a_folder_without_a_service_is_told(tmp_path: Path):
    """Nothing is made there: a wrong name must not look like an empty service."""
    with pytest.raises(BrokerError, match="no service has its data") as raised:
        feed("record", tmp_path / "a", "--data", tmp_path / "nothing")
    assert "--data" in raised.value.hint
    assert not (tmp_path / "nothing").exists()


async def test_the_proxy_records_and_passes_on(house: House, tmp_path: Path, children: Start):
    """`ready` names its address; a signal ends it with a whole file, even one without warning."""
    out = tmp_path / "a"
    for number, version in ((signal.SIGTERM, 1), (signal.SIGKILL, 2), (signal.SIGINT, 3)):
        child = children("capture", "proxy", str(out), "--url", house.url, "--port", "0")
        (line,) = await child.lines(1)
        venue = House(line.removeprefix("ready ").strip(), house.data, house.service, house.running)
        status, body = await venue.post(odf("XP", version))
        assert (status, body["count"]) == (200, 1)
        code = await asyncio.to_thread(child.stop, number)
        assert code == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    assert [data for _, _, data in content(out)] == [odf("XP", version) for version in (1, 2, 3)]


def test_show_tells_what_is_in_a_capture(tmp_path: Path):
    """By source, type, origin and hour; first, last, sizes; each document with --list; as JSON with --json."""
    hour = 3_600_000_000
    documents = [(hour * number + 5, f"S{number % 2}", odf("XA", number + 1)) for number in range(3)]
    path = capture_of(tmp_path / "a", *documents, (4 * hour, "", b"no xml"))
    text = feed("show", path).output
    for part in ("4 documents", "1970-01-01T00:00:00.000005Z", "1970-01-01T04:00:00", "DT_RESULT", "S0", "to 1"):
        assert part in text
    counts = json.loads(feed("show", path, "--json").output)
    assert counts["sources"] == {"S0": 2, "S1": 1, "": 1}
    assert counts["types"] == {"DT_RESULT": 3, "odf": 1}
    assert list(counts["hours"]) == [f"1970-01-01T0{number}Z" for number in (0, 1, 2, 4)]
    assert (counts["documents"], counts["file_bytes"], counts["lost"]) == (4, path.stat().st_size, [])
    assert counts["busiest_second"] == counts["busiest_minute"] | {"at": 0} == {"documents": 1, "at": 0}
    assert (counts["units"], counts["fields_in_use"]) == (1, {"median": 0, "most": 0})
    assert "1 units with results" in text
    assert "3 sources" in text
    lines = feed("show", path, "--list").output.splitlines()
    assert len(lines) == 4
    assert lines[0].split() == ["1970-01-01T00:00:00.000005Z", "S0", "DT_RESULT", str(len(documents[0][2])), "recorded"]
    path.write_bytes(path.read_bytes()[:-1])
    result = feed("show", path)
    assert "0 documents" in result.stdout
    assert "a torn block at the end at offset 8" in result.stderr


def test_cut_takes_a_part(tmp_path: Path):
    """By time and by source, into a new file only."""
    path = capture_of(tmp_path / "a", *((number * 1_000_000, f"S{number % 2}", b"%d" % number) for number in range(10)))
    feed("cut", path, "--window", "1970-01-01T00:00:02", "1970-01-01T02:00:08+02:00", "--out", tmp_path / "b")
    assert [data for _, _, data in content(tmp_path / "b")] == [b"%d" % number for number in range(2, 8)]
    feed("cut", path, "--source", "S1", "--window", 5_000_000, "-", "--out", tmp_path / "c")
    assert [data for _, _, data in content(tmp_path / "c")] == [b"5", b"7", b"9"]
    with pytest.raises(FeedError, match="exists already"):
        feed("cut", path, "--out", tmp_path / "c")
    assert len(content(tmp_path / "c")) == 3


def test_what_cannot_be_written_is_not_counted(tmp_path: Path, children: Start):
    """The mistake alone is told: no document was to be written into a file that is there."""
    path = capture_of(tmp_path / "a", (1, "S", b"1"))
    child = children("capture", "cut", str(path), "--out", str(path))
    assert child.ended() == 1
    assert "exists already" in "".join(child.errors)
    assert "0 documents" not in "".join(child.errors)


def test_cut_saves_what_is_whole(tmp_path: Path):
    """Damage is an error, and with --salvage a line."""
    path = tmp_path / "a"
    for recv in range(3):
        capture_of(path, (recv, "S", b"%d" % recv))
    raw = bytearray(path.read_bytes())
    raw[8 + 40] ^= 1
    path.write_bytes(raw)
    with pytest.raises(FeedError, match=r"damaged block at offset 8: .*, documents lost: 1"):
        feed("cut", path, "--out", tmp_path / "b")
    result = feed("cut", path, "--salvage", "--out", tmp_path / "c")
    assert "a damaged block at offset 8" in result.stderr
    assert [data for _, _, data in content(tmp_path / "c")] == [b"1", b"2"]


def test_merge_is_by_time_and_stable(tmp_path: Path):
    """Of equal times the capture named first comes first."""
    one = capture_of(tmp_path / "a", (1, "A", b"1"), (5, "A", b"2"), (5, "A", b"3"))
    other = capture_of(tmp_path / "b", (0, "B", b"0"), (5, "B", b"4"), (9, "B", b"5"))
    feed("merge", one, other, "--out", tmp_path / "c")
    assert [data for _, _, data in content(tmp_path / "c")] == [b"0", b"1", b"2", b"3", b"4", b"5"]


def test_anonymize_leaves_no_name(tmp_path: Path):
    """Not in the bytes of the file nor in what it holds; the same seed gives the same bytes; the rest is told."""
    documents = [(number, "S", document) for number, (_, document) in enumerate(meet(1))]
    path = capture_of(tmp_path / "a", *documents, (99, "S", b"Corvelo"))
    result = feed("anonymize", path, "--seed", "7", "--out", tmp_path / "b")
    assert "documents left out: 1 (not well-formed XML)" in result.stderr
    raw = (tmp_path / "b").read_bytes()
    held = b"".join(data for _, _, data in content(tmp_path / "b"))
    for runner in RUNNERS:
        for word in (runner.family, runner.id, f'"{runner.given}"'):
            assert word.encode() not in raw + held
    assert len(content(tmp_path / "b")) == len(documents)
    feed("anonymize", path, "--seed", "7", "--out", tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == raw
    feed("anonymize", path, "--out", tmp_path / "d")
    assert (tmp_path / "d").read_bytes() != raw


@pytest.mark.parametrize(
    "arguments, told",
    [(("--url", "nonsense"), "nonsense is no address"), (("--port", "99999"), "99999 is not in the range")],
)
def test_a_proxy_says_at_once_where_it_cannot_be(
    tmp_path: Path, arguments: tuple[str, ...], told: str, children: Start
):
    """Not when the first document comes, and never at another port than the one named."""
    child = children("capture", "proxy", str(tmp_path / "a"), *arguments)
    assert child.ended() in {1, 2}
    assert told in "".join(child.errors)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    "arguments, told",
    [
        (("show",), "is not a capture"),
        (("cut", "--window", "yesterday", "-"), "is no moment"),
        (("cut", "--window", "2030-01-02", "2030-01-01"), "the window ends before it begins"),
        (("merge",), "is not a capture"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, arguments: tuple[str, ...], told: str, children: Start):
    """With what to do next, and an exit code; no file is left behind."""
    path = tmp_path / "a"
    path.write_bytes(b"<OdfBody/>")
    out = () if arguments[0] == "show" else ("--out", str(tmp_path / "b"))
    child = children("capture", *arguments, str(path), *out)
    assert child.ended() in {1, 2}
    assert told in "".join(child.errors)
    assert "Traceback" not in "".join(child.errors)
    assert not (tmp_path / "b").exists()


async def test_a_service_takes_anonymous_documents(house: House, tmp_path: Path):
    """What was taken out is missed by no rule: the same messages, with the same ranks and calls."""
    documents = [document for _, document in meet(1)]
    path = capture_of(tmp_path / "a", *((number, "S", document) for number, document in enumerate(documents)))
    await asyncio.to_thread(feed, "anonymize", path, "--out", tmp_path / "b")
    await house.store(*(data for _, _, data in content(tmp_path / "b")))
    _, page = await house.get("/v1/log?type=result")
    last = page["messages"][-1]["body"]
    assert len(page["messages"]) == len(documents)
    assert [row["rank"] for row in last["competitors"]] == ["1", "2", "3", "4", "5", "6", None, None]
    assert (last["competitors"][0]["noc"], last["competitors"][0]["result"]) == ("JAM", "10.788")
    assert "Bellamy" not in json.dumps(page)
