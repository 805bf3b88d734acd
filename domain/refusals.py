"""The domain's answer when a command cannot be done: a stable code, its class, and what the person needs to know.

A refusal tree: `Refusal` > `Conflict` (something happened meanwhile; a person chooses) and `Held` (waits for something
that will come). Plain refusals are final for the command as it stands; the work is always kept.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """The command cannot be done.

    Attributes:
        code: what is so, in kebab-case; the words for people are kept per language in the app.
        params: values that the sentence needs; never personal data.
    """

    code: ClassVar[str] = "invalid"
    verdict: ClassVar[str] = "refused"

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params


class Conflict(Refusal):
    """Something happened to the case in the meantime; a person must choose what to do.

    Attributes:
        options: what the person may choose, in order of likelihood.
    """

    verdict: ClassVar[str] = "conflict"
    options: ClassVar[tuple[str, ...]] = ()


class Held(Refusal):
    """The command waits for something that is still on its way; it is judged again later."""

    verdict: ClassVar[str] = "held"


class Forbidden(Refusal):
    """The role, the office or the relation to the case does not allow the act."""

    code = "forbidden"


class PermissionLost(Refusal):
    """The author held a role for the act that was taken away since; what was written is kept for them and the lead."""

    code = "permission-lost"


class NotFound(Refusal):
    """There is no such record, or none that the person may know of."""

    code = "not-found"


class AnswersInvalid(Refusal):
    """Answers of the form do not hold; `params["problems"]` names each field with a code."""

    code = "answers-invalid"


class MaterialsMissing(Refusal):
    """Required papers are not there; `params["materials"]` names them."""

    code = "materials-missing"


class Invalid(Refusal):
    """The command's fields do not have the agreed form; `params["where"]` names the place."""

    code = "invalid"


class UnknownCommand(Refusal):
    """There is no such command; `params["type"]` repeats its name."""

    code = "unknown-command"


class UnknownItem(Refusal):
    """The item or its version is not in the catalogue."""

    code = "unknown-item"


class ItemNotInForce(Refusal):
    """The version of the item is not in force now; `params["in_force"]` says which is, null where none is."""

    code = "item-not-in-force"


class AskTheWindow(Refusal):
    """The item is only listed: it is asked for at the window; `params` say of which department, by phone and when."""

    code = "ask-the-window"


class ItemUnsound(Refusal):
    """The item contradicts itself or refers to what is not there; `params["faults"]` names each place."""

    code = "item-unsound"


class TrialsFailed(Refusal):
    """Test cases of the version do not come out as expected; `params["failures"]` names each with what was found."""

    code = "trials-failed"


class PlanWrong(Refusal):
    """The days do not fit, or the version is not newer; `params["why"]` is `past`, `order` or `version`."""

    code = "plan-wrong"


class OrderUnsound(Refusal):
    """The delegation order contradicts itself or the catalogue; `params["faults"]` names each place."""

    code = "order-unsound"


class OrderTaken(Refusal):
    """An order of that number was recorded with other content."""

    code = "order-taken"


class UnknownOrder(Refusal):
    """There is no delegation order of that number."""

    code = "unknown-order"


class CalendarUnsound(Refusal):
    """Days or hours of the calendar contradict each other; `params["faults"]` names each place."""

    code = "calendar-unsound"


class ListingUnsound(Refusal):
    """The list of items holds entries that cannot be shown; `params["faults"]` names each place."""

    code = "listing-unsound"


class BundleWrong(Refusal):
    """The filings do not make up the bundle; `params["why"]` is `bundle`, `items`, `cases` or `filed`."""

    code = "bundle-wrong"


class BundleChildRefused(Refusal):
    """One of the linked filings cannot be taken, so none was; `params` name its item and case, with why."""

    code = "bundle-child-refused"


class PreviewStale(Conflict):
    """What the change leads to is not what was shown; `params["effects"]` says what it is now."""

    code = "preview-stale"
    options = ("look-again", "discard")


class NotNewer(Refusal):
    """A case moves only to a newer version of its item that is in force."""

    code = "not-newer"


class RouteDiffers(Refusal):
    """Steps that the case has done are not the first ones of the newer version's route."""

    code = "route-differs"


class VersionTaken(Refusal):
    """That version of the item was published with other content; cases keep what they were filed under."""

    code = "version-taken"


class AlreadyFiled(Conflict):
    """The case was filed before by another command."""

    code = "already-filed"
    options = ("open",)


class CaseIsClosed(Refusal):
    """The case has ended."""

    code = "case-is-closed"


class StateChanged(Conflict):
    """The act no longer fits the state of the case; `params["status"]` says what it is now."""

    code = "state-changed"
    options = ("open", "discard")


