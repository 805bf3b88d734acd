"""Checks 9 and 10: who resigned, and who files for her mother."""

from __future__ import annotations

from uuid import UUID

from tests.app.printed import printed
from tests.expert.conftest import Opens
from tests.expert.service import Device, Office
from web.demo.people import CHEN, HE, MOTHER

REASON = "本人辞职，不属于非因本人意愿中断就业。"
BASIS = "《失业保险条例》第十四条"
REMEDIES = "六十日内可以申请行政复议，六个月内可以提起行政诉讼。"


async def paper_of(office: Office, reader: Device, case: UUID, kind: str) -> str:
    """What a paper of a case says, once it is there."""

    async def there() -> bool:
        return kind in [one["kind"] for one in (await reader.status(case))["papers"]]

    await office.until(there)
    papers = {one["kind"]: one["position"] for one in (await reader.status(case))["papers"]}
    return printed((await reader.get(f"/api/cases/{case}/papers/{papers[kind]}/{kind}.pdf")).content)


async def test_expert_09_who_resigned_is_registered_but_has_no_benefit_and_is_told_why_in_writing(
    open_at: Opens,
) -> None:
    async with open_at("2026-11-02 10:00") as office:
        resident = await office.resident(HE)
        registration = await resident.file("unemployment-registration", unemployment_reason="resigned")
        benefit = await resident.file("unemployment-benefit", stop_reason="resigned")
        for case in (registration, benefit):
            await office.complete(case, resident)
            await office.accept(case)
            await office.review(case)
        await office.decide(registration)

        decider = office.colleague("district")
        without_reason = await decider.refused("case.decide", benefit, outcome="rejected", basis=BASIS)
        without_remedy = await decider.refused("case.decide", benefit, outcome="rejected", reason=REASON, basis=BASIS)
        await office.decide(benefit, "rejected", reason=REASON, basis=BASIS, remedies=REMEDIES)
        registered, refused = await resident.status(registration), await resident.status(benefit)
        letter = await paper_of(office, resident, benefit, "decision")

    assert (registered["decision"]["outcome"], registered["status"]) == ("granted", "granted")
    assert (without_reason, without_remedy) == ("reason-missing", "reason-missing")
    decision = refused["decision"]
    assert (refused["status"], refused["turn"], decision["outcome"]) == ("rejected", "done", "rejected")
    assert (decision["reason"], decision["basis"], decision["remedies"]) == (REASON, BASIS, REMEDIES)
    for words in (REASON, BASIS, REMEDIES, HE.name, refused["case_number"]):
        assert words in letter


async def test_expert_10_a_daughter_files_for_her_mother_and_the_two_are_kept_apart(open_at: Opens) -> None:
    async with open_at("2026-11-02 10:00") as office:
        daughter, clerk = await office.resident(HE), office.colleague("zhoumin")
        stranger = await office.resident(CHEN)
        case = await daughter.file("advanced-age-allowance", agent_for=MOTHER, age_band="80-89")
        filed, line = await daughter.status(case), await clerk.queued(case)
        await office.accept(case)
        accepted = await clerk.full(case)
        letter = await paper_of(office, daughter, case, "acceptance")
        vaults = await daughter.rows("vault")
        hidden = (await (await stranger.browser()).get(f"/api/cases/{case}")).status_code

        await clerk.do("case.end-agency", case, reason="本人要求自己办")
        ended = await clerk.full(case)
        afterwards = await daughter.refused("case.withdraw", case)

    assert (filed["applicant_name"], filed["agent_name"]) == (MOTHER.name, HE.name)
    assert filed["answers"]["applicant_id_no"] == MOTHER.id_number
    assert filed["answers"]["agent_id_no"] == HE.id_number
    assert filed["agency"]["relation"] == "child"
    assert (filed["agency"]["proof"], filed["agency"]["material"]) == ("declared", "agent-authorization")
    assert {"agent-id", "id-card"} <= {page["material"] for page in filed["pages"]}
    assert line["applicant_masked"].startswith(MOTHER.name[0])
    assert accepted["view"]["applicant_name"] == MOTHER.name
    assert MOTHER.name in letter
    assert vaults == {}, "her mother's papers are none of hers"
    assert hidden == 404
    assert (ended["view"]["agent_name"], ended["view"]["agency"]["name"]) == (None, HE.name)
    assert ended["view"]["agency"]["ended_at"] is not None
    assert afterwards == "not-found"
