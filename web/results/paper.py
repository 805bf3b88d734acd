"""What a result document says: a lease certificate, or the notice of the result of any other item."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.catalogue.items import ServiceItem
from domain.centre.centre import Particulars
from domain.identity.checks import mask_id_number

LEASE_ITEM = "house-lease-filing"
CODE_GROUP = 4
RESULT_TITLES = {
    "certificate": ("证照核发通知书", "Notice of issue"),
    "letter": ("政务服务事项办理结果通知书", "Notice of result"),
    "registration": ("登记备案结果单", "Record of registration"),
    "none": ("政务服务事项办结通知书", "Notice of completion"),
}
"""What the paper is called by the kind of the item's result. Cards and licences come from their own authority: the
centre's paper says that they were granted."""

Answers = Mapping[str, Any]


class Line(Struct, frozen=True):
    """One particular: what it is called in both languages, and what it says; two short ones share a row."""

    zh: str
    en: str
    value: str
    wide: bool = False


class Paper(Struct, frozen=True, kw_only=True):
    """A result document, ready to be set.

    Attributes:
        title: in Chinese; the title of a demonstration says so.
        number: document number.
        issued_on: local day of issue.
        opening: what is certified or decided, one sentence each.
        lines: the particulars.
        code: verification code in groups.
        verify_url: where the code is checked; printed as QR code.
        mark: stamped across a copy or a paper that counts no more, empty on any other.
        is_sample: whether the centre is a demonstration.
    """

    title: str
    subtitle: str
    number: str
    issued_on: date
    opening: str
    opening_en: str
    lines: tuple[Line, ...]
    closing: str
    centre: str
    centre_en: str
    phone: str
    code: str
    verify_url: str
    is_sample: bool
    mark: str = ""


class AnswersGone(Exception):
    """The applicant was erased: what was sealed under their key cannot be printed any more."""


class Issued(Struct, frozen=True, kw_only=True):
    """What is known of a case when its result is issued.

    Attributes:
        applicant: to whom the document belongs.
        answers: everything the form holds, personal values included; None once the applicant was erased.
        decided_on: local day.
        issued_on: local day.
    """

    applicant: UUID
    item: ServiceItem
    answers: Answers | None
    case_number: str
    document_number: str
    verification_code: str
    decided_on: date
    issued_on: date
    centre: Particulars


def compose(issued: Issued, *, address: str, mark: str = "") -> Paper:
    """The document for a granted case.

    Args:
        issued: the case.
        address: base address under which the centre is reached, for the check page, without a slash at its end.
        mark: what is stamped across it.

    Raises:
        AnswersGone: the applicant was erased.
    """
    if issued.answers is None:
        raise AnswersGone
    is_lease = issued.item.id == LEASE_ITEM
    lines = _lease_lines(issued, issued.answers) if is_lease else _notice_lines(issued, issued.answers)
    title, subtitle = title_of(issued.item)
    sample = issued.centre.is_demo
    return Paper(
        title=f"{title}（示例）" if sample else title,
        subtitle=f"{subtitle} (sample)" if sample else subtitle,
        number=issued.document_number,
        issued_on=issued.issued_on,
        opening=_opening(issued, is_lease=is_lease),
        opening_en=_opening_en(issued.item, is_lease=is_lease),
        lines=in_rows([line for line in lines if line.value]),
        closing="特此证明。" if is_lease else "特此通知。",
        centre=issued.centre.name_zh,
        centre_en=issued.centre.name_en,
        phone=issued.centre.phone,
        code=grouped(issued.verification_code),
        verify_url=f"{address}/verify/{issued.verification_code}",
        is_sample=sample,
        mark=mark,
    )


def title_of(item: ServiceItem) -> tuple[str, str]:
    """The title of the item's document in Chinese and English."""
    return (item.result.name_zh, item.result.name_en) if item.id == LEASE_ITEM else RESULT_TITLES[item.result.kind]


def grouped(code: str) -> str:
    """A verification code in groups of four, as people read it aloud."""
    return " ".join(code[at : at + CODE_GROUP] for at in range(0, len(code), CODE_GROUP))


def day_zh(day: date) -> str:
    """A day as papers write it: 2026年11月24日."""
    return f"{day.year}年{day.month}月{day.day}日"


