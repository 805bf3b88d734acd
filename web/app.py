"""The composition root: builds everything that lives, in order, and the application that serves it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, closing, contextmanager
from datetime import datetime
from uuid import UUID

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from projections.runner import Runner
from store.centre import Centre
from store.files import FileStore
from store.staging import Staging
from sync.hub import Hub
from web import api, effects, inbox, live, session, uploads, verify
from web.arrivals import Arrivals
from web.bodies import json_answer
from web.carrier import DemoCarrier, NoCarrier, SmsCarrier
from web.codes import Codes
from web.edge import Edge, edge_of
from web.errors import HANDLERS, problem_answer
from web.limits import Limiter
from web.logs import Journal, RequestLog
from web.passwords import Passwords
from web.readers import Readers
from web.relay import Relay
from web.security import OriginGate, SecurityHeaders, SizeLimit
from web.settings import Settings
from web.shelf import Shelf
from web.static import load_site
from web.thumbs import Thumbs
from web.tickets import Tickets

FILES_KEY = "files"
ADOPTED_LOGGERS = ("doorstep", "uvicorn", "asyncio")
FOLLOWERS = (uploads.follow, effects.follow)
RESTART_SECONDS = 5
BEHIND_BY = 1000
"""How many facts the read models may lag before a balancer should send people elsewhere."""


@contextmanager
def opened(
    settings: Settings, *, clock: Callable[[], datetime], new_id: Callable[[], UUID], say: Callable[[str], None]
) -> Generator[Edge]:
    """Open the centre and everything around it; close all of it at the end.

    Args:
        settings: what the operator set.
        clock: the time, UTC.
        new_id: source of fresh ids.
        say: prints a line on the console.
    """
    with ExitStack() as stack:
        journal = stack.enter_context(closing(Journal(settings.journal, clock=clock)))
        for name in ADOPTED_LOGGERS:
            journal.adopt(name)
        centre = stack.enter_context(closing(Centre.open(settings.centre_folder, clock=clock, new_id=new_id)))
        file_key = centre.key_for(FILES_KEY)
        files = FileStore(settings.centre_folder / "files", file_key)
        hub = Hub()
        settings.views_folder.mkdir(mode=0o700, exist_ok=True)
        relay = Relay(hub.publish)
        runner = Runner(centre, settings.views_folder, publish=relay)
        stack.callback(runner.stop)
        staging = Staging(settings.uploads_folder, file_key)
        yield Edge(
            settings=settings,
            clock=clock,
            new_id=new_id,
            centre=centre,
            files=files,
            arrivals=Arrivals(staging, files, submit=centre.submit, clock=clock),
            readers=stack.enter_context(closing(Readers(runner.path))),
            runner=runner,
            hub=hub,
            relay=relay,
            shelf=Shelf(centre),
            thumbs=Thumbs(files.read),
            carrier=_carrier(centre, clock=clock, say=say),
            codes=Codes(clock=clock),
            limiter=Limiter(clock=clock, factor=settings.limit_factor),
            passwords=stack.enter_context(closing(Passwords())),
            tickets=Tickets(clock=clock, find=centre.session),
            journal=journal,
            stopping=asyncio.Event(),
        )


def create_app(edge: Edge, *, more: tuple[BaseRoute, ...] = ()) -> Starlette:
    """The application over `edge`.

    Args:
        edge: what lives.
        more: further routes, for what only some ways of serving need.
    """
    app = Starlette(
        routes=[
            Route("/healthz", _alive, methods=["GET"]),
            Route("/readyz", _ready, methods=["GET"]),
            *session.ROUTES,
            *api.ROUTES,
            *live.routes(),
            *uploads.routes(edge),
            *verify.routes(edge),
            *(inbox.routes(edge.carrier) if isinstance(edge.carrier, DemoCarrier) else ()),
            *more,
            *load_site(edge.settings.static).routes(),
        ],
        middleware=[
            Middleware(RequestLog, journal=edge.journal),
            Middleware(SecurityHeaders, hsts=not edge.settings.lan),
            Middleware(OriginGate, origins=edge.settings.allowed_origins),
            Middleware(SizeLimit),
            Middleware(
                GZipMiddleware,
                compresslevel=6,
                exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf"),
            ),
        ],
        exception_handlers=HANDLERS,
        lifespan=_lifespan(edge),
    )
    app.state.edge = edge
    return app


def _lifespan(edge: Edge) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def running(_: Starlette) -> AsyncGenerator[None]:
        edge.relay.open()
        edge.runner.start()
        tasks = [asyncio.create_task(_kept_going(follow, edge)) for follow in FOLLOWERS]
        yield
        edge.stopping.set()
        edge.relay.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    return running


async def _kept_going(follow: Callable[[Edge], Awaitable[None]], edge: Edge) -> None:
    while True:
        try:
            await follow(edge)
        except Exception as error:
            edge.journal.fault(error, follower=follow.__module__)
        await asyncio.sleep(RESTART_SECONDS)


def _carrier(centre: Centre, *, clock: Callable[[], datetime], say: Callable[[str], None]) -> SmsCarrier:
    particulars = centre.particulars()
    if particulars is not None and particulars.is_demo:
        return DemoCarrier(clock=clock, say=say)
    return NoCarrier()


async def _alive(_: Request) -> Response:
    """`GET /healthz`: the process answers."""
    return json_answer({"ok": True})


async def _ready(request: Request) -> Response:
    """`GET /readyz`: the read models keep up with the log."""
    edge = edge_of(request)
    position, head = edge.runner.position, edge.centre.head()
    if head - position > BEHIND_BY:
        return problem_answer(503, "warming", {"position": position, "head": head, "retry_s": 1})
    return json_answer({"ok": True, "position": position, "head": head})
