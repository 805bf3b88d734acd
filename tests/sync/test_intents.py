"""From the bytes of an intent to a command that can be judged, or the verdict that it cannot."""

import json
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.commands import CENTRE_ONLY, COMMANDS, AddNote, FileRef, Unusable
from domain.centre.centre import item_stream, series_stream, staff_stream
from domain.decisions import Call
from store.answers import Answer
from sync.frames import Links, SignedIntent, Verdict
from sync.intents import UnreadableIntent, read_intent, verdict_of
from sync.terms import BUILD
from tests.cast import CASE, FATHER, STRANGER, Filing, page_of
from tests.sync.intents import body

NESTED = 20_000
LATER = UUID("01980000-0000-7000-8000-00000000000a")


def judged(text: str) -> Call | Verdict:
    return read_intent(SignedIntent(body=text), by=FATHER)


def judged_body(**how: Any) -> Call | Verdict:
    return judged(json.dumps(body(**how), ensure_ascii=False))


def unusable(call: Call | Verdict) -> tuple[str, dict[str, Any]]:
    assert isinstance(call, Call)
    assert isinstance(call.command, Unusable)
    return call.command.why, call.command.params


def test_an_intent_becomes_a_call_that_remembers_the_exact_bytes() -> None:
    ref = page_of(CASE, "lease-contract")
    files = [{"id": str(ref.id), "sha256": ref.sha256, "size": ref.size}]
    text = json.dumps(
        body("case.note@1", {"text": "字"}, base={"pos": 4}, after=[str(CASE)], needs=[str(CASE)], files=files)
    )

    call = judged(text)

    assert isinstance(call, Call)
    assert call.command == AddNote(text="字")
    assert (call.lane, call.base, call.by) == (CASE, 4, FATHER)
    assert (call.after, call.needs, call.files) == ((CASE,), (CASE,), (FileRef(ref.id, ref.sha256, ref.size),))
    assert call.digest == sha256(text.encode()).digest()


def test_an_intent_waits_for_what_stands_beside_its_text_and_stays_the_same() -> None:
    text = json.dumps(body(after=[str(CASE)], needs=[str(CASE)]), ensure_ascii=False)

    said = read_intent(SignedIntent(body=text), by=FATHER)
    freed = read_intent(SignedIntent(body=text, links=Links(after=(LATER,))), by=FATHER)

    assert isinstance(said, Call)
    assert freed == msgspec.structs.replace(said, after=(LATER,), needs=())


def test_an_intent_of_another_person_is_held_back_for_them() -> None:
    verdict = judged_body(by=STRANGER)

    assert isinstance(verdict, Verdict)
    assert (verdict.verdict, verdict.code) == ("auth", "other-person")


@pytest.mark.parametrize(
    ("type", "code"),
    [("case.claim@2", "service-too-old"), ("case.claim@0", "app-too-old"), ("case.claim@next", "app-too-old")],
)
def test_another_form_of_a_known_command_waits_for_whoever_is_behind_and_is_never_refused(type: str, code: str) -> None:
    verdict = judged_body(type=type)

    assert isinstance(verdict, Verdict)
    assert (verdict.verdict, verdict.code, verdict.params) == ("held", code, {"type": type})


def test_an_unknown_command_of_a_newer_app_waits_for_a_newer_server() -> None:
    text = json.dumps(body(type="case.burn@1"))

    verdict = read_intent(SignedIntent(body=text), by=FATHER, app="999.0.0")

    assert isinstance(verdict, Verdict)
    assert (verdict.verdict, verdict.code, verdict.params) == ("held", "service-too-old", {"type": "case.burn@1"})


@pytest.mark.parametrize("app", ["", BUILD, "0.0.9", "test"])
def test_an_unknown_command_is_refused(app: str) -> None:
    judged = read_intent(SignedIntent(body=json.dumps(body(type="case.burn@1"))), by=FATHER, app=app)

    assert unusable(judged) == ("unknown-command", {"type": "case.burn@1"})


@pytest.mark.parametrize("name", sorted(kind.type for kind in CENTRE_ONLY))
def test_a_command_that_only_the_centre_gives_is_forbidden_to_a_device(name: str) -> None:
    assert unusable(judged_body(type=name)) == ("forbidden", {"act": name.partition("@")[0]})


@pytest.mark.parametrize("name", ["centre.open@1", "staff.enrol@1", "session.open@1", "catalogue.arrange@1"])
def test_commands_of_the_centre_on_itself_are_unknown_to_devices(name: str) -> None:
    assert name not in COMMANDS
    assert unusable(judged_body(type=name)) == ("unknown-command", {"type": name})


