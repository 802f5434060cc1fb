import asyncio
import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace

import feed.ingest.worker
from feed.candidate import Attachment, Candidate, Decoded, Receipt
from feed.errors import OutcomeUnknownError
from feed.ingest.room import INTERVAL_SECONDS_MAX, Steps
from feed.ingest.worker import GIVEN_BYTES, LEISURE, LONG_BYTES, LONG_NICENESS, PORTION, Worker, Workers
from schemas.message import BodyRef
from tests.core.makers import candidate
from tests.service_fixture import wait_until

RECEIPT = Receipt(0, None, {}.get)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="nothing is idle by rule elsewhere")


def many(document: bytes, _: Receipt) -> Decoded:
    """A decoder: as many candidates as the document says."""
    return Decoded(tuple(candidate(version) for version in range(1, int(document) + 1)), flag="P")


def pictured(document: bytes, _: Receipt) -> Decoded:
    """A decoder: as many candidates as the document says, each with content of its own."""
    contents = [b"%d" % number for number in range(int(document))]
    ref = BodyRef(sha256="0" * 64, bytes=1, media="image/png")
    return Decoded(tuple(replace(candidate(), attached=(Attachment(ref, each),)) for each in contents))


def kept(document: bytes, _: Receipt) -> Decoded:
    """A decoder that tells what is still there of the document before."""
    return Decoded(version=len(feed.ingest.worker._decoded.candidates))


def echoed(document: bytes, _: Receipt) -> Decoded:
    """A decoder that tells what it was given, and how much of the processor it asks for."""
    return Decoded(flag=hashlib.sha256(document).hexdigest(), version=os.nice(0))


def policed(document: bytes, _: Receipt) -> Decoded:
    """A decoder that tells by which rule it gets the processor, and how much of it it asks for."""
    return Decoded(flag=str(os.sched_getscheduler(0)), version=os.nice(0))


def never_idle(document: bytes, receipt: Receipt) -> Decoded:
    """A decoder for which no core has time to spare; tells as `policed` where it is given a share."""
    if os.sched_getscheduler(0) == os.SCHED_IDLE:
        time.sleep(60)
    return policed(document, receipt)


def place_of(document: bytes, _: Receipt) -> Decoded:
    """A decoder that tells where it runs."""
    return Decoded(flag=str(os.getpid()))


def dies(document: bytes, _: Receipt) -> Decoded:
    """A decoder that its document kills."""
    os.kill(os.getpid(), signal.SIGKILL)
    return Decoded()


def lingers(document: bytes, _: Receipt) -> Decoded:
    """A decoder that is not through for a long time; it leaves a file when it begins."""
    Path(document.decode().rstrip()).touch()
    time.sleep(60)
    return Decoded()


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(feed.ingest.worker, "LEISURE_SECONDS", 60.0)  # other tests leave no core anything to spare
    workers = Workers()
    yield workers
    workers.close()


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.close()


@pytest.mark.parametrize("count", [0, 1, PORTION, 2 * PORTION + 1])
async def test_a_document_comes_back_whole(worker: Worker, count: int):
    """All candidates in their order, however many portions they take."""
    decoded = await worker.decode(many, b"%d" % count, RECEIPT)
    assert [_version(each) for each in decoded.candidates] == list(range(1, count + 1))
    assert decoded.flag == "P"


async def test_what_is_attached_comes_with_its_candidate(worker: Worker):
    """Every picture, and afterwards the process keeps none of them: it waits for the next long document for days."""
    decoded = await worker.decode(pictured, b"%d" % (PORTION + 1), RECEIPT)
    assert [each.attached[0].content for each in decoded.candidates] == [b"%d" % n for n in range(PORTION + 1)]
    assert (await worker.decode(kept, b"", RECEIPT)).version == 0


async def test_a_document_is_handed_over_whole(worker: Worker):
    """However many portions it takes, also after one that was longer; the loop and the broker go before."""
    for size in (3 * GIVEN_BYTES + 1, GIVEN_BYTES, 0, 2 * GIVEN_BYTES):
        document = os.urandom(size)
        decoded = await worker.decode(echoed, document, RECEIPT)
        assert decoded.flag == hashlib.sha256(document).hexdigest()
        assert decoded.version > os.nice(0)


async def test_decoding_runs_in_another_process_that_stays(worker: Worker):
    """Started once, not for each document."""
    first = await worker.decode(place_of, b"", RECEIPT)
    assert first == await worker.decode(place_of, b"", RECEIPT)
    assert first.flag != str(os.getpid())


async def test_nobody_waits_for_a_long_one(workers: Workers, tmp_path: Path):
    """What is shorter has a process of its own; both end with their owner."""
    begun = tmp_path / "begun"
    document = str(begun).encode().ljust(LONG_BYTES + 1)
    decoding = asyncio.create_task(workers.decode(lingers, document, RECEIPT))
    await wait_until(begun.exists)
    assert len((await asyncio.wait_for(workers.decode(many, b"3", RECEIPT), 10)).candidates) == 3
    workers.close()
    with pytest.raises(OutcomeUnknownError):
        await asyncio.wait_for(decoding, 5)


@pytest.mark.skipif(os.nice(0) + LONG_NICENESS > 19, reason="we are as nice as can be ourselves")
async def test_long_ones_leave_the_processor_too(workers: Workers):
    """A list goes behind a result of 150 kB, and that behind the loop and the broker."""
    short, long = [await workers.decode(echoed, document, RECEIPT) for document in (b"", b" " * (LONG_BYTES + 1))]
    assert os.nice(0) < (short.version or 0) < (long.version or 0)


