"""Check 16: a rating of five levels that nobody has to give, and what a bad one leads to."""

from __future__ import annotations

from uuid import UUID, uuid4

from tests.expert.conftest import Opens
from tests.expert.service import Body, Device, Office
from web.demo.people import HE

LEASE = "house-lease-filing"
LEVELS = ("very-satisfied", "satisfied", "basically-satisfied", "dissatisfied", "very-dissatisfied")


async def granted(office: Office) -> UUID:
    """A lease certificate that has been issued."""
    case = await (await office.resident()).file(LEASE, delivery_method="electronic")
    await office.accept(case)
    await office.review(case)
    await office.decide(case)
    await office.issue(case)
    return case


async def rate(device: Device, case: UUID, level: str | None, *, id: UUID | None = None) -> str:
    """Give a rating; the code of what keeps it from being taken, or how it was judged."""
    given: Body = {"level": level} if level else {}
    verdict = await device.say("rating.give", id or uuid4(), subject_kind="case", subject=str(case), **given)
    return str(verdict.get("code") or verdict["verdict"])


async def test_expert_16_a_rating_has_five_levels_and_no_default_and_no_member_of_staff_can_give_it(
    open_at: Opens,
) -> None:
    async with open_at("2026-11-23 10:00") as office:
        resident, stranger, lead = await office.resident(), await office.resident(HE), office.colleague("sunhao")
        case = await granted(office)

        without = await rate(resident, case, None)
        unknown = await rate(resident, case, "excellent")
        by_staff = [await rate(office.colleague(who), case, LEVELS[0]) for who in ("zhoumin", "chenjing", "sunhao")]
        by_a_stranger = await rate(stranger, case, LEVELS[0])
        given = await rate(resident, case, LEVELS[2])
        again = await rate(resident, case, LEVELS[0])
        (tally,) = [one for one in (await lead.rows("rating-tally")).values() if one["of"] == "item"]

    assert (without, unknown) == ("invalid", "invalid")
    assert set(by_staff) == {"not-by-the-rated"}
    assert by_a_stranger == "not-found"
    assert (given, again) == ("applied", "already-rated")
    assert [one["level"] for one in tally["counts"]] == list(LEVELS)
    assert [one["counted"] for one in tally["counts"]] == [0, 0, 1, 0, 0]


async def test_expert_16_a_bad_rating_opens_a_follow_up_with_a_deadline_and_a_reply(open_at: Opens) -> None:
    async with open_at("2026-11-23 10:00") as office:
        resident, lead, helper = await office.resident(), office.colleague("sunhao"), office.colleague("hexin")
        case, rating = await granted(office), uuid4()

        assert await rate(resident, case, "dissatisfied", id=rating) == "applied"
        (opened,) = (await lead.rows("rectification")).values()
        seen_by_the_rated = (await office.colleague("zhoumin").rows("rated")).values()
        await lead.do("rectification.assign", rating, to=str(helper.actor.id))
        await office.pass_to("2026-12-01 09:00")
        (late,) = (await lead.rows("rectification")).values()
        too_soon = await helper.refused("rectification.settle", rating, outcome="fixed", words="已改")
        await helper.do("rectification.call-back", rating, reached=True, words="已通话，等候太久")
        await helper.do("rectification.settle", rating, outcome="fixed", words="午间加开一个窗口")
        unanswered = await lead.refused("rectification.close", rating)
        await helper.do("rectification.reply", rating, words="午间已加开窗口，抱歉让您久等。")
        await lead.do("rectification.close", rating)
        own = await resident.row("rating", rating)
        closed = await lead.rows("rectification")

    assert (opened["due"]["on"], opened["is_overdue"], opened["next"]) == ("2026-11-30", False, "assign")
    assert {person["name"] for person in opened["rated"]} >= {"周敏", "王芳"}
    assert [set(one) & {"words", "applicant", "subject"} for one in seen_by_the_rated] == [set()]
    assert late["is_overdue"]
    assert (too_soon, unanswered) == ("call-back-first", "reply-first")
    assert own["answer"] == {"state": "fixed", "due": None, "reply": "午间已加开窗口，抱歉让您久等。"}
    assert closed == {}
