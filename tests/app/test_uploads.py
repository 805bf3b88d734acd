"""Uploads over tus 1.0: what arrived counts, only its owner sees it, and the log learns of each file exactly once."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import io
import random
import threading
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pikepdf
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request

from domain.actors import Actor, Role
from domain.case.facts import FileRejected, FileStored
from domain.decisions import Call
from domain.facts import Fact
from store.answers import Answer
from store.centre import Centre
from store.files import FileStore
from store.places import FolderPlaces
from store.staging import Staging
from web.admission import Admission
from web.arrivals import MAX_PDF_BYTES, MAX_PHOTO_BYTES, MOST_OPEN, Announcement, Arrivals
from web.errors import HANDLERS
from web.inspection import MAX_PIXELS, MEDIA_TYPES, Unusable, inspect
from web.keeping import belongs_to
from web.uploads import MAX_CHECKED_BYTES, tus_routes

EVENING = datetime(2026, 11, 23, 12, 40, tzinfo=UTC)
FATHER = UUID("01970000-0000-7000-8000-00000000000a")
STRANGER = UUID("01970000-0000-7000-8000-00000000000b")
LANE = UUID("01970000-0000-7000-8000-00000000000c")
NOTHING: Mapping[str, str] = {}
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


class Desk:
    """A centre, its file store and its upload service; `restart` is what a crash leaves behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = EVENING
        self.busy = False
        self.centre = Centre.open(folder, clock=lambda: self.now, new_id=uuid4)
        self.files = FileStore(FolderPlaces(folder / "files"), self.centre.vault)
        self.restart()

    def restart(self) -> None:
        staging = Staging(self.folder / "uploads", self.centre.vault)
        self.arrivals = Arrivals(
            staging, self.files, submit=self.submit, owner=self.owner, admit=self.admit, clock=lambda: self.now
        )
        app = Starlette(routes=tus_routes(self.arrivals, who), exception_handlers=HANDLERS)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")
        self.app = app

    def owner(self, case: UUID, uploaded_by: UUID) -> UUID:
        return belongs_to(self.centre, self.centre.case(case), uploaded_by)

    def admit(self, said: Announcement, by: UUID, beside: Mapping[UUID, int]) -> None:
        Admission(self.centre, lambda _person, _draft: True)(said, by, beside)

    def submit(self, call: Call) -> Future[Answer]:
        if not self.busy:
            return self.centre.submit(call)
        busy: Future[Answer] = Future()
        busy.set_result(Answer(verdict="retry", code="busy", retry_ms=2_000))
        return busy

    def facts(self, lane: UUID = LANE) -> list[Fact]:
        return [envelope.fact for envelope in self.centre.read(lane)]

    async def announce(self, content: bytes, said: Mapping[str, str] = NOTHING, *, by: UUID = FATHER) -> httpx.Response:
        size = said.get("size", str(len(content)))
        more = {key: value for key, value in said.items() if key != "size"}
        headers = {**TUS, **as_person(by), "Upload-Length": size, "Upload-Metadata": metadata(content, more)}
        return await self.client.post("/files/", headers=headers)

    async def send(
        self, at: str, content: bytes, offset: int = 0, headers: Mapping[str, str] = NOTHING
    ) -> httpx.Response:
        said = {**PIECE, **as_person(FATHER), "Upload-Offset": str(offset), **headers}
        return await self.client.patch(at, content=content, headers=said)

    async def head(self, at: str, *, by: UUID = FATHER) -> httpx.Response:
        return await self.client.head(at, headers={**TUS, **as_person(by)})

    async def upload(self, content: bytes, said: Mapping[str, str] = NOTHING) -> httpx.Response:
        announced = await self.announce(content, said)
        return await self.send(announced.headers["location"], content)


async def who(request: Request) -> Actor:
    return Actor(id=UUID(request.headers["x-person"]), roles=frozenset({Role.RESIDENT}))


def as_person(person: UUID) -> dict[str, str]:
    return {"x-person": str(person)}


