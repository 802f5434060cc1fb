import pytest

from benchmarks import fanout


@pytest.fixture
def short_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds of the fan-out without its pauses: they are for figures that mean something."""
    monkeypatch.setattr(fanout, "SETTLE_SECONDS", 0.2)
    monkeypatch.setattr(fanout, "WARM_SECONDS", 0.2)
