"""How facts of filing, receipt and supplement change a case; applying only assigns."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.standing import Arrived, Case, Link


def filed(fact: f.CaseFiled, case: Case, _: UUID) -> Case:
    """The form and its papers are handed in."""
    return replace(
        case,
        status=CaseStatus.FILED,
        item_id=fact.item_id,
        item_version=fact.item_version,
        applicant=fact.applicant,
        agent=fact.agent,
        opened_by=fact.opened_by,
        uploaders=frozenset({fact.opened_by}) if fact.opened_by else frozenset(),
        filing_number=fact.filing_number,
        choices=fact.choices,
        pages=fact.pages,
        declarations=fact.declarations,
        later=fact.later,
        lapses=fact.lapses,
        bundle=fact.bundle,
    )


def bundled(fact: f.BundleFiled, case: Case, _: UUID) -> Case:
    """The stream is one of a linked filing: what arrives on it belongs to its children."""
    return replace(case, children=tuple(child.case for child in fact.children))


def migrated(fact: f.CaseMigrated, case: Case, _: UUID) -> Case:
    """The case goes on under a newer version of its item."""
    return replace(case, item_version=fact.to_version)


def stored(fact: f.FileStored, case: Case, _: UUID) -> Case:
    """The bytes of a file are there."""
    arrived = Arrived(fact.sha256, fact.address, fact.media_type, fact.uploaded_by)
    return replace(case, arrived={**case.arrived, fact.file: arrived})


def rejected(fact: f.FileRejected, case: Case, _: UUID) -> Case:
    """The bytes of a file cannot be used."""
    arrived = Arrived(fact.sha256, "", "", fact.uploaded_by, rejected=fact.reason)
    return replace(case, arrived={**case.arrived, fact.file: arrived})


def received(fact: f.CaseReceived, case: Case, _: UUID) -> Case:
    """The set is complete."""
    return replace(
        case,
        status=CaseStatus.RECEIVED,
        round=fact.round,
        received_at=fact.received_at,
        notice=fact.notice,
        answer_by=fact.answer_by,
        lapses=None,
    )


def supplemented(fact: f.CaseSupplemented, case: Case, _: UUID) -> Case:
    """Pages were added or replaced; a notice is answered."""
    kept = tuple(p for p in case.pages if p.file not in fact.replaces)
    return replace(
        case,
        status=CaseStatus.FILED,
        pages=(*kept, *fact.pages),
        declarations=tuple(dict.fromkeys((*case.declarations, *fact.declarations))),
        open_defects=(),
        respond_by=None,
        lapses=fact.lapses,
        new_files=frozenset(p.file for p in fact.pages),
        links=_naming(fact, case),
        doer=None,
    )


def _naming(fact: f.CaseSupplemented, case: Case) -> dict[UUID, Link]:
    """The links, of which the one through which the pages are handed in takes no others."""
    link = case.links.get(fact.link) if fact.link else None
    if fact.link is None or link is None:
        return case.links
    return {**case.links, fact.link: replace(link, files=frozenset(page.file for page in fact.pages))}


def evidence(fact: f.EvidenceReceived, case: Case, _: UUID) -> Case:
    """Something came after acceptance."""
    kept = tuple(p for p in case.pages if p.file not in fact.replaces)
    gaps = {m: replace(gap, supplied=gap.supplied or m in fact.supplies) for m, gap in case.gaps.items()}
    return replace(case, pages=(*kept, *fact.pages), gaps=gaps, evidence=case.evidence or fact.after_decision)


def withdrawn(_: f.CaseWithdrawn, case: Case, __: UUID) -> Case:
    """The applicant took it back; whoever worked on it still has to learn of it."""
    return replace(
        case,
        status=CaseStatus.WITHDRAWN,
        claimed_by=None,
        claim_until=None,
        handed_over=None,
        withdrawn_from=case.claimed_by,
        doer=None,
    )


def lapsed(_: f.CaseLapsed, case: Case, __: UUID) -> Case:
    """Its files never came."""
    return replace(case, status=CaseStatus.LAPSED, doer=None)


def delivery_changed(fact: f.DeliveryChanged, case: Case, _: UUID) -> Case:
    """The result goes another way."""
    return replace(case, choices={**case.choices, "delivery_method": fact.method})


def link_made(fact: f.UploadLinkMade, case: Case, _: UUID) -> Case:
    """Uploads through the link count."""
    link = Link(fact.token_hash, fact.expires_at, fact.materials)
    return replace(case, links={**case.links, fact.link: link}, uploaders=case.uploaders | {fact.link})


def link_used(fact: f.UploadLinkUsed, case: Case, _: UUID) -> Case:
    """The link has served."""
    return replace(case, links={**case.links, fact.link: replace(case.links[fact.link], used=True)})
