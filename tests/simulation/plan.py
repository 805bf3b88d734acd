"""What happens in a world: acts of people and faults of everything else, drawn from a seed, each told in a sentence."""

from __future__ import annotations

import random
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.actors import Role
from domain.case.commands import FileRef
from sync.device import events as ev
from tests.simulation.gadget import Gadget
from tests.simulation.network import Link, Weather
from tests.simulation.world import World

MINUTE_MS = 60_000.0
LONGEST_PAUSE_MS = 6_000.0
YEAR_MS = 365 * 24 * 60 * MINUTE_MS
NIGHT_MS = 80 * 60 * MINUTE_MS
LANES_A_DAY = 5


def lanes_of(day: int) -> tuple[UUID, ...]:
    """The cases of a day."""
    first = (0xCA << 120) + (4 << 76) + (2 << 62) + day * LANES_A_DAY
    return tuple(UUID(int=first + n) for n in range(LANES_A_DAY))


LANES = lanes_of(0)
FILE_ARGS = b'{"item_id":"lease","item_version":1,"answers":{}}'
NEWER = "case.note@9"
DYING = ("commit", "judge", "settle", "sent", "send")
ROLES = (
    frozenset({Role.WINDOW_CLERK}),
    frozenset({Role.WINDOW_CLERK, Role.LEAD}),
    frozenset({Role.AUDITOR}),
    frozenset({Role.WINDOW_CLERK}),
)


class Step(Struct, frozen=True):
    """One thing that happens.

    Attributes:
        after: milliseconds since the step before.
        what: name of the thing.
        who: of the device or person, empty for the server and the network.
        n: chooses among possibilities.
    """

    after: float
    what: str
    who: str
    n: int

    def __str__(self) -> str:
        return f"{self.what} {self.who} ({self.n})".replace("  ", " ")


class Plan(Struct, frozen=True):
    """A world's seed, its devices, and what happens.

    Attributes:
        gadgets: name of each device: `PERSON.DEVICE`.
        lossy: whether frames are lost, repeated and shuffled within a connection, as no socket would let them.
        drops: share of frames that are lost then.
        repeats: share of frames that come twice then.
    """

    seed: int
    gadgets: tuple[str, ...]
    lossy: bool
    steps: tuple[Step, ...]
    drops: float = 0.03
    repeats: float = 0.03


CASTS = (
    ("ann.phone", "zhou.desk"),
    ("ann.phone", "zhou.desk", "lin.tablet"),
    ("ann.phone", "ann.laptop", "zhou.desk", "lin.tablet"),
    ("ann.tablet", "bo.tablet", "zhou.desk"),
    ("zhou.tablet", "lin.tablet", "ann.phone", "bo.phone"),
    ("ann.phone",),
    ("zhou.desk", "zhou.tablet", "ann.phone"),
)
RESIDENTS_ACTS = ("file", "file", "supplement", "supplement", "withdraw", "newer", "broken")
STAFF_ACTS = ("note", "note", "note", "claim", "claim", "release", "accept", "decide", "poison", "newer", "broken")
RARELY = frozenset({"newer", "broken", "poison"})
FAULTS = (
    ("cut", 14),
    ("freeze", 4),
    ("stall", 5),
    ("offline", 9),
    ("slow", 4),
    ("kill", 6),
    ("die", 8),
    ("write-fails", 3),
    ("lose-cache", 3),
    ("lose-all", 1),
    ("lose-row", 2),
    ("kick", 5),
    ("second-tab", 3),
    ("skew", 4),
    ("crash-before", 4),
    ("crash-after", 4),
    ("crash", 3),
    ("restart", 3),
    ("rebuild", 3),
    ("warming", 3),
    ("lag", 3),
    ("role", 6),
    ("expire", 4),
    ("sign-in", 4),
    ("block", 2),
    ("unblock", 3),
    ("backup", 3),
    ("restore", 2),
    ("upload", 5),
    ("discard", 4),
    ("night", 1),
    ("weather", 3),
)
THEMES = {
    "anything": "",
    "wires": "cut freeze offline stall",
    "tabs": "second-tab kill die",
    "slow": "stall slow lag",
    "clocks": "skew cut",
    "rights": "role block unblock expire sign-in",
    "centre": "crash-before crash-after crash restart rebuild warming backup restore",
    "echoes": "cut second-tab",
}
"""What happens more often than other things."""
ECHOES = {"drops": 0.15, "repeats": 0.4}
"""How many frames are lost and come twice in the theme `echoes`."""
OFTEN = 8
HASTE = {"slow": 0.2, "tabs": 0.5}
"""How much sooner things follow each other in some themes."""
_FAULT_NAMES = [name for name, _ in FAULTS]
ON_DEVICES = frozenset(
    [
        "cut",
        "freeze",
        "stall",
        "offline",
        "slow",
        "kill",
        "die",
        "write-fails",
        "lose-cache",
        "lose-all",
        "lose-row",
        "kick",
        "second-tab",
        "skew",
        "block",
        "unblock",
        "discard",
    ]
)
ON_PEOPLE = frozenset({"role", "expire", "sign-in"})


