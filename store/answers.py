"""The answer to a command, and how it follows from the receipt."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from domain.decisions import Call
from store.receipts import CommandApplied, CommandFaulted, Receipt

STORAGE_RETRY_MS = 2_000
NEWER_RETRY_MS = 2_000


class Answer(Struct, frozen=True, kw_only=True):
    """The answer to a call; the classes are those of the protocol's verdicts.

    Attributes:
        pos: position after which the effect shows in documents.
        retry_ms: when to ask again, for `retry`.
    """

    verdict: str
    pos: int | None = None
    code: str | None = None
    params: dict[str, Any] | None = None
    options: tuple[str, ...] = ()
    retry_ms: int | None = None


FAULT = Answer(verdict="quarantined", code="server-fault")
NEWER = Answer(verdict="held", code="service-too-old", retry_ms=NEWER_RETRY_MS)
"""A newer program has written what this one would have to judge by: another node knows it, or this one will soon."""
REUSED = Answer(verdict="refused", code="id-reused")


def busy(retry_ms: int) -> Answer:
    """More waits than can be judged soon."""
    return Answer(verdict="retry", code="busy", retry_ms=retry_ms)


def storage(reason: str) -> Answer:
    """Nothing can be written now, for one of the reasons of `LogUnavailable` or because of the `keys`."""
    return Answer(verdict="retry", code="storage", params={"reason": reason}, retry_ms=STORAGE_RETRY_MS)


def repeated(receipt: Receipt, position: int, call: Call | None = None) -> Answer:
    """The first answer again; another payload or lane under the same id is refused as such.

    Args:
        receipt: of the first time.
        position: of the receipt.
        call: what came under the id now; None if it is only asked for.
    """
    if call is not None and (receipt.digest != call.digest or receipt.lane != call.lane):
        return REUSED
    match receipt:
        case CommandApplied():
            return Answer(verdict="duplicate", pos=position - receipt.offset)
        case CommandFaulted():
            return FAULT
        case _:
            return Answer(
                verdict=receipt.verdict, code=receipt.code, params=receipt.params, options=receipt.options
            )  # fmt: skip
