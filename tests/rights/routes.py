"""Every address of the service with the right that it asks for: the reference page shows it, a test tries each.

A route that is not named here fails the test; add its line, and the reading to `domain.rights.table` if it is new.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from domain.rights.table import READINGS

PUBLIC = "public"
"""Open to everyone."""
SIGNED_IN = "signed-in"
"""For every person who has signed in; what is answered is their own."""
SECRET = "secret"
"""For whoever holds a one-time secret, signed in or not."""
MACHINE = "machine"
"""For addresses of the operator's own."""


class Asked(NamedTuple):
    """What an address asks of whoever calls it.

    Attributes:
        right: a reading or command of the table, or one of the words above.
        url: how the test asks, where the path alone does not do; may name `{case}`, `{file}`, `{head}`, `{colleague}`.
        body: as JSON, of requests that have one.
        of_case: it is about one case, which whoever asks must be allowed to see in the first place.
        of_office: it is about a colleague of the street's office: own means that office.
        gone: there is no such thing in the test: whoever may ask gets 404 too.
    """

    right: str
    url: str = ""
    body: Any = None
    of_case: bool = False
    of_office: bool = False
    gone: bool = False


_ABSENT = "0199aaaa-0000-7000-8000-00000000abcd"
_DAYS = "first=2026-11-23&last=2026-11-23"

