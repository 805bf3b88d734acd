"""Documents' parts about papers: notices and their defects, promises, copies, registers, evidence, links."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from projections.documents.parts import DueDate, Text


class Defect(Struct, frozen=True):
    """One thing the applicant is asked to put right.

    Attributes:
        number: the page concerned, if one is.
        answered: whether a new page for it has been handed in.
    """

    material: str
    material_name: Text
    file: UUID | None
    number: int | None
    code: str
    words: str
    answered: bool


class Notice(Struct, frozen=True):
    """A correction notice 一次性补正告知: everything that must be put right, told once.

    Attributes:
        second: whether it is a second one, which only concerns newly supplied papers.
        taken_back: it was a mistake and was taken back before it was answered.
    """

    requested_at: datetime
    by_name: str
    respond_by: DueDate
    defects: tuple[Defect, ...]
    answered_at: datetime | None
    second: bool = False
    taken_back: bool = False


class Gap(Struct, frozen=True, kw_only=True):
    """A paper that was missing at acceptance and is promised by a date (容缺受理).

    Attributes:
        state: `open`, `supplied` once pages were handed in, `closed` once somebody has looked.
        outcome: of a closed one: `supplied`, `waived` or `broken`.
        is_overdue: the date passed while it was open.
    """

    material: str
    material_name: Text
    due: DueDate
    state: Literal["open", "supplied", "closed"]
    outcome: str
    is_overdue: bool
    closed_at: datetime | None


class CopyUsed(Struct, frozen=True):
    """A checked copy (材料库) that serves the case, so that the paper was not asked again; its pages are in `pages`.

    Attributes:
        attached_by: name of the clerk who attached it, empty where the applicant named it in the filing.
        agreement: how the applicant agreed to that: `in-person`, `by-phone` or `in-writing`.
    """

    copy: UUID
    material: str
    material_name: Text
    files: tuple[UUID, ...]
    checked_on: date
    usable_until: date
    at: datetime
    attached_by: str = ""
    agreement: str = ""


class LookUp(Struct, frozen=True):
    """A question to a shared register.

    Attributes:
        outcome: `found`, `not-found` or `unavailable`; only `found` spares the paper. `asked`: it is asked once more.
        result: what it says of the person.
    """

    material: str
    material_name: Text
    register: str
    outcome: str
    result: dict[str, Any]
    at: datetime


class Evidence(Struct, frozen=True):
    """Something handed in after acceptance.

    Attributes:
        files: its pages; they stand in `pages`.
        after_decision: the case had been decided: somebody must look whether to take it up again.
        supplies: promised papers that it supplies.
        outcome: of evidence after a decision: `waiting`, `reopened` or `unchanged`; empty for any other.
        words: why nothing changed.
    """

    at: datetime
    files: tuple[UUID, ...]
    reply: str
    after_decision: bool
    supplies: tuple[str, ...]
    outcome: Literal["", "waiting", "reopened", "unchanged"]
    words: str


class UploadLink(Struct, frozen=True):
    """A one-time link by which papers are handed in without signing in; over with its use or at `expires_at`."""

    id: UUID
    made_at: datetime
    by_name: str
    expires_at: datetime
    materials: tuple[str, ...]
    used_at: datetime | None