def metadata(content: bytes, said: Mapping[str, str] = NOTHING) -> str:
    fields = {
        "file": str(file_id(content)),
        "lane": str(LANE),
        "intent_id": str(UUID(int=7)),
        "sha256": hashlib.sha256(content).hexdigest(),
        "type": "image/jpeg",
        **said,
    }
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in fields.items())


def file_id(content: bytes) -> UUID:
    return UUID(bytes=hashlib.md5(content, usedforsecurity=False).digest())


def photo(*, size: tuple[int, int] = (400, 560), kind: str = "JPEG", shade: int = 200) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(drawn, kind)
    return drawn.getvalue()


def noise(size: int) -> bytes:
    picture = Image.effect_noise((size, size), 90).convert("RGB")
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=95)
    return drawn.getvalue()


def pdf(change: Any = None, **save: Any) -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        if change:
            change(document)
        document.save(written, **save)
    return written.getvalue()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.centre.close()


async def test_a_photograph_in_three_pieces_is_stored_and_told_to_the_log(desk: Desk) -> None:
    content = noise(500)
    announced = await desk.announce(content)
    at = announced.headers["location"]

    assert announced.status_code == 201
    for start, end in ((0, 1000), (1000, 50_000), (50_000, len(content))):
        answer = await desk.send(at, content[start:end], start)
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(end))

    assert answer.headers["doorstep-file"] == "stored"
    (stored,) = desk.facts()
    assert isinstance(stored, FileStored)
    assert (stored.file, stored.media_type, stored.uploaded_by) == (file_id(content), "image/jpeg", FATHER)
    assert desk.files.read(stored.address) == content


async def test_every_answer_speaks_the_protocol(desk: Desk) -> None:
    options = await desk.client.options("/files/")
    wrong = await desk.client.post("/files/", headers={"Tus-Resumable": "0.2.2"})
    missing = await desk.head(f"/files/{UUID(int=1)}")

    assert options.status_code == 204
    assert options.headers["tus-extension"] == "creation,creation-with-upload,checksum,expiration,termination"
    assert options.headers["tus-checksum-algorithm"] == "sha1,sha256"
    assert (wrong.status_code, wrong.headers["tus-version"]) == (412, "1.0.0")
    assert {a.headers["tus-resumable"] for a in (options, wrong, missing)} == {"1.0.0"}


