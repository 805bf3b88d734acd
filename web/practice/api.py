"""`/api/practice`: the scenarios, and a run of one as its trainee drives it from beside the real screens."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from uuid import UUID, uuid5

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor, Role
from domain.decisions import Call
from domain.rights.table import may, require
from domain.training.content import Scenario, ScenarioStep, content_stream, index_stream
from domain.training.practice import PRACTICE_STREAM, CutLine, KeepAct, Speak, TakeHint
from domain.training.publishing import Edition, Index
from store.answers import Answer
from store.centre import Centre
from store.itself import CENTRE_ACTOR
from store.states import EDITION, INDEX
from web.bodies import json_answer, read_json
from web.edge import edge_of
from web.errors import Problem
from web.practice.cases import FromCase, scenario_of
from web.practice.cast import seat
from web.practice.door import practice_of
from web.practice.papers import photograph
from web.practice.rooms import Room
from web.practice.stage import papers_of
from web.practice.views import listed, offered, shown
from web.session import actor_of

FEW = 5
"""Cases are looked for by a whole number: more than a few with it there are not."""
PICTURE_KEPT = "private, max-age=3600"


class Wanted(Struct, frozen=True):
    """The scenario that somebody wants to practise."""

    scenario: str


class Said(Struct, frozen=True):
    """What the trainee says or does: its place among the choices of the step."""

    step: str
    choice: int


class Hint(Struct, frozen=True):
    """The step whose rule the trainee wants to see."""

    step: str


class Kept(Struct, frozen=True):
    """An act that the trainee's device keeps for want of a line."""

    step: str
    intent: UUID
    command: str


async def scenarios(request: Request) -> Response:
    """`GET /api/practice`: the scenarios that can be practised, with one's own runs of each."""
    edge, actor = edge_of(request), await actor_of(request)
    require("practice.begin-run", actor)
    runs = await asyncio.to_thread(practice_of(request).all)
    mine = [one for one in runs if one.trainee == actor.id]
    editions = await asyncio.to_thread(_published, edge.centre)
    answer = [
        offered(scenario, version, [listed(one) for one in mine if one.scenario == scenario.id])
        for scenario, version in editions
    ]
    return json_answer({"scenarios": answer})


async def begin(request: Request) -> Response:
    """`POST /api/practice`: open a sandbox and let a scenario begin in it; the answer names the run."""
    edge, actor, wanted = edge_of(request), await actor_of(request), await read_json(request, Wanted)
    require("practice.begin-run", actor)
    edition = await asyncio.to_thread(edition_of, edge.centre, wanted.scenario)
    if not isinstance(edition.content, Scenario):
        raise Problem(404, "not-found")
    about = await practice_of(request).begin(actor.id, edition.content, edition.newest)
    return json_answer({"run": about.run}, status=201)


async def one(request: Request) -> Response:
    """`GET /api/practice/{run}`: the run as it stands; the steps to come are not told."""
    room, own = await _watched(request)
    return await _answer(request, room, own=own)


async def speak(request: Request) -> Response:
    """`POST /api/practice/{run}/speak`: say or do something that is no act on a case."""
    room, said = await _driven(request), await read_json(request, Said)
    step = _step(room, said.step)
    await _do(room, Speak(step=said.step, choice=said.choice), step)
    return await _answer(request, room)


async def hint(request: Request) -> Response:
    """`POST /api/practice/{run}/hint`: have the rule of the step shown, for half its points."""
    room, wanted = await _driven(request), await read_json(request, Hint)
    await _do(room, TakeHint(step=wanted.step), _step(room, wanted.step))
    return await _answer(request, room)


async def keep(request: Request) -> Response:
    """`POST /api/practice/{run}/kept`: say that the device keeps an act until it has a line again."""
    room, kept = await _driven(request), await read_json(request, Kept)
    await _do(room, KeepAct(step=kept.step, intent=kept.intent, command=kept.command), _step(room, kept.step))
    return await _answer(request, room)


class Line(Struct, frozen=True):
    """Whether the trainee's device has a line from now on."""

    up: bool


async def move(request: Request) -> Response:
    """`POST /api/practice/{run}/line`: go where there is no signal, where the scenario lets one, or back."""
    room, line = await _driven(request), await read_json(request, Line)
    step = room.centre.marking().step
    if not line.up and (step is None or all(play.do != "cut" for play in step.plays)):
        raise Problem(403, "forbidden")
    call = Call(id=edge_of(request).new_id(), lane=PRACTICE_STREAM, command=CutLine(up=line.up), by=CENTRE_ACTOR)
    _require(await asyncio.wrap_future(room.centre.submit(call)))
    return await _answer(request, room)