def plan_of(seed: int, *, theme: str = "", steps: int = 60) -> Plan:
    """The plan of a seed; the theme follows from the seed, too, if it is not given."""
    theme = theme or list(THEMES)[seed % len(THEMES)]
    chance = random.Random(f"plan {theme} {seed}")
    often = THEMES[theme].split()
    weights = [weight * OFTEN if name in often else weight for name, weight in FAULTS]
    gadgets = chance.choice(CASTS)
    lossy = theme == "echoes" or (theme in ("anything", "wires") and chance.random() < 0.6)
    drawn = tuple(_step(chance, gadgets, weights, HASTE.get(theme, 1.0)) for _ in range(steps))
    residents = [name for name in gadgets if name.split(".")[0] not in ("zhou", "lin")]
    filed = tuple(Step(300.0, "file", chance.choice(residents), n) for n in range(len(LANES) - 1))
    return Plan(seed, gadgets, lossy, filed + drawn, **(ECHOES if theme == "echoes" else {}))


def without_skew(plan: Plan) -> Plan:
    """The same with every clock right."""
    return replace(plan, steps=tuple(replace(step, n=3) if step.what == "skew" else step for step in plan.steps))


def _step(chance: random.Random, gadgets: tuple[str, ...], weights: list[int], haste: float) -> Step:
    after, n = chance.random() ** 2 * LONGEST_PAUSE_MS * haste, chance.randrange(1_000_000)
    gadget = chance.choice(gadgets)
    if chance.random() < 0.55:
        is_staff = gadget.split(".")[0] in ("zhou", "lin")
        what = chance.choice(STAFF_ACTS if is_staff else RESIDENTS_ACTS)
        if what in RARELY and chance.random() < 0.6:
            what = "note" if is_staff else "supplement"
        return Step(after, what, gadget, n)
    (what,) = chance.choices(_FAULT_NAMES, weights)
    if what in ON_DEVICES:
        return Step(after, what, gadget, n)
    return Step(after, what, gadget.split(".")[0] if what in ON_PEOPLE else "", n)


