"""`/api/public-notices`: what hangs on the board while somebody's application is on public notice (公示)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.calendar.limits import local_day
from domain.identity.checks import mask_name
from projections.cases.people import applicant_name
from projections.cases.view import CaseView
from projections.documents import QueueBody, Text
from projections.reader import Reader
from web.api.desk import CENTRE_QUEUE
from web.bodies import json_answer
from web.edge import edge_of

PUBLIC_NOTICE = "public-notice"


class PublicNotice(Struct, frozen=True, kw_only=True):
    """One notice. The public is shown these fields and no others: no number of a person, no address, no illness.

    Attributes:
        applicant: the name, masked.
        first: day of the notice, local; `last` likewise.
    """

    item: Text
    applicant: str
    first: date
    last: date


class _QueueRow(Struct):
    id: UUID
    body: QueueBody


_rows = msgspec.json.Decoder(_QueueRow)


async def board(request: Request) -> Response:
    """`GET /api/public-notices`: open to everyone; the notices that hang today."""
    edge = edge_of(request)
    today = local_day(edge.clock())
    return json_answer({"notices": await edge.readers.ask(lambda reader: _hanging(reader, today))})


def _hanging(reader: Reader, today: date) -> list[PublicNotice]:
    lines = (_rows.decode(row) for row in reader.rows_of(CENTRE_QUEUE, "queue"))
    stopped = [line for line in lines if line.body.status == "suspended"]
    found = [
        notice
        for line in stopped
        if (view := reader.view(line.id)) is not None
        for notice in _notices(view, line.body, today)
    ]
    return sorted(found, key=lambda notice: (notice.first, notice.item.zh, notice.applicant))


def _notices(view: CaseView, line: QueueBody, today: date) -> list[PublicNotice]:
    return [
        PublicNotice(
            item=line.item_name,
            applicant=mask_name(applicant_name(view)),
            first=one.begins_on,
            last=one.ends_on,
        )
        for one in view.procedures
        if one.kind == PUBLIC_NOTICE and one.ended_on is None and one.begins_on <= today <= one.ends_on
    ]


ROUTES: tuple[BaseRoute, ...] = (Route("/api/public-notices", board, methods=["GET"]),)
