"""Decisions of filing: by the applicant, and by staff for them."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid5

from domain.case import commands as c
from domain.case import facts as f
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding import copies, dates, papers
from domain.case.deciding.guards import Recorded, require_certificates
from domain.case.state import Case, evolve
from domain.catalogue.answers import check_answers, derived_answers
from domain.catalogue.conditions import FilledForm, clear_answers, filled_form, materials_needed, sealed_answers
from domain.catalogue.items import ServiceItem
from domain.centre.centre import numbered
from domain.facts import Sealed
from domain.refusals import (
    AgentNotAllowed,
    AlreadyFiled,
    AnswersInvalid,
    AskTheWindow,
    CopyUnknown,
    Forbidden,
    ItemNotInForce,
    MaterialsMissing,
)
from domain.rights.table import require

AGENT_FIELDS = "agent_"
AUTHORISATION = "agent-authorization"
"""Type of the material by which an applicant lets somebody act for them."""
AT_THE_WINDOW = frozenset({"window", "phone"})
"""Channels by which a window clerk opens a case for a person."""


@decide.register
def _(command: c.FileCase, call: Call, bench: Bench) -> Decided:
    by_agent = command.answers.get("has_agent") is True
    return file_case(command, call, bench, applicant=uuid5(call.lane, "applicant") if by_agent else call.by.id)


def file_case(
    command: c.FileCase, call: Call, bench: Bench, *, applicant: UUID, bundle: UUID | None = None
) -> Recorded:
    """File one case of a resident, alone or as part of a bundle.

    Args:
        command: the form and its papers.
        call: with the case as its lane.
        bench: what may be looked at.
        applicant: for whom it is; the author of the call, unless they are the agent.
        bundle: the linked filing to which it belongs.

    Raises:
        Refusal: it cannot be taken.
    """
    before = _unfiled(call, bench)
    form = _checked_form(command, bench)
    reused, copied = _reused(command, call, form, bench)
    pages, needed = (*papers.named(call, command.pages, form.item), *copied), materials_needed(form)
    papers.require_may_follow(form.item, needed, command.later)
    lacking = papers.missing(needed, pages, later=command.later) + papers.unsigned(needed, command.declarations)
    if lacking:
        raise MaterialsMissing(materials=lacking)
    filed = _filed(
        command,
        call,
        bench,
        form=form,
        pages=pages,
        applicant=applicant,
        agent=call.by.id if applicant != call.by.id else None,
        channel="app",
        bundle=bundle,
    )
    there = _arrived_for(bundle, pages, before, call, bench) if bundle else []
    return _with_receipt(call, bench, before, form.item, [*reused, *there, (call.lane, filed)])


def _arrived_for(bundle: UUID, pages: tuple[f.NamedPage, ...], before: Case, call: Call, bench: Bench) -> Recorded:
    """The files of a linked filing that arrived before it, on the case that names them."""
    known, facts = bench.case(bundle).arrived, list[f.FileStored | f.FileRejected]()
    for page in {page.file: page for page in pages}.values():
        arrived = known.get(page.file)
        if arrived is None or page.file in before.arrived:
            continue
        by, sha256 = arrived.uploaded_by, arrived.sha256
        if arrived.rejected is not None:
            facts.append(f.FileRejected(file=page.file, sha256=sha256, reason=arrived.rejected, uploaded_by=by))
        else:
            facts.append(
                f.FileStored(
                    file=page.file,
                    sha256=sha256,
                    size=page.size,
                    media_type=arrived.media_type,
                    address=arrived.address,
                    uploaded_by=by,
                )
            )
    return [(call.lane, fact) for fact in facts]


@decide.register
def _(command: c.OpenCase, call: Call, bench: Bench) -> Decided:
    by_agent = command.answers.get("has_agent") is True
    agent = uuid5(call.lane, "agent") if by_agent else None
    return open_case(command, call, bench, applicant=uuid5(call.lane, "applicant"), agent=agent)


def open_case(
    command: c.OpenCase,
    call: Call,
    bench: Bench,
    *,
    applicant: UUID,
    agent: UUID | None,
    bundle: UUID | None = None,
) -> Recorded:
    """Open one case for a person, alone or as part of a bundle; required papers may still be missing.

    Args:
        command: the form as the person said it.
        call: with the case as its lane.
        bench: what may be looked at.
        applicant: for whom it is; an id of their own, for they have no account here.
        agent: who acts for them, likewise.
        bundle: the linked filing to which it belongs.

    Raises:
        Refusal: it cannot be taken.
    """
    before = _unfiled(call, bench)
    require(f"open.{command.channel}", call.by)
    form = _checked_form(command, bench)
    if command.channel in AT_THE_WINDOW:
        require_certificates(call, form.item, bench)
    papers.require_may_follow(form.item, materials_needed(form), command.later)
    pages = papers.named(call, command.pages, form.item)
    filed = _filed(
        command,
        call,
        bench,
        form=form,
        pages=pages,
        applicant=applicant,
        agent=agent,
        channel=command.channel,
        bundle=bundle,
    )
    there = _arrived_for(bundle, pages, before, call, bench) if bundle else []
    return _with_receipt(call, bench, before, form.item, [*there, (call.lane, filed)])


def _unfiled(call: Call, bench: Bench) -> Case:
    before = bench.case(call.lane)
    if before.is_filed:
        if before.belongs_to(call.by.id) or before.opened_by == call.by.id:
            raise AlreadyFiled
        raise Forbidden(act=call.command.act)
    return before


def _checked_form(command: c.FileCase | c.OpenCase, bench: Bench) -> FilledForm:
    form = filled_form(_offered(command, bench), command.answers)
    _require_valid(form, bench.today)
    if command.answers.get("has_agent") is True and not form.item.agent_allowed:
        raise AgentNotAllowed
    return form


def _offered(command: c.FileCase | c.OpenCase, bench: Bench) -> ServiceItem:
    """The item in its version, if cases are filed under it today."""
    in_force = bench.item_in_force(command.item_id)
    listed = bench.listed(command.item_id) if in_force is None else None
    if listed is not None:
        raise AskTheWindow(item=listed.id, department=listed.department_zh, phone=listed.phone, hours=listed.hours_zh)
    item = bench.item(command.item_id, command.item_version)
    if item.version != in_force:
        raise ItemNotInForce(item=item.id, version=item.version, in_force=in_force)
    return item


def _require_valid(form: FilledForm, today: date) -> None:
    found = check_answers(form, on=today)
    if found:
        raise AnswersInvalid(problems=[{"field": p.field, "code": p.code, "params": p.params} for p in found])


def _filed(
    command: c.FileCase | c.OpenCase,
    call: Call,
    bench: Bench,
    *,
    form: FilledForm,
    pages: tuple[f.NamedPage, ...],
    applicant: UUID,
    agent: UUID | None,
    channel: str,
    bundle: UUID | None = None,
) -> f.CaseFiled:
    item, today = form.item, bench.today
    private = sealed_answers(form)
    agents = {k: v for k, v in private.items() if k.startswith(AGENT_FIELDS)} if agent else {}
    day = today.strftime("%Y%m%d")
    serial = bench.serial(f"filing:{day}", call.lane)
    return f.CaseFiled(
        item_id=item.id,
        item_version=item.version,
        filing_number=numbered(f"{bench.centre().number_prefix}S", day, serial),
        channel=channel,
        applicant=applicant,
        agent=agent,
        choices={**clear_answers(form), **derived_answers(form, on=today)},
        answers=Sealed(applicant, value={k: v for k, v in private.items() if k not in agents}),
        agent_answers=Sealed(agent, value=agents) if agent else None,
        pages=pages,
        declarations=command.declarations,
        answer_by=dates.answer_by(item, bench),
        opened_by=call.by.id if isinstance(command, c.OpenCase) else None,
        later=command.later,
        agency=_agency(command, form) if agent else None,
        lapses=dates.lapses(bench),
        bundle=bundle,
    )


def _agency(command: c.FileCase | c.OpenCase, form: FilledForm) -> f.Agency:
    found = next((m.id for m in form.item.materials if m.type == AUTHORISATION), "")
    before_staff = isinstance(command, c.OpenCase)
    return f.Agency(
        relation=str(form.answers.get("agent_relation", "")),
        proof="paper" if before_staff else "declared",
        material=found if found in command.declarations else "",
    )


def _with_receipt(call: Call, bench: Bench, before: Case, item: ServiceItem, facts: Recorded) -> Recorded:
    after = before
    for _, fact in facts:
        after = evolve(fact, after, by=call.by.id)
    return [*facts, *papers.completed(call.lane, after, item, bench)]


def _reused(
    command: c.FileCase, call: Call, form: FilledForm, bench: Bench
) -> tuple[Recorded, tuple[f.NamedPage, ...]]:
    """Checked copies in place of pages: their files stand on this case too, under ids of its own."""
    facts: Recorded = []
    pages: tuple[f.NamedPage, ...] = ()
    for wanted in command.copies:
        material = form.item.material(wanted.material)
        if material is None or form.answers.get("has_agent") is True:
            raise CopyUnknown(material=wanted.material)
        copied = copies.copied(wanted.copy, material, call.lane, bench, owner=call.by.id)
        facts += [(call.lane, fact) for fact in (*copied.files, copied.reused)]
        pages += copied.pages
    return facts, pages
