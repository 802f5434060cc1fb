"""One message of each kind as a subscriber gets it, kept beside the published schemas: none of them ever happened.

Made from what the service sends by `FEED_WRITE_EXAMPLES=1 pytest tests/serve/test_examples.py`.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from schemas.registry import KINDS

FOLDER = Path(__file__).parent / "published" / "examples"


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Kind -> a message of it."""
    return {kind: json.loads((FOLDER / f"{kind}.json").read_text("utf-8")) for kind in KINDS}


def written(message: dict[str, Any]) -> str:
    """A message as its file has it."""
    return json.dumps(message, indent=1, ensure_ascii=False) + "\n"
