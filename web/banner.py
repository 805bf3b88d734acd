"""What the terminal says when the service is up: where to open it, how to sign in, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from unicodedata import east_asian_width

from domain.actors import Role
from domain.staff.staff import Staff
from web.carrier import DemoCarrier
from web.demo.centre import PASSWORD, RESIDENT_PHONE
from web.edge import Edge
from web.lan import LanIdentity, fingerprint, qr_for_terminal
from web.static import load_site

LINE = "─" * 78
WORDS = {
    Role.WINDOW_CLERK: "综合窗口 window clerk",
    Role.REVIEWER: "审核 reviewer",
    Role.DECIDER: "审批 decider",
    Role.COMMUNITY_WORKER: "社区 community worker",
    Role.DISTRICT_OFFICER: "区级 district officer",
    Role.CITY_OFFICER: "市级 city officer",
    Role.ASSESSOR: "评定机构 assessor",
    Role.OUTLET_CLERK: "出件窗口 outlet clerk",
    Role.LEAD: "带班 lead",
    Role.AUDITOR: "审计员 auditor",
    Role.TRAINER: "培训 trainer",
    Role.OPERATOR: "运维 operator",
}


def banner(edge: Edge, *, lan: LanIdentity | None = None) -> str:
    """The whole text."""
    return "\n".join(_lines(edge, lan))


def _lines(edge: Edge, lan: LanIdentity | None) -> Iterator[str]:
    settings, base = edge.settings, edge.settings.public_url
    yield LINE
    yield f"家门口 Doorstep is open:  {base}"
    if not load_site(settings.static).is_built:
        yield "The app is not built yet, so the address shows no pages: start with ./run, which builds it."
    if isinstance(edge.carrier, DemoCarrier):
        yield ""
        yield from _sign_ins(edge, base)
    else:
        yield "The centre is empty: it offers nothing, and nobody can sign in yet (without --empty: the demo centre)."
    if lan is not None:
        yield ""
        yield from _phones(base, lan)
    yield ""
    yield f"Data: {settings.data}   Log: {settings.journal}   Stop: Ctrl-C"
    yield LINE


def _sign_ins(edge: Edge, base: str) -> Iterator[str]:
    yield f"Resident   phone {RESIDENT_PHONE}, then the code that shows here and at {base}/demo/inbox"
    yield f"Staff      sign in at {base}/desk with one of these names; the password is {PASSWORD}"
    yield from _staff(edge.centre.everyone())
    yield f"Next       open {base}, type 租房 and file 房屋租赁登记备案; then take the case as zhoumin"


def _staff(everyone: Iterable[Staff]) -> Iterator[str]:
    for member in everyone:
        roles = ", ".join(WORDS.get(Role(role), role) for role in member.roles)
        yield f"           {member.username:<12}{_padded(member.name, 8)}{roles}"


def _padded(text: str, columns: int) -> str:
    """`text` filled up to a width on the terminal, where a Chinese character takes two columns."""
    taken = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(columns - taken, 1)


def _phones(base: str, lan: LanIdentity) -> Iterator[str]:
    yield f"Phones in the same network: {base}"
    yield qr_for_terminal(f"{base}/lan").rstrip("\n")
    yield f"The code opens {base}/lan on a phone: pass the browser's warning once, and do what the page says"
    yield "(iPhone: install the profile, then switch on Certificate Trust Settings; Android: install a CA certificate)."
    yield f"The certificate's SHA-256 fingerprint, to compare on the phone: {fingerprint(lan.ca)}"
    yield "Without that trust a phone has the online mode only: it keeps nothing and needs a signal."
