"""The `feed` command: one entry point, one file per command in feed/commands."""

import sys
from importlib import import_module
from keyword import iskeyword
from typing import Final

import click

from feed.errors import FeedError

COMMANDS: Final = frozenset(
    (
        *("up", "ingest", "serve", "derive", "push", "demo", "tail", "get", "keys", "quarantine", "replay", "capture"),
        *("simulate", "import", "verify", "load", "export"),
    )
)


class Commands(click.Group):
    """Imports a command when it is asked for: a service would hold what the others need for as long as it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One by its name; for a name that is none all are there, so that click may say which was meant."""
        for name in {cmd_name} if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.add_command(_imported(name))
        return super().get_command(ctx, cmd_name)


def _imported(name: str) -> click.Command:
    known_as = f"{name}_" if iskeyword(name) else name
    command: click.Command = getattr(import_module(f"feed.commands.{known_as}"), known_as)
    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="olympic-results-feed", prog_name="feed")
def cli() -> None:
    """Olympic results in real time: from the venue's bytes to every subscriber, exactly.

    Start with `feed demo`, or `feed up` and then `feed tail`.
    """


def main() -> None:
    """Run a command; a failure of ours is one clear line and exit code 1."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except FeedError as error:
        click.secho(f"feed: {error.detail}", fg="red", err=True)
        if error.hint:
            click.secho(f"  {error.hint}", err=True)
        sys.exit(1)
