"""The composition root: builds everything that lives, in order, and the application that serves it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from projections.runner import Runner
from store.begun import BegunForms
from store.centre import Centre
from store.files import FilesAway, FileStore
from store.notary import Notary
from store.staging import Staging
from sync.hub import Hub
from web import (
    api,
    contact,
    devices,
    duplicates,
    effects,
    erasure,
    handing_in,
    inbox,
    keeping,
    live,
    metrics,
    openapi,
    papers,
    polling,
    rescue,
    session,
    set_aside,
    transparency,
    uploads,
    verify,
)
from web.admission import Admission
from web.api import drafts
from web.arrivals import Arrivals
from web.bodies import json_answer
from web.carrier import DemoCarrier, NoCarrier, SmsCarrier
from web.codes import Codes
from web.demo.people import UNREACHABLE
from web.device_book import DeviceBook
from web.edge import Edge, edge_of
from web.errors import AWAY, HANDLERS, problem_answer
from web.export import case as export_of_case
from web.figures import Figures
from web.insight import Insight
from web.integration import calls, feed
from web.kept import claim, kept_by
from web.limits import Limiter
from web.logs import Journal, RequestLog
from web.operating import status
from web.operating.notices import NoticeBook
from web.operating.roster import Roster
from web.passwords import Passwords
from web.practice import effects as practice_effects
from web.practice import routes as practice
from web.practice.centre import PracticeCentre
from web.practice.clock import RunClock
from web.practice.rooms import Opened, Rooms
from web.presence import Presence
from web.printing import Printer, notes_of
from web.readers import Readers
from web.relay import Relay
from web.reports import routes as reports
from web.rights import Watch
from web.security import GZip, OriginGate, SecurityHeaders, SizeLimit
from web.settings import Settings
from web.shelf import Shelf
from web.signin import routes as signin
from web.signin.places import SigningIn
from web.static import load_site
from web.switchboard import Switchboard
from web.thumbs import Thumbs
from web.tickets import Tickets
from web.timers import follower as timers
from web.timers.scheduler import Timers
from web.timers.watch import steady

ADOPTED_LOGGERS = ("doorstep", "uvicorn", "asyncio")
Follower = Callable[[Edge], Awaitable[None]]
FOLLOWERS: tuple[Follower, ...] = (
    uploads.follow,
    effects.follow,
    erasure.follow,
    keeping.follow,
    drafts.follow,
    duplicates.follow,
    timers.follow,
    devices.follow,
    transparency.follow,
    transparency.look_over,
    calls.follow,
    practice.follow,
)
SANDBOX_FOLLOWERS: tuple[Follower, ...] = (uploads.follow, practice_effects.follow, timers.follow)
"""What goes on beside a sandbox: nothing that reaches beyond it."""
RESTART_SECONDS = 5
BEHIND_BY = 1000
"""How many facts the read models may lag before a balancer should send people elsewhere."""


@contextmanager
def opened(
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    new_id: Callable[[], UUID],
    say: Callable[[str], None],
    ticks: Callable[[], float] = steady,
    kind: type[Centre] = Centre,
) -> Generator[Edge]:
    """Open the centre and everything around it; close all of it at the end.

    Args:
        settings: what the operator set.
        clock: the time, UTC.
        new_id: source of fresh ids.
        say: prints a line on the console.
        ticks: seconds of a clock that nobody sets.
        kind: of centre; that of a sandbox keeps to itself: it adopts no logger, and has no sandboxes.
    """
    is_sandbox = kind is not Centre
    with ExitStack() as stack:
        journal = stack.enter_context(closing(Journal(settings.journal, clock=clock)))
        for name in () if is_sandbox else ADOPTED_LOGGERS:
            journal.adopt(name)
        centre = stack.enter_context(
            closing(kind.open(settings.centre_folder, clock=clock, new_id=new_id, env=settings.log_environment))
        )
        kept = kept_by(settings)
        claim(settings, centre.origin)
        files = FileStore(kept.files, centre.vault)
        hub = Hub()
        settings.views_folder.mkdir(mode=0o700, exist_ok=True)
        relay = Relay(hub.publish)
        runner = Runner(centre, settings.views_folder, publish=relay, say=journal.write)
        stack.callback(runner.stop)
        staging = Staging(settings.uploads_folder, centre.vault)
        begun = BegunForms(kept.begun, files)
        shelf = Shelf(centre)
        roster = Roster(clock=clock)
        yield Edge(
            settings=settings,
            clock=clock,
            new_id=new_id,
            centre=centre,
            files=files,
            staging=staging,
            arrivals=Arrivals(
                staging,
                files,
                submit=centre.submit,
                owner=partial(_owner, centre),
                admit=Admission(centre, lambda by, draft: begun.find(draft, person=by) is not None),
                clock=clock,
            ),
            begun=begun,
            readers=stack.enter_context(closing(Readers(lambda: runner.path))),
            runner=runner,
            hub=hub,
            presence=Presence(),
            devices=DeviceBook(),
            relay=relay,
            shelf=shelf,
            printer=Printer(shelf, partial(notes_of, centre)),
            thumbs=Thumbs(files),
            carrier=_carrier(centre, clock=clock, say=say),
            notary=stack.enter_context(closing(Notary(centre, settings.followers_folder / "tree.db"))),
            timers=Timers(
                centre, settings.followers_folder / "timers", clock=clock, ticks=ticks, say=say, roster=roster
            ),
            codes=Codes(clock=clock),
            figures=Figures(),
            insight=Insight(centre),
            limiter=Limiter(clock=clock, factor=settings.limit_factor),
            passwords=stack.enter_context(closing(Passwords())),
            tickets=Tickets(clock=clock, find=centre.sign_in_of, key=partial(centre.key_for, "tickets")),
            journal=journal,
            since=clock(),
            roster=roster,
            notices=stack.enter_context(closing(NoticeBook(centre))),
            signing_in=SigningIn(clock=clock),
            rescuing=asyncio.Semaphore(1),
            stopping=asyncio.Event(),
            practice=None
            if is_sandbox
            else Rooms(
                settings.practice_folder,
                centre,
                partial(_sandbox, settings, new_id),
                clock=clock,
                ticks=ticks,
                new_id=new_id,
            ),
        )


def _sandbox(
    settings: Settings,
    new_id: Callable[[], UUID],
    folder: Path,
    kind: type[PracticeCentre],
    clock: RunClock,
    stack: ExitStack,
) -> Opened:
    """Open a sandbox of simulated practice: the same service on a folder of its own, from which nobody is told."""
    own = msgspec.structs.replace(
        settings, data=folder, empty=True, demo=False, postgres_host="", s3_endpoint="", push_services=()
    )
    edge = stack.enter_context(
        opened(own, clock=clock, new_id=new_id, say=_say_nothing, ticks=clock.seconds, kind=kind)
    )
    return Opened(edge, create_app(edge, followers=SANDBOX_FOLLOWERS))


def _say_nothing(_: str) -> None:
    """What a sandbox would say is for nobody's console."""


