"""Schemathesis over every address as everybody, a share of it; and the control: defects and lies are found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from tests.hostile.hosted import Hosted, broken, hosted, lying
from tests.hostile.schema import Amiss, Attack
from web import openapi_answers
from web.app import create_app
from web.openapi_table import TABLE
from web.openapi_told import PUBLIC, Told

EXAMPLES = 2
SEED = 20261126


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    with hosted(tmp_path_factory.mktemp("hosted")) as made:
        yield made


def test_every_address_answers_everybody_as_the_document_says(host: Hosted) -> None:
    attack = Attack(host)
    operations = list(attack.operations())
    for operation in operations:
        attack.ask(operation, examples=EXAMPLES, chance=SEED)

    assert len(operations) > 90
    assert {200, 204, 400, 401, 403, 404} <= set(attack.answers)
    assert host.is_well()


def test_a_polled_page_is_sent_unpacked_whatever_the_device_says(host: Hosted) -> None:
    hello = {
        "t": "hello",
        "v": [1, 1],
        "app": "test",
        "device": "01970000-0000-7000-8000-0000000000d7",
        "ticket": "",
        "outbox": {"n": 0, "next_seq": 1},
        "wall": "2026-11-23T02:00:00Z",
        "feat": ["zlib"],
    }
    answer = host.ask("clerk", "POST", "/sync/x", json=[hello, {"t": "pull", "cursor": None, "credit": 4}])

    assert (answer.status_code, [frame["t"] for frame in answer.json()]) == (200, ["welcome", "page"])


@pytest.mark.parametrize(("endpoint", "said"), [(broken, "answered 500"), (lying, "Response violates schema")])
def test_a_defect_and_an_answer_that_is_not_as_described_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: object, said: str
) -> None:
    monkeypatch.setitem(TABLE, "GET /api/broken", Told(PUBLIC, openapi_answers.Alive))
    with hosted(tmp_path / "broken") as made:
        made.service.app = create_app(made.service.edge, more=(Route("/api/broken", endpoint),))  # type: ignore[arg-type]
        attack = Attack(made)
        (operation,) = [one for one in attack.operations() if one.label == "GET /api/broken"]
        with pytest.raises(Amiss, match=said):
            attack.ask(operation, examples=1, chance=SEED)
