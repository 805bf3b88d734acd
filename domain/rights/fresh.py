"""Which acts ask for a fresh proof of who one is, beside the right: what a tablet that lies open must not allow.

The names are those of `domain.rights.table`. Asked over HTTP (`web.signin.fresh`) and over the socket (`web.exchange`)
alike; a file that is brought in (`web.rescue`) can prove nothing. Erasure is no such act: it is done at the machine.
"""

from __future__ import annotations

NEEDS_PROOF: frozenset[str] = frozenset(
    {
        "case.break-glass",
        "case.export",
        "reports.export",
        "training.figures.export",
        "enrolment.issue",
        "passkey.add",
        "passkey.remove",
        "second-factor.set",
        "second-factor.remove",
        "device.unblock",
        "device.register-key",
    }
)
"""More than a right is needed for these: to have shown within `FRESH_FOR` who one is."""
