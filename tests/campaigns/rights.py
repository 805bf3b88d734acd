"""The campaign `rights`: every role of every office, before every item, at every step of its way, tries every act.

What the page of rights gives is not forbidden, and everything else is refused, as not there to whoever may not know of
the case. The page is read from its letters; who may know of a case, from the route of its item.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from domain.actors import Actor, Role, office_of
from domain.case import commands as c
from domain.case.acts import CaseStatus
from domain.case.state import due_step
from domain.catalogue.items import ServiceItem
from domain.refusals import AlreadyClaimed, Forbidden, NotFound
from tests.campaigns.campaign import Broken, Run, summed
from tests.cast import FATHER, LIN, ZHOU, Filing, staff
from tests.domain.case.desk import Desk
from tests.domain.case.test_acts import COMMAND_OF_ACT
from tests.domain.catalogue.shipped import shipped_catalogue
from tests.rights.people import Somebody, everybody
from tests.rights.test_matrix import OF_RIGHTS, is_named, refusal

PEOPLE = everybody(applicant=FATHER.id)
REASSIGN = c.ReassignCase(to=LIN.id, reason="忙不过来")
MOST_STEPS = 20


class Done(NamedTuple):
    """What was tried.

    Attributes:
        places: states of cases, the steps of a review apart.
        asked: who tried what where.
        given: of these, what the page gives.
    """

    places: int = 0
    asked: int = 0
    given: int = 0


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    items = shipped_catalogue().items
    chosen = run.chance("items").sample(items, run.count(len(items)))
    done = Done()
    with run.progress("items") as told:
        for number, item in enumerate(chosen, 1):
            done = summed(done, tried(item))
            told(number, len(chosen))
    return (
        f"{len(chosen)} items in {done.places:,} states, {len(PEOPLE)} people, {len(COMMAND_OF_ACT)} acts: of "
        f"{done.asked:,} tries {done.given:,} are given by the page of rights and not forbidden, all others refused"
    )


def tried(item: ServiceItem) -> Done:
    """Let everybody try everything in every state of one item's way.

    Raises:
        Broken: somebody may do what the page does not give, or may not what it gives.
    """
    done = Done()
    for desk in _places(item):
        some = [_try(desk, item, act, who) for act in COMMAND_OF_ACT for who in PEOPLE]
        done = Done(done.places + 1, done.asked + len(some), done.given + sum(some))
    return done


def _try(desk: Desk, item: ServiceItem, act: str, who: Somebody) -> bool:
    """Whether the page gives the act; the decision must say the same."""
    who = who._replace(is_related=_knows(who.actor, item))
    command = REASSIGN if act == REASSIGN.act else COMMAND_OF_ACT[act](desk, ZHOU)
    said, holder = refusal(desk, command, who.actor), desk.case().claimed_by
    given = is_named(desk, act, who, item)
    if given:
        held_up = isinstance(said, AlreadyClaimed) and holder not in (None, who.actor.id)
        right = held_up or not isinstance(said, Forbidden | NotFound)
    else:
        knows = who.is_related or Role.AUDITOR in who.actor.roles
        right = isinstance(said, OF_RIGHTS if knows else NotFound)
    if not right:
        raise Broken(f"{item.id}, {desk.status()}: {who.name} tried {act}, which is {given=}, and was told {said!r}")
    return given


def _knows(actor: Actor, item: ServiceItem) -> bool:
    """Whether the route makes the case theirs: its applicant, its roles and the leads of its offices."""
    roles = {Role(step.role) for step in item.route}
    if actor.is_resident:
        return actor.id == FATHER.id
    return actor.office in map(office_of, roles) and bool(actor.roles & (roles | {Role.LEAD}))


def _places(item: ServiceItem) -> Iterator[Desk]:
    """A case of the item, at each place of its way until it is finished; then one that was withdrawn."""
    desk, filing = Desk(), Filing(item, delivery_method="mail")
    desk.items[item.id, item.version] = item
    desk.file(filing)
    yield desk
    desk.store(*filing.files)
    for _ in range(MOST_STEPS):
        yield desk
        if not _go_on(desk, item):
            break
    else:
        raise Broken(f"{item.id}: its way has no end")
    desk = Desk()
    desk.items[item.id, item.version] = item
    desk.file(filing)
    desk.do(c.WithdrawCase(), by=FATHER)
    yield desk


def _go_on(desk: Desk, item: ServiceItem) -> bool:
    """Let whoever is due do the next step; False where the way ends."""
    step = due_step(item, desk.case())
    match desk.status():
        case CaseStatus.RECEIVED:
            checked = tuple(material.id for material in item.materials if material.source == "shared")
            command: c.Command = c.AcceptCase(checked=checked)
        case CaseStatus.ACCEPTED if step is not None and step.stage == "review":
            command = c.ReviewCase()
        case CaseStatus.ACCEPTED:
            command = c.DecideCase(outcome="granted")
        case CaseStatus.GRANTED:
            command = c.IssueResult()
        case _:
            return False
    assert step is not None
    by = staff(f"walker-{step.role}", Role(step.role))
    desk.certify(by)
    desk.do(command, by=by)
    return True
