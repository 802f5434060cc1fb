"""Posts all ODF documents of a folder to a running service and tells what became of them.

Run it by hand: python tests/journey/post_odf.py FOLDER --url http://127.0.0.1:8080 --type DT_RESULT
"""

import asyncio
import io
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import aiohttp
import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

HEADER_BYTES = 8_192
UNKNOWN = 503
RETRY_SECONDS = 0.2
STORED = 200


class Summary:
    """What became of the documents: `answers` by status and name, messages `accepted`, `duplicates` and `stale`."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[int, str]] = Counter()
        self.accepted = 0
        self.duplicates = 0
        self.stale = 0
        self.refused: dict[Path, str] = {}

    def add(self, path: Path, status: int, told: dict[str, Any]) -> None:
        """Count one answer."""
        if status == STORED:
            self.answers[status, "stored"] += 1
            self.accepted += told["count"]
            self.duplicates += told["duplicates"]
            self.stale += told["stale"]
        else:
            self.answers[status, told["error"]["name"]] += 1
            self.refused[path] = told["error"]["detail"]

    def table(self) -> Table:
        """The figures to look at."""
        table = Table("answer", "documents")
        for (status, name), count in sorted(self.answers.items()):
            table.add_row(f"{status} {name}", str(count))
        table.add_section()
        for name in ("accepted", "duplicates", "stale"):
            table.add_row(f"messages {name}", str(getattr(self, name)))
        return table


def documents(folder: Path, document_type: str | None = None) -> list[Path]:
    """The folder's XML files by name, of one DocumentType or of all."""
    wanted = re.compile(rb"DocumentType\s*=\s*[\"']%b[\"']" % (document_type or "[^\"']*").encode())
    paths = sorted(folder.rglob("*.xml"), key=lambda path: (path.parent, path.name))
    return [path for path in paths if wanted.search(_start(path))]


async def post_all(paths: Iterable[Path], url: str) -> Summary:
    """Post one document after the other; an unknown outcome is sent again."""
    summary = Summary()
    async with aiohttp.ClientSession() as session:
        for path in paths:
            while (answer := await _post(session, url, path.read_bytes()))[0] == UNKNOWN:
                await asyncio.sleep(RETRY_SECONDS)
            summary.add(path, *answer)
    return summary


async def _post(session: aiohttp.ClientSession, url: str, document: bytes) -> tuple[int, dict[str, Any]]:
    headers = {"Content-Type": "application/xml"}
    async with session.post(f"{url.rstrip('/')}/ingest/odf", data=io.BytesIO(document), headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEADER_BYTES).replace(b"\0", b"")  # UTF-16 spells the same letters with zero bytes


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Where the service listens.")
@click.option("--type", "document_type", metavar="DT_...", help="Only documents of this DocumentType.")
def main(folder: Path, url: str, document_type: str | None) -> None:
    """Post all ODF documents below FOLDER, by name."""
    console = Console()
    paths = documents(folder, document_type)
    summary = asyncio.run(post_all(track(paths, f"{len(paths)} documents", console=console), url))
    console.print(summary.table())
    for path, detail in summary.refused.items():
        console.print(f"{path.relative_to(folder)}: {detail}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
