"""Worlds in which one rule of the protocol is missing; the invariants must notice each of them within a few seeds.

Nothing of this is in the product: a mutant replaces a function while its world lives.
"""

# Mutants reach into what nothing else may.
# pyright: reportPrivateUsage=false, reportUnknownLambdaType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.actors import Actor
from domain.decisions import Call
from projections.database import Change
from projections.following import Batch
from projections.reader import Page
from store.answers import Answer
from store.receipts import CommandFaulted
from sync import frames as fr
from sync import outputs as out
from sync.device import events as ev
from sync.device.lanes import Lanes, Slot
from sync.device.standing import Standing
from sync.feed import Feed, Reach
from tests.simulation.disk import Cache, Disk
from tests.simulation.gadget import Gadget
from tests.simulation.model import Centre, Doc, Refuse
from tests.simulation.server import Exchange
from tests.simulation.world import World


class Mutant(Struct, frozen=True):
    """A world without one rule.

    Attributes:
        rule: what it leaves out, and where the protocol says it.
        theme: of the worlds in which it is looked for.
        caught_as: invariants of which one must break.
        change: replaces what carries the rule, while it is open.
    """

    name: str
    rule: str
    theme: str
    caught_as: tuple[str, ...]
    change: Callable[[], contextlib.AbstractContextManager[Any]]


MUTANTS: list[Mutant] = []


