import pytest

from feed.errors import BrokerError, OutcomeUnknownError
from feed.ingest.patience import again
from tests.ingest.house import times


async def test_what_is_safe_to_repeat_is_repeated_until_it_is_answered():
    """As often as the outcome is unknown."""
    attempts = times(3, OutcomeUnknownError("away"))
    await again(attempts)


async def test_another_failure_is_passed_on():
    """A full disk is not waited for."""
    with pytest.raises(BrokerError):
        await again(times(1, BrokerError("full")))
