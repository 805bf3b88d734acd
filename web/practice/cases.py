"""A closed real case becomes a scenario: what happened in it, without anything that was said of anybody.

Nothing sealed is opened. What is taken over are the item, which papers were there, which kinds of acts followed one
another, and answers by which the item decides what it asks for; the person is invented anew in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from domain.actors import Role
from domain.calendar.calendar import SHANGHAI
from domain.case import facts as f
from domain.case.acts import ENDED, CaseStatus
from domain.catalogue.items import ServiceItem
from domain.facts import Envelope
from domain.refusals import NotFound, Refusal
from domain.training.content import ExpectedAct, Play, Scenario, ScenarioMoment, ScenarioStep, WrongAct
from store.centre import Centre

OVER = ENDED | {CaseStatus.ISSUED, CaseStatus.POSTED}
POINTS = 10
PASS_SHARE = 0.8
MINUTES_A_STEP = 3


class FromCase(Struct, frozen=True):
    """The receipt or case number of a closed case."""

    number: Annotated[str, Meta(min_length=4, max_length=40)]


class CaseNotOver(Refusal):
    """Only what has been closed is practised on."""

    code = "case-not-over"


class _Told(Struct):
    """A step in the making."""

    role: str
    happens: tuple[str, str]
    expected: ExpectedAct
    rule: tuple[str, str]
    wrong: WrongAct
    plays: tuple[Play, ...] = ()


def scenario_of(centre: Centre, case_id: UUID) -> Scenario:
    """The scenario of a case; to be read and mended by a trainer before it is published.

    Raises:
        NotFound: there is no such case, or nothing in it could be practised.
        CaseNotOver: it has not been closed.
    """
    case = centre.case(case_id)
    if not case.is_filed or case.status is None:
        raise NotFound
    if case.status not in OVER:
        raise CaseNotOver(status=str(case.status))
    item, facts = centre.item_of(case), centre.read(case_id)
    steps = tuple(_numbered(_steps(item, facts)))
    if not steps:
        raise NotFound
    filed = next(one for one in facts if isinstance(one.fact, f.CaseFiled))
    at = filed.meta.recorded_at.astimezone(SHANGHAI)
    return Scenario(
        id=f"sim-{item.id}-{case_id.hex[-6:]}",
        title_zh=f"{item.name_zh}（由办过的件改编）",
        title_en=f"{item.name_en} (after a closed case)",
        channel="online",
        minutes=MINUTES_A_STEP * len(steps),
        item_ids=(item.id,),
        background_zh=f"有人申请{item.name_zh}。人物是虚构的，经过按一件办过的件改编。",
        background_en=f"Somebody applies: {item.name_en}. The person is invented; the rest follows a closed case.",
        starts=ScenarioMoment(weekday=at.isoweekday(), time=f"{at:%H:%M}"),
        pass_points=round(POINTS * len(steps) * PASS_SHARE),
        steps=steps,
    )


def _numbered(told: Iterator[_Told]) -> Iterator[ScenarioStep]:
    for number, one in enumerate(told, 1):
        yield ScenarioStep(
            id=f"s{number}",
            role=one.role,
            happens_zh=one.happens[0],
            happens_en=one.happens[1],
            plays=one.plays,
            expected=one.expected,
            rule_zh=one.rule[0],
            rule_en=one.rule[1],
            wrong=(one.wrong,),
            points=POINTS,
        )


def _steps(item: ServiceItem, facts: list[Envelope]) -> Iterator[_Told]:
    """The acts of staff in order, each with what the person did before it."""
    waiting: list[Play] = []
    taken_in = False
    for envelope in facts:
        fact = envelope.fact
        match fact:
            case f.CaseFiled():
                waiting.append(_filing(fact))
            case f.CaseSupplemented(pages=pages, declarations=signs) if pages or signs:
                waiting.append(Play(do="supply", item=item.id, pages=_pages(pages), signs=signs))
            case f.CaseClaimed() if not taken_in and envelope.meta.role == Role.WINDOW_CLERK:
                taken_in = True
                yield _with(_opened(item), waiting)
            case _:
                told = _act(item, fact, envelope.meta.role)
                if told is not None:
                    yield _with(told, waiting)


def _with(told: _Told, waiting: list[Play]) -> _Told:
    told.plays = (*waiting, *told.plays)
    waiting.clear()
    return told


def _filing(fact: f.CaseFiled) -> Play:
    """What the person hands in: answers that decide what is asked for, and which papers."""
    known = {key: value for key, value in fact.choices.items() if key != "has_agent"}
    return Play(do="file", item=fact.item_id, answers=known, pages=_pages(fact.pages), later=fact.later)


def _pages(pages: tuple[f.NamedPage, ...]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for page in pages:
        found.setdefault(page.material, []).append(page.number)
    return {material: tuple(sorted(set(numbers))) for material, numbers in found.items()}


def _opened(item: ServiceItem) -> _Told:
    return _Told(
        role=Role.WINDOW_CLERK.value,
        happens=(f"收到一件{item.name_zh}。", f"A case has come in: {item.name_en}."),
        expected=ExpectedAct(action="open-case", args={"item": item.id}),
        rule=("领取这一件，按到达时间办。", "Claim it; the time of arrival counts."),
        wrong=_wrong("decline-case", "没有看材料不能拒收。", "Nothing is declined unread."),
    )


def _wrong(action: str, zh: str, en: str) -> WrongAct:
    return WrongAct(action=action, feedback_zh=zh, feedback_en=en)


def _act(item: ServiceItem, fact: Any, role: str) -> _Told | None:
    match fact:
        case f.CorrectionRequested(defects=defects):
            return _correction(item, sorted({one.material for one in defects}))
        case f.CaseAccepted(deemed=False, gaps=gaps):
            return _accepted(item, tuple(gap.material for gap in gaps))
        case f.CaseDeclined():
            return _of(
                item, role, "decline-case", ("不符合条件，要给书面答复。", "It does not qualify; answer in writing."),
                ("书面不予受理，写明理由和救济途径。", "Decline in writing, with reason and remedies."),
                _wrong("accept-case", "不符合条件，不能受理。", "It does not qualify and is not accepted."),
            )  # fmt: skip
        case f.CaseReviewed(step=step):
            named = next((one for one in item.route if one.step == step), None)
            zh, en = (named.name_zh, named.name_en) if named else ("审核", "Review")
            return _of(
                item, role, "transfer", (f"到了{zh}这一步，各项属实。", f"The step {en} is due; all is true."),
                (f"做完{zh}，交下一环节。", f"Complete {en} and pass it on."),
                _wrong("start-special", "这一步不启动特别程序。", "No special procedure begins here."),
                args={"step": step},
            )  # fmt: skip
        case f.CaseDecided(outcome=outcome):
            return _decided(item, role, granted=outcome == "granted")
        case f.DispatchRequested():
            return _of(
                item, role, "mail-result", ("结果要寄给申请人。", "The result goes by post."),
                ("出件编号，核对地址，交邮。", "Issue it, check the address, hand it to the post."),
                _wrong("print-result", "只出件没有寄出，送达不完整。", "Printing is not sending."),
            )  # fmt: skip
        case _:
            return None


def _of(
    item: ServiceItem,
    role: str,
    action: str,
    happens: tuple[str, str],
    rule: tuple[str, str],
    wrong: WrongAct,
    *,
    args: dict[str, Any] | None = None,
) -> _Told:
    expected = ExpectedAct(action=action, args={"item": item.id, **(args or {})})
    return _Told(role=role, happens=happens, expected=expected, rule=rule, wrong=wrong)


def _correction(item: ServiceItem, missing: list[str]) -> _Told:
    names = [(one.name_zh, one.name_en) for one in item.materials if one.id in missing]
    zh, en = "、".join(name for name, _ in names), ", ".join(name for _, name in names)
    return _Told(
        role=Role.WINDOW_CLERK.value,
        happens=(f"要补的是：{zh}。", f"To be put right: {en}."),
        expected=ExpectedAct(action="request-correction", args={"missing": missing}),
        rule=("一次列全，合格的不让重交。", "All in one notice; what is in order is not asked for again."),
        wrong=_wrong("request-correction", "要一次告知全部，不多不少。", "Name all of it, no more and no less."),
    )


def _accepted(item: ServiceItem, gaps: tuple[str, ...]) -> _Told:
    if gaps:
        return _of(
            item, Role.WINDOW_CLERK.value, "accept-with-gap",
            ("主要材料齐，还有一样可以后补。", "The main papers are there; one may follow."),
            ("容缺受理，写明期限。", "Accept with a gap and a date."),
            _wrong("decline-case", "可后补的材料不应拒收。", "What may follow is no reason to decline."),
            args={"material": gaps[0]},
        )  # fmt: skip
    return _of(
        item, Role.WINDOW_CLERK.value, "accept-case",
        ("材料齐全，照片清晰。", "The papers are complete and clear."),
        ("材料齐全就受理。", "Complete means accepted."),
        _wrong("request-correction", "材料已经齐了，不能再要。", "Everything is there; nothing more is asked for."),
    )  # fmt: skip


def _decided(item: ServiceItem, role: str, *, granted: bool) -> _Told:
    if granted:
        return _of(
            item, role, "approve", ("审核都过了，等待审批。", "All reviews are done; the decision is due."),
            ("符合条件，准予。", "It qualifies: grant it."),
            _wrong("reject", "符合条件不得无故不予。", "Who is entitled is not refused without cause."),
        )  # fmt: skip
    return _of(
        item, role, "reject", ("审核发现不符合条件，等待审批。", "It does not qualify; the decision is due."),
        ("不予批准，写明理由、依据和救济途径。", "Reject with reason, ground and remedies."),
        _wrong("approve", "不符合条件不能准予。", "What does not qualify is not granted."),
    )  # fmt: skip
