"""Who may send a file to which lane: the people of a case, its staff, and whoever holds a link of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from domain.actors import Actor, Role
from domain.case.state import Case
from domain.rights.cases import may_see
from store.centre import Centre
from store.receipts import CommandApplied
from web.arrivals import MOST_OPEN, Announcement
from web.errors import Problem

MOST_UNFILED_BYTES = 1_000_000_000
"""What one person may send within the days of an upload for forms that are not handed in: a hundred photographs or so
of ten megabytes; they are kept for a month."""
ASK_AGAIN_SECONDS = 3_600


class Admission:
    """Admits files of people to lanes.

    Args:
        centre: the log.
        has_draft: whether that person keeps a form of that id with the centre.
    """

    def __init__(self, centre: Centre, has_draft: Callable[[UUID, UUID], bool]) -> None:
        self._centre = centre
        self._has_draft = has_draft

    def __call__(self, said: Announcement, by: UUID, beside: Mapping[UUID, int]) -> None:
        """Admit a file.

        A form that is not handed in takes the files of whoever keeps it with the centre, or tried to hand it in. A case
        takes those that an act of the person on it names, which therefore comes first.

        Raises:
            Problem: 403 `file-not-yours` for a case of somebody else's, 409 `intent-unknown` for a file that no form
                or act has named so far, or 429 `too-many-uploads` for too many bytes of forms that are not handed in.
        """
        case = self._centre.case(said.lane)
        if case.is_filed:
            self._to_case(said, by, case)
        elif not self._is_named_by_child(said, by, case):
            self._to_form(said, by, beside)

    def _to_case(self, said: Announcement, by: UUID, case: Case) -> None:
        if by in case.links:
            return
        if not may_see(self._actor(by), case, self._centre.item_of(case)):
            raise Problem(403, "file-not-yours")
        if not _names(case, said.file) and not self._has_acted(said, by, done=True):
            raise Problem(409, "intent-unknown")

    def _is_named_by_child(self, said: Announcement, by: UUID, bundle: Case) -> bool:
        """Whether a page of one of the cases that a form for several items became shows the file."""
        children = map(self._centre.case, bundle.children)
        named = [child for child in children if child.is_filed and _names(child, said.file)]
        return any(may_see(self._actor(by), child, self._centre.item_of(child)) for child in named)

    def _to_form(self, said: Announcement, by: UUID, beside: Mapping[UUID, int]) -> None:
        if not self._has_draft(by, said.lane) and not self._has_acted(said, by, done=False):
            raise Problem(409, "intent-unknown")
        unfiled = sum(size for lane, size in beside.items() if lane == said.lane or self._is_form(lane))
        if unfiled + said.size > MOST_UNFILED_BYTES:
            raise Problem(429, "too-many-uploads", most=MOST_OPEN, retry_s=ASK_AGAIN_SECONDS)

    def _is_form(self, lane: UUID) -> bool:
        """Whether it is not handed in; one for several items became a case for each."""
        case = self._centre.case(lane)
        return not case.is_filed and not case.children

    def _has_acted(self, said: Announcement, by: UUID, *, done: bool) -> bool:
        """Whether the act that is said to name the file was judged for its lane, and done where that is asked for."""
        receipt = self._centre.receipt(by, said.intent_id)
        return receipt is not None and receipt.lane == said.lane and (not done or isinstance(receipt, CommandApplied))

    def _actor(self, by: UUID) -> Actor:
        staff = self._centre.staff_by_id(by)
        roles = frozenset(map(Role, staff.roles)) if staff.id else frozenset({Role.RESIDENT})
        return Actor(id=by, roles=roles, office=staff.office)


def _names(case: Case, file: UUID) -> bool:
    return file in case.arrived or any(page.file == file for page in case.pages)
