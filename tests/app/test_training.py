"""Handouts and content over HTTP: brought in as a file, read in parts, and no way to the files of people's cases."""

from __future__ import annotations

import io
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from domain.training.content import Course
from tests.app.standing import CHEAP, PASSWORD, Service, centre_open, file_lease, serving
from tests.app.test_cli_training import COURSE, PDF, QUESTION

CLERK, TRAINER = "zhoumin", "luoyan"


def packed(**lists: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("mine/training.yaml", yaml.safe_dump(lists, allow_unicode=True))
        file.writestr("mine/handouts/papers.pdf", PDF)
    return out.getvalue()


def address(service: Service) -> str:
    course = service.centre.edition("course", "lease").content
    assert isinstance(course, Course)
    return course.lessons[0].attachments[0].address


async def trainer(service: Service) -> httpx.AsyncClient:
    """The browser of a trainer, who joins now."""
    service.centre.enrol(TRAINER, name="罗燕", roles=("trainer",), office="street", password_hash=CHEAP.hash(PASSWORD))
    return await service.staff(TRAINER)


async def test_a_file_is_checked_first_and_published_when_that_is_asked_for(tmp_path: Path) -> None:
    with centre_open(tmp_path) as service:
        async with serving(service):
            luo = await trainer(service)
            content = packed(courses=[COURSE], questions=[QUESTION])

            checked = (await luo.post("/api/training/import?name=all.zip", content=content)).json()
            before = service.centre.edition("course", "lease").newest
            brought = (await luo.post("/api/training/import?name=all.zip&publish=1", content=content)).json()
            again = (await luo.post("/api/training/import?name=all.zip&publish=1", content=content)).json()

            assert [(one["kind"], one["id"], one["is_new"]) for one in checked["changed"]] == [
                ("course", "lease", True),
                ("question", "q1", True),
            ]
            assert (checked["published"], before) == (False, 0)
            assert (brought["published"], service.centre.edition("course", "lease").newest) == (True, 1)
            assert (again["changed"], again["same"]) == ([], 2)


async def test_faults_come_with_their_lines_and_nothing_is_published(tmp_path: Path) -> None:
    with centre_open(tmp_path) as service:
        async with serving(service):
            luo = await trainer(service)
            text = yaml.safe_dump({"questions": [QUESTION]}, allow_unicode=True).encode()

            told = (await luo.post("/api/training/import?name=q.yaml&publish=1", content=text)).json()

            assert told["faults"] == [[4, "questions: q1: course_id", "there is no course lease", "没有课程 lease"]]
            assert told["published"] is False


async def test_a_handout_is_read_whole_and_in_parts_by_staff_and_by_nobody_else(tmp_path: Path) -> None:
    with centre_open(tmp_path) as service:
        async with serving(service):
            luo = await trainer(service)
            await luo.post("/api/training/import?publish=1", content=packed(courses=[COURSE]))
            url = f"/api/training/files/{address(service)}?name=核对单.pdf"
            clerk = await service.staff(CLERK)

            whole = await clerk.get(url)
            part = await clerk.get(url, headers={"range": "bytes=1-3"})
            known = await clerk.get(url, headers={"if-none-match": whole.headers["etag"]})

            assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, PDF, "application/pdf")
            assert (part.status_code, part.content) == (206, b"PDF")
            assert part.headers["content-range"] == f"bytes 1-3/{len(PDF)}"
            assert known.status_code == 304
            assert (await (await service.resident()).get(url)).status_code == 403
            assert (await service.client().get(url)).status_code == 401


async def test_a_file_of_a_case_is_no_handout(tmp_path: Path) -> None:
    with centre_open(tmp_path) as service:
        async with serving(service):
            file_lease(service)
            (kept, _), *_ = service.edge.files.addresses()
            clerk = await service.staff(CLERK)

            assert (await clerk.get(f"/api/training/files/{kept}")).status_code == 404


