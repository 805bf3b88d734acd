"""Commands of the applicant: hand in, supplement, withdraw."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import Meta as Limits
from msgspec import Struct

from domain.case.commands.base import Command, PageOf, Reason, Sha256, ShortText, Words


class CopyFor(Struct, frozen=True):
    """A checked copy from the person's materials, in place of pages.

    Attributes:
        copy: its id in the vault.
        material: material id of the item.
    """

    copy: UUID
    material: ShortText


class FileCase(Command, frozen=True, kw_only=True):
    """Hand the form and its papers in (提交申请).

    Attributes:
        answers: field id to answer, as the item's form defines them.
        pages: which file shows which page.
        declarations: ids of self-declared materials that were signed in the app.
        copies: checked copies from the person's materials (材料库) that take the place of pages.
        later: ids of materials that the applicant promises to hand in later, where the item allows it (容缺).
    """

    type: ClassVar[str] = "case.file@1"
    item_id: ShortText
    item_version: int
    answers: dict[str, Any]
    pages: tuple[PageOf, ...] = ()
    declarations: tuple[ShortText, ...] = ()
    copies: tuple[CopyFor, ...] = ()
    later: tuple[ShortText, ...] = ()


class ChildFiling(Struct, frozen=True):
    """One of the cases that a linked filing shall become.

    Attributes:
        case: its id, made on the device.
    """

    case: UUID
    item_id: ShortText
    item_version: int


class FileBundle(Command, frozen=True, kw_only=True):
    """Apply for several items by one form and one set of papers (一件事一次办); the lane is the linked filing's own id.

    Attributes:
        bundle_id: of the catalogue's bundle.
        children: at least two of its items, each with the id of its case.
        answers: answers to the bundle's form, each question once.
        pages: which file shows which page; here a material stands for its type, asked once for all items.
        declarations: types of the self-declared materials that were signed in the app.
        copies: checked copies that take the place of pages, by type.
        later: types of the materials that the applicant promises to hand in later.
    """

    type: ClassVar[str] = "bundle.file@1"
    bundle_id: ShortText
    children: Annotated[tuple[ChildFiling, ...], Limits(min_length=2, max_length=20)]
    answers: dict[str, Any]
    pages: tuple[PageOf, ...] = ()
    declarations: tuple[ShortText, ...] = ()
    copies: tuple[CopyFor, ...] = ()
    later: tuple[ShortText, ...] = ()


class OpenBundle(Command, frozen=True, kw_only=True):
    """Apply for several items for a person at the window, by phone or on a visit; as `FileBundle` and `OpenCase`."""

    type: ClassVar[str] = "bundle.open@1"
    bundle_id: ShortText
    children: Annotated[tuple[ChildFiling, ...], Limits(min_length=2, max_length=20)]
    channel: Literal["window", "phone", "visit"]
    answers: dict[str, Any]
    pages: tuple[PageOf, ...] = ()
    declarations: tuple[ShortText, ...] = ()
    later: tuple[ShortText, ...] = ()


class OpenCase(Command, frozen=True, kw_only=True):
    """Open a case for a person at the window, by phone or on a visit (帮办); papers may follow by a one-time link.

    Attributes:
        channel: where the person is.
        answers: field id to answer, as the person said them.
        pages: which file shows which page; required papers may still be missing.
        declarations: ids of self-declared materials that the person signed before the member of staff.
    """

    type: ClassVar[str] = "case.open@1"
    item_id: ShortText
    item_version: int
    channel: Literal["window", "phone", "visit"]
    answers: dict[str, Any]
    pages: tuple[PageOf, ...] = ()
    declarations: tuple[ShortText, ...] = ()
    later: tuple[ShortText, ...] = ()


class MakeUploadLink(Command, frozen=True, kw_only=True):
    """Make a one-time link by which the person hands papers in without signing in.

    Attributes:
        token_hash: SHA-256 of the secret in the link, which never leaves the device that made it but to the person.
        materials: the papers it asks for.
    """

    type: ClassVar[str] = "case.make-link@1"
    token_hash: Sha256
    materials: tuple[ShortText, ...]


class HandInByLink(Command, frozen=True, kw_only=True):
    """Hand papers in through a one-time link (the edge gives it, having seen the secret).

    Attributes:
        token_hash: of the secret that was shown.
        declarations: ids of self-declared materials signed on the page of the link.
    """

    type: ClassVar[str] = "case.hand-in@1"
    link: UUID
    token_hash: Sha256
    pages: tuple[PageOf, ...]
    declarations: tuple[ShortText, ...] = ()


class SupplementCase(Command, frozen=True, kw_only=True):
    """Answer a correction notice, or replace a photograph that could not be read (补正).

    Attributes:
        pages: the new pages.
        replaces: files that the new pages replace.
        reply: words for the desk, where a defect is answered by words rather than by a page.
        declarations: ids of self-declared materials signed now.
    """

    type: ClassVar[str] = "case.supplement@1"
    pages: tuple[PageOf, ...] = ()
    replaces: tuple[UUID, ...] = ()
    reply: Words = ""
    declarations: tuple[ShortText, ...] = ()


class WithdrawCase(Command, frozen=True, kw_only=True):
    """Take the application back (撤回)."""

    type: ClassVar[str] = "case.withdraw@1"


class ReopenCase(Command, frozen=True, kw_only=True):
    """Take an ended case up again: the applicant one that was returned or lapsed, a lead one with new evidence.

    Attributes:
        reason: needed from staff.
    """

    type: ClassVar[str] = "case.reopen@1"
    reason: Words = ""


class RefuseReopening(Command, frozen=True, kw_only=True):
    """Say that evidence that came after the decision changes nothing."""

    type: ClassVar[str] = "case.refuse-reopening@1"
    reason: Reason


class ChangeDelivery(Command, frozen=True, kw_only=True):
    """Choose another way to receive the result, or another address.

    Attributes:
        answers: all answers about delivery, as the item's form defines them.
    """

    type: ClassVar[str] = "case.change-delivery@1"
    answers: dict[str, Any]
