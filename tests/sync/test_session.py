"""The connection as a state machine: what a device may say when, and what it is told."""

import json
import zlib
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain.actors import Actor
from domain.decisions import Call
from projections.database import Change
from projections.following import Batch
from projections.reader import Departure, Page, StoredRow
from sync import frames as fr
from sync.cursors import Cursor, Signer, scopes_digest
from sync.scopes import scopes_for
from sync.session import Admit, Fetch, Judge, Recall, Send, Session, State
from sync.terms import BUILD
from tests.cast import CASE, FATHER, GU, MONDAY_10AM, STRANGER, SUN, ZHOU
from tests.sync.bench import DEVICE, EPOCH, HELLO, SIGNER, closed_with, cursor_of, live, say, session, told
from tests.sync.intents import intent

ERRORS = msgspec.json.Decoder(fr.Error)


def admitted(actor: Actor = FATHER, **hello: Any) -> Session:
    device = session()
    assert say(device, {**HELLO, **hello}) == [Admit("one use", DEVICE)]
    device.admitted(actor, head=7, now=MONDAY_10AM)
    return device


def row(pos: int, name: str = "row", size: int = 0) -> StoredRow:
    text = json.dumps({"id": name, "kind": "status", "pos": pos, "body": {"words": "字" * size}}, ensure_ascii=False)
    return StoredRow(pos, name, "status", text)


def change(pos: int, name: str = "row", *, gone: bool = False, kind: str = "status") -> Change:
    text = None if gone else f'{{"id":"{name}","kind":"{kind}","pos":{pos},"body":{{}}}}'
    return Change(f"person:{FATHER.id}", kind, name, pos, text, "reassigned" if gone else "")


def batch(*changes: Change, position: int | None = None) -> Batch:
    return Batch(position if position is not None else max(c.pos for c in changes), changes)


# Hello


def test_a_device_is_greeted_once_its_ticket_is_good() -> None:
    device = session()
    assert say(device, HELLO) == [Admit("one use", DEVICE)]

    outputs = device.admitted(FATHER, head=7, now=MONDAY_10AM)

    assert told(outputs) == [
        {
            "t": "welcome",
            "v": 1,
            "epoch": EPOCH,
            "head": 7,
            "now": "2026-11-23T02:00:00Z",
            "limits": {"intents": 50, "bytes": 61440, "inflight": 4, "page": 262144},
            "mode": "live",
        }
    ]
    assert device.scopes == frozenset({f"person:{FATHER.id}"})


def test_a_device_with_a_bad_ticket_is_asked_to_sign_in() -> None:
    device = session()
    say(device, HELLO)

    outputs = device.turned_away()

    assert told(outputs) == [{"t": "auth-required", "why": "expired"}]
    assert closed_with(outputs) == fr.CloseCode.AUTH
    assert say(device, HELLO) == []


@pytest.mark.parametrize(
    "frame",
    [
        {"t": "pull", "cursor": None},
        {"t": "credit"},
        {"t": "push", "b": 1, "intents": []},
        {"t": "ask", "ids": []},
        {"t": "auth", "ticket": "x"},
        {"t": "seen", "cursor": "x", "outbox": {"n": 0, "next_seq": 1}},
    ],
    ids=lambda frame: frame["t"],
)
def test_nothing_but_hello_comes_first(frame: dict[str, Any]) -> None:
    outputs = say(session(), frame)

    assert told(outputs) == [{"t": "error", "code": "hello-first", "fatal": True}]
    assert closed_with(outputs) == fr.CloseCode.AUTH


def test_hello_comes_once() -> None:
    for device in (admitted(), live()):
        outputs = say(device, HELLO)
        assert told(outputs) == [{"t": "error", "code": "hello-twice", "fatal": True}]
        assert closed_with(outputs) == fr.CloseCode.MALFORMED


def test_an_app_that_speaks_older_versions_only_is_asked_to_upgrade() -> None:
    outputs = say(session(), {**HELLO, "v": [0, 0]})

    assert told(outputs) == [{"t": "upgrade", "min_app": BUILD, "hard": True}]
    assert closed_with(outputs) == fr.CloseCode.UPGRADE


