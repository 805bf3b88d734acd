"""The addresses of the auditor's app."""

from __future__ import annotations

from collections.abc import Mapping

from web import openapi_answers as a
from web.api import audit_log, audit_seen, audit_what_if
from web.openapi_told import BUSY, Media, Parameter, Told

_PERSON = Parameter("person", "id of a member of staff", required=True)

TABLE: Mapping[str, Told] = {
    "GET /api/audit/log": Told("audit.log", audit_log.Standing, codes={503: "log-altered"}),
    "GET /api/audit/people": Told("audit.seen", a.AuditedPeople),
    "GET /api/audit/devices": Told("audit.seen", a.AuditedDevices, asks=(_PERSON,), codes={400: "invalid"}),
    "GET /api/audit/seen": Told(
        "audit.seen",
        audit_seen.Seen,
        asks=(
            _PERSON,
            Parameter("device", "id of the device", required=True),
            Parameter("at", "an instant", required=True),
        ),
        codes={400: "invalid", 404: "device-not-there-yet", **BUSY},
    ),
    "GET /api/audit/what-if": Told("audit.what-if", a.Choices),
    "POST /api/audit/what-if": Told(
        "audit.what-if", audit_what_if.Answer, takes=audit_what_if.Supposed, codes={400: "invalid", 404: "not-found"}
    ),
    "GET /api/cases/{case:uuid}/export.zip": Told(
        "case.export", Media(("application/zip",)), codes={503: "log-altered busy files-away"}
    ),
}
"""By method and path as the router has them."""
