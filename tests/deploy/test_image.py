"""deploy/Dockerfile, read by hadolint and by us: nothing here builds it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service_fixture import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
IGNORED = ROOT / "deploy" / "Dockerfile.dockerignore"


def lint(file: Path) -> str:
    """What hadolint has to say of a Dockerfile."""
    done = subprocess.run([Path(sys.executable).parent / "hadolint", file], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def found(text: str) -> list[str]:
    """What is wrong with the stage that is shipped, and with what goes into it."""
    _, build, shipped = re.split(r"^FROM ", text, flags=re.MULTILINE)
    users = re.findall(r"^USER (.+)$", shipped, re.MULTILINE)
    steps = {
        "bases are named by version": all(re.match(r"python:3\.11-\S+", stage) for stage in (build, shipped)),
        "it runs as a number, so that others see it is not root": users == ["10001:10001"],
        "packages are checked by their hashes": "pip install --require-hashes -r requirements.lock" in build,
        "packages are installed before sources are copied": build.index("-r requirements.lock")
        < build.index("COPY feed"),
        "nothing is installed into what is shipped": "pip install" not in shipped,
        "its end is asked for politely": "STOPSIGNAL SIGTERM" in shipped,
        "its health is asked for": "/healthz" in shipped,
        "streams are in a volume": "VOLUME /data" in shipped,
        "nothing secret is in it": not re.search(r"(?i)(password|secret|token|_key)\s*=", text),
    }
    return [step for step, holds in steps.items() if not holds]


def test_hadolint_has_nothing_to_say():
    """The linter of the trade, with all its rules."""
    assert lint(DOCKERFILE) == ""


def test_it_is_built_as_it_must_be():
    """What no linter knows of us."""
    assert found(DOCKERFILE.read_text()) == []


@pytest.mark.parametrize(
    "from_, to",
    [
        ("USER 10001:10001\n", ""),
        ("USER 10001:10001", "USER feed"),
        ("--require-hashes ", ""),
        ("ENTRYPOINT", "ENV FEED_NATS_PASSWORD=x\nENTRYPOINT"),
        ("STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL"),
        ("FROM python:3.11-slim-bookworm\n", "FROM python:latest\n"),
    ],
)
def test_what_is_wrong_is_found(from_: str, to: str):
    """Each rule fails for what it forbids."""
    text = DOCKERFILE.read_text()
    assert from_ in text
    assert len(found(text.replace(from_, to))) == 1


def test_the_linter_reads(tmp_path: Path):
    """It does find what is wrong."""
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /tmp\n")
    assert "DL3006" in lint(tmp_path / "Dockerfile")


def test_what_is_copied_is_there_and_nothing_else_is_sent():
    """Each source of COPY exists and is let through to the build, and only those are."""
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(), re.MULTILINE)
        for name in line.split()
    }
    lines = [line for line in IGNORED.read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
