import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from feed.cli import cli
from tests.documents import odf
from tests.push.inbox import KEY, inbox
from tests.service_fixture import Child, House, opened, wait_until


async def push(house: House, *arguments: str) -> str:
    """What `feed push` says."""
    runner = CliRunner(env={"COLUMNS": "200"})
    ended = await asyncio.to_thread(runner.invoke, cli, ["push", *arguments, "--url", house.url])
    assert ended.exit_code == 0, ended.output
    return ended.output


async def test_what_a_customer_was_sent_is_shown(tmp_path: Path):
    """Who stands how, each attempt once, and what was held at a time."""
    async with inbox() as customer, opened(tmp_path, customers={"xbc": customer.settings()}) as house:

        async def judge(_name: tuple[str, int], attempt: int) -> int:
            return 200 if attempt else 500

        customer.judge = judge
        await house.store(odf("XA"))
        await wait_until(lambda: house.service.pushers[0].attempts["delivered"])
        listed = await push(house, "list")
        log = await push(house, "log", "xbc", "--at", "2024-01-01T00:00:00Z")
        raw = await push(house, "log", "xbc", "--json")
    assert "xbc" in listed
    assert "refused 500" in log
    assert "delivered 200" in log
    assert "sending" not in log
    assert "held 0 documents at 2024-01-01T00:00:00Z" in log
    states = [json.loads(line)["delivery"]["state"] for line in raw.splitlines()]
    assert states == ["sending", "refused", "sending", "delivered"]
    assert KEY not in listed + log + raw


async def test_what_was_held_is_shown_as_far_as_it_is_wanted(tmp_path: Path):
    """So many rows, told of how many; one document key by its topic; `--after` is about attempts alone."""
    async with inbox() as customer, opened(tmp_path, customers={"xbc": customer.settings()}) as house:
        await house.store(*(odf("XA", unit=unit) for unit in (1, 2, 3)))
        await wait_until(lambda: house.service.pushers[0].attempts["delivered"] == 3)
        some = await push(house, "log", "xbc", "--at", "2099-01-01T00:00:00Z", "--limit", "2")
        topic = "XA.ATH.M.100M.FNL.000003.result"
        one = await push(house, "log", "xbc", "--at", "2099-01-01T00:00:00Z", "--document", topic, "--after", "1")
    assert "xbc held 3 documents at 2099-01-01T00:00:00Z, the first 2:" in some
    assert some.count(".result ") == 2
    assert "xbc held 1 documents at 2099-01-01T00:00:00Z:" in one
    assert one.count(topic) == 1


async def test_it_sends_beside_a_service(house: House, tmp_path: Path, children: Callable[..., Child]):
    """As a role of its own, on the broker of the others, until it is stopped."""
    async with inbox() as customer:
        file = tmp_path / "feed.toml"
        (tmp_path / "key").write_text(KEY + "\n")
        file.write_text(f'[customers.xbc]\nurl = "{customer.url}"\nkey_file = "{tmp_path}/key"\nfrom = "0"\n')
        await house.store(odf("XA"))
        child = children("push", "--port", "0", "--nats", house.nats(), "--config", str(file))
        assert (await child.lines(1))[0].startswith("ready ")
        await wait_until(lambda: customer.taken)
        assert customer.arrived[0].headers["X-API-KEY"] == KEY
        assert await asyncio.to_thread(child.stop) == 0


def test_it_needs_a_broker_to_share(children: Callable[..., Child]):
    """It says what is missing, and does not start."""
    child = children("push", "--port", "0")
    assert child.ended() == 2
    assert "--nats" in "".join(child.errors)
