"""What the letters of a case say: receipt, acceptance, correction, declining, more time, and negative decisions.

Every sentence that has a legal effect names its basis: 行政许可法 (Licensing Law), and for the time in which a person
may object 行政复议法 art. 20 and 行政诉讼法 art. 46.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.calendar.limits import Due, local_day
from domain.case import facts as f
from domain.effects.papers import PaperKind
from domain.facts import Fact
from domain.identity.checks import mask_id_number
from web.results.letter import Letter, Point
from web.results.matter import Matter
from web.results.paper import Line, day_zh, in_rows

REMEDIES = (
    "如不服本决定，可以自收到之日起六十日内依法申请行政复议，或者自收到之日起六个月内依法向人民法院提起行政诉讼。",
    "You may ask for reconsideration within 60 days, or sue within six months, of receiving this.",
)
PROVISIONAL = "（暂定：所在年度的工作日安排尚未公布）"
PROCEDURES = {
    "hearing": "听证",
    "tender": "招标",
    "auction": "拍卖",
    "inspection": "检验",
    "testing": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert-review": "专家评审",
    "public-notice": "公示",
    "assessment": "评估",
    "objection-period": "异议期",
    "production": "制证",
}
CAUSES = {"death": "申请人死亡", "object-lost": "标的灭失", "no-response": "申请人未答复"}
CHANNELS = {"app": "网上提交", "window": "窗口收件", "phone": "电话代填", "visit": "上门代办"}


Composer = Callable[[Any, Matter], Letter]


def letter_of(kind: PaperKind, matter: Matter) -> Letter:
    """The letter of a kind about a matter.

    Raises:
        KeyError: papers of this kind are no letters.
    """
    return _COMPOSERS[kind](matter.told.fact, matter)


def _receipt(fact: f.CaseReceived, matter: Matter) -> Letter:
    case, item = matter.case, matter.item
    pages: dict[str, int] = {}
    for page in case.pages:
        pages[page.material] = pages.get(page.material, 0) + 1
    papers = [Point(_material(matter, id), f"{number} 页") for id, number in pages.items()]
    papers += [Point(_material(matter, id), "已签署") for id in case.declarations]
    received = fact.received_at or matter.told.meta.recorded_at
    return _letter(
        matter,
        opening=f"兹收到{matter.applicant_name}申请办理“{item.name_zh}”提交的下列材料。",
        opening_en=f"We have received the papers listed below for “{item.name_en}”.",
        lines=[
            Line("收件编号", "Receipt number", case.filing_number),
            Line("收件日期", "Received on", day_zh(local_day(received))),
            Line("申请人", "Applicant", matter.applicant_name),
            Line("代办人", "Agent", str(matter.answers.get("agent_name", "")) if case.agent else ""),
            Line("最迟答复", "Answer by", _day(fact.answer_by), wide=True),
        ],
        points=("材料清单", papers),
        notes=[
            f"本凭证只证明收到材料，不等于受理。本中心最迟于{_day(fact.notice)}答复：受理、不予受理，或者一次性告知需要补正的全部"
            "内容；逾期不告知的，自收到材料之日起即为受理（行政许可法第三十二条）。",
        ],
        slip=True,
    )


def _acceptance(fact: f.CaseAccepted, matter: Matter) -> Letter:
    item, case = matter.item, matter.case
    received = case.received_at or matter.told.meta.recorded_at
    since = day_zh(local_day(fact.since or received))
    opening = (
        f"您申请办理的“{item.name_zh}”，本中心未在法定期限内告知补正，依照行政许可法第三十二条，自收到材料之日（{since}）起"
        "视为受理。"
        if fact.deemed
        else f"您申请办理的“{item.name_zh}”，申请材料齐全、符合法定形式，依照行政许可法第三十二条，决定予以受理。"
    )
    deemed = "counts as accepted since it was received, because it was not answered in time"
    gaps = [Point(_material(matter, gap.material), f"请于{_day(gap.due)}前补交") for gap in fact.gaps]
    return _letter(
        matter,
        opening=opening,
        opening_en=f"Your application “{item.name_en}” {deemed if fact.deemed else 'has been accepted'}.",
        lines=[
            Line("办件编号", "Case number", fact.case_number, wide=True),
            Line("受理日期", "Accepted on", since),
            Line("受理方式", "How", "逾期视为受理" if fact.deemed else "予以受理"),
            Line("承诺办结", "Promised by", _day(fact.promised), wide=True),
            Line("法定期限", "Legal limit", _day(fact.statutory) if fact.statutory else "", wide=True),
        ],
        points=("容缺受理，下列材料可以后补", gaps) if gaps else None,
        notes=[
            "办理期限以工作日计算，自受理次日起算；依法需要听证、检验、检测、鉴定、专家评审等的时间不计入，届时另行书面告知。",
        ],
    )


def _correction(fact: f.CorrectionRequested, matter: Matter) -> Letter:
    numbers = {page.file: page.number for page in matter.case.pages}
    defects = [
        Point(_material(matter, one.material) + (f"，第 {numbers[one.file]} 页" if one.file else ""), words)
        for one, words in zip(fact.defects, matter.words, strict=True)
    ]
    again = "本次仅就新提交的材料告知。" if fact.approved_by else ""
    return _letter(
        matter,
        opening=f"您申请办理的“{matter.item.name_zh}”，材料不齐全或者不符合法定形式。依照行政许可法第三十二条，现一次性告知需要补正的"
        f"全部内容。{again}",
        opening_en="Please put right everything listed below; nothing else is missing.",
        lines=[Line("请于此日前补正", "Respond by", _day(fact.respond_by), wide=True)],
        points=("需要补正的内容", defects),
        notes=[
            "可以在手机上补拍上传，也可以到窗口提交。补正齐全之日起即为受理。",
            f"到{day_zh(fact.respond_by.on)}仍未补正的，材料退回；以后可以随时继续办理，已填写的内容不用重填。",
        ],
    )


def _decline(_: f.CaseDeclined, matter: Matter) -> Letter:
    return _letter(
        matter,
        opening=f"您申请办理的“{matter.item.name_zh}”，依照行政许可法第三十二条，决定不予受理。",
        opening_en=f"Your application “{matter.item.name_en}” is not accepted, for the reason below.",
        lines=_who(matter),
        points=("理由和救济途径", _points(("理由", "reason"), ("可以怎么办", "remedy"), words=matter.words)),
        notes=[REMEDIES[0], REMEDIES[1]],
    )


def _redirect(fact: f.CaseRedirected, matter: Matter) -> Letter:
    points = [Point("应当受理的单位", fact.office)]
    points += _points(("理由", "reason"), ("怎么联系", "how"), words=matter.words)
    return _letter(
        matter,
        opening=f"您申请办理的“{matter.item.name_zh}”不属于本中心职权范围，依照行政许可法第三十二条，告知您向下列单位申请。",
        opening_en="Another office is competent for your application; please apply there.",
        lines=_who(matter),
        points=("告知内容", points),
        notes=[REMEDIES[0]],
    )


def _extension(fact: f.ExtensionApproved, matter: Matter) -> Letter:
    return _letter(
        matter,
        opening=f"您申请办理的“{matter.item.name_zh}”不能在原期限内办结。依照行政许可法第四十二条，"
        f"经批准延长 {fact.working_days} 个工作日。",
        opening_en=f"Your case needs {fact.working_days} more working days, for the reason below.",
        lines=_new_dates(matter, fact.promised, fact.statutory),
        points=("延长的理由", [Point("理由", str(matter.words))]),
    )


def _procedure(fact: f.ProcedureBegun | f.ProcedureProlonged, matter: Matter) -> Letter:
    procedure = matter.case.procedures[fact.procedure]
    name = PROCEDURES.get(procedure.kind, procedure.kind)
    basis = fact.basis if isinstance(fact, f.ProcedureBegun) else ""
    return _letter(
        matter,
        opening=f"您申请办理的“{matter.item.name_zh}”依法需要{name}，所需时间不计入办理期限（行政许可法第四十五条）。",
        opening_en="A special procedure is needed; its days do not count towards the time limit.",
        lines=[
            Line("程序", "Procedure", name),
            Line("依据", "Basis", basis, wide=True),
            Line("自", "From", day_zh(fact.begins_on)),
            Line("至（计划）", "Planned until", day_zh(fact.ends_on)),
            *_new_dates(matter, fact.promised, fact.statutory),
        ],
        points=("说明", [Point("告知", str(matter.words))]),
    )


def _decision(fact: f.CaseDecided | f.CaseRevoked | f.CaseTerminated, matter: Matter) -> Letter:
    match fact:
        case f.CaseDecided():
            said = "经审查，决定不予办理"
        case f.CaseRevoked():
            said = "经查，决定撤销已作出的办理结果"
        case f.CaseTerminated():
            said = f"因{CAUSES.get(fact.cause, fact.cause)}，终止办理"
    told: Any = matter.words
    words: dict[str, str] = {"reason": told} if isinstance(told, str) else told
    remedies = words.get("remedies", "")
    return _letter(
        matter,
        opening=f"您申请办理的“{matter.item.name_zh}”，{said}。",
        opening_en=f"Your application “{matter.item.name_en}”: see the decision and its reason below.",
        lines=_who(matter),
        points=("决定的理由和依据", _points(("理由", "reason"), ("依据", "basis"), words=words)),
        notes=[*([remedies] if remedies else []), *REMEDIES],
    )


def _returned(fact: f.CaseReturned, matter: Matter) -> Letter:
    return _letter(
        matter,
        opening=f"您申请办理的“{matter.item.name_zh}”，到告知书载明的日期（{day_zh(fact.due.on)}）仍未补正，材料予以退回。",
        opening_en="The papers were not put right by the date of the notice, so they are returned.",
        lines=_who(matter),
        notes=["以后可以随时继续办理，已填写的内容不用重填。"],
    )


_COMPOSERS: dict[PaperKind, Composer] = {
    PaperKind.RECEIPT: _receipt,
    PaperKind.ACCEPTANCE: _acceptance,
    PaperKind.CORRECTION: _correction,
    PaperKind.DECLINE: _decline,
    PaperKind.REDIRECT: _redirect,
    PaperKind.EXTENSION: _extension,
    PaperKind.PROCEDURE: _procedure,
    PaperKind.DECISION: _decision,
    PaperKind.RETURN: _returned,
}

KIND_OF_FACT: dict[type[Fact], PaperKind] = {
    f.CaseReceived: PaperKind.RECEIPT,
    f.CaseAccepted: PaperKind.ACCEPTANCE,
    f.CorrectionRequested: PaperKind.CORRECTION,
    f.CaseDeclined: PaperKind.DECLINE,
    f.CaseRedirected: PaperKind.REDIRECT,
    f.ExtensionApproved: PaperKind.EXTENSION,
    f.ProcedureBegun: PaperKind.PROCEDURE,
    f.ProcedureProlonged: PaperKind.PROCEDURE,
    f.CaseRevoked: PaperKind.DECISION,
    f.CaseTerminated: PaperKind.DECISION,
    f.CaseReturned: PaperKind.RETURN,
}


_TITLES: dict[type[Fact], tuple[str, str]] = {
    f.CaseReceived: ("收件凭证", "Receipt"),
    f.CaseAccepted: ("受理通知书", "Notice of acceptance"),
    f.CorrectionRequested: ("一次性补正告知书", "Notice of everything to be put right"),
    f.CaseDeclined: ("不予受理决定书", "Decision not to accept"),
    f.CaseRedirected: ("告知转办通知书", "Notice of the competent office"),
    f.ExtensionApproved: ("延长办理期限告知书", "Notice of more time"),
    f.ProcedureBegun: ("特别程序告知书", "Notice of a special procedure"),
    f.ProcedureProlonged: ("特别程序延长告知书", "Special procedure prolonged"),
    f.CaseDecided: ("不予办理决定书", "Decision to refuse"),
    f.CaseRevoked: ("撤销决定书", "Decision to revoke"),
    f.CaseTerminated: ("终止办理通知书", "Notice of termination"),
    f.CaseReturned: ("退件通知书", "Notice of return"),
}


def title_of_letter(fact: Fact) -> tuple[str, str]:
    """What the letter that goes with a fact is called.

    Raises:
        KeyError: no letter goes with it.
    """
    return _TITLES[type(fact)]


def letter_kind(fact: Fact) -> PaperKind | None:
    """Which letter goes with a fact; a granted case gets its result instead."""
    if isinstance(fact, f.CaseDecided):
        return PaperKind.DECISION if fact.outcome == "rejected" else None
    return KIND_OF_FACT.get(type(fact))


def _letter(
    matter: Matter,
    *,
    opening: str,
    opening_en: str,
    lines: list[Line],
    points: tuple[str, list[Point]] | None = None,
    notes: list[str] | None = None,
    slip: bool = False,
) -> Letter:
    centre, sample = matter.centre, matter.centre.is_demo
    title, (heading, list_) = title_of_letter(matter.told.fact), points or ("", [])
    return Letter(
        title=f"{title[0]}（示例）" if sample else title[0],
        subtitle=f"{title[1]} (sample)" if sample else title[1],
        number=matter.number,
        issued_on=day_zh(matter.on),
        addressee="" if slip else matter.applicant_name,
        opening=opening,
        opening_en=opening_en,
        lines=in_rows([line for line in lines if line.value]),
        points_title=heading,
        points=tuple(list_),
        notes=tuple(notes or ()),
        centre=centre.name_zh,
        centre_en=centre.name_en,
        phone=centre.phone,
        address=centre.address_zh,
        hours=centre.hours_zh,
        is_sample=sample,
    )


def _who(matter: Matter) -> list[Line]:
    number = str(matter.answers.get("org_uscc") or matter.answers.get("applicant_id_no") or "")
    return [
        Line("申请人", "Applicant", matter.applicant_name),
        Line("证件号码", "ID number", mask_id_number(number) if number else ""),
        Line("编号", "Number", matter.number, wide=True),
    ]


def _new_dates(matter: Matter, promised: Due | None, statutory: Due | None) -> list[Line]:
    return [
        Line("编号", "Number", matter.number, wide=True),
        Line("新的承诺期限", "Promised by", _day(promised) if promised else "", wide=True),
        Line("新的法定期限", "Legal limit", _day(statutory) if statutory else "", wide=True),
    ]


def _points(*named: tuple[str, str], words: dict[str, str]) -> list[Point]:
    return [Point(head, words[key]) for head, key in named if words.get(key)]


def _material(matter: Matter, id: str) -> str:
    found = matter.item.material(id)
    return found.name_zh if found else id


def _day(due: Due) -> str:
    return day_zh(due.on) + (PROVISIONAL if due.provisional else "")
