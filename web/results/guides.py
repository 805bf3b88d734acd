"""What the window handbook and the public guides say, taken from the catalogue and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from domain.catalogue.delegation import DelegationOrder, Handling, as_accepted, route_of
from domain.catalogue.items import Material, RouteStep, ServiceItem
from domain.centre.centre import Arrangement, Particulars
from domain.training.content import QuestionAndAnswer
from web.results.paper import day_zh

HANDBOOK_PT, GUIDE_PT, LARGE_PT = 9.5, 12.0, 18.0
"""Size of type; 18 points is what large print begins with (长辈版)."""

MINUTES = 60

SUBJECTS = {"natural-person": "个人", "legal-person": "单位"}
ONLINE = {"full": "全程网办", "partial": "可网上申请，有的步骤要到场", "none": "只能到窗口办"}
STREET_ROLES = {"decide": "街道办结", "preliminary-review": "街道初审，区级办结", "intake": "街道收件，区级办结"}
SOURCES = {"applicant": "申请人交", "shared": "系统核验", "self-declared": "网上签"}
CLOCKS = {
    "before-acceptance": "受理前",
    "counted": "计入期限",
    "excluded": "特别程序，不计入",
    "after-decision": "办结后",
}


class Section(Struct, frozen=True, kw_only=True):
    """One part of an item's pages.

    Attributes:
        rows: cells of a table, or one cell a point of a list.
        head: headings of the columns; none for a table of names and values.
        widths: of the columns, as shares.
    """

    title: str
    kind: Literal["table", "list"]
    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()


class ItemPages(Struct, frozen=True, kw_only=True):
    """What is printed of one item."""

    name_zh: str
    name_en: str
    plain_zh: str
    sections: tuple[Section, ...]


class GuideBook(Struct, frozen=True, kw_only=True):
    """A handbook of several items, or the guide of one.

    Attributes:
        type_pt: size of the type, in points.
        made_on: local day.
        note: how the centre is reached.
    """

    title: str
    title_en: str
    subtitle: str
    centre: str
    footer: str
    note: str
    type_pt: float
    made_on: date
    items: tuple[ItemPages, ...]


class Offer(Struct, frozen=True, kw_only=True):
    """What the centre offers on a day: items in the order in which they are printed, orders, names of roles."""

    items: tuple[ServiceItem, ...]
    orders: tuple[DelegationOrder, ...]
    arrangement: Arrangement
    centre: Particulars
    on: date


def handbook(offer: Offer, notes: Sequence[QuestionAndAnswer] = ()) -> GuideBook:
    """The window handbook of everything that is offered: for those who accept, review and decide.

    Args:
        offer: with everything around it.
        notes: questions with the answer that holds, printed under their items.
    """
    departments = [department.id for department in offer.arrangement.departments]
    items = sorted(offer.items, key=lambda item: _rank(item, departments))
    return GuideBook(
        title=_titled("综合窗口工作手册", offer.centre),
        title_en="Window handbook",
        subtitle=f"{len(items)}个事项　{day_zh(offer.on)}编印",
        centre=offer.centre.name_zh,
        footer=_footer(offer),
        note=_note(offer.centre),
        type_pt=HANDBOOK_PT,
        made_on=offer.on,
        items=tuple(_for_the_window(item, offer, notes) for item in items),
    )


def guide(item: ServiceItem, offer: Offer, *, large: bool = False) -> GuideBook:
    """The public guide of one item: for those who apply.

    Args:
        item: one that is offered.
        offer: with everything around it.
        large: in large type.
    """
    return GuideBook(
        title=_titled(f"{item.name_zh}办事指南", offer.centre),
        title_en=f"Guide: {item.name_en}",
        subtitle="",
        centre=offer.centre.name_zh,
        footer=_footer(offer),
        note=_note(offer.centre),
        type_pt=LARGE_PT if large else GUIDE_PT,
        made_on=offer.on,
        items=(_for_the_public(item, offer),),
    )


def _rank(item: ServiceItem, departments: Sequence[str]) -> tuple[int, int, str]:
    known = departments.index(item.department_id) if item.department_id in departments else len(departments)
    return known, item.high_frequency_rank, item.id


def _titled(title: str, centre: Particulars) -> str:
    return f"{title}（示例）" if centre.is_demo else title


def _footer(offer: Offer) -> str:
    return f"示例　{day_zh(offer.on)}" if offer.centre.is_demo else day_zh(offer.on)


def _note(centre: Particulars) -> str:
    return f"{centre.address_zh}　{centre.hours_zh}　电话 {centre.phone}"


# For the window


def _for_the_window(item: ServiceItem, offer: Offer, notes: Sequence[QuestionAndAnswer]) -> ItemPages:
    handling = route_of(item, offer.orders, on=offer.on)
    roles = {role.id: role.name_zh for role in offer.arrangement.roles}
    return ItemPages(
        name_zh=item.name_zh,
        name_en=item.name_en,
        plain_zh=item.plain_zh,
        sections=tuple(
            section
            for section in (
                _particulars(as_accepted(item, handling.street_role, handling.route), handling),
                _eligibility(item, for_window=True),
                _materials(item),
                _route(handling.route, roles),
                _result(item),
                _listed("设定依据", item.legal_basis),
                _listed("备注", item.notes_zh),
                _listed("常问", [f"{one.question_zh}　{one.answer_zh}" for one in notes if item.id in one.item_ids]),
            )
            if section.rows
        ),
    )


def _particulars(item: ServiceItem, handling: Handling) -> Section:
    rows = [
        ("主管部门", item.department_zh, "事项类型", item.nature),
        ("服务对象", "、".join(SUBJECTS[one] for one in item.subject), "办件类型", item.kind_zh),
        ("法定期限", _statutory(item), "承诺期限", _promised(item)),
        ("街道职责", STREET_ROLES[item.street_role], "下放文件", _order(handling)),
        ("代办", "可以" if item.agent_allowed else "须本人申请", "网上办理", ONLINE[item.online]),
        ("收费", _fee(item), "受理与办结", "可由一人办结，事后抽查" if item.one_person else "不得为同一人"),
    ]
    return Section(title="概况", kind="table", rows=tuple(rows), widths=(0.8, 2.2, 0.8, 2.2))


def _order(handling: Handling) -> str:
    return f"{handling.order}（第{handling.batch}批）" if handling.delegated else "无"


def _eligibility(item: ServiceItem, *, for_window: bool) -> Section:
    mark = {True: "（系统自动核对）", False: "（人工核对）"} if for_window else {True: "", False: ""}
    rows = tuple((f"{rule.zh}{mark[rule.check is not None]}",) for rule in item.eligibility)
    return Section(title="申请条件", kind="list", rows=rows)


def _materials(item: ServiceItem) -> Section:
    rows = tuple(
        (
            str(number),
            material.name_zh,
            SOURCES[material.source],
            _requirement(material),
            "可容缺" if material.can_supply_later else "不可容缺",
            f"{material.reuse_days}天内可复用" if material.reuse_days else "不复用",
        )
        for number, material in enumerate(item.materials, start=1)
    )
    head = ("", "材料", "来源", "何时需要", "容缺", "材料库")
    return Section(title="申请材料", kind="table", rows=rows, head=head, widths=(0.35, 2.8, 1.1, 2.4, 1, 1.5))


def _requirement(material: Material) -> str:
    if material.requirement == "required":
        return "必要"
    return "可选" if material.requirement == "optional" else material.condition_zh or "按所填内容"


def _route(route: Iterable[RouteStep], roles: dict[str, str]) -> Section:
    rows = tuple((step.name_zh, roles.get(step.role, step.role), _limit(step), CLOCKS[step.clock]) for step in route)
    return Section(
        title="办理流程", kind="table", rows=rows, head=("步骤", "谁办", "时限", "计时"), widths=(2, 2.2, 1.6, 1.6)
    )


def _limit(step: RouteStep) -> str:
    days = f"{step.calendar_days}天" if step.calendar_days else ""
    hours = _working_time(step.working_hours) if step.working_hours else ""
    return "，".join(filter(None, (hours, days)))


def _working_time(hours: float) -> str:
    return f"{hours:g}工作小时" if hours >= 1 else f"{round(hours * MINUTES)}分钟"


def _result(item: ServiceItem) -> Section:
    rows = [("结果", item.result.name_zh), ("怎么领", _delivery(item)), ("有效期", _validity(item))]
    return Section(title="办理结果", kind="table", rows=tuple(rows), widths=(0.8, 5.2))


def _listed(title: str, lines: Iterable[str]) -> Section:
    return Section(title=title, kind="list", rows=tuple((line,) for line in lines))


# For the public


def _for_the_public(item: ServiceItem, offer: Offer) -> ItemPages:
    return ItemPages(
        name_zh=item.name_zh,
        name_en=item.name_en,
        plain_zh=item.plain_zh,
        sections=tuple(
            section
            for section in (
                _at_a_glance(item),
                _eligibility(item, for_window=False),
                _to_bring(item),
                _listed("依据", item.legal_basis),
            )
            if section.rows
        ),
    )


def _at_a_glance(item: ServiceItem) -> Section:
    rows = [
        ("谁能办", "、".join(SUBJECTS[one] for one in item.subject)),
        ("多久办好", _promised(item)),
        ("收费", _fee(item)),
        ("网上办", ONLINE[item.online]),
        ("请人代办", "可以，要有授权" if item.agent_allowed else "要本人申请"),
        ("办好拿到", item.result.name_zh),
        ("怎么领", _delivery(item)),
    ]
    return Section(title="先看这里", kind="table", rows=tuple(rows), widths=(1, 3.6))


def _to_bring(item: ServiceItem) -> Section:
    return Section(title="要准备什么", kind="list", rows=tuple((line,) for line in _papers(item)))


def _papers(item: ServiceItem) -> Iterator[str]:
    for material in item.materials:
        if material.source == "shared":
            yield f"{material.name_zh}：系统里有，一般不用交"
        elif material.requirement == "required":
            yield material.name_zh
        else:
            yield f"{material.name_zh}（{_requirement(material)}）"


# Words for both


def _statutory(item: ServiceItem) -> str:
    limits = (
        (item.statutory_working_days, "个工作日"),
        (item.statutory_calendar_days, "天"),
        (item.statutory_months, "个月"),
    )
    return "，".join(f"{count}{unit}" for count, unit in limits if count) or "未规定"


def _promised(item: ServiceItem) -> str:
    return f"{item.promised_working_days}个工作日" if item.promised_working_days else "当场办结"


def _fee(item: ServiceItem) -> str:
    amount = f"{item.fee.cny:g}元" if item.fee.cny else "不收费"
    return f"{amount}（{item.fee.note_zh}）" if item.fee.note_zh else amount


def _delivery(item: ServiceItem) -> str:
    ways = ["窗口自取"]
    ways += ["邮寄"] if item.result.mailable else []
    ways += ["电子件"] if item.result.electronic else []
    return "、".join(ways) if item.result.kind != "none" else "没有纸质结果"


def _validity(item: ServiceItem) -> str:
    return f"{item.result.valid_days}天" if item.result.valid_days else "长期，或以结果上写的为准"
