"""Service items 事项 as data: form, papers, route, conditions and result of each.

The words of the source are kept: `promised_working_days` 0 means within the working day of acceptance (immediate items
only), `None` for a statutory limit means that none is known and only the promise binds.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from domain.catalogue.form import Condition, Field

MaterialSource = Literal["applicant", "shared", "self-declared"]
MaterialForm = Literal["photo", "pdf", "form-field"]
RecordOf = Literal["applicant", "organisation", "lessor", "lessee", "child", "parent", "deceased"]
Requirement = Literal["required", "conditional", "optional"]
Clock = Literal["before-acceptance", "counted", "excluded", "after-decision"]
Stage = Literal["receive", "accept", "review", "decide", "deliver"]
RetentionClass = Literal["permanent", "30-years", "10-years"]
ResultForm = Literal["certificate", "letter", "registration", "none"]


class EligibilityCheck(Struct, frozen=True, forbid_unknown_fields=True):
    """The machine-checkable part of an eligibility rule.

    Attributes:
        field: a field of the form, or `applicant_age` or `applicant_sex`, read from the ID number.
    """

    field: str
    op: Literal["eq", "in", "gte", "lte"]
    value: bool | int | str | tuple[str, ...]


class Eligibility(Struct, frozen=True, forbid_unknown_fields=True):
    """One condition for being granted the item; `check` is None where only a person can judge it."""

    id: str
    zh: str
    en: str
    check: EligibilityCheck | None


class Material(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A paper of the item 申请材料.

    Attributes:
        id: unique within the item.
        type: the kind of paper, shared between items; a checked copy serves other items of the same person.
        source: who supplies it; `shared` comes from a register and `form` is then the fallback.
        condition: when a `conditional` material is needed.
        reuse_days: how long a checked copy may serve further cases of the person; None: not at all.
        can_supply_later: 容缺: the case may be accepted without it against a signed promise.
        record_of: whose record it is, for registers; the form may name somebody else than the applicant, or nobody.
    """

    id: str
    type: str
    name_zh: str
    name_en: str
    source: MaterialSource
    form: MaterialForm
    requirement: Requirement
    condition: Condition | None
    condition_zh: str | None
    reuse_days: int | None
    can_supply_later: bool
    record_of: RecordOf = "applicant"


class RouteStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of the way through the offices.

    Attributes:
        role: role of whoever does the step.
        working_hours: time limit of the step, in working hours.
        clock: whether it uses up the promised time; `excluded` is a special procedure 特别程序.
        calendar_days: length of an excluded step.
    """

    step: str
    stage: Stage
    role: str
    name_zh: str
    name_en: str
    working_hours: float
    clock: Clock
    calendar_days: int | None


class ResultKind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the applicant gets in the end.

    Attributes:
        valid_days: how long it is valid; None: without end, or written on it.
    """

    kind: ResultForm
    name_zh: str
    name_en: str
    mailable: bool
    electronic: bool
    valid_days: int | None


class Fee(Struct, frozen=True, forbid_unknown_fields=True):
    """What it costs, in yuan."""

    cny: float
    note_zh: str | None


class ServiceItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service item 事项 in one version; a case keeps the version it was accepted under.

    Attributes:
        version: from 1.
        delegated: whether the district has handed it down to the subdistrict (事项下放).
        verify: whether some figure of the sample was not checked against a local guide; `verify_fields` names which.
        theme: the matter of life under which a resident finds it.
        fields: the complete form in order, shared field sets first.
        pinyin_keywords: full pinyin of each of `keywords`.
        implementation_code: the centre's own 31-character code, None in sample data.
        statutory_months: limit of the law in months; the earliest of all limits of the law binds.
        one_person: whoever accepts may also decide, as few immediate items allow; others look at samples later.
        extension_working_days: how much longer it may take with approval; None for the centre's usual time.
        issue_with_gaps: the result may be issued while a promised material is still missing (容缺).
        retention_class: how long the case is kept; None: as its result tells.
    """

    id: str
    version: int = 1
    name_zh: str
    name_en: str
    plain_zh: str
    department_id: str
    department_zh: str
    department_en: str
    nature: str
    delegated: bool
    street_role: Literal["decide", "preliminary-review", "intake"]
    kind: Literal["immediate", "promised"]
    kind_zh: str
    statutory_working_days: int | None
    statutory_calendar_days: int | None
    promised_working_days: int
    verify: bool
    verify_fields: tuple[str, ...]
    subject: tuple[Literal["natural-person", "legal-person"], ...]
    agent_allowed: bool
    online: Literal["full", "partial", "none"]
    high_frequency_rank: int
    theme: str = ""
    implementation_code: str | None
    eligibility: tuple[Eligibility, ...]
    materials: tuple[Material, ...]
    field_sets: tuple[str, ...]
    fields: tuple[Field, ...]
    route: tuple[RouteStep, ...]
    result: ResultKind
    fee: Fee
    legal_basis: tuple[str, ...]
    keywords: tuple[str, ...]
    pinyin_initials: tuple[str, ...]
    pinyin_full: str
    pinyin_keywords: tuple[str, ...] = ()
    notes_zh: tuple[str, ...] = ()
    statutory_months: int | None = None
    one_person: bool = False
    extension_working_days: int | None = None
    issue_with_gaps: bool = False
    retention_class: RetentionClass | None = None

    @property
    def retention(self) -> RetentionClass:
        """How long a granted case is kept: certificates and registers longer than letters (国办发〔2023〕26号)."""
        if self.retention_class is not None:
            return self.retention_class
        return "30-years" if self.result.kind in ("certificate", "registration") else "10-years"

    def material(self, material_id: str) -> Material | None:
        """The material of that id, or None."""
        return next((material for material in self.materials if material.id == material_id), None)

    def field(self, field_id: str) -> Field | None:
        """The field of that id, or None."""
        return next((one for one in self.fields if one.id == field_id), None)

    def steps(self, stage: Stage) -> tuple[RouteStep, ...]:
        """The steps of one stage, in order."""
        return tuple(step for step in self.route if step.stage == stage)


class CatalogueMeta(Struct, frozen=True, kw_only=True):
    """What holds for the whole catalogue.

    Attributes:
        division_code: administrative division (GB/T 2260) of the centre.
        hours_per_working_day: length of a working day, for limits in hours.
        working_hours: shifts as `HH:MM-HH:MM`, local.
        derived_fields: fields that eligibility checks may use without asking for them.
    """

    schema_version: int
    title_zh: str
    title_en: str
    sample_jurisdiction_zh: str = ""
    division_code: str
    timezone: str
    hours_per_working_day: int
    working_hours: tuple[str, ...]
    derived_fields: tuple[str, ...]
    stages: tuple[Stage, ...]
    stages_zh: tuple[str, ...]


class Department(Struct, frozen=True, kw_only=True):
    """The line department on whose behalf an item is handled."""

    id: str
    name_zh: str
    name_en: str


class Role(Struct, frozen=True, kw_only=True):
    """Who does a step.

    Attributes:
        side: `front`, `back`, `community`, `district` or `external`.
    """

    id: str
    side: Literal["front", "back", "community", "district", "external"]
    name_zh: str
    name_en: str


class MaterialType(Struct, frozen=True, kw_only=True):
    """A kind of paper with its usual source, form and reuse; an item may differ."""

    id: str
    name_zh: str
    name_en: str
    source: MaterialSource
    form: MaterialForm
    reuse_days: int | None
    can_supply_later: bool
    sensitivity: Literal["sensitive", "personal", "none"]


class Bundle(Struct, frozen=True, kw_only=True):
    """Items that belong to one event of life and are applied for together (一件事)."""

    id: str
    name_zh: str
    name_en: str
    items: tuple[str, ...]
    verify: bool


class Theme(Struct, frozen=True, kw_only=True):
    """A matter of life under which residents find items, with a hint of what is in it."""

    id: str
    name_zh: str
    name_en: str
    hint_zh: str
    hint_en: str


class Catalogue(Struct, frozen=True, kw_only=True):
    """Everything the centre offers, in one version of its list."""

    meta: CatalogueMeta
    departments: tuple[Department, ...]
    roles: tuple[Role, ...]
    material_types: tuple[MaterialType, ...]
    bundles: tuple[Bundle, ...]
    themes: tuple[Theme, ...]
    items: tuple[ServiceItem, ...]

    def item(self, item_id: str) -> ServiceItem | None:
        """The item of that id, or None."""
        return next((item for item in self.items if item.id == item_id), None)

    def role(self, role_id: str) -> Role | None:
        """The role of that id, or None."""
        return next((role for role in self.roles if role.id == role_id), None)