async def give_up(request: Request) -> Response:
    """`POST /api/practice/{run}/end`: end the run before its last step."""
    room = await _driven(request)
    await practice_of(request).give_up(room)
    return await _answer(request, room)


async def paper(request: Request) -> Response:
    """`GET /api/practice/{run}/papers/{step}/{place}/{material}/{number}.jpg`: what the person shows at the window."""
    room, _ = await _watched(request)
    scenario = room.centre.marking().scenario
    step = _step(room, request.path_params["step"])
    place: int = request.path_params["place"]
    if scenario is None or place >= len(step.plays):
        raise Problem(404, "not-found")
    play = step.plays[place]
    for page in papers_of(room.stage.item(play, scenario), play):
        if (page.material, page.number) == (request.path_params["material"], request.path_params["number"]):
            drawing = await asyncio.to_thread(photograph, *page)
            return Response(drawing, media_type="image/jpeg", headers={"cache-control": PICTURE_KEPT})
    raise Problem(404, "not-found")


async def from_case(request: Request) -> Response:
    """`POST /api/practice/from-case`: a closed case as a scenario, without anything that was said of anybody."""
    edge, actor, wanted = edge_of(request), await actor_of(request), await read_json(request, FromCase)
    require("training.publish", actor)
    number = wanted.number.strip()
    found = await edge.readers.ask(lambda reader: reader.search(number, limit=FEW))
    case = next((UUID(one.id) for one in found if number in (one.filing_number, one.case_number)), None)
    if case is None:
        raise Problem(404, "not-found")
    return json_answer(await asyncio.to_thread(scenario_of, edge.centre, case))


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/practice/from-case", from_case, methods=["POST"]),
    Route("/api/practice", scenarios, methods=["GET"]),
    Route("/api/practice", begin, methods=["POST"]),
    Route("/api/practice/{run:uuid}", one, methods=["GET"]),
    Route("/api/practice/{run:uuid}/speak", speak, methods=["POST"]),
    Route("/api/practice/{run:uuid}/hint", hint, methods=["POST"]),
    Route("/api/practice/{run:uuid}/kept", keep, methods=["POST"]),
    Route("/api/practice/{run:uuid}/line", move, methods=["POST"]),
    Route("/api/practice/{run:uuid}/end", give_up, methods=["POST"]),
    Route(
        "/api/practice/{run:uuid}/papers/{step}/{place:int}/{material}/{number:int}.jpg",
        paper,
        methods=["GET"],
    ),
)


def edition_of(centre: Centre, scenario: str) -> Edition:
    """Everything that was published of a scenario."""
    state = centre.state(content_stream("scenario", scenario), EDITION)
    return state if isinstance(state, Edition) else Edition()


def _published(centre: Centre) -> list[tuple[Scenario, int]]:
    index = cast("Index", centre.state(index_stream("scenario"), INDEX))
    editions = (edition_of(centre, one) for one in index.ids)
    return [(one.content, one.newest) for one in editions if isinstance(one.content, Scenario)]


async def _watched(request: Request) -> tuple[Room, bool]:
    """The run of a request, and whether it is the own one of whoever asks.

    Raises:
        Problem: 404 `not-found`: there is none, or none that they may watch.
    """
    actor, rooms = await actor_of(request), practice_of(request)
    require("practice.run", actor)
    about = await asyncio.to_thread(rooms.about, request.path_params["run"])
    if about is None or not may("practice.run", actor, own=about.trainee == actor.id):
        raise Problem(404, "not-found")
    return await rooms.room(about.run), about.trainee == actor.id


async def _driven(request: Request) -> Room:
    """The own run of whoever asks."""
    room, own = await _watched(request)
    if not own:
        raise Problem(403, "forbidden")
    return room


async def _answer(request: Request, room: Room, *, own: bool = True) -> Response:
    await practice_of(request).settle(room)
    return json_answer(await asyncio.to_thread(shown, room, own=own))


def _step(room: Room, id: str) -> ScenarioStep:
    scenario = room.centre.marking().scenario
    for step in scenario.steps if scenario else ():
        if step.id == id:
            return step
    raise Problem(404, "not-found")


async def _do(room: Room, command: Any, step: ScenarioStep) -> None:
    """Let the seat of a step give a command of the run.

    Raises:
        Problem: it is refused.
    """
    by: Actor = seat(room.about.run, Role(step.role))
    call = Call(
        id=uuid5(room.about.run, repr(command) + str(room.centre.head())), lane=PRACTICE_STREAM, command=command, by=by
    )
    _require(await asyncio.wrap_future(room.centre.submit(call)))


def _require(answer: Answer) -> None:
    if answer.verdict not in ("applied", "duplicate"):
        raise Problem(409 if answer.verdict == "refused" else 503, answer.code or "storage", **(answer.params or {}))