def test_an_app_that_speaks_newer_versions_only_is_sent_to_another_node_and_not_told_that_it_is_old() -> None:
    outputs = say(session(), {**HELLO, "v": [2, 3]})

    assert told(outputs) == []
    assert closed_with(outputs) == fr.CloseCode.RESTARTING


def test_pings_are_answered_even_before_hello() -> None:
    device = session()

    assert told(say(device, {"t": "ping"})) == [{"t": "pong"}]
    assert say(device, {"t": "pong"}) == []


def test_a_renewed_sign_in_must_be_the_same_persons() -> None:
    device = live()
    assert say(device, {"t": "auth", "ticket": "renewed"}) == [Admit("renewed", DEVICE)]
    assert device.admitted(FATHER, head=9, now=MONDAY_10AM) == []

    outputs = device.admitted(STRANGER, head=9, now=MONDAY_10AM)

    assert told(outputs) == [{"t": "error", "code": "other-person", "fatal": True}]
    assert closed_with(outputs) == fr.CloseCode.AUTH


# Frames that are no frames

NESTED = 30_000


@pytest.mark.parametrize(
    "data",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"t":1}',
        '{"t":"pull","credit":0}',
        '{"t":"pull","credit":5}',
        '{"t":"pull","credit":1e999}',
        '{"t":"pull","credit":NaN}',
        '{"t":"pull","credit":' + "9" * 5_000 + "}",
        '{"t":"hello"}',
        '{"t":"ask","ids":["no uuid"]}',
        '{"t":"credit","n":1,"n":99}',
        "[" * NESTED + "]" * NESTED,
        '{"t":"ask","ids":' + "[" * NESTED + "]" * NESTED + "}",
        '{"t":"pull","cursor":"\\ud800"}',
        '{"t":"pull","cursor":"\x00"}',
        '{"t":"pull"',
        '{"t":"pull"}{"t":"pull"}',
        "\ufeff{}",
        b"\xff\xfe",
        b'{"t":"pull","cursor":"\xc3\x28"}',
        zlib.compress(b'{"t":"ping"}'),
    ],
    ids=lambda data: repr(data[:24]),
)
def test_what_is_no_frame_ends_the_connection(data: str | bytes) -> None:
    outputs = admitted().receive(data)

    assert told(outputs) == [{"t": "error", "code": "malformed", "fatal": True}]
    assert closed_with(outputs) == fr.CloseCode.MALFORMED


def test_a_lone_surrogate_ends_the_connection_rather_than_the_server() -> None:
    assert closed_with(admitted().receive('{"t":"pull","cursor":"\ud800"}')) == fr.CloseCode.MALFORMED


@pytest.mark.parametrize("data", ["[" * 100_000, "字" * 70_000, b"x" * 65_537])
def test_a_frame_that_is_too_large_ends_the_connection_unread(data: str | bytes) -> None:
    outputs = admitted().receive(data)

    assert told(outputs) == [{"t": "error", "code": "too-large", "fatal": True}]
    assert closed_with(outputs) == fr.CloseCode.TOO_LARGE


def test_an_unknown_frame_or_field_comes_from_a_newer_app_and_is_no_fault() -> None:
    device = live()

    assert told(say(device, {"t": "wave", "hand": "left"})) == [{"t": "error", "code": "unknown-frame"}]
    assert told(say(device, {"t": "ping", "mood": "good"})) == [{"t": "pong"}]
    assert device.state is State.LIVE


def test_nothing_is_answered_after_the_end() -> None:
    device = admitted()
    device.receive("{")

    assert device.receive('{"t":"ping"}') == []
    assert device.page(Page([], [], (1, ""), more=False)) == []
    assert device.changed(batch(change(99)), [change(99)]) == []
    assert device.fell_behind(99) == []


# Pulling


