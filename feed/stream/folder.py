"""The data folder: owned by one process at a time, with room on its disk, and free of brokers left behind."""

import contextlib
import fcntl
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Final

from feed.errors import BrokerError

LEAST_FREE: Final = 64 << 20  # bytes; below this a start would only fail later, with publishes nobody answers
STALE_LIMIT: Final = 5.0  # seconds a killed broker may take to be gone


class FolderLock:
    """An exclusive claim on a data folder, held by the kernel until `release` or the end of this process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Make the folder if needed and claim it. Raises BrokerError that names folder and owner, or why it failed."""
        folder = self._path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise BrokerError(f"data folder {folder}: {problem.strerror}", hint="choose another --data") from problem
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            owner = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise BrokerError(
                f"data folder {folder} is in use by process {owner}",
                hint="stop that process, or choose another folder with --data",
            ) from problem
        self._descriptor = descriptor
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        except OSError:  # a full disk: the claim holds, only its owner's number is missing
            os.ftruncate(descriptor, 0)

    def release(self) -> None:
        """Give the folder up; safe to call twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def require_room(folder: Path, least: int = LEAST_FREE) -> None:
    """Raise BrokerError when the folder's disk has less than `least` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < least:
        raise BrokerError(
            f"data folder {folder}: only {free >> 20} MB free, at least {least >> 20} MB are needed",
            hint="free some space, or choose a folder on another disk with --data",
        )


def kill_stale(pid_file: Path, configuration: Path) -> bool:
    """End the broker that an earlier run left behind with our configuration; tell whether there was one.

    Only to be called by the holder of the folder's lock: then whatever still runs with its configuration has no
    owner. A number that meanwhile belongs to another program is left alone. Raises BrokerError if it will not go.
    """
    try:
        pid = int(pid_file.read_text("ascii"))
    except (OSError, ValueError):
        return False
    if not _runs_with(pid, configuration):
        return False
    deadline = time.monotonic() + STALE_LIMIT
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    while _runs_with(pid, configuration):
        if time.monotonic() > deadline:
            raise BrokerError(f"a broker left behind (process {pid}) cannot be ended", hint="end it and start again")
        time.sleep(0.01)
    return True


def _runs_with(pid: int, configuration: Path) -> bool:
    """Tell whether process `pid` is a program started with this configuration file (a zombie has no arguments)."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(configuration) in arguments
