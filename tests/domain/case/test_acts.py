"""Every status, act and person: allowed and done, or refused with the right code."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.actors import Actor
from domain.case import commands as c
from domain.case.acts import ACTS, ENDED, NEEDS_CLAIM, UNDOES, CaseStatus, acts_for
from domain.case.commands import CENTRE_ONLY, COMMANDS
from domain.case.facts import MigrationEffects
from domain.case.state import due_step
from domain.centre.centre import NAMESPACE
from domain.refusals import Refusal
from domain.rights.cases import allowed_acts
from tests.cast import CASE, CENTRE, CHEN, FATHER, GU, LEASE, LI, QIAN, STRANGER, SUN, WANG, ZHOU, page_of
from tests.domain.case.desk import (
    CONVERT,
    DECLINE,
    DEFECT_MATERIAL,
    HEARING,
    MATES,
    REDIRECTION,
    REVOCATION,
    TERMINATION,
    TWIN,
    Desk,
    defect,
)

BETTER_PHOTO = page_of(CASE, DEFECT_MATERIAL, take=2)
SUPPLEMENT = c.SupplementCase(
    pages=(c.PageOf(BETTER_PHOTO.id, DEFECT_MATERIAL, 1),), replaces=(page_of(CASE, DEFECT_MATERIAL).id,)
)
VERDICT = c.VerdictOn(page_of(CASE, DEFECT_MATERIAL).id, good=True)

COMMAND_OF_ACT: dict[str, Callable[[Desk, Actor], c.Command]] = {
    "case.supplement": lambda desk, by: SUPPLEMENT,
    "case.withdraw": lambda desk, by: c.WithdrawCase(),
    "case.end-agency": lambda desk, by: c.EndAgency(reason="不再委托"),
    "case.change-delivery": lambda desk, by: c.ChangeDelivery(answers={"delivery_method": "electronic"}),
    "case.make-link": lambda desk, by: c.MakeUploadLink(token_hash="f" * 64, materials=(DEFECT_MATERIAL,)),
    "case.ask-register": lambda desk, by: c.AskRegister(material="lessor-licence"),
    "case.attach-copy": lambda desk, by: c.AttachCopy(material=DEFECT_MATERIAL, copy=CASE, agreement="in-person"),
    "case.void": lambda desk, by: c.VoidCase(reason="开错了"),
    "case.merge": lambda desk, by: c.MergeCase(into=TWIN, reason="同一件事"),
    "case.clear-duplicate": lambda desk, by: c.ClearDuplicate(other=TWIN, reason="两处房屋"),
    "case.claim": lambda desk, by: c.ClaimCase(),
    "case.release": lambda desk, by: c.ReleaseCase(),
    "case.hand-over": lambda desk, by: c.HandOver(to=MATES[by].id),
    "case.recall": lambda desk, by: c.RecallHandOver(),
    "case.send-back": lambda desk, by: c.SendBack(),
    "case.ask-take-over": lambda desk, by: c.AskTakeOver(),
    "case.keep": lambda desk, by: c.KeepCase(),
    "case.break-claim": lambda desk, by: c.BreakClaim(reason="人不在"),
    "case.reassign": lambda desk, by: c.ReassignCase(to=MATES[_worker(desk)].id, reason="忙不过来"),
    "case.verify": lambda desk, by: c.VerifyPages(verdicts=(VERDICT,)),
    "case.ask-second-notice": lambda desk, by: c.AskSecondNotice(reason="新交的也不清楚"),
    "case.approve-second-notice": lambda desk, by: c.ApproveSecondNotice(),
    "case.request-correction": lambda desk, by: c.RequestCorrection(defects=(defect(),)),
    "case.accept": lambda desk, by: c.AcceptCase(),
    "case.decline": lambda desk, by: DECLINE,
    "case.redirect": lambda desk, by: REDIRECTION,
    "case.migrate": lambda desk, by: c.MigrateCase(to_version=2, reason="新版", effects=MigrationEffects()),
    "case.review": lambda desk, by: c.ReviewCase(),
    "case.begin-procedure": lambda desk, by: HEARING,
    "case.prolong-procedure": lambda desk, by: c.ProlongProcedure(
        procedure=_procedure(desk), ends_on=HEARING.ends_on.replace(day=27), reason="专家未到"
    ),
    "case.end-procedure": lambda desk, by: c.EndProcedure(procedure=_procedure(desk)),
    "case.terminate": lambda desk, by: TERMINATION,
    "case.close-gap": lambda desk, by: c.CloseGap(material="co-owner-consent", outcome="waived", findings="不需要"),
    "case.decide": lambda desk, by: c.DecideCase(outcome="granted"),
    "case.hand-back": lambda desk, by: c.HandBack(reason="请再核对"),
    "case.ask-extension": lambda desk, by: c.AskExtension(reason="案情复杂"),
    "case.answer-extension": lambda desk, by: c.AnswerExtension(approved=True, reason="同意"),
    "case.convert": lambda desk, by: CONVERT,
    "case.undo": lambda desk, by: c.UndoAct(wrong=UNDOES.get(desk.status(), ""), reason="点错了"),
    "case.sample": lambda desk, by: c.SampleCase(sound=True, findings="无误"),
    "case.verify-commitment": lambda desk, by: c.VerifyCommitment(material="x", true=True, findings="属实"),
    "case.issue": lambda desk, by: c.IssueResult(),
    "case.dispatch": lambda desk, by: c.DispatchResult(),
    "case.deliver": lambda desk, by: c.ConfirmDelivery(method="mail" if desk.status() == "posted" else "pickup"),
    "case.void-result": lambda desk, by: c.VoidResult(reason="印错了"),
    "case.reprint": lambda desk, by: c.ReprintResult(reason="遗失"),
    "case.revoke": lambda desk, by: REVOCATION,
    "case.return-post": lambda desk, by: c.ReturnPost(why="address"),
    "case.reopen": lambda desk, by: c.ReopenCase(reason="有新证据"),
    "case.refuse-reopening": lambda desk, by: c.RefuseReopening(reason="与本案无关"),
    "case.note": lambda desk, by: c.AddNote(text="记一笔"),
    "case.message": lambda desk, by: c.SendMessage(text="请问办到哪一步"),
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

NOBODY: set[str] = set()

WORDS = "note: *  message: applicant *"
EARLY = (
    "withdraw: applicant  end-agency: applicant clerk  change-delivery: applicant clerk outlet  make-link: clerk  "
    "void migrate: lead  merge clear-duplicate ask-register: clerk"
)
HELD = "claim release hand-over recall send-back ask-take-over keep: {0}  break-claim reassign: lead"
REVIEW = (
    "withdraw supplement: applicant  end-agency: applicant clerk  change-delivery: applicant clerk outlet  "
    "begin-procedure prolong-procedure terminate: {0} lead  end-procedure: {0}  migrate: lead  "
    "close-gap ask-register: {0} clerk  " + HELD
)
OPEN_REVIEW = REVIEW + "  verify hand-back ask-extension convert: {0}  answer-extension: lead  undo: lead {1}"
GRANTED = "supplement: applicant  sample refuse-reopening: lead  verify-commitment: clerk  close-gap: outlet clerk"
REOPEN = "supplement: applicant  reopen refuse-reopening: lead"

# Who may do what where, written apart from the table it tests. An act that is not named cannot be done; `*` stands for
# every colleague.
ALLOWED = {
    "filed": f"supplement: applicant  attach-copy: clerk  {EARLY}  {WORDS}",
    "received": f"{EARLY}  {HELD.format('clerk')}  attach-copy verify ask-second-notice request-correction: clerk  "
    f"accept decline redirect: clerk  approve-second-notice: lead  {WORDS}",
    "correction": f"supplement: applicant  {EARLY}  undo: lead clerk  {WORDS}",
    "accepted": f"{OPEN_REVIEW.format('reviewer', 'clerk')}  review: reviewer  {WORDS}",
    "converted": f"{OPEN_REVIEW.format('reviewer', 'clerk')}  review: reviewer  {WORDS}",
    "reviewed": f"{OPEN_REVIEW.format('decider', 'reviewer')}  decide: decider  {WORDS}",
    "suspended": f"{REVIEW.format('reviewer')}  review: reviewer  {WORDS}",
    "granted": f"{GRANTED}  change-delivery: applicant clerk outlet  {HELD.format('outlet')}  "
    f"issue: outlet  undo: lead decider  {WORDS}",
    "rejected": f"{REOPEN}  undo: lead decider  sample: lead  {WORDS}",
    "issued": f"{GRANTED}  change-delivery: applicant clerk outlet  {HELD.format('outlet')}  "
    f"dispatch deliver void-result reprint: outlet  revoke: lead  {WORDS}",
    "posted": f"{GRANTED}  {HELD.format('outlet')}  deliver return-post reprint: outlet  revoke: lead  {WORDS}",
    "delivered": f"{GRANTED}  void-result reprint: outlet  revoke: lead  undo: lead outlet  {WORDS}",
    "declined": f"{REOPEN}  undo: lead clerk  {WORDS}",
    "redirected": f"{REOPEN}  undo: lead clerk  {WORDS}",
    "terminated": f"{REOPEN}  undo: lead reviewer  {WORDS}",
    "returned": f"reopen: applicant clerk  {WORDS}",
    "lapsed": f"reopen: applicant clerk  {WORDS}",
    "withdrawn": f"release: *  {WORDS}",
    "revoked": WORDS,
    "voided": WORDS,
    "archived": "",
}
CLOSED = {status.value for status in ENDED}

GUARDED = {
    ("accepted", "case.begin-procedure"): "immediate-item",
    ("accepted", "case.prolong-procedure"): "unknown-procedure",
    ("accepted", "case.end-procedure"): "unknown-procedure",
    ("accepted", "case.hand-back"): "no-step-before",
    ("accepted", "case.ask-extension"): "immediate-item",
    ("accepted", "case.answer-extension"): "nothing-asked",
    ("converted", "case.prolong-procedure"): "unknown-procedure",
    ("converted", "case.end-procedure"): "unknown-procedure",
    ("converted", "case.hand-back"): "no-step-before",
    ("converted", "case.convert"): "not-immediate",
    ("converted", "case.undo"): "cannot-be-undone",
    ("reviewed", "case.begin-procedure"): "immediate-item",
    ("reviewed", "case.prolong-procedure"): "unknown-procedure",
    ("reviewed", "case.end-procedure"): "unknown-procedure",
    ("reviewed", "case.ask-extension"): "immediate-item",
    ("reviewed", "case.answer-extension"): "nothing-asked",
    ("reviewed", "case.undo"): "cannot-be-undone",
    ("suspended", "case.review"): "procedure-runs",
    ("withdrawn", "case.release"): "state-changed",
}
"""Where the table allows what the state of such a case does not: tried elsewhere in a state that does."""
ALWAYS_GUARDED = {
    "case.end-agency": "no-agent",
    "case.sample": "nothing-to-sample",
    "case.verify-commitment": "no-commitment",
    "case.close-gap": "promise-unsupplied",
    "case.migrate": "not-newer",
    "case.attach-copy": "paper-is-there",
}
"""Acts for which a lease in the newest version, without agent, sample, commitment and gap, gives no occasion; tried in
tests of their own."""


def _table() -> dict[str, dict[str, set[str]]]:
    table: dict[str, dict[str, set[str]]] = {}
    for place, text in ALLOWED.items():
        table[place] = {}
        for group in filter(None, text.split("  ")):
            acts, who = group.split(": ")
            people = set(who.split()) - {"*"} | (COLLEAGUES if "*" in who else NOBODY)
            table[place] |= {f"case.{act}": people for act in acts.split()}
    return table


TABLE = _table()
PLACES = list(TABLE)


def _worker(desk: Desk) -> Actor:
    """Whoever does the due step of the lease."""
    step = due_step(LEASE, desk.case())
    if step is None:
        return ZHOU
    return next(by for by in (ZHOU, LI, WANG, CHEN) if step.role in by.roles)


def _procedure(desk: Desk) -> UUID:
    return next(iter(desk.case().procedures), CASE)


def _at(place: str) -> Desk:
    desk = Desk()
    desk.bring_to(place)
    return desk


def expected_code(place: str, act: str, person: str) -> str | None:
    """The code of the refusal, None where the table allows the act."""
    if person in UNKNOWING:
        return "not-found"
    if person in TABLE[place].get(act, ()):
        return None
    if act in TABLE[place]:
        return "forbidden"
    ends_it = act in ("case.withdraw", "case.decide") and place != "withdrawn"
    return "case-is-closed" if place in CLOSED and not ends_it else "state-changed"


@pytest.mark.parametrize("place", PLACES)
def test_what_the_table_does_not_allow_is_refused_to_each_person_with_the_right_code(place: str) -> None:
    desk = _at(place)

    for act, command in COMMAND_OF_ACT.items():
        for person, by in PEOPLE.items():
            expected = expected_code(place, act, person)
            if expected is not None:
                asked = command(desk, by if by in MATES else ZHOU)
                assert _code(desk, asked, by) == expected, (place, act, person)


@pytest.mark.parametrize("place", PLACES)
def test_what_the_table_allows_is_done_or_held_up_only_by_the_state_of_the_case(place: str) -> None:
    for act, people in TABLE[place].items():
        for person in people:
            by, desk = PEOPLE[person], _at(place)
            _prepare(desk, act, by)
            guard = GUARDED.get((place, act)) or ALWAYS_GUARDED.get(act)

            assert _code(desk, COMMAND_OF_ACT[act](desk, by), by) == guard, (place, act, person)


def _prepare(desk: Desk, act: str, by: Actor) -> None:
    """Bring about the occasion for an act."""
    worker = _worker(desk)
    match act:
        case "case.release" | "case.hand-over" if desk.status() != "withdrawn":
            _hold(desk, by)
        case "case.recall":
            _hold(desk, by)
            desk.do(c.HandOver(to=MATES[by].id), by=by)
        case "case.ask-take-over":
            _hold(desk, MATES[by])
        case "case.keep":
            _hold(desk, by)
            desk.do(c.AskTakeOver(), by=MATES[by])
        case "case.send-back":
            _hold(desk, MATES[by])
            desk.do(c.HandOver(to=by.id), by=MATES[by])
        case "case.break-claim":
            _hold(desk, worker)
        case "case.merge" | "case.clear-duplicate":
            desk.receive_twin()
            desk.do(c.SuspectDuplicate(other=TWIN), by=CENTRE)
        case "case.ask-second-notice" | "case.approve-second-notice":
            desk.do(c.RequestCorrection(defects=(defect(),)), by=ZHOU)
            desk.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
            desk.store(BETTER_PHOTO)
        case "case.reopen" | "case.refuse-reopening" if desk.status() not in ("returned", "lapsed"):
            desk.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
        case "case.answer-extension" if desk.case().converted:
            desk.do(c.AskExtension(reason="案情复杂"), by=worker)
        case _ if act in NEEDS_CLAIM or act == "case.claim":
            _let_go(desk)
        case _:
            return


def _hold(desk: Desk, by: Actor) -> None:
    _let_go(desk)
    desk.do(c.ClaimCase(), by=by)


def _let_go(desk: Desk) -> None:
    if desk.case().claimed_by is not None:
        desk.do(c.BreakClaim(reason="换人"), by=SUN)


def _code(desk: Desk, command: c.Command, by: Actor) -> str | None:
    before = desk.head
    try:
        facts = desk.do(command, by=by, files=[BETTER_PHOTO])
    except Refusal as refusal:
        assert desk.head == before
        return refusal.code
    assert facts
    return None


def test_the_table_knows_every_status_and_every_act_that_a_person_can_ask_for() -> None:
    person_acts = {name.partition("@")[0] for name, kind in COMMANDS.items() if kind not in CENTRE_ONLY}

    assert set(ACTS) == set(CaseStatus)
    assert {desk.status() for desk in map(_at, PLACES)} == set(CaseStatus)
    assert set(COMMAND_OF_ACT) == {act for acts in ACTS.values() for act in acts}
    assert person_acts == set(COMMAND_OF_ACT) | {"case.file", "bundle.file", "case.open", "bundle.open", "record.view"}


@pytest.mark.parametrize("place", PLACES)
def test_what_the_table_offers_a_person_is_what_is_written_here(place: str) -> None:
    desk = _at(place)
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
            doer=case.doer == by.id,
        )
        wanted = {act for act in COMMAND_OF_ACT if person in TABLE[place].get(act, ())}
        if person in UNKNOWING:
            assert allowed_acts(by, case, LEASE) == ()
        else:
            assert set(offered) == wanted, (place, person)
            assert allowed_acts(by, case, LEASE) == offered


def test_the_namespace_of_derived_ids_never_changes() -> None:
    assert str(NAMESPACE) == "6f6f7273-7465-7043-8e74-7265646f6f72"
