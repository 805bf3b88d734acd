"""A person is erased at a running service: nothing of theirs is left anywhere, and everything else goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.actors import Role
from domain.case.commands import (
    AcceptCase,
    AddNote,
    Command,
    DecideCase,
    IssueResult,
    ReviewCase,
    WithdrawCase,
)
from domain.case.facts import ResultIssued
from domain.facts import Fact, Sealed
from domain.identity.erasure import PersonErased
from projections.rebuilding import verify
from store.centre import Centre
from store.erasure import Erasure
from store.files import FileStore
from store.places import FolderPlaces
from store.shelf import SQLiteShelf
from store.staging import Staging
from sync.client import Client, State
from tests.app.household import Household, looking, photograph, spellings
from tests.app.listening import Site, listening
from tests.cast import CHEN, LI, WANG, ZHOU, staff
from web.carrier import DemoCarrier

NAME, OTHERS = "欧阳德兰", "慕容晓芸"
PHONE, OTHER_PHONE = "13712340987", "13798760432"
FORM = {
    "applicant_id_no": "420105199011230116",
    "lessor_name": NAME,
    "lessor_phone": PHONE,
    "lessee_name": "尉迟明泽",
    "lessee_phone": "13655501234",
    "applicant_address": {"text": "清泉巷77号之三"},
    "house_address": {"text": "梧桐里5弄9号阁楼"},
    "property_cert_no": "鄂2026第00987654号",
    "monthly_rent": "3141.59",
    "house_area": "97.53",
}
NOTE, OPINION, REASON = "{}说下月才搬走", "{}的产权证已核", "{}符合条件"
BASIS = "保管期满，鉴定〔2036〕第 7 号"
AUDITOR = staff("guwen", Role.AUDITOR)


class Centreful:
    """A running service with a resident whose result is issued, and another resident.

    Attributes:
        gone: the resident who will be erased.
        other: the one who will not.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.gone = Household(site, PHONE, NAME, **FORM)
        self.other = Household(site, OTHER_PHONE, OTHERS, applicant_address={"text": "石榴坊12号"})
        self.codes: dict[UUID, str] = {}
        self._seeds = count(1)

    @property
    def centre(self) -> Centre:
        """The centre of the service."""
        return self.site.edge.centre

    async def serve(self, household: Household) -> None:
        """Let the staff bring a case to its result, and wait until it is printed."""
        work: tuple[tuple[Command, Any], ...] = (
            (AddNote(text=NOTE.format(household.name)), ZHOU),
            (AcceptCase(), ZHOU),
            (ReviewCase(opinion=OPINION.format(household.name)), LI),
            (DecideCase(outcome="granted", reason=REASON.format(household.name)), WANG),
            (IssueResult(), CHEN),
        )
        for command, by in work:
            async with self.site.device(by, seed=next(self._seeds)) as device:
                await device.live()
                _, answer = device.submit(command, lane=household.case)
                verdict = await answer
                assert verdict.verdict == "applied", verdict
        await until(lambda: self.centre.case(household.case).rendered)
        self.codes[household.case] = fact_of(self.centre, household.case, ResultIssued).verification_code

    async def erase(self, person: UUID, *, confirmed: bool = True) -> None:
        """Erase a person from the command line, beside the running service, and wait until it has followed."""
        folder = self.site.edge.settings.centre_folder
        verdict = await asyncio.to_thread(_erase, folder, self.site, person, confirmed)
        assert verdict == "applied"
        await self.site.caught_up()
        await until(lambda: self.centre.vault.key(person) is None)

    def files(self) -> Iterable[Path]:
        """Every file under the data folder."""
        return (path for path in self.site.edge.settings.data.rglob("*") if path.is_file())

    def places_of(self, value: bytes) -> list[str]:
        """Names of the files that hold `value`."""
        return [path.name for path in self.files() if value in path.read_bytes()]


