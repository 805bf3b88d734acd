"""What people may want to do to a case, for histories at random: a command for every act of the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import NamedTuple, TypeVar
from uuid import UUID, uuid5

from domain.case import commands as c
from domain.case.acts import UNDOES, CaseStatus
from domain.case.state import Case
from tests.cast import CASE, HARDSHIP, MONDAY_10AM, STAFF

One = TypeVar("One")

SHARED = tuple(m.id for m in HARDSHIP.materials if m.source == "shared")
COLLEAGUES = tuple(STAFF.values())


class Scene(NamedTuple):
    """A case and the moment at which somebody does something to it.

    Attributes:
        mark: characters to put into everything that is said, so that it is found again.
        take: a number that no photograph has yet.
    """

    id: UUID
    case: Case
    now: date
    mark: str
    take: int
    random: Random

    def say(self, words: str) -> str:
        """Words with the mark in them."""
        return f"{words}{self.mark}"

    def pick(self, *options: One) -> One:
        """One of them."""
        return self.random.choice(options)

    def day(self) -> date:
        """One of the next days."""
        return self.now + timedelta(days=self.random.randrange(6))


class Deed(NamedTuple):
    """A command with the files it names."""

    command: c.Command
    files: tuple[c.FileRef, ...] = ()


def deed(act: str, scene: Scene) -> Deed:
    """Something that does `act`."""
    return _DEEDS[act](scene)


def _supplement(scene: Scene) -> Deed:
    if not scene.case.pages:
        return Deed(c.SupplementCase(reply=scene.say("说明")))
    page = scene.random.choice(scene.case.pages)
    fresh = uuid5(page.file, f"take {scene.take}")
    ref = c.FileRef(fresh, fresh.hex * 2, 90_000)
    new = c.PageOf(fresh, page.material, page.number)
    replaces = scene.pick((page.file,), (page.file,), ())
    return Deed(c.SupplementCase(pages=(new,), replaces=replaces, reply=scene.pick("", scene.say("已重拍"))), (ref,))


def _correction(scene: Scene) -> Deed:
    if not scene.case.pages:
        return Deed(c.RequestCorrection(defects=()))
    page = scene.random.choice(scene.case.pages)
    return Deed(
        c.RequestCorrection(defects=(c.DefectFound(page.material, page.file, "unreadable", scene.say("看不清")),))
    )


def _accept(scene: Scene) -> Deed:
    gaps = scene.pick((), (), tuple(c.GapAllowed(material, 3) for material in SHARED[:1]))
    checked = tuple(dict.fromkeys((*SHARED, *(page.material for page in scene.case.pages))))
    return Deed(c.AcceptCase(checked=checked, gaps=gaps))


def _decide(scene: Scene) -> Deed:
    outcome = scene.pick("granted", "granted", "granted", "rejected")
    words = {"reason": scene.say("材料不实"), "basis": "行政许可法第三十八条", "remedies": "六十日内申请复议"}
    return Deed(c.DecideCase(outcome=outcome, delay=scene.pick("", scene.say("系统故障")), **words))


def _verify(scene: Scene) -> Deed:
    if not scene.case.pages:
        return Deed(c.VerifyPages(verdicts=()))
    good = scene.pick(True, False)
    page = scene.random.choice(scene.case.pages)
    verdict = c.VerdictOn(page.file, good=good, code="" if good else "other", words="" if good else scene.say("不对"))
    return Deed(c.VerifyPages(verdicts=(verdict,)))


def _begin(scene: Scene) -> Deed:
    words, ends_on = scene.say("告知"), scene.day()
    return Deed(
        scene.pick(
            c.BeginProcedure(kind="hearing", basis="行政许可法第四十五条", ends_on=ends_on, notice=words),
            c.BeginProcedure(kind="public-notice", basis="行政许可法第四十五条", ends_on=ends_on, notice=words),
        )
    )


def _procedure(scene: Scene) -> UUID:
    return scene.random.choice([*scene.case.running, scene.id])


def _gap(scene: Scene) -> Deed:
    material = scene.random.choice([*scene.case.gaps, "none"])
    words = scene.say("已核")
    return Deed(
        scene.pick(
            c.CloseGap(material=material, outcome="supplied"),
            c.CloseGap(material=material, outcome="waived", findings=words),
            c.CloseGap(material=material, outcome="broken", findings=words),
        )
    )


def _deliver(scene: Scene) -> Deed:
    name = scene.pick("", scene.say("邻居"))
    method = scene.pick("pickup", "mail", "electronic")
    return Deed(c.ConfirmDelivery(method=method, receiver="other" if name else "applicant", name=name))


def _other(scene: Scene) -> UUID:
    return scene.random.choice([*scene.case.suspects, scene.id])


def _undo(scene: Scene) -> Deed:
    status = scene.case.status
    wrong = UNDOES.get(status, "none") if status else "none"
    return Deed(c.UndoAct(wrong=wrong, reason=scene.say("点错了")))


def _attach(scene: Scene) -> Deed:
    """A copy that the first case left, in place of a page that was found bad; else of one that nobody has."""
    bad = [page for page in scene.case.pages if scene.case.is_bad(page.file)]
    material = scene.random.choice(bad).material if bad else "none"
    copy = uuid5(UUID(int=CASE.int + 1), f"copy:{material}:1")
    return Deed(c.AttachCopy(material=material, copy=copy, agreement=scene.pick("in-person", "by-phone")))


def _plain(command: Callable[[Scene], c.Command]) -> Callable[[Scene], Deed]:
    return lambda scene: Deed(command(scene))


_DEEDS: dict[str, Callable[[Scene], Deed]] = {
    "case.supplement": _supplement,
    "case.request-correction": _correction,
    "case.accept": _accept,
    "case.decide": _decide,
    "case.verify": _verify,
    "case.begin-procedure": _begin,
    "case.close-gap": _gap,
    "case.deliver": _deliver,
    "case.prolong-procedure": _plain(
        lambda s: c.ProlongProcedure(procedure=_procedure(s), ends_on=s.day(), reason=s.say("专家未到"))
    ),
    "case.end-procedure": _plain(
        lambda s: c.EndProcedure(procedure=_procedure(s), findings=s.pick("", s.say("无异议")))
    ),
    "case.hand-over": _plain(lambda s: c.HandOver(to=s.pick(*COLLEAGUES).id, words=s.pick("", s.say("请接着办")))),
    "case.reassign": _plain(lambda s: c.ReassignCase(to=s.pick(*COLLEAGUES).id, reason=s.say("改派"))),
    "case.undo": _undo,
    "case.merge": _plain(lambda s: c.MergeCase(into=_other(s), reason=s.say("同一件事"))),
    "case.clear-duplicate": _plain(lambda s: c.ClearDuplicate(other=_other(s), reason=s.say("两件事"))),
    "case.withdraw": _plain(lambda _: c.WithdrawCase()),
    "case.end-agency": _plain(lambda s: c.EndAgency(reason=s.say("不再委托"))),
    "case.change-delivery": _plain(
        lambda s: c.ChangeDelivery(answers={"delivery_method": s.pick("electronic", "pickup")})
    ),
    "case.make-link": _plain(
        lambda s: c.MakeUploadLink(token_hash=f"{s.take:064x}", materials=tuple({p.material for p in s.case.pages})[:1])
    ),
    "case.ask-register": _plain(lambda s: c.AskRegister(material=s.pick(*SHARED, "none"))),
    "case.attach-copy": _attach,
    "case.void": _plain(lambda s: c.VoidCase(reason=s.say("开错了"))),
    "case.claim": _plain(lambda _: c.ClaimCase()),
    "case.release": _plain(lambda _: c.ReleaseCase()),
    "case.recall": _plain(lambda _: c.RecallHandOver()),
    "case.send-back": _plain(lambda s: c.SendBack(words=s.say("不归我"))),
    "case.ask-take-over": _plain(lambda s: c.AskTakeOver(words=s.pick("", s.say("我认识这家人")))),
    "case.keep": _plain(lambda s: c.KeepCase(words=s.pick("", s.say("我快办完了")))),
    "case.break-claim": _plain(lambda s: c.BreakClaim(reason=s.say("人不在"))),
    "case.ask-second-notice": _plain(lambda s: c.AskSecondNotice(reason=s.say("新交的也不清楚"))),
    "case.approve-second-notice": _plain(lambda _: c.ApproveSecondNotice()),
    "case.decline": _plain(lambda s: c.DeclineCase(reason=s.say("不受理"), remedy=s.say("别处办理"))),
    "case.redirect": _plain(
        lambda s: c.RedirectCase(office="区房管局", reason=s.say("不属于街道职权"), how=s.say("带合同去"))
    ),
    "case.review": _plain(lambda s: c.ReviewCase(opinion=s.say("同意"))),
    "case.hand-back": _plain(lambda s: c.HandBack(reason=s.say("再核"))),
    "case.terminate": _plain(lambda s: c.TerminateCase(cause="object-lost", reason=s.say("房屋已拆除"))),
    "case.ask-extension": _plain(lambda s: c.AskExtension(reason=s.say("复杂"))),
    "case.answer-extension": _plain(lambda s: c.AnswerExtension(approved=s.pick(True, False), reason=s.say("知道了"))),
    "case.convert": _plain(lambda s: c.ConvertCase(reason=s.say("需核查"))),
    "case.sample": _plain(lambda s: c.SampleCase(sound=s.pick(True, False), findings=s.say("看过"))),
    "case.verify-commitment": _plain(
        lambda s: c.VerifyCommitment(
            material=s.random.choice([*s.case.declarations, "none"]), true=True, findings=s.say("属实")
        )
    ),
    "case.issue": _plain(lambda _: c.IssueResult()),
    "case.dispatch": _plain(lambda _: c.DispatchResult()),
    "case.void-result": _plain(lambda s: c.VoidResult(reason=s.say("印错了"))),
    "case.reprint": _plain(lambda s: c.ReprintResult(reason=s.say("遗失"))),
    "case.revoke": _plain(lambda s: c.RevokeResult(reason=s.say("承诺不实"), basis="第六十九条", remedies="复议")),
    "case.return-post": _plain(lambda _: c.ReturnPost(why="address")),
    "case.reopen": _plain(lambda s: c.ReopenCase(reason=s.say("有新证据"))),
    "case.refuse-reopening": _plain(lambda s: c.RefuseReopening(reason=s.say("无关"))),
    "case.note": _plain(lambda s: s.pick(c.AddNote(text=s.say("已联系")), c.ViewRecord(position=1, at=MONDAY_10AM))),
    "case.message": _plain(lambda s: c.SendMessage(text=s.say("请问"))),
}

ACTS = tuple(_DEEDS)
RESUMED = (CaseStatus.RETURNED, CaseStatus.LAPSED)
"""Where no evidence is needed to take a case up again."""
ENDINGS = frozenset(
    {"case.withdraw", "case.void", "case.merge", "case.decline", "case.redirect", "case.terminate", "case.revoke"}
)
SELDOM = ENDINGS | {
    "case.note",
    "case.message",
    "case.release",
    "case.reassign",
    "case.break-claim",
    "case.hand-over",
    "case.make-link",
    "case.change-delivery",
    "case.verify",
    "case.ask-register",
    "case.reprint",
}
"""Acts that lead nowhere: taken now and then, so that histories get on."""
BACK = frozenset({"case.undo", "case.begin-procedure", "case.hand-back", "case.void-result", "case.reopen"})
"""Acts that lead back or to a halt: taken more often, so that histories show what comes after them."""


def is_apt(act: str, case: Case) -> bool:
    """Whether there is something that the act could be about."""
    match act:
        case "case.end-agency":
            return case.agent is not None
        case "case.attach-copy":
            return any(case.is_bad(page.file) for page in case.pages)
        case "case.close-gap":
            return bool(case.open_gaps)
        case "case.answer-extension":
            return case.extension is not None
        case "case.approve-second-notice":
            return case.second_notice_asked_by is not None
        case "case.clear-duplicate" | "case.merge":
            return bool(case.suspects)
        case "case.end-procedure" | "case.prolong-procedure":
            return bool(case.running)
        case "case.recall" | "case.send-back":
            return case.handed_over is not None
        case "case.keep":
            return case.take_over is not None
        case "case.sample":
            return case.sampling_due
        case "case.refuse-reopening" | "case.reopen" if case.status not in RESUMED:
            return case.evidence
        case _:
            return True


FORWARD = frozenset({"case.accept", "case.review", "case.decide", "case.issue", "case.dispatch", "case.deliver"})
"""Acts that lead on to the result."""
