"""Papers handed in through a one-time link: without signing in, for one case, once, and for a limited time."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from domain.case import commands as c
from domain.case import facts as f
from domain.catalogue.conditions import filled_form, materials_needed
from tests.app.standing import photograph
from tests.app.timely import TimelyTown
from tests.cast import LEASE
from tests.domain.catalogue.filled import filled_answers
from web.handing_in import TRIES

SECRET = "a-secret-of-many-letters-that-nobody-guesses"
TUS = {"tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream"}


class Opened:
    """A case that Zhou opened by phone, with a link for its papers."""

    def __init__(self, town: TimelyTown) -> None:
        self.town = town
        self.case = uuid4()
        answers = filled_answers(LEASE, applicant_name="买买提·吐尔逊")
        needed = materials_needed(filled_form(LEASE, answers))
        self.papers = [one.material.id for one in needed if one.photograph_demanded]
        signed = tuple(one.material.id for one in needed if one.signature_demanded)
        opening = c.OpenCase(item_id=LEASE.id, item_version=1, channel="phone", answers=answers, declarations=signed)
        town.do(opening, self.case, "zhoumin")
        link = c.MakeUploadLink(token_hash=_hash(SECRET), materials=tuple(self.papers))
        town.do(link, self.case, "zhoumin")

    def page(self, paper: str) -> tuple[dict[str, object], bytes]:
        """A page as the browser names it, and its bytes."""
        content = photograph(paper)
        sha256 = hashlib.sha256(content).hexdigest()
        return {"file": str(uuid4()), "material": paper, "number": 1, "sha256": sha256, "size": len(content)}, content

    async def send(
        self, browser: httpx.AsyncClient, page: dict[str, object], content: bytes, *, lane: UUID | None = None
    ) -> httpx.Response:
        """Send the bytes of a page."""
        said = {
            "file": page["file"],
            "lane": lane or self.case,
            "intent": uuid4(),
            "sha256": page["sha256"],
            "type": "image/jpeg",
        }
        metadata = ",".join(f"{key} {b64encode(str(value).encode()).decode()}" for key, value in said.items())
        headers = {
            **TUS,
            "upload-length": str(len(content)),
            "upload-metadata": metadata,
            "x-hand-in": f"{self.case} {SECRET}",
        }
        return await browser.post("/files/", content=content, headers=headers)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TimelyTown]:
    with closing(TimelyTown(tmp_path)) as town:
        yield town


async def test_a_person_hands_every_paper_in_and_the_case_is_received(town: TimelyTown) -> None:
    opened = Opened(town)
    async with town.running():
        browser = town.client()
        asked = (await browser.get(f"/api/hand-in/{opened.case}", headers={"x-hand-in": SECRET})).json()
        pages = [opened.page(paper) for paper in opened.papers]
        sent = [await opened.send(browser, page, content) for page, content in pages]
        handed = await browser.post(
            f"/api/hand-in/{opened.case}",
            json={"pages": [page for page, _ in pages]},
            headers={"x-hand-in": SECRET},
        )
        again = await browser.get(f"/api/hand-in/{opened.case}", headers={"x-hand-in": SECRET})

    assert [material["id"] for material in asked["materials"]] == opened.papers
    assert asked["applicant_masked"].startswith("买")
    assert "吐尔逊" not in asked["applicant_masked"]
    assert [answer.headers.get("doorstep-file") for answer in sent] == ["stored"] * len(pages)
    assert (handed.status_code, handed.json()) == (201, {"pages": len(pages)})
    assert town.case(opened.case).status == "received"
    assert len(town.facts(opened.case, f.UploadLinkUsed)) == 1
    assert (again.status_code, again.json()["code"]) == (410, "link-over")


async def test_through_a_link_that_has_served_only_what_it_named_is_sent_and_then_nothing(town: TimelyTown) -> None:
    opened = Opened(town)
    async with town.running():
        browser = town.client()
        pages = [opened.page(paper) for paper in opened.papers]
        other = opened.page(opened.papers[0])
        handed = await browser.post(
            f"/api/hand-in/{opened.case}",
            json={"pages": [page for page, _ in pages]},
            headers={"x-hand-in": SECRET},
        )
        unnamed = await opened.send(browser, *other)
        named = [await opened.send(browser, page, content) for page, content in pages]
        afterwards = await opened.send(browser, *other)

    assert handed.status_code == 201
    assert (unnamed.status_code, unnamed.json()["code"]) == (410, "link-over")
    assert [answer.headers.get("doorstep-file") for answer in named] == ["stored"] * len(pages)
    assert (afterwards.status_code, afterwards.json()["code"]) == (410, "link-over")
    assert town.case(opened.case).status == "received"


async def test_a_wrong_secret_opens_nothing_and_guessing_is_slowed_down(town: TimelyTown) -> None:
    opened = Opened(town)
    async with town.running():
        browser, address = town.client(), f"/api/hand-in/{opened.case}"
        tries = [await browser.get(address, headers={"x-hand-in": f"wrong{n}"}) for n in range(TRIES["address"][0].n)]
        slowed = await browser.get(address, headers={"x-hand-in": "wrong"})
        right = await browser.get(address, headers={"x-hand-in": SECRET})
        unknown = await browser.get(f"/api/hand-in/{uuid4()}", headers={"x-hand-in": SECRET})

    assert {(one.status_code, one.json()["code"]) for one in tries} == {(404, "link-unknown")}
    assert (slowed.status_code, unknown.status_code, right.status_code) == (429, 429, 200)


async def test_a_link_that_is_over_takes_nothing(town: TimelyTown) -> None:
    opened = Opened(town)
    expires = town.facts(opened.case, f.UploadLinkMade)[0].expires_at
    async with town.running():
        town.hours.move_to(expires)
        looked = await town.client().get(f"/api/hand-in/{opened.case}", headers={"x-hand-in": SECRET})
        sent = await opened.send(town.client(), *opened.page(opened.papers[0]))

    assert (looked.status_code, looked.json()["code"]) == (410, "link-over")
    assert (sent.status_code, sent.json()["code"]) == (410, "link-over")


async def test_a_link_sends_files_for_its_own_case_only(town: TimelyTown) -> None:
    opened, other = Opened(town), town.lease(arrived=False)
    async with town.running():
        sent = await opened.send(town.client(), *opened.page(opened.papers[0]), lane=other)

    assert sent.status_code == 403


async def test_papers_that_the_link_does_not_name_are_refused(town: TimelyTown) -> None:
    opened = Opened(town)
    page, _ = opened.page(opened.papers[0])
    async with town.running():
        handed = await town.client().post(
            f"/api/hand-in/{opened.case}",
            json={"pages": [{**page, "material": "something-else"}]},
            headers={"x-hand-in": SECRET},
        )

    assert handed.status_code == 409
    assert town.facts(opened.case, f.UploadLinkUsed) == []


async def test_the_secret_is_in_no_line_of_the_services_log(town: TimelyTown) -> None:
    opened = Opened(town)
    async with town.running() as edge:
        await town.client().get(f"/api/hand-in/{opened.case}", headers={"x-hand-in": SECRET})
        await opened.send(town.client(), *opened.page(opened.papers[0]))
        journal = edge.settings.journal

    assert "hand-in" in journal.read_text()
    assert SECRET not in journal.read_text()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
