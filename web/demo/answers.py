"""Believable answers to any item's form, so that every case of the demonstration looks filled in by somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from domain.catalogue.bundles import BundleForm
from domain.catalogue.conditions import Json, holds
from domain.catalogue.form import Column, Field
from domain.catalogue.items import EligibilityCheck, ServiceItem
from web.demo.people import LESSORS, Resident, id_number

USCC = "92420105MA4DEM0X0G"
BANK = "汉阳农村商业银行北桥支行"


def fill(item: ServiceItem, person: Resident, *, on: date, choices: Mapping[str, Json]) -> dict[str, Json]:
    """Answers to every question of `item` that is shown, optional ones included.

    Args:
        item: whose form it is.
        person: the applicant.
        on: the day of filing.
        choices: answers that are wanted as they are; which questions are shown follows from them.
    """
    return _filled(item.fields, _checked([item]), _usual(person, on), choices)


def fill_bundle(
    form: BundleForm, items: Sequence[ServiceItem], person: Resident, *, on: date, choices: Mapping[str, Json]
) -> dict[str, Json]:
    """The same for the common form of a linked filing of `items`."""
    return _filled(form.fields, _checked(items), _usual(person, on), choices)


def _checked(items: Sequence[ServiceItem]) -> dict[str, EligibilityCheck]:
    return {rule.check.field: rule.check for item in items for rule in item.eligibility if rule.check}


def _filled(
    fields: Iterable[Field],
    wanted: Mapping[str, EligibilityCheck],
    usual: Mapping[str, Json],
    choices: Mapping[str, Json],
) -> dict[str, Json]:
    answers: dict[str, Json] = {}
    for field in fields:
        if field.show_if is None or holds(field.show_if, answers):
            answers[field.id] = choices.get(field.id) if field.id in choices else _answer(field, usual, wanted)
    return answers


def _answer(field: Field, usual: Mapping[str, Json], wanted: Mapping[str, EligibilityCheck]) -> Json:
    check = wanted.get(field.id)
    if check is not None and field.id not in usual:
        return check.value[0] if isinstance(check.value, tuple) else check.value
    if field.type == "table":
        return [{column.id: _cell(column, usual) for column in field.columns}]
    if field.id in usual:
        return usual[field.id]
    if field.type == "select":
        return field.options[0].value
    return _BY_TYPE[field.type]


def _cell(column: Column, usual: Mapping[str, Json]) -> Json:
    by_id: dict[str, Json] = {
        "name": usual["applicant_name"],
        "id_no": usual["applicant_id_no"],
        "relation": "本人",
        "health": "一般",
        "job": "店员",
        "date": usual["start_date"],
        "monthly_income": "1650",
    }
    return by_id.get(column.id, _BY_TYPE[column.type])


_BY_TYPE: dict[str, Json] = {
    "text": "见所附材料",
    "textarea": "具体情况见所附材料，如需补充请电话联系。",
    "name": "陈晓",
    "boolean": False,
    "integer": 1,
    "money": "1800",
    "decimal": "86.5",
    "bank-account": "6217000010000000000",
    "uscc": USCC,
    "phone": "13800000099",
    "address": {"text": "武汉市汉阳区北桥街道桥头社区北桥路18号"},
    "date": "2026-01-05",
    "id-number": "",
}


def _usual(person: Resident, on: date) -> dict[str, Json]:
    return {**_person(person), **_lease(person, on), **_family(on), **_work(on), **_other()}


def _person(person: Resident) -> dict[str, Json]:
    return {
        "applicant_kind": "natural-person",
        "applicant_name": person.name,
        "applicant_id_type": "passport" if person.passport else "resident-id",
        "applicant_id_no": person.passport or person.id_number,
        "applicant_phone": person.phone,
        "applicant_address": dict(person.address),
        "has_agent": False,
        "delivery_method": "electronic",
        "mail_recipient": person.name,
        "mail_phone": person.phone,
        "mail_address": dict(person.address),
        "payee_name": person.name,
        "payee_bank": BANK,
        "payee_account": f"62170000100000{person.n:05d}",
        "certificate_no": f"{person.id_number}44",
        "guardian_name": LESSORS[0].name,
        "guardian_id_no": LESSORS[0].id_number,
        "org_name": f"北桥街道{person.name[0]}记便利店",
        "org_legal_rep": person.name,
        "business_name": f"汉阳区{person.name[0]}记早点铺",
    }


def _lease(person: Resident, on: date) -> dict[str, Json]:
    lessor = LESSORS[person.n % len(LESSORS)]
    starts = on.replace(day=1)
    return {
        "applicant_role": "lessee",
        "lessor_kind": "person",
        "lessor_name": lessor.name,
        "lessor_id_type": "resident-id",
        "lessor_id_no": lessor.id_number,
        "lessor_phone": f"139{person.n:04d}0{lessor.n:03d}",
        "lessee_kind": "person",
        "lessee_name": person.name,
        "lessee_id_type": "passport" if person.passport else "resident-id",
        "lessee_id_no": person.passport or person.id_number,
        "lessee_phone": person.phone,
        "lease_kind": "direct",
        "house_co_owned": False,
        "property_cert_no": f"鄂（20{10 + person.n}）武汉市汉阳不动产权第00{4100 + 37 * person.n}号",
        "house_address": dict(person.address),
        "house_in_area": True,
        "house_area": f"{58 + 3 * person.n}.5",
        "house_use": "residence",
        "monthly_rent": str(1600 + 100 * person.n),
        "lease_start": starts.isoformat(),
        "lease_end": (starts.replace(year=starts.year + 1) - timedelta(days=1)).isoformat(),
        "occupants": 1 + person.n % 4,
        "for_school": False,
        "no_prohibited_case": True,
        "filing_no": f"北桥便民〔{on.year - 1}〕第{300 + person.n:04d}号",
        "event_date": (on - timedelta(days=3)).isoformat(),
        "change_reason": "租期到期后续租一年，租金不变。",
    }


def _family(on: date) -> dict[str, Json]:
    child = date(on.year - 2, 6, 1)
    return {
        "household_size": 3,
        "household_monthly_income": "4950",
        "child_name": "陈一诺",
        "child_birth_date": child.isoformat(),
        "child_id_no": id_number(child, "female", 3),
        "claimant_relation": "father",
        "spouse_name": "刘静",
        "spouse_id_no": id_number(date(1992, 4, 18), "female", 4),
        "due_date": (on + timedelta(days=96)).isoformat(),
        "child_order": 1,
        "mother_birth_date": "1966-02-14",
    }


def _work(on: date) -> dict[str, Json]:
    return {
        "unemployment_date": (on - timedelta(days=25)).isoformat(),
        "last_employer": "武汉汉水纺织有限公司",
        "intended_job": "仓库管理、超市理货",
        "wants_training": True,
        "employee_count": 1,
        "start_date": (on - timedelta(days=40)).isoformat(),
        "end_date": (on + timedelta(days=330)).isoformat(),
        "work_kind": "platform",
        "monthly_income": "5200",
        "skills": "会开叉车，有驾驶证C1",
        "stop_date": (on - timedelta(days=40)).isoformat(),
        "paid_months": 74,
        "period_start": (on - timedelta(days=120)).isoformat(),
        "period_end": (on - timedelta(days=30)).isoformat(),
        "paid_amount": "2760.00",
        "enlist_date": "1992-12-10",
        "discharge_date": "2004-12-01",
        "loan_amount": "100000",
        "loan_use": "早点铺添置设备、进货",
        "contribution_level": "1000",
        "insured_year": on.year + 1 if on.month >= 10 else on.year,
    }


def _other() -> dict[str, Json]:
    return {
        "destination": {"province": "广东省", "city": "深圳市"},
        "card_bank": BANK,
        "poverty_reason": "家中一人患病长期服药，一人失业，收入不够日常开支。",
        "amount_requested": "8600",
        "difficulties": "希望推荐就近的工作岗位。",
        "aid_received": "2025年享受过一次临时救助。",
        "reason": "原证磨损，照片看不清。",
        "close_reason": "店面租约到期，不再经营。",
        "business_scope": "热食类食品制售；预包装食品销售。",
        "old_value": "13800000098",
        "new_value": "13800000099",
        "case_summary": "在工地做工三个月，工资一直没有结清，老板说等工程款到账，现在电话也打不通。",
        "current_floor_area": "38",
    }
