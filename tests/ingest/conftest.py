import pytest

from tests.ingest.house import House


@pytest.fixture
def house() -> House:
    return House()
