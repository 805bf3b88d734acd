"""`/api/drafts`: a form that was begun goes on elsewhere, stays its author's, and is erased in time."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncGenerator
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from domain.decisions import Call
from domain.drafts.drafts import DraftEnded, DraftSaved, draft_stream
from domain.facts import Fact
from store.answers import Answer, busy
from store.erasure import Erasure
from tests.app.standing import Service, centre_open, file_lease, photograph, serving
from web.api.drafts import KEPT, tidy
from web.resume_codes import LIFETIME

DRAFT = UUID("01970000-0000-7000-8000-0000000000d1")
FORM = {"id": str(DRAFT), "item_id": "house-lease-filing", "answers": {"applicant_name": "陈国梁"}}
AT = f"/api/drafts/{DRAFT}"
OTHER_PHONE = "13800000002"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        async with serving(made):
            yield made


async def keep(
    browser: httpx.AsyncClient, form: dict[str, Any] = FORM, *, base: int | None = None, device: UUID | None = None
) -> httpx.Response:
    said = {"draft": form, "base": base} | ({"device": str(device)} if device else {})
    return await browser.put(f"/api/drafts/{form['id']}", json=said)


async def test_a_device_whose_answer_was_lost_goes_on_from_its_own_copy(service: Service) -> None:
    phone, own, other = await service.resident(), uuid4(), uuid4()
    await keep(phone, device=own)
    await keep(phone, {**FORM, "step": "2"}, base=1, device=own)

    behind = await keep(phone, {**FORM, "step": "3"}, base=1, device=own)
    elsewhere = await keep(phone, {**FORM, "step": "there"}, base=1, device=other)
    taken_over = await keep(phone, {**FORM, "step": "there"}, base=3, device=other)
    too_late = await keep(phone, {**FORM, "step": "4"}, base=3, device=own)
    nameless = await keep(phone, {**FORM, "step": "4"}, base=3)

    assert (behind.status_code, behind.json()["rev"]) == (200, 3)
    assert (taken_over.status_code, taken_over.json()["rev"]) == (200, 4)
    assert [one.json()["code"] for one in (elsewhere, too_late, nameless)] == ["draft-elsewhere"] * 3


async def test_a_copy_is_taken_though_the_log_cannot_be_told_of_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = await service.resident()
    waiting: Future[Answer] = Future()
    waiting.set_result(busy(1_000))

    def refused(_: Call) -> Future[Answer]:
        return waiting

    with monkeypatch.context() as trouble:
        trouble.setattr(service.centre, "submit", refused)
        kept = await keep(phone)
    again = await keep(phone, {**FORM, "step": "2"}, base=1)

    assert (kept.status_code, kept.json()["rev"], again.status_code) == (200, 1, 200)
    assert [type(fact) for fact in facts(service)] == [DraftSaved]


async def kept(browser: httpx.AsyncClient) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await browser.get("/api/drafts")).json()["drafts"]
    return listed


def facts(service: Service, browser_of: str = "13800000001", draft: UUID = DRAFT) -> list[Fact]:
    stream = draft_stream(service.centre.person_for_phone(browser_of), draft)
    return [envelope.fact for envelope in service.centre.read(stream)]


def holding(words: bytes, folder: Path) -> list[Path]:
    """The files in which the words stand."""
    return [path for path in folder.rglob("*") if path.is_file() and words in path.read_bytes()]


def blobs(service: Service) -> list[str]:
    return [address for address, _ in service.edge.files.addresses()]


async def test_a_form_is_found_again_on_another_device(service: Service) -> None:
    phone = await service.resident()
    first = await keep(phone)
    second = await keep(phone, {**FORM, "step": "papers"}, base=1)
    other = await service.resident()

    (found,) = await kept(other)

    assert (first.json()["rev"], second.json()["rev"]) == (1, 2)
    assert found["draft"] == {**FORM, "step": "papers"}
    assert (found["id"], found["rev"]) == (str(DRAFT), 2)
    assert found["expires_at"] == "2026-12-23T02:00:00Z"
    assert len(blobs(service)) == 1, "the copy before is gone"


async def test_what_stands_in_a_form_is_nowhere_in_clear(service: Service, tmp_path: Path) -> None:
    await keep(await service.resident())

    (saved,) = facts(service)
    assert isinstance(saved, DraftSaved)
    assert saved.hash != hashlib.sha256(str(FORM).encode()).hexdigest()
    assert holding("陈国梁".encode(), tmp_path) == []


async def test_the_log_is_told_once_a_minute_and_no_copy_is_lost(service: Service) -> None:
    phone = await service.resident()
    await keep(phone)
    await keep(phone, {**FORM, "step": "2"}, base=1)
    assert len(facts(service)) == 1
    service.clock.advance(minutes=1)

    await keep(phone, {**FORM, "step": "3"}, base=2)

    assert [type(fact) for fact in facts(service)] == [DraftSaved, DraftSaved]
    assert (await kept(phone))[0]["draft"]["step"] == "3"


async def test_a_copy_from_another_phone_is_never_overwritten_unseen(service: Service) -> None:
    one, other = await service.resident(), await service.resident()
    await keep(one)
    await keep(other, {**FORM, "step": "there"}, base=1)

    refused = await keep(one, {**FORM, "step": "here"}, base=1)
    again = await keep(other, {**FORM, "step": "there"}, base=1)
    chosen = await keep(one, {**FORM, "step": "here"}, base=refused.json()["params"]["rev"])

    assert (refused.status_code, refused.json()["code"]) == (409, "draft-elsewhere")
    assert (again.status_code, again.json()["rev"]) == (200, 2), "a lost answer is given again"
    assert chosen.json()["rev"] == 3


async def test_nobody_else_sees_or_removes_a_form(service: Service) -> None:
    mine, theirs = await service.resident(), await service.resident(OTHER_PHONE)
    await keep(mine)

    assert await kept(theirs) == []
    assert (await theirs.delete(AT)).status_code == 204
    assert (await theirs.post(f"{AT}/code")).status_code == 404
    assert (await (await service.staff("zhoumin")).get("/api/drafts")).status_code == 403
    assert (await service.client().get("/api/drafts")).status_code == 401
    assert len(await kept(mine)) == 1


async def test_a_form_is_removed_when_its_author_wants(service: Service) -> None:
    phone = await service.resident()
    await keep(phone)

    for _ in range(2):
        assert (await phone.delete(AT)).status_code == 204

    assert (await kept(phone), blobs(service)) == ([], [])
    assert facts(service)[1:] == [DraftEnded(draft=DRAFT, why="removed")]


async def test_a_form_is_erased_thirty_days_after_it_was_last_written_to(service: Service) -> None:
    await keep(await service.resident())
    service.clock.advance(days=29)
    phone = await service.resident()
    await keep(phone, {**FORM, "step": "2"}, base=1)
    service.clock.advance(days=29)
    assert (tidy(service.edge), len(blobs(service))) == (0, 1)
    service.clock.advance(days=1)

    shown = await kept(await service.resident())
    gone = tidy(service.edge)

    assert (shown, gone, blobs(service)) == ([], 1, [])
    assert facts(service)[-1] == DraftEnded(draft=DRAFT, why="lapsed")
    assert timedelta(days=30) == KEPT


async def test_a_form_that_was_handed_in_is_kept_no_longer(service: Service) -> None:
    case, _ = file_lease(service)
    phone = await service.resident()
    late = await keep(phone, {**FORM, "id": str(case)})
    await keep(phone)
    service.edge.begun.save(
        case, b"{}", person=service.centre.person_for_phone("13800000001"), base=None, now=service.clock()
    )

    shown = [one["id"] for one in await kept(phone)]
    tidy(service.edge)

    assert (late.status_code, late.json()["code"]) == (409, "draft-filed")
    assert shown == [str(DRAFT)]
    assert facts(service, draft=case) == [DraftEnded(draft=case, why="filed")]


async def test_so_many_forms_and_no_more(service: Service) -> None:
    phone = await service.resident()
    for _ in range(20):
        assert (await keep(phone, {**FORM, "id": str(uuid4())})).status_code == 200

    refused = await keep(phone)

    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-drafts")


async def test_saving_without_end_is_slowed_down(service: Service) -> None:
    phone = await service.resident()
    codes = {(await keep(phone, base=1)).status_code for _ in range(60)}

    refused = await keep(phone, base=1)

    assert codes == {200}
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-saves")


@pytest.mark.parametrize("body", [{"base": 1}, {"draft": {}, "base": 0}, {"draft": {}, "base": "x"}, []])
async def test_what_is_no_form_is_refused(service: Service, body: Any) -> None:
    assert (await (await service.resident()).put(AT, json=body)).status_code == 400


async def test_an_erased_person_leaves_no_form(service: Service) -> None:
    await keep(await service.resident())
    person = service.centre.person_for_phone("13800000001")

    erasure = Erasure(service.centre, service.edge.files, service.edge.staging)
    erasure.erase(person, reason="consent-withdrawn", basis="PIPL 47")
    tidy(service.edge)

    assert blobs(service) == []
    assert list((service.edge.settings.centre_folder / "begun").glob("*/*.json")) == []


# Resume codes


async def test_a_code_carries_a_form_to_a_browser_where_nobody_is_signed_in_once(service: Service) -> None:
    phone, other = await service.resident(), service.client()
    await keep(phone)
    code = (await phone.post(f"{AT}/code")).json()["code"]

    first = await other.post("/api/drafts/resume", json={"code": f"{code[:3]} {code[3:6]} {code[6:]}"})
    second = await other.post("/api/drafts/resume", json={"code": code})

    assert first.json()["draft"] == FORM
    assert (second.status_code, second.json()["code"]) == (404, "resume-code-unknown")


async def test_a_code_serves_for_ten_minutes_and_only_the_newest(service: Service) -> None:
    phone, other = await service.resident(), service.client()
    await keep(phone)
    old, new = [(await phone.post(f"{AT}/code")).json()["code"] for _ in range(2)]
    replaced = await other.post("/api/drafts/resume", json={"code": old})
    service.clock.now += LIFETIME

    late = await other.post("/api/drafts/resume", json={"code": new})

    assert (replaced.status_code, late.status_code) == (404, 404)


async def test_no_code_outlives_its_form(service: Service) -> None:
    phone, other = await service.resident(), service.client()
    await keep(phone)
    code = (await phone.post(f"{AT}/code")).json()["code"]

    await phone.delete(AT)

    assert (await other.post("/api/drafts/resume", json={"code": code})).status_code == 404


async def test_guessing_codes_soon_ends(service: Service) -> None:
    phone, other = await service.resident(), service.client()
    await keep(phone)
    code = (await phone.post(f"{AT}/code")).json()["code"]
    for _ in range(10):
        wrong = await other.post("/api/drafts/resume", json={"code": "0000000000" if code != "0000000000" else "1"})
        assert wrong.status_code == 404

    refused = await other.post("/api/drafts/resume", json={"code": code})

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-tries")


async def test_asking_for_codes_without_end_is_slowed_down(service: Service) -> None:
    phone = await service.resident()
    await keep(phone)
    for _ in range(6):
        assert (await phone.post(f"{AT}/code")).status_code == 200

    assert (await phone.post(f"{AT}/code")).json()["code"] == "too-many-codes"


# Photographs


async def photographed(browser: httpx.AsyncClient, content: bytes, *, lane: UUID = DRAFT) -> httpx.Response:
    """Send a photograph of the form, before it is handed in."""
    said = {
        "file": str(UUID(int=5)),
        "lane": str(lane),
        "intent_id": str(lane),
        "sha256": hashlib.sha256(content).hexdigest(),
        "type": "image/jpeg",
    }
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
    headers = {
        "tus-resumable": "1.0.0",
        "content-type": "application/offset+octet-stream",
        "upload-length": str(len(content)),
        "upload-metadata": metadata,
    }
    return await browser.post("/files/", content=content, headers=headers)


async def test_photographs_of_a_form_follow_it_to_its_author_and_to_whoever_has_a_code(service: Service) -> None:
    phone, theirs, other = await service.resident(), await service.resident(OTHER_PHONE), service.client()
    content = photograph("lease-contract")
    await keep(phone)
    sent = await photographed(phone, content)
    code = (await phone.post(f"{AT}/code")).json()["code"]
    secret = (await other.post("/api/drafts/resume", json={"code": code})).json()["pass"]
    page = f"{AT}/files/{UUID(int=5)}"

    assert sent.headers["doorstep-file"] == "stored"
    assert (await phone.get(page)).content == content
    assert (await other.get(page, headers={"x-draft-pass": secret})).content == content
    assert (await theirs.get(page)).status_code == 404
    assert (await other.get(page)).status_code == 401
    assert (await other.get(page, headers={"x-draft-pass": "guess"})).status_code == 404
    service.clock.now += LIFETIME
    assert (await other.get(page, headers={"x-draft-pass": secret})).status_code == 404


async def test_a_photograph_comes_after_the_form_that_it_is_of(service: Service) -> None:
    refused = await photographed(await service.resident(), photograph("lease-contract"))

    assert (refused.status_code, refused.json()["code"]) == (409, "intent-unknown")