def _erase(folder: Path, site: Site, person: UUID, confirmed: bool) -> str:
    with closing(Centre.open(folder, clock=site.clock, new_id=uuid4)) as centre:
        files = FileStore(FolderPlaces(folder / "files"), centre.vault)
        erasure = Erasure(centre, files, Staging(site.edge.settings.uploads_folder, centre.vault))
        return erasure.erase(person, reason="retention-ended", basis=BASIS, open_cases_confirmed=confirmed).verdict


def fact_of(centre: Centre, stream: UUID, kind: type[Any]) -> Any:
    return next(envelope.fact for envelope in centre.read(stream) if isinstance(envelope.fact, kind))


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - what a thread of the service does has no event
            await asyncio.sleep(0.05)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncGenerator[Centreful]:
    async with listening(tmp_path) as site:
        roles = (Role.AUDITOR.value,)
        await asyncio.to_thread(
            site.edge.centre.enrol, "guwen", name="顾文", roles=roles, office="street", password_hash="none"
        )
        town = Centreful(site)
        for household in (town.gone, town.other):
            await household.sign_in()
            async with household.device() as device:
                await device.live()
                await household.hand_in(device)
        await town.serve(town.gone)
        yield town
        await town.gone.browser.aclose()
        await town.other.browser.aclose()


async def look_at_everything(town: Centreful) -> None:
    """Fill every cache: rows, small pictures, search, the paper, an upload under way, a message, a refused command."""
    gone = town.gone
    for file in gone.photographs:
        assert (await gone.browser.get(f"/api/cases/{gone.case}/files/{file}?size=thumb")).status_code == 200
    assert (await gone.browser.get(f"/api/cases/{gone.case}/result.pdf")).content.startswith(b"%PDF")
    assert mask(NAME) in (await gone.browser.get(f"/verify/{town.codes[gone.case]}")).text
    form = uuid4()
    kept = await gone.browser.put(f"/api/drafts/{form}", json={"draft": {"id": str(form)}, "base": None})
    assert kept.status_code == 200
    await gone.upload(uuid4(), photograph(gone.chance), lane=form, only=1_000)
    assert (await gone.browser.post("/session/code", json={"phone": PHONE})).status_code == 204
    async with gone.device() as device:
        await device.live()
        _, refused = device.submit(WithdrawCase(), lane=gone.case)
        assert (await refused).verdict != "applied"
    async with looking(town.site, ZHOU) as clerk:
        found = await clerk.post("/api/cases/search", json={"q": NAME})
        assert [row["id"] for row in found.json()["rows"]] == [str(gone.case)]
        assert (await clerk.get(f"/api/cases/{gone.case}")).status_code == 200


def mask(name: str) -> str:
    return f"{name[0]}***"


def wrapped_key(town: Centreful) -> bytes:
    with closing(SQLiteShelf(town.site.edge.settings.centre_folder / "keys.db")) as shelf:
        wrapped = shelf.read(f"person/{town.gone.id.hex}").wrapped
    assert wrapped is not None
    return wrapped


