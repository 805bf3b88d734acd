"""How what goes wrong is answered over HTTP: one table from refusals to statuses, and always `{"code", "params"}`."""

from __future__ import annotations

from typing import Any

from eventsourcing.persistence import PersistenceError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from domain.refusals import Conflict, Forbidden, Held, NotFound, PersonIsErased, Refusal
from store.files import FilesAway
from store.keys import KeyDamaged, WrongMasterKey
from store.log import LogUnavailable
from store.mapper import NewerFact
from store.shelf import ShelfUnavailable
from web.bodies import json_answer


class Problem(Exception):
    """An answer other than success that the edge itself gives.

    Attributes:
        status: HTTP status.
        code: what is so, in kebab-case; the words for people are in the app.
        params: values that the sentence needs; never personal data.
    """

    def __init__(self, status: int, code: str, **params: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.params = params


STATUS_OF_REFUSAL: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404),
    (PersonIsErased, 410),
    (Forbidden, 403),
    (Conflict, 409),
    (Held, 409),
    (Refusal, 422),
)
"""The first class that fits gives the status."""

RETRY_SECONDS = 5
"""After which storage that did not answer is asked again."""

AWAY = (LogUnavailable, ShelfUnavailable, PersistenceError, WrongMasterKey, KeyDamaged, NewerFact)
"""The log or the keys cannot be read now, or not by this version of the program: said as such, and never taken for the
absence of what was asked for."""

CODE_OF_STATUS = {
    400: "body-malformed",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "body-malformed",
}
"""Codes of the answers that the web framework gives by itself; any other is `http-error`."""


def problem_answer(status: int, code: str, params: dict[str, Any] | None = None) -> Response:
    """The answer to a request that could not be served; `retry_s` in `params` also becomes `Retry-After`."""
    response = json_answer({"code": code, "params": params or {}}, status=status)
    if params and "retry_s" in params:
        response.headers["retry-after"] = str(params["retry_s"])
    return response


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return next(status for kind, status in STATUS_OF_REFUSAL if isinstance(refusal, kind))


async def _problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem_answer(problem.status, problem.code, problem.params)


async def _refusal(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return problem_answer(status_of(refusal), refusal.code, refusal.params)


async def _files_away(_: Request, __: Exception) -> Response:
    return problem_answer(503, "files-away", {"retry_s": RETRY_SECONDS})


async def _log_away(_: Request, __: Exception) -> Response:
    return problem_answer(503, "storage", {"retry_s": RETRY_SECONDS})


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = problem_answer(error.status_code, CODE_OF_STATUS.get(error.status_code, "http-error"))
    response.headers.update(error.headers or {})
    return response


HANDLERS: dict[Any, ExceptionHandler] = {
    Problem: _problem,
    Refusal: _refusal,
    FilesAway: _files_away,
    **dict.fromkeys(AWAY, _log_away),
    HTTPException: _http,
}
"""What the application does with each kind of exception; anything else is a defect (`web.logs`)."""
