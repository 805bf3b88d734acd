"""What is recorded at the window: correction, acceptance, declining."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from domain.calendar.limits import Due
from domain.catalogue.items import RouteStep
from domain.facts import Fact, Sealed


class DefectTold(Struct, frozen=True):
    """One defect of a correction notice; its words are sealed beside it, in the same order."""

    material: str
    file: UUID | None
    code: str


class GapPromised(Struct, frozen=True):
    """A material that was missing at acceptance and is promised by a date (容缺)."""

    material: str
    due: Due


class PageVerdict(Struct, frozen=True):
    """What a member of staff found of one page.

    Attributes:
        good: whether the page proves what it is for.
        code: kind of defect as in a correction notice, empty on a good page.
        expires_on: the document's own last day, where it has one.
    """

    file: UUID
    good: bool
    code: str
    expires_on: date | None


class PagesVerified(Fact, frozen=True, kw_only=True, tag="case.pages_verified"):
    """Pages were looked at one by one (核验).

    Attributes:
        words: reasons, one a verdict in the same order, sealed under the applicant's key.
    """

    verdicts: tuple[PageVerdict, ...]
    words: Sealed


class SecondNoticeAsked(Fact, frozen=True, kw_only=True, tag="second_notice.asked"):
    """A clerk asked the lead to let a second correction notice go out, about papers that came with the supplement."""

    words: Sealed


class SecondNoticeApproved(Fact, frozen=True, kw_only=True, tag="second_notice.approved"):
    """A lead let a second correction notice go out; it may only concern newly supplied papers (art. 32)."""


class CorrectionRequested(Fact, frozen=True, kw_only=True, tag="case.correction_requested"):
    """The applicant was told at once everything that must be put right (一次性补正告知, Licensing Law art. 32).

    Attributes:
        words: list of sentences, one a defect, sealed under the applicant's key.
        respond_by: the date written on the notice.
        approved_by: the lead who let a second notice go out; None on the first.
    """

    defects: tuple[DefectTold, ...]
    words: Sealed
    respond_by: Due
    approved_by: UUID | None = None


class CaseAccepted(Fact, frozen=True, kw_only=True, tag="case.accepted"):
    """The centre took the case on; its number is minted and the time limits run (受理, Licensing Law art. 32).

    Attributes:
        case_number: 办件编号.
        checked: materials ticked as checked.
        promised: the centre's promise.
        statutory: the limit of the law, where one is known.
        deemed: nobody answered within the notice limit, so that the case counts as accepted (逾期视为受理).
        since: when the limits began: at acceptance, or at receipt if that came late, was deemed, or is immediate.
        gaps: materials that may follow, each with its date (容缺受理).
        step_due: by when the first step should be done.
        order: number of the delegation order under which it is accepted (事项下放), empty without one.
        street_role: what the subdistrict does, where the route is not the item version's own; empty otherwise.
        route: the steps of the case, where they are not the item version's own; the case finishes by them.
    """

    case_number: str
    item_version: int
    calendar_version: int
    checked: tuple[str, ...]
    promised: Due
    statutory: Due | None
    deemed: bool = False
    since: datetime | None = None
    gaps: tuple[GapPromised, ...] = ()
    step_due: Due | None = None
    order: str = ""
    street_role: str = ""
    route: tuple[RouteStep, ...] = ()


class CaseDeclined(Fact, frozen=True, kw_only=True, tag="case.declined"):
    """The centre does not take the case on, in writing with reason and remedy (不予受理).

    Attributes:
        words: `{"reason", "remedy"}`, sealed under the applicant's key.
    """

    words: Sealed


class CaseRedirected(Fact, frozen=True, kw_only=True, tag="case.redirected"):
    """Another office is competent, and the applicant was told which (告知转办, Licensing Law art. 32).

    Attributes:
        office: the right office; public, not about the person.
        words: `{"reason", "how"}`, sealed under the applicant's key.
    """

    office: str
    words: Sealed


class CaseVoided(Fact, frozen=True, kw_only=True, tag="case.voided"):
    """A case that was opened by mistake was struck out before acceptance (作废).

    Attributes:
        words: the reason, sealed under the applicant's key.
        into: the case that goes on in its place, where it was filed twice.
    """

    words: Sealed
    into: UUID | None = None
