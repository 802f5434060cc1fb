"""Structured logs on standard error: one JSON object a line, or coloured text on a terminal. Never a secret."""

import logging
import sys

import structlog

from feed.errors import SettingsError
from feed.masking import masked

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def _masked(_: logging.Logger, __: str, line: str) -> str:
    """Behind the renderer: whatever a line was made of, also an exception's text."""
    return masked(line)


def set_up_logs(level: str) -> None:
    """Send every logger of the program through one formatter; raises SettingsError for a level that is none."""
    if level.upper() not in LEVELS:
        raise SettingsError(f"log_level {level!r} is unknown", hint=f"Known: {', '.join(LEVELS).lower()}.")
    on_terminal = sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        *([] if on_terminal else [structlog.processors.format_exc_info]),  # the console formats them itself
    ]
    renderer = structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        # behind the renderer comes its text, not the dict of an event
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, _masked],  # type: ignore[list-item]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
