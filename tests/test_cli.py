import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from feed.cli import main

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
    wanted = ("up", "demo", "tail", "get") if not name else ("--help", "Options:")
    assert all(each in text for each in wanted)


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
