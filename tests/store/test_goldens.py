"""Stored facts are read for ever: every tag that was ever written, and its bytes, against the program of today."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from eventsourcing.persistence import MapperDeserialisationError
from msgspec import Struct

from domain.facts import Envelope, Fact, Sealed, sealed_fields, tag_of
from tests.vectors.facts import goldens
from tests.vectors.facts.goldens import COMMAND, Golden, Plain

KINDS = goldens.all_kinds()
GOLDENS = goldens.read()
MAPPER = goldens.golden_mapper()
EACH = [
    pytest.param(tag, golden, id=f"{tag} form {golden.form} {golden.example}")
    for tag, forms in sorted(GOLDENS.items())
    for golden in forms
]
TO_DO = (
    f"Run `{COMMAND}` and keep what it adds. Where it cannot read a golden: give the changed fact a new tag "
    "(`{tag}@2`) and a step in store/upcasts.py; only if the fact was never released, delete "
    "tests/vectors/facts/{tag}.json first."
)


def to_do(tag: str) -> str:
    return TO_DO.replace("{tag}", tag)


def read(tag: str, golden: Golden) -> Envelope:
    """The golden as the program reads it."""
    try:
        return goldens.decoded(tag, golden)
    except MapperDeserialisationError as error:
        pytest.fail(f"{error}\n{to_do(tag)}", pytrace=False)


def subclasses(kind: type[Fact]) -> list[type[Fact]]:
    return [each for direct in kind.__subclasses__() for each in (direct, *subclasses(direct))]


@pytest.mark.parametrize("tag", sorted(KINDS))
def test_every_fact_has_goldens_of_its_form_of_today(tag: str) -> None:
    forms = GOLDENS.get(tag, [])

    for golden in forms:
        read(tag, golden)
    last = [golden for golden in forms if golden.form == max(each.form for each in forms)]

    assert {golden.example for golden in last} == {"full", "bare"}, to_do(tag)
    assert all(goldens.is_of_today(tag, golden) for golden in last), to_do(tag)


@pytest.mark.parametrize(("tag", "golden"), EACH)
def test_what_was_ever_stored_is_read_as_what_it_said(tag: str, golden: Golden) -> None:
    envelope = read(tag, golden)
    now = tag_of(envelope.fact)
    expected = golden.fact if now == tag else golden.read_as.get(now)

    assert expected is not None, to_do(tag)
    assert (envelope.originator_id, envelope.originator_version) == (golden.stream, golden.version)
    assert goldens.plain(envelope.meta) == golden.meta
    assert only_grown(expected, goldens.plain(goldens.opened(envelope))), to_do(tag)


def only_grown(before: Plain, now: Plain) -> bool:
    """Whether `now` says what `before` said, perhaps with more fields."""
    return set(sayings(before)) <= set(sayings(now))


def sayings(value: Any, at: str = "") -> Iterator[str]:
    """Everything that plain values say, each with its place."""
    if hasattr(value, "items"):
        yield f"{at} has fields"
        for key, inner in value.items():
            yield from sayings(inner, f"{at}/{key}")
    elif hasattr(value, "append"):
        yield f"{at} has {len(value)} rows"
        for row, inner in enumerate(value):
            yield from sayings(inner, f"{at}/{row}")
    else:
        yield f"{at} is {value!r}"


@pytest.mark.parametrize(("tag", "golden"), EACH)
def test_a_state_folds_from_what_was_ever_stored(tag: str, golden: Golden) -> None:
    envelope = read(tag, golden)

    (authored,) = MAPPER.authored([golden.state.encode()], golden.stream)

    assert (authored.fact, authored.meta.actor) == (envelope.fact, envelope.meta.actor)


def test_no_tag_that_was_ever_written_is_dropped() -> None:
    written = goldens.written_tags()

    assert len(written) == len(set(written))
    assert set(written) == set(GOLDENS), f"tests/vectors/facts/tags.txt and the goldens differ. Run `{COMMAND}`."
    assert set(KINDS) <= set(written), f"New facts: {sorted(set(KINDS) - set(written))}. Run `{COMMAND}`."
    for tag in written:
        assert MAPPER.current_tag(tag) in KINDS, f"{tag} is stored in old logs; store/upcasts.py must lead on from it"


def test_every_fact_has_a_tag_of_its_own_and_cannot_be_changed() -> None:
    kinds = subclasses(Fact)

    assert all(tag_of(kind) for kind in kinds), [kind for kind in kinds if not tag_of(kind)]
    assert len({tag_of(kind) for kind in kinds}) == len(kinds)
    assert all(kind.__struct_config__.frozen for kind in kinds)
    assert all(kind.__struct_config__.tag_field == "tag" for kind in kinds)


def test_the_store_alone_knows_every_fact() -> None:
    question = (
        "import json, store.centre; from store.mapper import FactMapper; "
        "print(json.dumps(sorted(FactMapper(None, origin='').tags)))"
    )

    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)

    assert json.loads(answer.stdout) == sorted(KINDS), "store.states must import every module with facts"


def test_facts_are_written_in_the_domain_and_the_store_only() -> None:
    sources = [each for package in ("projections", "sync", "web") for each in Path(package).rglob("*.py")]

    assert len(sources) > 10
    assert [each for each in sources if re.search(r"^ *class \w+\((.*\W)?Fact\W", each.read_text(), re.M)] == []


@pytest.mark.parametrize("tag", sorted(KINDS))
def test_only_fields_of_the_fact_itself_are_sealed(tag: str) -> None:
    kind = KINDS[tag]
    hints = get_type_hints(kind)

    for field in set(kind.__struct_fields__) - set(sealed_fields(kind)):
        assert Sealed not in inside(hints[field]), field
    for field in sealed_fields(kind):
        assert set(get_args(hints[field])) <= {Sealed, type(None)}


def inside(hint: Any, seen: frozenset[Any] = frozenset()) -> set[Any]:
    """A type and all types within it."""
    if hint in seen:
        return set()
    parts: list[Any] = list(get_args(hint))
    if hasattr(hint, "__struct_fields__") or is_dataclass(hint):
        parts += get_type_hints(hint).values()
    return {hint}.union(*(inside(part, seen | {hint}) for part in parts))


def test_a_sealed_value_within_another_struct_would_be_found() -> None:
    class Inner(Struct):
        words: tuple[Sealed, ...]

    assert Sealed in inside(dict[str, Inner | None])


@pytest.mark.parametrize("tag", sorted(KINDS))
def test_nothing_sealed_stands_in_the_goldens_in_clear(tag: str) -> None:
    for golden in GOLDENS.get(tag, []):
        sealed = [golden.fact[name]["value"] for name in sealed_fields(KINDS[tag]) if golden.fact.get(name)]
        stands = json.loads(golden.state)["fact"]

        assert all(set(stands[name]) == {"person", "box"} for name in sealed_fields(KINDS[tag]) if stands.get(name))
        assert all(msgspec.json.encode(value).decode() not in golden.state for value in sealed if value is not None)


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        ({"a": 1}, {"a": 1, "b": None}, True),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}]}, True),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": {}}, {"a": None}, False),
    ],
)
def test_a_form_may_grow_and_nothing_else(before: Plain, now: Plain, same: bool) -> None:
    assert only_grown(before, now) is same
