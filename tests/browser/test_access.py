"""A number in full has a purpose, and the person concerned reads on their telephone who saw it."""

from __future__ import annotations

import re

from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.households import Households
from tests.browser.ledger import Ledger

REASON = "申请人在评定时晕倒，要联系家属"


def test_a_clerk_sees_masked_numbers_names_a_purpose_and_the_resident_reads_it(
    screens: NewScreen, centre: Centre
) -> None:
    case = Households(centre.data).case(lambda body: body["status"] == "accepted")
    phone_number = case.body["answers"]["applicant_phone"]
    masked = f"{phone_number[:3]}****{phone_number[-4:]}"
    ledger = Ledger(centre.data)
    desk = screens("tablet")
    office.sign_in(desk, "周敏", after=f"/desk/case/{case.id}")
    answers = desk.page.locator("details.fold").filter(has_text="申请人填的")
    answers.wait_for()
    if answers.get_attribute("open") is None:
        answers.locator("summary").click()
    desk.sees(masked)
    desk.picture("desk-masked")

    desk.press(re.compile("^看全：.*(手机|电话)"))
    desk.picture("desk-unmask")
    office.answer(desk, "联系申请人")

    desk.sees(phone_number)
    ledger.waits_for("record.unmasked")
    assert ledger.facts("record.unmasked")[-1]["purpose"] == "contact"

    resident = screens("phone")
    resident.open("/sign-in?after=/me/access")
    family.sign_in(resident, centre.code_for, phone=case.phone)
    resident.sees(re.compile("看了.*电话的全部数字"))
    resident.sees("用来：联系您")
    resident.sees("周敏")
    resident.picture("resident-access", whole=True)


def test_in_an_emergency_an_assessor_opens_a_case_and_the_lead_reads_why(screens: NewScreen, centre: Centre) -> None:
    case = Households(centre.data).case(lambda body: body["item_id"] == "house-lease-filing")
    ledger, officer = Ledger(centre.data), screens("tablet")
    office.sign_in(officer, "沈宁")
    officer.write("编号、姓、拼音、手机尾号", "没有这样的件")
    officer.press("办完的也一起找")
    officer.press("急事，要看一件不归您看的")
    office.fill(officer, "收件编号或受理编号", case.body["filing_number"])
    office.fill(officer, "为什么要看", REASON)
    officer.picture("desk-glass")
    office.answer(officer, "打开看")

    officer.page.wait_for_url(re.compile(f"/desk/case/{case.id}"))
    officer.sees(case.body["applicant_name"])
    ledger.waits_for("glass.broken")

    lead = screens("desktop")
    office.sign_in(lead, "孙浩", after="/lead")
    lead.sees("应急查看过的")
    lead.sees(REASON)
    lead.picture("lead-glass", whole=True)
