"""The demonstration centre: made whole or not at all, from real commands, with a case in every state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.calendar.limits import local_day
from domain.case.acts import CaseStatus
from domain.case.facts import CaseAccepted, CaseFiled, CasePosted, FileStored, ResultRendered
from domain.catalogue.answers import check_answers
from domain.catalogue.conditions import filled_form
from domain.catalogue.items import ServiceItem
from domain.facts import Envelope, tag_of
from domain.identity.checks import mobile, resident_id
from store.centre import Centre
from store.files import FileStore
from store.places import FolderPlaces
from tests.app.demonstration import TUESDAY_AFTERNOON, Demonstration
from web.demo import centre as demo
from web.demo.answers import fill
from web.demo.making import WINDOW
from web.demo.people import AUNT, LESSORS, MOTHER, RESIDENTS
from web.passwords import Passwords

SUNDAY_EVENING = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
NATIONAL_DAY = datetime(2026, 10, 4, 4, 0, tzinfo=UTC)
FIRST_MINUTE_OF_A_YEAR = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)


def opened(folder: Path, now: datetime) -> Centre:
    return Centre.open(folder, clock=lambda: now, new_id=uuid4)


@pytest.fixture
def centre(demonstration: Demonstration) -> Centre:
    return demonstration.centre


def filed_cases(centre: Centre) -> list[UUID]:
    notes = centre.recorder.select_notifications(None, 10_000, topics=("case.filed",))
    return [note.originator_id for note in notes if isinstance(note.originator_id, UUID)]


def envelopes(centre: Centre) -> list[Envelope]:
    return [envelope for _, envelope in centre.follow(0, 100_000)]


def published(centre: Centre) -> list[ServiceItem]:
    return [centre.item(item_id) for item_id in dict.fromkeys(_item_ids(centre))]


def _item_ids(centre: Centre) -> Iterator[str]:
    for note in centre.recorder.select_notifications(None, 1000, topics=("item.published",)):
        item = centre.facts.to_domain_event(note).fact.item
        assert isinstance(item, ServiceItem)
        yield item.id


def test_there_is_a_case_in_every_state_and_more_than_a_dozen_items(centre: Centre) -> None:
    cases = [centre.case(case) for case in filed_cases(centre)]

    assert {case.status for case in cases} == set(CaseStatus)
    assert len(cases) >= 80
    assert len({case.item_id for case in cases}) >= 13
    assert Counter(case.item_id for case in cases)["house-lease-filing"] >= 12


def test_everything_the_app_needs_is_published(centre: Centre) -> None:
    particulars = centre.particulars()

    assert particulars is not None
    assert particulars.is_demo
    assert len(published(centre)) == 43
    assert centre.calendar().is_workday(date(2026, 11, 24))
    assert centre.arrangement().themes


def test_one_case_is_due_today_one_is_late_and_one_waits_for_photographs(centre: Centre) -> None:
    today = local_day(TUESDAY_AFTERNOON)
    cases = filed_cases(centre)
    open_ones = [case for case in cases if centre.case(case).status is CaseStatus.ACCEPTED]
    due = {_promised(centre, case) for case in open_ones}

    assert today in due
    assert any(day < today for day in due)
    assert any(centre.case(case).waiting for case in cases)


def _promised(centre: Centre, case: UUID) -> date:
    return next(e.fact.promised.on for e in centre.read(case) if isinstance(e.fact, CaseAccepted))


async def test_every_role_can_sign_in_with_the_one_password(centre: Centre) -> None:
    staff = list(centre.everyone())
    record = centre.staff("zhoumin")

    assert {role for person in staff for role in person.roles} == {
        "window-clerk", "reviewer", "decider", "community-worker", "district-officer", "city-officer", "assessor",
        "outlet-clerk", "lead", "auditor", "trainer", "operator",
    }  # fmt: skip
    assert record is not None
    assert await Passwords().check(record.password_hash, demo.PASSWORD)


def test_certificates_differ_one_has_just_expired(centre: Centre) -> None:
    today = local_day(TUESDAY_AFTERNOON)
    staff = {person.username: person for person in centre.everyone()}

    assert len(staff["zhoumin"].held) == 43
    assert 0 < len(staff["hexin"].held) < 43
    assert staff["tangli"].qualified_until("house-lease-filing") == today - timedelta(days=12)
    assert staff["litao"].held == {}


def test_the_first_resident_signs_in_by_phone_and_finds_cases(centre: Centre) -> None:
    person = centre.person_for_phone(demo.RESIDENT_PHONE)

    mine = [case for case in filed_cases(centre) if centre.case(case).belongs_to(person)]

    assert demo.RESIDENT_PHONE == "13800000001"
    assert {centre.case(case).status for case in mine} >= {CaseStatus.CORRECTION, CaseStatus.ACCEPTED}


def test_photographs_and_results_can_be_read(centre: Centre) -> None:
    files = FileStore(FolderPlaces(centre.folder / "files"), centre.vault)
    facts = [envelope.fact for envelope in envelopes(centre)]

    photographs = {fact.address for fact in facts if isinstance(fact, FileStored)}
    results = [fact for fact in facts if isinstance(fact, ResultRendered)]

    assert all(files.read(address).startswith(b"\xff\xd8") for address in photographs)
    assert all(files.read(result.address).startswith(b"%PDF-") for result in results)
    assert len(results) >= 8
    assert sum(isinstance(fact, CasePosted) for fact in facts) >= 3


def test_the_clock_of_the_history_never_goes_back_and_ends_before_now(centre: Centre) -> None:
    times = [envelope.meta.recorded_at for envelope in envelopes(centre)]

    assert times == sorted(times)
    assert times[-1] <= TUESDAY_AFTERNOON
    filings = [e.meta.recorded_at for e in envelopes(centre) if isinstance(e.fact, CaseFiled)]
    assert filings[-1] > TUESDAY_AFTERNOON - timedelta(hours=24)


@pytest.mark.parametrize("now", [SUNDAY_EVENING, NATIONAL_DAY, FIRST_MINUTE_OF_A_YEAR])
def test_it_can_be_made_at_any_hour_of_any_day(tmp_path: Path, now: datetime) -> None:
    demo.seed(tmp_path / "centre", now=now)

    centre = opened(tmp_path / "centre", now)
    statuses = {centre.case(case).status for case in filed_cases(centre)}
    centre.close()
    assert statuses == set(CaseStatus)


def test_an_interrupted_making_starts_afresh_and_comes_to_the_same_history(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "all_stories", power_cut)
    with pytest.raises(KeyboardInterrupt):
        demo.seed(tmp_path / "centre", now=TUESDAY_AFTERNOON)
    assert not (tmp_path / "centre").exists()
    monkeypatch.undo()

    demo.seed(tmp_path / "centre", now=TUESDAY_AFTERNOON)

    assert [path.name for path in tmp_path.iterdir()] == ["centre"]
    again = opened(tmp_path / "centre", TUESDAY_AFTERNOON)
    told = [_told(envelope) for envelope in envelopes(again)]
    again.close()
    assert told == [_told(envelope) for envelope in envelopes(centre)]


def test_a_centre_is_not_made_twice_in_one_folder(centre: Centre) -> None:
    head = centre.head()

    with pytest.raises(demo.InUse):
        demo.seed(centre.folder, now=TUESDAY_AFTERNOON)

    assert centre.head() == head


def _told(envelope: Envelope) -> tuple[object, ...]:
    """What does not depend on keys, salts and codes, which are random."""
    meta = envelope.meta
    return tag_of(type(envelope.fact)), meta.actor, meta.role, meta.recorded_at


def test_every_command_is_recorded_at_its_own_time(centre: Centre) -> None:
    given = [e.meta for e in envelopes(centre) if e.meta.captured_at is not None]

    assert len(given) > 800
    late = [meta.recorded_at - meta.captured_at for meta in given if meta.captured_at]
    assert min(late) >= timedelta()
    assert max(late) <= WINDOW


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"of value")

    with pytest.raises(demo.InUse):
        demo.seed(tmp_path, now=TUESDAY_AFTERNOON)

    assert [path.name for path in tmp_path.iterdir()] == ["log.db"]


def test_invented_people_pass_the_checks_and_no_number_is_used_twice() -> None:
    people = [*RESIDENTS, MOTHER, AUNT, *LESSORS]
    today = local_day(TUESDAY_AFTERNOON)

    for person in people:
        read = resident_id(person.id_number, on=today)
        assert read is not None
        assert (read.birth, read.sex, read.division) == (person.birth, person.sex, "420105")
        assert mobile(person.phone)
    assert len({person.id_number for person in people}) == len(people)


def test_every_item_can_be_filled_in(centre: Centre) -> None:
    today = local_day(TUESDAY_AFTERNOON)

    problems = {
        item.id: check_answers(filled_form(item, fill(item, RESIDENTS[0], on=today, choices={})), on=today)
        for item in published(centre)
    }

    assert problems == dict.fromkeys(problems, ())
