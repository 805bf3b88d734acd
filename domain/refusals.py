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
    options = ("watch", "note", "discard")


class StaleDecision(Conflict):
    """Something that matters happened after the state on which the decision was based."""

    code = "stale-decision"
    options = ("decide-again", "ask-lead", "discard")


class FilesOnTheWay(Held):
    """Photographs named by the case have not arrived yet; acts that judge them wait."""

    code = "file-missing"


class NotQualified(Refusal):
    """No valid certificate for the item."""

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


class AfterPending(Held):
    """A command that must be judged first has not arrived yet; order within a case is kept."""

    code = "after-pending"


class NeedsRefused(Refusal):
    """A command that this one needs was not carried out, so it is set aside with it."""

    code = "needs-refused"
