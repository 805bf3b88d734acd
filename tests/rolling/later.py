"""What the next version of the program adds, made from this one; imported before anything that reads it.

A new kind of fact, a new form of a known command and a new command, which record it; read models of another shape; a
later build; and frames that say more than this version knows, among them one with a tag of its own.
"""

from __future__ import annotations

from typing import Any, ClassVar

from domain import commands
from domain.case import state
from domain.case.commands import AddNote
from domain.case.deciding import decide
from domain.case.deciding.guards import opened, sealed
from domain.case.facts import CaseNoted
from domain.decisions import Bench, Call, Decided
from projections import schema
from projections.cases import desk
from sync import terms

BUILD = "0.2.0"
WEATHER = '{"t":"weather","sun":1}'


class CaseGreeted(CaseNoted, frozen=True, kw_only=True, tag="case.greeted"):
    """A fact of which this version knows nothing."""


class AddNoteWarmly(AddNote, frozen=True, kw_only=True):
    """The next form of a known command."""

    type: ClassVar[str] = "case.note@2"


class Greet(AddNote, frozen=True, kw_only=True):
    """A command that is new; whoever may leave a note may give it."""

    type: ClassVar[str] = "case.greet@1"

    @property
    def act(self) -> str:
        """The act whose rights it has."""
        return AddNote.type.partition("@")[0]


def _greeted(command: AddNote, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    return [(call.lane, CaseGreeted(text=sealed(case, command.text)))]


def _become_newer() -> None:
    terms.BUILD = BUILD
    schema.SHAPE += 1
    added: dict[str, Any] = {kind.type: kind for kind in (AddNoteWarmly, Greet)}
    commands.COMMANDS.update(added)
    for kind in added.values():
        decide.register(kind, _greeted)
    folds: Any = vars(state)["_APPLY"]
    folds[CaseGreeted] = folds[CaseNoted]
    state.FACTS += (CaseGreeted,)
    desk.FAMILY[CaseGreeted] = desk.FAMILY[CaseNoted]


def talkative(put: Any) -> Any:
    """A way of sending frames that says more in each than this version knows, and one more after the greeting."""

    def saying_more(connection: Any, data: str | bytes) -> None:
        if not isinstance(data, str):
            put(connection, data)
            return
        put(connection, f'{{"mood":{{"good":true}},{data[1:]}')
        if '"t":"welcome"' in data:
            put(connection, WEATHER)

    return saying_more


_become_newer()
