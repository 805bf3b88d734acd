"""Looks that are facts: numbers masked until a purpose is named, glass broken for a while; who can read of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from domain.actors import Actor, Role
from domain.case import commands as c
from domain.centre.commands import CertifyStaff
from domain.identity.erasure import ErasePerson
from domain.refusals import Forbidden, NotFound, PermissionLost
from domain.rights.glass import GLASS_HOURS, BreakGlass, GlassBroken
from domain.rights.looks import PrintRecord, RecordPrinted, RecordUnmasked, UnmaskRecord
from tests.app.standing import PHONE, Service, centre_open, file_lease, serving
from tests.cast import CASE, FATHER, GU, MONDAY_10AM, QIAN, STRANGER, ZHOU, staff
from tests.domain.case.desk import Desk
from web.session import COOKIE

REASON = "申请人在街上晕倒，要联系家属"
BREAK = BreakGlass(reason=REASON)
SEEN = c.ViewRecord(position=1, at=MONDAY_10AM)
TRAINER, OPERATOR = staff("trainer", Role.TRAINER), staff("operator", Role.OPERATOR)


# The decisions


def test_whoever_may_not_see_a_case_breaks_the_glass_and_sees_it_for_four_hours() -> None:
    desk = Desk()
    desk.bring_to("received")
    with pytest.raises(NotFound):
        desk.do(SEEN, by=QIAN)

    (broken,) = desk.do(BREAK, by=QIAN)
    assert isinstance(broken, GlassBroken)
    assert broken.until - desk.now == timedelta(hours=GLASS_HOURS)
    assert broken.reason.person == FATHER.id
    desk.do(SEEN, by=QIAN)
    desk.do(c.AddNote(text="已联系家属"), by=QIAN)
    with pytest.raises(Forbidden):
        desk.do(c.ClaimCase(), by=QIAN)
    with pytest.raises(NotFound):
        desk.do(SEEN, by=staff("another", Role.ASSESSOR))

    desk.now += timedelta(hours=GLASS_HOURS)
    with pytest.raises(NotFound):
        desk.do(SEEN, by=QIAN)


def test_whoever_sees_the_case_anyway_breaks_nothing() -> None:
    desk = Desk()
    desk.bring_to("received")

    assert desk.do(BREAK, by=ZHOU) == []


@pytest.mark.parametrize("who", [FATHER, STRANGER, GU, TRAINER, OPERATOR], ids=lambda who: min(who.roles).value)
def test_residents_auditors_trainers_and_operators_break_no_glass(who: Actor) -> None:
    desk = Desk()
    desk.bring_to("received")

    with pytest.raises(Forbidden):
        desk.do(BREAK, by=who)


def test_there_is_no_glass_around_a_case_that_does_not_exist() -> None:
    with pytest.raises(NotFound):
        Desk().do(BREAK, by=QIAN)


def test_unmasking_and_printing_are_recorded_beside_the_case() -> None:
    desk = Desk()
    desk.bring_to("received")
    unmask = UnmaskRecord(what="applicant_phone", purpose="contact")

    assert desk.do(unmask, by=ZHOU) == [RecordUnmasked(record=CASE, what="applicant_phone", purpose="contact")]
    assert desk.do(PrintRecord(what="receipt"), by=GU) == [RecordPrinted(record=CASE, what="receipt")]
    for command in (unmask, PrintRecord(what="receipt")):
        with pytest.raises(NotFound):
            desk.do(command, by=QIAN)
        with pytest.raises(Forbidden):
            desk.do(command, by=FATHER)


def test_a_role_that_was_lost_is_still_told_as_such() -> None:
    desk = Desk()
    desk.bring_to("received")
    before = desk.people[QIAN.id]
    desk.people[QIAN.id] = type(before)(id=QIAN.id, former=("window-clerk",))

    with pytest.raises(NotFound):
        desk.do(c.ClaimCase(), by=Actor(id=QIAN.id, roles=QIAN.roles, office="assessor"))
    with pytest.raises(PermissionLost):
        desk.do(c.ClaimCase(), by=Actor(id=QIAN.id, roles=QIAN.roles, office="street"))


# Over HTTP


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        async with serving(made):
            yield made


@pytest.fixture
def case(service: Service) -> UUID:
    found, _ = file_lease(service)
    service.caught_up()
    return found


def enter(service: Service, username: str, role: Role, office: str = "street") -> httpx.AsyncClient:
    """The browser of a new colleague."""
    centre = service.centre
    centre.enrol(username, name=username, roles=(role.value,), office=office, password_hash="none")
    record = centre.staff(username)
    assert record is not None
    assert record.staff.id is not None
    browser = service.client()
    token = centre.open_session(record.staff.id, kind="staff", method="password", device=None, hours=12)
    browser.cookies.set(COOKIE, token)
    return browser


async def looks(browser: httpx.AsyncClient, path: str) -> list[tuple[str, str, str, str]]:
    found = (await browser.get(path)).json()["looks"]
    return [(one["how"], one["name"], one["what"], one["why"]) for one in found]


async def test_numbers_are_masked_for_whoever_does_not_work_on_the_case(service: Service, case: UUID) -> None:
    clerk = await service.staff("zhoumin")
    applicant = await service.resident(PHONE)
    whole = (await applicant.get(f"/api/cases/{case}")).json()["row"]["body"]["answers"]
    private = {name for name in whole if name.endswith(("_phone", "_id_no"))}
    assert {"applicant_phone", "lessor_id_no"} <= private

    seen = (await clerk.get(f"/api/cases/{case}")).json()["row"]["body"]["view"]["answers"]
    assert all("*" in seen[name] and seen[name] != whole[name] for name in private)
    assert {name: value for name, value in seen.items() if name not in private} == {
        name: value for name, value in whole.items() if name not in private
    }

    zhou = service.centre.staff("zhoumin")
    assert zhou is not None
    assert zhou.staff.id is not None
    by = Actor(id=zhou.staff.id, roles=frozenset({Role.WINDOW_CLERK}), office="street")
    certified(service, by)
    assert service.do(c.ClaimCase(), lane=case, by=by).verdict == "applied"
    service.caught_up()
    held = (await clerk.get(f"/api/cases/{case}")).json()["row"]["body"]["view"]["answers"]
    assert held == whole


def certified(service: Service, who: Actor) -> None:
    command = CertifyStaff(item_id="house-lease-filing", valid_until=date(2027, 6, 30), staff=who.id)
    service.centre.by_itself(command, lane=who.id)


async def test_a_number_in_full_needs_a_purpose_and_leaves_a_trace_for_the_applicant(
    service: Service, case: UUID
) -> None:
    clerk = await service.staff("zhoumin")
    applicant = await service.resident(PHONE)
    whole = (await applicant.get(f"/api/cases/{case}")).json()["row"]["body"]["answers"]
    await clerk.get(f"/api/cases/{case}")

    asked = {"what": "lessor_id_no", "purpose": "check-identity"}
    shown = await clerk.post(f"/api/cases/{case}/unmask", json=asked)
    assert shown.json() == {"value": whole["lessor_id_no"]}
    assert (await clerk.post(f"/api/cases/{case}/unmask", json={**asked, "purpose": "for fun"})).status_code == 400
    for what in ("nothing", "applicant_name", "lessor_id_no.0.x"):
        assert (await clerk.post(f"/api/cases/{case}/unmask", json={**asked, "what": what})).status_code == 404
    assert (await applicant.post(f"/api/cases/{case}/unmask", json=asked)).status_code == 403

    seen = [("unmasked", "周敏", "lessor_id_no", "check-identity"), ("opened", "周敏", "", "")]
    assert await looks(applicant, f"/api/cases/{case}/access") == seen
    assert await looks(applicant, "/api/me/access") == seen
    assert await looks(await service.staff("guwen"), f"/api/cases/{case}/access") == seen
    assert (await clerk.get(f"/api/cases/{case}/access")).status_code == 403
    stranger = await service.resident("13800000099")
    assert (await stranger.get(f"/api/cases/{case}/access")).status_code == 404
    assert await looks(stranger, "/api/me/access") == []


async def test_a_page_that_a_clerk_opens_without_the_case_leaves_a_trace_too(service: Service) -> None:
    case, files = file_lease(service)
    service.caught_up()
    clerk, applicant = await service.staff("zhoumin"), await service.resident(PHONE)

    assert (await clerk.get(f"/api/cases/{case}/files/{files[0].id}")).status_code == 200
    assert (await applicant.get(f"/api/cases/{case}/files/{files[0].id}")).status_code == 200

    assert await looks(applicant, f"/api/cases/{case}/access") == [("opened", "周敏", "", "")]


async def test_broken_glass_opens_one_case_for_hours_and_everybody_concerned_reads_why(
    service: Service, case: UUID
) -> None:
    officer = await asyncio.to_thread(enter, service, "district", Role.DISTRICT_OFFICER, "district")
    lead = await asyncio.to_thread(enter, service, "sunhao", Role.LEAD)
    applicant = await service.resident(PHONE)
    number = (await applicant.get(f"/api/cases/{case}")).json()["row"]["body"]["filing_number"]
    assert (await officer.get(f"/api/cases/{case}")).status_code == 404
    wrong = await officer.post("/api/break-glass", json={"number": number[:-1], "reason": REASON})
    assert wrong.status_code == 404

    broken = await officer.post("/api/break-glass", json={"number": number, "reason": REASON})

    assert broken.json() == {"case": str(case)}
    opened = await officer.get(f"/api/cases/{case}")
    assert opened.status_code == 200
    assert "*" in opened.json()["row"]["body"]["view"]["answers"]["applicant_phone"]
    assert await looks(applicant, "/api/me/access") == [
        ("opened", "district", "", ""),
        ("glass", "district", "", REASON),
    ]
    assert await looks(lead, "/api/broken-glass") == [("glass", "district", "", REASON)]
    assert await looks(await service.staff("guwen"), "/api/broken-glass") == [("glass", "district", "", REASON)]
    service.clock.advance(hours=GLASS_HOURS)
    assert (await officer.get(f"/api/cases/{case}")).status_code == 404


async def test_the_words_about_an_erased_person_are_gone_from_the_access_log(service: Service, case: UUID) -> None:
    officer = await asyncio.to_thread(enter, service, "district", Role.DISTRICT_OFFICER, "district")
    applicant = await service.resident(PHONE)
    number = (await applicant.get(f"/api/cases/{case}")).json()["row"]["body"]["filing_number"]
    await officer.post("/api/break-glass", json={"number": number, "reason": REASON})
    person = service.centre.person_for_phone(PHONE)
    assert person is not None

    erase = ErasePerson(reason="unlawful-processing", basis="R-1", cases=(case,), open_cases_confirmed=True)
    answer = await asyncio.to_thread(lambda: service.centre.by_itself(erase, lane=person))
    assert answer.verdict == "applied"
    auditor = await service.staff("guwen")

    async with asyncio.timeout(20):  # a follower destroys the key in its own time
        while (found := await looks(auditor, f"/api/cases/{case}/access")) != [("glass", "district", "", "")]:
            assert found == [("glass", "district", "", REASON)]
            await asyncio.sleep(0.02)
