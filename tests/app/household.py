"""A resident at a running service, through a browser and a device: signs in, photographs, files, and looks."""

from __future__ import annotations

import base64
import hashlib
import io
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from PIL import Image

from domain.actors import Actor, Role
from domain.case.commands import FileCase, FileRef, PageOf
from domain.catalogue.conditions import filled_form, materials_needed
from sync.client import Client, SignInNeeded
from tests.app.listening import IMPATIENT, Site
from tests.cast import LEASE
from tests.domain.catalogue.filled import filled_answers
from web.session import COOKIE

TUS = {"tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream"}


class Household:
    """One resident and their telephone.

    Attributes:
        phone: the number.
        name: what they are called.
        case: what they file.
        answers: what they write into the form.
        photographs: the pages they hand in, by file.
        chance: for what only they have.
    """

    def __init__(self, site: Site, phone: str, name: str, **answers: Any) -> None:
        self.site = site
        self.phone = phone
        self.name = name
        self.case = uuid4()
        self.answers = filled_answers(LEASE, applicant_name=name, applicant_phone=phone, **answers)
        self.photographs: dict[UUID, bytes] = {}
        self.browser = httpx.AsyncClient(
            base_url=site.origin, headers={"origin": site.origin}, timeout=60, trust_env=False
        )
        self.id = UUID(int=0)
        self.chance = random.Random(phone)
        self._install = uuid4()

    async def sign_in(self) -> UUID:
        """Sign in with a code, and return the person that the service takes this for."""
        assert (await self.browser.post("/session/code", json={"phone": self.phone})).status_code == 204
        inbox = (await self.browser.get("/demo/inbox.json", params={"phone": self.phone})).json()["messages"]
        shown = {"phone": self.phone, "code": inbox[0]["code"], "device": str(self._install)}
        entered = await self.browser.post("/session/resident", json=shown)
        assert entered.status_code == 200, entered.text
        self.id = UUID(entered.json()["person"]["id"])
        return self.id

    @property
    def actor(self) -> Actor:
        """The person, as the edge would say."""
        return Actor(id=self.id, roles=frozenset({Role.RESIDENT}))

    async def _ticket(self) -> str:
        answer = await self.browser.post("/session/ticket")
        if answer.status_code == 401:
            raise SignInNeeded
        return str(answer.json()["ticket"])

    def device(self) -> Client:
        """Their telephone, which dials with a ticket of the browser's session."""
        return Client(
            self.site.url,
            ticket=self._ticket,
            person=self.id,
            device=self._install,
            clock=self.site.clock,
            chance=self.chance,
            origin=self.site.origin,
            timings=IMPATIENT,
        )

    def filing(self) -> tuple[FileCase, tuple[FileRef, ...]]:
        """The form with a fresh photograph of every paper that it needs."""
        needed = materials_needed(filled_form(LEASE, self.answers))
        pages: list[PageOf] = []
        files: list[FileRef] = []
        for paper in (one.material.id for one in needed if one.photograph_demanded):
            content = photograph(self.chance)
            ref = FileRef(uuid4(), hashlib.sha256(content).hexdigest(), len(content))
            self.photographs[ref.id] = content
            files.append(ref)
            pages.append(PageOf(ref.id, paper, 1))
        command = FileCase(
            item_id=LEASE.id,
            item_version=LEASE.version,
            answers=self.answers,
            pages=tuple(pages),
            declarations=tuple(one.material.id for one in needed if one.signature_demanded),
        )
        return command, tuple(files)

    async def upload(
        self, file: UUID, content: bytes, *, lane: UUID | None = None, only: int | None = None
    ) -> httpx.Response:
        """Send a photograph of the case, or of a form that is not handed in (`lane`), or only its first bytes."""
        said = {
            "file": str(file),
            "lane": str(lane or self.case),
            "intent_id": str(uuid4()),
            "sha256": hashlib.sha256(content).hexdigest(),
            "type": "image/jpeg",
        }
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
        headers = {**TUS, "upload-length": str(len(content)), "upload-metadata": metadata}
        answer = await self.browser.post("/files/", content=content[:only], headers=headers)
        assert answer.status_code == 201, answer.text
        return answer

    async def hand_in(self, device: Client) -> None:
        """File from the device, and send the photographs."""
        command, files = self.filing()
        _, answer = device.submit(command, lane=self.case, files=files)
        verdict = await answer
        assert verdict.verdict == "applied", verdict
        for file, content in self.photographs.items():
            assert (await self.upload(file, content)).headers["doorstep-file"] == "stored"

    def written(self) -> dict[str, str]:
        """What of the form could tell who they are, by field."""
        texts = ("name", "text", "id-number", "phone", "money", "decimal")
        found: dict[str, str] = {}
        for field in LEASE.fields:
            answer = self.answers.get(field.id)
            if isinstance(answer, dict):
                found[field.id] = str(answer["text"])
            elif field.type in texts and answer is not None:
                found[field.id] = str(answer)
        return found


@asynccontextmanager
async def looking(site: Site, who: Actor) -> AsyncGenerator[httpx.AsyncClient]:
    """The browser of a member of staff."""
    cookies = {COOKIE: await site.sign_in(who)}
    async with httpx.AsyncClient(
        base_url=site.origin, headers={"origin": site.origin}, cookies=cookies, timeout=60, trust_env=False
    ) as browser:
        yield browser


def photograph(chance: random.Random) -> bytes:
    """A JPEG that nobody else has."""
    out = io.BytesIO()
    Image.frombytes("RGB", (160, 120), chance.randbytes(160 * 120 * 3)).save(out, "JPEG", quality=90)
    return out.getvalue()


def spellings(value: str) -> set[bytes]:
    """A value as it could stand in a file: as UTF-8, and as JSON with escapes."""
    plain = msgspec.json.encode(value).strip(b'"')
    escaped = value.encode("ascii", "backslashreplace").replace(b"\\\\u", b"\\u")
    return {value.encode(), plain, escaped, escaped.lower(), value.encode("utf-16-le")}