async def cut(desk: Desk, at: str, content: bytes, offset: int = 0) -> None:
    """A PATCH whose line breaks after `content`, before the announced end."""
    events = [
        {"type": "http.request", "body": content, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Any:
        return events.pop(0)

    async def send(_: Any) -> None:
        await asyncio.sleep(0)

    said = {**PIECE, **as_person(FATHER), "Upload-Offset": str(offset)}
    headers = [(key.lower().encode(), value.encode()) for key, value in said.items()]
    scope = {"type": "http", "method": "PATCH", "path": at, "headers": headers, "query_string": b"", "app": desk.app}
    await desk.app(scope, receive, send)


async def test_what_arrived_before_a_cut_counts_also_after_a_restart(desk: Desk) -> None:
    content = noise(500)
    at = (await desk.announce(content)).headers["location"]

    await cut(desk, at, content[:30_001])
    desk.restart()
    head = await desk.head(at)

    assert (head.headers["upload-offset"], head.headers["upload-length"]) == ("30001", str(len(content)))
    answer = await desk.send(at, content[30_001:], 30_001)
    assert answer.headers["doorstep-file"] == "stored"


async def test_a_piece_at_the_wrong_place_is_refused_and_says_where_to_go_on(desk: Desk) -> None:
    content = photo()
    at = (await desk.announce(content)).headers["location"]
    await desk.send(at, content[:100])

    answer = await desk.send(at, content[:100])

    assert answer.status_code == 409
    assert answer.json() == {"code": "wrong-offset", "params": {"offset": 100}}
    assert (await desk.head(at)).headers["upload-offset"] == "100"


async def test_more_than_was_announced_is_refused(desk: Desk) -> None:
    content = photo()
    at = (await desk.announce(content)).headers["location"]

    answer = await desk.send(at, content + b"x")

    assert (answer.status_code, answer.json()["code"]) == (413, "longer-than-announced")
    assert (await desk.head(at)).headers["upload-offset"] == "0"


async def test_an_upload_of_unknown_length_is_refused_in_words(desk: Desk) -> None:
    said = {**TUS, **as_person(FATHER), "Upload-Defer-Length": "1", "Upload-Metadata": metadata(photo())}

    answer = await desk.client.post("/files/", headers=said)

    assert (answer.status_code, answer.json()["code"]) == (400, "upload-defer-length")


async def test_a_device_that_was_offline_may_call_the_act_by_its_former_name(desk: Desk) -> None:
    content = photo()
    said = metadata(content).replace("intent_id ", "intent ")
    headers = {**TUS, **as_person(FATHER), "Upload-Length": str(len(content)), "Upload-Metadata": said}

    assert (await desk.client.post("/files/", headers=headers)).status_code == 201


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_piece_with_its_checksum_is_kept_only_if_it_fits(desk: Desk, algorithm: str) -> None:
    content = photo()
    at = (await desk.announce(content)).headers["location"]
    digest = base64.b64encode(hashlib.new(algorithm, content[:500]).digest()).decode()

    damaged = await desk.send(at, content[1:501], headers={"Upload-Checksum": f"{algorithm} {digest}"})
    whole = await desk.send(at, content[:500], headers={"Upload-Checksum": f"{algorithm} {digest}"})

    assert (damaged.status_code, damaged.json()["code"]) == (460, "checksum-mismatch")
    assert (whole.status_code, whole.headers["upload-offset"]) == (204, "500")


@pytest.mark.parametrize("method", ["HEAD", "DELETE", "PATCH"])
async def test_a_checked_piece_on_a_line_that_fell_silent_holds_up_nobody(desk: Desk, method: str) -> None:
    content, heard = photo(), asyncio.Event()
    at = (await desk.announce(content)).headers["location"]
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()

    async def falls_silent() -> AsyncIterator[bytes]:
        yield content[:100]
        heard.set()
        await asyncio.Event().wait()

    said = {**PIECE, **as_person(FATHER), "Upload-Offset": "0", "Upload-Checksum": f"sha256 {digest}"}
    silent = asyncio.create_task(desk.client.patch(at, content=falls_silent(), headers=said))
    await heard.wait()

    async with asyncio.timeout(20):
        answer = await desk.client.request(
            method,
            at,
            content=content if method == "PATCH" else b"",
            headers={**PIECE, **as_person(FATHER), "Upload-Offset": "0"},
        )
        cut_off = await silent

    assert answer.status_code == (200 if method == "HEAD" else 204)
    assert method != "HEAD" or answer.headers["upload-offset"] == "0"
    assert cut_off.status_code == 460


@pytest.mark.parametrize("step", ["find", "offset", "discard"])
async def test_a_slow_disk_holds_up_nothing_else(desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    at = (await desk.announce(photo())).headers["location"]
    does, begun, goes_on = getattr(Staging, step), threading.Event(), threading.Event()
    went_on: list[bool] = []

    def slowly(*args: Any) -> Any:
        begun.set()
        went_on.append(goes_on.wait(5))
        return does(*args)

    monkeypatch.setattr(Staging, step, slowly)
    calls = [desk.client.delete(at, headers={**TUS, **as_person(FATHER)}), desk.arrivals.settle_finished()]
    running = [asyncio.create_task(one) for one in calls]
    await asyncio.to_thread(begun.wait, 5)
    goes_on.set()
    await asyncio.gather(*running)

    assert all(went_on)


async def test_an_unknown_checksum_or_a_huge_checked_piece_is_refused(desk: Desk) -> None:
    at = (await desk.announce(bytes(MAX_CHECKED_BYTES + 2))).headers["location"]

    unknown = await desk.send(at, b"x", headers={"Upload-Checksum": "crc32 AAAA"})
    huge = await desk.send(at, bytes(MAX_CHECKED_BYTES + 1), headers={"Upload-Checksum": "sha1 AAAA"})

    assert (unknown.status_code, huge.status_code) == (400, 413)


async def test_the_first_piece_may_come_with_the_announcement(desk: Desk) -> None:
    content = photo()
    said = {**PIECE, **as_person(FATHER), "Upload-Length": str(len(content)), "Upload-Metadata": metadata(content)}

    first = await desk.client.post("/files/", content=content, headers=said)
    again = await desk.client.post("/files/", content=content, headers=said)

    for answer in (first, again):
        assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(content)))
        assert answer.headers["doorstep-file"] == "stored"
    assert len(desk.facts()) == 1


async def test_announcing_the_same_file_again_goes_on_where_it_was(desk: Desk) -> None:
    content = photo()
    first = await desk.announce(content)
    await desk.send(first.headers["location"], content[:200])

    again = await desk.announce(content)

    assert again.headers["location"] == first.headers["location"]
    assert (await desk.head(again.headers["location"])).headers["upload-offset"] == "200"


async def test_a_lost_last_answer_is_given_again_without_a_second_effect(desk: Desk) -> None:
    content = photo()
    at = (await desk.announce(content)).headers["location"]
    await desk.send(at, content)

    desk.restart()
    head = await desk.head(at)

    assert head.headers["upload-offset"] == str(len(content))
    assert head.headers["doorstep-file"] == "stored"
    assert len(desk.facts()) == 1


async def test_the_same_file_sent_anew_after_it_was_forgotten_has_one_effect(desk: Desk) -> None:
    content = photo()
    await desk.upload(content)
    desk.now += timedelta(days=8)
    desk.arrivals.expire()

    answer = await desk.upload(content)

    assert answer.headers["doorstep-file"] == "stored"
    assert len(desk.facts()) == 1


async def test_what_was_complete_at_a_crash_is_told_to_the_log_at_the_next_start(desk: Desk) -> None:
    content = photo()
    announced = await desk.announce(content)
    upload = UUID(announced.headers["location"].rpartition("/")[2])
    staging = Staging(desk.folder / "uploads", desk.centre.vault)
    staging.append(upload, 0, content)

    desk.restart()
    await desk.arrivals.settle_finished()

    assert [type(fact) for fact in desk.facts()] == [FileStored]
    assert (await desk.head(announced.headers["location"])).headers["doorstep-file"] == "stored"


async def test_nobody_else_sees_continues_or_ends_an_upload(desk: Desk) -> None:
    content = photo()
    at = (await desk.announce(content)).headers["location"]

    head = await desk.head(at, by=STRANGER)
    patch = await desk.send(at, content, headers=as_person(STRANGER))
    delete = await desk.client.delete(at, headers={**TUS, **as_person(STRANGER)})

    assert (head.status_code, patch.status_code, delete.status_code) == (404, 404, 404)
    assert (await desk.head(at)).headers["upload-offset"] == "0"


async def test_a_terminated_upload_is_gone(desk: Desk) -> None:
    at = (await desk.announce(photo())).headers["location"]

    answer = await desk.client.delete(at, headers={**TUS, **as_person(FATHER)})

    assert answer.status_code == 204
    assert (await desk.head(at)).status_code == 404


async def test_uploads_expire_after_a_week_and_say_so(desk: Desk) -> None:
    announced = await desk.announce(photo())

    at = announced.headers["location"]
    await desk.send(at, photo()[:100])
    desk.now += timedelta(days=7, seconds=1)
    before = await desk.send(at, photo()[100:], 100)
    desk.arrivals.expire()
    after = await desk.send(at, photo()[100:], 100)

    assert announced.headers["upload-expires"] == "Mon, 30 Nov 2026 12:40:00 GMT"
    for refused in (before, after):
        assert (refused.status_code, refused.json()) == (410, {"code": "upload-expired", "params": {"days": 7}})
    assert (await desk.head(at)).status_code == 410


async def test_an_expired_upload_can_be_begun_again(desk: Desk) -> None:
    content = photo()
    first = await desk.announce(content)
    await desk.send(first.headers["location"], content[:100])
    desk.now += timedelta(days=8)
    desk.arrivals.expire()

    again = await desk.upload(content)

    assert again.headers["doorstep-file"] == "stored"


async def test_what_expired_is_unknown_after_another_month(desk: Desk) -> None:
    at = (await desk.announce(photo())).headers["location"]

    desk.now += timedelta(days=8)
    desk.arrivals.expire()
    desk.now += timedelta(days=30)
    desk.arrivals.expire()

    assert (await desk.head(at)).status_code == 404


async def test_a_person_has_so_many_uploads_under_way_and_no_more(desk: Desk) -> None:
    for number in range(MOST_OPEN):
        assert (await desk.announce(b"%d" % number)).status_code == 201

    refused = await desk.announce(b"one more")
    others = await desk.announce(b"one more", by=STRANGER)

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-uploads")
    assert others.status_code == 201


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"type": "image/heic"}, 415, "media-type"),
        ({"type": "text/html"}, 415, "media-type"),
        ({"size": str(MAX_PHOTO_BYTES + 1)}, 413, "too-large"),
        ({"size": str(MAX_PDF_BYTES + 1), "type": "application/pdf"}, 413, "too-large"),
        ({"size": "0"}, 400, "upload-metadata"),
        ({"size": "-1"}, 400, "upload-length"),
        ({"size": "9" * 4000}, 400, "upload-length"),
        ({"sha256": "A" * 64}, 400, "upload-metadata"),
        ({"file": "../../etc/passwd"}, 400, "upload-metadata"),
        ({"lane": "x"}, 400, "upload-metadata"),
        ({"filename": "租房合同.jpg"}, 400, "upload-metadata"),
        ({"filename": "../../etc/passwd"}, 400, "upload-metadata"),
        ({"filename": "合同\u202egpj.exe"}, 400, "upload-metadata"),
        ({"type": "image/jpeg\u202e"}, 415, "media-type"),
        ({"intent_id": ""}, 400, "upload-metadata"),
    ],
)
async def test_an_announcement_that_cannot_be_is_refused_in_words(
    desk: Desk, said: dict[str, str], status: int, code: str
) -> None:
    answer = await desk.announce(photo(), said)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("header", ["", "file", "file !!!", "file " + base64.b64encode(b"\xff").decode()])
