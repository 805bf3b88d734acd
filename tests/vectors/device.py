"""Stories of the device's core that both implementations replay: `python -m tests.vectors.device` writes `device.json`.

Those told here come first; those after them were recorded in simulated worlds (`python -m tests.simulation.recording`
records others), and only their actions are written anew. Each story starts from a seed; each step gives an event and
the instant, and the actions that must come out. Keys whose value is null, false or empty (but not `after`, where that
says that nothing is waited for), an outbox's 0 bytes and a greeting's `wall` are left out on both sides.
`random` is what the source of chance always returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec

from store import merkle, notes
from sync import frames as fr
from sync.device import DeviceCore
from sync.device import events as ev

FILE = Path(__file__).parent / "device.json"
RECORDED = "world "
"""How the names of stories begin that were recorded in simulated worlds."""
RANDOM = 0.5
NOW = 1_764_000_000_000
AT = datetime(2025, 11, 24, 16, tzinfo=UTC)
DEVICE, PERSON, LANE, OTHER = (UUID(int=(0xDE << 120) + (4 << 76) + (2 << 62) + n) for n in range(4))
LIMITS = fr.Limits(intents=3, page=900)


def bare(value: Any) -> Any:
    """A value without what is not compared."""
    if isinstance(value, list | tuple):
        return [bare(one) for one in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    kept = {key: bare(one) for key, one in given.items() if key != "wall" and not (key == "bytes" and one == 0)}
    said = {key: one for key, one in kept.items() if one is not None and one is not False}
    return {key: one for key, one in said.items() if key == "after" or one not in ([], {})}


class Story:
    """Steps of one core, written down as they are taken."""

    def __init__(self, name: str, seed: ev.Seed) -> None:
        """Begin."""
        self.core = DeviceCore(seed, lambda: RANDOM)
        self.now = float(NOW)
        self.written: dict[str, Any] = {
            "name": name,
            "random": RANDOM,
            "seed": msgspec.to_builtins(seed),
            "steps": [],
        }

    def handle(self, event: ev.AnyEvent, now: float) -> list[ev.AnyAction]:
        """Take a step at an instant, rounded to milliseconds."""
        self.now = round(now)
        said = msgspec.to_builtins(event)
        actions = self.core.handle(event, self.now)
        self.written["steps"].append({"event": said, "now": self.now, "actions": bare(msgspec.to_builtins(actions))})
        return actions

    def on(self, event: ev.AnyEvent, *, after: float = 10) -> list[ev.AnyAction]:
        """Take a step a little later."""
        return self.handle(event, self.now + after)

    def hear(self, *frames: fr.AnyServerFrame) -> None:
        """Frames come on the connection; what they bring is written at once."""
        for frame in frames:
            for action in self.on(ev.FrameCame(self.core.link, frame)):
                if isinstance(action, ev.CommitRows):
                    self.on(ev.Committed(action.commit.n, action.commit.digest))

    def connect(self, **welcome: Any) -> None:
        """Dial, be greeted, and get an empty page."""
        if self.core.phase is ev.Phase.OFF:
            self.on(ev.Start())
        self.on(ev.Opened(self.core.link, "ticket"))
        self.hear(greeting(**welcome))

    def go_live(self, **welcome: Any) -> None:
        """Connect, and receive everything up to position 5."""
        self.connect(**welcome)
        self.hear(page(to=5))


def greeting(**other: Any) -> fr.Welcome:
    """A welcome."""
    said: dict[str, Any] = {"epoch": "1-a", "origin": "a", "limits": LIMITS, "mode": "live", **other}
    return fr.Welcome(v=1, head=5, now=AT, **said)


def row(id: UUID, pos: int, kind: str = "status") -> fr.Row:
    """A row."""
    return fr.Row(str(id), kind, pos, {"of": pos})


def page(*rows: fr.Row, to: int, more: bool = False, **other: Any) -> fr.PageFrame:
    """A page."""
    said: dict[str, Any] = {"phase": "boot", **other}
    return fr.PageFrame(cursor=f"c{to}", to=to, rows=rows, more=more, **said)


def delta(*rows: fr.Row, after: int, to: int) -> fr.Delta:
    """Live changes."""
    return fr.Delta(from_=after, to=to, cursor=f"c{to}", rows=rows)


def intent(
    n: int,
    *,
    lane: UUID = LANE,
    needs: tuple[int, ...] = (),
    after: tuple[int, ...] = (),
    after_now: tuple[int, ...] | None = None,
    **how: Any,
) -> ev.Pending:
    """The n-th intent; `after_now` is what it comes after whatever its text says."""
    body = fr.IntentBody(
        id=_id(n),
        seq=n,
        lane=lane,
        type="case.note@1",
        args=msgspec.Raw(b'{"text":"\xe5\xae\xb6"}'),
        after=tuple(_id(one) for one in after),
        needs=tuple(_id(one) for one in needs),
        at=AT,
        by=PERSON,
    )
    text = msgspec.json.encode(body).decode()
    now = None if after_now is None else tuple(_id(one) for one in after_now)
    return ev.Pending(id=_id(n), seq=n, lane=lane, needs=body.needs, body=text, after=now, at=AT, **how)


def _id(n: int) -> UUID:
    return UUID(int=(0x1D << 120) + (7 << 76) + (2 << 62) + n)


def ack(b: int, *verdicts: tuple[int, str] | fr.Verdict) -> fr.Ack:
    """An answer; a pair is the number of an intent and its verdict, with code after a colon and position after an @."""
    return fr.Ack(b=b, r=tuple(one if isinstance(one, fr.Verdict) else _verdict(*one) for one in verdicts))


def _verdict(n: int, said: str) -> fr.Verdict:
    rest, _, pos = said.partition("@")
    verdict, _, code = rest.partition(":")
    given = {"id": _id(n), "verdict": verdict, "code": code or None, "pos": int(pos) if pos else None}
    return msgspec.convert(given, fr.Verdict)


def seed(*intents: ev.Pending, stand: ev.Stand | None = None, lease: float | None = None) -> ev.Seed:
    """What a device starts from."""
    last = max((one.seq for one in intents), default=0)
    return ev.Seed(app="1.0", device=DEVICE, stand=stand or ev.Stand(), intents=intents, next_seq=last + 1, lease=lease)


STORIES: dict[str, Callable[[], Story]] = {}


def story(tell: Callable[[], Story]) -> Callable[[], Story]:
    """Register a story under its function's name."""
    STORIES[tell.__name__.replace("_", " ")] = tell
    return tell