def test_a_first_pull_boots_page_by_page_as_far_as_the_credit_goes() -> None:
    device = admitted()

    (first,) = say(device, {"t": "pull", "cursor": None, "credit": 2})
    second = device.page(Page([row(3)], [], (3, "row"), more=True))
    third = device.page(Page([row(4)], [], (4, "row"), more=True))

    assert first == Fetch(device.scopes, (0, ""), 262_144)
    assert second[1:] == [Fetch(device.scopes, (3, "row"), 262_144)]
    assert third[1:] == []
    assert [frame["phase"] for frame in told(second + third)] == ["boot", "boot"]
    assert say(device, {"t": "credit", "n": 1}) == [Fetch(device.scopes, (4, "row"), 262_144)]


def test_credit_for_a_page_that_is_being_read_does_not_read_it_twice() -> None:
    device = admitted()
    say(device, {"t": "pull", "cursor": None, "credit": 1})

    assert say(device, {"t": "credit", "n": 4}) == []
    assert say(device, {"t": "credit", "n": 4}) == []
    assert len(device.page(Page([row(3)], [], (3, "row"), more=True))) == 2


def test_a_page_carries_rows_departures_and_a_cursor_from_which_the_pull_goes_on() -> None:
    device = admitted()
    say(device, {"t": "pull", "cursor": None, "credit": 1})

    (frame,) = told(device.page(Page([row(3)], [Departure(5, "old", "case", "reassigned")], (9, ""), more=False)))

    assert frame["rows"] == [json.loads(row(3).row)]
    assert frame["gone"] == [{"id": "old", "kind": "case", "why": "reassigned"}]
    assert (frame["more"], frame["to"], frame["phase"]) == (False, 9, "boot")
    assert cursor_of(frame) == Cursor(EPOCH, scopes_digest(device.scopes), 9, "")
    again = admitted()
    assert say(again, {"t": "pull", "cursor": frame["cursor"]}) == [Fetch(again.scopes, (9, ""), 262_144)]
    assert told(again.page(Page([], [], (9, ""), more=False)))[0]["phase"] == "delta"


def test_pages_are_packed_for_devices_that_can_unpack_them_and_only_if_it_is_worth_it() -> None:
    plain, packed = admitted(), admitted(feat=["zlib"])
    for device in (plain, packed):
        say(device, {"t": "pull", "cursor": None, "credit": 4})
    big = Page([row(3, size=2_000)], [], (3, ""), more=True)

    (as_text, *_), (as_bytes, *_) = plain.page(big), packed.page(big)
    (small, *_) = packed.page(Page([row(4)], [], (4, ""), more=False))

    assert isinstance(as_text, Send)
    assert isinstance(as_bytes, Send)
    assert isinstance(as_text.data, str)
    assert isinstance(as_bytes.data, bytes)
    assert zlib.decompress(as_bytes.data).decode() == as_text.data
    assert isinstance(small, Send)
    assert isinstance(small.data, str)


@pytest.mark.parametrize(
    ("cursor", "why"),
    [
        ("nonsense", "cursor"),
        ("\x00", "cursor"),
        ("字", "cursor"),
        (Signer(b"another key").write(Cursor(EPOCH, scopes_digest(scopes_for(FATHER)), 3, "")), "cursor"),
        (SIGNER.write(Cursor("1-otherlog", scopes_digest(scopes_for(FATHER)), 3, "")), "epoch"),
        (SIGNER.write(Cursor(EPOCH, scopes_digest(scopes_for(STRANGER)), 3, "")), "scopes"),
    ],
    ids=["text", "control sign", "not ASCII", "forged", "another log", "another person's"],
)
def test_a_cursor_that_was_not_written_for_this_replica_resets_it(cursor: str, why: str) -> None:
    device = admitted()

    assert told(say(device, {"t": "pull", "cursor": cursor})) == [{"t": "reset", "epoch": EPOCH, "why": why}]
    assert device.state is State.IDLE
    assert say(device, {"t": "pull", "cursor": None}) == [Fetch(device.scopes, (0, ""), 262_144)]


def test_a_new_pull_while_a_page_is_being_read_starts_where_it_says() -> None:
    device = admitted()
    say(device, {"t": "pull", "cursor": None, "credit": 1})
    cursor = SIGNER.write(Cursor(EPOCH, scopes_digest(device.scopes), 5, ""))

    assert say(device, {"t": "pull", "cursor": cursor, "credit": 1}) == []
    outputs = device.page(Page([row(3)], [], (3, "row"), more=True))

    assert outputs == [Fetch(device.scopes, (5, ""), 262_144)]


