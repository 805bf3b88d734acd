"""Every role, act and state over the real decisions: done where the page of rights says so, refused everywhere else."""

from __future__ import annotations

from uuid import uuid5

import pytest

from domain.actors import Actor, Role
from domain.case import commands as c
from domain.case.state import due_step
from domain.catalogue.items import ServiceItem
from domain.centre.centre import NAMESPACE
from domain.commands import CENTRE_ONLY
from domain.commands import COMMANDS as OF_DEVICES
from domain.decisions import Call, decide
from domain.refusals import AlreadyClaimed, CaseIsClosed, Forbidden, NotFound, Refusal, StateChanged
from domain.rights.table import COMMANDS, EVERYBODY, GRANTS, OFFICE, may
from tests.cast import CASE, CENTRE, FATHER, LEASE, ZHOU
from tests.domain.case.desk import Desk
from tests.domain.case.test_acts import BETTER_PHOTO, COMMAND_OF_ACT, PLACES
from tests.rights.matrix import acts, letters
from tests.rights.people import Somebody, everybody

OF_RIGHTS = (Forbidden, NotFound, StateChanged, CaseIsClosed, AlreadyClaimed)
PEOPLE = everybody(applicant=FATHER.id)


def desk_at(place: str) -> Desk:
    """The lease case at a place of its way."""
    desk = Desk()
    desk.bring_to(place)
    return desk


def refusal(desk: Desk, command: c.Command, by: Actor) -> Refusal | None:
    """What the decision says; nothing is recorded."""
    call = Call(id=uuid5(NAMESPACE, "tried"), lane=CASE, command=command, by=by, files=(BETTER_PHOTO,))
    try:
        tuple(decide(command, call, desk))
    except Refusal as said:
        return said
    return None


def is_named(desk: Desk, act: str, who: Somebody, item: ServiceItem = LEASE) -> bool:
    """Whether the page gives the act to the person, read from its letters alone."""
    status, step = desk.status(), due_step(item, desk.case())
    given = letters(act, status)
    if not who.is_related:
        return False
    if who.actor.is_resident:
        return "A" in given
    (role,) = who.actor.roles
    if act in ("case.review", "case.decide") and (step is None or step.stage != act.removeprefix("case.")):
        return False
    return (
        ("*" in given and role in OFFICE)
        or ("W" in given and role is Role.WINDOW_CLERK)
        or ("O" in given and role is Role.OUTLET_CLERK)
        or ("L" in given and role is Role.LEAD)
        or ("S" in given and step is not None and role == step.role)
    )


def test_the_page_and_these_tests_know_every_act() -> None:
    assert set(acts()) == set(COMMAND_OF_ACT)
    assert not set(acts()) & set(COMMANDS)


@pytest.mark.parametrize("place", PLACES)
def test_every_role_does_what_the_page_names_and_nothing_else(place: str) -> None:
    desk = desk_at(place)
    holder = desk.case().claimed_by

    for act, make in COMMAND_OF_ACT.items():
        command = make(desk, ZHOU)
        for who in PEOPLE:
            said = refusal(desk, command, who.actor)
            if is_named(desk, act, who):
                held_up = isinstance(said, AlreadyClaimed) and holder not in (None, who.actor.id)
                assert held_up or not isinstance(said, Forbidden | NotFound), (place, act, who.name, said)
            elif Role.AUDITOR in who.actor.roles:
                assert isinstance(said, OF_RIGHTS), (place, act, who.name, said)
            elif not who.is_related:
                assert isinstance(said, NotFound), (place, act, who.name, said)
            else:
                assert isinstance(said, OF_RIGHTS), (place, act, who.name, said)


def test_every_command_stands_in_the_table_or_is_an_act_of_a_case() -> None:
    kinds = {kind for kind in _below(c.Command) if kind.type and kind.__module__.startswith("domain.")}

    assert {kind.type.partition("@")[0] for kind in kinds} == set(acts()) | set(COMMANDS)
    for kind in set(OF_DEVICES.values()) - CENTRE_ONLY:
        act = kind.type.partition("@")[0]
        assert act in acts() or GRANTS[act].anyone | GRANTS[act].own != {Role.CENTRE}, act


def _below(kind: type[c.Command]) -> set[type[c.Command]]:
    return {one for each in kind.__subclasses__() for one in (each, *_below(each))}


class Bare(c.Command, frozen=True, kw_only=True):
    """A command without what it is about: only rights can be asked for it."""

    name: str

    @property
    def act(self) -> str:
        """As named."""
        return self.name


@pytest.mark.parametrize("role", [*sorted(EVERYBODY), Role.CENTRE])
def test_what_does_not_stand_in_the_table_is_nobodys(role: Role) -> None:
    actor = Actor(id=ZHOU.id, roles=frozenset({role}), office="street")

    assert not may("something.else", actor)
    with pytest.raises(NotImplementedError):
        refusal(desk_at("received"), Bare(name="something.else"), actor)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_role_that_the_table_does_not_name_is_refused_before_anything_is_looked_at(name: str) -> None:
    grant = GRANTS[name]
    refused = [role for role in Role if role not in grant.anyone | grant.own]

    for role in refused:
        actor = Actor(id=CENTRE.id if role is Role.CENTRE else ZHOU.id, roles=frozenset({role}), office="street")
        said = refusal(Desk(), Bare(name=name), actor)
        assert isinstance(said, grant.says), (name, role)


def test_nobody_is_given_what_only_the_centre_does() -> None:
    for name in ("person.erase", "staff.enrol", "session.open", "file.store", "case.hand-in"):
        assert not any(may(name, who.actor) for who in PEOPLE), name
