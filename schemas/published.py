"""The contract as JSON Schema 2020-12, made from the Structs; `python -m schemas` writes it to published/."""

import json
from collections.abc import Iterable, Mapping
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from schemas.control import Control
from schemas.registry import KINDS, AnyMessage

FOLDER = Path(__file__).parent / "published"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DELIVERED = "seq"

# One file each: what a subscriber may be sent, by the name of the file.
PUBLISHED: dict[str, tuple[Any, str]] = {
    "message": (AnyMessage, "A message of any kind, as delivered."),
    "control": (Control, "A frame of the service's own on a subscriber's connection."),
    **{name: (kind.message, f"A message of kind `{name}`, as delivered.") for name, kind in KINDS.items()},
}
MESSAGES = frozenset({"message", *KINDS})


def schemas() -> dict[str, dict[str, Any]]:
    """File name -> JSON Schema, for all that is published."""
    return {f"{name}.schema.json": _schema(name, form, description) for name, (form, description) in PUBLISHED.items()}


def written(schema: Mapping[str, Any]) -> str:
    """A schema as its file has it: the same text for the same schema."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def components(forms: Iterable[Any], template: str) -> tuple[tuple[dict[str, Any], ...], dict[str, dict[str, Any]]]:
    """The schemas of forms, and what they refer to by `template` with a {name}; messages are delivered ones."""
    bodies, definitions = msgspec.json.schema_components(forms, ref_template=template)
    for kind in KINDS.values():
        if definition := definitions.get(kind.message.__name__):
            _require_seq(definition)
    for definition in definitions.values():
        definition["description"] = cleandoc(definition.get("description", ""))
    return bodies, definitions


def _schema(name: str, form: Any, description: str) -> dict[str, Any]:  # noqa: ANN401 - a Struct or a union of them
    (body,), definitions = components([form], "#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "$id": f"{name}.schema.json",
        "title": name,
        "description": description,
        **body,
        "$defs": dict(sorted(definitions.items())),
    }


def _require_seq(definition: dict[str, Any]) -> None:
    # Stored messages lack it; whoever reads a schema reads delivered ones.
    definition["required"] = [*definition["required"], _DELIVERED]
