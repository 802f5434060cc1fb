import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from replay.capture import read_capture
from tests.service_fixture import Child


def simulated(folder: Path, name: str, **environment: str) -> tuple[bytes, bytes]:
    """Capture and truth of a small Games, made by a program of its own."""
    out, truth = folder / f"{name}.cap", folder / f"{name}.truth"
    named = ("--seed", "5", "--out", str(out), "--truth", str(truth))
    made = subprocess.run(
        [sys.executable, "-m", "feed", "simulate", *named],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "documents in" in made.stdout
    return out.read_bytes(), truth.read_bytes()


def test_the_same_seed_gives_the_same_bytes_everywhere(tmp_path: Path):
    """Under another hash seed, time zone and locale; capture and truth."""
    first = simulated(tmp_path, "one", PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    other = simulated(tmp_path, "other", PYTHONHASHSEED="77", TZ="Pacific/Kiritimati", LC_ALL="tr_TR.UTF-8")
    assert [hashlib.sha256(each).hexdigest() for each in first] == [hashlib.sha256(each).hexdigest() for each in other]


def test_a_capture_says_that_it_is_synthesised(tmp_path: Path):
    """With the sender of each document and rising times."""
    simulated(tmp_path, "one")
    documents = list(read_capture(tmp_path / "one.cap"))
    assert {each.origin for each in documents} == {"synthesised"}
    assert {each.format for each in documents} == {"odf"}
    assert {"ODS1", "VAHATH1"} <= {each.source for each in documents}
    times = [each.recv for each in documents]
    assert times == sorted(times)


def test_what_is_there_is_not_written_over(tmp_path: Path, children: Callable[..., Child]):
    """One clear line, and the file is as it was."""
    there = tmp_path / "old.cap"
    there.write_bytes(b"mine")
    child = children("simulate", "--out", str(there), "--truth", str(tmp_path / "new.truth"))
    assert child.ended() == 1
    assert "is there already" in "".join(child.errors)
    assert there.read_bytes() == b"mine"
    assert not (tmp_path / "new.truth").exists()


def test_capture_and_truth_are_two_files(tmp_path: Path, children: Callable[..., Child]):
    """Both in one would be neither."""
    child = children("simulate", "--out", str(tmp_path / "one"), "--truth", str(tmp_path / "one"))
    assert child.ended() == 1
    assert "cannot be the capture and the truth" in "".join(child.errors)
    assert not (tmp_path / "one").exists()


def test_what_cannot_be_finished_is_removed(tmp_path: Path, children: Callable[..., Child]):
    """A capture that cannot be written leaves no truth behind, and the command can be repeated."""
    (tmp_path / "out").symlink_to(tmp_path / "gone" / "out")
    child = children("simulate", "--out", str(tmp_path / "out"), "--truth", str(tmp_path / "truth"))
    assert child.ended() == 1
    assert "cannot be written" in "".join(child.errors)
    assert not (tmp_path / "truth").exists()