class AlreadyClaimed(Conflict):
    """A colleague works on the case."""

    code = "already-claimed"
    options = ("take-over", "watch", "note", "discard")


class StaleDecision(Conflict):
    """Something that matters happened after the state on which the decision was based."""

    code = "stale-decision"
    options = ("decide-again", "ask-lead", "discard")


class FilesOnTheWay(Held):
    """Photographs named by the case have not arrived yet; acts that judge them wait."""

    code = "file-missing"


class NotQualified(Refusal):
    """No valid certificate for the item.

    `params["expired_on"]` is the last day of one that has run out, `params["why"]` is `revoked` where it was taken
    away, and `params["ways"]` tells of every certificate that would do what is still missing for it: `courses`,
    `scenarios`, `exam`, and `exam_from`, the first day on which that may be tried again.
    """

    code = "not-qualified"


class AcceptorCannotDecide(Refusal):
    """Whoever accepted the case must not decide it (accepting and deciding are separate duties)."""

    code = "acceptor-cannot-decide"


class NoticeEmpty(Refusal):
    """A correction notice must name at least one defect, each with its words."""

    code = "notice-empty"


class SecondNotice(Refusal):
    """All defects are told at once; a second notice may only concern newly supplied papers (Licensing Law art. 32)."""

    code = "second-notice"


class ReasonMissing(Refusal):
    """A negative decision needs its reason in words."""

    code = "reason-missing"


class UnknownFile(Refusal):
    """A page names a file that the command does not describe, or describes wrongly."""

    code = "unknown-file"


class PersonHasOpenCases(Refusal):
    """The person is the applicant of cases that have not ended; `params["cases"]` names them."""

    code = "person-has-open-cases"


class RetentionRuns(Refusal):
    """The law has the centre keep cases of the person; `params["cases"]` names them with the last day, null for ever.

    Until then deletion is replaced by storing and securing only (Personal Information Protection Law art. 47).
    """

    code = "retention-runs"


class PersonIsErased(Refusal):
    """The personal values of whoever this concerns were erased, and nothing is sealed for them any more."""

    code = "person-erased"


class AfterPending(Held):
    """A command that must be judged first has not arrived yet; order within a case is kept."""

    code = "after-pending"


class NeedsRefused(Refusal):
    """A command that this one needs was not carried out, so it is set aside with it."""

    code = "needs-refused"


class SecondNoticeNeedsLead(Refusal):
    """A second correction notice goes out only with a lead's approval."""

    code = "second-notice-needs-lead"


class NoticeLimitPassed(Refusal):
    """The limit to answer has passed: the case counts as accepted, and can no longer be declined or sent back."""

    code = "notice-limit-passed"


class PageRefused(Refusal):
    """A page in force was found bad; `params["materials"]` names it. It must be corrected before acceptance."""

    code = "page-refused"


class MaterialsUnchecked(Refusal):
    """No register was asked for materials and nobody ticked them; `params["materials"]` names them."""

    code = "materials-unchecked"


class CannotFollow(Refusal):
    """The item does not let these materials follow later (容缺); `params["materials"]` names them."""

    code = "cannot-follow"


class PromiseOpen(Refusal):
    """A promised material is still missing, so that the result is not issued; `params["materials"]` names it."""

    code = "promise-open"


class PromiseUnsupplied(Refusal):
    """Nothing was handed in for the promised material, or none is promised."""

    code = "promise-unsupplied"


class CopyExpired(Refusal):
    """The checked copy may no longer be used; `params["why"]` is `age` or `document`."""

    code = "copy-expired"


class CopyUnknown(Refusal):
    """The person has no such copy, or it cannot serve as this material."""

    code = "copy-unknown"


class AgentNotAllowed(Refusal):
    """The item must be applied for in person."""

    code = "agent-not-allowed"


class UploadLinkInvalid(Refusal):
    """The one-time link was used, has expired, or is not for these papers."""

    code = "upload-link-invalid"


class NoStepBefore(Refusal):
    """The first step after acceptance has none to hand back to."""

    code = "no-step-before"


class ProcedureCounts(Refusal):
    """Neither the law nor the item's list takes this procedure out of the time limit."""

    code = "procedure-counts"


class ProcedureTooLong(Refusal):
    """The planned end is not after the old one or today, or further ahead than may be planned (`params["days"]`)."""

    code = "procedure-too-long"


class PaperIsThere(Refusal):
    """The material has a page that nobody found bad, so that no copy takes its place; `params["material"]` names it."""

    code = "paper-is-there"


class NothingToLookUp(Refusal):
    """No register holds the material, or the form does not name the person whose record it is."""

    code = "nothing-to-look-up"