def begin(*intents: ev.Pending, **how: Any) -> Story:
    """A story; its name is given when it is written."""
    return Story("", seed(*intents, **how))


@story
def boot_page_after_page_and_live_changes() -> Story:
    """Boot page after page and live changes."""
    told = begin()
    told.connect()
    told.hear(page(row(LANE, 3), to=3, more=True), page(row(OTHER, 4), to=5), page(row(OTHER, 4), to=5))
    told.hear(delta(row(LANE, 6), after=5, to=6), delta(row(LANE, 6), after=5, to=6), delta(after=8, to=9))
    told.hear(page(row(LANE, 9), to=9, phase="delta"), fr.Behind(head=12), page(to=12, phase="delta"))
    told.hear(fr.ServerPing(), fr.ServerPong(), fr.Reset(epoch="1-a", why="cursor"), page(to=12))
    told.on(ev.Tick(), after=60_000)
    return told


@story
def verdicts_of_every_class() -> Story:
    """Verdicts of every class."""
    told = begin()
    told.go_live()
    told.on(ev.Submitted((intent(1), intent(2, lane=OTHER), intent(3), intent(4, lane=OTHER), intent(5))))
    told.hear(ack(1, (1, "applied@7"), (2, "retry:busy"), (3, "held:file-missing")))
    told.hear(ack(2, (4, "held:after-pending"), (5, "conflict:already-claimed")))
    told.on(ev.Tick(), after=600)
    told.on(ev.Uploaded(LANE))
    told.hear(ack(3, (2, "duplicate@6")), ack(4, (3, "refused:forbidden")), delta(row(LANE, 7), after=5, to=8))
    told.on(ev.Tick(), after=2_000)
    told.hear(ack(5, (4, "quarantined:server-fault")))
    return told


