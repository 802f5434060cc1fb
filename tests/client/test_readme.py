import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.client.proxy import between
from tests.documents import fresh_competition, large, odf
from tests.service_fixture import ROOT, Running

CUTS = 2


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The client of the README, as it stands there."""
    (text,) = re.findall(r"```python\n(import .*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert len(text.splitlines()) == 20
    file = tmp_path / "follow.py"
    file.write_text(text, "utf-8")
    return file


async def test_the_client_of_the_readme_follows_over_cuts(service: Running, program: Path):
    """Twenty lines without anything of ours: every message once, in order."""
    competition = fresh_competition()
    expected = await service.store(*(odf(competition, version) for version in (1, 2)))
    async with between(service.url, CUTS, repeated=0.0) as proxy:
        address = f"{proxy.url.replace('http', 'ws')}/v1/stream?filter={competition}.>"
        child = await asyncio.create_subprocess_exec(
            sys.executable, str(program), address, "0", stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        version = 2
        try:
            while proxy.cuts < CUTS:
                version += 1
                expected += await service.store(large(competition, version, size=3000))
                await asyncio.sleep(0.02)
            async with asyncio.timeout(20):
                lines = [await child.stdout.readline() for _ in expected]
        finally:
            child.kill()
            await child.wait()
    assert [int(line.split()[0]) for line in lines] == expected


async def test_it_ends_where_trying_again_would_not_help(service: Running, program: Path):
    """The name of the error is its last word."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, str(program), f"{service.url.replace('http', 'ws')}/v1/stream?filter=x"),
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(10):
        _, errors = await child.communicate()
    assert (child.returncode, b'"bad_filter"' in errors) == (1, True)