def address_text(answer: Any) -> str:
    """An address in one line, from its line or from its levels."""
    if not isinstance(answer, dict):
        return ""
    parts = dict(cast("dict[str, str]", answer))
    return parts.pop("text", "").strip() or "".join(parts.values())


def _opening(issued: Issued, *, is_lease: bool) -> str:
    basis = "".join(f"《{_plain(name)}》" for name in issued.item.legal_basis)
    if is_lease:
        return f"依据{basis}，下列房屋租赁已办理登记备案。"
    return f"依据{basis}，您申请的“{issued.item.name_zh}”已于{day_zh(issued.decided_on)}办结，决定如下。"


def _plain(name: str) -> str:
    """A statute's name without outer book marks, inner ones turned to single ones (GB/T 15834)."""
    return (
        name.removeprefix("《").removesuffix("》")
        if name.count("《") == 1 and name.startswith("《")
        else name.replace("《", "〈").replace("》", "〉")
    )


def _opening_en(item: ServiceItem, *, is_lease: bool) -> str:
    if is_lease:
        return "The lease described below has been registered and filed."
    return f"Your application “{item.name_en}” has been decided as stated below."


def in_rows(lines: list[Line]) -> tuple[Line, ...]:
    """Lines for a table of two columns: every short one that has no neighbour made wide."""
    paired: list[Line] = []
    at = 0
    while at < len(lines):
        row = lines[at : at + 2]
        if not any(line.wide for line in row) and len(row) == 2:
            paired += row
            at += 2
        else:
            paired.append(replace(row[0], wide=True))
            at += 1
    return tuple(paired)


def _lease_lines(issued: Issued, answers: Answers) -> tuple[Line, ...]:
    item = issued.item
    lessor_number = str(answers.get("lessor_id_no") or answers.get("lessor_uscc") or "")
    lessee_number = str(answers.get("lessee_id_no") or answers.get("lessee_uscc") or "")
    return (
        Line("出租人", "Lessor", str(answers.get("lessor_name", ""))),
        Line("证件号码", "ID number", mask_id_number(lessor_number)),
        Line("承租人", "Lessee", str(answers.get("lessee_name", ""))),
        Line("证件号码", "ID number", mask_id_number(lessee_number)),
        Line("房屋坐落", "Address", address_text(answers.get("house_address")), wide=True),
        Line("产权证号", "Title number", str(answers.get("property_cert_no", "")), wide=True),
        Line("租赁面积", "Area let", f"{answers.get('house_area', '')} 平方米"),
        Line("租赁用途", "Use", chosen(item, answers, "house_use")),
        Line("租赁方式", "Kind of lease", chosen(item, answers, "lease_kind")),
        Line("备案日期", "Filed on", day_zh(issued.decided_on)),
        Line("租赁期限", "Term", _term(answers), wide=True),
    )


def _term(answers: Answers) -> str:
    days = [str(answers.get(key, "")) for key in ("lease_start", "lease_end")]
    return " 至 ".join(day_zh(date.fromisoformat(day)) for day in days if day)


def _notice_lines(issued: Issued, answers: Answers) -> tuple[Line, ...]:
    item = issued.item
    return (
        Line("申请人", "Applicant", str(answers.get("org_name") or answers.get("applicant_name", ""))),
        Line(
            "证件号码", "ID number", mask_id_number(str(answers.get("org_uscc") or answers.get("applicant_id_no", "")))
        ),
        Line("代办人", "Agent", str(answers.get("agent_name", ""))),
        Line("办理事项", "Service item", item.name_zh, wide=True),
        Line("办件编号", "Case number", issued.case_number, wide=True),
        Line("主管部门", "Department", item.department_zh),
        Line("办理结果", "Decision", "准予办理"),
        Line("结果名称", "Result", item.result.name_zh, wide=True),
        Line("办结日期", "Decided on", day_zh(issued.decided_on)),
        Line("有效期", "Valid for", f"自签发之日起 {item.result.valid_days} 天" if item.result.valid_days else ""),
    )


def chosen(item: ServiceItem, answers: Answers, field_id: str) -> str:
    """The Chinese words of a chosen option, empty if nothing was chosen."""
    field, answer = item.field(field_id), answers.get(field_id)
    options = field.options if field else ()
    return next((option.zh for option in options if option.value == answer), "")
