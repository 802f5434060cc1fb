import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.service_fixture"]

ROOT = Path(__file__).parent.parent


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
