import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from feed.errors import BrokerError
from feed.stream.child import find_server
from feed.stream.folder import FolderLock, kill_stale, require_room


def test_a_claimed_folder_is_refused_with_folder_and_owner(tmp_path: Path):
    """The second claim names the folder and the process that holds it."""
    FolderLock(tmp_path).acquire()
    with pytest.raises(BrokerError) as refused:
        FolderLock(tmp_path).acquire()
    assert str(tmp_path) in refused.value.detail
    assert f"process {os.getpid()}" in refused.value.detail
    assert refused.value.hint


def test_a_released_folder_can_be_claimed(tmp_path: Path):
    """Release gives the folder up, and may be called again."""
    lock = FolderLock(tmp_path)
    lock.acquire()
    lock.release()
    lock.release()
    FolderLock(tmp_path).acquire()


def test_a_killed_owner_holds_nothing(tmp_path: Path):
    """The claim ends with its process, however that ended; its number in the file does not count."""
    code = f"import time, pathlib, feed.stream.folder as f; l = f.FolderLock(pathlib.Path({str(tmp_path)!r}))"
    code += "; l.acquire(); print('mine', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as owner, ExitStack() as ends:
        ends.callback(owner.kill)
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"mine\n"
        with pytest.raises(BrokerError, match=f"process {owner.pid}"):
            FolderLock(tmp_path).acquire()
        owner.kill()
    FolderLock(tmp_path).acquire()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    """A file where the folder should be gives one line with the path."""
    (tmp_path / "file").touch()
    with pytest.raises(BrokerError, match="file/data"):
        FolderLock(tmp_path / "file" / "data").acquire()


def test_a_full_disk_is_refused_by_name(tmp_path: Path):
    """Too little free space names the folder and both sizes."""
    free = shutil.disk_usage(tmp_path).free
    require_room(tmp_path, free // 2)
    with pytest.raises(BrokerError, match=f"{tmp_path}: only .* MB free, at least .* MB"):
        require_room(tmp_path, free * 2)


def test_a_broker_left_behind_is_killed(tmp_path: Path):
    """A nats-server that runs with our configuration file is ended before a new one starts."""
    configuration = tmp_path / "nats.conf"
    configuration.write_text('listen: "127.0.0.1:-1"')
    with (
        subprocess.Popen([find_server(), "-c", configuration], stderr=subprocess.DEVNULL) as stale,
        ExitStack() as ends,
    ):
        ends.callback(stale.kill)
        while not Path(f"/proc/{stale.pid}/cmdline").read_bytes():
            assert stale.poll() is None
        (tmp_path / "pid").write_text(str(stale.pid))
        assert kill_stale(tmp_path / "pid", configuration)
        assert stale.wait(5) == -signal.SIGKILL


def test_a_number_that_belongs_to_another_program_is_left_alone(tmp_path: Path):
    """Process numbers are used again: only one with our configuration in its arguments is killed."""
    with subprocess.Popen(["sleep", "60"]) as other, ExitStack() as ends:  # noqa: S607 - any program will do
        ends.callback(other.kill)
        (tmp_path / "pid").write_text(str(other.pid))
        assert not kill_stale(tmp_path / "pid", tmp_path / "nats.conf")
        assert other.poll() is None


@pytest.mark.parametrize("content", ["", "no number", "999999999"])
def test_a_useless_pid_file_is_no_obstacle(tmp_path: Path, content: str):
    """An empty, broken or outdated pid file means nothing to kill."""
    (tmp_path / "pid").write_text(content)
    assert not kill_stale(tmp_path / "pid", tmp_path / "nats.conf")
    assert not kill_stale(tmp_path / "absent", tmp_path / "nats.conf")