class ProcedureNeedsLead(Refusal):
    """The item's list names the procedure once, with its days (`params["days"]`): more of it only a lead lets be."""

    code = "procedure-needs-lead"


class ProcedureRuns(Refusal):
    """A special procedure goes on and must end first."""

    code = "procedure-runs"


class UnknownProcedure(Refusal):
    """There is no such procedure, or it has ended."""

    code = "unknown-procedure"


class ImmediateItem(Refusal):
    """An immediate case has no special procedure and no extension; it must be made a promised one first."""

    code = "immediate-item"


class NotImmediate(Refusal):
    """Only an immediate case can be made a promised one, once."""

    code = "not-immediate"


class LimitHasPassed(Refusal):
    """The limit has passed: what must be done before it can no longer be done."""

    code = "limit-has-passed"


class ExtensionOnce(Refusal):
    """More time was asked for already; it is given once."""

    code = "extension-once"


class ExtensionTooLong(Refusal):
    """More working days than the item allows (`params["days"]`)."""

    code = "extension-too-long"


class AlreadyAsked(Refusal):
    """A colleague has asked whoever holds the case for it, and has no answer yet."""

    code = "already-asked"


class NothingAsked(Refusal):
    """Nobody has asked for what would be answered."""

    code = "nothing-asked"


class OwnRequest(Refusal):
    """Whoever asked does not answer."""

    code = "own-request"


class DelayUnexplained(Refusal):
    """The limit has passed: the decision must say why it comes late."""

    code = "delay-unexplained"


class CannotBeUndone(Refusal):
    """The case has gone on since: the act stays."""

    code = "cannot-be-undone"


class UndoTooLate(Refusal):
    """The limit to answer has passed: without its acceptance or notice the case would count as accepted at once."""

    code = "undo-too-late"


class NoNewEvidence(Refusal):
    """Nothing new has come since the case ended."""

    code = "no-new-evidence"


class NothingToSample(Refusal):
    """The case needs no second look, or this person decided it."""

    code = "nothing-to-sample"


class NoCommitment(Refusal):
    """The applicant signed no commitment for this material."""

    code = "no-commitment"


class DeliveryUnfit(Refusal):
    """The result cannot be delivered in this way as the case stands; `params["method"]` repeats it."""

    code = "delivery-unfit"


class ArchiveNotReady(Refusal):
    """Something on the case is still to be done; `params["why"]` says what."""

    code = "archive-not-ready"


class ColleagueUnfit(Refusal):
    """The colleague cannot take it: `params["why"]` is `role`, `certificate`, `absent` or `same`."""

    code = "colleague-unfit"


class NotSuspected(Refusal):
    """The other case is not among those that look like the same matter, or has ended."""

    code = "not-suspected"


class NoAgent(Refusal):
    """Nobody acts for the applicant."""

    code = "no-agent"


class AbsenceWrong(Refusal):
    """The days or the substitute do not fit; `params["why"]` says which."""

    code = "absence-wrong"


class NotHandedOver(Conflict):
    """There is no hand-over that could be recalled or sent back; the colleague may have opened it."""

    code = "not-handed-over"
    options = ("open", "discard")


class OfficeClosed(Refusal):
    """Nobody is received on that day (`params["on"]`), or not for these matters."""

    code = "office-closed"


class DayIsOver(Refusal):
    """It is not about today, or the day is over."""

    code = "day-is-over"


class ReceptionWrong(Refusal):
    """The arrangements do not hold together; `params["why"]` says where."""

    code = "reception-wrong"


class MatterUnknown(Refusal):
    """The item (`params["item"]`) is not dealt with in the hall."""

    code = "matter-unknown"


class SlotUnknown(Refusal):
    """There is no such slot, or it is further ahead than `params["days_ahead"]` days."""

    code = "slot-unknown"


class SlotIsOver(Refusal):
    """The slot has begun."""

    code = "slot-is-over"


class SlotFull(Conflict):
    """All places of the slot that can be booked are taken; the rest is kept for those who come without."""

    code = "slot-full"
    options = ("other-slot", "walk-in", "discard")


class TooManyAppointments(Refusal):
    """The person has as many open appointments as one may have (`params["limit"]`)."""

    code = "too-many-appointments"


class BookingBarred(Refusal):
    """Too many appointments were missed: until `params["until"]` only staff book for the person, or they just come."""

    code = "booking-barred"


class ContactMissing(Refusal):
    """Whoever has never signed in needs a name and a telephone for an appointment."""

    code = "contact-missing"


class AppointmentOver(Refusal):
    """The appointment is no longer kept; `params["status"]` says what it is."""

    code = "appointment-over"