@on_linux
async def test_long_ones_get_what_nobody_else_wants(workers: Workers):
    """A list runs where a core has nothing else to do; what is shorter has its share."""
    short, long = [await workers.decode(policed, document, RECEIPT) for document in (b"", b" " * (LONG_BYTES + 1))]
    assert (short.flag, long.flag) == (str(os.SCHED_OTHER), str(os.SCHED_IDLE))


@on_linux
async def test_a_long_one_is_decoded_though_no_core_has_time(workers: Workers, monkeypatch: pytest.MonkeyPatch):
    """After a while it gets a share, and so do those that come soon after it; later ones are patient again."""
    document = b" " * (LONG_BYTES + 1)
    assert (await workers.decode(policed, document, RECEIPT)).flag == str(os.SCHED_IDLE)
    with monkeypatch.context() as hurried:
        hurried.setattr(feed.ingest.worker, "LEISURE_SECONDS", 0.1)
        hurried.setattr(feed.ingest.worker, "LEISURE_BYTES_A_SECOND", 1 << 40)
        decoded = await asyncio.wait_for(workers.decode(never_idle, document, RECEIPT), 20)
    assert decoded.flag == str(os.SCHED_OTHER)
    assert decoded.version == min(os.nice(0) + LONG_NICENESS, 19)
    assert (await workers.decode(policed, document, RECEIPT)).flag == str(os.SCHED_OTHER)
    monkeypatch.setattr(workers, "_busy_until", 0.0)
    assert (await workers.decode(policed, document, RECEIPT)).flag == str(os.SCHED_IDLE)


@on_linux
def test_a_process_starts_where_there_is_no_such_rule(monkeypatch: pytest.MonkeyPatch):
    """Where it may not be asked for, or is not known, a process is nice and no more."""
    settled: list[str] = []

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "nice", lambda niceness: settled.append(f"nice {niceness}"))
    monkeypatch.setattr(feed.ingest.worker, "end_with_parent", lambda: settled.append("ends with us"))
    feed.ingest.worker._settle_in(LEISURE)
    assert settled == [f"nice {LONG_NICENESS}", "ends with us"]


async def test_what_comes_back_leaves_room(workers: Workers, monkeypatch: pytest.MonkeyPatch):
    """Of a long document, behind each portion; of one that is not, nobody waits for that."""
    rests: list[float] = []

    async def rest(steps: Steps) -> None:
        rests.append(steps._interval)
        await asyncio.sleep(0)

    monkeypatch.setattr(Steps, "pause", rest)
    count = b"%d" % (2 * PORTION + 1)
    await workers.decode(many, count.ljust(LONG_BYTES + 1), RECEIPT)
    assert rests == [INTERVAL_SECONDS_MAX] * 3
    assert workers._long._room is workers._leisurely._room is workers.room
    assert workers._middling._room is not workers.room


async def test_a_document_that_kills_the_process_harms_only_itself(worker: Worker):
    """Its sender is told to send again; the next document gets a new process."""
    with pytest.raises(OutcomeUnknownError):
        await worker.decode(dies, b"", RECEIPT)
    assert len((await worker.decode(many, b"3", RECEIPT)).candidates) == 3


async def test_closing_does_not_wait_for_what_is_being_decoded(worker: Worker, tmp_path: Path):
    """The process ends at once, so that a long document does not hold up the end of the service."""
    begun = tmp_path / "begun"
    decoding = asyncio.create_task(worker.decode(lingers, str(begun).encode(), RECEIPT))
    await wait_until(begun.exists)
    worker.close()
    with pytest.raises(OutcomeUnknownError):
        await asyncio.wait_for(decoding, 5)


async def test_a_document_that_is_given_up_holds_up_nobody(worker: Worker, tmp_path: Path):
    """Its process ends with the wait for it, and the next document gets a new one."""
    begun = tmp_path / "begun"
    decoding = asyncio.create_task(worker.decode(lingers, str(begun).encode(), RECEIPT))
    await wait_until(begun.exists)
    decoding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await decoding
    decoded = await asyncio.wait_for(worker.decode(many, b"3", RECEIPT), 10)
    assert len(decoded.candidates) == 3


async def test_who_gives_up_waiting_for_a_turn_harms_nobody(worker: Worker, tmp_path: Path):
    """The document that is being decoded goes on, in the process that it has."""
    number = (await worker.decode(place_of, b"", RECEIPT)).flag
    begun = tmp_path / "begun"
    decoding = asyncio.create_task(worker.decode(lingers, str(begun).encode(), RECEIPT))
    await wait_until(begun.exists)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(worker.decode(many, b"3", RECEIPT), 0.05)
    with pytest.raises(TimeoutError):
        await worker.decode(many, b"3", RECEIPT, limit=0.05)
    assert not decoding.done()
    assert psutil.Process(int(number or 0)).is_running()


def test_the_process_ends_with_a_parent_that_is_killed():
    """Nobody is left to stop it then."""
    code = (
        "import asyncio, sys\n"
        "from feed.ingest.worker import Worker\n"
        "from tests.ingest.test_worker import RECEIPT, place_of\n"
        "async def main():\n"
        "    print((await Worker().decode(place_of, b'', RECEIPT)).flag, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    number = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
    parent.stdout.close()


def _version(each: Candidate) -> int | None:
    return each.message.version
