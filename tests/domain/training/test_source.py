from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from domain.catalogue.items import ServiceItem
from domain.training.content import Attachment
from domain.training.limits import Path
from domain.training.source import Attached, FileFault, Known, contents_from_source, source_of
from tests.cast import LEASE
from tests.domain.training.lessons import ANSWER, COURSE, PAPERS, POLICY, QUESTION, TOPIC

EVERYTHING = (COURSE, TOPIC, QUESTION, POLICY, ANSWER)
HANDOUT = Attachment(kind="pdf", name="a.pdf", title_zh="核对单", sha256="a" * 64, size=7)
SEEN = Attached(kind="pdf", sha256="a" * 64, size=7)


FACT: dict[str, Any] = {"item": LEASE.id, "path": "version"}


def newest_item(item_id: str) -> ServiceItem | None:
    return LEASE if item_id == LEASE.id else None


KNOWN = Known(newest_item)


def raw_of(*contents: Any) -> dict[str, Any]:
    return source_of(contents, file_of=lambda one: f"handouts/{one.name}")


def faults(raw: dict[str, Any], known: Known = KNOWN) -> list[str]:
    read = contents_from_source(raw, {}, known, attach=lambda name: SEEN if name.endswith("a.pdf") else None)
    return [f"{fault.where}: {fault.what}" for fault in read.faults]


def test_what_is_written_reads_the_same_with_its_attachments() -> None:
    course = replace(COURSE, lessons=(replace(PAPERS, attachments=(HANDOUT,)), *COURSE.lessons[1:]))
    contents = (course, *EVERYTHING[1:])

    read = contents_from_source(raw_of(*contents), {}, KNOWN, attach=lambda _: SEEN)

    assert read.faults == ()
    assert read.contents == contents


def test_what_has_its_default_is_not_written() -> None:
    assert raw_of(ANSWER) == {
        "qa": [
            {
                "id": "who-files",
                "item_ids": [LEASE.id],
                "question_zh": "谁来办？",
                "answer_zh": "双方都可以。",
            }
        ]
    }


def test_a_fault_names_the_line_of_the_smallest_part_that_is_known_and_things_by_their_id() -> None:
    raw = raw_of(COURSE)
    raw["courses"][0]["lessons"][1]["minutes"] = "five"
    lines: dict[Path, int] = {("courses",): 3, ("courses", 0): 4, ("courses", 0, "lessons", 1): 12}

    read = contents_from_source(raw, lines, KNOWN, attach=lambda _: None)

    where, said = "courses: lease: lessons: lease-post: minutes", "这里要是整数，写的是文字"
    assert read.faults == (FileFault(12, where, "Expected `int`, got `str`", said),)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"corses": []}, "corses: there is no list of that name"),
        ({"courses": {}}, "courses: it is no list"),
        ({None: []}, "None: there is no list of that name"),
        (
            {
                "questions": [
                    {**raw_of(QUESTION)["questions"][0], "catalogue_fact": {**FACT, "equals": date(2026, 9, 1)}}
                ]
            },
            "questions: q1: it holds a value that is neither text, number, list nor mapping of names",
        ),
        ({"actions": [{"id": "dance"}]}, "actions: dance: there is no action dance"),
        ({"qa": [{"id": "x", "colour": "red", "question_zh": "", "answer_zh": ""}]}, "unknown field `colour`"),
        ({"questions": raw_of(QUESTION, QUESTION)["questions"]}, "questions: q1: id: q1 stands twice"),
        ({"topics": raw_of(replace(TOPIC, lesson_ids=("lease-x",)))["topics"]}, "there is no lesson lease-x"),
        (
            {"policies": [{**raw_of(POLICY)["policies"][0], "attachments": [{"file": "b.pdf", "title_zh": "件"}]}]},
            "there is no picture, video or PDF b.pdf beside the file",
        ),
    ],
)
def test_every_fault_is_said(changed: dict[Any, Any], fault: str) -> None:
    told = faults({**raw_of(COURSE), **changed})

    assert any(fault in one for one in told), told


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"minutes": None}, "这里要是整数，写的是空"),
        ({"id": 7}, "这里要是文字，写的是整数"),
        ({"colour": "red"}, "没有 colour 这一栏"),
        ({"text_zh": " "}, "不能空着"),
        ({"minutes": 0}, "要在1到600之间"),
        ({"item_ids": ["x"]}, "没有事项 x"),
    ],
)
def test_every_fault_is_said_in_chinese_too(wrong: dict[str, Any], said: str) -> None:
    raw = raw_of(COURSE)
    raw["courses"][0]["lessons"][0] |= wrong

    told = contents_from_source(raw, {}, KNOWN, attach=lambda _: None).faults

    assert [fault.zh for fault in told if fault.zh == said] == [said], told


def test_a_field_that_is_left_out_is_named() -> None:
    raw = raw_of(COURSE)
    del raw["courses"][0]["lessons"][0]["minutes"]

    assert [fault.zh for fault in contents_from_source(raw, {}, KNOWN, attach=lambda _: None).faults] == [
        "缺少 minutes"
    ]


def test_what_the_centre_has_already_may_be_referred_to() -> None:
    assert faults(raw_of(QUESTION)) == ["questions: q1: course_id: there is no course lease"]
    assert faults(raw_of(QUESTION), KNOWN._replace(contents=(COURSE,))) == []


def test_what_others_refer_to_comes_first() -> None:
    read = contents_from_source(raw_of(*reversed(EVERYTHING)), {}, KNOWN, attach=lambda _: None)

    assert [type(one) for one in read.contents[:2]] == [type(COURSE), type(TOPIC)]
