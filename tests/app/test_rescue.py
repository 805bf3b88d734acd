"""Rescue files: brought in by their person or at the desk, under the same ids, so that nothing counts twice."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec
import pytest

from domain.actors import Actor
from domain.case.facts import CaseFiled, FileStored
from tests.app.browsing import browser
from tests.app.listening import Site, listening
from tests.app.standing import photograph
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import CASE, FATHER, SUN, ZHOU, Filing
from tests.sync.intents import body
from web.session import COOKIE


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        yield open_site


class Saved:
    """A rescue file of a filing with its photographs, and of a note of a stranger's lane that is refused."""

    def __init__(self, by: Actor = FATHER, *, case: UUID = CASE) -> None:
        filing = Filing(case=case)
        self.filed = uuid5(case, "filed")
        photos = {ref.id: photograph(str(ref.id), size=(40, 30)) for ref in filing.files}
        files = [
            {"id": str(id), "sha256": hashlib.sha256(bytes_).hexdigest(), "size": len(bytes_)}
            for id, bytes_ in photos.items()
        ]
        args = msgspec.to_builtins(filing.command)
        args.pop("type", None)
        first = body("case.file@1", args, lane=case, by=by, files=files, id=str(self.filed))
        then = body("case.note@1", {"text": "字"}, lane=uuid4(), by=by, seq=2)
        intents = [
            {"body": json.dumps(one, ensure_ascii=False), "state": "queued", "code": None} for one in (first, then)
        ]
        pages = [
            {
                "file": one["id"],
                "lane": str(case),
                "material": "x",
                "number": 1,
                "sha256": one["sha256"],
                "size": one["size"],
                "media_type": "image/jpeg",
                "state": "queued",
                "intent": str(self.filed),
                "base64": base64.b64encode(photos[UUID(str(one["id"]))]).decode(),
            }
            for one in files
        ]
        self.file: dict[str, Any] = {
            "doorstep": "rescue",
            "version": 1,
            "person": str(by.id),
            "drafts": [],
            "intents": intents,
            "pages": pages,
        }


async def bring(site: Site, who: Actor, file: Any) -> tuple[int, Any]:
    async with await browser(site, who) as client:
        answer = await client.post("/api/rescue", content=file if isinstance(file, str | bytes) else json.dumps(file))
    return answer.status_code, answer.json()


async def test_what_was_saved_is_judged_and_its_pages_are_kept(site: Site) -> None:
    saved = Saved()

    status, said = await bring(site, FATHER, saved.file)

    assert status == 200
    assert [one["verdict"] for one in said["verdicts"]] == ["applied", "refused"]
    assert {one["state"] for one in said["pages"]} == {"stored"}
    kinds = [type(one.fact) for one in site.edge.centre.read(CASE)]
    assert kinds[0] is CaseFiled
    assert kinds.count(FileStored) == len(saved.file["pages"])


async def test_the_same_file_brought_in_twice_counts_once(site: Site) -> None:
    saved = Saved()
    await bring(site, FATHER, saved.file)
    before = site.edge.centre.head()

    _, said = await bring(site, FATHER, saved.file)

    assert [one["verdict"] for one in said["verdicts"]] == ["duplicate", "refused"]
    assert {one["state"] for one in said["pages"]} == {"stored"}
    assert [one for _, one in site.edge.centre.follow(before, 100) if one.originator_id == CASE] == []


async def test_what_waits_for_something_else_by_now_is_brought_in_in_the_words_of_its_first_offer(site: Site) -> None:
    saved = Saved()
    filed, note = saved.file["intents"]
    waiting = json.dumps({**json.loads(filed["body"]), "after": [str(uuid4())]}, ensure_ascii=False)

    saved.file["intents"] = [{**filed, "body": waiting}, note]
    _, held = await bring(site, FATHER, saved.file)
    saved.file["intents"] = [{**filed, "body": waiting, "links": {"after": [], "needs": []}}, note]
    _, freed = await bring(site, FATHER, saved.file)
    saved.file["intents"] = [{**filed, "body": waiting}, note]
    _, again = await bring(site, FATHER, saved.file)

    verdicts = [said["verdicts"][0]["verdict"] for said in (held, freed, again)]
    assert verdicts == ["held", "applied", "duplicate"]