ROUTES: dict[str, Asked] = {
    "GET /healthz": Asked(PUBLIC),
    "GET /readyz": Asked(PUBLIC),
    "GET /metrics": Asked(MACHINE),
    "GET /openapi.json": Asked(PUBLIC),
    "GET /session": Asked(PUBLIC),
    "DELETE /session": Asked(PUBLIC),
    "POST /session/code": Asked(PUBLIC, body={"phone": "123"}),
    "POST /session/resident": Asked(PUBLIC, body={"phone": "123", "code": "000000"}),
    "POST /session/staff": Asked(SECRET, body={"username": "nobody", "password": "nothing"}),
    "POST /session/ticket": Asked(SIGNED_IN),
    "POST /session/passkey/options": Asked(PUBLIC),
    "POST /session/passkey": Asked(SECRET),
    "POST /session/enrolment": Asked(SECRET),
    "POST /session/proof/options": Asked(SIGNED_IN),
    "POST /session/proof": Asked(SECRET),
    "GET /session/oidc": Asked(SECRET),
    "GET /session/oidc/back": Asked(SECRET),
    "GET /api/sessions": Asked("sessions"),
    "POST /api/sessions/end-others": Asked("sessions"),
    "POST /api/sessions/{session:uuid}/end": Asked("sessions", f"/api/sessions/{_ABSENT}/end", body={}, gone=True),
    "GET /api/passkeys": Asked(SIGNED_IN),
    "POST /api/passkeys": Asked(SIGNED_IN, body={}),
    "POST /api/passkeys/options": Asked("passkey.add"),
    "POST /api/passkeys/remove": Asked(SIGNED_IN, body={}),
    "POST /api/second-factor/offer": Asked("second-factor.set"),
    "POST /api/second-factor": Asked(SIGNED_IN, body={}),
    "POST /api/second-factor/remove": Asked("second-factor.remove", body={}),
    "POST /api/enrolments": Asked(SIGNED_IN, body={}),
    "GET /api/audit/log": Asked("audit.log"),
    "GET /api/audit/people": Asked("audit.seen"),
    "GET /api/audit/devices": Asked("audit.seen", "/api/audit/devices?person={colleague}", of_office=True),
    "GET /api/audit/seen": Asked(
        "audit.seen", f"/api/audit/seen?person={{colleague}}&device={_ABSENT}&at=2026-11-23T02:00:00Z", of_office=True
    ),
    "GET /api/audit/what-if": Asked("audit.what-if"),
    "POST /api/audit/what-if": Asked("audit.what-if", body={}),
    "GET /api/cases/{case:uuid}/export.zip": Asked("case.export", "/api/cases/{case}/export.zip", of_case=True),
    "GET /api/catalogue": Asked(PUBLIC),
    "GET /api/catalogue/{item}": Asked(PUBLIC, "/api/catalogue/house-lease-filing"),
    "GET /api/catalogue/{item}/guide.pdf": Asked(PUBLIC, "/api/catalogue/nothing/guide.pdf", gone=True),
    "POST /api/catalogue/check": Asked("catalogue.check", body={}),
    "GET /api/catalogue/{item}/newest": Asked("catalogue.check", "/api/catalogue/house-lease-filing/newest"),
    "GET /api/calendar": Asked("calendar.check"),
    "POST /api/calendar/check": Asked("calendar.check", body={}),
    "GET /api/bundles/{bundle}": Asked(PUBLIC, "/api/bundles/nothing", gone=True),
    "GET /api/orders": Asked(PUBLIC),
    "GET /api/handbook.pdf": Asked("handbook"),
    "GET /api/training/files/{address}": Asked("training.rows", "/api/training/files/nothing", gone=True),
    "POST /api/training/files": Asked("training.publish", body={}),
    "POST /api/training/import": Asked("training.publish", body={}),
    "GET /api/training/export.zip": Asked("training.bank"),
    "POST /api/training/exams": Asked("exam.start", body={"certificate": "cert-nothing"}, gone=True),
    "GET /api/training/certificates/{certificate:uuid}.pdf": Asked(
        "certificate", f"/api/training/certificates/{_ABSENT}.pdf", gone=True
    ),
    "GET /api/training/figures": Asked("training.figures", f"/api/training/figures?{_DAYS}"),
    "GET /api/training/figures/{table:str}.{form:str}": Asked(
        "training.figures.export", f"/api/training/figures/scores.csv?{_DAYS}"
    ),
    "GET /api/practice": Asked("practice.begin-run"),
    "POST /api/practice": Asked("practice.begin-run", body={"scenario": "sim-nothing"}, gone=True),
    "GET /api/practice/{run:uuid}": Asked("practice.run", f"/api/practice/{_ABSENT}", gone=True),
    "POST /api/practice/{run:uuid}/speak": Asked("practice.run", f"/api/practice/{_ABSENT}/speak", gone=True),
    "POST /api/practice/{run:uuid}/hint": Asked("practice.run", f"/api/practice/{_ABSENT}/hint", gone=True),
    "POST /api/practice/{run:uuid}/kept": Asked("practice.run", f"/api/practice/{_ABSENT}/kept", gone=True),
    "POST /api/practice/{run:uuid}/line": Asked("practice.run", f"/api/practice/{_ABSENT}/line", gone=True),
    "POST /api/practice/{run:uuid}/end": Asked("practice.run", f"/api/practice/{_ABSENT}/end", gone=True),
    "GET /api/practice/{run:uuid}/papers/{step}/{place:int}/{material}/{number:int}.jpg": Asked(
        "practice.run", f"/api/practice/{_ABSENT}/papers/s1/0/id-card/1.jpg", gone=True
    ),
    "POST /api/practice/from-case": Asked("training.publish", body={"number": "none such"}, gone=True),
    "GET /api/training/people": Asked("training.people"),
    "GET /api/training/bank": Asked("training.bank"),
    "GET /api/reception": Asked(PUBLIC, gone=True),
    "GET /api/slots": Asked(PUBLIC),
    "GET /api/panel": Asked(PUBLIC),
    "POST /api/visits/{visit:uuid}/contact": Asked("visit.contact", f"/api/visits/{_ABSENT}/contact", gone=True),
    "GET /api/public-notices": Asked(PUBLIC),
    "POST /api/cases/search": Asked("cases.search", body={"q": "lease"}),
    "GET /api/cases/{case:uuid}": Asked("case.see", "/api/cases/{case}", of_case=True),
    "GET /api/cases/{case:uuid}/history": Asked("case.history", "/api/cases/{case}/history", of_case=True),
    "GET /api/cases/{case:uuid}/at/{position:int}": Asked("case.history", "/api/cases/{case}/at/{head}", of_case=True),
    "GET /api/cases/{case:uuid}/migration": Asked("case.migration", "/api/cases/{case}/migration", of_case=True),
    "GET /api/cases/{case:uuid}/access": Asked("case.access", "/api/cases/{case}/access", of_case=True),
    "POST /api/cases/{case:uuid}/unmask": Asked(
        "record.unmask",
        "/api/cases/{case}/unmask",
        body={"what": "applicant_phone", "purpose": "contact"},
        of_case=True,
    ),
    "GET /api/cases/{case:uuid}/files/{file:uuid}": Asked("case.see", "/api/cases/{case}/files/{file}", of_case=True),
    "GET /api/cases/{case:uuid}/result.pdf": Asked("case.see", "/api/cases/{case}/result.pdf", of_case=True),
    "GET /api/cases/{case:uuid}/papers": Asked("case.see", "/api/cases/{case}/papers", of_case=True),
    "GET /api/cases/{case:uuid}/papers/{position:int}/{kind:str}.pdf": Asked(
        "case.see", "/api/cases/{case}/papers/1/nothing.pdf", of_case=True, gone=True
    ),
    "GET /api/cases/{case:uuid}/proof": Asked("case.see", "/api/cases/{case}/proof", of_case=True),
    "GET /api/cases/{case:uuid}/proof/code.svg": Asked("case.see", "/api/cases/{case}/proof/code.svg", of_case=True),
    "GET /api/me/access": Asked("access.own"),
    "POST /api/break-glass": Asked("case.break-glass", body={"number": "none such", "reason": "急"}, gone=True),
    "GET /api/broken-glass": Asked("glass.list"),
    "GET /api/queue": Asked("queue"),
    "GET /api/board": Asked("board"),
    "GET /api/reports": Asked("reports", f"/api/reports?{_DAYS}"),
    "GET /api/reports/{report:str}.{form:str}": Asked("reports.export", f"/api/reports/items.csv?{_DAYS}"),
    "GET /api/events": Asked(SECRET),
    "GET /api/vault": Asked("vault"),
    "GET /api/contact": Asked("contact"),
    "PUT /api/contact": Asked("contact", body={"sms": True, "push": False, "language": "zh"}),
    "POST /api/contact/push": Asked("contact", body={}),
    "DELETE /api/contact/push/{id:uuid}": Asked("contact", f"/api/contact/push/{_ABSENT}"),
    "GET /api/hand-in/{case:uuid}": Asked(SECRET, "/api/hand-in/{case}"),
    "POST /api/hand-in/{case:uuid}": Asked(SECRET, "/api/hand-in/{case}", body={"pages": []}),
    "GET /sync": Asked(SECRET),
    "POST /sync/x": Asked(PUBLIC, body=[]),
    "GET /api/devices": Asked(SIGNED_IN),
    "GET /api/devices/health": Asked("devices.health"),
    "GET /api/status": Asked("status"),
    "POST /api/devices/{device:uuid}": Asked(SIGNED_IN, f"/api/devices/{_ABSENT}", body={"do": "settle"}),
    "POST /api/devices/{device:uuid}/key": Asked(
        "device.register-key",
        f"/api/devices/{_ABSENT}/key",
        body={"algorithm": "ed25519", "public": "", "proof": ""},
        gone=True,
    ),
    "GET /api/set-aside": Asked(SIGNED_IN),
    "POST /api/set-aside/{intent:uuid}": Asked(
        SIGNED_IN, f"/api/set-aside/{_ABSENT}", body={"do": "withdraw"}, gone=True
    ),
    "POST /api/rescue": Asked(SIGNED_IN, body={}),
    "OPTIONS /files/": Asked(PUBLIC),
    "POST /files/": Asked(SIGNED_IN),
    "OPTIONS /files/{upload:uuid}": Asked(PUBLIC, f"/files/{_ABSENT}"),
    "HEAD /files/{upload:uuid}": Asked(SIGNED_IN, f"/files/{_ABSENT}", gone=True),
    "PATCH /files/{upload:uuid}": Asked(SIGNED_IN, f"/files/{_ABSENT}", gone=True),
    "DELETE /files/{upload:uuid}": Asked(SIGNED_IN, f"/files/{_ABSENT}", gone=True),
    "GET /api/drafts": Asked("drafts"),
    "POST /api/drafts/resume": Asked(SECRET, body={"code": "0000000000"}),
    "PUT /api/drafts/{id:uuid}": Asked("drafts", f"/api/drafts/{_ABSENT}", body={}),
    "DELETE /api/drafts/{id:uuid}": Asked("drafts", f"/api/drafts/{_ABSENT}"),
    "POST /api/drafts/{id:uuid}/code": Asked("drafts", f"/api/drafts/{_ABSENT}/code", gone=True),
    "GET /api/drafts/{id:uuid}/files/{file:uuid}": Asked("drafts", f"/api/drafts/{_ABSENT}/files/{_ABSENT}", gone=True),
    "GET /log/checkpoint": Asked(PUBLIC),
    "GET /log/key": Asked(PUBLIC),
    "GET /log/tile/{level}/{path:path}": Asked(PUBLIC, "/log/tile/9/999", gone=True),
    "GET /log/verify.py": Asked(PUBLIC),
    "GET /log/consistency": Asked(PUBLIC, "/log/consistency?old=1&new=2"),
    "GET /verify": Asked(PUBLIC),
    "GET /verify/": Asked(PUBLIC),
    "GET /verify/{code:path}": Asked(PUBLIC, "/verify/none", gone=True),
    "GET /demo/inbox": Asked(PUBLIC),
    "GET /demo/inbox.json": Asked(PUBLIC, "/demo/inbox.json?phone=13800000001"),
    "GET /{path:path}": Asked(PUBLIC, "/nothing-here", gone=True),
}

WITHOUT_ROUTE = set(READINGS) - {asked.right for asked in ROUTES.values()}
"""Readings that are asked for inside a route, beside its own right."""
