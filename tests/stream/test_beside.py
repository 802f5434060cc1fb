from pathlib import Path

import pytest

from feed.errors import BrokerError
from feed.stream.beside import beside
from feed.stream.broker import Broker
from feed.stream.connection import Connection


async def test_the_broker_of_a_folder_is_found_from_beside(broker: Broker, tmp_path: Path):
    """Address and login as the running broker has them, of either account."""
    for flag in ("P", "T"):
        there = beside(tmp_path, flag)
        assert (there.url, there.login) == (broker.url, broker.credentials(flag))
        link = await Connection.open(there.url, *there.login)
        await link.close()


@pytest.mark.parametrize("text", ["", "{}", '{"listen":"127.0.0.1:1","accounts":{}}', '{"listen":1,"accounts":{}}'])
def test_a_folder_without_a_broker_is_told(tmp_path: Path, text: str):
    """No folder, no file, or one that is not ours: one clear line and what to do."""
    with pytest.raises(BrokerError, match="feed up --data"):
        beside(tmp_path / "none", "P")
    (tmp_path / "broker").mkdir()
    (tmp_path / "broker" / "nats.conf").write_text(text)
    with pytest.raises(BrokerError, match="feed up --data"):
        beside(tmp_path, "P")
