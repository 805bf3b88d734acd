"""The addresses of signing in, of sessions, and of what people show who they are with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web import openapi_answers as a
from web import session
from web.openapi_told import PUBLIC, SECRET, SIGNED_IN, Codes, Parameter, Told
from web.signin import enrolment, passkeys, proof, second, sessions

_STORED: Codes = {503: "storage busy"}
_IN: Codes = {403: "device-blocked origin-not-allowed", 429: "too-many-tries", **_STORED}
_FACTOR = "second-factor-needed second-factor-missing second-factor-wrong"
_KEY: Codes = {401: "passkey-wrong passkey-unknown passkey-copied challenge-expired", **_IN}
_FRESH: Codes = {403: "proof-needed forbidden", 422: "", **_STORED}

TABLE: Mapping[str, Told] = {
    "GET /session": Told(PUBLIC, a.SessionShown),
    "DELETE /session": Told(PUBLIC, status=204),
    "POST /session/code": Told(
        PUBLIC,
        takes=session.CodeWanted,
        status=204,
        codes={400: "phone-format", 429: "too-many-codes", 503: "no-carrier"},
    ),
    "POST /session/resident": Told(
        PUBLIC,
        a.SessionShown,
        takes=session.CodeShown,
        codes={**_IN, 400: "phone-format", 401: "code-wrong code-expired"},
    ),
    "POST /session/staff": Told(
        SECRET, a.SessionShown, takes=session.PasswordShown, codes={**_IN, 401: f"sign-in-failed {_FACTOR}"}
    ),
    "POST /session/ticket": Told(SIGNED_IN, a.Ticket),
    "POST /session/passkey/options": Told(
        PUBLIC, dict[str, Any], codes={422: "passkey-address", 429: "too-many-tries"}
    ),
    "POST /session/passkey": Told(SECRET, a.SessionShown, takes=passkeys.Shown, codes=_KEY),
    "POST /session/enrolment": Told(
        SECRET, a.SessionShown, takes=enrolment.Shown, codes={**_IN, 401: "enrolment-wrong"}
    ),
    "POST /session/proof/options": Told(
        SIGNED_IN, dict[str, Any], codes={422: "passkey-address", 429: "too-many-codes", 503: "no-carrier"}
    ),
    "POST /session/proof": Told(
        SECRET,
        takes=proof.Proof,
        status=204,
        codes={
            **_KEY,
            401: f"sign-in-needed password-wrong code-wrong code-expired {_FACTOR} {_KEY[401]}",
            403: "proof-needed",
        },
    ),
    "GET /session/oidc": Told(
        SECRET,
        status=303,
        asks=(
            Parameter("after", "page of the app to go on at"),
            Parameter("device", "id of the device"),
        ),
        codes={404: "not-found"},
    ),
    "GET /session/oidc/back": Told(
        SECRET,
        status=303,
        asks=tuple(Parameter(name, "as the provider says") for name in ("code", "state", "iss", "error")),
        codes={404: "not-found"},
    ),
    "GET /api/sessions": Told(
        "sessions",
        a.Sessions,
        asks=(Parameter("person", "leads and operators: of one of theirs"),),
        codes={404: "not-found"},
    ),
    "POST /api/sessions/end-others": Told("sessions", status=204, codes={422: "", **_STORED}),
    "POST /api/sessions/{session:uuid}/end": Told(
        "sessions", takes=sessions.Wanted, status=204, codes={422: "", **_STORED}
    ),
    "GET /api/passkeys": Told(SIGNED_IN, a.Passkeys),
    "POST /api/passkeys": Told(
        SIGNED_IN,
        takes=passkeys.Made,
        status=204,
        codes={401: "passkey-wrong challenge-expired", 422: "passkey-wrong", **_STORED},
    ),
    "POST /api/passkeys/options": Told(
        "passkey.add", dict[str, Any], codes={403: "proof-needed forbidden", 422: "passkey-address"}
    ),
    "POST /api/passkeys/remove": Told(SIGNED_IN, takes=passkeys.Removal, status=204, codes=_FRESH),
    "POST /api/second-factor/offer": Told("second-factor.set", a.SecondFactorOffer, codes=_FRESH),
    "POST /api/second-factor": Told(
        SIGNED_IN,
        a.RecoveryCodes,
        takes=second.FirstCode,
        codes={422: "challenge-expired second-factor-wrong", 429: "too-many-tries", **_STORED},
    ),
    "POST /api/second-factor/remove": Told("second-factor.remove", takes=second.Removal, status=204, codes=_FRESH),
    "POST /api/enrolments": Told(SIGNED_IN, a.EnrolmentCode, takes=enrolment.Wanted, codes=_FRESH),
}
"""By method and path as the router has them."""
