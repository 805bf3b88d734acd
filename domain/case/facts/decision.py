"""What is recorded of decisions."""

from __future__ import annotations

from domain.calendar.limits import Due
from domain.facts import Fact, Sealed


class CaseDecided(Fact, frozen=True, kw_only=True, tag="case.decided"):
    """The case was decided; the time limits stop (办结).

    Attributes:
        outcome: `granted` or `rejected`.
        words: `{"reason", "basis", "remedies"}`, sealed under the applicant's key.
        delay: why it came after its limit, sealed under the applicant's key.
        sampling_due: one person accepted and decided, as the item allows; somebody else must look at it later.
        deliver_by: by when a granted result must be delivered (Licensing Law art. 44).
    """

    outcome: str
    words: Sealed | None
    delay: Sealed | None = None
    sampling_due: bool = False
    deliver_by: Due | None = None


class CaseSampled(Fact, frozen=True, kw_only=True, tag="case.sampled"):
    """Somebody else looked at a case that one person had accepted and decided (抽查).

    Attributes:
        sound: whether the decision holds.
        words: findings, sealed under the applicant's key.
    """

    sound: bool
    words: Sealed


class ActUndone(Fact, frozen=True, kw_only=True, tag="case.act_undone"):
    """A wrong act was taken back by a new fact, and the case stands as before it (更正).

    Attributes:
        act: the act taken back, as the acts table names it.
        words: the reason, sealed under the applicant's key.
        notice: new notice limit, where the window must answer again.
        answer_by: by when it must answer the applicant then; close of business for an immediate item.
        step_due: by when the step should be done that is due again, where the case is in review again.
    """

    act: str
    words: Sealed
    notice: Due | None = None
    step_due: Due | None = None
    answer_by: Due | None = None


class CommitmentVerified(Fact, frozen=True, kw_only=True, tag="commitment.verified"):
    """A commitment in place of a paper (告知承诺) was checked against the facts.

    Attributes:
        true: whether it holds; a false one is a ground for revoking the result.
        words: findings, sealed under the applicant's key.
    """

    material: str
    true: bool
    words: Sealed


class CaseRevoked(Fact, frozen=True, kw_only=True, tag="case.revoked"):
    """A granted result was revoked (撤销, Licensing Law art. 69).

    Attributes:
        words: `{"reason", "basis", "remedies"}`, sealed under the applicant's key.
    """

    words: Sealed
