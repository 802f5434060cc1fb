import gc
import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.service_fixture"]

ROOT = Path(__file__).parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, else as they were shuffled: all would wait for the one that begins last."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """All that is there now stays to the end: to walk through it again and again is a tenth of what tests cost."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data folder: $SHARED_FOLDER, or `shared` beside the checkout; without it these tests are skipped."""
    folder = Path(os.environ.get("SHARED_FOLDER", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared data folder at {folder}")
    return folder


@pytest.fixture(scope="session")
def captures() -> Path:
    """Documents of our own making."""
    return ROOT / "tests" / "captures"
