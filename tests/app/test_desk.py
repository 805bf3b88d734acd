"""Lists and counts by HTTP: the queue, the lead's board, reports, one's own copies; and the case that staff open."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.actors import Actor, Role
from domain.case.commands import AcceptCase, AttachCopy, ClaimCase, VerdictOn, VerifyPages
from domain.centre.centre import staff_stream
from domain.centre.commands import CertifyStaff
from domain.vault.vault import vault_stream
from tests.app.standing import CHEAP, PASSWORD, PHONE, Service, centre_open, file_lease, lease, serving

MORE = {"litao": ("李涛", Role.REVIEWER), "sunhao": ("孙浩", Role.LEAD)}
"""Colleagues beside those who are there in every test."""
CARD = "lessee-id"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        for username, (name, role) in MORE.items():
            made.centre.enrol(
                username, name=name, roles=(role.value,), office="street", password_hash=CHEAP.hash(PASSWORD)
            )
        person = staff_stream("zhoumin")
        certified = CertifyStaff(item_id=lease().id, valid_until=date(2027, 6, 30), staff=person)
        made.centre.by_itself(certified, lane=person)
        async with serving(made):
            yield made


@pytest.fixture
def case(service: Service) -> UUID:
    made, _ = file_lease(service)
    service.caught_up()
    return made


def actor_named(service: Service, username: str) -> Actor:
    record = service.centre.staff(username)
    assert record is not None
    roles = frozenset(Role(role) for role in record.staff.roles)
    return Actor(id=staff_stream(username), roles=roles, office=record.staff.office)


async def test_the_queue_has_every_case_of_the_office_once_and_says_where_each_stands(
    service: Service, case: UUID
) -> None:
    clerk, reviewer = await service.staff("zhoumin"), await service.staff("litao")

    mine, theirs = (await clerk.get("/api/queue")).json(), (await reviewer.get("/api/queue")).json()

    assert [row["id"] for row in mine["rows"]] == [row["id"] for row in theirs["rows"]] == [str(case)]
    assert mine["rows"][0]["body"]["applicant_masked"] == "陈**"
    assert (mine["tabs"]["mine"], mine["tabs"]["team"]) == ([str(case)], [str(case)])
    assert (theirs["tabs"]["mine"], theirs["tabs"]["team"]) == ([], [str(case)])


async def test_the_queue_can_be_read_in_pages_the_newest_change_first(service: Service) -> None:
    cases = [str(file_lease(service, phone=f"1390000010{n}")[0]) for n in range(5)]
    service.caught_up()
    clerk = await service.staff("zhoumin")

    async def ids(**params: str) -> tuple[list[str], str | None]:
        answer = (await clerk.get("/api/queue", params=params)).json()
        return [row["id"] for row in answer["rows"]], answer.get("next")

    whole: list[str] = []
    pages: list[list[str]] = []
    while whole != (now := (await ids())[0]):  # a follower may touch a case in between, which comes first then
        whole, pages = now, []
        page, before = await ids(first="2")
        pages.append(page)
        while before is not None:
            page, before = await ids(first="2", before=before)
            pages.append(page)

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [id for page in pages for id in page] == whole
    assert sorted(cases) == sorted(whole)


@pytest.mark.parametrize(
    "wrong", [{"first": said} for said in ("0", "501", "-1", "two", "²", "1" * 40)] + [{"first": "1", "before": "1"}]
)
async def test_a_page_of_no_size_or_place_is_no_page(service: Service, wrong: dict[str, str]) -> None:
    answer = await (await service.staff("zhoumin")).get("/api/queue", params=wrong)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("path", ["/api/queue", "/api/queue?first=2", "/api/board", "/api/reports", "/api/vault"])
async def test_nobody_reads_a_list_that_is_not_theirs(service: Service, path: str) -> None:
    forbidden = {
        "/api/queue": (await service.resident(), await service.staff("guwen")),
        "/api/queue?first=2": (await service.resident(), await service.staff("guwen")),
        "/api/board": (await service.resident(), await service.staff("zhoumin"), await service.staff("guwen")),
        "/api/reports": (await service.resident(), await service.staff("zhoumin")),
        "/api/vault": (await service.staff("zhoumin"), await service.staff("sunhao")),
    }
    for client in forbidden[path]:
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await service.client().get(path)).status_code == 401


async def test_a_lead_sees_the_board_of_the_office(service: Service, case: UUID) -> None:
    board = (await (await service.staff("sunhao")).get("/api/board")).json()

    assert (board["office"], board["open_cases"], board["unclaimed"]) == ("street", 1, [str(case)])
    assert {load["person"]["name"] for load in board["loads"]} >= {"周敏"}
    assert [cover["open_cases"] for cover in board["covers"] if cover["item"] == lease().id] == [1]


async def test_the_board_and_the_report_count_alike_what_is_open_and_late_and_what_was_decided_late(
    service: Service, case: UUID
) -> None:
    lead = await service.staff("sunhao")
    before = (await lead.get("/api/board")).json()
    service.clock.advance(days=30)
    lead = await service.staff("sunhao")

    board = (await lead.get("/api/board")).json()
    report = (await lead.get("/api/reports", params={"first": board["decided_since"]})).json()

    assert before["late"] == []
    assert [one["case"] for one in board["late"]] == [str(case)]
    assert report["late_open"] == len(board["late"])
    assert board["decided_late"] == report["all"]["late"] == 0
    assert board["decided_since"] == board["on"][:8] + "01"


@pytest.mark.usefixtures("case")
async def test_a_report_is_of_the_days_that_are_asked_for(service: Service) -> None:
    lead = await service.staff("sunhao")

    today = (await lead.get("/api/reports")).json()
    before = (await lead.get("/api/reports", params={"first": "2020-01-01", "last": "2020-12-31"})).json()

    assert [(row["key"], row["filed"]) for row in today["by_item"]] == [(lease().id, 1)]
    assert today["by_channel"][0]["key"] == "app"
    assert before["all"]["filed"] == 0
    for wrong in ({"first": "yesterday"}, {"first": "2026-02-01", "last": "2026-01-01"}):
        answer = await lead.get("/api/reports", params=wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


async def test_whoever_opens_a_case_is_told_what_they_may_do(service: Service, case: UUID) -> None:
    applicant = (await (await service.resident(PHONE)).get(f"/api/cases/{case}")).json()
    clerk = (await (await service.staff("zhoumin")).get(f"/api/cases/{case}")).json()
    reviewer = (await (await service.staff("litao")).get(f"/api/cases/{case}")).json()

    assert "case.withdraw" in applicant["acts"]
    assert applicant["acts"] == applicant["row"]["body"]["acts"]
    assert {"case.accept", "case.claim", "case.note"} <= set(clerk["acts"])
    assert "case.accept" not in reviewer["acts"]
    assert "offers" not in applicant


async def test_copies_that_were_checked_once_are_the_persons_and_are_offered_to_the_next_case(
    service: Service, case: UUID
) -> None:
    resident = await service.resident(PHONE)
    empty = (await resident.get("/api/vault")).json()
    actor = actor_named(service, "zhoumin")
    checked = tuple({page.material for page in service.centre.case(case).pages})
    service.do(ClaimCase(), lane=case, by=actor)
    assert service.do(AcceptCase(checked=checked), lane=case, by=actor).verdict == "applied"
    second, _ = file_lease(service)
    page = next(one for one in service.centre.case(second).pages if one.material == CARD)
    bad = VerifyPages(verdicts=(VerdictOn(page.file, good=False, code="unreadable", words="反光"),))

    async def offered(username: str) -> list[dict[str, Any]]:
        service.caught_up()
        answer = await (await service.staff(username)).get(f"/api/cases/{second}")
        return list(answer.json()["offers"])

    none = await offered("zhoumin")
    service.do(bad, lane=second, by=actor)
    (offer,) = await offered("zhoumin")
    to_others = [await offered(username) for username in ("litao", "sunhao")]
    attached = AttachCopy(material=CARD, copy=UUID(offer["copy"]), agreement="in-person")
    taken = service.do(attached, lane=second, by=actor)
    afterwards = await offered("zhoumin")
    kept = (await resident.get("/api/vault")).json()["row"]

    applicant = service.centre.case(case).applicant
    assert applicant is not None
    assert empty == {"row": None}
    assert (kept["kind"], kept["id"]) == ("vault", str(vault_stream(applicant)))
    assert {copy["case"] for copy in kept["body"]["copies"]} == {str(case)}
    assert (none, offer["material"], to_others) == ([], CARD, [[], []]), "what can be attached, to who can do it"
    assert (taken.verdict, afterwards) == ("applied", [])
