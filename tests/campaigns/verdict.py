"""What must hold of a log after a campaign: read from the log alone, and compared with what devices were told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from domain.case.facts import CaseFiled, CaseNoted
from domain.facts import Envelope, tag_of
from projections.follower import catch_up
from projections.following import FactStops
from projections.rebuilding import verify
from store.centre import Centre
from store.receipts import CommandApplied
from tests.campaigns.campaign import Broken
from tests.campaigns.devices import Key, Told
from web.cli.log_reading import findings
from web.settings import Settings

PAGE = 5_000
NAMED = 5
"""How many of the things that are wrong a message names."""
_TAGS = (tag_of(CaseFiled), tag_of(CaseNoted), tag_of(CommandApplied))


class Weighed(NamedTuple):
    """What was looked through."""

    commands: int
    events: int


def examine(settings: Settings, told: Told) -> Weighed:
    """Compare everything with everything.

    Args:
        settings: of the service, which does not run any more.
        told: what devices were told.

    Raises:
        Broken: something is not so.
    """
    centre = Centre.open(
        settings.centre_folder, clock=lambda: datetime.now(UTC), new_id=uuid4, env=settings.log_environment
    )
    with closing(centre):
        _none("damaged", [str(finding) for finding in findings(centre)])
        _check_effects(centre, told)
        _check_answers(centre, told)
        _check_projections(centre, settings.views_folder)
        return Weighed(len(told.acknowledged), centre.head())


def _check_effects(centre: Centre, told: Told) -> None:
    """Each command has one fact and one receipt, at the position that was acknowledged; numbers are dense."""
    effects, receipts = Counter[Key](), Counter[Key]()
    misplaced: list[UUID] = []
    numbers: list[str] = []
    for position, envelope in _facts(centre):
        key = _key(envelope)
        if key not in told.given:
            continue
        if isinstance(envelope.fact, CommandApplied):
            receipts[key] += 1
            continue
        effects[key] += 1
        if told.acknowledged.get(key, position) != position:
            misplaced.append(key[1])
        if isinstance(envelope.fact, CaseFiled):
            numbers.append(envelope.fact.filing_number)
    _none("lost", [str(id) for key in told.acknowledged if not effects[key] for _, id in (key,)])
    _none("doubled", [str(id) for (_, id), times in effects.items() if times > 1])
    _none("acknowledged at another position", misplaced)
    _none("without one receipt", [str(id) for (_, id) in (key for key in effects if receipts[key] != 1)])
    _none("receipt without effect", [str(id) for (_, id) in (key for key in receipts if not effects[key])])
    _check_numbers(numbers)


def _check_numbers(numbers: list[str]) -> None:
    """Serials of a day follow one another; one case was filed before the campaign began."""
    days: dict[str, set[int]] = {}
    for number in numbers:
        _, day, serial, *_ = number.split("-")
        days.setdefault(day, set()).add(int(serial))
    _none("serials twice", [] if sum(map(len, days.values())) == len(numbers) else ["filing numbers"])
    for day, serials in days.items():
        first = min(serials)
        _none(f"missing serials of {day}", sorted(set(range(first, first + len(serials))) - serials))
        if first > 2:
            raise Broken(f"serials of {day} begin with {first}")


def _check_answers(centre: Centre, told: Told) -> None:
    """Whoever asks again hears the same."""
    wrong: list[UUID] = []
    for (author, id), position in told.acknowledged.items():
        answer = centre.answer_to(author, id)
        if answer is None or (answer.verdict, answer.pos) != ("duplicate", position):
            wrong.append(id)
    _none("answered otherwise when asked again", wrong)


def _check_projections(centre: Centre, folder: Path) -> None:
    """What was followed while processes died equals a rebuild from nothing."""
    try:
        catch_up(centre, folder)
    except FactStops as stopped:
        raise Broken(f"the read models stop at an {stopped}") from stopped
    _none("differences between the read models and a rebuild", verify(centre, folder))


def _facts(centre: Centre) -> Iterator[tuple[int, Envelope]]:
    position = 0
    while True:
        reached, page = centre.stretch(position, PAGE, tags=_TAGS)
        yield from page
        if reached == position:
            return
        position = reached


def _key(envelope: Envelope) -> Key:
    return envelope.meta.actor, envelope.meta.command or UUID(int=0)


def _none(what: str, found: list[object] | list[str] | list[UUID] | list[int]) -> None:
    if found:
        raise Broken(f"{len(found)} {what}: {', '.join(map(str, found[:NAMED]))}")