@story
def what_needs_a_refused_one_is_offered_and_what_needs_a_quarantined_one_waits() -> Story:
    """What needs a refused one is offered and what needs a quarantined one waits."""
    told = begin()
    told.go_live()
    told.on(ev.Submitted((intent(1), intent(2, lane=OTHER))))
    told.hear(ack(1, (1, "quarantined:server-fault"), (2, "refused:forbidden")))
    told.on(ev.Submitted((intent(3, needs=(1,)), intent(4, lane=OTHER, needs=(2,)), intent(5, after=(3,)))))
    told.hear(ack(2, (4, "held:after-pending"), (5, "held:after-pending")))
    told.on(ev.Tick(), after=1_600)
    told.hear(ack(3, (5, "applied@9")))
    told.on(ev.Removed((_id(1),)))
    told.on(ev.Submitted((intent(6), intent(7, needs=(6,)))))
    told.on(ev.Removed((_id(6),)))
    return told


@story
def what_needs_one_that_was_taken_out_unheard_is_set_aside() -> Story:
    """What needs one that was taken out unheard is set aside."""
    waiting = (intent(6, lane=OTHER, needs=(5,)), intent(9, lane=UUID(int=9), needs=(8,)))
    told = begin(intent(2, needs=(1,)), intent(3, after=(2,)), *waiting)
    told.go_live()
    told.hear(ack(1, *(_waits(n, after=n - 1) for n in (2, 3, 6, 9))))
    told.hear(ack(0, (5, "duplicate@4"), (8, "quarantined:server-fault")))
    told.on(ev.Tick(), after=1_600)
    return told


def _waits(n: int, *, after: int) -> fr.Verdict:
    return fr.Verdict(id=_id(n), verdict="held", code="after-pending", params={"after": str(_id(after))})


@story
def a_lost_answer_is_asked_for_by_pushing_again() -> Story:
    """A lost answer is asked for by pushing again."""
    told = begin(intent(1), intent(2), intent(3), intent(4))
    told.go_live()
    told.on(ev.Closed(told.core.link, 1006))
    told.on(ev.Tick(), after=600)
    told.go_live()
    told.hear(ack(3, (1, "duplicate@4"), (2, "applied@7"), (3, "applied@8")))
    told.on(ev.Tick(), after=60_100)
    return told


@story
def a_malformed_intent_is_found_by_pushing_one_at_a_time() -> Story:
    """A malformed intent is found by pushing one at a time."""
    told = begin(intent(1), intent(2))
    for _ in range(4):
        told.go_live()
        told.on(ev.Closed(told.core.link, 4400))
        told.on(ev.Tick(), after=61_000)
    told.go_live()
    told.hear(fr.Error(code="unreadable-intent"), ack(0), ack(5), ack(6))
    told.on(ev.Closed(told.core.link, 1006))
    told.on(ev.Tick(), after=61_000)
    told.go_live()
    told.hear(ack(0, (2, "duplicate@3")))
    return told


@story
def the_sign_in_ends_and_is_renewed() -> Story:
    """The sign in ends and is renewed."""
    told = begin()
    told.go_live()
    told.on(ev.Submitted((intent(1),)))
    told.hear(fr.AuthRequired(why="expired", grace_ms=120_000), fr.AuthRequired(why="expired", grace_ms=120_000))
    told.on(ev.Submitted((intent(2),)))
    told.on(ev.Ticket(told.core.link, "new"))
    told.hear(ack(1, (1, "auth:expired")))
    told.hear(ack(2, (2, "auth:expired")), ack(3, (1, "auth:expired")))
    told.on(ev.SignedIn())
    told.on(ev.TicketRefused(told.core.link))
    told.on(ev.Kick())
    told.go_live()
    told.hear(ack(4, (1, "auth:other-person")))
    return told


