"""The verifier to take away, and the proof of a case as a code to be printed on its receipt."""

from __future__ import annotations

import asyncio
import base64
import io
from pathlib import Path
from uuid import UUID

import segno
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from store.log import Entry, leaf_hash
from store.notary import Receipt
from web.api.cases import Opened, open_case
from web.errors import Problem
from web.transparency import sure

VERIFIER = Path(__file__).parents[2] / "verifier" / "verify.py"
PAGE = "/check-proof"
FIRST_LINE = "doorstep receipt 1"
_SPELT = str.maketrans({"\n": "~", " ": "_", "\N{EM DASH}": "*"})
"""What an address would not carry as it is; nothing else in a proof needs another spelling."""


async def verifier(_: Request) -> Response:
    """`GET /log/verify.py`: the independent verifier, one file."""
    return FileResponse(VERIFIER, media_type="text/x-python", filename=VERIFIER.name)


async def code(request: Request) -> Response:
    """`GET /api/cases/{case}/proof/code.svg`: number, fingerprint and proof of the filing as a QR code."""
    opened = await open_case(request)
    position = min((await asyncio.to_thread(opened.edge.centre.positions, opened.id)).values())
    proven = await sure(opened.edge, opened.edge.notary.receipt, position)
    if proven is None:
        raise Problem(404, "no-proof")
    drawn = await asyncio.to_thread(_drawn, opened, proven)
    headers = {"cache-control": "private, no-store", "content-security-policy": "default-src 'none'; sandbox"}
    return Response(drawn, media_type="image/svg+xml", headers=headers)


def _drawn(opened: Opened, proven: Receipt) -> bytes:
    address = f"{opened.edge.settings.public_url}{PAGE}#{spelt(said(proven, opened.case.filing_number or ''))}"
    drawn = io.BytesIO()
    segno.make(address, error="l", micro=False, boost_error=False).save(
        drawn, kind="svg", border=4, xmldecl=False, light="#fff", omitsize=True
    )
    return drawn.getvalue()


def said(receipt: Receipt, number: str) -> str:
    """What the code of a receipt says; `verifier/verify.py` and the app's own check read it."""
    event = receipt.event
    entry = Entry(UUID(event.stream), event.version, event.tag, base64.b64decode(event.stored))
    return "\n".join((FIRST_LINE, number, leaf_hash(event.origin, entry).hex(), receipt.proof))


def spelt(text: str) -> str:
    """A text as the part of an address after its #."""
    return text.translate(_SPELT)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/log/verify.py", verifier, methods=["GET"]),
    Route("/api/cases/{case:uuid}/proof/code.svg", code, methods=["GET"]),
)
