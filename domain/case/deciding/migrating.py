"""The decision to move an open case to a newer version of its item, and what that leads to, shown before."""

from __future__ import annotations

import msgspec

from domain.case import commands as c
from domain.case import facts as f
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding import papers
from domain.case.deciding.guards import opened, reason, require_fresh
from domain.case.standing import in_review
from domain.case.state import Case, evolve, handled_item
from domain.catalogue.conditions import FilledForm, filled_form, materials_needed
from domain.catalogue.items import ServiceItem
from domain.refusals import NotNewer, PreviewStale, RouteDiffers


@decide.register
def _(command: c.MigrateCase, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    require_fresh(call, bench)
    in_force = bench.item_in_force(case.item_id)
    if command.to_version <= case.item_version or command.to_version != in_force:
        raise NotNewer(item=case.item_id, version=case.item_version, in_force=in_force)
    newer = handled_item(bench.item(case.item_id, command.to_version), case)
    effects = migration_effects(case, item, newer)
    if effects != command.effects:
        raise PreviewStale(effects=msgspec.to_builtins(effects))
    migrated = f.CaseMigrated(
        from_version=case.item_version,
        to_version=command.to_version,
        effects=effects,
        words=reason(case, command.reason),
    )
    after = evolve(migrated, case, by=call.by.id)  # the newer version may ask for no more than is there
    return [(call.lane, migrated), *papers.completed(call.lane, after, newer, bench)]


def migration_effects(case: Case, item: ServiceItem, newer: ServiceItem) -> f.MigrationEffects:
    """What a newer version of its item makes of a case; told from the unsealed answers alone.

    Args:
        case: as it stands.
        item: in the version of the case, with its route.
        newer: the version to which it would move, with the route that it would have.

    Raises:
        RouteDiffers: steps that the case has done are not the first ones of the newer route.
    """
    _require_same_start(case, item, newer)
    old, new = filled_form(item, case.choices), filled_form(newer, case.choices)
    asked, needed = _asked(old), {one.material.id for one in materials_needed(old) if one.required}
    wanted = [one.material.id for one in materials_needed(new) if one.required]
    there = {page.material for page in case.pages} | set(case.declarations) | set(case.gaps) | needed
    there |= {material for material, outcome in case.looked_up.items() if outcome == "found"}
    return f.MigrationEffects(
        stale_answers=tuple(name for name in asked if name not in _asked(new)),
        missing_answers=tuple(field.id for field in new.shown if field.required and field.id not in asked),
        stale_papers=tuple(m.id for m in item.materials if m.id in needed and m.id not in wanted),
        missing_papers=tuple(material for material in wanted if material not in there),
        route_changed=_steps_to_come(case, item) != _steps_to_come(case, newer),
    )


def _asked(form: FilledForm) -> dict[str, None]:
    return dict.fromkeys(field.id for field in form.shown)


def _require_same_start(case: Case, item: ServiceItem, newer: ServiceItem) -> None:
    done = [step.step for step in item.steps("review")[: case.reviews_done]]
    if done != [step.step for step in newer.steps("review")[: case.reviews_done]]:
        raise RouteDiffers(done=done)


def _steps_to_come(case: Case, item: ServiceItem) -> list[tuple[str, str]]:
    """The steps after the due one, and the due one itself, each with its role."""
    due = in_review(item, case.reviews_done)
    return [(step.step, step.role) for step in item.route[item.route.index(due) :]]