async def test_metadata_that_is_no_metadata_is_refused(desk: Desk, header: str) -> None:
    said = {**TUS, **as_person(FATHER), "Upload-Length": "5", "Upload-Metadata": header}

    answer = await desk.client.post("/files/", headers=said)

    assert (answer.status_code, answer.json()["code"]) == (400, "upload-metadata")


async def test_a_piece_needs_its_content_type(desk: Desk) -> None:
    at = (await desk.announce(photo())).headers["location"]

    assert (await desk.send(at, b"x", headers={"Content-Type": "image/jpeg"})).status_code == 415


def animated() -> bytes:
    drawn = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), (shade, 0, 0)) for shade in (0, 100, 200)]
    frames[0].save(drawn, "WEBP", save_all=True, append_images=frames[1:])
    return drawn.getvalue()


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("tool.js", "alert(1)")
    return packed.getvalue()


def as_pdf_too(content: bytes) -> bytes:
    """A JPEG with the mark of a PDF in its first comment."""
    comment = b"%PDF-1.7"
    return content[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + content[2:]


def with_script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def with_attachment(document: pikepdf.Pdf) -> None:
    document.attachments["tool.exe"] = b"MZ"


def with_launch(document: pikepdf.Pdf) -> None:
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, A=launch)
    document.pages[0].Annots = pikepdf.Array([link])