@story
def a_lease_runs_out_and_is_renewed_by_a_sign_in() -> Story:
    """A lease runs out and is renewed by a sign in."""
    told = begin()
    told.go_live(lease_until=AT + timedelta(hours=1))
    told.on(ev.Tick(), after=60_010)
    told.on(ev.Closed(told.core.link, 1006))
    told.on(ev.Closed(told.core.link, 1006))
    told.on(ev.Tick(), after=3_600_000)
    told.on(ev.Kick())
    told.on(ev.SignedIn())
    told.on(ev.Closed(told.core.link, 1006))
    told.on(ev.SignedIn())
    told.go_live(lease_until=AT + timedelta(hours=1))
    return told


@story
def a_device_is_opened_past_its_lease() -> Story:
    """A device is opened past its lease."""
    told = begin(lease=float(NOW - 1))
    told.on(ev.Start())
    told.on(ev.Submitted((intent(1),)))
    told.on(ev.Reachable())
    told.on(ev.SignedIn())
    told.connect()
    return told


@story
def a_digest_that_differs_is_answered_by_one_boot() -> Story:
    """A digest that differs is answered by one boot."""
    told = begin()
    told.connect()
    told.on(ev.FrameCame(told.core.link, page(to=5, digest="1-1")))
    told.on(ev.Committed(1, "0-0"))
    told.on(ev.FrameCame(told.core.link, page(to=5, digest="1-1")))
    told.on(ev.Committed(2, "0-0"))
    told.hear(fr.Reset(epoch="1-a", why="digest"))  # a boot did not help: on from where the rows are
    told.on(ev.FrameCame(told.core.link, page(to=6, digest="1-1")))
    told.on(ev.Committed(3, "1-1"))
    return told


@story
def the_word_of_the_server_that_rows_differ_is_taken_once_an_hour() -> Story:
    """The word of the server that rows differ is taken once an hour."""
    told = begin()
    told.connect()
    told.hear(fr.Reset(epoch="1-a", why="digest"))
    told.hear(page(to=6, digest="1-1"))
    told.hear(fr.Reset(epoch="1-a", why="digest"))
    told.hear(page(to=7, digest="1-1"))
    told.on(ev.FrameCame(told.core.link, fr.ServerPing()), after=3_590_000)
    told.hear(fr.Reset(epoch="1-a", why="digest"))
    told.hear(page(to=8, digest="1-1"))
    told.on(ev.FrameCame(told.core.link, fr.ServerPing()), after=3_610_000)
    told.on(ev.Tick())
    return told


@story
def a_log_restored_from_a_backup_is_offered_what_it_has_lost() -> Story:
    """A log restored from a backup is offered what it has lost."""
    stand = ev.Stand(epoch="1-a", origin="a", cursor="c9", to=9, checkpoint=9)
    told = begin(intent(5), stand=stand)
    told.connect(epoch="1-b", origin="b", restored=fr.Restored(origin="a", size=4))
    told.on(ev.Kept((intent(1, state="applied", pos=3), intent(2, state="applied", pos=7))))
    told.hear(page(row(LANE, 3), to=4))
    told.hear(ack(0, (1, "duplicate@3")))
    told.hear(ack(1, (2, "applied@6"), (5, "applied@7")))
    told.hear(delta(row(LANE, 7), after=4, to=8))
    return told


@story
def the_answer_about_a_restored_log_is_lost_and_asked_for_again() -> Story:
    """The answer about a restored log is lost and asked for again."""
    stand = ev.Stand(epoch="1-a", origin="a", cursor="c9", to=9, checkpoint=9)
    restored = {"epoch": "1-b", "origin": "b", "restored": fr.Restored(origin="a", size=4)}
    told = begin(intent(5), stand=stand)
    told.connect(**restored)
    told.on(ev.Kept((intent(1, state="applied", pos=3),)))
    told.hear(page(to=4))
    told.on(ev.Tick(), after=60_000)
    told.on(ev.Tick(), after=60_000)
    told.connect(**restored)
    told.on(ev.Kept(()))
    told.hear(page(to=4))
    return told