async def test_nothing_of_an_erased_person_is_left_in_any_file(town: Centreful) -> None:
    await look_at_everything(town)
    values = {**town.gone.written(), "note": NOTE.format(NAME), "opinion": OPINION.format(NAME)}
    assert town.places_of(NAME.encode()), "the search must be able to find what is there"
    assert town.places_of(OTHERS.encode())
    middles = [content[len(content) // 2 :][:48] for content in town.gone.photographs.values()]

    wrapped = wrapped_key(town)
    assert town.places_of(wrapped)

    await town.erase(town.gone.id)
    await until(lambda: town.places_of(NAME.encode()) == [])

    left = {
        (field, place)
        for field, value in values.items()
        if field not in town.other.written() or value != town.other.written()[field]
        for spelling in spellings(value)
        for place in town.places_of(spelling)
    }
    assert left == set()
    assert [place for middle in middles for place in town.places_of(middle)] == []
    assert town.places_of(OTHERS.encode())
    assert town.centre.vault.is_destroyed(town.gone.id)
    assert town.places_of(wrapped) == []


async def test_no_file_that_was_removed_is_still_held_open(town: Centreful) -> None:
    await look_at_everything(town)

    await town.erase(town.gone.id)

    await until(lambda: held_though_removed(town.site.edge.settings.data) == [])


def held_though_removed(folder: Path) -> list[str]:
    """Files of which this process keeps the bytes on the disk although they have no name any more (Linux)."""
    held: list[str] = []
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            held.append(str(handle.readlink()))
    return [name for name in held if name.startswith(str(folder)) and name.endswith("(deleted)")]


async def test_the_files_of_an_erased_person_are_gone_and_those_of_others_are_read(town: Centreful) -> None:
    gone, other = town.gone, town.other
    await town.serve(other)
    async with looking(town.site, ZHOU) as clerk:
        await town.erase(gone.id)

        for file in gone.photographs:
            answer = await clerk.get(f"/api/cases/{gone.case}/files/{file}")
            assert (answer.status_code, answer.json()["code"]) == (410, "person-erased")
            small = await clerk.get(f"/api/cases/{gone.case}/files/{file}?size=thumb")
            assert (small.status_code, small.json()["code"]) == (410, "person-erased")
        paper = await clerk.get(f"/api/cases/{gone.case}/result.pdf", headers={"if-none-match": "*"})
        assert (paper.status_code, paper.json()["code"]) == (410, "person-erased")
        for file, content in other.photographs.items():
            assert (await clerk.get(f"/api/cases/{other.case}/files/{file}")).content == content
        assert (await clerk.get(f"/api/cases/{other.case}/result.pdf")).content.startswith(b"%PDF")

    kept = {address for address, _ in town.site.edge.files.addresses()}
    assert kept == set(town.site.edge.files.of(other.id))
    assert town.site.edge.files.of(gone.id) == []


async def test_every_fact_is_still_read_and_shows_nothing(town: Centreful) -> None:
    before = [(at, envelope.fact) for at, envelope in town.centre.follow(0, 100_000)]

    await town.erase(town.gone.id)

    after = list(town.centre.follow(0, 100_000))
    assert [(at, envelope.fact) for at, envelope in after][: len(before)] == before
    opened = {
        sealed.person: town.centre.unseal(envelope, field)
        for _, envelope in after
        for field, sealed in _sealed(envelope.fact)
        if sealed.person == town.gone.id
    }
    assert opened == {town.gone.id: None}
    assert fact_of(town.centre, town.gone.id, PersonErased).basis == BASIS


def _sealed(fact: Fact) -> Iterable[tuple[str, Sealed]]:
    for name in fact.__struct_fields__:
        if isinstance(value := getattr(fact, name), Sealed):
            yield name, value


async def test_lists_search_and_history_go_on_without_the_values(town: Centreful) -> None:
    gone = town.gone
    number = town.centre.case(gone.case).case_number
    accepted_at = max(town.centre.positions(gone.case).values())

    await town.erase(gone.id)

    async with looking(town.site, ZHOU) as clerk, looking(town.site, AUDITOR) as auditor:
        by_name = await clerk.post("/api/cases/search", json={"q": NAME})
        by_number = await clerk.post("/api/cases/search", json={"q": number})
        full = await clerk.get(f"/api/cases/{gone.case}")
        history = await auditor.get(f"/api/cases/{gone.case}/history")
        then = await auditor.get(f"/api/cases/{gone.case}/at/{accepted_at}")
    assert by_name.json()["rows"] == []
    assert [row["id"] for row in by_number.json()["rows"]] == [str(gone.case)]
    for answer in (by_number, full, history, then):
        assert answer.status_code == 200
        for value in (NAME, "尉迟明泽", PHONE, "清泉巷"):
            assert value not in answer.text
    tags = [moment["tag"] for moment in history.json()["moments"]]
    assert {"case.filed", "case.accepted", "case.decided", "case.issued", "result.rendered"} <= set(tags)


async def test_a_paper_of_an_erased_person_is_still_genuine(town: Centreful) -> None:
    await town.serve(town.other)

    await town.erase(town.gone.id)

    page = await town.gone.browser.get(f"/verify/{town.codes[town.gone.case]}")
    others = await town.other.browser.get(f"/verify/{town.codes[town.other.case]}")

    assert page.status_code == 200
    assert "是真的，由本中心签发" in page.text
    assert "已依法删除" in page.text
    assert mask(NAME) not in page.text
    assert "已依法删除" not in others.text


async def test_the_devices_of_the_person_are_told_and_those_of_others_see_a_case_without_a_name(
    town: Centreful,
) -> None:
    gone = town.gone
    async with gone.device() as device, town.other.device() as others, town.site.device(CHEN) as clerk:
        for one in (device, others, clerk):
            await one.live()
        assert device.replica.body("status", gone.case) is not None
        assert _shows(clerk, gone.case, mask(NAME))

        await town.erase(gone.id)

        await device.until(lambda: device.state is State.AUTH_HELD)
        assert device.replica.rows == {}
        await clerk.until(lambda: not _shows(clerk, gone.case, mask(NAME)))
        assert clerk.replica.body("queue", gone.case) is not None
        assert others.replica.body("status", town.other.case) is not None
        assert others.state is State.LIVE


def _shows(device: Client, case: UUID, text: str) -> bool:
    body = device.replica.body("queue", case)
    return body is not None and text in str(body)


async def test_sessions_messages_small_pictures_and_uploads_of_the_person_are_gone(town: Centreful) -> None:
    await look_at_everything(town)
    carrier = town.site.edge.carrier
    assert isinstance(carrier, DemoCarrier)
    assert carrier.inbox(PHONE)

    await town.erase(town.gone.id)

    assert (await town.gone.browser.get("/session")).json()["person"] is None
    await until(lambda: not carrier.inbox(PHONE))
    assert carrier.inbox(OTHER_PHONE)
    assert [upload.by for upload in town.site.edge.staging.all() if upload.by == town.gone.id] == []
    assert (await town.gone.browser.get("/demo/inbox")).text.count(PHONE) == 0


async def test_whoever_comes_back_is_somebody_new_with_nothing_of_before(town: Centreful) -> None:
    before = town.gone.id
    await town.erase(before)

    again = Household(town.site, PHONE, NAME, **FORM)
    now = await again.sign_in()
    async with again.device() as device:
        await device.live()
        assert device.replica.rows == {}
        await again.hand_in(device)
        await device.until(lambda: device.replica.body("status", again.case) is not None)
    await again.browser.aclose()

    assert now != before
    assert town.centre.phone_of(now) == PHONE
    assert town.centre.vault.is_destroyed(before)


async def test_a_restart_finds_the_same_and_the_read_models_equal_a_rebuild(tmp_path: Path) -> None:
    async with listening(tmp_path) as site:
        town = Centreful(site)
        await town.gone.sign_in()
        async with town.gone.device() as device:
            await device.live()
            await town.gone.hand_in(device)
        await town.erase(town.gone.id)
        await town.gone.browser.aclose()

    async with listening(tmp_path) as site:
        again = Centreful(site)
        await site.caught_up()
        assert await asyncio.to_thread(verify, site.edge.centre, site.edge.settings.views_folder) == []
        assert [place for spelling in spellings(NAME) for place in again.places_of(spelling)] == []
        assert site.edge.centre.person(town.gone.id).erased
        await again.gone.browser.aclose()
        await again.other.browser.aclose()


async def test_a_person_with_open_cases_is_kept_until_that_is_confirmed(tmp_path: Path) -> None:
    async with listening(tmp_path) as site:
        town = Centreful(site)
        await town.gone.sign_in()
        async with town.gone.device() as device:
            await device.live()
            await town.gone.hand_in(device)
        folder = site.edge.settings.centre_folder

        assert await asyncio.to_thread(_erase, folder, site, town.gone.id, False) == "refused"
        assert not site.edge.centre.vault.is_destroyed(town.gone.id)
        await town.erase(town.gone.id, confirmed=True)

        assert str(site.edge.centre.case(town.gone.case).status) == "withdrawn"
        await town.gone.browser.aclose()
        await town.other.browser.aclose()
