"""The built app: every address of its own opens it, files are cached by what they are, and nothing else is served."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Generator
from pathlib import Path
from typing import cast

import pytest

from tests.app.standing import Service, centre_open

INDEX = (
    '<!doctype html><title>家门口</title><script>start()</script><script type="module" src="/assets/a-1.js"></script>'
)
HINTS = (
    "</before-paint.js>; rel=preload; as=script, </assets/case-1.js>; rel=modulepreload, "
    "</assets/screens-1.css>; rel=preload; as=style; crossorigin"
)
SCRIPT = b"export const large = 'x';" * 100


@pytest.fixture
def service(tmp_path: Path) -> Generator[Service]:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text(INDEX)
    (static / "assets" / "a-1.js").write_bytes(SCRIPT)
    (static / "assets" / "a-1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (static / "assets" / "a-1.js.br").write_bytes(b"as brotli would")
    (static / "early.json").write_text('["/before-paint.js", "/assets/case-1.js", "/assets/screens-1.css"]')
    (static / "sw.js").write_text("// worker")
    (static / "manifest.webmanifest").write_text("{}")
    (static / ".stamp").write_text("secret")
    (tmp_path / "outside.txt").write_text("secret")
    with centre_open(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    "path", ["/", "/items", "/apply/0197-x", "/case/1", "/desk/case/2", "/audit", "/sign-in", "/me"]
)
async def test_every_address_of_the_app_opens_it(service: Service, path: str) -> None:
    answer = await service.client().get(path)

    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/api/x", "/assets/gone.js", "/files/x", "/log", "/log/x", "/favicon.ico", "/.stamp", "/../outside.txt"]
)
async def test_other_addresses_are_not_found(service: Service, path: str) -> None:
    answer = await service.client().get(path)

    assert answer.status_code in {404, 405}
    assert "secret" not in answer.text


async def test_every_page_but_the_first_names_what_it_begins_with_so_that_it_comes_beside_the_app(
    service: Service,
) -> None:
    client = service.client()
    hints = [(await client.get(path)).headers.get("link") for path in ("/", "/case/1", "/desk")]

    assert hints == [None, HINTS, HINTS]
    assert (await client.get("/early.json")).status_code == 404


async def test_files_named_by_their_content_are_kept_for_ever_and_all_others_are_asked_for_again(
    service: Service,
) -> None:
    client = service.client()
    kept = {path: (await client.get(path)).headers["cache-control"] for path in ("/assets/a-1.js", "/sw.js", "/")}

    assert kept == {
        "/assets/a-1.js": "public, max-age=31536000, immutable",
        "/sw.js": "no-cache",
        "/": "no-cache",
    }


async def test_a_file_is_sent_as_it_was_compressed_at_build_time(service: Service) -> None:
    client = service.client()

    async def encoding(accept: str) -> str | None:
        answer = await client.get("/assets/a-1.js", headers={"accept-encoding": accept})
        assert "accept-encoding" in answer.headers["vary"].lower()
        return cast("str | None", answer.headers.get("content-encoding"))

    assert await encoding("gzip, deflate") == "gzip"
    assert await encoding("identity") is None
    assert (await client.get("/assets/a-1.js")).content == SCRIPT


async def test_brotli_goes_first_where_the_browser_takes_it(service: Service) -> None:
    async with (
        service.client() as client,
        client.stream("GET", "/assets/a-1.js", headers={"accept-encoding": "gzip, br"}) as answer,
    ):
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])

    assert (answer.headers["content-encoding"], raw) == ("br", b"as brotli would")


async def test_an_unchanged_file_is_not_sent_again(service: Service) -> None:
    client = service.client()
    etag = (await client.get("/sw.js")).headers["etag"]

    assert (await client.get("/sw.js", headers={"if-none-match": etag})).status_code == 304


async def test_types_are_those_that_browsers_insist_on(service: Service) -> None:
    client = service.client()
    types = [(await client.get(path)).headers["content-type"] for path in ("/sw.js", "/manifest.webmanifest", "/")]

    assert types == ["text/javascript; charset=utf-8", "application/manifest+json", "text/html; charset=utf-8"]


async def test_what_stands_inline_in_the_page_is_allowed_by_its_hash_only(service: Service) -> None:
    policy = (await service.client().get("/")).headers["content-security-policy"]
    digest = base64.b64encode(hashlib.sha256(b"start()").digest()).decode()

    assert f"script-src 'self' 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


async def test_a_worker_may_do_what_its_page_may(service: Service) -> None:
    """A worker's policy is that of its own script (CSP level 3, section 4.2.2)."""
    client = service.client()
    policies = {
        path: (await client.get(path)).headers["content-security-policy"] for path in ("/", "/sw.js", "/assets/a-1.js")
    }

    assert len(set(policies.values())) == 1
    assert "connect-src 'self'" in policies["/sw.js"]


async def test_an_app_that_was_not_built_says_so(tmp_path: Path) -> None:
    with centre_open(tmp_path) as bare:
        answer = await bare.client().get("/")

    assert answer.status_code == 503
    assert "./run" in answer.text
