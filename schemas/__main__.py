"""Rewrite the published JSON Schema: `python -m schemas`."""

from schemas.published import FOLDER, schemas, written


def main() -> None:
    """Write every schema and remove the files of kinds that are no more."""
    FOLDER.mkdir(exist_ok=True)
    files = {name: written(schema) for name, schema in schemas().items()}
    for stale in set(FOLDER.glob("*.json")) - {FOLDER / name for name in files}:
        stale.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