def mutant(rule: str, *caught_as: str, theme: str = "anything") -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register the change that takes a rule away."""

    def register(change: Callable[[], Any]) -> Callable[[], Any]:
        MUTANTS.append(Mutant(change.__name__.replace("_", "-"), rule, theme, caught_as, change))
        return change

    return register


# The server's side


@mutant(
    "6.1: facts and receipts are committed before anything is acknowledged",
    "I1",
    "I2",
    "I3",
    "I5",
    "I6",
    theme="centre",
)
def answers_before_the_commit() -> Any:
    """Answers before the commit."""

    def submit(self: World, exchange: Exchange, judge: out.Judge, calls: list[Call]) -> None:
        actors = {one.actor.id: one.actor for one in self.people.values()}
        exchange.answered(judge, self.centre.copy().judge(calls, self.time(), actors))
        self.after(400, _commit_at_last, self, calls, self.run)

    return patch.object(World, "submit", submit)


def _commit_at_last(world: World, calls: list[Call], run: int) -> None:
    if run == world.run:
        world.judge(calls, {one.actor.id: one.actor for one in world.people.values()})
        world.follow(run)
        if world.crash_at_commit:
            world.crash()


@mutant("2: the receipt of an intent makes the second one a duplicate", "I1", "I2", "I3", "I5")
def forgets_receipts() -> Any:
    """Forgets receipts."""

    def answer(self: Centre, call: Call, now: Any, by: Actor) -> Answer:
        self.receipts.pop((by.id, call.id), None)
        return real(self, call, now, by)

    real = Centre.answer
    return patch.object(Centre, "answer", answer)


@mutant("3: `after` must have a final verdict first", "I4", theme="anything")
def ignores_after() -> Any:
    """Ignores after."""

    def require_order(self: Centre, call: Call, by: Actor) -> None:
        real(self, msgspec.structs.replace(call, after=()), by)

    real = Centre.require_order
    return patch.object(Centre, "require_order", require_order)


@mutant("3: `needs` must have been applied", "I5")
def ignores_needs() -> Any:
    """Ignores needs."""

    def require_order(self: Centre, call: Call, by: Actor) -> None:
        real(self, msgspec.structs.replace(call, needs=()), by)

    real = Centre.require_order
    return patch.object(Centre, "require_order", require_order)


@mutant("6.5: a page holds rows of the person's scopes only", "I8", "I10")
def sends_rows_of_others() -> Any:
    """Sends rows of others."""

    def page(self: Centre, scopes: Iterable[str], after: tuple[int, str], page_bytes: int, since: int) -> Page:
        return real(self, self.rows.keys(), after, page_bytes, since)

    real = Centre.page
    return patch.object(Centre, "page", page)


@mutant("6.10: a right that ends is revoked on the open socket at once", "I8", "I10", theme="rights")
def keeps_serving_after_a_role_was_lost() -> Any:
    """Keeps serving after a role was lost."""
    return patch.object(Exchange, "look_again", lambda self: None)


@mutant("6.10: on the next hello what was revoked goes before any row", "I8", "I10", theme="rights")
def trusts_the_cursor_of_other_scopes() -> Any:
    """Trusts the cursor of other scopes."""

    @contextlib.contextmanager
    def change() -> Generator[None]:
        with (
            patch.object(Feed, "stands_elsewhere", lambda self, cursor: False),
            patch.object(Feed, "_stale", lambda self, cursor: "" if cursor else "cursor"),
        ):
            yield

    return change()


@mutant("6.5: what leaves a scope is sent as gone", "I6", "I8", "I10")
def forgets_departures() -> Any:
    """Forgets departures."""

    def page(self: Feed, page: Page) -> Any:
        return real(self, page._replace(gone=[], digest=None))

    def changed(self: Feed, batch: Batch, relevant: Iterable[Change]) -> Any:
        return real_changed(self, batch, [change for change in relevant if change.row is not None])

    real, real_changed = Feed.page, Feed.changed
    return patch.multiple(Feed, page=page, changed=changed, compared=lambda self, known, said: [])


@mutant("6.4: the device's clock is kept as evidence and decides nothing", "I11", theme="clocks")
def refuses_what_comes_from_the_future() -> Any:
    """Refuses what comes from the future."""

    def decide(self: Centre, call: Call, now: Any, by: Actor, doc: Doc | None) -> Doc:
        if call.captured_at is not None and call.captured_at > now + timedelta(minutes=5):
            raise Refuse("refused", "invalid")
        return real(self, call, now, by, doc)

    real = Centre.decide
    return patch.object(Centre, "decide", decide)


@mutant("3: a slow device is told to pull instead of being sent ever more", "I9", theme="slow")
def queues_without_bound() -> Any:
    """Queues without bound."""
    return patch.object(Exchange, "is_full", property(lambda self: False))


@mutant("6.1: a fault sets the intent aside, and its receipt says so for ever", "I1", "I3", "I5", "I6", "I10")
def takes_a_fault_for_done() -> Any:
    """Takes a fault for done."""

    def faulted(self: Centre, call: Call, by: Actor) -> Answer:
        receipt = CommandFaulted(
            type=call.command.type, digest=call.digest, lane=call.lane, fault="", program="", payload=None
        )
        self.keep(by.id, call.id, receipt)
        return Answer(verdict="applied", pos=self.head)

    return patch.object(Centre, "faulted", faulted)


@mutant("3: what changes while a device pulls is in a later page", "I10")
def forgets_what_changed_while_pulling() -> Any:
    """Forgets what changed while pulling."""

    def changed(self: Feed, batch: Batch, relevant: Iterable[Change]) -> Any:
        if self.reach is Reach.LIVE and not self.held and batch.position > self._reached[0]:
            self._reached = (batch.position, "")
            return [] if batch.position % 3 == 0 else real(self, batch, relevant)
        return real(self, batch, relevant)

    real = Feed.changed
    return patch.object(Feed, "changed", changed)


# The device's side


@mutant("4: an act settles when its row has come or a checkpoint has passed it, not any page (R3)", "I6", theme="slow")
def settles_early() -> Any:
    """Settles early."""

    def shows(self: Standing, lane: str, pos: int) -> bool:
        return self._to >= pos or self._received_to >= pos or real(self, lane, pos)

    real = Standing.shows
    return patch.object(Standing, "shows", shows)


@mutant("8: page and cursor are written in one transaction (R1)", "I6", "I10")
def writes_the_cursor_first() -> Any:
    """Writes the cursor first."""

    def write(self: Cache, commit: ev.Commit) -> str:
        if commit.to % 7 == 3:
            commit = msgspec.structs.replace(commit, rows=())
        return real(self, commit)

    real = Cache.write
    return patch.multiple(Cache, write=write, digest=lambda self: None)


@mutant("6.7: a reset keeps the outbox", "I1", theme="centre")
def empties_the_outbox_at_a_reset() -> Any:
    """Empties the outbox at a reset."""

    def write(self: Gadget, commit: ev.Commit) -> str:
        if commit.start and commit.epoch != (self.disk.cache.stand.epoch or commit.epoch):
            self.disk.open.clear()
        return real(self, commit)

    real = Gadget.write
    return patch.object(Gadget, "write", write)


@mutant("5: what is set aside stays with its payload until the person moves it on", "I1")
def drops_what_was_set_aside() -> Any:
    """Drops what was set aside."""

    def judged(self: Disk, change: ev.Judgement) -> None:
        real(self, change)
        self.aside.pop(change.id, None)

    real = Disk.judged
    return patch.object(Disk, "judged", judged)


@mutant("5: an ended sign-in holds the outbox and refuses nothing", "I1", theme="rights")
def takes_an_ended_sign_in_for_a_refusal() -> Any:
    """Takes an ended sign in for a refusal."""

    def judge(self: Lanes, b: int, verdicts: Iterable[fr.Verdict], now: float) -> Any:
        taken = [msgspec.structs.replace(one, verdict="refused") if one.verdict == "auth" else one for one in verdicts]
        return real(self, b, taken, now)

    real = Lanes.judge
    return patch.object(Lanes, "judge", judge)


@mutant("4: what was under way when the connection ended is in doubt and goes again", "I1", "I4", "I5", "I10")
def takes_silence_for_an_answer() -> Any:
    """Takes silence for an answer."""

    def disconnected(self: Lanes, *, malformed: bool = False) -> Any:
        flying = [id for flight in self._flights.values() for id in flight.ids]
        changes = real(self, malformed=malformed)
        for id in flying:
            self._open.pop(id, None)
            self._timed.discard(id)
            self._suspects.discard(id)
        return changes

    real = Lanes.disconnected
    return patch.object(Lanes, "disconnected", disconnected)


@mutant("2: a second offer carries the id of the first", "I1", "I2", "I5")
def gives_a_new_id_when_offered_again() -> Any:
    """Gives a new id when offered again."""

    def disconnected(self: Lanes, *, malformed: bool = False) -> Any:
        flying = [id for flight in self._flights.values() for id in flight.ids]
        for id in flying:
            slot = self._open.get(id)
            if slot is not None and slot.it.body.startswith("{"):
                fresh = str(UUID(int=id.int ^ (1 << 40)))
                slot.signed = fr.SignedIntent(slot.it.body.replace(str(id), fresh))
        return real(self, malformed=malformed)

    @contextlib.contextmanager
    def change() -> Generator[None]:
        with (
            patch.object(Lanes, "disconnected", disconnected),
            patch.object(Gadget, "are_the_words", lambda self, push: True),
        ):
            yield

    real = Lanes.disconnected
    return change()


@mutant("2: an intent is offered in the same words ever after (L7)", "I1", "I5", theme="echoes")
def changes_the_words_of_what_was_offered() -> Any:
    """Changes the words of what was offered."""

    def relink(self: Lanes, slot: Slot, after: tuple[UUID, ...]) -> None:
        said = msgspec.json.decode(slot.it.body)
        slot.it.body = msgspec.json.encode({**said, "after": [str(id) for id in after]}).decode()
        slot.it.after = after
        slot.signed = fr.SignedIntent(slot.it.body)

    @contextlib.contextmanager
    def change() -> Generator[None]:
        with (
            patch.object(Lanes, "_relink", relink),
            patch.object(Gadget, "are_the_words", lambda self, push: True),
        ):
            yield

    return change()


@mutant("6.8: rows of a log that was restored since show nothing", "I6", theme="centre")
def counts_rows_of_another_log() -> Any:
    """Counts rows of another log."""

    def reset(self: Standing, epoch: str) -> None:
        rows = self._lanes
        real(self, epoch)
        self._lanes = rows

    real = Standing.reset
    return patch.object(Standing, "reset", reset)


@mutant("5: what looks malformed is set aside only if the server does not know it (L5)", "I1", "I5", theme="echoes")
def sets_aside_without_asking() -> Any:
    """Sets aside without asking."""

    def ask(self: Lanes, now: float) -> tuple[UUID, ...]:
        for id in list(self._accused):
            self._finish(self._open[id], "quarantined")
        return ()

    return patch.object(Lanes, "ask", ask)


@mutant("5: only what needs a set-aside intent waits for it (L2)", "I5")
def lets_one_bad_intent_block_all() -> Any:
    """Lets one bad intent block all."""

    def next_batch(self: Lanes, limits: fr.Limits, now: float) -> Any:
        return None if "quarantined" in self._aside.values() else real(self, limits, now)

    real = Lanes.next
    return patch.object(Lanes, "next", next_batch)


@mutant("3: a late or repeated page or delta changes nothing (R2)", "I6", "I7", "I10", theme="wires")
def takes_what_is_late() -> Any:
    """Takes what is late."""

    def delta(self: Standing, frame: fr.Delta) -> Any:
        return self._queue(frame, complete=True, start=False, finish=False, digest=None)

    return patch.object(Standing, "delta", delta)


@mutant("3: live changes after a gap are pulled", "I6", "I10", theme="wires")
def overlooks_a_gap() -> Any:
    """Overlooks a gap."""

    def delta(self: Standing, frame: fr.Delta) -> Any:
        if frame.to <= self._received_to:
            return None
        return self._queue(frame, complete=True, start=False, finish=False, digest=None)

    @contextlib.contextmanager
    def change() -> Generator[None]:
        with (
            patch.object(Standing, "delta", delta),
            patch.object(Standing, "differs", lambda self, wanted, now: False),
            patch.object(Feed, "compared", lambda self, known, said: []),
        ):
            yield

    return change()


@mutant("6.6: a digest that differs leads to a boot", "I6", "I10")
def ignores_digests() -> Any:
    """Ignores digests."""

    @contextlib.contextmanager
    def change() -> Generator[None]:
        with (
            patch.object(Standing, "differs", lambda self, wanted, now: False),
            patch.object(Feed, "compared", lambda self, known, said: []),
        ):
            yield

    return change()


@mutant("6.8: what a restored log has lost is offered again", "I3", "I6", theme="centre")
def offers_nothing_to_a_restored_log() -> Any:
    """Offers nothing to a restored log."""
    return patch.object(Disk, "kept", lambda self: ())


@mutant("6.7: a boot fills a shadow that takes the place of the old rows (R4)", "I6", "I8", "I10")
def boots_over_the_old_rows() -> Any:
    """Boots over the old rows."""

    def write(self: Cache, commit: ev.Commit) -> str:
        return real(self, msgspec.structs.replace(commit, start=False, finish=False))

    real = Cache.write
    return patch.multiple(Cache, write=write, digest=lambda self: None)


@mutant(
    "8: two leaders are harmless because a page that does not continue what is there is not written",
    "I6",
    "I7",
    "I10",
    theme="tabs",
)
def writes_over_another_tab() -> Any:
    """Writes over another tab."""
    return patch.object(Gadget, "write", lambda self, commit, real=Gadget.write: _forgetting(self, commit, real))


def _forgetting(gadget: Gadget, commit: ev.Commit, write: Callable[[Gadget, ev.Commit], str]) -> str:
    for tab in gadget.tabs:
        tab.known = gadget.disk.cache.stand.cursor if tab.known is not None else tab.known
    digest = write(gadget, commit)
    for tab in gadget.tabs:
        tab.known = gadget.disk.cache.stand.cursor
    return digest


@mutant("5: what was set aside without a receipt does not hold its lane (L6)", "I5")
def waits_for_ever_behind_what_was_set_aside() -> Any:
    """Waits for ever behind what was set aside."""
    return patch.object(Lanes, "_freed", lambda self, slot: None)
