"""Who appears in a run: the trainee's seats, one a role, and the invented people of the scenario."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from domain.actors import Actor, Role, office_of
from domain.centre.centre import staff_stream
from domain.training.content import Player, Scenario
from web.demo.people import Resident

NAMES = {
    Role.WINDOW_CLERK: "练习·收件员",
    Role.REVIEWER: "练习·审核员",
    Role.DECIDER: "练习·审批人",
    Role.COMMUNITY_WORKER: "练习·社区工作者",
    Role.DISTRICT_OFFICER: "练习·区级经办",
    Role.CITY_OFFICER: "练习·市级经办",
    Role.ASSESSOR: "练习·评定人员",
    Role.OUTLET_CLERK: "练习·出件员",
    Role.LEAD: "练习·值班主任",
    Role.AUDITOR: "练习·回放",
}
"""What a seat is called on the screens; nobody is named so."""

SOMEBODY = Player(name="钱立新", birth=date(1989, 4, 12), sex="male", home="桂花社区桂花园小区6栋1单元902室")
RELATIVE = Player(name="钱晓芳", birth=date(1991, 8, 3), sex="female", home="桂花社区桂花园小区6栋1单元902室")
FIRST_INVENTED = 91
"""Numbers of invented people from here on: no resident of a demonstration has them."""


def roles_of(scenario: Scenario) -> tuple[Role, ...]:
    """The seats of a scenario, those of its colleagues among them, and the one from which it is replayed."""
    named = [*(step.role for step in scenario.steps), *(play.role for step in scenario.steps for play in step.plays)]
    always = (Role.WINDOW_CLERK, Role.REVIEWER, Role.DECIDER, Role.OUTLET_CLERK, Role.AUDITOR)
    return tuple(dict.fromkeys([*(Role(one) for one in named if one), *always]))


def username(run: UUID, role: Role) -> str:
    """The name under which a seat is enrolled in the run's own sandbox."""
    return f"{role.value}.{run.hex}"


def seat(run: UUID, role: Role) -> Actor:
    """A seat as the author of commands."""
    return Actor(id=staff_stream(username(run, role)), roles=frozenset({role}), office=office_of(role))


def seats(run: UUID, scenario: Scenario) -> Iterator[tuple[Role, Actor]]:
    """Every seat of a run."""
    for role in roles_of(scenario):
        yield role, seat(run, role)


def people(scenario: Scenario) -> tuple[Resident, Resident]:
    """The person of the scenario and who acts for them, with what forms ask of people."""
    return _resident(scenario.person or SOMEBODY, 0), _resident(scenario.relative or RELATIVE, 1)


def _resident(player: Player, place: int) -> Resident:
    return Resident(n=FIRST_INVENTED + place, name=player.name, birth=player.birth, sex=player.sex, home=player.home)
