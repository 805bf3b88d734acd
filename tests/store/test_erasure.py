"""Erasing a person: in order, once, whole again after a crash, and again after a restored backup."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from domain.actors import Actor, Role
from domain.case.facts import CaseFiled, CaseWithdrawn
from domain.centre.centre import NAMESPACE
from domain.facts import Fact
from domain.identity.erasure import PersonErased
from domain.identity.identity import PhoneReleased
from store.answers import Answer
from store.erasure import Erasure, cases_of, erased_persons
from store.files import FileErased, FileStore
from store.keys import KeyVault
from store.places import FolderPlaces
from store.staging import Staging
from tests.cast import CASE, Clock, Filing
from tests.premises import Premises, opened

PHONE = "13912345678"
BASIS = "鉴定〔2036〕第 7 号"


class Archive:
    """A furnished centre with its files and uploads, and one resident with a telephone."""

    def __init__(self, premises: Premises, folder: Path) -> None:
        self.premises = premises
        self.centre = premises.centre
        self.files = FileStore(FolderPlaces(folder / "files"), self.centre.vault)
        self.uploads = Staging(folder / "uploads", self.centre.vault)
        self.erasure = Erasure(self.centre, self.files, self.uploads)
        self.person = self.centre.person_for_phone(PHONE)

    @property
    def resident(self) -> Actor:
        """The resident, as the edge would say."""
        return Actor(id=self.person, roles=frozenset({Role.RESIDENT}))

    def erase(self, *, confirmed: bool = False, person: UUID | None = None) -> Answer:
        """Erase the resident."""
        return self.erasure.erase(
            person or self.person, reason="retention-ended", basis=BASIS, open_cases_confirmed=confirmed
        )

    def begin_upload(self, name: str = "upload", *, by: UUID | None = None) -> UUID:
        """An upload of which the first bytes have arrived."""
        upload, owner = uuid5(NAMESPACE, name), by or self.person
        self.uploads.create(upload, by=owner, size=9, about={}, now=self.premises.clock())
        self.uploads.append(upload, 0, b"photo")
        return upload

    def facts(self, stream: UUID) -> list[Fact]:
        """What stands on a stream."""
        return [envelope.fact for envelope in self.centre.read(stream)]


@pytest.fixture
def archive(premises: Premises, tmp_path: Path) -> Archive:
    return Archive(premises, tmp_path)


def test_the_key_files_and_uploads_go_and_the_facts_stay(archive: Archive) -> None:
    archive.premises.file(by=archive.resident)
    photo = archive.files.put(b"photograph", person=archive.person)
    archive.begin_upload()
    before = archive.facts(CASE)

    assert archive.erase(confirmed=True).verdict == "applied"

    assert archive.centre.vault.is_destroyed(archive.person)
    assert not archive.files.exists(photo.address)
    assert list(archive.uploads.all()) == []
    assert archive.facts(CASE) == [*before, CaseWithdrawn()]
    (filed,) = [envelope for envelope in archive.centre.read(CASE) if isinstance(envelope.fact, CaseFiled)]
    assert archive.centre.unseal(filed, "answers") is None
    assert archive.centre.phone_of(archive.person) is None


def test_an_open_case_stops_an_erasure_that_nobody_confirmed_and_nothing_is_destroyed(archive: Archive) -> None:
    archive.premises.file(by=archive.resident)
    photo = archive.files.put(b"photograph", person=archive.person)

    answer = archive.erase()

    assert (answer.verdict, answer.code, answer.params) == ("refused", "person-has-open-cases", {"cases": [str(CASE)]})
    assert not archive.centre.vault.is_destroyed(archive.person)
    assert archive.files.read(photo.address) == b"photograph"


def test_erasing_twice_records_once(archive: Archive) -> None:
    archive.erase()
    archive.erase()

    erased = [fact for fact in archive.facts(archive.person) if isinstance(fact, PersonErased)]
    assert erased == [PersonErased(reason="retention-ended", basis=BASIS, open_cases=())]


def test_other_persons_are_untouched(archive: Archive) -> None:
    other = archive.centre.person_for_phone("13987654321")
    photo = archive.files.put(b"other", person=other)
    upload = archive.begin_upload("other's", by=other)

    archive.erase()

    assert archive.files.read(photo.address) == b"other"
    assert archive.uploads.find(upload).by == other
    assert archive.centre.phone_of(other) == "13987654321"


def test_a_crash_between_the_fact_and_the_key_is_made_whole_at_the_next_start(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = archive.files.put(b"photograph", person=archive.person)
    archive.begin_upload()

    def crash(_: KeyVault, __: object) -> list[UUID]:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(KeyVault, "destroy_all", crash)
        with pytest.raises(RuntimeError, match="the power went"):
            archive.erase()
    assert list(erased_persons(archive.centre)) == [archive.person]
    assert archive.files.exists(photo.address)

    assert archive.erasure.finish() == [archive.person]
    assert archive.erasure.finish() == [archive.person]

    assert archive.centre.vault.is_destroyed(archive.person)
    assert not archive.files.exists(photo.address)
    assert list(archive.uploads.all()) == []


def test_a_crash_between_the_key_and_the_files_is_made_whole_too(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = archive.files.put(b"photograph", person=archive.person)

    def crash(_: FileStore, __: UUID) -> list[str]:
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(FileStore, "erase", crash)
        with pytest.raises(OSError, match="the power went"):
            archive.erase()
    with pytest.raises(FileErased):
        archive.files.read(photo.address)

    archive.erasure.finish()

    assert not archive.files.exists(photo.address)


def test_keys_that_come_back_with_an_older_copy_are_destroyed_again(tmp_path: Path, clock: Clock) -> None:
    folder, copy = tmp_path / "centre", tmp_path / "keys of yesterday"
    with opened(folder, clock) as premises:
        archive = Archive(premises, tmp_path)
        person = archive.person
        with sqlite3.connect(folder / "keys.db") as now, sqlite3.connect(copy) as then:
            now.backup(then)
        archive.erase()
    for name in ("keys.db", "keys.db-wal", "keys.db-shm"):
        (folder / name).unlink(missing_ok=True)
    copy.rename(folder / "keys.db")

    with opened(folder, clock) as premises:
        vault = premises.centre.vault
        assert not vault.is_destroyed(person)
        Erasure(
            premises.centre, FileStore(FolderPlaces(tmp_path / "files"), vault), Staging(tmp_path / "uploads", vault)
        ).finish()

        assert vault.is_destroyed(person)
        assert vault.key(person) is None


def test_a_log_of_yesterday_is_told_again_who_was_erased(tmp_path: Path, clock: Clock) -> None:
    folder, copy = tmp_path / "centre", tmp_path / "log of yesterday"
    with opened(folder, clock) as premises:
        archive = Archive(premises, tmp_path)
        premises.file(by=archive.resident)
        person = archive.person
        with sqlite3.connect(folder / "log.db") as now, sqlite3.connect(copy) as then:
            now.backup(then)
        archive.erase(confirmed=True)
    for name in ("log.db", "log.db-wal", "log.db-shm"):
        (folder / name).unlink(missing_ok=True)
    copy.rename(folder / "log.db")

    with opened(folder, clock, "restored") as premises:
        archive = Archive(premises, tmp_path)
        assert list(erased_persons(premises.centre)) == []

        assert archive.erasure.finish() == [person]

        (erased,) = [fact for fact in archive.facts(person) if isinstance(fact, PersonErased)]
        assert (erased.reason, erased.open_cases) == ("restored", (CASE,))
        assert archive.centre.person_for_phone(PHONE) != person


def test_somebody_of_whom_the_restored_log_knows_nothing_is_left_alone(archive: Archive) -> None:
    stranger = uuid5(NAMESPACE, "registered after the backup")
    archive.centre.vault.destroy(stranger)

    assert archive.erasure.finish() == []
    assert archive.facts(stranger) == []


def test_whoever_comes_back_with_the_same_telephone_is_somebody_new(archive: Archive) -> None:
    link = archive.centre.link_of(PHONE)
    archive.erase()

    newcomer = archive.centre.person_for_phone(PHONE)

    assert newcomer != archive.person
    assert archive.centre.person_for_phone(PHONE) == newcomer
    assert archive.centre.phone_of(newcomer) == PHONE
    assert [type(fact).__name__ for fact in archive.facts(link)] == ["PhoneLinked", "PhoneReleased", "PhoneLinked"]
    assert archive.facts(link)[1] == PhoneReleased()
    archive.erasure.finish()
    assert archive.centre.phone_of(newcomer) == PHONE


def test_the_sessions_of_an_erased_person_end_with_the_fact(archive: Archive) -> None:
    token = archive.centre.open_session(archive.person, kind="resident", method="sms-code", device=None, hours=1)
    session = archive.centre.session(token)
    assert session is not None

    archive.erase()

    assert archive.centre.session(token) is None
    assert not archive.centre.is_open(session)


def test_commands_of_an_erased_person_that_were_still_on_their_way_are_refused(archive: Archive) -> None:
    archive.erase()

    answer = archive.premises.file(by=archive.resident)

    assert (answer.verdict, answer.code) == ("refused", "person-erased")
    assert archive.centre.vault.key(archive.person) is None


def test_the_mother_for_whom_somebody_filed_is_erased_without_them(archive: Archive) -> None:
    archive.premises.file(Filing(has_agent=True), by=archive.resident)
    mother = archive.centre.case(CASE).applicant
    assert mother is not None
    assert list(cases_of(archive.centre, mother)) == [CASE]
    assert list(cases_of(archive.centre, archive.person)) == [CASE]

    assert archive.erase(person=mother, confirmed=True).verdict == "applied"

    (filed,) = [envelope for envelope in archive.centre.read(CASE) if isinstance(envelope.fact, CaseFiled)]
    assert archive.centre.unseal(filed, "answers") is None
    assert archive.centre.unseal(filed, "agent_answers") is not None
