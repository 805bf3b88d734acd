"""The rules of the service's side beyond hello, pull and push: rights, leases, digests, waits, versions, ends."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bootstrap.places import ROOT
from domain.actors import Role
from projections.reader import Departure, Page
from sync import frames as fr
from sync.cursors import Cursor, scopes_digest
from sync.outputs import Admit, Compare, Fetch, Judge
from sync.scopes import scopes_for
from sync.session import Session, State
from sync.terms import BUILD, Terms
from tests.cast import CASE, FATHER, GU, LIN, MONDAY_10AM, SUN, ZHOU
from tests.sync.bench import (
    DEVICE,
    EPOCH,
    HELLO,
    SIGNER,
    batch,
    change,
    closed_with,
    cursor_of,
    greeted,
    live,
    row,
    say,
    session,
    told,
)
from tests.sync.intents import intent

OWED = {"n": 0, "next_seq": 1}
OTHER_OFFICE = replace(ZHOU, office="district")


def cursor_at(device: Session, pos: int, id: str = "", since: int = 0) -> str:
    return SIGNER.write(Cursor(EPOCH, scopes_digest(device.scopes), pos, id, since))


# Welcome: lease, origin, restored log, versions of the app


def test_a_staff_device_has_a_lease_and_a_residents_has_none() -> None:
    terms = Terms(lease=timedelta(hours=72))

    _, (clerks,) = greeted(ZHOU, terms=terms)
    _, (fathers,) = greeted(FATHER, terms=terms)

    assert clerks["lease_until"] == "2026-11-26T02:00:00Z"
    assert "lease_until" not in fathers


def test_the_welcome_names_the_log_and_the_one_it_was_restored_from() -> None:
    _, (welcome,) = greeted(terms=Terms(origin="new", restored=fr.Restored("old", 40)))

    assert welcome["origin"] == "new"
    assert welcome["restored"] == {"origin": "old", "size": 40}


@pytest.mark.parametrize(
    ("app", "asked"),
    [("0.2.9", True), ("0.3.0", False), ("0.10.0", False), ("1", False), ("0.3.0+abc", False), ("test", False)],
)
def test_an_older_app_is_asked_to_upgrade_until_the_day_comes(app: str, asked: bool) -> None:
    terms = Terms(min_app="0.3.0", upgrade_by=MONDAY_10AM + timedelta(days=7))

    device, frames = greeted(app=app, terms=terms)

    assert [f for f in frames if f["t"] == "upgrade"] == (
        [{"t": "upgrade", "min_app": "0.3.0", "by": "2026-11-30T02:00:00Z", "hard": False}] if asked else []
    )
    assert device.state is State.IDLE


def test_the_program_its_package_and_its_app_are_of_one_build() -> None:
    package = (ROOT / "pyproject.toml").read_text()
    app = (ROOT / "pwa/src/device/build.ts").read_text()

    assert f'\nversion = "{BUILD}"\n' in package
    assert f"export const APP_BUILD = '{BUILD}';" in app


def test_an_older_app_is_turned_away_once_the_day_has_come() -> None:
    device = session(Terms(min_app="0.3.0", upgrade_by=MONDAY_10AM))
    say(device, HELLO)

    outputs = device.admitted(FATHER, head=7, now=MONDAY_10AM)

    assert [f["hard"] for f in told(outputs)] == [True]
    assert closed_with(outputs) == fr.CloseCode.UPGRADE


# Revocation (section 6 rule 10)


def test_rows_of_scopes_that_ended_while_the_device_was_away_are_taken_back_before_any_row() -> None:
    before = SIGNER.write(Cursor(EPOCH, scopes_digest(scopes_for(ZHOU)), 5, ""))

    device, frames = greeted(OTHER_OFFICE, cursor=before)

    assert [f["t"] for f in frames] == ["welcome", "revoke"]
    assert frames[1] == {"t": "revoke", "wipe": True}
    assert told(say(device, {"t": "pull", "cursor": before})) == [{"t": "reset", "epoch": EPOCH, "why": "scopes"}]


@pytest.mark.parametrize("cursor", [None, "nonsense"])
def test_a_device_without_a_cursor_of_its_own_has_nothing_to_give_back(cursor: str | None) -> None:
    _, frames = greeted(cursor=cursor)

    assert [f["t"] for f in frames] == ["welcome"]


def test_somebody_who_moves_to_another_office_loses_its_rows_at_once_and_boots_the_new_ones() -> None:
    device = live(ZHOU)

    frames = told(device.acts_as(OTHER_OFFICE))

    assert frames == [{"t": "revoke", "wipe": True}, {"t": "reset", "epoch": EPOCH, "why": "scopes"}]
    assert device.changed(batch(change(12)), [change(12)]) == []
    assert say(device, {"t": "pull", "cursor": None}) == [Fetch(scopes_for(OTHER_OFFICE), (0, ""), 262_144)]


def test_somebody_who_becomes_a_lead_loses_nothing_and_boots() -> None:
    device = live(ZHOU)

    frames = told(device.acts_as(replace(ZHOU, roles=ZHOU.roles | {Role.LEAD})))

    assert frames == [{"t": "reset", "epoch": EPOCH, "why": "scopes"}]


def test_a_role_that_changes_no_scope_changes_nothing_on_the_device() -> None:
    device = live(ZHOU)
    another = replace(ZHOU, roles=frozenset({Role.REVIEWER}))

    assert device.acts_as(another) == []
    assert device.state is State.LIVE
    (judge,) = say(device, {"t": "push", "b": 1, "intents": [intent(by=ZHOU)]})
    assert isinstance(judge, Judge)
    assert [getattr(call, "by", None) for call in judge.calls] == [another]


def test_a_page_that_was_being_read_when_the_scopes_changed_is_not_sent() -> None:
    device, _ = greeted(ZHOU)
    say(device, {"t": "pull", "cursor": None})
    device.acts_as(OTHER_OFFICE)

    assert device.page(Page([row(3)], [], (3, ""), more=False)) == []


@pytest.mark.parametrize(
    ("end", "code", "tags"),
    [
        (Session.erased, fr.CloseCode.AUTH, ["revoke", "auth-required"]),
        (Session.blocked, fr.CloseCode.BLOCKED, ["revoke"]),
        (Session.replaced, fr.CloseCode.REPLACED, []),
    ],
)
def test_a_connection_that_ends_says_why_and_nothing_afterwards(end: Any, code: int, tags: list[str]) -> None:
    device = live()

    outputs = end(device)

    assert [frame["t"] for frame in told(outputs)] == tags
    assert closed_with(outputs) == code
    assert device.state is State.CLOSED
    assert device.changed(batch(change(12)), [change(12)]) == []
    assert device.acts_as(ZHOU) == []
    assert end(device) == []


def test_a_restart_tells_when_to_come_back() -> None:
    (close,) = live().restarting(1_234)

    assert close.code == fr.CloseCode.RESTARTING  # type: ignore[union-attr]
    assert close.reason == "1234"  # type: ignore[union-attr]


# A sign-in that expires


def test_an_expired_sign_in_holds_the_connection_for_a_while() -> None:
    device = live()

    assert told(device.expired(120_000)) == [{"t": "auth-required", "why": "expired", "grace_ms": 120_000}]
    assert device.expired() == []
    assert device.changed(batch(change(12)), [change(12)]) == []
    assert told(say(device, {"t": "ask", "ids": [str(CASE)]})) == [{"t": "error", "code": "auth"}]


def test_what_is_pushed_while_the_sign_in_has_expired_is_not_refused_but_held() -> None:
    device = live()
    device.expired()

    (ack,) = told(say(device, {"t": "push", "b": 4, "intents": [intent()]}))

    assert (ack["b"], [(v["verdict"], v["code"]) for v in ack["r"]]) == (4, [("auth", "expired")])


def test_a_renewed_sign_in_lets_a_live_device_catch_up() -> None:
    device = live(at=10)
    device.expired()
    device.changed(batch(change(12)), [change(12)])
    assert say(device, {"t": "auth", "ticket": "renewed"}) == [Admit("renewed", DEVICE)]

    assert told(device.admitted(FATHER, head=12, now=MONDAY_10AM)) == [{"t": "behind", "head": 12}]
    assert say(device, {"t": "pull", "cursor": cursor_at(device, 10)}) == [Fetch(device.scopes, (10, ""), 262_144)]


def test_a_pull_that_came_meanwhile_goes_on_when_the_sign_in_is_renewed() -> None:
    device, _ = greeted()
    device.expired()

    assert say(device, {"t": "pull", "cursor": None}) == []
    assert device.admitted(FATHER, head=12, now=MONDAY_10AM) == [Fetch(device.scopes, (0, ""), 262_144)]


def test_a_page_that_was_being_read_is_not_sent_after_the_sign_in_expired() -> None:
    device, _ = greeted()
    say(device, {"t": "pull", "cursor": None})
    device.expired()

    assert device.page(Page([row(3)], [], (3, ""), more=False)) == []
    assert device.admitted(FATHER, head=12, now=MONDAY_10AM) == [Fetch(device.scopes, (0, ""), 262_144)]


# Digests (section 6 rule 6)


def test_the_last_page_carries_the_digest_of_all_rows_and_no_other_page_does() -> None:
    device, _ = greeted()
    say(device, {"t": "pull", "cursor": None, "credit": 2})

    (first,) = told(device.page(Page([row(3)], [], (3, "row"), more=True, digest="2-ab")))
    (last,) = told(device.page(Page([row(4)], [], (9, ""), more=False, digest="2-ab")))

    assert "digest" not in first
    assert last["digest"] == "2-ab"


def test_a_page_after_which_more_has_changed_carries_no_digest() -> None:
    device, _ = greeted()
    say(device, {"t": "pull", "cursor": None, "credit": 2})
    device.changed(batch(change(12)), [change(12)])

    (page,) = told(device.page(Page([row(3)], [], (11, ""), more=False, digest="1-ab")))

    assert page["more"] is True
    assert "digest" not in page


def seen(device: Session, digest: str | None, pos: int = 10) -> list[Any]:
    return say(device, {"t": "seen", "cursor": cursor_at(device, pos), "digest": digest, "outbox": OWED})


def test_a_digest_that_differs_resets_the_replica_once_a_connection() -> None:
    device = live()

    assert seen(device, "1-ff") == [Compare(device.scopes, (10, ""), "1-ff")]
    assert told(device.compared("1-aa", "1-ff")) == [{"t": "reset", "epoch": EPOCH, "why": "digest"}]
    assert seen(device, "1-ff") == []
    assert device.compared("1-aa", "1-ff") == []


@pytest.mark.parametrize("known", [None, "1-ff"], ids=["not known any more", "the same"])
def test_a_digest_that_is_right_or_cannot_be_compared_changes_nothing(known: str | None) -> None:
    device = live()
    seen(device, "1-ff")

    assert device.compared(known, "1-ff") == []
    assert device.state is State.LIVE


def test_a_digest_is_compared_at_the_devices_own_checkpoints_only() -> None:
    device = live()
    in_a_boot = {"t": "seen", "cursor": cursor_at(device, 10, "row"), "digest": "1-ff", "outbox": OWED}
    forged = {"t": "seen", "cursor": "x", "digest": "1-ff", "outbox": OWED}

    assert seen(device, None) == []
    assert say(device, in_a_boot) == []
    assert say(device, forged) == []


def test_what_a_device_has_confirmed_never_goes_back() -> None:
    device = live()
    seen(device, None, 10)
    seen(device, None, 4)

    assert device.confirmed == 10


# Departures of a long boot


def test_a_boot_is_told_only_of_what_left_since_it_began() -> None:
    device, _ = greeted()
    say(device, {"t": "pull", "cursor": None, "credit": 1})
    (first,) = told(device.page(Page([row(3)], [], (3, "row"), more=True, head=40)))

    assert say(device, {"t": "credit", "n": 1}) == [Fetch(device.scopes, (3, "row"), 262_144, since=40)]
    assert cursor_of(first).since == 40


def test_a_boot_that_was_cut_off_goes_on_as_a_boot() -> None:
    device, _ = greeted()
    (fetch,) = say(device, {"t": "pull", "cursor": cursor_at(device, 3, "row", since=40)})

    assert fetch == Fetch(device.scopes, (3, "row"), 262_144, since=40)
    (page,) = told(device.page(Page([row(4)], [Departure(44, "x", "status", "purged")], (50, ""), more=False, head=50)))
    assert page["phase"] == "boot"
    assert cursor_of(page).since == 0


# Waiting


def test_a_node_that_lags_behind_the_cursor_asks_the_device_to_wait() -> None:
    device, _ = greeted()
    say(device, {"t": "pull", "cursor": cursor_at(device, 90)})

    outputs = device.page(Page([], [], (90, ""), more=False, head=70))

    assert told(outputs) == [{"t": "wait", "why": "lagging", "done": 70, "total": 90, "retry_ms": 1000}]
    assert say(device, {"t": "pull", "cursor": cursor_at(device, 90)}) == [Fetch(device.scopes, (90, ""), 262_144)]


def test_while_rows_are_being_built_pulls_wait_and_pushes_are_taken() -> None:
    device = session()
    say(device, HELLO)
    (welcome,) = told(device.admitted(FATHER, head=7, now=MONDAY_10AM, warming=True))
    say(device, {"t": "pull", "cursor": None})

    frames = told(device.not_yet("warming", done=3, total=9, retry_ms=700))

    assert welcome["mode"] == "warming"
    assert frames == [{"t": "wait", "why": "warming", "done": 3, "total": 9, "retry_ms": 700}]
    assert isinstance(say(device, {"t": "push", "b": 1, "intents": [intent()]})[0], Judge)


# Bounds


def test_an_ask_names_at_most_200_intents() -> None:
    outputs = say(live(), {"t": "ask", "ids": [str(CASE)] * 201})

    assert closed_with(outputs) == fr.CloseCode.MALFORMED


def test_nothing_that_a_device_says_makes_its_session_grow() -> None:
    device = live(SUN)
    for n in range(500):
        say(device, {"t": "credit", "n": 4})
        say(device, {"t": "pull", "cursor": cursor_at(device, n)})
        seen(device, "1-ff", n)
        say(device, {"t": "ask", "ids": [str(CASE)]})
        say(device, {"t": "wave"})

    assert len(say(device, {"t": "ping"})) == 1


@pytest.mark.parametrize("actor", [FATHER, ZHOU, LIN, SUN, GU], ids=lambda actor: min(actor.roles))
def test_every_role_is_greeted_with_what_it_may_hold(actor: Any) -> None:
    device, (welcome,) = greeted(actor)

    assert device.scopes == scopes_for(actor)
    assert welcome["t"] == "welcome"
