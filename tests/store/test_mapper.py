"""Facts to stored bytes and back; personal values never in clear, and never readable in another place."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.case.facts import CaseNoted
from domain.facts import Envelope, Fact, Meta, Sealed, all_facts, sealed_fields, tag_of
from store.keys import KEY_BYTES, KeyVault
from store.mapper import FactMapper
from tests.cast import CALENDAR, CASE, FATHER, LEASE, MONDAY_10AM, STRANGER
from tests.laws.values import facts

KINDS: list[type[Fact]] = sorted(all_facts(), key=lambda kind: tag_of(kind))
ORIGIN = "origin of this log"
SECRET = "13800000001"


def vault_in(folder: Path) -> KeyVault:
    return KeyVault(folder / "keys.db", b"m" * KEY_BYTES)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> KeyVault:
    return vault_in(tmp_path_factory.mktemp("vault"))


@pytest.fixture(scope="module")
def mapper(vault: KeyVault) -> FactMapper:
    return FactMapper(vault, origin=ORIGIN)


META = Meta(actor=FATHER.id, role="resident", recorded_at=MONDAY_10AM)


def envelope(fact: Fact, *, stream: UUID = CASE, version: int = 1) -> Envelope:
    return Envelope(stream, version, fact, META)


def note(text: Any = SECRET, person: UUID = FATHER.id) -> CaseNoted:
    return CaseNoted(text=Sealed(person, value=text))


def without_values(fact: Fact) -> dict[str, Any]:
    """The fields of a fact, each sealed one reduced to whose it is."""
    fields = {name: getattr(fact, name) for name in fact.__struct_fields__}
    return {n: v.person if isinstance(v, Sealed) else v for n, v in fields.items()}


@pytest.mark.parametrize("kind", KINDS, ids=tag_of)
@settings(max_examples=15)
@given(data=st.data())
def test_every_fact_comes_back_as_it_went_in(mapper: FactMapper, kind: type[Fact], data: st.DataObject) -> None:
    before = envelope(data.draw(facts(kind)))

    after = mapper.to_domain_event(mapper.to_stored_event(before))

    assert (after.originator_id, after.originator_version, after.meta) == (CASE, 1, META)
    assert type(after.fact) is kind
    assert without_values(after.fact) == without_values(before.fact)
    for field in sealed_fields(kind):
        sealed = getattr(before.fact, field)
        expected = None if sealed is None else msgspec.json.decode(msgspec.json.encode(sealed.value))
        assert mapper.unseal(after, field) == expected


def test_every_tag_is_written_out_once_and_says_what_happened_to_what() -> None:
    tags = [tag_of(kind) for kind in all_facts()]

    assert len(set(tags)) == len(tags)
    assert all(tag.count(".") == 1 for tag in tags)


def test_items_and_calendars_survive_being_stored() -> None:
    for value in (LEASE, CALENDAR):
        assert msgspec.json.decode(msgspec.json.encode(value), type=type(value)) == value


@given(text=st.text(min_size=6, max_size=40))
def test_a_sealed_value_never_appears_in_what_is_stored(mapper: FactMapper, text: str) -> None:
    state = mapper.to_stored_event(envelope(note(text))).state

    assert text.encode() not in state
    assert msgspec.json.encode(text) not in state


def test_the_same_value_sealed_twice_looks_different(mapper: FactMapper) -> None:
    assert mapper.to_stored_event(envelope(note())).state != mapper.to_stored_event(envelope(note())).state


@pytest.mark.parametrize(
    "moved",
    [
        {"stream": FATHER.id},
        {"version": 2},
    ],
    ids=["to another stream", "to another version"],
)
def test_a_ciphertext_that_was_moved_does_not_open(mapper: FactMapper, moved: dict[str, Any]) -> None:
    stored = mapper.to_domain_event(mapper.to_stored_event(envelope(note())))

    elsewhere = envelope(stored.fact, **moved)

    with pytest.raises(MapperDeserialisationError, match="altered"):
        mapper.unseal(elsewhere, "text")


def test_a_ciphertext_given_to_another_person_does_not_open(mapper: FactMapper) -> None:
    stored = mapper.to_domain_event(mapper.to_stored_event(envelope(note())))
    mapper.to_stored_event(envelope(note(person=STRANGER.id)))

    given_away = envelope(CaseNoted(text=replace(stored.fact.text, person=STRANGER.id)))

    with pytest.raises(MapperDeserialisationError, match="altered"):
        mapper.unseal(given_away, "text")


def test_a_ciphertext_of_another_log_does_not_open(mapper: FactMapper, vault: KeyVault) -> None:
    stored = mapper.to_domain_event(mapper.to_stored_event(envelope(note())))

    with pytest.raises(MapperDeserialisationError, match="altered"):
        FactMapper(vault, origin="another log").unseal(stored, "text")


def test_one_flipped_bit_is_noticed(mapper: FactMapper) -> None:
    stored = mapper.to_domain_event(mapper.to_stored_event(envelope(note())))
    box = stored.fact.text.box

    flipped = envelope(CaseNoted(text=Sealed(FATHER.id, box=bytes([*box[:-1], box[-1] ^ 1]))))

    with pytest.raises(MapperDeserialisationError, match="altered"):
        mapper.unseal(flipped, "text")


def test_a_value_whose_key_is_gone_is_absent_and_the_fact_stays(mapper: FactMapper, tmp_path: Path) -> None:
    stored = mapper.to_domain_event(mapper.to_stored_event(envelope(note())))

    without_key = FactMapper(vault_in(tmp_path), origin=ORIGIN)

    assert without_key.unseal(stored, "text") is None
    assert without_key.to_domain_event(mapper.to_stored_event(envelope(note()))).fact.text.person == FATHER.id


@pytest.mark.parametrize(
    "stored",
    [
        StoredEvent(CASE, 7, "case.no_such_tag", b"{}"),
        StoredEvent(CASE, 7, "case.noted", b"{"),
        StoredEvent(CASE, 7, "case.noted", b'{"meta":{},"fact":{"tag":"case.noted"}}'),
    ],
    ids=["unknown tag", "no JSON", "fields missing"],
)
def test_what_cannot_be_read_is_named_by_its_place(mapper: FactMapper, stored: StoredEvent) -> None:
    with pytest.raises(MapperDeserialisationError, match=f"{stored.topic} at {CASE}/7"):
        mapper.to_domain_event(stored)


def test_a_field_that_a_newer_program_has_added_is_ignored(mapper: FactMapper) -> None:
    stored = mapper.to_stored_event(envelope(note()))
    grown = stored.state.replace(b'"fact":{', b'"fact":{"mood":"good",')

    assert mapper.to_domain_event(StoredEvent(CASE, 1, stored.topic, grown)).fact.text.person == FATHER.id
