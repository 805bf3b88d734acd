"""What the app reads: the catalogue, a case for whoever may see it, its past for auditors, its pages and its result."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID, uuid4

import pikepdf
import pytest
from PIL import Image

from domain.case.commands import FileRef, StoreFile
from domain.case.facts import RecordViewed
from domain.centre.centre import views_stream
from tests.app.standing import PHONE, Service, centre_open, file_lease, lease, photograph, serving
from web.thumbs import thumbnail

STRANGER = "13800000099"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        async with serving(made):
            yield made


@pytest.fixture
def filed(service: Service) -> tuple[UUID, list[FileRef]]:
    case, files = file_lease(service)
    service.caught_up()
    return case, files


def views(service: Service, case: UUID) -> list[RecordViewed]:
    facts = [envelope.fact for envelope in service.centre.read(views_stream(case))]
    return [fact for fact in facts if isinstance(fact, RecordViewed)]


async def test_the_catalogue_is_open_to_everyone_and_lists_what_was_published(service: Service) -> None:
    answer = (await service.client().get("/api/catalogue")).json()

    assert [item["id"] for item in answer["items"]] == ["house-lease-filing"]
    assert answer["items"][0]["name_zh"] == "房屋租赁登记备案"
    assert lease().department_id in {department["id"] for department in answer["departments"]}
    assert answer["items"][0]["theme"] in {theme["id"] for theme in answer["themes"]}


async def test_an_item_comes_with_its_form_and_papers(service: Service) -> None:
    item = (await service.client().get("/api/catalogue/house-lease-filing")).json()

    assert [field["id"] for field in item["fields"]] == [field.id for field in lease().fields]
    assert [material["id"] for material in item["materials"]] == [material.id for material in lease().materials]


async def test_what_a_device_holds_already_is_not_sent_again(service: Service) -> None:
    client = service.client()

    for path in ("/api/catalogue", "/api/catalogue/house-lease-filing"):
        etag = (await client.get(path)).headers["etag"]
        again = await client.get(path, headers={"if-none-match": f'W/"x", {etag}'})

        assert (again.status_code, again.content) == (304, b"")


async def test_an_unknown_item_is_not_found(service: Service) -> None:
    answer = await service.client().get("/api/catalogue/no-such-item")

    assert (answer.status_code, answer.json()) == (404, {"code": "not-found", "params": {}})


async def test_an_applicant_sees_the_status_of_their_case_and_leaves_no_trace(
    service: Service, filed: tuple[UUID, list[FileRef]]
) -> None:
    answer = await (await service.resident(PHONE)).get(f"/api/cases/{filed[0]}")

    row = answer.json()["row"]
    assert (row["kind"], row["id"], row["body"]["status"]) == ("status", str(filed[0]), "received")
    assert answer.headers["cache-control"] == "no-store"
    assert views(service, filed[0]) == []


async def test_staff_of_the_route_see_the_whole_case_and_the_look_is_a_fact(
    service: Service, filed: tuple[UUID, list[FileRef]]
) -> None:
    answer = await (await service.staff("zhoumin")).get(f"/api/cases/{filed[0]}")

    assert answer.json()["row"]["kind"] == "case"
    assert answer.json()["row"]["body"]["view"]["applicant_name"] == "陈志远"
    assert [view.record for view in views(service, filed[0])] == [filed[0]]


async def test_who_may_not_see_a_case_learns_nothing_of_it(service: Service, filed: tuple[UUID, list[FileRef]]) -> None:
    case, files = filed
    paths = ("", "/history", "/at/1", f"/files/{files[0].id}", "/result.pdf")
    strangers = [await service.resident(STRANGER), await service.staff("assessor")]

    for path in paths:
        answers = [await one.get(f"/api/cases/{case}{path}") for one in strangers]
        nothing = [await one.get(f"/api/cases/{uuid4()}{path}") for one in strangers]
        nobody = await service.client().get(f"/api/cases/{case}{path}")

        assert [(answer.status_code, answer.json()) for answer in answers + nothing] == [
            (404, {"code": "not-found", "params": {}})
        ] * 4
        assert (nobody.status_code, nobody.json()["code"]) == (401, "sign-in-needed")
    assert views(service, case) == []


async def test_staff_find_cases_by_number_and_name_and_residents_cannot_search(
    service: Service, filed: tuple[UUID, list[FileRef]]
) -> None:
    clerk = await service.staff("zhoumin")
    number = service.centre.case(filed[0]).filing_number

    async def found(query: str) -> list[str]:
        return [row["id"] for row in (await clerk.post("/api/cases/search", json={"q": query})).json()["rows"]]

    assert await found(number) == await found("陈志") == [str(filed[0])]
    assert await found("%") == await found("没有这个人") == []
    rows = (await clerk.post("/api/cases/search", json={"q": number})).json()["rows"]
    assert (rows[0]["kind"], rows[0]["body"]["applicant_masked"]) == ("queue", "陈**")
    other = await (await service.staff("assessor")).post("/api/cases/search", json={"q": number})
    assert other.json() == {"rows": []}
    resident = await (await service.resident()).post("/api/cases/search", json={"q": number})
    assert (resident.status_code, resident.json()["code"]) == (403, "forbidden")


async def test_an_auditor_reads_every_step_and_the_case_as_it_stood(
    service: Service, filed: tuple[UUID, list[FileRef]]
) -> None:
    case, files = filed
    auditor = await service.staff("guwen")

    moments = (await auditor.get(f"/api/cases/{case}/history")).json()["moments"]
    filing = next(moment for moment in moments if moment["tag"] == "case.filed")
    before = await auditor.get(f"/api/cases/{case}/at/{filing['position'] - 1}")
    then = await auditor.get(f"/api/cases/{case}/at/{filing['position']}")

    assert [moment["tag"] for moment in moments] == ["file.stored"] * len(files) + ["case.filed", "case.received"]
    assert "answers" in filing["sealed"]
    assert "answers" not in filing["facts"]
    assert before.status_code == 404
    assert then.json()["row"]["body"]["view"]["status"] == "filed"
    assert [view.position for view in views(service, case)][-1] == filing["position"]


async def test_a_clerk_sees_no_history(service: Service, filed: tuple[UUID, list[FileRef]]) -> None:
    answer = await (await service.staff("zhoumin")).get(f"/api/cases/{filed[0]}/history")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_page_comes_back_as_it_was_handed_in(service: Service, filed: tuple[UUID, list[FileRef]]) -> None:
    case, files = filed

    for client in (await service.resident(), await service.staff("zhoumin")):
        answer = await client.get(f"/api/cases/{case}/files/{files[0].id}")
        again = await client.get(answer.request.url.path, headers={"if-none-match": answer.headers["etag"]})

        assert hashlib.sha256(answer.content).hexdigest() == files[0].sha256
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"].startswith("private")
        assert "sandbox" in answer.headers["content-security-policy"]
        assert again.status_code == 304


async def test_a_thumbnail_is_small_upright_and_says_nothing_of_the_place(
    service: Service, filed: tuple[UUID, list[FileRef]]
) -> None:
    answer = await (await service.resident()).get(f"/api/cases/{filed[0]}/files/{filed[1][0].id}?size=thumb")

    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (480, 360))
        assert not picture.getexif()


def test_a_photograph_taken_upright_has_an_upright_thumbnail() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees to look at it
    out = io.BytesIO()
    with Image.open(io.BytesIO(photograph("id-card", size=(4096, 3072)))) as source:
        source.save(out, "JPEG", exif=exif)

    with Image.open(io.BytesIO(thumbnail(out.getvalue()))) as picture:
        assert picture.size == (360, 480)


async def test_a_file_of_another_case_is_not_found_under_this_one(
    service: Service, filed: tuple[UUID, list[FileRef]]
) -> None:
    other, files = file_lease(service)

    answer = await (await service.resident()).get(f"/api/cases/{filed[0]}/files/{files[0].id}")

    assert other != filed[0]
    assert answer.status_code == 404


async def test_a_scan_is_shown_by_the_browser_and_has_no_thumbnail(
    service: Service, filed: tuple[UUID, list[FileRef]]
) -> None:
    case, out = filed[0], io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(out)
    person = service.centre.person_for_phone(PHONE)
    kept = service.edge.files.put(out.getvalue(), person=person)
    ref = FileRef(uuid4(), kept.sha256, kept.size)
    stored = StoreFile(file=ref, address=kept.address, media_type="application/pdf", uploaded_by=person)
    service.centre.by_itself(stored, lane=case)

    client = await service.resident()
    answer = await client.get(f"/api/cases/{case}/files/{ref.id}")
    small = await client.get(f"/api/cases/{case}/files/{ref.id}?size=thumb")

    assert answer.content == out.getvalue()
    assert "sandbox" not in answer.headers["content-security-policy"]
    assert (small.status_code, small.json()["code"]) == (404, "no-thumbnail")


async def test_a_damaged_file_is_a_fault_with_a_number_for_support_and_no_half_picture(
    service: Service, filed: tuple[UUID, list[FileRef]]
) -> None:
    case, files = filed
    for path in (service.edge.settings.centre_folder / "files").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])

    answer = await (await service.resident()).get(f"/api/cases/{case}/files/{files[0].id}")

    assert (answer.status_code, answer.json()["code"]) == (500, "server-fault")
    assert answer.json()["params"]["support"] in service.edge.settings.journal.read_text()


async def test_there_is_no_result_before_it_is_issued(service: Service, filed: tuple[UUID, list[FileRef]]) -> None:
    answer = await (await service.resident()).get(f"/api/cases/{filed[0]}/result.pdf")

    assert (answer.status_code, answer.json()["code"]) == (404, "result-not-ready")


async def test_an_unknown_address_of_the_api_is_not_found(service: Service) -> None:
    answer = await service.client().get("/api/nothing")

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_the_service_says_whether_it_lives_and_keeps_up(service: Service) -> None:
    client = service.client(base="http://10.0.0.7")

    assert (await client.get("/healthz")).json() == {"ok": True}
    service.caught_up()
    ready = (await client.get("/readyz")).json()
    assert ready["position"] == ready["head"] == service.centre.head()
