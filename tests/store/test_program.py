"""Which program this is: the same for the same sources and the same app, another after any change in what is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.program import own_name, version

SERVED = ("domain/a.py", "store/a.py", "projections/a.py", "sync/a.py", "web/a.py", "web/notices/texts.yaml",
          "web/results/letter.typ", "web/static/index.html")  # fmt: skip


def tree(folder: Path, **changed: str) -> Path:
    """A program of one file for everything that is served."""
    for name in (*SERVED, "pwa/src/a.ts", "web/__pycache__/a.pyc", "tests/a.py"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(changed.get(name, "as it was"))
    return folder


@pytest.mark.parametrize("name", SERVED)
def test_a_change_in_anything_that_is_served_is_another_version(tmp_path: Path, name: str) -> None:
    changed = version(tree(tmp_path / "changed", **{name: "other"}))

    assert changed != version(tree(tmp_path / "here"))
    assert version(tree(tmp_path / "there")) == version(tmp_path / "here")


@pytest.mark.parametrize("name", ["web/__pycache__/a.pyc", "tests/a.py"])
def test_what_is_not_served_makes_no_other_version(tmp_path: Path, name: str) -> None:
    assert version(tree(tmp_path / "changed", **{name: "other"})) == version(tree(tmp_path / "here"))


def test_a_node_is_known_by_its_version() -> None:
    assert own_name().split(" ")[1] == version()
