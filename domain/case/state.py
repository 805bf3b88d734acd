"""The state of a case as decisions see it, and how each fact changes it.

Applying only assigns; sealed values are never read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from domain.case import facts as f
from domain.case.applying import claims, filing, result, review, window
from domain.case.standing import Arrived, Case, due_step, handled_item
from domain.facts import Fact

__all__ = ["FACTS", "Arrived", "Case", "due_step", "evolve", "handled_item"]

_APPLY: dict[type[Fact], Callable[[Any, Case, UUID], Case]] = {
    f.CaseFiled: filing.filed,
    f.BundleFiled: filing.bundled,
    f.CaseMigrated: filing.migrated,
    f.FileStored: filing.stored,
    f.FileRejected: filing.rejected,
    f.CaseReceived: filing.received,
    f.CaseSupplemented: filing.supplemented,
    f.EvidenceReceived: filing.evidence,
    f.CaseWithdrawn: filing.withdrawn,
    f.CaseLapsed: filing.lapsed,
    f.DeliveryChanged: filing.delivery_changed,
    f.UploadLinkMade: filing.link_made,
    f.UploadLinkUsed: filing.link_used,
    f.CaseClaimed: claims.claimed,
    f.CaseReleased: claims.free,
    f.ClaimExpired: claims.free,
    f.ClaimBroken: claims.free,
    f.CaseHandedOver: claims.handed_over,
    f.HandOverOpened: claims.opened,
    f.HandOverRecalled: claims.recalled,
    f.HandOverReturned: claims.given,
    f.CaseReassigned: claims.given,
    f.TakeOverAsked: claims.asked_for,
    f.TakeOverDeclined: claims.kept,
    f.PagesVerified: window.verified,
    f.SecondNoticeAsked: window.second_notice_asked,
    f.SecondNoticeApproved: window.second_notice_approved,
    f.CorrectionRequested: window.correction,
    f.CaseAccepted: window.accepted,
    f.CaseDeclined: window.declined,
    f.CaseRedirected: window.redirected,
    f.CaseVoided: window.voided,
    f.DuplicateSuspected: window.suspected,
    f.DuplicateCleared: window.looked_at,
    f.DuplicateAbsorbed: window.looked_at,
    f.AgencyEnded: window.agency_ended,
    f.CopyReused: window.reused,
    f.RegisterAsked: window.register_asked,
    f.RegisterLookedUp: window.looked_up,
    f.GapClosed: window.gap_closed,
    f.GapOverdue: review.gap_overdue,
    f.CaseReviewed: review.reviewed,
    f.CaseHandedBack: review.handed_back,
    f.ProcedureBegun: review.procedure_begun,
    f.ProcedureProlonged: review.procedure_prolonged,
    f.ProcedureEnded: review.procedure_ended,
    f.ProcedureOverran: review.procedure_overran,
    f.ExtensionAsked: review.extension_asked,
    f.ExtensionApproved: review.extension_approved,
    f.ExtensionRefused: review.extension_refused,
    f.CaseConverted: review.converted,
    f.CaseTerminated: review.terminated,
    f.CaseReturned: review.returned,
    f.CaseReopened: review.reopened,
    f.ReopeningRefused: review.reopening_refused,
    f.DeadlineNeared: review.neared,
    f.CaseOverdue: review.overdue,
    f.StepOverdue: review.step_overdue,
    f.DeadlineRecomputed: review.recomputed,
    f.CaseDecided: result.decided,
    f.CaseSampled: result.sampled,
    f.ActUndone: result.undone,
    f.CommitmentVerified: result.committed,
    f.CaseRevoked: result.revoked,
    f.ResultIssued: result.issued,
    f.ResultVoided: result.result_voided,
    f.ResultReprinted: result.reprinted,
    f.ResultRendered: result.rendered,
    f.DispatchRequested: result.dispatched,
    f.EffectClaimed: result.effect_claimed,
    f.EffectUncertain: result.effect_uncertain,
    f.CasePosted: result.posted,
    f.PostReturned: result.post_returned,
    f.CaseDelivered: result.delivered,
    f.DeliveryOverdue: result.delivery_overdue,
    f.CaseArchived: result.archived,
    f.CaseNoted: window.unchanged,
    f.MessageSent: window.unchanged,
}


def evolve(fact: Fact, case: Case, *, by: UUID) -> Case:
    """The state of `case` after `fact`, recorded by the person `by`.

    Raises:
        KeyError: the fact does not belong on a case (a defect, never a refusal).
    """
    return _APPLY[type(fact)](fact, case, by)


FACTS = tuple(_APPLY)
"""Every kind of fact that stands on a case's stream."""
