import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from feed.cli import COMMANDS, main
from tests.service_fixture import ROOT

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process: (exit code, output, errors)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["feed", *arguments])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize("name", ["", "up", "demo", "tail", "get"])
def test_the_commands_explain_themselves(run: Run, name: str):
    """`feed --help` lists the commands, and each has its own help."""
    code, text, errors = run(*name.split(), "--help")
    assert (code, errors) == (0, "")
    assert text.startswith("Usage: ")
    assert f"feed {name}".rstrip() in text.splitlines()[0]
    wanted = [f"  {each} " for each in COMMANDS] if not name else ("--help", "Options:")
    assert all(each in text for each in wanted)


def test_a_service_holds_no_code_that_it_does_not_run():
    """Tokens, traces and the other commands are imported by who asks for them; it would keep them for ever."""
    code = "import sys; from feed.cli import cli; cli(['up', '--help'], standalone_mode=False); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in told.stdout.splitlines()[-1].split()}
    assert {"feed", "aiohttp", "uvloop"} <= loaded
    assert not loaded & {"replay", "hdrh", "pyarrow", "jwt", "cryptography", "opentelemetry"}


def test_a_name_that_was_mistyped_is_guessed(run: Run):
    """Among all commands, also those that nobody has imported yet."""
    assert "'simulate'" in run("simulat")[2]


@pytest.mark.parametrize("arguments", [("fly",), ("up", "--prot"), ("up", "--port", "abc"), ("demo", "--speed", "0")])
def test_a_wrong_command_line_is_told(run: Run, arguments: tuple[str, ...]):
    """Exit 2 with the word that is wrong."""
    code, text, errors = run(*arguments)
    assert (code, text) == (2, "")
    assert arguments[-1] in errors


@pytest.mark.parametrize(
    "file, environment, named",
    [
        ("prot = 1", {}, "prot"),
        ("answer_ms = 1", {}, "answer_ms"),
        ("port =", {}, "settings.toml"),
        ('[competitions.XA]\nzone = "Europe/Atlantis"', {}, "Europe/Atlantis"),
        ("", {"FEED_PROT": "1"}, "prot"),
        ("", {"FEED_ANSWER_MS": "soon"}, "answer_ms"),
        ("", {"FEED_LOG_LEVEL": "loud"}, "loud"),
    ],
)
def test_a_wrong_setting_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, environment: dict[str, str], named: str
):
    """An unknown or wrong setting refuses to start, exit 1, and names it."""
    settings = tmp_path / "settings.toml"
    settings.write_text(file)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    code, text, errors = run("up", "--port", "0", "--data", str(tmp_path / "data"), "--config", str(settings))
    assert (code, text) == (1, "")
    assert errors.startswith("feed: ")
    assert named in errors.splitlines()[0]
    assert not (tmp_path / "data").exists()
