"""An open case moves to a newer version of its item, for a reason, and never to anybody's surprise."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from domain.case import commands as c
from domain.case.deciding.migrating import migration_effects
from domain.case.facts import CaseMigrated, MigrationEffects
from domain.catalogue.items import ServiceItem
from domain.refusals import MaterialsMissing, NotNewer, PreviewStale, ReasonMissing, RouteDiffers
from tests.cast import FATHER, HARDSHIP, LEASE, LI, SUN, ZHANG, ZHOU, Filing
from tests.domain.case.desk import ACCEPT_HARDSHIP, Desk

NO_EFFECT = MigrationEffects()


def newer(item: ServiceItem, **changes: object) -> ServiceItem:
    return replace(item, version=2, **changes)


def desk_with(item: ServiceItem, version: ServiceItem) -> Desk:
    """A case of `item` that was received before `version` came."""
    desk = Desk()
    desk.receive(Filing(item))
    desk.items[item.id, 2] = version
    return desk


def migrate(effects: MigrationEffects = NO_EFFECT, *, to: int = 2, reason: str = "新版少交材料") -> c.MigrateCase:
    return c.MigrateCase(to_version=to, reason=reason, effects=effects)


def preview(desk: Desk, item: ServiceItem, version: ServiceItem) -> MigrationEffects:
    return migration_effects(desk.case(), item, version)


def test_a_case_moves_with_its_reason_and_goes_on_under_the_newer_version() -> None:
    desk = desk_with(LEASE, newer(LEASE))

    (fact,) = desk.do(migrate(), by=SUN)

    assert isinstance(fact, CaseMigrated)
    assert (fact.from_version, fact.to_version, fact.effects) == (1, 2, NO_EFFECT)
    assert (fact.words.person, fact.words.value) == (FATHER.id, "新版少交材料")
    assert desk.case().item_version == 2
    assert desk.do(c.AcceptCase(), by=ZHOU)


def test_what_becomes_stale_or_missing_is_told_before() -> None:
    fields = tuple(field for field in LEASE.fields if field.id != "for_school")
    extra = replace(fields[-1], id="has_lift", required=True)
    licence = replace(LEASE.materials[0], id="fire-safety", type="fire-safety")
    version = newer(LEASE, fields=(*fields, extra), materials=(*LEASE.materials[1:], licence))
    desk = desk_with(LEASE, version)

    effects = preview(desk, LEASE, version)

    assert effects == MigrationEffects(
        stale_answers=("for_school",),
        missing_answers=("has_lift",),
        stale_papers=("property-certificate",),
        missing_papers=("fire-safety",),
    )
    desk.do(migrate(effects), by=SUN)
    with pytest.raises(MaterialsMissing) as refusal:
        desk.do(c.AcceptCase(), by=ZHOU)
    assert refusal.value.params == {"materials": ["fire-safety"]}


def test_a_case_does_not_move_where_the_effects_are_not_those_that_were_shown() -> None:
    version = newer(LEASE, materials=LEASE.materials[1:])
    desk = desk_with(LEASE, version)

    with pytest.raises(PreviewStale) as refusal:
        desk.do(migrate(), by=SUN)

    assert refusal.value.params["effects"]["stale_papers"] == ("property-certificate",)
    assert refusal.value.options == ("look-again", "discard")
    assert desk.case().item_version == 1


def test_a_case_moves_only_to_the_newer_version_in_force() -> None:
    desk = desk_with(LEASE, newer(LEASE))
    desk.items[LEASE.id, 3] = replace(LEASE, version=3)

    for to in (1, 2, 4):
        with pytest.raises(NotNewer) as refusal:
            desk.do(migrate(to=to), by=SUN)
        assert refusal.value.params == {"item": LEASE.id, "version": 1, "in_force": 3}


def test_a_case_does_not_move_without_a_reason() -> None:
    with pytest.raises(ReasonMissing):
        desk_with(LEASE, newer(LEASE)).do(migrate(reason=" "), by=SUN)


def test_a_case_in_review_moves_where_its_steps_are_the_first_of_the_newer_route() -> None:
    fewer = newer(HARDSHIP, route=tuple(step for step in HARDSHIP.route if step.step != "review"))
    desk = desk_with(HARDSHIP, fewer)
    desk.do(ACCEPT_HARDSHIP, by=ZHOU)
    desk.do(c.ReviewCase(opinion="核实无误"), by=ZHANG)

    effects = preview(desk, HARDSHIP, fewer)

    assert effects == MigrationEffects(route_changed=True)
    promised = desk.case().promised
    desk.do(migrate(effects), by=SUN)
    assert desk.case().promised == promised


def test_a_case_whose_steps_are_not_in_the_newer_route_is_finished_under_its_own_version() -> None:
    other = newer(HARDSHIP, route=tuple(step for step in HARDSHIP.route if step.step != "community-check"))
    desk = desk_with(HARDSHIP, other)
    desk.do(ACCEPT_HARDSHIP, by=ZHOU)
    desk.do(c.ReviewCase(opinion="核实无误"), by=ZHANG)

    with pytest.raises(RouteDiffers) as refusal:
        desk.do(migrate(), by=SUN)

    assert refusal.value.params == {"done": ["community-check"]}
    assert desk.do(c.ReviewCase(opinion="同意"), by=LI)
