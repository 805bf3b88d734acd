"""What every way of carrying the sync protocol has in common: a session's outputs are carried out, and answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from domain.actors import Actor
from domain.decisions import Call
from domain.devices.devices import Device, DeviceKey, device_stream
from domain.identity.identity import Session as SignIn
from domain.rights.fresh import NEEDS_PROOF
from projections.database import Change
from projections.following import Batch
from store.answers import Answer
from store.states import DEVICE, SESSION
from store.tree import LogAltered
from sync import frames as fr
from sync import outputs as out
from sync.cursors import Signer
from sync.intents import verdict_of
from sync.session import Session
from web.device_book import Said
from web.edge import Edge
from web.errors import AWAY
from web.presence import News
from web.session import promptly
from web.terms import epoch_of, retry_ms, terms_of
from web.transparency import witnessed

BEHIND_BY = 1_000
"""How many facts the rows may lag behind the log before devices are asked to wait."""
RETRY_MS = 1_000
UNSURE = (*AWAY, LogAltered, TimeoutError)
"""The log cannot be read now, or it cannot be proven that the log is the one that the device knows."""


class Exchange:
    """One device, however its frames travel; a subclass says how they are sent."""

    def __init__(self, edge: Edge) -> None:
        """Wait for `hello`."""
        self.edge = edge
        self.session = Session(
            epoch=epoch_of(edge), signer=Signer(edge.centre.key_for("cursors")), terms=terms_of(edge)
        )
        self.sign_in: SignIn | None = None
        self.verdicts: Counter[str] = Counter()
        self.tasks: set[asyncio.Task[None]] = set()
        self.moved = False
        self.since: datetime | None = None
        self._scopes: frozenset[str] = frozenset()
        self._depends_on: tuple[UUID, ...] = ()

    # How a subclass carries frames

    def put(self, data: str | bytes) -> None:
        """Queue a frame for the device."""
        raise NotImplementedError

    def end(self, code: int, reason: str) -> None:
        """Close once everything that was put has been sent."""
        raise NotImplementedError

    @property
    def is_full(self) -> bool:
        """Whether live changes must be left out because the device does not take what it is sent."""
        return False

    async def redeemed(self, ticket: str) -> SignIn | None:
        """The sign-in for which a ticket was issued."""
        return await asyncio.to_thread(self.edge.tickets.redeem, ticket)

    # Carrying out

    async def carry_out(self, outputs: Iterable[out.Output]) -> None:
        """Do what the session asks for, in order."""
        for output in outputs:
            match output:
                case out.Send(data):
                    self.put(data)
                case out.Close(code, reason):
                    self.end(code, reason)
                case out.Admit():
                    await self.carry_out(await self._admit(output))
                case out.Fetch():
                    await self.carry_out(await self._fetch(output))
                case out.Compare():
                    await self.carry_out(await self._compare(output))
                case out.Judge():
                    await self.judge(await self._proven(output))
                case out.Recall():
                    await self.recall(output)

    async def judge(self, judge: out.Judge) -> None:
        """Submit in order of arrival, and answer."""
        await self.answer(judge, self.submit(judge))

    async def _proven(self, judge: out.Judge) -> out.Judge:
        """The push; what asks for a fresh proof that the sign-in lacks waits until the person signs in again."""
        asking = {call.id for call in judge.calls if isinstance(call, Call) and call.command.act in NEEDS_PROOF}
        if not asking or await asyncio.to_thread(self._is_fresh):
            return judge
        waits = {id: fr.Verdict(id=id, verdict="auth", code="reauth") for id in asking}
        return out.Judge(judge.b, tuple(waits.get(one.id, one) for one in judge.calls))

    def _is_fresh(self) -> bool:
        assert self.sign_in is not None
        now = cast("SignIn | None", self.edge.centre.state(self.sign_in.id, SESSION))
        return now is not None and now.is_fresh(self.edge.clock())

    async def recall(self, recall: out.Recall) -> None:
        """Answer what became of commands in doubt."""
        try:
            verdicts = await asyncio.to_thread(self._receipts, recall)
        except AWAY:
            return  # the device asks again
        await self.carry_out(self.session.judged(0, verdicts))

    def submit(self, judge: out.Judge) -> asyncio.Future[list[Answer]]:
        """Hand the commands to the log's writer."""
        calls = [call for call in judge.calls if isinstance(call, Call)]
        return asyncio.wrap_future(self.edge.centre.submit_all(calls))

    async def answer(self, judge: out.Judge, waiting: asyncio.Future[list[Answer]]) -> None:
        """Answer a push once everything in it is on the disk."""
        answers = iter(await waiting)
        verdicts = [
            call if isinstance(call, fr.Verdict) else verdict_of(call.id, next(answers)) for call in judge.calls
        ]
        counted: Counter[str] = Counter(verdict.verdict for verdict in verdicts)
        self.verdicts.update(counted)
        self.edge.figures.verdicts(counted)
        await self.carry_out(self.session.judged(judge.b, verdicts))

    def _receipts(self, recall: out.Recall) -> list[fr.Verdict]:
        answers = ((id_, self.edge.centre.answer_to(recall.author, id_)) for id_ in recall.ids)
        return [verdict_of(id_, answer) for id_, answer in answers if answer is not None]

    async def _fetch(self, fetch: out.Fetch) -> list[out.Output]:
        runner, head = self.edge.runner, self.edge.centre.writer.position
        if head - runner.position > BEHIND_BY:
            wait = RETRY_MS + retry_ms(self.edge) // 2
            return self.session.not_yet("warming", done=runner.position, total=head, retry_ms=wait)
        page = await self.edge.readers.ask(
            lambda reader: reader.page(fetch.scopes, fetch.after, page_bytes=fetch.page_bytes, since=fetch.since)
        )
        return self.session.page(page)

    async def _compare(self, compare: out.Compare) -> list[out.Output]:
        known = await self.edge.readers.ask(lambda reader: reader.digest(compare.scopes, compare.after[0]))
        outputs = self.session.compared(known, compare.digest)
        if outputs:
            self.edge.journal.write("digest-differs", device=self.session.device, known=known, said=compare.digest)
        return outputs

    # Who is there

    async def _admit(self, admit: out.Admit) -> list[out.Output]:
        first = self.sign_in is None
        try:
            sign_in = await self.redeemed(admit.ticket)
            if sign_in is None or sign_in.is_narrow:
                return self.session.turned_away()
            actor, is_blocked, self.session.key = await promptly(self.edge.centre, lambda: self._acting(sign_in))
            if is_blocked:
                return self.session.blocked()
            if sign_in.device not in (None, self.session.device):
                return self.session.turned_away()  # a cookie that was carried elsewhere
            proven = await witnessed(self.edge, admit.tree) if first else None
        except UNSURE:
            wait = fr.Wait(why="log-away", retry_ms=RETRY_MS)
            return [out.frame(wait), *self.session.restarting(RETRY_MS + retry_ms(self.edge))]
        outputs = self.session.admitted(
            actor,
            head=self.edge.runner.position,
            now=self.edge.clock(),
            warming=self.edge.centre.writer.position - self.edge.runner.position > BEHIND_BY
            or self.edge.runner.standing().state == "building",
            proven=proven,
        )
        if self.session.actor is not None and self.session.actor.id == sign_in.person:
            self._depend_on(sign_in)
            if first:
                self.arrived()
                self.edge.devices.met(self._said(sign_in))
        return outputs

    def arrived(self) -> None:
        """The device has been greeted: it takes its seat."""
        assert self.sign_in is not None
        assert self.session.device is not None
        self.since = self.edge.clock()
        self.edge.presence.sit_down(self.sign_in.person, self.session.device, self.replaced)

    def _depend_on(self, sign_in: SignIn) -> None:
        """Hear of what concerns the sign-in, and of changes in the scopes it gives."""
        self.edge.presence.leave(self._depends_on, self.told)
        self.sign_in = sign_in
        device = self.session.device
        self._depends_on = (sign_in.person, sign_in.id, *((device_stream(sign_in.person, device),) if device else ()))
        self.edge.presence.enter(self._depends_on, self.told)
        self._listen()

    def _listen(self) -> None:
        if self._scopes != self.session.scopes:
            self.edge.hub.leave(self.changed, self._scopes)
            self._scopes = self.session.scopes
            self.edge.hub.join(self.changed, self._scopes)

    def _said(self, sign_in: SignIn, *, leaves: bool = False) -> Said:
        session = self.session
        assert session.actor is not None
        assert session.device is not None
        assert session.outbox is not None
        return Said(
            person=sign_in.person,
            device=session.device,
            office=session.actor.office,
            epoch=epoch_of(self.edge),
            position=session.confirmed,
            outbox=session.outbox,
            app=session.app,
            leaves=leaves,
            moved=self.moved,
            since=self.since,
            began=session.began,
        )

    def heard(self) -> None:
        """The device has said something that is worth keeping."""
        if self.sign_in is not None and self.session.actor is not None:
            self.edge.devices.hear(self._said(self.sign_in))

    def left(self) -> None:
        """The device has gone."""
        if self.sign_in is not None and self.session.actor is not None:
            self.edge.devices.hear(self._said(self.sign_in, leaves=True))
        self.edge.hub.leave(self.changed, self._scopes)
        self.edge.presence.leave(self._depends_on, self.told)
        self._scopes, self._depends_on = frozenset(), ()
        if self.sign_in is not None and self.session.device is not None:
            self.edge.presence.stand_up(self.sign_in.person, self.session.device, self.replaced)

    def _acting(self, sign_in: SignIn) -> tuple[Actor, bool, DeviceKey | None]:
        """Who acts by a sign-in, whether its device was blocked, and with which key it signs."""
        with self.edge.centre.at_one_moment():
            return self.edge.centre.actor(sign_in), self._is_blocked(sign_in), self._key(sign_in)

    def _key(self, sign_in: SignIn) -> DeviceKey | None:
        if sign_in.kind != "staff" or sign_in.device is None:
            return None
        device: Device = self.edge.centre.state(device_stream(sign_in.person, sign_in.device), DEVICE)
        return device.key

    def _is_blocked(self, sign_in: SignIn) -> bool:
        devices = {sign_in.device, self.session.device}
        return any(self.edge.centre.is_blocked(sign_in.person, device) for device in devices)

    # What happens meanwhile

    def changed(self, batch: Batch, changes: list[Change]) -> None:
        """Documents changed in the person's scopes."""
        if batch.is_renewed:
            self.offer(self.session.renewed(epoch_of(self.edge)))
            return
        if batch.is_last:  # another node may go on; if there is none, the device is served here as far as this one came
            self.offer(self.session.restarting(retry_ms(self.edge)))
            return
        self.moved = self.moved or any(change.kind != "device" for change in changes)
        full = self.is_full
        self.offer(self.session.fell_behind(batch.position) if full else self.session.changed(batch, changes))

    def offer(self, outputs: list[out.Output]) -> None:
        """Send what needs no answer."""
        for output in outputs:
            if isinstance(output, out.Send):
                self.put(output.data)
            elif isinstance(output, out.Close):
                self.end(output.code, output.reason)

    def told(self, news: News) -> None:
        """Something concerns the right to this connection."""
        if news == "erased":
            self.offer(self.session.erased())
        else:
            self.spawn(self.look_again())

    def replaced(self) -> None:
        """The same device has opened another connection."""
        self.offer(self.session.replaced())

    async def look_again(self) -> None:
        """Ask the log whether the sign-in, the roles and the device still count, and act on it."""
        sign_in = self.sign_in
        if sign_in is None:
            return
        try:
            closed, actor, blocked, key = await asyncio.to_thread(self._standing, sign_in)
        except AWAY:
            return
        if blocked:
            self.offer(self.session.blocked())
        elif closed:
            self.offer(self.session.signed_out("expired"))
        else:
            self.session.key = key
            self.offer(self.session.acts_as(actor))
            self._listen()

    def _standing(self, sign_in: SignIn) -> tuple[bool, Actor, bool, DeviceKey | None]:
        is_over = not self.is_late() and not self.edge.centre.is_open(sign_in)
        return is_over, self.edge.centre.actor(sign_in), self._is_blocked(sign_in), self._key(sign_in)

    def is_late(self) -> bool:
        """Whether the time of the sign-in is over."""
        return self.sign_in is not None and self.edge.clock() >= self.sign_in.expires_at

    def spawn(self, work: Any) -> None:
        """Do something beside."""
        task: asyncio.Task[None] = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        """A fault beside must not leave the device waiting for an answer: it comes back and asks."""
        self.tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.edge.journal.fault(fault, part="connection")
            self.offer(self.session.restarting(retry_ms(self.edge)))
