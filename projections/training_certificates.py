"""Certificates, for their holders (row kind `certificate`) and for who trains them (`issued-certificate`)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.facts import Fact
from domain.training import certificates
from domain.training.certificates import Certificate, CertificateIssued, CertificateRevoked
from domain.training.content import CertificateKind
from projections.cases.view import At
from projections.colleagues import certificate_name
from projections.documents import Person, Text
from projections.exam_bodies import CertificateBody
from projections.ledgers import Book, Key, Ledger
from projections.training_content import TRAINING
from projections.training_learners import learner_scope

CODES = "certificate-code"
"""Name of the views by verification code."""

State = Literal["valid", "expired", "revoked", "renewed"]
_STATES: dict[str, State] = {"": "valid", "expired": "expired", "revoked": "revoked", "renewed": "renewed"}


class CertificateView(Struct, frozen=True, kw_only=True):
    """Everything that the row of one certificate is made from; `position` is that of the last fact folded."""

    state: Certificate = Certificate()
    position: int = 0
    issued: CertificateIssued | None = None
    holder_name: str = ""
    name: Text = Text("", "")
    renewable_from: date = date.min
    ended_at: datetime | None = None
    reason: str = ""


class CertificateCode(Struct, frozen=True):
    """Which certificate a verification code stands on: the view's id is the code."""

    certificate: UUID


def _on_certificate(fact: Fact, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    before = book.view("certificate", id, CertificateView) or CertificateView()
    if at.position <= before.position:
        return
    state = certificates.evolve(fact, before.state)
    view = _folded(fact, replace(before, state=state, position=at.position), at)
    book.keep("certificate", id, view)
    if isinstance(fact, CertificateIssued):
        code = CertificateCode(at.envelope.originator_id)
        book.keep(CODES, fact.verification_code, code)
    assert state.holder is not None
    book.persons.add((state.holder, "certificate", id))
    _touch(book, id, view, at.position)


def _folded(fact: Fact, view: CertificateView, at: At) -> CertificateView:
    match fact:
        case CertificateIssued():
            kind = at.lookups.training_of("certificate", fact.kind, fact.kind_version)
            days = kind.renew_days if isinstance(kind, CertificateKind) else 0
            return replace(
                view,
                issued=replace(fact, words=None),
                holder_name=at.name(fact.holder),
                name=certificate_name(fact.kind, at.lookups),
                renewable_from=fact.valid_until - timedelta(days=days),
                reason=at.text("words"),
            )
        case CertificateRevoked():
            return replace(view, ended_at=at.when, reason=at.text("words"))
        case _:
            return replace(view, ended_at=at.when)


def _touch(book: Book, id: str, view: CertificateView, position: int) -> None:
    assert view.state.holder is not None
    book.touch(Key(learner_scope(view.state.holder), "certificate", id), position, id)
    book.touch(Key(TRAINING, "issued-certificate", id), position, id)


def _forget(book: Book, id: str, person: UUID, position: int | None) -> bool:
    """The reason is gone with the key of whoever was erased; that there was a certificate stays."""
    view = book.view("certificate", id, CertificateView)
    if view is None or view.state.holder != person or (position is not None and position <= view.position):
        return False
    blank = replace(view, reason="", position=view.position if position is None else position)
    book.keep("certificate", id, blank)
    _touch(book, id, blank, blank.position)
    return view.reason != ""


def _row(_key: Key, id: str, book: Book) -> CertificateBody:
    view = book.view("certificate", id, CertificateView)
    assert view is not None
    assert view.issued is not None
    issued = view.issued
    return CertificateBody(
        holder=Person(issued.holder, view.holder_name),
        kind=issued.kind,
        name=view.name,
        number=issued.number,
        code=issued.verification_code,
        items=issued.items,
        all_items=issued.all_items,
        valid_from=issued.valid_from,
        valid_until=issued.valid_until,
        renewable_from=view.renewable_from,
        percent=issued.percent,
        state=_STATES[view.state.ended],
        ended_at=view.ended_at,
        reason=view.reason,
    )


LEDGER = Ledger(
    views={"certificate": CertificateView, CODES: CertificateCode},
    handlers=dict.fromkeys(certificates.FACTS, _on_certificate),
    builders={"certificate": _row, "issued-certificate": _row},
    forget={"certificate": _forget},
)
