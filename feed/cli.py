"""The `feed` command: one entry point, one file per command in feed/commands."""

import sys

import click

from feed.commands import (
    capture,
    demo,
    derive,
    export,
    get,
    import_,
    ingest,
    keys,
    load,
    push,
    quarantine,
    replay,
    serve,
    simulate,
    tail,
    up,
    verify,
)
from feed.errors import FeedError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="olympic-results-feed", prog_name="feed")
def cli() -> None:
    """Olympic results in real time: from the venue's bytes to every subscriber, exactly.

    Start with `feed demo`, or `feed up` and then `feed tail`.
    """


COMMANDS = (
    *(up.up, ingest.ingest, serve.serve, derive.derive, push.push, demo.demo),
    *(tail.tail, get.get, keys.keys, quarantine.quarantine, replay.replay, capture.capture),
    *(simulate.simulate, import_.import_, verify.verify, load.load, export.export),
)
for command in COMMANDS:
    cli.add_command(command)


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
