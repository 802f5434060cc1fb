import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from schemas import wire
from schemas.__main__ import main
from schemas.document import Document
from schemas.published import DIALECT, FOLDER, PUBLISHED, schemas, written
from schemas.registry import KINDS
from schemas.result import Result

ROOT = FOLDER.parent.parent


def load(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def delivered(message: Result | Document, seq: int = 7) -> Any:
    return json.loads(wire.splice_seq(wire.encode(message), seq))


def test_the_files_are_what_the_structs_say():
    """Whoever changes a Struct runs `python -m schemas`; no file is missing, old or left over."""
    expected = {name: written(schema) for name, schema in schemas().items()}
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.*")} == expected


def test_the_command_writes_the_files_and_removes_stale_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`python -m schemas` leaves exactly the published files."""
    monkeypatch.setattr("schemas.__main__.FOLDER", tmp_path / "published")
    main()
    (tmp_path / "published" / "stale.schema.json").write_text("{}")
    main()
    assert {path.name for path in (tmp_path / "published").iterdir()} == set(schemas())


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_output_does_not_depend_on_the_run(seed: str):
    """Another hash seed gives the same bytes."""
    program = "from schemas.published import schemas, written; print(''.join(map(written, schemas().values())), end='')"
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    output = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True).stdout
    assert output.decode() == "".join(map(written, schemas().values()))


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_schema_is_valid_and_named(name: str):
    """Each file is JSON Schema 2020-12 with a relative id, a title and descriptions without stray indents."""
    schema = load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert (schema["$schema"], schema["$id"], schema["title"]) == (DIALECT, f"{name}.schema.json", name)
    assert schema["description"]
    for definition in schema["$defs"].values():
        assert definition["description"]
        assert not any(line.startswith(" ") for line in definition["description"].splitlines())


def test_every_kind_is_published():
    """One file for any message and one per kind."""
    assert set(PUBLISHED) >= {"message", *KINDS}


@pytest.mark.parametrize("name", ["message", "result"])
def test_delivered_results_fit(name: str, result: Result):
    """What a subscriber gets is valid, also with fields of a later version."""
    validator = jsonschema.Draft202012Validator(load(name))
    message = delivered(result)
    validator.validate(message)
    validator.validate(message | {"later": 1})


def test_delivered_documents_fit(document: Document):
    """Documents are valid as any message and as their kind."""
    for name in ("message", "document"):
        jsonschema.Draft202012Validator(load(name)).validate(delivered(document))


@pytest.mark.parametrize(
    "change",
    [{"seq": None}, {"seq": -1}, {"op": "gone"}, {"type": "nonsense"}, {"ts": {}}, {"version": "3"}, {"body": []}],
)
def test_wrong_messages_do_not_fit(change: dict[str, Any], result: Result):
    """The schema is no rubber stamp."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(load("message")).validate(delivered(result) | change)


@pytest.mark.parametrize("name", ["seq", "topic", "prev", "ts", "body", "type"])
def test_what_is_always_there_is_required(name: str, result: Result):
    """A delivered message has its number; the stored form without seq is not what is published."""
    message = delivered(result)
    del message[name]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(load("result")).validate(message)


def test_golden_messages_fit(captures: Path):
    """Every message of the captures is valid."""
    validator = jsonschema.Draft202012Validator(load("message"))
    goldens = sorted((captures / "odf").glob("*.golden.json"))
    assert goldens
    for golden in goldens:
        told = json.loads(golden.read_text(encoding="utf-8"))
        for candidate in (*told["candidates"], *([told["listing"]["head"]] if "listing" in told else [])):
            validator.validate({"seq": 1} | candidate["message"])
