"""What passes: the words of a command that was not done open for ninety days, and never again."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.case.commands import AddNote
from store import passing
from store.boxes import BoxDamaged
from store.receipts import receipt_stream
from tests.cast import CASE, STRANGER, Clock
from tests.premises import Premises, Site

SAID = {"text": "秘密的话"}


def refused(premises: Premises) -> tuple[UUID, Any]:
    """A note that a stranger may not write: the command's id, and its payload as it is stored."""
    call = premises.call(AddNote(text="秘密的话"), by=STRANGER)
    assert premises.centre.submit(call).result(60).verdict == "refused"
    (receipt,) = premises.centre.read(receipt_stream(STRANGER.id, call.id))
    return call.id, premises.centre.unseal(receipt, "payload")


def test_words_open_until_the_day_is_ninety_days_over(premises: Premises, clock: Clock) -> None:
    premises.receive()
    vault, (id, stored) = premises.centre.vault, refused(premises)
    day = clock().date()

    clock.advance(days=90)
    early = passing.destroy_passed(vault, now=clock())
    assert passing.opened(vault, stored, bound_to=id) == SAID
    clock.advance(days=1)
    late = passing.destroy_passed(vault, now=clock())

    assert (early, late) == ([], [day])
    assert passing.opened(vault, stored, bound_to=id) is None
    assert passing.destroy_passed(vault, now=clock()) == []


def test_nobody_is_erased_by_it_and_other_days_stay(premises: Premises, clock: Clock) -> None:
    premises.receive()
    vault = premises.centre.vault
    old = refused(premises)
    clock.advance(days=60)
    young = refused(premises)
    clock.advance(days=40)

    before = vault.counts()
    passing.destroy_passed(vault, now=clock())

    assert [passing.opened(vault, stored, bound_to=id) for id, stored in (old, young)] == [None, SAID]
    assert (vault.counts(), vault.destroyed()) == (before, [])


def test_another_process_knows_the_key_no_more_when_it_looks(
    premises: Premises, furnished_site: Site, clock: Clock
) -> None:
    premises.receive()
    id, stored = refused(premises)
    clock.advance(days=91)
    with furnished_site.opened(clock, name="other") as other:
        assert passing.opened(other.centre.vault, stored, bound_to=id) == SAID

        passing.destroy_passed(premises.centre.vault, now=clock())
        passing.destroy_passed(other.centre.vault, now=clock())

        assert passing.opened(other.centre.vault, stored, bound_to=id) is None


def test_what_is_refused_under_a_day_that_is_destroyed_is_gone_at_once(premises: Premises, clock: Clock) -> None:
    premises.receive()
    vault = premises.centre.vault
    refused(premises)
    vault.destroy_days(before=date.max)

    id, stored = refused(premises)

    assert passing.opened(vault, stored, bound_to=id) is None


def test_the_words_of_one_command_do_not_open_as_those_of_another(premises: Premises) -> None:
    premises.receive()
    _, stored = refused(premises)

    with pytest.raises(BoxDamaged):
        passing.opened(premises.centre.vault, stored, bound_to=CASE)


def test_words_recorded_before_there_were_keys_of_days_are_read_as_they_are(premises: Premises) -> None:
    assert passing.opened(premises.centre.vault, SAID, bound_to=CASE) == SAID
    assert passing.opened(premises.centre.vault, None, bound_to=CASE) is None
