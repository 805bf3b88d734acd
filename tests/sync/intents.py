"""Intents as a device writes them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid5

from domain.actors import Actor
from tests.cast import CASE, FATHER


def body(
    type: str = "case.withdraw@1",
    args: dict[str, Any] | None = None,
    *,
    seq: int = 1,
    by: Actor = FATHER,
    lane: UUID = CASE,
    **more: Any,
) -> dict[str, Any]:
    """The body of an intent; `more` overrides or adds fields."""
    return {
        "id": str(uuid5(lane, f"intent {by.id} {seq}")),
        "seq": seq,
        "lane": str(lane),
        "type": type,
        "args": args or {},
        "at": "2026-11-23T02:00:00Z",
        "by": str(by.id),
        **more,
    }


def intent(type: str = "case.withdraw@1", args: dict[str, Any] | None = None, **how: Any) -> dict[str, str]:
    """An intent as it travels."""
    return {"body": json.dumps(body(type, args, **how), ensure_ascii=False)}
