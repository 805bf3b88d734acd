"""Certificates over HTTP: printed for those whom they concern, and checked by anybody who holds the paper."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from domain.actors import Role
from domain.calendar.limits import local_day
from domain.centre.centre import staff_stream
from domain.effects.exports import ExportMade
from domain.training.certificates import CertificateIssued, RecordCertificate, RevokeCertificate
from domain.training.content import Content, content_stream, kind_of
from domain.training.publishing import PublishTraining
from tests.app.pdftext import pages_of
from tests.app.standing import CHEAP, PASSWORD, Service, centre_open, serving
from tests.training.school import BANK, COURSE, KIND, SCENARIO

CLERKS = {"clerk": Role.WINDOW_CLERK, "colleague": Role.WINDOW_CLERK, "trainer": Role.TRAINER, "auditor": Role.AUDITOR}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        for name, role in CLERKS.items():
            made.centre.enrol(
                name, name=f"张{name}", roles=(role.value,), office="street", password_hash=CHEAP.hash(PASSWORD)
            )
        every: tuple[Content, ...] = (COURSE, *BANK, SCENARIO, KIND)
        for content in every:
            lane = content_stream(kind_of(content), content.id)
            assert made.centre.by_itself(PublishTraining(content=content), lane=lane).verdict == "applied"
        async with serving(made):
            yield made


def recorded(service: Service) -> tuple[UUID, CertificateIssued]:
    stream, today = uuid4(), local_day(service.clock())
    said = RecordCertificate(
        person=staff_stream("clerk"),
        certificate=KIND.id,
        valid_until=today + timedelta(days=100),
        reason="纸质证书",
    )
    assert service.centre.by_itself(said, lane=stream).verdict == "applied"
    fact = service.centre.read(stream)[0].fact
    assert isinstance(fact, CertificateIssued)
    return stream, fact


async def signed_in(service: Service, name: str) -> httpx.AsyncClient:
    browser = service.client()
    answer = await browser.post("/session/staff", json={"username": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return browser


async def test_a_certificate_is_printed_for_its_holder_and_who_trains_them(service: Service) -> None:
    stream, fact = recorded(service)
    address = f"/api/training/certificates/{stream}.pdf"
    answers: dict[str, Any] = {name: await (await signed_in(service, name)).get(address) for name in CLERKS}

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "clerk": 200,
        "colleague": 404,
        "trainer": 200,
        "auditor": 200,
    }
    (page,) = pages_of(answers["clerk"].content)
    for words in (KIND.name_zh, "张clerk", fact.number, "房屋租赁登记备案", fact.verification_code[:4]):
        assert words in page.replace("\n", ""), words
    again = await (await signed_in(service, "clerk")).get(
        address, headers={"if-none-match": answers["clerk"].headers["etag"]}
    )
    assert again.status_code == 304


async def test_whoever_holds_the_paper_sees_whether_it_counts_and_no_full_name(service: Service) -> None:
    stream, fact = recorded(service)
    service.edge.runner.wait(service.centre.head())
    page = (await service.client().get(f"/verify/{fact.verification_code}")).text

    assert "是真的，由本中心签发" in page
    assert KIND.name_zh in page
    assert fact.number in page
    assert "张clerk" not in page
    assert "张***" in page

    assert service.centre.by_itself(RevokeCertificate(reason="冒名"), lane=stream).verdict == "applied"
    page = (await service.client().get(f"/verify/{fact.verification_code}")).text
    assert "但已作废" in page
    assert "冒名" not in page


async def test_an_examination_is_begun_over_http_and_a_second_one_is_refused(service: Service) -> None:
    browser = await signed_in(service, "clerk")

    first = await browser.post("/api/training/exams", json={"certificate": KIND.id})
    second = await browser.post("/api/training/exams", json={"certificate": KIND.id})
    unknown = await browser.post("/api/training/exams", json={"certificate": "cert-nothing"})

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"], second.json()["params"]) == (
        409,
        "exam-not-open",
        {"why": "running", "attempt": first.json()["attempt"]},
    )
    assert unknown.status_code == 404


@pytest.mark.parametrize("table", ["participation", "scores", "people", "weak", "effects", "questions"])
async def test_every_table_is_taken_out_as_csv_and_workbook_and_each_is_recorded(service: Service, table: str) -> None:
    recorded(service)
    browser = await signed_in(service, "trainer")
    today = local_day(service.clock())
    before = service.centre.head()

    for form, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        answer = await browser.get(f"/api/training/figures/{table}.{form}?first={today}&last={today}")
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(begins)

    facts = [one.fact for _, one in service.centre.follow(before, 100)]
    made = [one for one in facts if isinstance(one, ExportMade)]
    assert [(one.report, one.personal) for one in made] == [
        (f"training-{table}", table in ("participation", "people"))
    ] * 2


async def test_the_figures_are_for_trainers_leads_and_auditors(service: Service) -> None:
    today = local_day(service.clock())
    address = f"/api/training/figures?first={today}&last={today}"

    assert (await (await signed_in(service, "clerk")).get(address)).status_code == 403
    body = (await (await signed_in(service, "auditor")).get(address)).json()
    assert body["participation"]["share"] == {"n": 0, "of": body["participation"]["share"]["of"]}
    assert (await (await signed_in(service, "trainer")).get(f"{address[:-10]}2020-01-01")).status_code == 400
