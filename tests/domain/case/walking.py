"""Random walks over cases: everybody does what they may, and now and then anything; time passes, timers go off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TypeVar
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.actors import Actor, Role
from domain.calendar.calendar import SHANGHAI
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import UNDOES, CaseStatus
from domain.case.deciding.migrating import migration_effects
from domain.case.state import Case
from domain.catalogue.items import ServiceItem
from domain.facts import Fact
from domain.refusals import Refusal
from domain.rights.cases import allowed_acts
from tests.cast import (
    CENTRE,
    CHEN,
    FATHER,
    GU,
    HE,
    LI,
    LIN,
    QIAN,
    STRANGER,
    SUN,
    WANG,
    ZHANG,
    ZHOU,
    page_of,
    staff,
)
from tests.domain.case.desk import DECLINE, POSTING, REDIRECTION, REVOCATION, TERMINATION, TWIN, Desk

One = TypeVar("One")
DISTRICT = staff("district", Role.DISTRICT_OFFICER)
EVERYBODY = (FATHER, STRANGER, ZHOU, LIN, LI, WANG, HE, CHEN, SUN, GU, ZHANG, QIAN, DISTRICT)
FORWARD = ("case.accept", "case.review", "case.decide", "case.issue", "case.dispatch", "case.deliver")
"""Acts that lead on."""
ENDINGS = {"case.withdraw", "case.void", "case.merge", "case.decline", "case.redirect", "case.terminate", "case.revoke"}
BACK = (
    "case.undo",
    "case.hand-back",
    "case.void-result",
    "case.begin-procedure",
    "case.prolong-procedure",
    "case.end-procedure",
    "case.convert",
    "case.ask-extension",
    "case.answer-extension",
    "case.request-correction",
    "case.verify",
    "case.reopen",
)
"""Acts that lead back, round about, or to a halt: walks that only went on would never see what comes after them."""
ASIDE = ("case.decline", "case.redirect", "case.terminate")
"""Acts that end a case which new evidence opens again."""
FOR_GOOD = ("case.withdraw", "case.void", "case.revoke")
HOURS = (1, 5, 5, 24, 24, 24 * 4, 24 * 12, 24 * 40, 24 * 40)


class Walk:
    """One case and everybody who may do something to it.

    Attributes:
        case_id: its stream.
        item: the item in the version under which it was filed.
        number: under which it was accepted, as `watch` noted it.
        watch: told of each command that was done: the case before, the facts, and who did it.
    """

    def __init__(self, desk: Desk, case_id: UUID, item: ServiceItem, random: Random) -> None:
        """Walk on from a case that was filed."""
        self.desk, self.case_id, self.item, self.random = desk, case_id, item, random
        self.number: str | None = None
        self.watch: Callable[[Walk, Case, list[Fact], Actor], None] = _unwatched
        self._takes = 1
        self._known: tuple[Case, dict[Actor, tuple[str, ...]]] = Case(), {}

    @property
    def case(self) -> Case:
        """The case."""
        return self.desk.case(self.case_id)

    def pick(self, *options: One) -> One:
        """One of them."""
        return self.random.choice(options)

    def step(self) -> None:
        """Something happens."""
        match self.pick(*["forward"] * 6, *["act"] * 3, *["back"] * 4, "time", "time", "centre", "calendar"):
            case "forward":
                self._forward()
            case "act":
                self._act()
            case "back":
                self._back()
            case "time":
                self._pass_time()
            case "centre":
                self._centre_acts()
            case _:
                self._publish_calendar()

    def done(self, act: str, by: Actor) -> bool:
        """Do `act`; False where it is refused, and nothing has changed."""
        command, files = TRIED[act](self, by)
        return self.tell(command, by, files)

    def tell(self, command: c.Command, by: Actor, files: list[c.FileRef] | None = None) -> bool:
        """Give a command; False where it is refused. Files that it names arrive most of the time."""
        before = self.case
        try:
            facts = self.desk.do(command, by=by, case=self.case_id, files=files or [])
        except Refusal:
            return False
        self.watch(self, before, facts, by)
        if files and self.pick(True, True, False):
            self.desk.store(*files, case=self.case_id)
        return True

    def able(self, act: str) -> list[Actor]:
        """Those whom the table gives the act."""
        return [by for by, acts in self.table().items() if act in acts]

    def table(self) -> dict[Actor, tuple[str, ...]]:
        """What everybody may do now."""
        if self._known[0] is not self.case:
            self._known = self.case, {by: allowed_acts(by, self.case, self.item) for by in EVERYBODY}
        return self._known[1]

    def _forward(self) -> None:
        """The case gets on; the post takes what it was asked to take."""
        if self.case.dispatched and self.tell(POSTING, CENTRE):
            return
        self._first_of(FORWARD)

    def _first_of(self, acts: tuple[str, ...]) -> None:
        """Whoever may does the first of the acts that can be done."""
        for act in acts:
            for by in self.able(act):
                if self.done(act, by):
                    return

    def _act(self) -> None:
        """An act that somebody has now, few of which end the case; now and then anything by anybody."""
        if self.pick(*[False] * 7, True):
            self.done(self.pick(*TRIED), self.pick(*EVERYBODY))
            return
        now = {act for acts in self.table().values() for act in acts}
        likely = sorted(now if self.pick(*[False] * 5, True) else now - ENDINGS)
        if likely:
            act = self.pick(*likely)
            self.done(act, self.pick(*self.able(act)))

    def _back(self) -> None:
        """Something that does not lead on; to an ended case new evidence comes first."""
        if self.case.status in (CaseStatus.REJECTED, CaseStatus.DECLINED, CaseStatus.TERMINATED, CaseStatus.REDIRECTED):
            self.tell(c.SupplementCase(reply="新的证据"), FATHER)
        if any(self.case.is_bad(page.file) for page in self.case.pages):
            self._first_of(("case.attach-copy",))
        acts = [*BACK, *ASIDE, *self.pick(FOR_GOOD, *[()] * 4)]
        self.random.shuffle(acts)
        self._first_of(tuple(acts))

    def _pass_time(self) -> None:
        """Hours or days go by; timers go off, or the scheduler sleeps."""
        self.desk.now += timedelta(hours=self.pick(*HOURS))
        if self.pick(True, True, False):
            for timer in self.desk.timers(self.case_id):
                if timer.at <= self.desk.now:
                    before = self.case
                    self.watch(self, before, self.desk.fire(timer), CENTRE)
                    assert self.desk.fire(timer) == [], "a timer that went off records nothing more"

    def _centre_acts(self) -> None:
        """What the system does by itself."""
        outcome = self.pick("found", "not-found", "unavailable")
        commands: tuple[c.Command, ...] = (
            c.DeemAccepted(),
            c.RecomputeDeadlines(),
            POSTING,
            c.ArchiveCase(digest="b" * 64, leaves=self.desk.head),
            c.RecordLookUp(material=self.shared(), register="社保", outcome=outcome, result={}),  # type: ignore[arg-type]
            c.ReturnPost(why="address"),
        )
        self.tell(self.pick(*commands), CENTRE)

    def _publish_calendar(self) -> None:
        """The notice for the next year is out, with other days off."""
        known = self.desk.in_force
        year = known.years[2027]
        extra = self.desk.now.astimezone(SHANGHAI).date().replace(year=2027, month=1, day=self.random.randrange(4, 29))
        changed = replace(year, status="official", days_off=year.days_off | {extra} - year.make_up_workdays)
        self.desk.in_force = replace(known, version=known.version + 1, years={**known.years, 2027: changed})
        self.tell(c.RecomputeDeadlines(), CENTRE)

    # What commands are about

    def shared(self) -> str:
        """A paper that registers hold, or none."""
        return self.pick(*(m.id for m in self.item.materials if m.source == "shared"), "none")

    def page(self) -> f.NamedPage | None:
        """A page of the case; some items need none."""
        return self.pick(*self.case.pages) if self.case.pages else None

    def procedure(self) -> UUID:
        """A special procedure of the case, or none."""
        return self.pick(*(self.case.running or self.case.procedures), self.case_id)

    def new_photo(self) -> tuple[tuple[c.PageOf, ...], list[c.FileRef], tuple[UUID, ...]]:
        """A page photographed again: the page, its file, and the file that it can replace."""
        old = self.page()
        if old is None:
            return (), [], ()
        self._takes += 1
        ref = page_of(self.case_id, old.material, old.number, take=self._takes)
        return (c.PageOf(ref.id, old.material, old.number),), [ref], (old.file,)


def _unwatched(_walk: Walk, _before: Case, _facts: list[Fact], _by: Actor) -> None:
    """Nobody looks."""


Tried = tuple[c.Command, list[c.FileRef]]


def _supplement(walk: Walk, _: Actor) -> Tried:
    pages, files, old = walk.new_photo()
    words = walk.pick("", "说明") if pages else "说明"
    return c.SupplementCase(pages=pages, replaces=walk.pick(old, ()), reply=words), files


def _correction(walk: Walk, _: Actor) -> Tried:
    page = walk.page()
    defects = (c.DefectFound(page.material, page.file, "unreadable", "看不清"),) if page else ()
    return c.RequestCorrection(defects=defects), []


def _accept(walk: Walk, _: Actor) -> Tried:
    shared = tuple(m.id for m in walk.item.materials if m.source == "shared")
    gaps = walk.pick((), (), tuple(c.GapAllowed(material, 3) for material in shared[:1]))
    return c.AcceptCase(checked=(*shared, *(page.material for page in walk.case.pages)), gaps=gaps), []


def _decide(walk: Walk, _: Actor) -> Tried:
    outcome, delay = walk.pick("granted", "granted", "rejected"), walk.pick("", "系统故障", "系统故障")
    return c.DecideCase(outcome=outcome, reason="不符", basis="第三条", remedies="复议", delay=delay), []


def _begin(walk: Walk, _: Actor) -> Tried:
    ends_on = walk.desk.today + timedelta(days=walk.random.randrange(9))
    kind = walk.pick("hearing", "public-notice", "expert-review")
    return c.BeginProcedure(kind=kind, basis="第四十五条", ends_on=ends_on, notice="告知"), []  # type: ignore[arg-type]


def _prolong(walk: Walk, _: Actor) -> Tried:
    ends_on = walk.desk.today + timedelta(days=walk.random.randrange(12))
    return c.ProlongProcedure(procedure=walk.procedure(), ends_on=ends_on, reason="专家未到"), []


def _colleague(walk: Walk) -> UUID:
    return walk.pick(*EVERYBODY).id


def _gap(walk: Walk, _: Actor) -> Tried:
    material, outcome = walk.pick(*walk.case.gaps, "none"), walk.pick("supplied", "waived", "broken")
    return c.CloseGap(material=material, outcome=outcome, findings="已核"), []  # type: ignore[arg-type]


def _verify(walk: Walk, _: Actor) -> Tried:
    page, good = walk.page(), walk.pick(True, False)
    verdicts = (c.VerdictOn(page.file, good=good, code="other", words="不对"),) if page else ()
    return c.VerifyPages(verdicts=verdicts), []


def _migrate(walk: Walk, _by: Actor) -> Tried:
    """To a version that asks for one paper less."""
    newer = replace(walk.item, version=2, materials=walk.item.materials[1:])
    walk.desk.items[newer.id, 2] = newer
    effects = migration_effects(walk.case, walk.desk.item(newer.id, walk.case.item_version), newer)
    return c.MigrateCase(to_version=2, reason="新版少交一样材料", effects=effects), []


def _attach(walk: Walk, _: Actor) -> Tried:
    """The copy that an earlier case left in the father's vault, in place of a page that was found bad."""
    known = walk.desk.vault(FATHER.id).copies
    copies = {page.material: uuid5(TWIN, f"copy:{page.material}:1") for page in walk.case.pages}
    bad = [page.material for page in walk.case.pages if walk.case.is_bad(page.file)]
    material = walk.pick(*([one for one in bad if copies[one] in known] or bad or ["none"]))
    return c.AttachCopy(material=material, copy=copies.get(material, TWIN), agreement="in-person"), []