async def test_only_what_can_be_shown_is_kept_beside_a_lesson(tmp_path: Path) -> None:
    with centre_open(tmp_path) as service:
        async with serving(service):
            luo, clerk = await trainer(service), await service.staff(CLERK)

            kept = await luo.post("/api/training/files?name=a.pdf", content=PDF)
            refused = await luo.post("/api/training/files?name=a.exe", content=b"MZ\x90\x00")

            assert (kept.status_code, kept.json()["kind"], kept.json()["size"]) == (201, "pdf", len(PDF))
            assert (refused.status_code, refused.json()["code"]) == (415, "media-type")
            assert (await clerk.post("/api/training/files", content=PDF)).status_code == 403


async def test_an_export_is_a_zip_that_can_be_brought_in_again(tmp_path: Path) -> None:
    with centre_open(tmp_path) as service:
        async with serving(service):
            luo = await trainer(service)
            await luo.post("/api/training/import?publish=1", content=packed(courses=[COURSE], questions=[QUESTION]))

            exported = (await luo.get("/api/training/export.zip")).content
            told = (await luo.post("/api/training/import?name=x.zip", content=exported)).json()

            assert (told["faults"], told["changed"], told["same"]) == ([], [], 2)


BOMB = "a: &a [x, x, x]\n" + "".join(
    f"{one}: &{one} [*{of}, *{of}, *{of}]\n" for of, one in pairwise("abcdefghijklmnopqrs")
)
"""A few lines that stand for more than a thousand million words."""


def torn() -> bytes:
    """A ZIP whose content cannot be unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("training.yaml", "courses: []")
    content = bytearray(out.getvalue())
    content[30 + len("training.yaml")] = 0xFF
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (BOMB.encode(), 2, "write out what the alias stands for"),
        (b"courses: &a [*a]", 1, "write out what the alias stands for"),
        (b"courses:\n- due: 2026-13-45", 2, "2026-13-45 is no timestamp"),
        (b"courses: [1" + b"0" * 5_000 + b"]", 1, "1000000000"),
        (torn(), 1, "cannot be unpacked"),
    ],
)
async def test_what_cannot_be_read_is_a_fault_of_the_file(tmp_path: Path, content: bytes, line: int, what: str) -> None:
    with centre_open(tmp_path) as service:
        async with serving(service):
            luo = await trainer(service)

            answer = await luo.post("/api/training/import?publish=1", content=content)

            assert answer.status_code == 200
            ((at, _, said, _),) = answer.json()["faults"]
            assert (at, what in said) == (line, True), said


async def test_a_handout_that_is_only_claimed_is_not_published(tmp_path: Path) -> None:
    with centre_open(tmp_path) as service:
        async with serving(service):
            luo = await trainer(service)
            claimed = {"kind": "pdf", "name": "a.pdf", "title_zh": "件", "sha256": "a" * 64, "size": 1}
            lesson = {**COURSE["lessons"][0], "attachments": [claimed]}

            answer = await luo.post(
                "/api/training/import?publish=1", content=packed(courses=[{**COURSE, "lessons": [lesson]}])
            )

            assert (answer.status_code, answer.json()["code"]) == (409, "training-unsound")


async def test_no_file_of_a_case_leaves_with_an_export(tmp_path: Path) -> None:
    with centre_open(tmp_path) as service:
        async with serving(service):
            file_lease(service)
            (kept, _), *_ = service.edge.files.addresses()
            luo = await trainer(service)
            claimed = {"kind": "pdf", "name": "a.pdf", "title_zh": "件", "sha256": "a" * 64, "size": 1, "address": kept}
            lesson = {**COURSE["lessons"][0], "attachments": [claimed]}

            brought = await luo.post(
                "/api/training/import?publish=1", content=packed(courses=[{**COURSE, "lessons": [lesson]}])
            )

            assert brought.json()["published"] is True
            assert (await luo.get("/api/training/export.zip")).status_code == 404
