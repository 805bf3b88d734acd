"""Old forms of facts: read as the facts of today, step by step, their sealed values still opening."""

from __future__ import annotations

from uuid import uuid5

import msgspec
import pytest
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent

from domain.case.facts import CaseNoted
from domain.facts import Envelope, Sealed
from store.boxes import SALT_BYTES, seal
from store.mapper import FactMapper
from store.upcasts import UPCASTS, Fields, Upcast, Upcasts
from tests.cast import CASE, FATHER
from tests.vectors.facts.examples import meta
from tests.vectors.facts.goldens import FixedKeys

ORIGIN = "origin of this log"
STRANGE = uuid5(CASE, "stream of another fact")


def words_become_remark(fields: Fields) -> Fields:
    return {"remark": fields["words"]}


def remark_becomes_text(fields: Fields) -> Fields:
    return {"text": fields["remark"]}


STEPS = {
    "case.noted@first": Upcast("case.noted@second", words_become_remark, sealed_as={"remark": "words"}),
    "case.noted@second": Upcast("case.noted", remark_becomes_text, sealed_as={"text": "remark"}),
}
META = meta(full=True)


@pytest.fixture
def mapper() -> FactMapper:
    return FactMapper(FixedKeys(), origin=ORIGIN, upcasts=STEPS)


def old(tag: str, field: str, *, version: int = 1) -> StoredEvent:
    """A note as the program stored it when it had another tag and its field another name."""
    place = f"{ORIGIN}|{tag}|{CASE.hex}|{version}|{field}|{FATHER.id.hex}"
    box = seal(FixedKeys().key(FATHER.id), bytes([version]) * SALT_BYTES, b'"a note"', place.encode())
    fact = {"tag": tag, field: Sealed(FATHER.id, box=box)}
    return StoredEvent(CASE, version, tag, msgspec.json.encode({"meta": META, "fact": fact}))


@pytest.mark.parametrize(("tag", "field"), [("case.noted@first", "words"), ("case.noted@second", "remark")])
def test_an_old_form_is_read_as_the_fact_of_today_and_its_box_opens(mapper: FactMapper, tag: str, field: str) -> None:
    envelope = mapper.to_domain_event(old(tag, field))

    assert isinstance(envelope.fact, CaseNoted)
    assert (envelope.originator_id, envelope.originator_version, envelope.meta) == (CASE, 1, META)
    assert envelope.stored_as == tag
    assert mapper.unseal(envelope, "text") == "a note"


def test_a_state_folds_from_old_and_new_forms_in_their_order(mapper: FactMapper) -> None:
    today = mapper.to_stored_event(Envelope(CASE, 2, CaseNoted(text=Sealed(FATHER.id, value="today")), META))
    states = [old("case.noted@first", "words").state, today.state, old("case.noted@second", "remark", version=3).state]

    read = mapper.authored(states, CASE)

    assert [type(each.fact) for each in read] == [CaseNoted] * 3
    assert {each.meta.actor for each in read} == {META.actor}
    assert len({each.fact.text.box for each in read if isinstance(each.fact, CaseNoted)}) == 3


def test_a_box_moved_to_the_fact_of_today_does_not_open(mapper: FactMapper) -> None:
    envelope = mapper.to_domain_event(old("case.noted@first", "words"))

    with pytest.raises(MapperDeserialisationError, match=f"text of case.noted at {CASE}/1 was altered or moved"):
        mapper.unseal(Envelope(CASE, 1, envelope.fact, META), "text")


def test_a_damaged_box_of_an_old_form_is_named_as_it_was_stored(mapper: FactMapper) -> None:
    stored = old("case.noted@first", "words")
    moved = mapper.to_domain_event(StoredEvent(STRANGE, 1, stored.topic, stored.state))

    with pytest.raises(MapperDeserialisationError, match=f"words of case.noted@first at {STRANGE}/1 was altered"):
        mapper.unseal(moved, "text")


@pytest.mark.parametrize(
    ("tag", "state", "why"),
    [
        ("case.noted@third", b'{"meta":{},"fact":{"tag":"case.noted@third"}}', "no such tag"),
        ("case.noted@first", b'{"meta":{},"fact":{"tag":"case.noted@first"}}', "KeyError on the way"),
        ("case.noted@first", b'{"meta":{},"fact":{"words":7}}', "missing required field|Expected"),
        ("case.noted@first", b'{"fact":{}}', "missing required field `meta`"),
        ("case.noted@first", b"{", "truncated"),
        ("case.noted@first", b"[" * 100_000, "recursion|Expected"),
        ("case.noted@first", b'{"meta":{},"fact":{"words":"\xff"}}', "utf-8|UTF-8"),
    ],
    ids=["unknown", "field missing", "field of another type", "no meta", "cut", "deep", "no text"],
)
def test_an_old_form_that_cannot_be_read_is_named_by_stream_version_and_tag(
    mapper: FactMapper, tag: str, state: bytes, why: str
) -> None:
    with pytest.raises(MapperDeserialisationError, match=f"cannot read {tag} at {CASE}/7: .*({why})"):
        mapper.to_domain_event(StoredEvent(CASE, 7, tag, state))


@pytest.mark.parametrize(
    ("state", "named"),
    [
        (b'{"meta":{},"fact":{"tag":"case.noted@third"}}', "case.noted@third"),
        (b'{"meta":{},"fact":{"tag":"case.noted@first"}}', "case.noted@first"),
        (b'{"meta":{},"fact":{"tag":"case.noted"}}', "case.noted"),
        (b"{", "what has no tag"),
        (b"\xff", "what has no tag"),
    ],
)
def test_a_fold_that_cannot_go_on_names_stream_version_and_tag(mapper: FactMapper, state: bytes, named: str) -> None:
    before = old("case.noted@second", "remark").state

    with pytest.raises(MapperDeserialisationError, match=f"cannot read {named} at {CASE}/2: "):
        mapper.authored([before, state], CASE)


def test_the_log_is_asked_for_old_tags_too(mapper: FactMapper) -> None:
    assert mapper.stored_tags({"case.noted", "case.filed"}) == {"case.noted", "case.filed", *STEPS}
    assert mapper.stored_tags(()) == set()
    assert [mapper.current_tag(tag) for tag in ("case.noted@first", "case.filed")] == ["case.noted", "case.filed"]


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ({"a": Upcast("b", dict)}, "of a do not end"),
        ({"a": Upcast("b", dict), "b": Upcast("a", dict)}, "of a do not end"),
        ({"a": Upcast("b", dict), "b": Upcast("b", dict)}, "of a do not end"),
        ({"today": Upcast("b", dict)}, "today is a fact of today"),
    ],
    ids=["to nothing", "in a ring", "to itself", "from today"],
)
def test_upcasts_that_lead_nowhere_stop_the_start(steps: dict[str, Upcast], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Upcasts(steps, {"today"})


def test_the_programs_own_upcasts_lead_to_facts_of_today() -> None:
    tags = FactMapper(FixedKeys(), origin=ORIGIN).tags

    assert {Upcasts(UPCASTS, tags).current(tag) for tag in UPCASTS} <= set(tags)