class TooEarly(Refusal):
    """One can check in from `params["since"]` on."""

    code = "too-early"


class TicketsNotNow(Refusal):
    """Numbers are given out from `params["opens"]` to `params["closes"]`."""

    code = "tickets-not-now"


class LineIsStopped(Refusal):
    """No more numbers are given out in this line today."""

    code = "line-is-stopped"


class TicketHeld(Refusal):
    """The person has a number already; one at a time."""

    code = "ticket-held"


class RejoinsUsedUp(Refusal):
    """The number was missed too often (`params["limit"]`); a new one is needed."""

    code = "rejoins-used-up"


class TicketStateChanged(Conflict):
    """The act does not fit the ticket any more; `params["status"]` says what it is now."""

    code = "ticket-state-changed"
    options = ("open", "discard")


class TicketElsewhere(Refusal):
    """The number is at another counter (`params["counter"]`)."""

    code = "ticket-elsewhere"


class CallAgainFirst(Refusal):
    """A number counts as missed only after it was called `params["calls"]` times."""

    code = "call-again-first"


class NobodyWaits(Refusal):
    """Nobody waits whom this counter may call; `params["others"]` wait for other counters."""

    code = "nobody-waits"


class NothingToSendOn(Refusal):
    """Everything the visitor came for is done: finish instead."""

    code = "nothing-to-send-on"


class CounterUnknown(Refusal):
    """There is no such counter; `params["counter"]` repeats it."""

    code = "counter-unknown"


class CounterTaken(Conflict):
    """A colleague (`params["by"]`) sits there."""

    code = "counter-taken"
    options = ("other-counter", "discard")


class CounterBusy(Refusal):
    """A visitor is at the counter, or the author sits at another one (`params["counter"]`)."""

    code = "counter-busy"


class CounterNotOpen(Refusal):
    """The author sits at no counter, or nobody sits at the one that was named."""

    code = "counter-not-open"


class NotYetRateable(Refusal):
    """What is not over cannot be rated."""

    code = "not-yet-rateable"


class AlreadyRated(Conflict):
    """The case or visit has its one rating."""

    code = "already-rated"
    options = ("open", "discard")


class AlreadyAmended(Refusal):
    """A rating can be changed once."""

    code = "already-amended"


class RatingTimeOver(Refusal):
    """The time for rating, or for changing a rating, is over."""

    code = "rating-time-over"


class NotByTheRated(Refusal):
    """Only those who received the service rate it; and who was rated, or appealed, has no say in what follows."""

    code = "not-by-the-rated"


class AlreadyAppealed(Refusal):
    """An appeal against the rating has been made."""

    code = "already-appealed"


class CallBackFirst(Refusal):
    """The rater has to be called back first, whether or not they can be reached."""

    code = "call-back-first"


class ReplyFirst(Refusal):
    """The rater has not been told the outcome yet."""

    code = "reply-first"


class RectificationStateChanged(Conflict):
    """The act does not fit any more; `params["state"]` says how it stands."""

    code = "rectification-state-changed"
    options = ("open", "discard")


class PasskeyUnknown(Refusal):
    """The passkey was removed, or is none of this service."""

    code = "passkey-unknown"


class PasskeyCopied(Refusal):
    """The passkey's counter has not grown: a copy of it was used before."""

    code = "passkey-copied"


class TooManyPasskeys(Refusal):
    """The person has `params["most"]` passkeys; one has to go first."""

    code = "too-many-passkeys"


class SecondFactorWrong(Refusal):
    """The one-time code is not the one of this minute, and none of those for emergencies that are left."""

    code = "second-factor-wrong"


class AlreadyShown(Refusal):
    """The one-time code was shown before; the next one is there within half a minute."""

    code = "already-shown"


class EnrolmentWrong(Refusal):
    """The code with which to come in once is not the one that waits, or it is too old."""

    code = "enrolment-wrong"


class ExamNotOpen(Refusal):
    """The examination cannot be begun now.

    `params["why"]` is `running`, `held`, `passed`, `no-attempts`, `cooldown` or `no-questions`; `params["from"]` is the
    first day on which it can.
    """

    code = "exam-not-open"


class CertificateHasEnded(Refusal):
    """The certificate counts no more already: `params["why"]` is `expired`, `revoked` or `renewed`."""

    code = "certificate-has-ended"


class TrainingUnsound(Refusal):
    """What is to be learnt contradicts itself or refers to what is not there.

    `params["faults"]` names each place in English, `params["faults_zh"]` in Chinese.
    """

    code = "training-unsound"


class QuestionIsClosed(Refusal):
    """The question was taken off the list meanwhile."""

    code = "question-is-closed"
