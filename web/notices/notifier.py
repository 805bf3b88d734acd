"""Tells people of cases, visits and ratings each step once a channel: claimed in the log, sent, and what became of it.

A claim without an outcome (the process ended in between, or the carrier's answer was lost) is reported as uncertain:
work for staff, never a second message. Nothing older than three days is sent; it is in the app.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal, cast
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from domain.calendar.limits import local_day
from domain.case.commands import Command
from domain.centre.centre import NAMESPACE
from domain.effects.contact import EndPush, contact_stream
from domain.effects.notices import (
    APP,
    PUSH,
    SMS,
    ClaimNotice,
    GiveNotice,
    NoticeClaimed,
    Notices,
    ReportNotice,
    notices_stream,
)
from domain.facts import Envelope
from domain.visits import facts as f
from store.answers import Answer
from store.centre import Centre
from store.states import NOTICES
from web.carrier import Sms, SmsCarrier, SmsRefused
from web.following import Progress, insist
from web.notices import kinds, ratings, visits
from web.notices.people import Reached, reached
from web.notices.push import GONE, NoPushEndpoint, PushService
from web.notices.quiet import Quiet
from web.notices.telling import STALE, Later, Telling
from web.notices.texts import TITLES, message, said, texts

PAGE_OF_FACTS = 1_000
WATCHED = kinds.WATCHED | visits.WATCHED | ratings.WATCHED
REMINDER = "reminder"
"""What tells the reminder of an appointment from its confirmation; both tell of the booking."""
IN_FLIGHT = timedelta(minutes=2)
"""How long another node may take between claim and outcome."""

_log = logging.getLogger("doorstep.notices")

Channel = Literal["sms", "push"]
_Key = tuple[int, str]
"""Position of a fact, and which of several notices that tell of it."""


class _Open(Struct):
    """A fact of which somebody is still to be told, or whose messages wait for a report.

    Attributes:
        since: when it came up, UTC.
        look_at: when there is something to do for it.
    """

    envelope: Envelope
    since: datetime
    look_at: datetime


class Notifier:
    """Gives notices.

    Args:
        centre: the log.
        sms: who carries text messages; None where nobody does.
        push: who carries web push; None where nobody does.
        clock: the time, UTC.
        quiet: when no text message is sent.
        progress: how far an earlier process had come; the log is read from its start without it.
    """

    def __init__(
        self,
        centre: Centre,
        *,
        sms: SmsCarrier | None,
        push: PushService | None,
        clock: Callable[[], datetime],
        quiet: Quiet | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._centre = centre
        self._sms = sms
        self._push = push
        self._clock = clock
        self._quiet = quiet
        self._progress = progress
        self._position = progress.position if progress else 0
        self._open: dict[_Key, _Open] = {}
        self._awaited: dict[str, tuple[_Key, UUID, UUID]] = {}
        self._reminded: date | None = None

    def catch_up(self) -> None:
        """Read the log to its head, tell whoever is to be told now, and take reports in."""
        while self._read_on():
            pass
        now = self._clock()
        self._remind(now)
        for key in [key for key, one in self._open.items() if one.look_at <= now]:
            try:
                self._look(key, self._open[key], now)
            except Exception:  # the next ones must not wait for it
                _log.exception("nobody could be told of the fact at %s", key[0])
                self._postpone(key, now)
        self._take_reports()
        if self._progress:
            told = (position for position, part in self._open if part != REMINDER)
            self._progress.keep(min([self._position, *(position - 1 for position in told)]))

    def _read_on(self) -> bool:
        """Take note of the next page of the log; False where nothing in it concerns this."""
        reached_, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=WATCHED)
        for position, envelope in page:
            at = envelope.meta.recorded_at
            if not isinstance(envelope.fact, visits.MOVES_ON):
                self._open[position, ""] = _Open(envelope, at, at)
        if any(isinstance(envelope.fact, visits.TOLD + visits.MOVES_ON) for _, envelope in page):
            self._line_moved_on()
        self._position = reached_
        return bool(page)

    def _line_moved_on(self) -> None:
        """Whoever waits may have come nearer to the front."""
        for one in self._open.values():
            if isinstance(one.envelope.fact, f.TicketTaken | f.TicketRejoined):
                one.look_at = one.since

    def _remind(self, now: datetime) -> None:
        """Once a day take note of those who are expected tomorrow; nothing has to be known of it after a restart."""
        if self._reminded == local_day(now) or now < visits.reminded_at(now):
            return
        for position, envelope in visits.booked_tomorrow(self._centre, now):
            self._open[position, REMINDER] = _Open(envelope, now, now)
        self._reminded = local_day(now)

    def _look(self, key: _Key, one: _Open, now: datetime) -> None:
        """Do what is to be done for one fact, and note when to look again; forget it when nothing is left."""
        over = one.since + STALE
        match self._telling(key, one.envelope, now):
            case None:
                again = None
            case Later(at=at):
                again = at
            case telling:
                waits = [
                    self._tell(key, person, telling, now)
                    for person in telling.persons
                    if not self._centre.person(person).erased
                ]
                again = min((at for at in waits if at is not None), default=None)
        if again is None or now >= over:
            self._open.pop(key, None)
        else:
            one.look_at = min(again, over)

    def _telling(self, key: _Key, envelope: Envelope, now: datetime) -> Telling | Later | None:
        position, part = key
        match envelope.fact:
            case f.AppointmentBooked() if part == REMINDER:
                return visits.reminder_of(envelope, self._centre)
            case f.AppointmentBooked() | f.AppointmentCancelled():
                return visits.appointment_telling(envelope, self._centre)
            case f.TicketTaken() | f.TicketRejoined():
                return visits.soon_telling(position, envelope, self._centre, now)
            case f.TicketCalled():
                return visits.called_telling(envelope, self._centre)
            case fact if isinstance(fact, ratings.TOLD):
                return ratings.rating_telling(envelope, self._centre)
            case _:
                return kinds.telling_of(envelope, self._centre)

    def _postpone(self, key: _Key, now: datetime) -> None:
        """Try again later, as long as it is worth telling."""
        one = self._open[key]
        one.look_at = now + IN_FLIGHT
        if now >= one.since + STALE:
            del self._open[key]

    def _tell(self, key: _Key, person: UUID, telling: Telling, now: datetime) -> datetime | None:
        """Tell one person by every channel; when to look again, None if all is done."""
        position, _ = key
        notices = cast("Notices", self._centre.state(notices_stream(telling.lane), NOTICES))
        is_given = (position, person, APP) in notices.state
        if not is_given and (telling.given_late or now < telling.until):
            given = GiveNotice(position=position, kind=telling.kind, person=person)
            self._record(given, telling.lane, _id(key, person, APP))
        who = reached(self._centre, person, phone_of=telling.phone_of)
        waits: list[datetime | None] = []
        if self._wants_sms(who, telling):
            waits.append(self._by(SMS, key, person, telling, who, notices))
        if self._push is not None and who.contact.push and who.devices:
            waits.append(self._by(PUSH, key, person, telling, who, notices))
        return min((at for at in waits if at is not None), default=None)

    def _wants_sms(self, who: Reached, telling: Telling) -> bool:
        """Whether a text message is due: an applicant without a number of their own is told through the agent."""
        wanted = self._sms is not None and texts()[telling.kind].sms and who.contact.sms
        return wanted and (bool(who.phone) or telling.stands_alone)

    def _by(
        self, channel: Channel, key: _Key, person: UUID, telling: Telling, who: Reached, notices: Notices
    ) -> datetime | None:
        """Go on with one channel from where it stands; when to look again, None if it is done."""
        now = self._clock()
        match notices.state.get((key[0], person, channel)):
            case None if now >= telling.until:
                return None
            case None:
                if channel == SMS and self._quiet and (free := self._quiet.over(now)) > now:
                    return free
                return self._send(channel, key, person, telling, who)
            case "claimed":
                claimed_at = self._claimed_at(telling.lane, key[0], person, channel)
                if claimed_at + IN_FLIGHT > now:
                    return claimed_at + IN_FLIGHT
                self._report(key, telling.lane, person, channel, "uncertain")
                return None
            case "sent" if channel == SMS:
                return self._await(key, telling.lane, person)
            case _:
                return None

    def _send(self, channel: Channel, key: _Key, person: UUID, telling: Telling, who: Reached) -> datetime | None:
        id = _id(key, person, channel)
        claim = ClaimNotice(position=key[0], person=person, channel=channel)
        if self._record(claim, telling.lane, id).verdict != "applied":
            return self._clock() + IN_FLIGHT
        if channel == PUSH:
            self._report(key, telling.lane, person, PUSH, *self._push_to(who, telling, person))
            return None
        outcome, why = self._text(who, telling, str(id))
        self._report(key, telling.lane, person, SMS, outcome, why, reference=str(id) if outcome == "sent" else "")
        return self._await(key, telling.lane, person) if outcome == "sent" else None

    def _await(self, key: _Key, lane: UUID, person: UUID) -> datetime:
        """Wait for the carrier's report on a message."""
        self._awaited[str(_id(key, person, SMS))] = (key, lane, person)
        return datetime.max.replace(tzinfo=self._clock().tzinfo)

    def _text(self, who: Reached, telling: Telling, reference: str) -> tuple[_Outcome, str]:
        assert self._sms is not None
        if not who.phone:
            return "failed", "no-number"
        words = message(telling.kind, who.contact.language, telling.values)
        try:
            asyncio.run(self._sms.send(Sms(phone=who.phone, text=words, reference=reference)))
        except SmsRefused as refused:
            return "failed", refused.why
        except Exception:
            _log.exception("the carrier did not say whether it took a message")
            return "uncertain", ""
        return "sent", ""

    def _push_to(self, who: Reached, telling: Telling, person: UUID) -> tuple[_Outcome, str]:
        """Send to every device; it is sent if one service took it."""
        language = who.contact.language
        words = said(telling.kind, language, telling.values)
        content = msgspec.json.encode({"title": TITLES[language], "body": words, "url": telling.url})
        outcomes = {self._push_one(subscription, who, content, person) for subscription in who.devices}
        for outcome, why in (("sent", ""), ("uncertain", ""), ("failed", "refused")):
            if outcome in outcomes:
                return cast("_Outcome", outcome), why
        return "failed", "no-device"

    def _push_one(self, subscription: UUID, who: Reached, content: bytes, person: UUID) -> str:
        assert self._push is not None
        try:
            status = self._push.send(who.devices[subscription], content)
        except NoPushEndpoint:
            status = min(GONE)
        except Exception:
            _log.exception("a push service did not say whether it took a notice")
            return "uncertain"
        if status in GONE:
            self._record(EndPush(subscription=subscription), contact_stream(person), uuid5(subscription, "gone"))
            return "gone"
        return "sent" if status // 100 == 2 else "failed"

    def _take_reports(self) -> None:
        if not self._awaited or self._sms is None:
            return
        for report in asyncio.run(self._sms.reports()):
            awaited = self._awaited.pop(report.reference, None)
            if awaited is not None:
                key, lane, person = awaited
                self._report(key, lane, person, SMS, "delivered" if report.delivered else "failed", report.why)
                if key in self._open:
                    self._open[key].look_at = self._clock()

    def _claimed_at(self, lane: UUID, position: int, person: UUID, channel: str) -> datetime:
        wanted = (position, person, channel)
        for envelope in reversed(self._centre.read(notices_stream(lane))):
            fact = envelope.fact
            if isinstance(fact, NoticeClaimed) and (fact.position, fact.person, fact.channel) == wanted:
                return envelope.meta.recorded_at
        return self._clock() - IN_FLIGHT

    def _report(
        self,
        key: _Key,
        lane: UUID,
        person: UUID,
        channel: Channel,
        outcome: _Outcome,
        why: str = "",
        *,
        reference: str = "",
    ) -> None:
        told = ReportNotice(
            position=key[0], person=person, channel=channel, outcome=outcome, why=why, reference=reference
        )
        self._record(told, lane, uuid5(_id(key, person, channel), outcome))

    def _record(self, command: Command, lane: UUID, id: UUID) -> Answer:
        return insist(self._centre, command, lane=lane, id=id)


_Outcome = Literal["sent", "delivered", "failed", "uncertain"]


def notice_id(position: int, person: UUID, channel: str) -> UUID:
    """The id of the command that tells one person by one channel."""
    return uuid5(NAMESPACE, f"notice:{position}:{person}:{channel}")


def _id(key: _Key, person: UUID, channel: str) -> UUID:
    """The same for one of several notices that tell of one fact."""
    position, part = key
    return notice_id(position, person, f"{channel}:{part}" if part else channel)