# Live


def test_a_live_device_is_sent_what_changed_in_its_scopes() -> None:
    device = live(at=10)

    (frame,) = told(device.changed(batch(change(12), position=13), [change(12)]))

    assert (frame["t"], frame["from"], frame["to"]) == ("delta", 10, 13)
    assert frame["rows"] == [{"id": "row", "kind": "status", "pos": 12, "body": {}}]
    assert cursor_of(frame).pos == 13


def test_the_next_delta_begins_where_the_last_one_ended() -> None:
    device = live(at=10)
    device.changed(batch(change(12)), [change(12)])

    (frame,) = told(device.changed(batch(change(15)), [change(15)]))

    assert (frame["from"], frame["to"]) == (12, 15)


def test_a_row_that_moved_between_two_scopes_of_one_person_is_not_gone() -> None:
    device = live(ZHOU, at=10)

    (frame,) = told(device.changed(batch(change(12)), [change(12), change(12, gone=True)]))

    assert (len(frame["rows"]), frame["gone"]) == (1, [])


def test_a_row_that_left_is_gone() -> None:
    (frame,) = told(live().changed(batch(change(12, gone=True)), [change(12, gone=True)]))

    assert (frame["rows"], frame["gone"]) == ([], [{"id": "row", "kind": "status", "why": "reassigned"}])


def test_what_a_page_has_brought_already_is_not_sent_again() -> None:
    device = live(at=10)

    assert device.changed(batch(change(9)), [change(9)]) == []
    assert device.changed(batch(change(10)), [change(10)]) == []


def test_a_device_that_has_not_pulled_is_sent_nothing() -> None:
    assert admitted().changed(batch(change(12)), [change(12)]) == []


def test_a_change_published_while_the_last_page_was_read_is_not_lost() -> None:
    device = admitted()
    say(device, {"t": "pull", "cursor": None, "credit": 2})

    assert device.changed(batch(change(12)), [change(12)]) == []
    outputs = device.page(Page([row(3)], [], (11, ""), more=False))

    assert told(outputs)[0]["more"] is True
    assert outputs[1:] == [Fetch(device.scopes, (11, ""), 262_144)]
    assert told(device.page(Page([row(12)], [], (12, ""), more=False)))[0]["more"] is False
    assert device.state is State.LIVE


def test_a_change_that_the_last_page_shows_needs_no_further_page() -> None:
    device = admitted()
    say(device, {"t": "pull", "cursor": None, "credit": 2})
    device.changed(batch(change(12)), [change(12)])

    assert told(device.page(Page([row(12)], [], (12, ""), more=False)))[0]["more"] is False


def test_a_slow_device_is_told_once_that_it_is_behind_and_then_pulls() -> None:
    device = live(at=10)

    assert told(device.fell_behind(20)) == [{"t": "behind", "head": 20}]
    assert device.fell_behind(21) == []
    assert device.changed(batch(change(22)), [change(22)]) == []
    cursor = SIGNER.write(Cursor(EPOCH, scopes_digest(device.scopes), 10, ""))
    assert say(device, {"t": "pull", "cursor": cursor}) == [Fetch(device.scopes, (10, ""), 262_144)]


def test_a_device_that_falls_behind_while_it_pulls_goes_on_pulling() -> None:
    device = admitted()
    say(device, {"t": "pull", "cursor": None, "credit": 2})

    assert device.fell_behind(20) == []
    outputs = device.page(Page([row(3)], [], (11, ""), more=False))

    assert told(outputs)[0]["more"] is True


# Pushing


def test_intents_become_calls_in_their_order() -> None:
    device = admitted()
    first, second = intent(seq=1), intent(seq=2)

    (output,) = say(device, {"t": "push", "b": 5, "intents": [first, second]})

    assert isinstance(output, Judge)
    assert output.b == 5
    assert [call.id for call in output.calls] == [UUID(json.loads(i["body"])["id"]) for i in (first, second)]
    assert all(isinstance(call, Call) and call.by == FATHER for call in output.calls)


