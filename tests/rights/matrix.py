"""The table of rights as a page that a reviewer can read: `docs/reference/rights.md`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.actors import Role
from domain.case.acts import ACTS, NEEDS_CLAIM, STAGE_OF_ACT, CaseStatus, Who
from domain.rights.fresh import NEEDS_PROOF
from domain.rights.glass import GLASS_HOURS
from domain.rights.table import COMMANDS, READINGS, WITHIN, Grant
from sync.scopes import scopes_for
from tests.rights.people import colleague
from tests.rights.routes import ROUTES

LETTERS = {
    Who.APPLICANT: "A",
    Who.CLERK: "W",
    Who.OUTLET: "O",
    Who.LEAD: "L",
    Who.STEP: "S",
    Who.DOER: "D",
    Who.STAFF: "*",
}
ROLES = tuple(role for role in Role)
SHORT = {
    Role.RESIDENT: "res",
    Role.WINDOW_CLERK: "win",
    Role.REVIEWER: "rev",
    Role.DECIDER: "dec",
    Role.COMMUNITY_WORKER: "com",
    Role.DISTRICT_OFFICER: "dis",
    Role.CITY_OFFICER: "city",
    Role.ASSESSOR: "ass",
    Role.OUTLET_CLERK: "out",
    Role.LEAD: "lead",
    Role.AUDITOR: "aud",
    Role.TRAINER: "trn",
    Role.OPERATOR: "op",
    Role.CENTRE: "self",
}

LEAD = f"""\
Who may do and read what, as one table: `domain/case/acts.py` for acts on a case, `domain/rights/table.py` for all else,
asked only through `domain/rights/`. Commands, rows, files, reads, reports and exports ask the same place, over HTTP and
over the socket alike.

Whatever the table gives, these hold besides:

- **Seeing comes first.** A case that somebody may not see does not exist for them: every act and address answers
  `not-found`, as for a case that was never filed. Applicant and agent see their own. Staff see it where their office
  has a step on the case's route and they hold a role of that route, or lead such an office. Auditors see every case.
- **A claim is exclusive.** Acts marked ! need it; a colleague's claim holds up everybody but a lead who acts as such.
- **Certificates.** A window clerk works on an item only with every certificate that it asks for, valid on that day.
- **Two people.** Whoever accepted a case does not decide it, unless the item is marked for one person; such cases are
  looked at by a lead later.
- **Numbers are masked.** Identity cards, telephones and accounts are shown in full to the case's own people and to
  whoever works on it now. Anybody else names a purpose, and that is recorded.
- **Breaking the glass** lets staff see one case for {GLASS_HOURS} hours, for a reason that the applicant, leads and
  auditors can read.
- **Acts marked † need a fresh proof:** to have shown within five minutes who one is, whoever holds the tablet.
- **Nobody is operator and auditor.**
"""


def page() -> str:
    """The text of the page, without the mark that it is made."""
    return "\n".join(
        [
            LEAD,
            "## Acts on a case",
            "",
            "A the applicant or their agent, W window clerk, O outlet clerk, L lead, S whoever holds the role of the",
            "due step, D whoever did the act that brought the case here, * every member of staff who sees it and",
            "works on cases. Empty: nobody. ! needs the claim.",
            "",
            *_table(["act", *(status.value for status in CaseStatus)], _acts()),
            "",
            "## Other commands",
            "",
            "● whomever it concerns, ○ only their own, in the sense of the last column.",
            "",
            *_grants({**COMMANDS, **WITHIN}),
            "",
            "## What is read",
            "",
            *_grants(READINGS),
            "",
            "## Rows that devices hold",
            "",
            *_table(["role", "scopes"], ([role.value, _scopes(role)] for role in ROLES if role is not Role.CENTRE)),
            "",
            "## Addresses",
            "",
            "`public` is open to everyone, `signed-in` to every person for what is their own, `secret` to whoever",
            "holds a one-time secret, `machine` to addresses that the operator names. Those of a case ask `case.see`",
            "first.",
            "",
            *_table(["address", "right"], ([f"`{name}`", _right(name)] for name in sorted(ROUTES, key=_by_path))),
        ]
    )


def letters(act: str, status: CaseStatus) -> str:
    """Who may do an act in a status, as the page writes it."""
    return "".join(LETTERS[who] for who in ACTS[status].get(act, ()))


def acts() -> list[str]:
    """Every act of the table, in the order in which it first appears."""
    return list(dict.fromkeys(act for row in ACTS.values() for act in row))


def _acts() -> Iterable[list[str]]:
    for act in acts():
        stage = f" ({STAGE_OF_ACT[act]})" if act in STAGE_OF_ACT else ""
        mark = " !" if act in NEEDS_CLAIM else ""
        yield [f"`{act}`{stage}{mark}", *(letters(act, status) for status in CaseStatus)]


def _grants(grants: Mapping[str, Grant]) -> list[str]:
    rows = ([_named(name), *(_sign(grant, role) for role in ROLES), grant.relation] for name, grant in grants.items())
    return _table(["", *(SHORT[role] for role in ROLES), "own means"], rows)


def _named(name: str) -> str:
    return f"`{name}` †" if name in NEEDS_PROOF else f"`{name}`"


def _sign(grant: Grant, role: Role) -> str:
    return "●" if role in grant.anyone else "○" if role in grant.own else ""


def _scopes(role: Role) -> str:
    actor = colleague(role)
    named = (scope.replace(str(actor.id), "ID").replace(actor.office, "OFFICE") for scope in scopes_for(actor))
    return ", ".join(f"`{scope}`" for scope in sorted(named)) or "none: they read by HTTP, and each reading is a fact"


def _right(name: str) -> str:
    asked = ROUTES[name]
    return f"`{asked.right}`" + (" of a case" if asked.of_case else "")


def _by_path(name: str) -> tuple[str, str]:
    method, path = name.split(" ")
    return path, method


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]
