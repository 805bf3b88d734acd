"""Every kind of fact is either shown by one named handler, or ignored on purpose."""

from __future__ import annotations

from collections import Counter

from domain.facts import Fact, all_facts, tag_of
from domain.identity.erasure import PersonErased
from projections.beside import LEDGERS
from projections.cases.fold import FAMILIES
from projections.ignored import IGNORED
from projections.lookups import PUBLISHED
from store.centre import Centre

assert Centre.name  # every fact is known once the application is

KNOWN = {tag_of(kind) for kind in all_facts() if not kind.__module__.startswith("tests.")}
HANDLERS: list[list[type[Fact]]] = [
    *(list(family) for family in FAMILIES),
    *(list(one.handlers) for one in LEDGERS),
    list(PUBLISHED),
    [PersonErased],
]
HANDLED = Counter(tag_of(kind) for kinds in HANDLERS for kind in kinds)


def test_every_fact_has_a_handler_or_a_reason_to_have_none() -> None:
    missing = sorted(KNOWN - set(HANDLED) - set(IGNORED))

    assert not missing, (
        f"No projection knows {', '.join(missing)}. A fact on the stream of a case: add a line to FAMILY in the module "
        "of projections/cases/ for its family (`Handling()` where it shows in the state and the timeline alone). "
        "Something beside cases: a handler in a ledger (projections/beside.py). "
        "Published data that documents refer to: add a handler to PUBLISHED in projections/lookups.py. Anything else "
        "that nothing shows: add its tag and the reason to IGNORED in projections/ignored.py. Then raise SHAPE in "
        "projections/schema.py, so that files are built anew."
    )


PUBLISHED_AND_SHOWN = {"staff.enrolled", "training.published"}
"""Documents of cases name the person, and colleagues see what they may do."""


def test_no_fact_has_two_handlers_or_a_handler_and_a_reason_to_have_none() -> None:
    assert {tag for tag, count in HANDLED.items() if count > 1} == PUBLISHED_AND_SHOWN
    assert set(HANDLED) & set(IGNORED) == set()


def test_only_facts_that_there_are_can_be_ignored_and_each_for_a_reason() -> None:
    assert set(IGNORED) - KNOWN == set()
    assert [tag for tag, reason in IGNORED.items() if not reason] == []


def test_no_two_ledgers_call_a_view_or_a_document_by_the_same_name() -> None:
    for names in ([name for one in LEDGERS for name in one.views], [kind for one in LEDGERS for kind in one.builders]):
        assert sorted(names) == sorted(set(names))