@story
def what_a_restored_log_has_lost_goes_before_what_followed_it() -> Story:
    """What a restored log has lost goes before what followed it, whatever they named before."""
    stand = ev.Stand(epoch="1-a", origin="a", cursor="c9", to=9, checkpoint=9)
    told = begin(intent(3, state="applied", pos=8), intent(4, state="sent"), intent(5, after=(4,)), stand=stand)
    told.connect(epoch="1-c", origin="c", restored=fr.Restored(origin="b", size=4, names=("a", "b")))
    kept = (intent(2, state="applied", pos=7, after=(1,)), intent(3, state="applied", pos=8), intent(4, state="sent"))
    told.on(ev.Kept(kept))
    told.hear(ack(0))
    told.hear(page(to=4), ack(1, (2, "applied@6"), (3, "applied@7"), (4, "applied@8")))
    return told


LEAVES = [bytes([n]) * 32 for n in range(9)]
KEY, NEXT_KEY, RESTORED_KEY = (notes.Signer(name, bytes([seed]) * 32) for name, seed in (("a", 1), ("a", 2), ("b", 3)))
FORGER = notes.Signer("a", bytes([4]) * 32)


class _Trees(list[bytes]):
    """A log's leaves as a tree."""

    def node(self, height: int, number: int) -> bytes:
        """See `merkle.Subtrees`."""
        if height == 0:
            return self[number]
        return merkle.parent(self.node(height - 1, 2 * number), self.node(height - 1, 2 * number + 1))


def proven(
    leaves: list[bytes], *signers: notes.Signer, name: str = "a", keys: tuple[fr.LogKey, ...] = (), before: str = ""
) -> fr.Proven:
    """What a log of these leaves says of itself."""
    signers = signers or (KEY,)
    checkpoint = notes.Checkpoint(name, len(leaves), merkle.root(_Trees(leaves), len(leaves)))
    return fr.Proven(notes.signed(checkpoint.text, signers), keys or (fr.LogKey(KEY.verifier_key),), before)


def path(leaves: list[bytes], old: int) -> tuple[str, ...]:
    """The proof that a log of these leaves begins with its first ones."""
    return tuple(one.hex() for one in merkle.consistency(_Trees(leaves), old, len(leaves)))


def endorsed(key: notes.Signer, by: notes.Signer) -> tuple[fr.LogKey, ...]:
    """A key and the one after it."""
    return (
        fr.LogKey(by.verifier_key),
        fr.LogKey(key.verifier_key, notes.signed(f"{key.verifier_key}\n", [by])),
    )


def seen(size: int, leaves: list[bytes] = LEAVES) -> ev.Stand:
    """What a device holds that has seen the first leaves of log a."""
    root = merkle.root(_Trees(leaves), size).hex()
    tree = ev.Tree(origin="a", size=size, root=root, keys=(KEY.verifier_key,))
    return ev.Stand(epoch="1-a", origin="a", tree=tree, cursor="c9", to=9, checkpoint=9)


@story
def the_first_tree_is_believed_and_remembered() -> Story:
    """The first tree is believed and remembered, and the next welcome is held against it."""
    told = begin()
    told.go_live(tree=proven(LEAVES[:5]))
    told.on(ev.Closed(told.core.link, 1006))
    told.on(ev.Tick(), after=2_000)
    told.go_live(tree=proven(LEAVES), proof=path(LEAVES, 5))
    return told


@story
def a_log_that_was_written_anew_is_found_out_whoever_signs_it() -> Story:
    """A log that was written anew is found out, whoever signs it: nothing is pushed, and only a sign-in tries again."""
    anew = [*LEAVES[:3], b"x" * 32, *LEAVES[4:]]
    told = begin(intent(5), stand=seen(5))
    told.connect(tree=proven(anew), proof=path(anew, 5))
    told.on(ev.Kick())
    told.on(ev.SignedIn())
    told.on(ev.Opened(told.core.link, "ticket"))
    told.hear(greeting(tree=proven(LEAVES), proof=path(LEAVES, 5)))
    told.hear(page(to=5))
    return told