def test_verdicts_answer_the_push_they_belong_to() -> None:
    verdict = fr.Verdict(id=CASE, verdict="applied", pos=12)

    assert told(admitted().judged(5, [verdict])) == [
        {"t": "ack", "b": 5, "r": [{"id": str(CASE), "verdict": "applied", "pos": 12}]}
    ]


def test_more_intents_than_agreed_end_the_connection() -> None:
    outputs = say(admitted(), {"t": "push", "b": 1, "intents": [{"body": "{}"}] * 51})

    assert told(outputs) == [{"t": "error", "code": "too-many-intents", "fatal": True}]
    assert closed_with(outputs) == fr.CloseCode.TOO_LARGE


def test_an_intent_without_a_readable_id_is_reported_and_the_others_are_judged() -> None:
    device = admitted()

    outputs = say(device, {"t": "push", "b": 5, "intents": [{"body": "{"}, intent()]})

    assert told(outputs) == [{"t": "error", "code": "unreadable-intent"}]
    (judge,) = (output for output in outputs if isinstance(output, Judge))
    assert len(judge.calls) == 1
    assert device.state is not State.CLOSED


def test_intents_in_doubt_are_looked_up_for_their_author_only() -> None:
    assert say(admitted(), {"t": "ask", "ids": [str(CASE)]}) == [Recall(FATHER.id, (CASE,))]


def test_what_a_device_still_owes_is_remembered() -> None:
    device = admitted()
    say(device, {"t": "seen", "cursor": "x", "outbox": {"n": 3, "next_seq": 17, "bytes": 9}})

    assert device.outbox == fr.Outbox(n=3, next_seq=17, bytes=9)


# Scopes


def learning(actor: Actor) -> set[str]:
    """What every member of staff holds: what is learnt, and how far they have come themselves."""
    return {"learning", f"learner:{actor.id}"}


@pytest.mark.parametrize(
    ("actor", "scopes"),
    [
        (FATHER, {f"person:{FATHER.id}"}),
        (ZHOU, {"office:street", "people:street", f"mine:{ZHOU.id}", *learning(ZHOU)}),
        (SUN, {"office:street", "people:street", f"mine:{SUN.id}", "lead:street", "training", *learning(SUN)}),
        (GU, learning(GU)),
    ],
    ids=["resident", "clerk", "lead", "auditor"],
)
def test_each_person_holds_their_own_scopes(actor: Actor, scopes: set[str]) -> None:
    assert scopes_for(actor) == scopes


def test_errors_are_of_the_agreed_shape() -> None:
    (output,) = [o for o in admitted().receive("{") if isinstance(o, Send)]

    assert ERRORS.decode(output.data) == fr.Error(code="malformed", fatal=True)


def test_rows_of_another_shape_make_a_live_device_boot_again_once() -> None:
    device = live()

    reset = told(device.renewed("9-abcdefgh"))
    again = device.renewed("9-abcdefgh")
    fetched = say(device, {"t": "pull", "cursor": None, "credit": 1})

    assert reset == [{"t": "reset", "epoch": "9-abcdefgh", "why": "epoch"}]
    assert again == []
    assert fetched == [Fetch(device.scopes, (0, ""), fr.Limits().page)]


def test_a_page_that_was_being_read_when_the_shape_changed_is_not_sent() -> None:
    device = admitted()
    say(device, {"t": "pull", "cursor": None, "credit": 1})
    device.renewed("9-abcdefgh")

    before_pull = device.page(Page([row(5)], [], (5, ""), more=False))
    fetched = say(device, {"t": "pull", "cursor": None, "credit": 1})
    (page,) = told(device.page(Page([row(7)], [], (7, ""), more=False)))

    assert before_pull == []
    assert [type(output) for output in fetched] == [Fetch]
    assert page["to"] == 7
    cursor = SIGNER.read(page["cursor"])
    assert cursor is not None
    assert cursor.epoch == "9-abcdefgh"


def test_a_device_that_is_not_greeted_yet_learns_the_new_shape_by_its_welcome() -> None:
    device = session()

    assert device.renewed("9-abcdefgh") == []