def create_app(
    edge: Edge, *, more: tuple[BaseRoute, ...] = (), followers: tuple[Follower, ...] = FOLLOWERS
) -> Starlette:
    """The application over `edge`.

    Args:
        edge: what lives.
        more: further routes, for what only some ways of serving need.
        followers: what goes on beside answering; another process may do some of it.
    """
    app = Starlette(
        routes=[
            Route("/healthz", _alive, methods=["GET"]),
            Route("/readyz", _ready, methods=["GET"]),
            *session.ROUTES,
            *signin.ROUTES,
            *api.ROUTES,
            *papers.ROUTES,
            *transparency.ROUTES,
            *export_of_case.ROUTES,
            *metrics.ROUTES,
            *status.ROUTES,
            *openapi.routes(),
            *reports.ROUTES,
            *feed.ROUTES,
            *contact.ROUTES,
            *handing_in.ROUTES,
            *live.routes(),
            *polling.routes(),
            *devices.routes(),
            *set_aside.routes(),
            *rescue.routes(),
            *uploads.routes(edge),
            *drafts.routes(edge),
            *verify.routes(edge),
            *(practice.routes() if edge.practice else ()),
            *(inbox.routes(edge.carrier) if isinstance(edge.carrier, DemoCarrier) else ()),
            *more,
            *(load_site(edge.settings.static).routes() if edge.practice else ()),
        ],
        middleware=[]
        if edge.practice is None
        else [
            Middleware(RequestLog, journal=edge.journal, figures=edge.figures),
            Middleware(SecurityHeaders, hsts=not edge.settings.lan),
            Middleware(OriginGate, origins=edge.settings.allowed_origins),
            Middleware(SizeLimit),
            Middleware(
                GZip,
                compresslevel=6,
                exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf"),
            ),
        ],
        exception_handlers=HANDLERS,
    )
    app.router = Switchboard(app.routes, lifespan=_lifespan(edge, followers))
    app.state.edge = edge
    return app


def _lifespan(edge: Edge, followers: tuple[Follower, ...]) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def running(_: Starlette) -> AsyncGenerator[None]:
        await asyncio.to_thread(erasure.finish, edge)
        edge.relay.open()
        watch = await asyncio.to_thread(Watch, edge, asyncio.get_running_loop())
        watch.start()
        edge.runner.start()
        tasks = [asyncio.create_task(_kept_going(follow, edge)) for follow in followers]
        try:
            yield
        finally:
            edge.stopping.set()
            await asyncio.to_thread(watch.stop)
            edge.relay.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if edge.practice is not None:
                await edge.practice.close()

    return running


async def _kept_going(follow: Follower, edge: Edge) -> None:
    while True:
        try:
            await follow(edge)
        except (FilesAway, *AWAY) as error:  # no defect: it goes on when that can be reached again
            edge.journal.write("waiting", follower=follow.__module__, kind=type(error).__name__)
        except Exception as error:
            edge.journal.fault(error, follower=follow.__module__)
        await asyncio.sleep(RESTART_SECONDS)


def _owner(centre: Centre, case: UUID, uploaded_by: UUID) -> UUID:
    return keeping.belongs_to(centre, centre.case(case), uploaded_by)


def _carrier(centre: Centre, *, clock: Callable[[], datetime], say: Callable[[str], None]) -> SmsCarrier:
    particulars = centre.particulars()
    if particulars is not None and particulars.is_demo:
        return DemoCarrier(clock=clock, say=say, unreachable={UNREACHABLE.phone})
    return NoCarrier()


async def _alive(_: Request) -> Response:
    """`GET /healthz`: the process answers."""
    return json_answer({"ok": True})


async def _ready(request: Request) -> Response:
    """`GET /readyz`: the read models keep up with the log; beside it, whether timers fire."""
    edge = edge_of(request)
    standing, head = edge.runner.standing(), edge.centre.head()
    if standing.state == "stopped":
        return problem_answer(503, "stopped", {"head": head, **msgspec.to_builtins(standing)})
    if standing.state == "building" or head - standing.position > BEHIND_BY:
        return problem_answer(503, "warming", {"head": head, **msgspec.to_builtins(standing), "retry_s": 1})
    timers = edge.timers.standing()
    return json_answer({"ok": True, "position": standing.position, "head": head, "timers": timers})
