"""Every command that a device may give, whatever it is about; those of a case are defined beside the case."""

from __future__ import annotations

from domain.case import commands as case
from domain.case.commands import Command
from domain.centre import commands as centre
from domain.effects import notices
from domain.ratings import commands as ratings
from domain.rights.glass import BreakGlass
from domain.rights.looks import PrintRecord, UnmaskRecord
from domain.staff import absence
from domain.training import certificates, courses, exams, publishing, questions_and_answers
from domain.vault import vault
from domain.visits import commands as visits

_BESIDE_CASES: tuple[type[Command], ...] = (
    *visits.BY_PERSONS,
    *ratings.BY_PERSONS,
    *centre.BY_OPERATORS,
    *publishing.BY_TRAINERS,
    *courses.BY_LEARNERS,
    *exams.BY_CANDIDATES,
    certificates.RecordCertificate,
    certificates.RevokeCertificate,
    *questions_and_answers.BY_COLLEAGUES,
    absence.BeAbsent,
    absence.EndAbsence,
    vault.WithdrawCopy,
    notices.HandleNotice,
    BreakGlass,
    UnmaskRecord,
    PrintRecord,
)

CENTRE_ONLY = case.CENTRE_ONLY | frozenset(ratings.BY_CENTRE) | {exams.StartExam}
"""Commands that no device may give by their name; one that does is refused as `forbidden`.

An examination is asked for over HTTP: what it asks follows from the id of its stream, which whoever sits it must not
choose.
"""

COMMANDS: dict[str, type[Command]] = (
    case.COMMANDS | {kind.type: kind for kind in _BESIDE_CASES} | {kind.type: kind for kind in ratings.BY_CENTRE}
)
"""Commands by their type on the wire: those that devices may give, and those of `CENTRE_ONLY`."""
