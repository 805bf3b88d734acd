"""Who has to act on a case now: the one answer from which turns, tabs, counts and boards follow."""

from __future__ import annotations

from typing import Literal

from domain.case.acts import ACTS, ENDED, CaseStatus
from domain.case.standing import Case
from projections.cases.view import CaseView
from projections.documents import Delivery, Turn, WaitingFor
from projections.documents.status import DeliveryState

_APPLICANTS = frozenset({CaseStatus.FILED, CaseStatus.CORRECTION})
"""Photographs are still on their way, or a notice waits for an answer."""
_UNDECIDED = _APPLICANTS | {CaseStatus.RECEIVED, CaseStatus.ACCEPTED, CaseStatus.SUSPENDED}
"""The centre still looks at the papers; later a page changes nothing by itself."""


def waiting_for(view: CaseView) -> WaitingFor:
    """Who has to act now."""
    state = view.state
    if state.status in ENDED:
        return _after_the_end(view)
    if state.status in _APPLICANTS:
        return "applicant"
    match state.status:
        case CaseStatus.SUSPENDED:
            return "procedure"
        case CaseStatus.ISSUED:
            return _result_out(view)
        case CaseStatus.POSTED:
            return "post"
        case _:
            return "step"


def _result_out(view: CaseView) -> WaitingFor:
    match delivery_state(view):
        case "asked":
            return "post"
        case "ready" if view.state.rendered and delivery_of(view).method == "pickup":
            return "applicant"
        case _:
            return "step"


def _after_the_end(view: CaseView) -> WaitingFor:
    state = view.state
    if asks_of_evidence(state) or asks_for_sample(state):
        return "lead"
    open_gaps = state.open_gaps if state.status is CaseStatus.DELIVERED else ()
    if view.unreached or any(state.gaps[material].supplied for material in open_gaps):
        return "window"
    return "applicant" if open_gaps else "nobody"


def asks_of_evidence(state: Case) -> bool:
    """Whether a lead has to say what evidence changes that came after the end, and still can."""
    return state.evidence and _may("case.refuse-reopening", state)


def asks_for_sample(state: Case) -> bool:
    """Whether a lead has to look at the decision, and still can."""
    return state.sampling_due and _may("case.sample", state)


def asks_for_extension(state: Case) -> bool:
    """Whether a lead has to say whether it may take longer, and still can."""
    return state.extension is not None and not state.extension.approved and _may("case.answer-extension", state)


def second_notice(state: Case) -> Literal["", "asked", "approved"]:
    """How far a second notice has come, while there can be one."""
    if not _may("case.approve-second-notice", state):
        return ""
    if state.second_notice is not None:
        return "approved"
    return "asked" if state.second_notice_asked_by is not None else ""


def _may(act: str, state: Case) -> bool:
    """Whether anybody can do an act now; what nobody can do is asked of nobody."""
    return state.status is not None and act in ACTS[state.status]


def turn_of(view: CaseView) -> Turn:
    """Whose turn it is, as the applicant is told; a page that they have to take again makes it theirs."""
    if waiting_for(view) == "applicant" or _asked_again(view):
        return "you"
    return "done" if view.state.status in ENDED else "office"


def _asked_again(view: CaseView) -> bool:
    """Whether a page that cannot be used still counts: any until the decision, then those promised for later."""
    state = view.state
    rejected = {page.material for page in view.pages if page.state == "rejected"}
    if state.status in _UNDECIDED:
        return bool(rejected)
    return _may("case.supplement", state) and not rejected.isdisjoint(state.open_gaps)


def delivery_of(view: CaseView) -> Delivery:
    """How the result reaches the applicant."""
    sent, state = view.sent, delivery_state(view)
    return Delivery(
        method=sent.method or str(view.state.choices.get("delivery_method", "pickup")),
        state=state,
        carrier=sent.carrier,
        tracking_number=sent.tracking_number,
        posted_at=sent.posted_at,
        returned_at=sent.returned_at,
        returned_why=sent.returned_why,
        delivered_at=sent.delivered_at,
        receiver=sent.receiver,
        receiver_name=sent.receiver_name,
        events=sent.events,
    )


def delivery_state(view: CaseView) -> DeliveryState:
    """Where the result is."""
    match view.state.status:
        case CaseStatus.POSTED:
            return "on-the-way"
        case CaseStatus.ISSUED if view.state.dispatched:
            return "asked"
        case CaseStatus.ISSUED if view.post_uncertain:
            return "uncertain"
        case CaseStatus.ISSUED:
            return "came-back" if view.sent.returned_at else "ready"
        case CaseStatus.DELIVERED | CaseStatus.REVOKED | CaseStatus.ARCHIVED if view.sent.delivered_at:
            return "delivered"
        case _:
            return "none"
