"""Checks 7 and 8: no paper is asked twice, and some may follow."""

from __future__ import annotations

from uuid import UUID, uuid4

from tests.expert.conftest import Opens
from tests.expert.service import Body, Device, Office, file_of
from web.demo.people import HE, MA, MOTHER

ENROL = "resident-medical-enrol"
CERTIFICATE = "employment-certificate"
AID = "temporary-assistance"
EVIDENCE = "hardship-evidence"
ILL: Body = {"cause": "illness", "emergency": False}


async def with_a_checked_card(office: Office, resident: Device, *, ends: str) -> UUID:
    """A case was accepted for which an identity card was checked that ends on `ends`: the copy that was kept."""
    case = await resident.file(ENROL)
    verdict = {"file": str(file_of(case, "id-card")), "good": True, "expires_on": ends}
    await office.colleague("zhoumin").do("case.verify", case, verdicts=[verdict])
    await office.accept(case)
    (vault,) = (await resident.rows("vault")).values()
    (copy,) = [one for one in vault["copies"] if one["material_type"] == "id-card"]
    return UUID(copy["copy"])


async def test_expert_07_an_identity_card_is_not_asked_twice_and_its_reuse_is_on_record(open_at: Opens) -> None:
    async with open_at("2026-09-07 10:00") as office:
        resident, clerk = await office.resident(HE), office.colleague("zhoumin")
        copy = await with_a_checked_card(office, resident, ends="2026-12-31")

        case = await resident.file(CERTIFICATE, copies={"id-card": copy}, delivery_method="pickup")
        filed, seen = await resident.status(case), await clerk.full(case)
        await office.accept(case)
        history = (await office.colleague("guwen").get(f"/api/cases/{case}/history")).json()["moments"]

    (page,) = [one for one in filed["pages"] if one["material"] == "id-card"]
    assert (page["origin"], page["state"]) == ("copy", "stored")
    assert (filed["status"], filed["awaiting_files"]) == ("received", 0)
    (used,) = filed["copies"]
    assert (used["copy"], used["checked_on"], used["usable_until"]) == (str(copy), "2026-09-07", "2026-12-31")
    assert seen["view"]["copies"] == filed["copies"]
    (reused,) = [one for one in history if one["tag"] == "copy.reused"]
    assert (reused["facts"]["copy"], reused["facts"]["material"]) == (str(copy), "id-card")


async def test_expert_07_a_copy_of_a_card_that_has_run_out_is_refused_and_so_is_another_persons(open_at: Opens) -> None:
    async with open_at("2026-09-07 10:00") as office:
        resident, other = await office.resident(HE), await office.resident(MA)
        copy = await with_a_checked_card(office, resident, ends="2026-12-31")
        case = uuid4()
        strangers = await other.say("case.file", case, **other.form(CERTIFICATE, case, copies={"id-card": copy}))

        await office.pass_to("2026-12-31 23:00")
        last_day = await resident.file(CERTIFICATE, copies={"id-card": copy})
        await office.pass_to("2027-01-01 09:00")
        late = await resident.say("case.file", case, **resident.form(CERTIFICATE, case, copies={"id-card": copy}))
        anew = await resident.file(CERTIFICATE)
        status = [(await resident.status(one))["status"] for one in (last_day, anew)]

    assert strangers["code"] == "copy-unknown"
    assert (late["verdict"], late["code"]) == ("refused", "copy-expired")
    assert late["params"] == {"material": "id-card", "why": "document", "expired_on": "2026-12-31"}
    assert status == ["received", "received"]


async def test_expert_08_only_papers_of_the_list_may_follow_and_the_authorisation_never(open_at: Opens) -> None:
    async with open_at("2026-11-02 10:00") as office:
        resident, case = await office.resident(), uuid4()
        allowed = {one.id for one in office.items[AID].materials if one.can_supply_later}

        def promising(material: str) -> Body:
            return resident.form(AID, case, person=MOTHER, later=(material,), **ILL)

        refused = {
            one.id: (await resident.say("case.file", case, **promising(one.id)))["code"]
            for one in office.items[AID].materials
            if one.id not in allowed
        }
        filed = await resident.file(AID, agent_for=MOTHER, **ILL)
        at_the_window = await office.colleague("zhoumin").refused(
            "case.accept", filed, gaps=[{"material": "agent-authorization"}]
        )
        all_authorisations = {
            one.can_supply_later
            for item in office.items.values()
            for one in item.materials
            if one.type == "agent-authorization"
        }

    assert allowed == {"household-register", EVIDENCE, "bank-account-proof"}
    assert set(refused.values()) == {"cannot-follow"}
    assert "agent-authorization" in refused
    assert at_the_window == "cannot-follow"
    assert all_authorisations == {False}


async def test_expert_08_an_open_promise_is_flagged_and_holds_the_result_back_until_it_is_kept(open_at: Opens) -> None:
    async with open_at("2026-11-02 10:00") as office:
        resident, clerk, outlet = await office.resident(), office.colleague("zhoumin"), office.colleague("chenjing")
        case = await resident.file(AID, later=(EVIDENCE,), **ILL)
        await office.accept(case, gaps=(EVIDENCE,))
        promised, line = await resident.status(case), await clerk.queued(case)
        await office.review(case)
        await office.decide(case)
        held = await outlet.refused("case.issue", case)

        await office.pass_to("2026-11-17 09:00")
        overdue = await clerk.queued(case)
        await resident.supplement(case, EVIDENCE, take=1, replaces=False)
        await clerk.do("case.close-gap", case, material=EVIDENCE, outcome="supplied")
        await office.issue(case)
        issued = await resident.status(case)

    (gap,) = promised["gaps"]
    assert (gap["material"], gap["state"], gap["due"]["on"], line["gaps_open"]) == (EVIDENCE, "open", "2026-11-16", 1)
    assert [clock["about"] for clock in promised["clocks"] if clock["name"] == "gap"] == [EVIDENCE]
    assert held == "promise-open"
    assert any(flag.startswith("gap") for flag in overdue["overdue"])
    assert (issued["status"], issued["gaps"][0]["outcome"]) == ("issued", "supplied")
