"""`doorstep training`: content checked, imported and exported as files, on a centre of either engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.training.content import Course
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import LEASE
from web.training_import import learnt

DEMO = Path(__file__).parents[2] / "web" / "demo" / "training.yaml"
PDF = b"%PDF-1.7 a handout"
COURSE: dict[str, Any] = {
    "id": "lease",
    "title_zh": "租房备案",
    "lessons": [
        {
            "id": "lease-papers",
            "title_zh": "四样材料",
            "minutes": 10,
            "item_ids": [LEASE.id],
            "text_zh": "看权利人和签字。",
            "attachments": [{"file": "handouts/papers.pdf", "title_zh": "核对单"}],
        }
    ],
}
QUESTION: dict[str, Any] = {
    "id": "q1",
    "type": "single",
    "course_id": "lease",
    "item_ids": [LEASE.id],
    "stem_zh": "谁可以申请？",
    "options": {"A": "只有房东", "B": "双方"},
    "answer": ["B"],
    "explanation_zh": "双方都可以。",
}


@pytest.fixture
def centre(home: Home) -> Home:
    """A centre that offers two items."""
    with home.opened():
        pass
    return home


def written(folder: Path, **lists: Any) -> Path:
    """The file, with a handout beside it."""
    (folder / "handouts").mkdir(exist_ok=True)
    (folder / "handouts" / "papers.pdf").write_bytes(PDF)
    file = folder / "training.yaml"
    file.write_text(yaml.safe_dump(lists, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def test_faults_are_said_with_file_line_and_place_and_nothing_is_published(centre: Home, tmp_path: Path) -> None:
    wrong = {**COURSE, "lessons": [{**COURSE["lessons"][0], "item_ids": ["nothing"], "minutes": 0}]}
    file = written(tmp_path, courses=[wrong], questions=[{**QUESTION, "answer": ["C"]}])

    checked = centre.types("training", "check", str(file))
    imported = centre.types("training", "import", str(file))

    assert checked.code == imported.code == 1
    assert checked.out.splitlines() == [
        "training.yaml:7: courses: lease: lessons: lease-papers: minutes: 要在1到600之间 (it lies between 1 and 600)",
        "training.yaml:9: courses: lease: lessons: lease-papers: item_ids: #1: 没有事项 nothing "
        "(there is no item nothing)",
        "training.yaml:24: questions: q1: answer: 要写选项的字母，每个一次，按顺序 "
        "(it names letters of options, each once and in order)",
        "3 faults.",
    ]
    assert imported.out == checked.out + "Nothing was published.\n"
    with centre.opened() as premises:
        assert learnt(premises.centre) == ()


def test_what_is_no_yaml_is_said_with_its_line(centre: Home, tmp_path: Path) -> None:
    file = tmp_path / "training.yaml"
    file.write_text("courses:\n  - {id: x\nqa: [\n", encoding="utf-8")

    said = centre.types("training", "check", str(file))

    assert said.code == 1
    assert said.out.startswith("training.yaml:3: the file: 不是 YAML：expected ")


def test_only_what_has_changed_is_published_and_what_is_gone_is_withdrawn_when_asked(
    centre: Home, tmp_path: Path
) -> None:
    file = written(tmp_path, courses=[COURSE], questions=[QUESTION])
    first = centre.types("training", "import", str(file))
    again = centre.types("training", "import", str(file))
    changed = written(tmp_path, courses=[{**COURSE, "due_days": 7}])
    second = centre.types("training", "import", str(changed), "--withdraw-others")

    assert (first.code, first.out) == (0, "2 things were published, 0 are as they were.\n")
    assert (again.code, again.out) == (0, "0 things were published, 2 are as they were.\n")
    assert (second.code, second.out) == (
        0,
        "1 things were published, 0 are as they were.\n1 things were withdrawn.\n",
    )
    assert "Publishing: 1 of 2" in first.err
    with centre.opened() as premises:
        (course,) = learnt(premises.centre)
        assert isinstance(course, Course)
        assert (course.due_days, premises.centre.edition("course", "lease").newest) == (7, 2)


def test_an_export_is_imported_again_without_a_change_and_has_the_handouts(centre: Home, tmp_path: Path) -> None:
    centre.types("training", "import", str(written(tmp_path, courses=[COURSE], questions=[QUESTION])))
    out = tmp_path / "out"
    out.mkdir()

    exported = centre.types("training", "export", str(out / "all.yaml"))
    imported = centre.types("training", "import", str(out / "all.yaml"))

    assert exported.out == f"{out / 'all.yaml'}: 2 things, 1 files.\n"
    assert imported.out == "0 things were published, 2 are as they were.\n"
    assert [file.read_bytes() for file in out.rglob("*.pdf")] == [PDF]


def test_the_shipped_content_says_everything_in_english_too() -> None:
    def missing(part: Any, at: str) -> list[str]:
        if isinstance(part, dict):
            own = [
                f"{at}.{key}"
                for key, text in part.items()  # pyright: ignore[reportUnknownVariableType]
                if str(key).endswith("_zh") and text and not part.get(f"{str(key)[:-3]}_en")  # pyright: ignore
            ]
            return own + [one for key, inner in part.items() for one in missing(inner, f"{at}.{key}")]  # pyright: ignore
        if isinstance(part, list):
            return [one for n, inner in enumerate(part) for one in missing(inner, f"{at}[{n}]")]  # pyright: ignore
        return []

    raw = yaml.load(DEMO.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

    assert missing(raw, "") == []