@story
def a_log_whose_end_was_cut_off_is_found_out() -> Story:
    """A log whose end was cut off is found out."""
    told = begin(intent(5), stand=seen(7))
    told.connect(tree=proven(LEAVES[:6]))
    return told


@story
def a_tree_that_nobody_known_has_signed_counts_for_nothing() -> Story:
    """A tree that nobody known has signed counts for nothing, though it follows from what was seen."""
    told = begin(intent(5), stand=seen(5))
    told.connect(tree=proven(LEAVES, FORGER, keys=(fr.LogKey(FORGER.verifier_key),)), proof=path(LEAVES, 5))
    return told


@story
def a_key_that_the_one_before_has_endorsed_is_trusted() -> Story:
    """A key that the one before has endorsed is trusted from then on."""
    told = begin(stand=seen(5))
    told.go_live(tree=proven(LEAVES[:7], NEXT_KEY, keys=endorsed(NEXT_KEY, KEY)), proof=path(LEAVES[:7], 5))
    told.on(ev.Closed(told.core.link, 1006))
    told.on(ev.Tick(), after=2_000)
    told.go_live(tree=proven(LEAVES, NEXT_KEY, keys=endorsed(NEXT_KEY, KEY)), proof=path(LEAVES, 7))
    return told


@story
def a_key_that_somebody_else_has_endorsed_is_not() -> Story:
    """A key that somebody else has endorsed is not."""
    told = begin(stand=seen(5))
    told.connect(tree=proven(LEAVES, NEXT_KEY, keys=endorsed(NEXT_KEY, FORGER)), proof=path(LEAVES, 5))
    return told


@story
def who_proves_nothing_is_not_handed_anything() -> Story:
    """Who proves nothing is not handed anything, and is dialled again."""
    told = begin(intent(5), stand=seen(5))
    told.connect()
    told.on(ev.Tick(), after=2_000)
    told.go_live(tree=proven(LEAVES), proof=path(LEAVES, 5))
    return told


def _restored(before: list[bytes], *, keys: tuple[fr.LogKey, ...], seen_by_device: int) -> dict[str, Any]:
    """The welcome of log b, which was restored from log a as it had these leaves."""
    was = proven(before)
    now = proven(LEAVES[:2], RESTORED_KEY, name="b", keys=keys, before=was.note)
    proof = path(before, seen_by_device) if seen_by_device <= len(before) else ()
    return {
        "epoch": "1-b",
        "origin": "b",
        "restored": fr.Restored(origin="a", size=4),
        "tree": now,
        "proof": proof,
    }


@story
def a_restored_log_is_followed_once_everything_was_asked() -> Story:
    """A restored log that holds what was seen is followed, and remembered, once everything was asked."""
    told = begin(stand=seen(5))
    told.connect(**_restored(LEAVES[:7], keys=endorsed(RESTORED_KEY, KEY), seen_by_device=5))
    told.on(ev.Kept((intent(1, state="applied", pos=3),)))
    told.hear(ack(0, (1, "duplicate@3")))
    told.hear(page(to=4))
    return told


@story
def a_restored_log_may_have_lost_the_end_of_what_was_seen() -> Story:
    """A restored log may have lost the end of what was seen."""
    told = begin(stand=seen(7))
    told.connect(**_restored(LEAVES[:4], keys=endorsed(RESTORED_KEY, KEY), seen_by_device=7))
    told.on(ev.Kept(()))
    told.hear(page(to=4))
    return told


@story
def a_restored_log_may_not_have_changed_what_was_seen() -> Story:
    """A restored log may not have changed what was seen."""
    anew = [b"x" * 32, *LEAVES[1:]]
    told = begin(intent(5), stand=seen(5))
    told.connect(**_restored(anew, keys=endorsed(RESTORED_KEY, KEY), seen_by_device=5))
    return told


