"""Facts to stored bytes and back; personal values never in clear, and never readable in another place."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.case.facts import CaseFiled, CaseNoted
from domain.facts import Envelope, Fact, Meta, Sealed, all_facts, sealed_fields, tag_of
from store.keys import KEY_BYTES, KeyVault
from store.mapper import FactMapper, NewerFact
from store.shelf import SQLiteShelf
from tests.cast import CALENDAR, CASE, FATHER, LEASE, MONDAY_10AM, STRANGER
from tests.laws.values import facts
from tests.vectors.facts import examples

KINDS: list[type[Fact]] = sorted(all_facts(), key=lambda kind: tag_of(kind))
ORIGIN = "origin of this log"
SECRET = "13800000001"


def vault_in(folder: Path) -> KeyVault:
    return KeyVault(SQLiteShelf(folder / "keys.db"), b"m" * KEY_BYTES)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> KeyVault:
    return vault_in(tmp_path_factory.mktemp("vault"))


@pytest.fixture(scope="module")
def mapper(vault: KeyVault) -> FactMapper:
    return FactMapper(vault, origin=ORIGIN)


@pytest.fixture(autouse=True, scope="module")
def keys_are_committed(vault: KeyVault) -> None:
    for person in (FATHER.id, STRANGER.id):
        vault.derived_for_writing(person, "so that there is a key")


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
def test_every_fact_comes_back_as_it_went_in(
    vault: KeyVault, mapper: FactMapper, kind: type[Fact], data: st.DataObject
) -> None:
    before = envelope(data.draw(facts(kind)))

    stored = mapper.to_stored_event(before)
    vault.flush()
    after = mapper.to_domain_event(stored)

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


def sealed_in(kind: msgspec.inspect.Type, *, within: frozenset[type] = frozenset()) -> Iterator[str]:
    """Where a value of `kind` may hold a sealed one; the mapper seals those in the fields of a fact, and no others."""
    match kind:
        case msgspec.inspect.StructType() if kind.cls is Sealed:
            yield ""
        case msgspec.inspect.StructType() if kind.cls not in within:
            for field in kind.fields:
                found = sealed_in(field.type, within=within | {kind.cls})
                yield from (f".{field.name}{deeper}" for deeper in found)
        case msgspec.inspect.UnionType():
            for one in kind.types:
                yield from sealed_in(one, within=within)
        case msgspec.inspect.DictType():
            yield from (f"[]{deeper}" for deeper in sealed_in(kind.value_type, within=within))
        case msgspec.inspect.CollectionType():
            yield from (f"[]{deeper}" for deeper in sealed_in(kind.item_type, within=within))
        case msgspec.inspect.TupleType():
            for one in kind.item_types:
                yield from (f"[]{deeper}" for deeper in sealed_in(one, within=within))
        case _:
            return


class Careless(msgspec.Struct):
    """What a fact must not look like: sealed values where nobody seals them."""

    each: tuple[Sealed, ...]
    by_name: dict[str, Sealed | None]
    pair: tuple[int, Sealed]


def test_sealed_values_are_found_however_deep() -> None:
    assert set(sealed_in(msgspec.inspect.type_info(Careless))) == {".each[]", ".by_name[]", ".pair[]"}


@pytest.mark.parametrize("kind", KINDS, ids=tag_of)
def test_no_fact_holds_a_sealed_value_where_it_would_be_stored_in_clear(kind: type[Fact]) -> None:
    assert set(sealed_in(msgspec.inspect.type_info(kind))) == {f".{name}" for name in sealed_fields(kind)}


@given(text=st.text(min_size=6, max_size=40))
def test_a_sealed_value_never_appears_in_what_is_stored(mapper: FactMapper, text: str) -> None:
    words = f"密{text}"

    state = mapper.to_stored_event(envelope(note(words))).state

    assert words.encode() not in state
    assert msgspec.json.encode(words)[1:-1] not in state


def test_the_same_value_sealed_twice_looks_different(mapper: FactMapper) -> None:
    assert mapper.to_stored_event(envelope(note())).state != mapper.to_stored_event(envelope(note())).state


FILED = "case.filed"
TWO_BOXES = replace(
    examples.fact(CaseFiled, full=True),
    answers=Sealed(FATHER.id, value={"phone": SECRET}),
    agent_answers=Sealed(STRANGER.id, value={"phone": SECRET}),
)
Change = Callable[[Sealed, Sealed], dict[str, Any]]


def altered(box: bytes, at: int) -> bytes:
    return box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :]


def answers(sealed: Sealed) -> dict[str, Any]:
    return {"fact": {"answers": sealed}}


TAMPERED: dict[str, tuple[Change, str]] = {
    "altered": (lambda a, _: answers(replace(a, box=altered(a.box, len(a.box) - 1))), "was altered"),
    "truncated": (lambda a, _: answers(replace(a, box=a.box[:-1])), "was altered"),
    "all but gone": (lambda a, _: answers(replace(a, box=a.box[:9])), "was cut short"),
    "of another form": (lambda a, _: answers(replace(a, box=b"\2")), "is of an unknown form"),
    "swapped": (lambda a, b: answers(replace(a, box=b.box)), "sealed under another key"),
    "moved to another field": (lambda _, b: answers(b), "was altered or moved"),
    "given away": (lambda a, _: answers(replace(a, person=STRANGER.id)), "sealed under another key"),
    "moved to another stream": (lambda _a, _b: {"stream": FATHER.id}, "was altered or moved"),
    "moved to another version": (lambda _a, _b: {"version": 2}, "was altered or moved"),
}


@pytest.mark.parametrize(("change", "why"), TAMPERED.values(), ids=TAMPERED)
def test_a_box_that_was_tampered_with_is_refused_by_stream_version_tag_and_field(
    mapper: FactMapper, change: Change, why: str
) -> None:
    stored = mapper.to_domain_event(mapper.to_stored_event(envelope(TWO_BOXES)))
    assert mapper.unseal(stored, "answers") == mapper.unseal(stored, "agent_answers") == {"phone": SECRET}

    changed = change(stored.fact.answers, stored.fact.agent_answers)
    fact = replace(stored.fact, **changed.pop("fact", {}))
    tampered = envelope(fact, **changed)

    place = f"answers of {FILED} at {tampered.originator_id}/{tampered.originator_version} "
    with pytest.raises(MapperDeserialisationError, match=f"^{place}.*{why}") as refusal:
        mapper.unseal(tampered, "answers")
    assert SECRET not in str(refusal.value)


def test_a_box_moved_to_a_fact_of_another_kind_does_not_open(mapper: FactMapper) -> None:
    stored = mapper.to_domain_event(mapper.to_stored_event(envelope(TWO_BOXES)))

    with pytest.raises(MapperDeserialisationError, match=f"text of case.noted at {CASE}/1 was altered or moved"):
        mapper.unseal(envelope(CaseNoted(text=stored.fact.answers)), "text")


def test_a_box_of_another_log_does_not_open(mapper: FactMapper, vault: KeyVault) -> None:
    stored = mapper.to_domain_event(mapper.to_stored_event(envelope(note())))

    with pytest.raises(MapperDeserialisationError, match=f"text of case.noted at {CASE}/1 was altered or moved"):
        FactMapper(vault, origin="another log").unseal(stored, "text")


class OneKey:
    """Everybody has the same key, as no vault would give it."""

    def key(self, person: UUID) -> bytes | None:
        """The key."""
        return b"k" * KEY_BYTES

    key_for_writing = key


def test_a_box_is_bound_to_its_person_also_where_another_has_the_same_key() -> None:
    mapper = FactMapper(OneKey(), origin="a log")
    stored = mapper.to_domain_event(mapper.to_stored_event(envelope(note())))
    given_away = envelope(CaseNoted(text=replace(stored.fact.text, person=STRANGER.id)))

    with pytest.raises(MapperDeserialisationError, match=f"text of case.noted at {CASE}/1 was altered or moved"):
        mapper.unseal(given_away, "text")


def test_what_is_sealed_for_a_person_who_was_erased_is_gone_at_once(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.destroy(FATHER.id)
    mapper = FactMapper(vault, origin=ORIGIN)

    stored = mapper.to_domain_event(mapper.to_stored_event(envelope(note())))

    assert stored.fact.text == Sealed(FATHER.id)
    assert mapper.unseal(stored, "text") is None
    vault.close()


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


@pytest.mark.parametrize(("tag", "kind"), [("case.sung_about", NewerFact), ("case.noted", MapperDeserialisationError)])
def test_a_kind_of_fact_that_is_not_known_is_told_from_a_damaged_one(
    mapper: FactMapper, tag: str, kind: type[Exception]
) -> None:
    state = f'{{"meta":{{}},"fact":{{"tag":"{tag}"}}}}'.encode()

    with pytest.raises(MapperDeserialisationError) as alone:
        mapper.envelope(CASE, 1, tag, state)
    with pytest.raises(MapperDeserialisationError) as among_others:
        mapper.authored([mapper.to_stored_event(envelope(note())).state, state], CASE)

    assert (type(alone.value), type(among_others.value)) == (kind, kind)


@given(data=st.data())
def test_damaged_bytes_are_read_as_a_fact_or_refused_by_their_place(mapper: FactMapper, data: st.DataObject) -> None:
    state = bytearray(mapper.to_stored_event(envelope(note())).state)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(state) - 1))
        state[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))

    with contextlib.suppress(MapperDeserialisationError):
        assert isinstance(mapper.envelope(CASE, 7, "case.noted", bytes(state)).fact, CaseNoted)
    with contextlib.suppress(MapperDeserialisationError):
        assert len(mapper.authored([bytes(state)], CASE)) == 1


def test_a_signature_that_is_not_there_takes_no_room(mapper: FactMapper) -> None:
    signed = Envelope(CASE, 1, note(), replace(META, signature=b"s" * 64))

    assert b"signature" not in mapper.to_stored_event(envelope(note())).state
    assert mapper.to_domain_event(mapper.to_stored_event(signed)).meta.signature == b"s" * 64


def test_a_field_that_a_newer_program_has_added_is_ignored(mapper: FactMapper) -> None:
    stored = mapper.to_stored_event(envelope(note()))
    grown = stored.state.replace(b'"fact":{', b'"fact":{"mood":"good",')

    assert mapper.to_domain_event(StoredEvent(CASE, 1, stored.topic, grown)).fact.text.person == FATHER.id