DEEP = "[" * NESTED + "]" * NESTED


@pytest.mark.parametrize(
    ("args", "where"),
    [
        ("{}", ""),
        ('{"text":""}', "$.text"),
        ('{"text":7}', "$.text"),
        ('{"text":1e999}', "$.text"),
        ('{"text":' + "9" * 400 + "}", "$.text"),
        ("[]", ""),
        ("null", ""),
        ('{"text":"' + "字" * 2_001 + '"}', "$.text"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_arguments_that_do_not_fit_the_command_are_refused_without_repeating_them(args: str, where: str) -> None:
    text = json.dumps(body("case.note@1")).replace('"args": {}', f'"args": {args}')

    assert unusable(judged(text)) == ("invalid", {"where": where})


@pytest.mark.parametrize("act", ["case.file@1", "case.open@1"])
@pytest.mark.parametrize("lane", [staff_stream("newcomer"), series_stream("filing:20261124"), item_stream("new")])
def test_a_case_cannot_be_filed_under_an_id_that_the_centre_derives_from_a_name(lane: UUID, act: str) -> None:
    filing = Filing(case=lane)
    args = {"item_id": filing.command.item_id, "item_version": 1, "answers": filing.command.answers}

    assert unusable(judged_body(type=act, args=args, lane=lane)) == ("invalid", {"where": "$.lane"})


@pytest.mark.parametrize("answer", ["9" * 400, "1e999", "-0", '"\\u0000"', "[" * 200 + "]" * 200, '1,"a":2'])
def test_hostile_answers_never_break_the_reader(answer: str) -> None:
    text = json.dumps(body("case.file@1", {"item_id": "x", "item_version": 1, "answers": 0}))

    call = judged(text.replace('"answers": 0', f'"answers": {{"a":{answer}}}'))

    assert isinstance(call, Call)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seq": "one"},
        {"lane": "not a uuid"},
        {"at": "yesterday"},
        {"base": {"pos": "x"}},
        {"type": "x" * 201},
        {"after": ["x"]},
        {"files": [{"id": str(CASE), "sha256": "x", "size": 1}]},
        {"files": [{"id": str(CASE), "sha256": "a" * 64, "size": 50_000_001}]},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_intent_that_is_wrong_outside_its_arguments_is_refused_by_its_id(wrong: dict[str, Any]) -> None:
    text = json.dumps({**body(), **wrong})

    verdict = judged(text)

    assert isinstance(verdict, Verdict)
    assert (verdict.id, verdict.verdict, verdict.code) == (UUID(body()["id"]), "refused", "invalid")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "\x00",
        DEEP,
        '{"id":1}',
        '{"id":"x"}',
        '{"seq":1}',
        '{"id":"\ud800"}',
        json.dumps(body()).replace("{}", DEEP),
        json.dumps(body()).replace("{}", "NaN"),
        json.dumps(body()).replace("{}", '"\\ud800"'),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_an_intent_without_a_readable_id_cannot_even_be_refused(text: str) -> None:
    with pytest.raises(UnreadableIntent):
        judged(text)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        judged(text)
    except UnreadableIntent:
        return


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=4))
def test_no_arguments_break_the_reader(value: Any) -> None:
    for name in COMMANDS:
        assert isinstance(judged(json.dumps(body(name, {"text": value, "answers": value}))), Call | Verdict)


def test_a_filing_with_everything_fits_into_an_intent_and_comes_back_whole() -> None:
    filing = Filing(pages=2)
    args = {
        "item_id": filing.command.item_id,
        "item_version": filing.command.item_version,
        "answers": filing.command.answers,
        "pages": [{"file": str(p.file), "material": p.material, "number": p.number} for p in filing.command.pages],
        "declarations": list(filing.command.declarations),
    }

    call = judged_body(type="case.file@1", args=args)

    assert isinstance(call, Call)
    assert call.command == filing.command


def test_an_answer_becomes_a_verdict_of_its_intent() -> None:
    answer = Answer(verdict="conflict", code="already-claimed", params={"by": "x"}, options=("watch",), retry_ms=None)

    assert verdict_of(CASE, answer) == Verdict(
        id=CASE, verdict="conflict", code="already-claimed", params={"by": "x"}, options=("watch",)
    )
    assert verdict_of(CASE, Answer(verdict="applied", pos=3)) == Verdict(id=CASE, verdict="applied", pos=3)
