"""Whether an item holds together: fields, conditions and papers refer to what is there, steps are in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from domain.actors import Role
from domain.catalogue.form import Condition, Field
from domain.catalogue.items import ServiceItem, Stage

DERIVED = frozenset({"applicant_age", "applicant_sex"})
"""What checks of eligibility may use without asking for it."""

ROLES = frozenset(role.value for role in Role)
MOST_HOURS, MOST_DAYS, MOST_MONTHS = 2_000, 3_660, 120
"""Limits beyond any that an item can mean: about a year of work, ten years, ten years."""
STAGES: tuple[Stage, ...] = ("receive", "accept", "review", "decide", "deliver")


def faults_of(item: ServiceItem, *, derived: frozenset[str] = DERIVED) -> tuple[str, ...]:
    """What is wrong with `item`, each as `where: what`; nothing for a sound one.

    Args:
        item: with its complete form.
        derived: fields that checks of eligibility may use without asking for them.
    """
    return tuple(_faults(item, derived))


def _faults(item: ServiceItem, derived: frozenset[str]) -> Iterator[str]:
    seen: dict[str, list[Field]] = {}
    for field in item.fields:
        yield from _condition_faults(field.show_if, seen, key=f"fields: {field.id}: show_if")
        others = seen.setdefault(field.id, [])
        if any(not _alternatives(field, other) for other in others):
            yield f"fields: {field.id} stands twice"
        others.append(field)
    for field in item.fields:
        if not field.label_zh.strip():
            yield f"fields: {field.id}: label_zh is empty"
        if field.type == "select" and not field.options:
            yield f"fields: {field.id}: a select needs options"
        yield from _validation_faults(field, seen)
    for rule in item.eligibility:
        if rule.check and rule.check.field not in seen and rule.check.field not in derived:
            yield f"eligibility: {rule.id}: there is no field {rule.check.field}"
    yield from _material_faults(item, seen)
    yield from _route_faults(item)
    yield from _limit_faults(item)


def _limit_faults(item: ServiceItem) -> Iterator[str]:
    limits: tuple[tuple[str, float | None, int], ...] = (
        ("promised_working_days", item.promised_working_days, MOST_DAYS),
        ("statutory_working_days", item.statutory_working_days, MOST_DAYS),
        ("statutory_calendar_days", item.statutory_calendar_days, MOST_DAYS),
        ("statutory_months", item.statutory_months, MOST_MONTHS),
        ("extension_working_days", item.extension_working_days, MOST_DAYS),
        *((f"route: {step.step}: working_hours", step.working_hours, MOST_HOURS) for step in item.route),
        *((f"route: {step.step}: calendar_days", step.calendar_days, MOST_DAYS) for step in item.route),
    )
    for name, limit, most in limits:
        if limit is not None and not 0 <= limit <= most:
            yield f"{name}: {limit:g} is not between 0 and {most}"


def _alternatives(one: Field, other: Field) -> bool:
    """Whether two fields of one id are ways to ask the same, of which at most one is ever shown."""
    return (one.type, one.options, one.columns) == (other.type, other.options, other.columns) and any(
        mine.field == yours.field and not set(mine.values) & set(yours.values)
        for mine in _parts(one.show_if)
        for yours in _parts(other.show_if)
    )


def _parts(condition: Condition | None) -> Iterator[Condition]:
    """The conditions about one field each that must all hold."""
    if condition is None:
        return
    if condition.field is not None:
        yield condition
    for part in condition.all:
        yield from _parts(part)


def _material_faults(item: ServiceItem, fields: Mapping[str, Sequence[Field]]) -> Iterator[str]:
    known: set[str] = set()
    for material in item.materials:
        if material.id in known:
            yield f"materials: {material.id} stands twice"
        known.add(material.id)
        if (material.requirement == "conditional") != (material.condition is not None):
            yield f"materials: {material.id}: conditional and condition go together"
        yield from _condition_faults(material.condition, fields, key=f"materials: {material.id}: condition")


def _validation_faults(field: Field, fields: Mapping[str, Sequence[Field]]) -> Iterator[str]:
    rules, key = field.validation, f"fields: {field.id}"
    yield from _condition_faults(rules.check_digit_when, fields, key=f"{key}: check_digit_when")
    others = {rules.after, rules.max_years_after and rules.max_years_after.field} - {None}
    for missing in sorted(str(other) for other in others - fields.keys()):
        yield f"{key}: validation: there is no field {missing}"
    try:
        re.compile(rules.pattern or "")
    except re.error as error:
        yield f"{key}: pattern: {error}"


def _condition_faults(condition: Condition | None, fields: Mapping[str, Sequence[Field]], *, key: str) -> Iterator[str]:
    for part in _parts(condition):
        if part.field not in fields:
            yield f"{key}: there is no field {part.field} before it"


def _route_faults(item: ServiceItem) -> Iterator[str]:
    steps = [step.step for step in item.route]
    for name in dict.fromkeys(name for name in steps if steps.count(name) > 1):
        yield f"route: {name} stands twice"
    for step in item.route:
        if not step.name_zh.strip():
            yield f"route: {step.step}: name_zh is empty"
        if step.role not in ROLES:
            yield f"route: {step.step}: role: there is no {step.role}"
    stages = [step.stage for step in item.route]
    if stages != sorted(stages, key=STAGES.index):
        yield "route: the stages are out of order"
    for stage in STAGES:
        if stage != "review" and stage not in stages:
            yield f"route: there is no step of the stage {stage}"
