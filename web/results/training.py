"""What a certificate of training says on paper, and what a check of its code tells."""

from __future__ import annotations

from uuid import UUID

from domain.identity.checks import mask_name
from domain.staff.staff import Staff
from domain.training.certificates import Certificate, CertificateIssued
from domain.training.content import CertificateKind
from store.centre import Centre
from store.states import CERTIFICATE, STAFF
from web.results.findings import Finding
from web.results.paper import Line, Paper, day_zh, grouped, in_rows

MARKS = {"revoked": "已撤销", "renewed": "已换新证", "expired": "已到期"}
MOST_NAMED = 24
"""More items than these are told as a number: the paper is one page."""


def certificate_paper(centre: Centre, stream: UUID, *, address: str) -> tuple[CertificateIssued, Paper] | None:
    """The paper of a certificate with the fact that issued it; None where the stream is none of one.

    Args:
        centre: the log.
        stream: of the certificate.
        address: base address under which the centre is reached, for the check page, without a slash at its end.
    """
    issued, particulars = issued_on(centre, stream), centre.particulars()
    if issued is None or particulars is None:
        return None
    kind = kind_of(centre, issued)
    state = centre.state(stream, CERTIFICATE)
    ended = state.ended if isinstance(state, Certificate) else ""
    sample = particulars.is_demo
    name = _name(centre, issued.holder)
    return issued, Paper(
        title=f"{kind.name_zh}（示例）" if sample else kind.name_zh,
        subtitle=f"{kind.name_en} (sample)" if sample else kind.name_en,
        number=issued.number,
        issued_on=issued.valid_from,
        opening=f"兹证明{name}已按本中心培训规定学完课程、通过模拟训练和在线考核，可以在窗口办理下列事项。",
        opening_en="The holder has completed the training of this centre and may handle the items below at the window.",
        lines=in_rows([line for line in _lines(centre, issued, name) if line.value]),
        closing="特此证明。",
        centre=particulars.name_zh,
        centre_en=particulars.name_en,
        phone=particulars.phone,
        code=grouped(issued.verification_code),
        verify_url=f"{address}/verify/{issued.verification_code}",
        is_sample=sample,
        mark=MARKS.get(ended, ""),
    )


def certificate_finding(centre: Centre, stream: UUID, code: str) -> Finding | None:
    """What a check tells of a certificate; None where the code is not its own."""
    issued = issued_on(centre, stream)
    if issued is None or issued.verification_code != code:
        return None
    kind, state = kind_of(centre, issued), centre.state(stream, CERTIFICATE)
    return Finding(
        title_zh=kind.name_zh,
        title_en=kind.name_en,
        result="",
        number=issued.number,
        issued_on=issued.valid_from,
        parties=(("持证人", "Holder", mask_name(_name(centre, issued.holder))),),
        is_erased=False,
        valid_until=issued.valid_until,
        code=code,
        counts=not (isinstance(state, Certificate) and state.ended in ("revoked", "renewed")),
    )


def issued_on(centre: Centre, stream: UUID) -> CertificateIssued | None:
    """The fact that issued a certificate; None where the stream is none of one."""
    first = next(iter(centre.read(stream)), None)
    return first.fact if first is not None and isinstance(first.fact, CertificateIssued) else None


def kind_of(centre: Centre, issued: CertificateIssued) -> CertificateKind:
    """The kind of a certificate in the version under which it was earned."""
    content = centre.edition("certificate", issued.kind).versions[issued.kind_version]
    assert isinstance(content, CertificateKind)
    return content


def _name(centre: Centre, person: UUID) -> str:
    state = centre.state(person, STAFF)
    return state.name if isinstance(state, Staff) else ""


def _lines(centre: Centre, issued: CertificateIssued, name: str) -> tuple[Line, ...]:
    return (
        Line("持证人", "Holder", name),
        Line("考核成绩", "Score", f"{issued.percent} 分" if issued.percent is not None else ""),
        Line("发证日期", "Issued on", day_zh(issued.valid_from)),
        Line("有效期至", "Valid until", day_zh(issued.valid_until)),
        Line("可办事项", "Items", _items(centre, issued), wide=True),
    )


def _items(centre: Centre, issued: CertificateIssued) -> str:
    if issued.all_items:
        return "本中心综合窗口受理的全部事项"
    names = [centre.item(one).name_zh for one in issued.items]
    shown = "、".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown}等{len(names)}项"
