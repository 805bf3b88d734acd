"""Every status, act and person: allowed, or refused with the right code; and walks at random through all of them."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import Actor
from domain.case.acts import ACTS, ENDED, CaseStatus, acts_for
from domain.case.commands import (
    CENTRE_ONLY,
    COMMANDS,
    AcceptCase,
    AddNote,
    ClaimCase,
    Command,
    ConfirmDelivery,
    DecideCase,
    DispatchResult,
    FileRef,
    IssueResult,
    PageOf,
    ReleaseCase,
    RequestCorrection,
    ReviewCase,
    SupplementCase,
    WithdrawCase,
)
from domain.case.state import due_step
from domain.centre.centre import NAMESPACE
from domain.refusals import Refusal
from tests.cast import CASE, CENTRE, CHEN, FATHER, GU, LEASE, LI, LIN, QIAN, STRANGER, SUN, WANG, ZHANG, ZHOU, page_of
from tests.domain.case.desk import DECLINE, DEFECT_MATERIAL, POSTING, REJECTION, Desk, defect

BETTER_PHOTO = page_of(CASE, DEFECT_MATERIAL, take=2)

COMMAND_OF_ACT: dict[str, Command] = {
    "case.supplement": SupplementCase(
        pages=(PageOf(BETTER_PHOTO.id, DEFECT_MATERIAL, 1),), replaces=(page_of(CASE, DEFECT_MATERIAL).id,)
    ),
    "case.withdraw": WithdrawCase(),
    "case.claim": ClaimCase(),
    "case.release": ReleaseCase(),
    "case.request-correction": RequestCorrection(defects=(defect(),)),
    "case.accept": AcceptCase(),
    "case.decline": DECLINE,
    "case.review": ReviewCase(),
    "case.decide": DecideCase(outcome="granted"),
    "case.issue": IssueResult(),
    "case.dispatch": DispatchResult(),
    "case.deliver": ConfirmDelivery(method="pickup"),
    "case.note": AddNote(text="记一笔"),
}

PEOPLE = {
    "applicant": FATHER,
    "stranger": STRANGER,
    "clerk": ZHOU,
    "reviewer": LI,
    "decider": WANG,
    "outlet": CHEN,
    "lead": SUN,
    "auditor": GU,
    "assessor": QIAN,
}
UNKNOWING = {"stranger", "assessor"}
"""Who may not know of a lease case."""
COLLEAGUES = {"clerk", "reviewer", "decider", "outlet", "lead"}

# Who may do what where. An act that is not named cannot be done; `*` stands for every colleague.
ALLOWED = """
filed       supplement: applicant  withdraw: applicant  note: *
received    withdraw: applicant  claim release request-correction accept decline: clerk  note: *
correction  supplement: applicant  withdraw: applicant  note: *
accepted    withdraw: applicant  claim release review: reviewer  note: *
reviewed    withdraw: applicant  claim release decide: decider  note: *
granted     claim release issue: outlet  note: *
rejected    note: *
issued      claim release dispatch deliver: outlet  note: *
posted      claim release deliver: outlet  note: *
delivered   note: *
declined    note: *
withdrawn   note: *
"""


def _table() -> dict[str, dict[str, set[str]]]:
    table: dict[str, dict[str, set[str]]] = {}
    for line in ALLOWED.strip().splitlines():
        place, _, rest = line.partition(" ")
        table[place] = {}
        for group in rest.strip().split("  "):
            acts, who = group.split(": ")
            people = COLLEAGUES if who == "*" else {who}
            table[place] |= {f"case.{act}": people for act in acts.split()}
    return table


TABLE = _table()


def expected_code(place: str, act: str, person: str) -> str | None:
    """The code of the refusal, None where the act is allowed."""
    if person in UNKNOWING:
        return "not-found"
    if person in TABLE[place].get(act, ()):
        return None
    if act in TABLE[place]:
        return "forbidden"
    is_ended = place in {"rejected", "delivered", "declined", "withdrawn"}
    return "case-is-closed" if is_ended else "state-changed"


@pytest.mark.parametrize("place", TABLE)
def test_every_act_by_every_person_is_allowed_or_refused_as_the_table_says(place: str) -> None:
    for act, (person, by) in product(COMMAND_OF_ACT, PEOPLE.items()):
        desk = Desk()
        desk.bring_to(place)
        expected = expected_code(place, act, person)
        if expected is None:
            _make_claimed(desk, by, claimed=act == "case.release")

        assert _code(desk, act, by) == expected, (place, act, person)


def _make_claimed(desk: Desk, by: Actor, *, claimed: bool) -> None:
    """Let the case be held by `by` or by nobody, where acts need that."""
    if claimed and desk.case().claimed_by is None:
        desk.do(ClaimCase(), by=by)
    elif not claimed and desk.case().claimed_by == by.id:
        desk.do(ReleaseCase(), by=by)


def _code(desk: Desk, act: str, by: Actor) -> str | None:
    before = desk.head
    try:
        facts = desk.do(COMMAND_OF_ACT[act], by=by, files=[BETTER_PHOTO])
    except Refusal as refusal:
        assert desk.head == before
        return refusal.code
    assert facts
    return None


def test_the_table_knows_every_status_and_every_act_that_a_person_can_ask_for() -> None:
    person_acts = {name.partition("@")[0] for name, kind in COMMANDS.items() if kind not in CENTRE_ONLY}

    assert set(ACTS) == set(CaseStatus)
    assert set(COMMAND_OF_ACT) == {act for acts in ACTS.values() for act in acts}
    assert person_acts == set(COMMAND_OF_ACT) | {"case.file", "record.view"}


@pytest.mark.parametrize("place", TABLE)
def test_what_the_table_offers_a_person_is_what_the_decision_lets_them_do(place: str) -> None:
    desk = Desk()
    desk.bring_to(place)
    case = desk.case()
    assert case.status is not None
    step = due_step(LEASE, case)

    for person, by in PEOPLE.items():
        offered = acts_for(
            case.status,
            applicant=by is FATHER,
            roles=frozenset(role.value for role in by.roles),
            step_role=step.role if step else None,
            step_stage=step.stage if step else None,
        )
        wanted = {act for act in COMMAND_OF_ACT if expected_code(place, act, person) is None}
        assert set(offered) - {"case.note"} == wanted - {"case.note"}, (place, person)


# Walks at random

COLLEAGUES_AND_PEOPLE = (FATHER, STRANGER, ZHOU, LIN, LI, WANG, CHEN, SUN, GU, ZHANG, QIAN)
TAKES = st.integers(1, 3)


@st.composite
def supplements(draw: st.DrawFn) -> tuple[Command, tuple[FileRef, ...]]:
    take = draw(TAKES)
    ref = page_of(CASE, DEFECT_MATERIAL, take=take)
    replaced = page_of(CASE, DEFECT_MATERIAL, take=draw(TAKES)).id
    command = SupplementCase(
        pages=(PageOf(ref.id, DEFECT_MATERIAL, 1),), replaces=(replaced,), reply=draw(st.sampled_from(["", "说明"]))
    )
    return command, (ref,)


@st.composite
def notices(draw: st.DrawFn) -> tuple[Command, tuple[FileRef, ...]]:
    return RequestCorrection(defects=(defect(take=draw(TAKES)),)), ()


PLAIN: list[Command] = [
    *(command for act, command in COMMAND_OF_ACT.items() if act not in ("case.supplement", "case.request-correction")),
    REJECTION,
]
STEPS = st.tuples(
    st.sampled_from(PLAIN).map(lambda command: (command, ())) | supplements() | notices(),
    st.sampled_from(COLLEAGUES_AND_PEOPLE),
)


@given(place=st.sampled_from(["filed", "received", "accepted", "granted"]), walk=st.lists(STEPS, max_size=25))
def test_no_walk_faults_and_no_open_case_is_left_without_somebody_whose_turn_it_is(
    place: str, walk: list[tuple[tuple[Command, tuple[FileRef, ...]], Actor]]
) -> None:
    desk = Desk()
    desk.bring_to(place)

    for (command, files), by in walk:
        try:
            desk.do(command, by=by, files=files)
        except Refusal:
            continue
        finally:
            _somebody_is_next(desk)
        if files:
            desk.store(*files)
        if desk.case().dispatched and desk.case().status == CaseStatus.ISSUED:
            desk.do(POSTING, by=CENTRE)
        _somebody_is_next(desk)


def _somebody_is_next(desk: Desk) -> None:
    case = desk.case()
    assert case.status is not None
    if case.status in ENDED:
        return
    step = due_step(LEASE, case)
    able = [
        by
        for by in COLLEAGUES_AND_PEOPLE
        for act in acts_for(
            case.status,
            applicant=by is FATHER,
            roles=frozenset(role.value for role in by.roles),
            step_role=step.role if step else None,
            step_stage=step.stage if step else None,
        )
        if act not in {"case.note", "case.claim", "case.release", "case.withdraw"} and case.claimed_by in (None, by.id)
    ]
    assert able, case.status


def test_the_namespace_of_derived_ids_never_changes() -> None:
    assert str(NAMESPACE) == "6f6f7273-7465-7043-8e74-7265646f6f72"
