"""The shapes of answers that handlers put together by hand, for the document that describes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.items import Bundle, Department, Theme
from domain.catalogue.listing import ListedItem
from domain.catalogue.summaries import ItemSummary
from projections.device_bodies import DeviceBody
from projections.documents import CaseBody, Offer, QueueBody, StatusBody, Text, VaultBody
from projections.history import HistoryMoment
from projections.queues import Tab
from projections.visit_bodies import PanelBody
from web.api.audit_seen import Device as AuditedDevice
from web.api.audit_seen import Person as AuditedPerson
from web.api.looks import Look
from web.api.notices import PublicNotice
from web.carrier import Delivered
from web.papers import PaperBody
from web.set_aside import SetAside
from web.shelf import OpenDay
from web.timers.scheduler import TimersStanding


class Problem(Struct, frozen=True, kw_only=True):
    """Every answer of 4xx and 5xx; the words for people are in the app.

    Attributes:
        code: what is so, in kebab-case.
        params: values that the sentence needs; never personal data. `support` is the number of a defect.
    """

    code: str
    params: dict[str, Any]


class TrainingRows(Struct, frozen=True, kw_only=True):
    """Rows of what is learnt, as the devices of trainers hold them."""

    rows: list[dict[str, Any]]


class Alive(Struct, frozen=True, kw_only=True):
    """The process answers."""

    ok: bool


class Ready(Struct, frozen=True, kw_only=True):
    """The read models keep up with the log."""

    ok: bool
    position: int
    head: int
    timers: TimersStanding


class SignedIn(Struct, frozen=True, kw_only=True):
    """Who is signed in."""

    id: UUID
    kind: Literal["resident", "staff"]
    name: str
    roles: tuple[str, ...]
    office: str
    phone_masked: str | None
    narrow: bool


class CentreShown(Struct, frozen=True, kw_only=True):
    """The centre's particulars, empty where it has none yet, and the days to come."""

    name_zh: str
    name_en: str
    phone: str
    address_zh: str
    address_en: str
    hours_zh: str
    hours_en: str
    days: tuple[OpenDay, ...]


class SessionShown(Struct, frozen=True, kw_only=True):
    """Who is signed in, the time, and the centre."""

    person: SignedIn | None
    now: datetime
    demo: bool
    centre: CentreShown


class Ticket(Struct, frozen=True, kw_only=True):
    """For the socket's `hello`: one use, 60 seconds; and whose sign-in it is."""

    ticket: str
    person: UUID


class Overview(Struct, frozen=True, kw_only=True):
    """What the centre offers today."""

    version: str
    items: tuple[ItemSummary, ...]
    departments: tuple[Department, ...]
    themes: tuple[Theme, ...]
    bundles: tuple[Bundle, ...]
    listed: tuple[ListedItem, ...]


class Orders(Struct, frozen=True, kw_only=True):
    """Delegation orders, the newest batch first."""

    orders: tuple[DelegationOrder, ...]


class QueueRow(Struct, frozen=True, kw_only=True):
    """A case as it stands in a queue."""

    id: UUID
    kind: Literal["queue"]
    pos: int
    body: QueueBody


class Found(Struct, frozen=True, kw_only=True):
    """Cases that were found."""

    rows: tuple[QueueRow, ...]


class Queue(Struct, frozen=True, kw_only=True):
    """A queue; `tabs` holds the cases under each in order, and `next` what `before` takes for the rows after these."""

    rows: tuple[QueueRow, ...]
    tabs: dict[Tab, tuple[UUID, ...]] = {}
    next: str | None = None


class StatusRow(Struct, frozen=True, kw_only=True):
    """A case as its applicant sees it."""

    id: UUID
    kind: Literal["status"]
    pos: int
    body: StatusBody


class CaseRow(Struct, frozen=True, kw_only=True):
    """A case as staff see it."""

    id: UUID
    kind: Literal["case"]
    pos: int
    body: CaseBody


class OwnCase(Struct, frozen=True, kw_only=True):
    """A case for its applicant, with the acts that they may do."""

    row: StatusRow
    acts: tuple[str, ...]


class CaseOfStaff(Struct, frozen=True, kw_only=True):
    """A case for staff and auditors, with their acts and the checked copies that they could attach."""

    row: CaseRow
    acts: tuple[str, ...]
    offers: tuple[Offer, ...]


class CaseThen(Struct, frozen=True, kw_only=True):
    """A case as it stood at a position."""

    row: CaseRow


class History(Struct, frozen=True, kw_only=True):
    """Everything that happened to a case, in order."""

    moments: tuple[HistoryMoment, ...]


class Looks(Struct, frozen=True, kw_only=True):
    """Who looked at a case, the newest first."""

    looks: tuple[Look, ...]


class Unmasked(Struct, frozen=True, kw_only=True):
    """A number in full."""

    value: str


class GlassBrokenFor(Struct, frozen=True, kw_only=True):
    """The case that can be seen now."""

    case: UUID


class Notices(Struct, frozen=True, kw_only=True):
    """What hangs on the board today."""

    notices: tuple[PublicNotice, ...]


class Papers(Struct, frozen=True, kw_only=True):
    """The papers of a case that exist, the oldest first."""

    papers: tuple[PaperBody, ...]


class VaultRow(Struct, frozen=True, kw_only=True):
    """The row of kind `vault`."""

    id: UUID
    kind: Literal["vault"]
    pos: int
    body: VaultBody