@story
def a_log_that_says_it_was_restored_needs_the_signature_of_the_one_before() -> Story:
    """A log that says it was restored needs the signature of the one before."""
    told = begin(intent(5), stand=seen(5))
    told.connect(**_restored(LEAVES[:7], keys=(fr.LogKey(RESTORED_KEY.verifier_key),), seen_by_device=5))
    return told


@story
def an_act_keeps_its_words_whatever_it_waits_for() -> Story:
    """The line repeats a push: its copy is judged, and only the answer that came too early arrives."""
    told = begin(intent(4, after=(3,), after_now=(), state="held"))
    told.go_live()
    told.hear(ack(1, (4, "duplicate@4")))
    told.on(ev.Submitted((intent(5), intent(6, after=(5,)), intent(7, after=(6,), needs=(6,)))))
    told.hear(ack(2, (5, "refused:forbidden"), (6, "held:after-pending"), (7, "held:after-pending")))
    told.on(ev.Closed(told.core.link, 1006))
    told.on(ev.Tick(), after=2_000)
    told.go_live()
    told.on(ev.Tick(), after=3_000)
    told.hear(ack(3, (6, "duplicate@6")), ack(4, (7, "applied@8")))
    return told


@story
def a_boot_that_was_broken_off_settles_nothing() -> Story:
    """Rows that came into a shadow do not show when the shadow is dropped."""
    stand = ev.Stand(
        epoch="1-a", origin="a", cursor="c5", to=5, checkpoint=5, rows=(ev.HeldRow(str(LANE), "status", 3),)
    )
    told = begin(intent(1, state="sent"), stand=stand)
    told.connect(epoch="2-a")
    told.hear(page(row(LANE, 7), to=7, more=True), fr.Reset(epoch="3-a", why="epoch"))
    told.hear(ack(1, (1, "duplicate@7")), page(row(LANE, 7), to=7, more=True), page(to=8))
    return told


@story
def a_difference_is_answered_by_three_boots_an_hour() -> Story:
    """A difference is answered by three boots an hour, and an empty page is compared too."""
    stand = ev.Stand(epoch="1-a", origin="a", cursor="c5", to=5, checkpoint=5, digest="0-0")
    told = begin(stand=stand)
    told.connect()
    told.hear(page(to=5, digest="1-1", phase="delta"))
    for n in range(1, 5):
        told.on(ev.FrameCame(told.core.link, page(to=5, digest="1-1")))
        told.on(ev.Committed(n, "0-0"))
    told.hear(fr.Reset(epoch="1-a", why="digest"), page(to=5, digest="1-1", phase="delta"))
    told.on(ev.Closed(told.core.link, 1006))
    told.on(ev.Tick(), after=3_600_000)
    told.connect()
    told.hear(page(to=5, digest="1-1", phase="delta"))
    told.on(ev.FrameCame(told.core.link, page(to=5, digest="1-1")))
    told.on(ev.Committed(4, "1-1"))
    return told


@story
def another_log_locks_the_device() -> Story:
    """Another log locks the device."""
    stand = ev.Stand(epoch="1-a", origin="a", cursor="c9", to=9, checkpoint=9)
    told = begin(intent(1), stand=stand)
    told.connect(epoch="1-z", origin="z")
    told.on(ev.Kick())
    told.on(ev.Reachable())
    told.on(ev.SignedIn())
    told.connect(epoch="1-a", origin="a")
    return told


@story
def rows_are_revoked_and_a_device_is_blocked() -> Story:
    """Rows are revoked and a device is blocked."""
    told = begin()
    told.connect()
    told.hear(page(row(LANE, 3), row(OTHER, 4), to=5))
    told.hear(fr.Revoke(cases=(str(LANE),), wipe=False))
    told.hear(fr.Revoke(wipe=True), fr.Reset(epoch="1-a", why="scopes"), page(to=6))
    told.hear(fr.Revoke(wipe=True))
    told.on(ev.Closed(told.core.link, 4403))
    told.on(ev.Submitted((intent(1),)))
    return told


