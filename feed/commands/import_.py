"""`feed import`: a public data set as a capture, and what of it did not map."""

import contextlib
import json
from collections import Counter
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from feed.commands.capture_files import FILE, progress, say
from replay.imports.importing import Import, Importer, ImportFailedError, Report, fill
from replay.imports.registry import IMPORTERS

FOLDER: Final = click.Path(path_type=Path, exists=True, file_okay=False)


class Zone(click.ParamType[ZoneInfo]):
    """The name of a time zone."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ZoneInfo:  # noqa: ANN401 - click's
        """The zone of that name."""
        try:
            return value if isinstance(value, ZoneInfo) else ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            self.fail(f"{value!r} is no zone; write it as Europe/Paris", param, ctx)


class Written:
    """What is in the capture so far."""

    def __init__(self) -> None:
        self.new = self.known = 0
        self.origins: Counter[str] = Counter()

    def fill(self, out: Path, found: Import) -> None:
        """Write the documents with a bar; interrupted, the file is whole as far as it goes."""
        with progress() as bar, contextlib.closing(fill(out, found.documents)) as filled:
            for captured, is_new in bar.track(filled, total=found.total, description="importing"):
                self.origins[captured.origin] += 1
                self.new += is_new
                self.known += not is_new


@click.command("import")
@click.argument("name", type=click.Choice(list(IMPORTERS)))
@click.argument("folders", type=FOLDER, nargs=-1, required=True)
@click.option("--out", type=FILE, required=True, help="The capture; one that an earlier run left is continued.")
@click.option("--zone", type=Zone(), metavar="ZONE", help="Of times without one, as Europe/Paris.  [UTC]")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def import_(name: str, folders: tuple[Path, ...], out: Path, zone: ZoneInfo | None, *, as_json: bool) -> None:
    """Write a public data set into the capture OUT, and report what did not map.

    paris-2024: the folder with the tables of Paris 2024, and, for two medals that moved, one with its medal timeline.
    olympics-schedule: folders of schedules as the site of the Games gives them, .json, as of Milano Cortina 2026.
    odf-folder: folders of ODF files, .xml or .xml.gz.

    Stopped, it leaves a whole file; the same command goes on behind it.
    """
    importer = IMPORTERS[name]
    _check(importer, folders, zone)
    report, written = Report(), Written()
    found = importer.read(folders, zone or ZoneInfo("UTC"), report)
    if not found.total:
        _tell(out, report, written, as_json=as_json)
        detail = f"nothing in {', '.join(map(str, folders))} can be imported"
        raise ImportFailedError(detail, hint="The report tells why; no file was written.")
    try:
        written.fill(out, found)
    except KeyboardInterrupt:
        say(f"stopped: the same command goes on; {found.total:,} documents are to be written in all")
        _tell(out, report, written, as_json=as_json)
        raise
    _tell(out, report, written, as_json=as_json)


def _check(importer: Importer, folders: tuple[Path, ...], zone: ZoneInfo | None) -> None:
    if importer.most_folders is not None and len(folders) > importer.most_folders:
        raise click.UsageError(f"{importer.name} takes at most {importer.most_folders} folders")
    if zone is not None and importer.has_zone:
        raise click.UsageError(f"the times of {importer.name} tell their zone: leave --zone out")


def _tell(out: Path, report: Report, written: Written, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_as_json(out, report, written)))
        return
    total = written.new + written.known
    origins = ", ".join(f"{number:,} {origin}" for origin, number in written.origins.most_common())
    click.echo(f"{out}: {total:,} documents, {written.new:,} written, {written.known:,} were there already")
    if origins:
        click.echo(f"of them {origins}")
    missed = sum(unmapped.rows for unmapped in report.unmapped.values())
    click.echo(f"{sum(report.rows.values()):,} rows of {len(report.rows):,} tables read, {missed:,} did not map")
    for (table, reason), unmapped in report.unmapped.items():
        examples = ", ".join(unmapped.examples)
        more = ", ..." if unmapped.rows > len(unmapped.examples) else ""
        click.echo(f"  {table}: {unmapped.rows:,} of {report.rows[table]:,}: {reason} ({examples}{more})")


def _as_json(out: Path, report: Report, written: Written) -> dict[str, Any]:
    return {
        "capture": str(out),
        "documents": written.new + written.known,
        "written": written.new,
        "known": written.known,
        "origins": written.origins,
        "tables": report.rows,
        "unmapped": [
            {"table": table, "reason": reason, "rows": unmapped.rows, "examples": unmapped.examples}
            for (table, reason), unmapped in report.unmapped.items()
        ],
    }
