"""A file belongs to the applicant of its case, whoever sent it and whenever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from domain.case.commands import FileRef, StoreFile
from store.files import FileStore
from store.places import FolderPlaces
from tests.cast import CASE, FATHER, ZHOU, Clock, Filing
from tests.premises import Premises, opened
from web.keeping import Keeper, belongs_to


class Shelves:
    """A furnished centre with a file store, and a keeper that can be started again."""

    def __init__(self, premises: Premises, folder: Path) -> None:
        self.premises = premises
        self.files = FileStore(FolderPlaces(folder / "files"), premises.centre.vault)
        self._progress = folder / "files" / "position"

    def keep(self) -> None:
        """What a fresh process does at its start."""
        Keeper(self.premises.centre, self.files, self._progress).catch_up()

    def arrive(self, *files: FileRef, by: UUID = FATHER.id) -> list[str]:
        """Let photographs arrive, kept for whoever they belong to now."""
        centre, addresses = self.premises.centre, list[str]()
        for ref in files:
            owner = belongs_to(centre, centre.case(CASE), by)
            addresses.append(self.files.put(ref.sha256.encode(), person=owner).address)
            stored = StoreFile(file=ref, address=addresses[-1], media_type="image/jpeg", uploaded_by=by)
            assert centre.by_itself(stored, lane=CASE).verdict == "applied"
        return addresses

    def owners(self, addresses: list[str]) -> set[UUID]:
        """To whom they belong."""
        return {self.files.owner(address) for address in addresses}

    @property
    def applicant(self) -> UUID:
        """Of the case."""
        applicant = self.premises.centre.case(CASE).applicant
        assert applicant is not None
        return applicant


@pytest.fixture
def shelves(tmp_path: Path) -> Iterator[Shelves]:
    with opened(tmp_path / "centre", Clock()) as premises:
        yield Shelves(premises, tmp_path)


def test_what_an_agent_sent_before_filing_is_handed_to_the_person_they_file_for(shelves: Shelves) -> None:
    filing = Filing(has_agent=True)
    early = shelves.arrive(*filing.files[:1])
    assert shelves.owners(early) == {FATHER.id}

    shelves.premises.file(filing)
    shelves.keep()

    assert shelves.owners(early) == {shelves.applicant} != {FATHER.id}
    assert shelves.files.read(early[0]) == filing.files[0].sha256.encode()


def test_what_an_agent_sends_after_filing_belongs_to_the_applicant_at_once(shelves: Shelves) -> None:
    filing = Filing(has_agent=True)
    shelves.premises.file(filing)

    late = shelves.arrive(*filing.files)

    assert shelves.owners(late) == {shelves.applicant}


def test_ones_own_photographs_stay_ones_own(shelves: Shelves) -> None:
    filing = Filing()
    early = shelves.arrive(*filing.files)
    shelves.premises.file(filing)
    shelves.keep()

    assert shelves.owners(early) == {FATHER.id}


def test_a_strangers_file_on_somebody_elses_case_stays_the_strangers(shelves: Shelves) -> None:
    shelves.premises.file(Filing())
    stranger = shelves.premises.centre.person_for_phone("13900000009")

    sent = shelves.arrive(FileRef(uuid5(CASE, "junk"), "cd" * 32, 5), by=stranger)
    shelves.keep()

    assert shelves.owners(sent) == {stranger}


def test_what_staff_took_in_for_a_person_belongs_to_that_person(shelves: Shelves) -> None:
    shelves.premises.file(Filing())

    assert belongs_to(shelves.premises.centre, shelves.premises.centre.case(CASE), ZHOU.id) == FATHER.id


def test_a_keeper_goes_on_where_the_last_one_stopped_and_starts_over_on_an_older_log(
    shelves: Shelves, tmp_path: Path
) -> None:
    shelves.premises.file(Filing())
    shelves.keep()
    noted = int((tmp_path / "files" / "position").read_text())
    assert 0 < noted <= shelves.premises.centre.head()

    (tmp_path / "files" / "position").write_text(str(noted + 1_000))
    filing = Filing(has_agent=True)
    early = shelves.arrive(*filing.files[:1])
    shelves.keep()

    assert shelves.owners(early) == {FATHER.id}
    assert int((tmp_path / "files" / "position").read_text()) <= shelves.premises.centre.head()