async def test_one_slow_file_holds_up_nobody_elses_and_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    head = (
        f"POST /api/rescue HTTP/1.1\r\nhost: localhost:{site.port}\r\norigin: {site.origin}\r\n"
        f"cookie: {COOKIE}={await site.sign_in(ZHOU)}\r\ncontent-length: 1000\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("localhost", site.port)
    writer.write(head.encode() + b'{"doorstep":')
    await writer.drain()

    status, _ = await bring(site, FATHER, Saved().file)
    writer.close()

    assert status == 200
    monkeypatch.setattr("web.rescue.LONGEST_SECONDS", 0.01)
    reader, writer = await asyncio.open_connection("localhost", site.port)
    writer.write(head.encode())
    assert b" 408 " in await reader.readline()
    writer.close()


async def test_a_file_of_somebody_else_is_refused_and_nothing_of_it_is_judged(site: Site) -> None:
    status, said = await bring(site, ZHOU, Saved().file)

    assert (status, said["code"]) == (403, "rescue-other-person")
    assert site.edge.centre.read(CASE) == []


async def test_an_intent_of_somebody_else_in_ones_own_file_is_not_judged(site: Site) -> None:
    saved = Saved()
    forged = {**saved.file, "person": str(ZHOU.id)}

    _, said = await bring(site, ZHOU, forged)

    assert [(one["verdict"], one["code"]) for one in said["verdicts"]] == [("auth", "other-person")] * 2
    assert not site.edge.centre.case(CASE).is_filed


@pytest.mark.parametrize("what", ["other bytes", "no base64", "no bytes", "longer"])
async def test_a_page_that_is_not_what_was_promised_is_said_so(site: Site, what: str) -> None:
    saved = Saved()
    page = saved.file["pages"][0]
    page["base64"] = {
        "other bytes": base64.b64encode(b"x" * page["size"]).decode(),
        "no base64": "§",
        "no bytes": "",
        "longer": base64.b64encode(b"x" * (page["size"] + 9)).decode(),
    }[what]

    _, said = await bring(site, FATHER, saved.file)

    assert said["verdicts"][0]["verdict"] == "applied"
    assert said["pages"][0]["state"] == ("missing" if what == "no bytes" else "rejected")
    assert {one["state"] for one in said["pages"][1:]} <= {"stored"}


NO_FILES = (
    ("", 400),
    ("{}", 400),
    ('{"doorstep":"backup"}', 400),
    ("[" * 50_000, 400),
    (b"\xff\xfe", 400),
    ('{"doorstep":"rescue","version":2,"person":null}', 422),
    ('{"doorstep":"rescue","version":1,"person":null}', 403),
)


async def test_what_is_no_rescue_file_of_ones_own_is_refused(site: Site) -> None:
    for content, status in NO_FILES:
        assert (await bring(site, FATHER, content))[0] == status, content[:40]


async def test_a_file_that_is_too_large_is_not_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.rescue.LARGEST_BYTES", 1_000)

    assert (await bring(site, FATHER, "x" * 1_001))[0] == 413


async def test_nobody_brings_a_file_in_without_a_sign_in(site: Site) -> None:
    async with await browser(site, None) as client:
        assert (await client.post("/api/rescue", content="{}")).status_code == 401


def test_the_desk_brings_a_file_in_and_is_named_beside_the_author(home: Home, tmp_path: Path) -> None:
    saved = Saved(ZHOU)
    note = body("case.note@1", {"text": "字"}, by=ZHOU, seq=3)
    saved.file["intents"], saved.file["pages"] = [{"body": json.dumps(note)}], []
    path = tmp_path / "rescue.json"
    path.write_text(json.dumps(saved.file))
    with home.opened() as premises:
        premises.receive()

    said = home.types("rescue", str(path), "--by", "sunhao")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Acts: 1 applied. Pages: none.")
    with home.opened() as premises:
        meta = premises.centre.read(CASE)[-1].meta
    assert (meta.actor, meta.entered_by, meta.command) == (ZHOU.id, SUN.id, UUID(note["id"]))


@pytest.mark.parametrize(
    ("content", "by", "sentence"),
    [
        ("{", "sunhao", "This is no rescue file, or only a part of one."),
        ('{"doorstep":"rescue","version":1,"person":null}', "sunhao", "The file belongs to nobody"),
        (f'{{"doorstep":"rescue","version":1,"person":"{uuid4()}"}}', "sunhao", "Nobody is known by the person"),
        ("{}", "nobody", "Nobody is enrolled as nobody."),
    ],
    ids=["malformed", "guest", "unknown person", "unknown clerk"],
)
def test_the_desk_is_told_why_a_file_cannot_be_brought_in(
    home: Home, tmp_path: Path, content: str, by: str, sentence: str
) -> None:
    path = tmp_path / "rescue.json"
    path.write_text(content)
    with home.opened():
        pass

    said = home.types("rescue", str(path), "--by", by)

    assert said.code == 1
    assert said.err.startswith(sentence)
