import tomllib

import pytest

from tests.architecture.source import ROOT, SOURCES

TOOL = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]


@pytest.mark.parametrize("program", SOURCES)
def test_what_is_installed_reads_the_same_files_as_the_checkout(program: str):
    """Every file that is no Python is named by the package it lies in, or one above."""
    files = {path for path in (ROOT / program).rglob("*.*") if path.is_file() and "__pycache__" not in path.parts}
    packed = {
        path
        for package, patterns in TOOL["package-data"].items()
        for pattern in patterns
        for path in ROOT.joinpath(*package.split(".")).glob(pattern)
    }
    others = {path for path in files if path.suffix != ".py"}
    assert others
    assert others - packed == set()


@pytest.mark.parametrize("program", SOURCES)
def test_every_folder_with_python_is_a_package_that_is_installed(program: str):
    """A folder without `__init__.py` is left out of what is installed."""
    folders = {path.parent for path in (ROOT / program).rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
    assert f"{program}*" in TOOL["packages"]["find"]["include"]
