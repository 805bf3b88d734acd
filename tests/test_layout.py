"""The shape of the checkout: which packages there are, which way they import, and what the lock files hold."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from bootstrap import names
from bootstrap.places import PICTURES, ROOT

PACKAGES = ["domain", "store", "projections", "sync", "web"]
LOCKS = [path.name for path in sorted(ROOT.glob("requirements*.txt"))]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_top_level_packages_are_the_layers_in_their_order(project: dict[str, Any]) -> None:
    layers = next(c for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")

    assert sorted(path.parent.name for path in ROOT.glob("*/__init__.py")) == sorted(PACKAGES)
    assert layers["layers"] == PACKAGES[::-1]
    assert project["tool"]["importlinter"]["root_packages"] == PACKAGES
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == PACKAGES


@pytest.mark.parametrize("name", PACKAGES)
def test_a_top_level_name_belongs_to_this_distribution_alone(name: str) -> None:
    spec = find_spec(name)

    assert set(packages_distributions().get(name, [])) <= {"doorstep"}
    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")


@pytest.mark.parametrize("name", ["projections", "sync", "web"])
def test_what_stands_above_the_store_begins_with_it_so_that_its_sqlite_is_the_one_in_use(name: str) -> None:
    first = next(_imports(ROOT / name / "__init__.py"))

    assert first == "store"


def test_run_still_parses_on_python_3_6() -> None:
    ast.parse((ROOT / "run").read_text(), feature_version=(3, 6))


def test_bootstrap_needs_nothing_but_the_standard_library() -> None:
    imported = {name.partition(".")[0] for file in _modules("bootstrap") for name in _imports(file)}

    assert imported <= {*sys.stdlib_module_names, "bootstrap"}


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = [file for package in (*PACKAGES, "bootstrap", "tests") for file in _modules(package) if _is_drawer(file)]

    assert drawers == []


def test_no_file_ties_the_project_to_a_registry_or_to_one_machine() -> None:
    assert list(names.findings()) == []


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("https://" + "registry." + "example.org/x", True),
        ("index-url = https://" + "pypi" + ".org/simple", True),
        ("cd " + "/home" + "/wei/doorstep", True),
        ("'" + "/root" + "/.cache'", True),
        ("see docs/home/wei.md and ./work/of/all", False),
        ("https://example.org/home/page", False),
    ],
)
def test_registry_hosts_and_machine_paths_are_told_from_other_words(line: str, is_found: bool) -> None:
    patterns = [pattern for group in names.PATTERNS.values() for pattern in group]

    assert any(pattern.search(line) for pattern in patterns) is is_found


def test_every_dependency_is_pinned_and_locked_at_that_version(project: dict[str, Any]) -> None:
    groups = project["dependency-groups"]

    assert _pins(project["project"]["dependencies"]) <= _locked("requirements.txt")
    assert _locked("requirements.txt") <= _locked("requirements-dev.txt")
    assert _pins(groups["dev"]) <= _locked("requirements-dev.txt")
    assert _pins(groups["node"]) == _locked("requirements-node.txt")


def test_every_dependency_has_its_reason_written_down(project: dict[str, Any]) -> None:
    reasons = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text()
    groups = project["dependency-groups"]
    listed = [*project["project"]["dependencies"], *groups["dev"], *groups["node"]]

    assert [name for name in map(_name, listed) if f"`{name}`" not in reasons] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_python_lock_has_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()

    assert "://" not in text
    assert [part for part in re.split(r"\n(?=[a-z0-9])", text)[1:] if "--hash=sha256:" not in part] == []


@pytest.mark.parametrize("folder", ["pwa", "tests/browser/chromium"])
def test_an_npm_lock_names_no_host_to_fetch_from(folder: str) -> None:
    assert '"resolved"' not in (ROOT / folder / "package-lock.json").read_text()


def _modules(folder: str) -> list[Path]:
    files = (ROOT / folder).rglob("*.py")
    return [file for file in files if "node_modules" not in file.parts and PICTURES not in file.parents]


def _is_drawer(file: Path) -> bool:
    return {file.stem, *file.relative_to(ROOT).parts} & {"common", "helpers", "misc", "util", "utils"} != set()


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module != "__future__":
            yield node.module


def _name(requirement: str) -> str:
    return re.split(r"[=\[<>~!; ]", requirement, maxsplit=1)[0]


def _pins(requirements: list[str]) -> set[str]:
    assert all("==" in requirement for requirement in requirements)
    return {re.sub(r"\[.*?\]", "", requirement.partition(";")[0].strip()) for requirement in requirements}


def _locked(lock: str) -> set[str]:
    return set(re.findall(r"^[A-Za-z0-9._-]+==[^\s;]+", (ROOT / lock).read_text(), re.MULTILINE))
