"""What each address takes, answers and asks of whoever calls it: the table from which `/openapi.json` is made.

The words of an address are the docstring of its endpoint; a line here adds what cannot be read there. Whoever adds a
route adds a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Raw

from domain.catalogue.bundles import BundleForm
from domain.catalogue.items import ServiceItem
from projections.documents import BoardBody, ReportBody
from projections.figure_bodies import FiguresBody
from projections.visit_bodies import ReceptionBody, SlotsBody
from store.notary import Receipt
from sync.frames import AnyClientFrame, AnyServerFrame
from web import contact, devices, handing_in, openapi_audit, openapi_practice, openapi_signin, rescue, set_aside
from web import openapi_answers as a
from web.api import cases, changes, drafts, looks, training, training_exams
from web.openapi_told import (
    AWAY,
    BUSY,
    HTML,
    MACHINE,
    PDF,
    PUBLIC,
    SECRET,
    SIGNED_IN,
    Codes,
    Media,
    OneOf,
    Parameter,
    Told,
)
from web.operating import status
from web.training_files import MEDIA_TYPES
from web.visitors import Contact

_PICTURE = Media(("image/jpeg", "image/png", "image/webp", "application/pdf"))
_PIECE = Media(("application/offset+octet-stream",))
_DAYS = (
    Parameter("first", "first local day of the period"),
    Parameter("last", "last local day, included"),
)
_TUS = (Parameter("Tus-Resumable", "the version that is spoken", Literal["1.0.0"], "header", required=True),)
_HAND_IN = Parameter(handing_in.HEADER, "the secret of the link", where="header")
_CASE_FILE: Codes = {503: "busy files-away"}
_TRAINING_FILE: Codes = {**AWAY, 408: "body-too-slow", 415: "media-type"}
_LOG: Codes = {429: "too-many-proofs", 503: "log-altered"}
_LINK: Codes = {404: "link-unknown", 410: "link-over", 429: "too-many-hand-ins", 503: "busy"}
_UPLOAD: Codes = {
    **_LINK,
    400: "upload-offset checksum-algorithm",
    409: "wrong-offset",
    410: "upload-expired link-over",
    412: "tus-version",
    413: "longer-than-announced checked-piece-too-large",
    415: "piece-type",
    460: "checksum-mismatch",
    503: "busy files-away",
}
_ANNOUNCE: Codes = {
    **_UPLOAD,
    400: "upload-length upload-defer-length upload-metadata checksum-algorithm",
    403: "file-not-yours forbidden",
    409: "intent-unknown wrong-offset",
    413: "too-large longer-than-announced checked-piece-too-large",
    415: "media-type",
    429: "too-many-uploads too-many-hand-ins",
}

TABLE: Mapping[str, Told] = {
    **openapi_signin.TABLE,
    **openapi_audit.TABLE,
    "GET /healthz": Told(PUBLIC, a.Alive),
    "GET /readyz": Told(PUBLIC, a.Ready, codes={503: "stopped warming"}),
    "GET /openapi.json": Told(PUBLIC, dict[str, Any], has_etag=True),
    "GET /metrics": Told(MACHINE, Media(("text/plain",)), codes={404: "not-found"}),
    # What the centre offers
    "GET /api/catalogue": Told(PUBLIC, a.Overview, has_etag=True),
    "GET /api/catalogue/{item}": Told(PUBLIC, ServiceItem, has_etag=True),
    "GET /api/catalogue/{item}/guide.pdf": Told(
        PUBLIC, PDF, asks=(Parameter("large", "`1` for large type"),), has_etag=True
    ),
    "POST /api/catalogue/check": Told("catalogue.check", changes.Findings, takes=changes.Draft),
    "GET /api/catalogue/{item}/newest": Told("catalogue.check", changes.Newest, codes={404: "not-found"}),
    "GET /api/calendar": Told("calendar.check", changes.DraftCalendar),
    "POST /api/calendar/check": Told("calendar.check", changes.CalendarFindings, takes=changes.DraftCalendar),
    "GET /api/bundles/{bundle}": Told(
        PUBLIC,
        BundleForm,
        asks=(Parameter("items", "ids of the items that are applied for, by commas"),),
        has_etag=True,
    ),
    "GET /api/orders": Told(PUBLIC, a.Orders),
    "GET /api/handbook.pdf": Told("handbook", PDF, has_etag=True),
    # What is learnt
    "GET /api/training/files/{address}": Told(
        "training.rows",
        Media(tuple(MEDIA_TYPES.values())),
        asks=(
            Parameter("name", "under which it is saved"),
            Parameter("Range", "`bytes=FIRST-LAST` for a part", where="header"),
        ),
        also=(206,),
        codes=AWAY,
        has_etag=True,
    ),
    "POST /api/training/files": Told(
        "training.publish",
        training.Handout,
        takes=Media(tuple(MEDIA_TYPES.values())),
        status=201,
        asks=(Parameter("name", "of the file"),),
        codes=_TRAINING_FILE,
    ),
    "POST /api/training/import": Told(
        "training.publish",
        training.BroughtIn,
        takes=Media(("application/yaml", "application/zip")),
        asks=(Parameter("name", "of the file"), Parameter("publish", "`1` to publish what is new")),
        codes={**AWAY, 408: "body-too-slow", 409: ""},
    ),
    "GET /api/training/export.zip": Told("training.bank", Media(("application/zip",)), codes=AWAY),
    "POST /api/training/exams": Told(
        "exam.start",
        training_exams.Begun,
        takes=training_exams.Beginning,
        status=201,
        codes={404: "not-found", 409: "exam-not-open", **BUSY},
    ),
    "GET /api/training/certificates/{certificate:uuid}.pdf": Told(
        "certificate", PDF, codes={404: "not-found"}, has_etag=True
    ),
    "GET /api/training/figures": Told("training.figures", FiguresBody, asks=_DAYS, codes={400: "period"}),
    "GET /api/training/figures/{table:str}.{form:str}": Told(
        "training.figures.export",
        Media(("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        asks=tuple(one._replace(required=True) for one in _DAYS),
        codes={400: "period", 404: "not-found", **BUSY},
    ),
    **openapi_practice.TABLE,
    "GET /api/training/people": Told("training.people", a.TrainingRows),
    "GET /api/training/bank": Told("training.bank", a.TrainingRows),
    "GET /api/reception": Told(PUBLIC, ReceptionBody, codes={404: "not-found"}),
    "GET /api/slots": Told(
        PUBLIC,
        SlotsBody,
        asks=(Parameter("on", "a local day", required=True), Parameter("group", "id of the group", required=True)),
        codes={400: "body-malformed", 404: "not-found"},
    ),
    "GET /api/panel": Told(PUBLIC, a.Panel),
    "POST /api/visits/{visit:uuid}/contact": Told("visit.contact", Contact, codes={404: "not-found", **BUSY}),
    "GET /api/public-notices": Told(PUBLIC, a.Notices),
    # Cases
    "POST /api/cases/search": Told("cases.search", a.Found, takes=cases.Query),
    "GET /api/cases/{case:uuid}": Told("case.see", OneOf((a.OwnCase, a.CaseOfStaff)), codes=BUSY),
    "GET /api/cases/{case:uuid}/history": Told("case.history", a.History, codes=BUSY),
    "GET /api/cases/{case:uuid}/at/{position:int}": Told("case.history", a.CaseThen, codes=BUSY),
    "GET /api/cases/{case:uuid}/migration": Told("case.migration", changes.Migration, codes={422: "not-newer"}),
    "GET /api/cases/{case:uuid}/access": Told("case.access", a.Looks),
    "POST /api/cases/{case:uuid}/unmask": Told("record.unmask", a.Unmasked, takes=looks.Wanted, codes=BUSY),
    "GET /api/cases/{case:uuid}/files/{file:uuid}": Told(
        "case.see",
        _PICTURE,
        asks=(Parameter("size", "`thumb` for a small picture"),),
        codes={404: "no-thumbnail", **_CASE_FILE},
        has_etag=True,
    ),
    "GET /api/cases/{case:uuid}/result.pdf": Told(
        "case.see", PDF, codes={404: "result-not-ready", **_CASE_FILE}, has_etag=True
    ),
    "GET /api/cases/{case:uuid}/papers": Told("case.see", a.Papers),
    "GET /api/cases/{case:uuid}/papers/{position:int}/{kind:str}.pdf": Told(
        "case.see", PDF, codes=_CASE_FILE, has_etag=True
    ),
    "GET /api/cases/{case:uuid}/proof": Told(
        "case.see",
        Receipt,
        asks=(Parameter("position", "of the event; the filing's by default"),),
        codes={503: "log-altered"},
    ),
    "GET /api/cases/{case:uuid}/proof/code.svg": Told(
        "case.see", Media(("image/svg+xml",)), codes={404: "no-proof", 503: "log-altered"}
    ),
    "GET /api/me/access": Told("access.own", a.Looks),
    "POST /api/break-glass": Told(
        "case.break-glass", a.GlassBrokenFor, takes=looks.Breaking, codes={404: "not-found", 422: "", **BUSY}
    ),
    "GET /api/broken-glass": Told("glass.list", a.Looks),
    # Lists and counts
    "GET /api/queue": Told(
        "queue",
        a.Queue,
        asks=(
            Parameter("first", "so many rows, 1 to 500, the newest change first"),
            Parameter("before", "`next` of the answer before"),
        ),
        codes={400: "invalid"},
    ),
    "GET /api/board": Told("board", BoardBody),
    "GET /api/reports": Told(
        "reports", ReportBody, asks=_DAYS, codes={400: "invalid", 401: "token-needed sign-in-needed"}
    ),
    "GET /api/events": Told(
        SECRET,
        Media(("application/jsonl",)),
        asks=(
            Parameter("after", "position after which to begin; the header `doorstep-next` of the answer before", int),
            Parameter("limit", "most facts, up to 1000", int),
            Parameter("tag", "kind of fact that is wanted, as often as wanted"),
            Parameter("wait", "seconds to wait for the first fact, up to 30", int),
        ),
        codes={400: "invalid", 401: "token-needed", 403: "forbidden"},
    ),
    "GET /api/reports/{report:str}.{form:str}": Told(
        "reports.export",
        Media(("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        asks=tuple(one._replace(required=True) for one in _DAYS),
        codes={400: "period", **BUSY},
    ),
    "GET /api/vault": Told("vault", a.VaultShown),
    # One's own
    "GET /api/contact": Told("contact", a.ContactShown),
    "PUT /api/contact": Told("contact", takes=contact.Choice, status=204, codes={422: "", **BUSY}),
    "POST /api/contact/push": Told(
        "contact", a.Id, takes=contact.Subscription, status=201, codes={422: "push-service", **BUSY}
    ),
    "DELETE /api/contact/push/{id:uuid}": Told("contact", status=204, codes={422: "", **BUSY}),
    "GET /api/hand-in/{case:uuid}": Told(SECRET, a.LinkShown, asks=(_HAND_IN,), codes=_LINK),
    "POST /api/hand-in/{case:uuid}": Told(
        SECRET, a.HandedIn, takes=handing_in.HandIn, status=201, asks=(_HAND_IN,), codes={**_LINK, 409: ""}
    ),
    "GET /api/drafts": Told("drafts", a.Drafts),
    "PUT /api/drafts/{id:uuid}": Told(
        "drafts",
        a.DraftOutline,
        takes=drafts.Copy,
        codes={409: "draft-elsewhere draft-filed too-many-drafts", 410: "", 429: "too-many-saves", **BUSY},
    ),
    "DELETE /api/drafts/{id:uuid}": Told("drafts", status=204, codes=BUSY),
    "POST /api/drafts/{id:uuid}/code": Told("drafts", a.ResumeCode, codes={429: "too-many-codes"}),
    "POST /api/drafts/resume": Told(
        SECRET, a.Resumed, takes=drafts.CodeShown, codes={404: "resume-code-unknown", 429: "too-many-tries"}
    ),
    "GET /api/drafts/{id:uuid}/files/{file:uuid}": Told(
        "drafts", _PICTURE, asks=(Parameter(drafts.PASS_HEADER, "the pass of a code", where="header"),), codes=AWAY
    ),
    # Devices
    "GET /sync": Told(
        SECRET,
        status=101,
        says="The WebSocket, subprotocol `doorstep.sync.1`; frames as `POST /sync/x` has them, one a message.",
    ),
    "POST /sync/x": Told(
        PUBLIC,
        tuple[AnyServerFrame, ...],
        takes=list[Raw],
        shows=tuple[AnyClientFrame, ...],
        codes={429: "slow-down", 503: "restarting"},
    ),
    "GET /api/devices": Told(
        SIGNED_IN, a.Devices, asks=(Parameter("office", "leads and operators: of the office's people"),)
    ),
    "GET /api/devices/health": Told("devices.health", devices.Health),
    "GET /api/status": Told("status", status.Answer),
    "POST /api/devices/{device:uuid}": Told(SIGNED_IN, takes=devices.Wanted, status=204, codes={422: "", **BUSY}),
    "POST /api/devices/{device:uuid}/key": Told(
        "device.register-key",
        takes=devices.KeyShown,
        status=204,
        codes={422: "key-wrong", 429: "too-many-tries", **BUSY},
    ),
    "GET /api/set-aside": Told(
        SIGNED_IN, a.SetAsideWork, asks=(Parameter("office", "leads: what was handed to them"),)
    ),
    "POST /api/set-aside/{intent:uuid}": Told(
        SIGNED_IN,
        takes=set_aside.Wanted,
        status=204,
        codes={422: "", **BUSY},
        says="Say what becomes of work that was not done.",
    ),
    "POST /api/rescue": Told(
        SIGNED_IN,
        rescue.Rescued,
        takes=rescue.RescueFile,
        codes={
            400: "rescue-malformed",
            403: "rescue-other-person proof-needed",
            408: "body-too-slow",
            422: "rescue-version",
            429: "too-many-tries",
        },
    ),
    "OPTIONS /files/": Told(PUBLIC, status=204, says="What of tus is spoken."),
    "POST /files/": Told(
        SIGNED_IN,
        status=201,
        asks=(
            *_TUS,
            Parameter("Upload-Length", "bytes", where="header", required=True),
            Parameter("Upload-Metadata", "`file lane intent_id sha256 type`, base64", where="header", required=True),
            _HAND_IN,
        ),
        codes=_ANNOUNCE,
        says="Announce a file; the same file again has the same address.",
    ),
    "OPTIONS /files/{upload:uuid}": Told(PUBLIC, status=204, says="What of tus is spoken."),
    "HEAD /files/{upload:uuid}": Told(
        SIGNED_IN, asks=(*_TUS, _HAND_IN), codes=_UPLOAD, says="How much of a file has arrived."
    ),
    "PATCH /files/{upload:uuid}": Told(
        SIGNED_IN,
        takes=_PIECE,
        status=204,
        asks=(*_TUS, Parameter("Upload-Offset", "bytes", where="header", required=True), _HAND_IN),
        codes=_UPLOAD,
        says="The next piece of a file.",
    ),
    "DELETE /files/{upload:uuid}": Told(
        SIGNED_IN, status=204, asks=(*_TUS, _HAND_IN), codes=_UPLOAD, says="Take a file back."
    ),
    # The log
    "GET /log/checkpoint": Told(PUBLIC, Media(("text/plain",)), codes=_LOG),
    "GET /log/key": Told(PUBLIC, a.LogKeys, codes=_LOG),
    "GET /log/tile/{level}/{path:path}": Told(PUBLIC, Media(("application/octet-stream",)), codes=_LOG),
    "GET /log/consistency": Told(
        PUBLIC,
        a.Consistency,
        asks=(Parameter("old", "events", required=True), Parameter("new", "events", required=True)),
        codes={**_LOG, 404: "not-found"},
    ),
    "GET /log/verify.py": Told(PUBLIC, Media(("text/x-python",)), has_etag=True, also=(206,), codes={416: "", 400: ""}),
    # Pages for browsers
    "GET /verify": Told(PUBLIC, HTML, asks=(Parameter("code", "the code on the paper"),), also=(303,)),
    "GET /verify/": Told(PUBLIC, HTML, asks=(Parameter("code", "the code on the paper"),), also=(303,)),
    "GET /verify/{code:path}": Told(PUBLIC, HTML, also=(404, 429)),
    "GET /demo/inbox": Told(PUBLIC, HTML, asks=(Parameter("phone", "of one number only"),), says="Demo: the messages."),
    "GET /demo/inbox.json": Told(
        PUBLIC, a.Inbox, asks=(Parameter("phone", "of one number only"),), says="Demo: the messages as JSON."
    ),
    "GET /lan": Told(PUBLIC, HTML, says="With `--lan` only: how a phone comes to trust this machine."),
    "GET /lan/ca.crt": Told(
        PUBLIC,
        Media(("application/x-x509-ca-cert",)),
        has_etag=True,
        also=(206,),
        codes={416: "", 400: ""},
        says="With `--lan` only: the certificate.",
    ),
    "GET /{path:path}": Told(PUBLIC, Media(("text/html", "*/*")), has_etag=True, also=(503,)),
}
"""By method and path as the router has them."""
