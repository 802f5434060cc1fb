import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from feed.errors import SettingsError
from feed.logs import set_up_logs


class Screen(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.fixture(autouse=True)
def kept_root() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def written(monkeypatch: pytest.MonkeyPatch, level: str, *, terminal: bool = False) -> Screen:
    screen = Screen(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    set_up_logs(level)
    return screen


def test_a_line_is_one_json_object(monkeypatch: pytest.MonkeyPatch):
    """Level, logger, time in UTC, the text and the extras; an exception stays on the line."""
    screen = written(monkeypatch, "info")
    log = logging.getLogger("feed.test")
    log.debug("not shown")
    log.info("stream %s is full", "RAW", extra={"flag": "P"})
    log.error("it failed", exc_info=ValueError("line one\nline two"))
    first, second = map(json.loads, screen.getvalue().splitlines())
    assert first.pop("timestamp").endswith("Z")
    assert first == {"event": "stream RAW is full", "level": "info", "logger": "feed.test", "flag": "P"}
    assert "ValueError: line one\nline two" in second["exception"]


def test_on_a_terminal_it_is_text(monkeypatch: pytest.MonkeyPatch):
    """Readable lines with the exception under them, and no complaint about how it is set up."""
    screen = written(monkeypatch, "warning", terminal=True)
    logging.getLogger("feed.test").warning("it failed", exc_info=ValueError("it broke"))
    text = screen.getvalue()
    assert "it failed" in text
    assert "it broke" in text
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(text)


@pytest.mark.parametrize("terminal", [True, False])
def test_no_line_has_a_secret(monkeypatch: pytest.MonkeyPatch, terminal: bool):  # noqa: FBT001 - a case
    """Neither in its text, nor in an extra, nor in an exception: whatever library wrote it."""
    secret = "feed_0a1b2c3d_" + "s" * 43
    screen = written(monkeypatch, "info", terminal=terminal)
    log = logging.getLogger("aiohttp.server")
    log.info("Error handling GET /v1/log?key=%s", secret, extra={"presented": secret})
    log.error("it failed", exc_info=ValueError(f"b'GET /v1/stream?ticket={secret} HTTP/1.1'"))
    text = screen.getvalue()
    assert "s" * 43 not in text
    assert "key=***" in text or "key=feed_0a1b2c3d_***" in text


def test_an_unknown_level_is_named():
    """A level that is none refuses to start, and says which there are."""
    with pytest.raises(SettingsError, match="'loud'") as caught:
        set_up_logs("loud")
    assert "warning" in caught.value.hint