REJECTED: dict[str, tuple[bytes, str]] = {
    "no image": (b"just words", "undecodable"),
    "markup": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "undecodable"),
    "polyglot": (b"\xff\xd8\xff\xe0<html><script>", "undecodable"),
    "photograph that is a PDF too": (as_pdf_too(photo()), "unsafe"),
    "photograph with an archive behind": (photo() + archive(), "unsafe"),
    "PNG with an archive behind": (photo(kind="PNG") + archive(), "unsafe"),
    "WebP with markup behind": (photo(kind="WEBP") + b"<html><script>alert(1)</script></html>", "unsafe"),
    "cut photograph": (noise(300)[:20_000], "undecodable"),
    "cut PNG": (photo(kind="PNG", size=(900, 900))[:-40], "undecodable"),
    "GIF": (photo(kind="GIF"), "undecodable"),
    "animation": (animated(), "unsafe"),
    "too many pixels": (photo(kind="PNG", size=(MAX_PIXELS // 5000 + 1, 5000)), "too-large"),
    "PDF in name only": (b"%PDF-1.7 nothing more", "undecodable"),
    "locked PDF": (pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "unsafe"),
    "PDF locked for changes": (pdf(encryption=pikepdf.Encryption(owner="a", user="")), "unsafe"),
    "PDF with script": (pdf(with_script), "unsafe"),
    "PDF with a file": (pdf(with_attachment), "unsafe"),
    "PDF that starts a program": (pdf(with_launch), "unsafe"),
}


@pytest.mark.parametrize("name", REJECTED)
async def test_what_cannot_be_shown_without_harm_is_rejected_with_its_reason(desk: Desk, name: str) -> None:
    content, reason = REJECTED[name]

    answer = await desk.upload(content)

    assert (answer.status_code, answer.headers["doorstep-file"]) == (204, f"rejected; reason={reason}")
    (rejected,) = desk.facts()
    assert isinstance(rejected, FileRejected)
    assert (rejected.file, rejected.reason, rejected.uploaded_by) == (file_id(content), reason, FATHER)


async def test_bytes_that_are_not_the_promised_ones_are_rejected(desk: Desk) -> None:
    answer = await desk.upload(photo(), {"sha256": "0" * 64})

    assert answer.headers["doorstep-file"] == "rejected; reason=hash-mismatch"


async def test_a_photograph_damaged_on_the_way_can_be_sent_again_and_is_stored(desk: Desk) -> None:
    good = photo()
    damaged = good[:-1] + bytes([good[-1] ^ 1])
    promised = {"file": str(file_id(good)), "sha256": hashlib.sha256(good).hexdigest()}

    first = await desk.upload(damaged, promised)
    second = await desk.upload(good, promised)

    assert first.headers["doorstep-file"] == "rejected; reason=hash-mismatch"
    assert second.headers["doorstep-file"] == "stored"
    assert [type(fact) for fact in desk.facts()] == [FileRejected, FileStored]


async def test_a_photograph_announced_as_pdf_keeps_the_limit_of_photographs(desk: Desk) -> None:
    content = photo() + bytes(MAX_PHOTO_BYTES)

    answer = await desk.upload(content, {"type": "application/pdf"})

    assert answer.headers["doorstep-file"] == "rejected; reason=too-large"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (photo(), "image/jpeg"),
        (photo(kind="PNG"), "image/png"),
        (photo(kind="WEBP"), "image/webp"),
        (pdf(), "application/pdf"),
    ],
    ids=["jpeg", "png", "webp", "pdf"],
)
async def test_the_type_is_what_the_content_is(desk: Desk, content: bytes, media_type: str) -> None:
    await desk.upload(content, {"type": "image/jpeg"})

    (stored,) = desk.facts()
    assert isinstance(stored, FileStored)
    assert stored.media_type == media_type


async def test_a_log_that_is_busy_loses_nothing(desk: Desk) -> None:
    content = photo()
    desk.busy = True

    answer = await desk.upload(content)
    desk.busy = False
    await desk.arrivals.settle_finished()

    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["retry-after"] == "5"
    assert [type(fact) for fact in desk.facts()] == [FileStored]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "PDF"])
def test_damaged_bytes_are_judged_and_never_stumbled_over(kind: str) -> None:
    content = pdf(with_script) if kind == "PDF" else photo(kind=kind, size=(60, 80))
    chance = random.Random(kind)

    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with contextlib.suppress(Unusable):
            assert inspect(io.BytesIO(damaged[: chance.randint(4, len(damaged))])) in MEDIA_TYPES