class Happening:
    """Carries steps out in a world."""

    def __init__(self, world: World, lanes: tuple[UUID, ...] = LANES) -> None:
        """Stand by; `lanes` are the cases that people speak of."""
        self.world = world
        self.lanes = lanes

    def lane(self, n: int) -> UUID:
        """One of the cases."""
        return self.lanes[n % len(self.lanes)]

    def do(self, step: Step) -> None:
        """Let it happen."""
        self.world.tell(str(step))
        name = step.what.replace("-", "_")
        if step.what in ON_DEVICES or "." in step.who:
            getattr(self, f"on_{name}")(self.world.gadgets[step.who], step.n)
        else:
            getattr(self, f"let_{name}")(step.who, step.n)
        if step.what in _FAULT_NAMES:
            self.world.count(step.what)

    # Acts

    def on_file(self, gadget: Gadget, n: int) -> None:
        """A resident files, with a photograph that comes later one time in three."""
        lane = self.lane(n)
        files = (FileRef(id=UUID(int=n + 1), sha256="0" * 64, size=1),) if n % 3 == 0 else ()
        gadget.act("case.file@1", lane, FILE_ARGS, files=files)

    def on_supplement(self, gadget: Gadget, n: int) -> None:
        """A resident supplements; what was not filed yet must be filed first."""
        self._for_own(gadget, "case.supplement@1", n)

    def on_withdraw(self, gadget: Gadget, n: int) -> None:
        """A resident takes the application back."""
        self._for_own(gadget, "case.withdraw@1", n)

    def _for_own(self, gadget: Gadget, type: str, n: int) -> None:
        lane = self.lane(n)
        filing = [one.id for one in gadget.disk.open.values() if one.lane == lane and "case.file@1" in one.body]
        gadget.act(type, lane, b"{}", needs=tuple(filing[-1:]))

    def on_note(self, gadget: Gadget, n: int) -> None:
        """A clerk writes a note, which needs an open act of another lane one time in eight."""
        others = [one.id for one in gadget.disk.open.values()] if n % 8 == 0 else []
        gadget.act("case.note@1", self.lane(n), b'{"text":"note"}', needs=tuple(others[-1:]))

    def on_poison(self, gadget: Gadget, n: int) -> None:
        """A clerk writes a note on which the program fails."""
        gadget.act("case.note@1", self.lane(n), b'{"text":"poison"}')

    def on_claim(self, gadget: Gadget, n: int) -> None:
        """A clerk claims a case."""
        gadget.act("case.claim@1", self.lane(n), b"{}")

    def on_release(self, gadget: Gadget, n: int) -> None:
        """A clerk gives a case back."""
        gadget.act("case.release@1", self.lane(n), b"{}")

    def on_accept(self, gadget: Gadget, n: int) -> None:
        """A clerk accepts a case, which needs the claim that is under way."""
        lane = self.lane(n)
        claims = [one.id for one in gadget.disk.open.values() if one.lane == lane and "case.claim@1" in one.body]
        gadget.act("case.accept@1", lane, b"{}", needs=tuple(claims[-1:]))

    def on_decide(self, gadget: Gadget, n: int) -> None:
        """A clerk decides."""
        gadget.act("case.decide@1", self.lane(n), b'{"outcome":"granted"}')

    def on_newer(self, gadget: Gadget, n: int) -> None:
        """An app that is newer than the server knows of gives a command of its form."""
        gadget.act(NEWER, self.lane(n), b'{"text":"note"}')

    def on_broken(self, gadget: Gadget, n: int) -> None:
        """A defect of the app writes a body that is no intent."""
        gadget.act("case.note@1", self.lane(n), b'{"text":"x"}', readable=False)

    def on_discard(self, gadget: Gadget, n: int) -> None:
        """The person takes something out of the tray."""
        aside = sorted(gadget.disk.aside)
        if aside:
            gadget.withdraw((aside[n % len(aside)],))

    # Devices

    def on_cut(self, gadget: Gadget, n: int) -> None:
        """The wire is cut."""
        for link in self._links(gadget):
            link.cut(n % 2 == 0)
        if n % 2:
            gadget.tell(ev.Kick())

    def _links(self, gadget: Gadget) -> list[Link]:
        return [tab.link for tab in gadget.tabs if tab.link is not None]

    def on_freeze(self, gadget: Gadget, n: int) -> None:
        """The wire is dead, and nobody is told."""
        for link in self._links(gadget):
            link.freeze()

    def on_stall(self, gadget: Gadget, n: int) -> None:
        """The device takes nothing for up to 40 s."""
        for link in self._links(gadget):
            link.stall(n % 40_000)

    def on_offline(self, gadget: Gadget, n: int) -> None:
        """No network for a while."""
        ms = 500 + n % 20_000
        self.world.offline[gadget.name] = self.world.now + ms
        for link in self._links(gadget):
            link.cut()
        self.world.after(ms + 1, gadget.tell, ev.Kick())

    def on_slow(self, gadget: Gadget, n: int) -> None:
        """Writing rows takes long from now on, or no longer."""
        gadget.slow_ms = 0.0 if gadget.slow_ms else float(n % 3_000)

    def on_kill(self, gadget: Gadget, n: int) -> None:
        """The app is killed, and opened again some time later."""
        gadget.close()
        self.world.after(n % 9_000, gadget.reopen_later)

    def on_die(self, gadget: Gadget, n: int) -> None:
        """The app is killed just before the next action of some kind."""
        gadget.dying = DYING[n % len(DYING)]

    def on_write_fails(self, gadget: Gadget, n: int) -> None:
        """The next writes of rows fail."""
        gadget.write_fails = 1 + n % 2

    def on_lose_cache(self, gadget: Gadget, n: int) -> None:
        """The browser throws the cache away."""
        gadget.lose_cache()
        self.world.after(n % 2_000, gadget.reopen_later)

    def on_lose_all(self, gadget: Gadget, n: int) -> None:
        """The browser throws everything away."""
        gadget.lose_everything()
        self.world.after(n % 2_000, gadget.reopen_later)

    def on_lose_row(self, gadget: Gadget, n: int) -> None:
        """A row is lost on the disk, and nothing tells."""
        rows = gadget.disk.cache.rows
        if rows:
            del rows[sorted(rows)[n % len(rows)]]
            gadget.is_damaged = True

    def on_kick(self, gadget: Gadget, n: int) -> None:
        """The app is looked at, or a file was delivered."""
        gadget.tell(ev.Kick() if n % 2 else ev.Reachable())

    def on_second_tab(self, gadget: Gadget, n: int) -> None:
        """A second leader for a while."""
        if len(gadget.tabs) == 1:
            gadget.open()
            self.world.after(n % 30_000, self._close_tab, gadget, n)

    def _close_tab(self, gadget: Gadget, n: int) -> None:
        if len(gadget.tabs) > 1:
            gadget.tabs.pop(n % 2).end()

    def on_skew(self, gadget: Gadget, n: int) -> None:
        """The device's clock is wrong by years from the next start on."""
        gadget.close()
        gadget.skew = (n % 7 - 3) * YEAR_MS
        gadget.disk.lease = None
        gadget.open()

    def on_block(self, gadget: Gadget, n: int) -> None:
        """The device is blocked."""
        self.world.blocked.add(gadget.device)
        for exchange in self.world.of(gadget.person):
            exchange.look_again()

    def on_unblock(self, gadget: Gadget, n: int) -> None:
        """The device is let in again, and the person signs in."""
        self.world.blocked.discard(gadget.device)
        gadget.tell(ev.SignedIn())

    # People

    def let_role(self, who: str, n: int) -> None:
        """Staff get other roles, or another office."""
        person = self.world.people[who]
        if person.actor.is_resident:
            return
        office = "district" if n % 5 == 4 else "street"
        person.actor = type(person.actor)(id=person.actor.id, roles=ROLES[n % len(ROLES)], office=office)
        for exchange in self.world.of(person):
            exchange.look_again()

    def let_expire(self, who: str, n: int) -> None:
        """The sign-in's time is over; half of the people are there to sign in again at once."""
        person = self.world.people[who]
        person.signed_in = n % 2 == 0
        for exchange in self.world.of(person):
            exchange.expire()

    def let_sign_in(self, who: str, n: int) -> None:
        """The person signs in."""
        person = self.world.people[who]
        person.signed_in = True
        for gadget in self.world.gadgets.values():
            if gadget.person is person:
                gadget.tell(ev.SignedIn())

    # The centre

    def let_crash_before(self, who: str, n: int) -> None:
        """The server dies before its next commit."""
        self.world.crash_at_commit = "before"

    def let_crash_after(self, who: str, n: int) -> None:
        """The server dies after its next commit, before it answers."""
        self.world.crash_at_commit = "after"

    def let_crash(self, who: str, n: int) -> None:
        """The server dies."""
        self.world.crash(down_ms=float(n % 9_000))

    def let_restart(self, who: str, n: int) -> None:
        """The server restarts in good order, and warms up."""
        self.world.restart(down_ms=float(n % 3_000))
        self.world.warm_at = self.world.now + n % 12_000

    def let_rebuild(self, who: str, n: int) -> None:
        """Rows get another shape."""
        self.world.rebuild()

    def let_warming(self, who: str, n: int) -> None:
        """Rows cannot be read for a while."""
        self.world.warm_at = self.world.now + n % 9_000

    def let_lag(self, who: str, n: int) -> None:
        """Rows follow the log more slowly, or fast again."""
        self.world.lag = 20.0 if n % 2 else float(n % 4_000)

    def let_backup(self, who: str, n: int) -> None:
        """A backup is made."""
        if not self.world.log_was_restored:
            self.world.backup = self.world.centre.copy()

    def let_restore(self, who: str, n: int) -> None:
        """The log is restored from the backup."""
        self.world.restore()

    def let_upload(self, who: str, n: int) -> None:
        """Photographs arrive."""
        self.world.files_arrive()

    def let_night(self, who: str, n: int) -> None:
        """Everybody closes their devices and comes back three days later, past every lease."""
        for gadget in self.world.gadgets.values():
            gadget.close()
        self.world.is_night = True
        self.world.go_on(self.world.now + NIGHT_MS)
        self.world.is_night = False
        for gadget in self.world.gadgets.values():
            gadget.reopen_later()

    def let_weather(self, who: str, n: int) -> None:
        """The network gets slower or faster; a slow one keeps its faults."""
        before = self.world.weather
        self.world.weather = Weather(
            (40.0, 80.0, 400.0, 2_000.0)[n % 4],
            drops=before.drops,
            repeats=before.repeats,
            shuffles=before.shuffles,
        )
