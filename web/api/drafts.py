"""`/api/drafts`: forms that a resident has begun, kept so that they can go on with them on another device.

The app copies a form at most once a minute. What stands in it is sealed under the person's key and erased 30 days after
it was last written to; the log is told only that it was kept. A resume code carries one form to a browser in which
nobody is signed in, such as from the one inside a chat app to the telephone's own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from hashlib import blake2b
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from domain.actors import Actor
from domain.case.commands import Command
from domain.case.facts import FileStored
from domain.decisions import Call
from domain.drafts.drafts import End, EndDraft, SaveDraft, draft_stream
from domain.refusals import NotFound, PersonIsErased
from domain.rights.table import require
from store.begun import Begun, TooManyForms, WrittenElsewhere
from store.itself import CENTRE_ACTOR
from store.keys import KeyDestroyed
from web.bodies import NO_STORE, json_answer, read_json
from web.edge import Edge
from web.errors import Problem
from web.limits import Limit, address_key
from web.resume_codes import Form, ResumeCodes
from web.session import actor_of

KEPT = timedelta(days=30)
"""How long a form is kept after it was last written to; its photographs lapse after the same time."""

TOLD_EVERY = timedelta(minutes=1)
PASS_HEADER = "x-draft-pass"
TURN_SECONDS = 3_600

_MINUTES_10, _HOUR = timedelta(minutes=10), timedelta(hours=1)
SAVES = {"person": (Limit(60, _MINUTES_10),)}
CODES_ISSUED = {"person": (Limit(6, _MINUTES_10), Limit(20, _HOUR))}
CODES_GUESSED = {"resumer": (Limit(10, _MINUTES_10), Limit(30, _HOUR)), "everyone": (Limit(300, _MINUTES_10),)}
"""`resumer` is an address. Codes are one of ten thousand million; all addresses together try 300 while one serves."""


class Copy(Struct, frozen=True):
    """A form as the app keeps it.

    Attributes:
        draft: the form; what stands in it is the app's.
        base: `rev` of the copy that it goes on from, None for a form that was not kept before.
        device: on which it is written: its own last copy is replaced whatever `base` says.
    """

    draft: msgspec.Raw
    base: Annotated[int, Meta(ge=1)] | None = None
    device: UUID | None = None


class CodeShown(Struct, frozen=True):
    """Somebody types a code in."""

    code: Annotated[str, Meta(max_length=30)]


class Drafts:
    """The endpoints, each for forms of the person of the session only."""

    def __init__(self, edge: Edge) -> None:
        """Start with no codes."""
        self._edge = edge
        self._codes = ResumeCodes(clock=edge.clock)

    async def every(self, request: Request) -> Response:
        """`GET /api/drafts`: the forms of the person with what stands in them, the newest first."""
        actor = await _resident(request)
        return json_answer({"drafts": await asyncio.to_thread(self._shown, actor.id)})

    async def put(self, request: Request) -> Response:
        """`PUT /api/drafts/{id}`: keep a copy of a form."""
        actor, id = await _resident(request), request.path_params["id"]
        copy = await read_json(request, Copy)
        self._edge.limiter.spend("too-many-saves", SAVES, person=str(actor.id))
        begun = await asyncio.to_thread(self._save, actor, id, copy)
        return json_answer(_outline(begun))

    async def delete(self, request: Request) -> Response:
        """`DELETE /api/drafts/{id}`: keep a form no longer."""
        actor, id = await _resident(request), request.path_params["id"]
        self._codes.forget(Form(actor.id, id))
        await asyncio.to_thread(end, self._edge, actor.id, id, why="removed", by=actor)
        return Response(status_code=204)

    async def code(self, request: Request) -> Response:
        """`POST /api/drafts/{id}/code`: a code that carries the form to another browser, once."""
        actor, id = await _resident(request), request.path_params["id"]
        self._edge.limiter.spend("too-many-codes", CODES_ISSUED, person=str(actor.id))
        await asyncio.to_thread(self._found, Form(actor.id, id))
        code, until = self._codes.issue(Form(actor.id, id))
        return json_answer({"code": code, "expires_at": until})

    async def resume(self, request: Request) -> Response:
        """`POST /api/drafts/resume`: the form of a code, and a pass for its pages; nobody need be signed in."""
        said = await read_json(request, CodeShown)
        address = address_key(request.client.host if request.client else None)
        self._edge.limiter.spend("too-many-tries", CODES_GUESSED, resumer=address, everyone="")
        form = self._codes.redeem("".join(said.code.split()))
        if form is None:
            raise Problem(404, "resume-code-unknown")
        self._edge.limiter.forgive("too-many-tries", resumer=address)
        begun = await asyncio.to_thread(self._found, form)
        content = await asyncio.to_thread(self._edge.begun.read, begun)
        if content is None:
            raise Problem(404, "resume-code-unknown")
        return json_answer({"draft": msgspec.Raw(content), "pass": self._codes.pass_for(form)})

    async def page(self, request: Request) -> Response:
        """`GET /api/drafts/{id}/files/{file}`: a photograph of a form; with a pass, or for its author."""
        form = await self._form_asked_for(request)
        await asyncio.to_thread(self._found, form)
        stored = await asyncio.to_thread(self._stored, form, request.path_params["file"])
        content = self._edge.files.open(stored.address)
        first = await asyncio.to_thread(next, content, b"")  # a file that is gone is found out before the head
        headers = {"cache-control": NO_STORE, "content-length": str(stored.size)}
        return StreamingResponse(_with(first, content), headers=headers, media_type=stored.media_type)

    async def _form_asked_for(self, request: Request) -> Form:
        secret, id = request.headers.get(PASS_HEADER), request.path_params["id"]
        if secret is None:
            return Form((await _resident(request)).id, id)
        form = self._codes.form_of(secret)
        if form is None or form.draft != id:
            raise NotFound
        return form

    def _found(self, form: Form) -> Begun:
        begun = self._edge.begun.find(form.draft, person=form.person)
        if begun is None or self._is_over(begun):
            raise NotFound
        return begun

    def _is_over(self, begun: Begun) -> bool:
        return _why_over(self._edge, begun) is not None

    def _shown(self, person: UUID) -> list[dict[str, object]]:
        begun = [one for one in self._edge.begun.of(person) if not self._is_over(one)]
        contents = [(one, self._edge.begun.read(one)) for one in begun]
        return [{**_outline(one), "draft": msgspec.Raw(content)} for one, content in contents if content is not None]

    def _save(self, actor: Actor, id: UUID, copy: Copy) -> Begun:
        edge, content = self._edge, bytes(copy.draft)
        if _is_case(edge, id):
            raise Problem(409, "draft-filed")
        try:
            begun = edge.begun.save(id, content, person=actor.id, base=copy.base, now=edge.clock(), device=copy.device)
        except WrittenElsewhere as elsewhere:
            raise Problem(409, "draft-elsewhere", **_outline(elsewhere.begun)) from None
        except TooManyForms:
            raise Problem(409, "too-many-drafts") from None
        except KeyDestroyed:
            raise PersonIsErased from None
        self._tell(begun, content, actor)
        return begun

    def _tell(self, begun: Begun, content: bytes, actor: Actor) -> None:
        """Tell the log, at most once a minute; a copy that it could not be told of is kept all the same."""
        now = self._edge.clock()
        if begun.told_at is not None and now < begun.told_at + TOLD_EVERY:
            return
        key = self._edge.centre.key_for("drafts")
        hashed = blake2b(content, key=key, digest_size=32).hexdigest()
        with contextlib.suppress(Problem):  # told with the next copy
            _record(self._edge, SaveDraft(draft=begun.draft, hash=hashed, size=begun.size), actor.id, by=actor)
            self._edge.begun.told(begun, person=actor.id, now=now)

    def _stored(self, form: Form, file: UUID) -> FileStored:
        facts = (envelope.fact for envelope in reversed(self._edge.centre.read(form.draft)))
        mine = (fact for fact in facts if isinstance(fact, FileStored) and fact.uploaded_by == form.person)
        stored = next((fact for fact in mine if fact.file == file), None)
        if stored is None or not self._edge.files.exists(stored.address):
            raise NotFound
        return stored


def end(edge: Edge, person: UUID, draft: UUID, *, why: End, by: Actor) -> None:
    """Erase a form, and tell the log if there was one."""
    if edge.begun.remove(draft, person=person):
        _record(edge, EndDraft(draft=draft, why=why), person, by=by)


def tidy(edge: Edge) -> int:
    """Erase forms that became cases, and those that nobody has written to for 30 days; how many there were."""
    gone = 0
    for person, begun in list(edge.begun.all()):
        why = _why_over(edge, begun)
        if why is not None:
            end(edge, person, begun.draft, why=why, by=CENTRE_ACTOR)
            gone += 1
    return gone


def _why_over(edge: Edge, begun: Begun) -> End | None:
    if _is_case(edge, begun.draft):
        return "filed"
    return "lapsed" if begun.saved_at + KEPT <= edge.clock() else None


def _is_case(edge: Edge, draft: UUID) -> bool:
    """Whether a form was handed in; one for several items became a case for each."""
    case = edge.centre.case(draft)
    return case.is_filed or bool(case.children)


async def follow(edge: Edge) -> None:
    """Tidy once an hour, until cancelled."""
    while True:
        await asyncio.to_thread(tidy, edge)
        await asyncio.sleep(TURN_SECONDS)


def _record(edge: Edge, command: SaveDraft | EndDraft, person: UUID, *, by: Actor) -> None:
    recorded: Command = command
    lane = draft_stream(person, command.draft)
    answer = edge.centre.submit(Call(id=edge.new_id(), lane=lane, command=recorded, by=by)).result()
    if answer.verdict == "retry":
        raise Problem(503, "busy", retry_s=max(1, (answer.retry_ms or 0) // 1_000))


async def _resident(request: Request) -> Actor:
    actor = await actor_of(request)
    require("drafts", actor)
    return actor


def _outline(begun: Begun) -> dict[str, object]:
    return {
        "id": begun.draft,
        "rev": begun.rev,
        "saved_at": begun.saved_at,
        "expires_at": begun.saved_at + KEPT,
    }


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


Endpoint = Callable[[Request], Awaitable[Response]]


def routes(edge: Edge) -> list[BaseRoute]:
    """The addresses of forms that were begun."""
    drafts = Drafts(edge)
    table: tuple[tuple[str, str, Endpoint], ...] = (
        ("/api/drafts", "GET", drafts.every),
        ("/api/drafts/resume", "POST", drafts.resume),
        ("/api/drafts/{id:uuid}", "PUT", drafts.put),
        ("/api/drafts/{id:uuid}", "DELETE", drafts.delete),
        ("/api/drafts/{id:uuid}/code", "POST", drafts.code),
        ("/api/drafts/{id:uuid}/files/{file:uuid}", "GET", drafts.page),
    )
    return [Route(path, endpoint, methods=[method]) for path, method, endpoint in table]
