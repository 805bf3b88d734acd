"""Hostile intents all the way through the writer: each gets a clear answer, none is a fault, and work goes on."""

import json
from collections.abc import Generator
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from domain.decisions import Call
from store.answers import Answer
from sync.frames import SignedIntent
from sync.intents import read_intent
from tests.cast import FATHER, ZHOU, Filing
from tests.premises import Premises, opened
from tests.sync.intents import body


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Generator[Premises]:
    """One centre for all; every filing has a lane of its own."""
    with opened(tmp_path_factory.mktemp("centre")) as open_premises:
        yield open_premises


def push(premises: Premises, text: str, *, by: Any = FATHER) -> Answer:
    call = read_intent(SignedIntent(body=text), by=by)
    assert isinstance(call, Call)
    return premises.centre.submit(call).result(60)


def filing_with(field: str, value: str) -> str:
    """A filing that is right but for one answer, given as JSON text."""
    filing = Filing()
    args = {
        "item_id": filing.command.item_id,
        "item_version": 1,
        "answers": {**filing.command.answers, field: "PUT HERE"},
        "pages": [{"file": str(p.file), "material": p.material, "number": p.number} for p in filing.command.pages],
    }
    files = [{"id": str(ref.id), "sha256": ref.sha256, "size": ref.size} for ref in filing.files]
    text = json.dumps(body("case.file@1", args, lane=next(LANES), files=files), ensure_ascii=False)
    return text.replace('"PUT HERE"', value)


LANES = (UUID(f"01939c6f-5e00-7000-8000-{n:012x}") for n in count())
HOSTILE = [
    "9" * 400,
    "-" + "9" * 25,
    "18446744073709551616",
    "1e308",
    "-0.0",
    "null",
    "true",
    '"\\u0000"',
    '"\\u202e\\ufeff"',
    '"' + "长" * 9_000 + '"',
    "[" * 300 + "]" * 300,
    '{"a":' * 300 + "1" + "}" * 300,
    "{" + ",".join(f'"k{n}":{n}' for n in range(2_000)) + "}",
    '"\\ud83d\\ude00"',
    "[{},[],{}]",
]


@pytest.mark.parametrize("field", ["applicant_name", "occupants", "house_address", "monthly_rent", "unknown_field"])
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: value[:16])
def test_a_hostile_answer_is_refused_or_taken_but_never_a_fault(premises: Premises, field: str, value: str) -> None:
    answer = push(premises, filing_with(field, value))

    assert answer.verdict in {"refused", "applied"}
    assert answer.code in {"answers-invalid", "invalid", None}


@pytest.mark.parametrize("version", ["9" * 400, "-1", "0", "18446744073709551616"])
def test_a_hostile_version_of_an_item_is_refused(premises: Premises, version: str) -> None:
    text = filing_with("applicant_name", '"甲"').replace('"item_version": 1', f'"item_version": {version}')

    assert push(premises, text).code in {"unknown-item", "invalid"}


def test_an_intent_that_could_not_be_used_lets_the_next_of_its_lane_go_on(premises: Premises) -> None:
    premises.receive()
    unknown = body("case.burn@1", by=ZHOU, seq=1)
    wrong = body("case.note@1", {"text": ""}, by=ZHOU, seq=2, after=[unknown["id"]])
    forbidden = body("case.post@1", {"carrier": "x"}, by=ZHOU, seq=3, after=[wrong["id"]])
    good = body("case.note@1", {"text": "字"}, by=ZHOU, seq=4, after=[forbidden["id"]])
    needing = body("case.note@1", {"text": "字"}, by=ZHOU, seq=5, needs=[wrong["id"]])

    answers = [push(premises, json.dumps(each), by=ZHOU) for each in (unknown, wrong, forbidden, good, needing)]

    assert [answer.code for answer in answers] == ["unknown-command", "invalid", "forbidden", None, "needs-refused"]
    assert answers[1].params == {"where": "$.text"}
    assert push(premises, json.dumps(wrong), by=ZHOU) == answers[1]


def test_times_of_the_device_may_be_anything(premises: Premises) -> None:
    case = next(LANES)
    premises.file(case=case)

    for seq, at in enumerate(("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-23T02:00:00+23:59")):
        text = json.dumps(body("case.note@1", {"text": "字"}, by=ZHOU, seq=seq, at=at, lane=case))
        assert push(premises, text, by=ZHOU).verdict == "applied"