def _change_delivery(walk: Walk, _: Actor) -> Tried:
    address = {"mail_recipient": "陈志远", "mail_phone": "13800000001", "mail_address": {"text": "北桥路20号"}}
    wanted = {"mail": address, "electronic": {}, "pickup": {}}
    method = walk.pick(*wanted)
    return c.ChangeDelivery(answers={"delivery_method": method, **wanted[method]}), []


def _plain(command: c.Command) -> Callable[[Walk, Actor], Tried]:
    return lambda _walk, _by: (command, [])


TRIED: dict[str, Callable[[Walk, Actor], Tried]] = {
    "case.supplement": _supplement,
    "case.request-correction": _correction,
    "case.accept": _accept,
    "case.decide": _decide,
    "case.begin-procedure": _begin,
    "case.prolong-procedure": _prolong,
    "case.end-procedure": lambda walk, _: (c.EndProcedure(procedure=walk.procedure()), []),
    "case.hand-over": lambda walk, _: (c.HandOver(to=_colleague(walk)), []),
    "case.reassign": lambda walk, _: (c.ReassignCase(to=_colleague(walk), reason="改派"), []),
    "case.undo": lambda walk, _: (
        c.UndoAct(wrong=UNDOES.get(walk.case.status or CaseStatus.FILED, "none"), reason="点错了"),
        [],
    ),
    "case.close-gap": _gap,
    "case.deliver": lambda walk, _: (c.ConfirmDelivery(method=walk.pick("pickup", "mail", "electronic")), []),
    "case.verify": _verify,
    "case.ask-register": lambda walk, _: (c.AskRegister(material=walk.shared()), []),
    "case.attach-copy": _attach,
    "case.change-delivery": _change_delivery,
    "case.migrate": _migrate,
    "case.ask-extension": lambda walk, _: (c.AskExtension(working_days=walk.pick(1, 3), reason="复杂"), []),
    "case.answer-extension": lambda walk, _: (
        c.AnswerExtension(approved=walk.pick(True, True, False), reason="知道了"),
        [],
    ),
    "case.ask-take-over": _plain(c.AskTakeOver(words="我认识这家人")),
    "case.keep": _plain(c.KeepCase(words="我快办完了")),
    "case.merge": _plain(c.MergeCase(into=TWIN, reason="同一件事")),
    "case.clear-duplicate": _plain(c.ClearDuplicate(other=TWIN, reason="两件事")),
    "case.withdraw": _plain(c.WithdrawCase()),
    "case.end-agency": _plain(c.EndAgency(reason="不再委托")),
    "case.make-link": _plain(c.MakeUploadLink(token_hash="f" * 64, materials=("agent-id",))),
    "case.void": _plain(c.VoidCase(reason="开错了")),
    "case.claim": _plain(c.ClaimCase()),
    "case.release": _plain(c.ReleaseCase()),
    "case.recall": _plain(c.RecallHandOver()),
    "case.send-back": _plain(c.SendBack(words="不归我")),
    "case.break-claim": _plain(c.BreakClaim(reason="人不在")),
    "case.ask-second-notice": _plain(c.AskSecondNotice(reason="新交的也不清楚")),
    "case.approve-second-notice": _plain(c.ApproveSecondNotice()),
    "case.decline": _plain(DECLINE),
    "case.redirect": _plain(REDIRECTION),
    "case.review": _plain(c.ReviewCase()),
    "case.hand-back": _plain(c.HandBack(reason="再核")),
    "case.terminate": _plain(TERMINATION),
    "case.convert": _plain(c.ConvertCase(reason="需核查")),
    "case.sample": _plain(c.SampleCase(sound=True, findings="无误")),
    "case.verify-commitment": _plain(c.VerifyCommitment(material="agent-authorization", true=True, findings="属实")),
    "case.issue": _plain(c.IssueResult()),
    "case.dispatch": _plain(c.DispatchResult()),
    "case.void-result": _plain(c.VoidResult(reason="印错了")),
    "case.reprint": _plain(c.ReprintResult(reason="遗失")),
    "case.revoke": _plain(REVOCATION),
    "case.return-post": _plain(c.ReturnPost(why="address")),
    "case.reopen": _plain(c.ReopenCase(reason="有新证据")),
    "case.refuse-reopening": _plain(c.RefuseReopening(reason="无关")),
    "case.note": _plain(c.AddNote(text="记一笔")),
    "case.message": _plain(c.SendMessage(text="在吗")),
}
"""How each act of the table is tried."""
