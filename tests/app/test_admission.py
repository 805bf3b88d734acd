"""Who may send a file to which case, and that the act which names it comes first."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from domain.actors import Actor, Role
from domain.case.commands import AddNote, FileCase, ReleaseCase, WithdrawCase
from domain.decisions import Call
from tests.app.standing import PHONE, Service, centre_open, file_lease, photograph, serving

OTHER_PHONE = "13800000002"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        async with serving(made):
            yield made


async def announce(
    browser: httpx.AsyncClient, case: UUID, *, file: UUID | None = None, intent: UUID | None = None
) -> httpx.Response:
    content = photograph("lease-contract")
    said = {
        "file": str(file or uuid4()),
        "lane": str(case),
        "intent_id": str(intent or uuid4()),
        "sha256": hashlib.sha256(content).hexdigest(),
        "type": "image/jpeg",
    }
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
    headers = {"tus-resumable": "1.0.0", "upload-length": str(len(content)), "upload-metadata": metadata}
    return await browser.post("/files/", headers=headers)


async def test_a_stranger_sends_nothing_to_a_case(service: Service) -> None:
    case, files = file_lease(service)

    refused = await announce(await service.resident(OTHER_PHONE), case, file=files[0].id)

    assert (refused.status_code, refused.json()["code"]) == (403, "file-not-yours")


async def test_a_file_that_a_page_of_the_case_names_is_taken_from_the_applicant_and_from_staff(
    service: Service,
) -> None:
    case, files = file_lease(service)

    for browser in (await service.resident(), await service.staff("zhoumin")):
        assert (await announce(browser, case, file=files[0].id)).status_code == 201


async def test_a_file_that_no_act_names_waits_for_its_act(service: Service) -> None:
    case, _ = file_lease(service)
    person = Actor(id=service.centre.person_for_phone(PHONE), roles=frozenset({Role.RESIDENT}))
    phone = await service.resident()
    early = await announce(phone, case)
    answer = service.do(WithdrawCase(), lane=case, by=person)
    receipt = next(e.meta.command for e in reversed(service.centre.read(case)))

    after = await announce(phone, case, intent=receipt)

    assert answer.verdict == "applied"
    assert (early.status_code, early.json()["code"]) == (409, "intent-unknown")
    assert after.status_code == 201


@pytest.mark.parametrize("elsewhere", [True, False], ids=["another case", "refused"])
async def test_a_file_is_taken_only_for_an_act_that_was_done_on_this_case(service: Service, elsewhere: bool) -> None:
    other, _ = file_lease(service, phone=OTHER_PHONE)
    case, _ = file_lease(service)
    clerk = service.centre.staff("zhoumin")
    assert clerk is not None
    assert clerk.staff.id is not None
    by = Actor(id=clerk.staff.id, roles=frozenset({Role.WINDOW_CLERK}), office="street")
    act = Call(
        id=uuid4(), lane=other if elsewhere else case, by=by, command=AddNote(text="字") if elsewhere else ReleaseCase()
    )
    answer = service.centre.submit(act).result()
    assert (answer.verdict == "applied") is elsewhere

    refused = await announce(await service.staff("zhoumin"), case, intent=act.id)

    assert (refused.status_code, refused.json()["code"]) == (409, "intent-unknown")


async def test_a_form_that_is_not_handed_in_yet_takes_its_photographs_once_it_is_kept(service: Service) -> None:
    phone, form = await service.resident(), uuid4()
    before = [await announce(phone, form, intent=intent) for intent in (form, None)]

    assert await kept(phone, form) == 200

    after = [await announce(phone, form, intent=intent) for intent in (form, None)]
    strange = await announce(await service.resident(OTHER_PHONE), form, intent=form)
    assert [(one.status_code, one.json()["code"]) for one in (*before, strange)] == [(409, "intent-unknown")] * 3
    assert [one.status_code for one in after] == [201, 201]


async def test_the_photographs_of_an_act_that_was_refused_are_taken_for_its_own_form(service: Service) -> None:
    person, form = service.centre.person_for_phone(PHONE), uuid4()
    empty = FileCase(item_id="no-such-item", item_version=1, answers={})
    by = Actor(id=person, roles=frozenset({Role.RESIDENT}))
    act = Call(id=uuid4(), lane=form, by=by, command=empty)
    assert service.centre.submit(act).result().verdict == "refused"

    phone = await service.resident()

    assert (await announce(phone, form, intent=act.id)).status_code == 201
    assert (await announce(phone, uuid4(), intent=act.id)).status_code == 409


async def test_a_person_keeps_so_many_bytes_for_forms_that_are_not_handed_in(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(photograph("lease-contract"))
    monkeypatch.setattr("web.admission.MOST_UNFILED_BYTES", 3 * size)
    phone, forms = await service.resident(), (uuid4(), uuid4())
    assert [await kept(phone, form) for form in forms] == [200, 200]
    case, files = file_lease(service)
    assert (await announce(phone, case, file=files[0].id)).status_code == 201

    file = uuid4()
    taken = [
        await announce(phone, form, file=one) for form, one in zip((*forms, forms[0]), (file, None, None), strict=True)
    ]
    refused = await announce(phone, forms[1])
    again = await announce(phone, forms[0], file=file)
    filed = await announce(phone, case, file=files[1].id)

    assert [one.status_code for one in (*taken, again, filed)] == [201] * 5
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-uploads")


async def kept(browser: httpx.AsyncClient, form: UUID) -> int:
    return (await browser.put(f"/api/drafts/{form}", json={"draft": {"id": str(form)}, "base": None})).status_code