@story
def rows_cannot_be_read_yet() -> Story:
    """Rows cannot be read yet."""
    told = begin()
    told.connect(mode="warming")
    told.hear(fr.Wait(why="warming", done=1, total=2, retry_ms=500))
    told.on(ev.Submitted((intent(1),)))
    told.on(ev.Tick(), after=490)
    told.hear(fr.Wait(why="lagging", retry_ms=10))
    told.hear(page(to=5))
    return told


@story
def an_answer_to_a_pull_does_not_come() -> Story:
    """An answer to a pull does not come."""
    told = begin()
    told.connect()
    for _ in range(4):
        told.on(ev.FrameCame(told.core.link, fr.ServerPing()), after=20_000)
    told.on(ev.Tick(), after=0)
    return told


@story
def a_welcome_does_not_come() -> Story:
    """A welcome does not come."""
    told = begin()
    told.on(ev.Start())
    told.on(ev.Opened(1, "ticket"))
    for _ in range(3):
        told.on(ev.FrameCame(1, fr.ServerPing()), after=20_000)
    told.on(ev.Tick(), after=0)
    return told


@story
def rows_cannot_be_written() -> Story:
    """Rows cannot be written."""
    told = begin()
    told.connect()
    told.on(ev.FrameCame(told.core.link, page(row(LANE, 1), to=1, more=True)))
    told.on(ev.CommitFailed())
    told.on(ev.Committed(1, "1-1"))
    told.on(ev.Tick(), after=16_000)
    told.go_live()
    return told


@story
def an_app_is_too_old() -> Story:
    """An app is too old."""
    told = begin()
    told.go_live()
    told.hear(fr.Upgrade(min_app="2", hard=False, by=AT))
    told.hear(fr.Upgrade(min_app="2", hard=True))
    told.on(ev.Kick())
    told.on(ev.Closed(told.core.link, 4426))
    return told


@story
def the_server_restarts_or_sends_the_device_away() -> Story:
    """The server restarts or sends the device away."""
    told = begin()
    for code, reason in ((4503, "1234"), (4503, "900000"), (4503, "x"), (4409, ""), (4429, ""), (1006, "")):
        told.go_live()
        told.on(ev.Closed(told.core.link, code, reason))
        told.on(ev.Tick(), after=100_000)
    told.on(ev.Kick(), after=5_000)
    told.on(ev.Stop())
    told.on(ev.Closed(told.core.link, 1006))
    return told


@story
def two_pulls_were_under_way() -> Story:
    """A page that comes when nothing was asked for means that the server is elsewhere."""
    told = begin()
    told.connect()
    told.hear(fr.Revoke(wipe=True), page(to=5), fr.Reset(epoch="1-a", why="scopes"), page(to=6))
    told.hear(page(row(LANE, 3), to=3, more=True), page(to=7, phase="delta"))
    return told


@story
def an_act_outside_of_what_is_seen_shows_in_a_checkpoint() -> Story:
    """An act outside of what is seen shows in a checkpoint."""
    told = begin()
    told.go_live()
    told.on(ev.Submitted((intent(1),)))
    told.hear(ack(1, (1, "applied@9")))
    told.on(ev.Tick(), after=60_000)
    told.hear(page(to=9, phase="delta"))
    return told


def kept() -> list[Story]:
    """Stories of devices in simulated worlds that are in the file, told again by the core of today."""
    told: list[Story] = []
    for old in msgspec.json.decode(FILE.read_bytes())["stories"]:
        if not old["name"].startswith(RECORDED):
            continue
        story = Story(old["name"], msgspec.convert(old["seed"], ev.Seed))
        for step in old["steps"]:
            story.handle(msgspec.convert(step["event"], ev.AnyEvent), step["now"])
        told.append(story)
    return told


def written(others: Iterable[Story]) -> bytes:
    """The file: what is told here, and other stories after it."""
    stories = [{**tell().written, "name": name} for name, tell in STORIES.items()]
    stories += [story.written for story in others]
    lines = ",\n".join(msgspec.json.encode(story).decode() for story in stories)
    return f'{{"form":1,"stories":[\n{lines}\n]}}\n'.encode()


if __name__ == "__main__":
    FILE.write_bytes(written(kept()))
