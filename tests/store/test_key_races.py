"""Two writers on one log and one vault: whoever makes a person's key first, what both have sealed opens."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from typing import cast
from uuid import UUID, uuid5

import pytest

from domain.actors import Actor, Role
from domain.facts import Envelope, sealed_fields
from store.centre import Centre, EngineFactory
from store.keys import KeyVault
from store.master import open_vault
from tests.cast import CASE, FATHER
from tests.premises import Premises, Site

NEWCOMER = Actor(id=uuid5(CASE, "a person without a key"), roles=frozenset({Role.RESIDENT}))


def everything_opens(centre: Centre) -> list[UUID]:
    """Open every box of the log; whose they were."""
    found: list[UUID] = []
    for _, envelope in centre.follow(0, 10_000):
        for field in sealed_fields(type(envelope.fact)):
            if (sealed := getattr(envelope.fact, field)) is not None:
                assert sealed.box
                assert centre.facts.unseal(envelope, field) is not None, (envelope.fact, field)
                found.append(sealed.person)
    return found


def vault_beside(centre: Centre) -> KeyVault:
    """The vault as another process has it."""
    shelf = cast("EngineFactory", centre.factory).key_shelf(centre.folder)
    return open_vault(shelf, centre.folder / "master.key")


def test_a_key_made_elsewhere_between_sealing_and_committing_is_the_one_that_sealed(
    premises: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = premises.centre
    flush, interrupted = centre.vault.flush, list[bytes]()

    def flush_after_another(*_: object) -> None:
        if not interrupted:
            with closing(vault_beside(centre)) as other:
                interrupted.append(other.derived_for_writing(NEWCOMER.id, "files"))
        flush()

    monkeypatch.setattr(centre.vault, "flush", flush_after_another)
    assert premises.file(by=NEWCOMER).verdict == "applied"

    with closing(vault_beside(centre)) as later:
        assert later.derived(NEWCOMER.id, "files") == interrupted[0]
    assert NEWCOMER.id in everything_opens(centre)


def test_a_person_erased_between_sealing_and_committing_leaves_a_fact_without_the_value(
    premises: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = premises.centre
    flush = centre.vault.flush

    def flush_after_erasure() -> None:
        with closing(vault_beside(centre)) as other:
            other.destroy(NEWCOMER.id)
        flush()

    monkeypatch.setattr(centre.vault, "flush", flush_after_erasure)
    answer = premises.file(by=NEWCOMER)

    assert answer.verdict == "applied"
    (filed,) = [envelope for envelope in centre.read(CASE) if "answers" in sealed_fields(type(envelope.fact))]
    assert boxes_of(filed) == {b""}
    assert centre.vault.key(NEWCOMER.id) is None


def boxes_of(envelope: Envelope) -> set[bytes]:
    found = [getattr(envelope.fact, field) for field in sealed_fields(type(envelope.fact))]
    return {sealed.box for sealed in found if sealed is not None}


def test_what_two_processes_filed_for_one_person_at_once_opens_afterwards(furnished_site: Site) -> None:
    command = [sys.executable, "-m", "tests.store.filer", furnished_site.as_text()]

    filers = [
        subprocess.Popen([*command, name, "5"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for name in ("one", "two")
    ]
    answers = [json.loads(filer.communicate(timeout=60)[0]) for filer in filers]

    assert [answer["verdicts"] for answer in answers] == [{"applied": 5}] * 2
    with furnished_site.opened() as premises:
        assert everything_opens(premises.centre).count(FATHER.id) >= 10