class VaultShown(Struct, frozen=True, kw_only=True):
    """One's own checked copies; null before any was checked."""

    row: VaultRow | None


class Panel(Struct, frozen=True, kw_only=True):
    """What the wall screen shows."""

    panel: PanelBody | None


class PushOfDevice(Struct, frozen=True, kw_only=True):
    """A device that takes push."""

    id: UUID
    device: UUID | None


class ContactShown(Struct, frozen=True, kw_only=True):
    """How a resident wants to be told."""

    sms: bool
    push: bool
    language: Literal["zh", "en"]
    push_key: str
    subscriptions: tuple[PushOfDevice, ...]


class Id(Struct, frozen=True, kw_only=True):
    """The id that was given."""

    id: UUID


class Named(Struct, frozen=True, kw_only=True):
    """A name in both languages."""

    zh: str
    en: str


class MaterialAsked(Struct, frozen=True, kw_only=True):
    """A material that a link asks for."""

    id: str
    name: Named
    form: str
    signed: bool


class LinkShown(Struct, frozen=True, kw_only=True):
    """What a one-time link asks for."""

    link: UUID
    item_name: Named
    applicant_masked: str
    expires_at: datetime
    used: bool
    materials: tuple[MaterialAsked, ...]


class HandedIn(Struct, frozen=True, kw_only=True):
    """How many pages were handed in."""

    pages: int


class DraftOutline(Struct, frozen=True, kw_only=True):
    """A form that the centre keeps."""

    id: UUID
    rev: int
    saved_at: datetime
    expires_at: datetime


class DraftKept(Struct, frozen=True, kw_only=True):
    """A form that the centre keeps, with what stands in it."""

    id: UUID
    rev: int
    saved_at: datetime
    expires_at: datetime
    draft: Any


class Drafts(Struct, frozen=True, kw_only=True):
    """One's forms, the newest first."""

    drafts: tuple[DraftKept, ...]


class ResumeCode(Struct, frozen=True, kw_only=True):
    """A code that carries a form to another browser."""

    code: str
    expires_at: datetime


class Resumed(Struct, frozen=True, kw_only=True, rename={"pass_": "pass"}):
    """The form of a code, and a pass for its photographs."""

    draft: Any
    pass_: str


class DeviceRow(Struct, frozen=True, kw_only=True):
    """A device."""

    id: UUID
    kind: Literal["device"]
    pos: int
    body: DeviceBody


class Devices(Struct, frozen=True, kw_only=True):
    """Devices, the one heard last first."""

    rows: tuple[DeviceRow, ...]


class SetAsideWork(Struct, frozen=True, kw_only=True):
    """Work that was not done, the newest first."""

    rows: tuple[SetAside, ...]


class LogKey(Struct, frozen=True, kw_only=True):
    """A key that signs, in the form of a C2SP verifier key; endorsed by the one before."""

    key: str
    endorsement: str


class LogKeys(Struct, frozen=True, kw_only=True):
    """The keys that sign, in order."""

    log: str
    keys: tuple[LogKey, ...]


class Consistency(Struct, frozen=True, kw_only=True):
    """Proof that the log of `new` events begins with that of `old` ones: hashes in base64."""

    old: int
    new: int
    path: tuple[str, ...]


class Inbox(Struct, frozen=True, kw_only=True):
    """Text messages of the demonstration, the newest first."""

    messages: tuple[Delivered, ...]


class SessionOpen(Struct, frozen=True, kw_only=True):
    """An open session.

    Attributes:
        mine: it is the one that asks.
        here: it was opened on the device that asks.
        seen_at: when it was last heard of.
    """

    id: UUID
    mine: bool
    device: UUID | None
    here: bool
    blocked: bool
    method: str
    opened_at: datetime
    expires_at: datetime
    seen_at: datetime
    online: bool


class Sessions(Struct, frozen=True, kw_only=True):
    """Open sessions, the latest first."""

    sessions: tuple[SessionOpen, ...]


class PasskeyShown(Struct, frozen=True, kw_only=True):
    """A passkey."""

    credential: str
    name: str
    device: UUID | None
    synced: bool


class Passkeys(Struct, frozen=True, kw_only=True):
    """One's own passkeys, whether one-time codes are set up, and how many emergency codes are left."""

    passkeys: tuple[PasskeyShown, ...]
    second_factor: bool
    recovery_left: int


class SecondFactorOffer(Struct, frozen=True, kw_only=True):
    """A fresh secret for one-time codes; `picture` is a QR code as SVG."""

    secret: str
    address: str
    picture: str


class RecoveryCodes(Struct, frozen=True, kw_only=True):
    """Codes for emergencies, told this once."""

    recovery: tuple[str, ...]


class EnrolmentCode(Struct, frozen=True, kw_only=True):
    """A code for a colleague, good once."""

    code: str
    until: datetime


class AuditedPeople(Struct, frozen=True, kw_only=True):
    """Members of staff."""

    people: tuple[AuditedPerson, ...]


class AuditedDevices(Struct, frozen=True, kw_only=True):
    """Devices of one of them, the one heard last first."""

    devices: tuple[AuditedDevice, ...]


class ItemVersions(Struct, frozen=True, kw_only=True):
    """An item and its versions."""

    id: str
    name: Text
    versions: tuple[int, ...]


class Choices(Struct, frozen=True, kw_only=True):
    """Under what one can suppose."""

    calendars: tuple[int, ...]
    items: tuple[ItemVersions, ...]
