"""Decisions on a case by stage; `decide` as this package gives it knows them all."""

from __future__ import annotations

from domain.case.decide import decide
from domain.case.deciding import (
    bundles,
    claims,
    clocks,
    copies,
    decision,
    delivery,
    effects,
    files,
    filing,
    materials,
    migrating,
    people,
    procedure,
    reopening,
    review,
    supplement,
    window,
)

__all__ = [
    "bundles",
    "claims",
    "clocks",
    "copies",
    "decide",
    "decision",
    "delivery",
    "effects",
    "files",
    "filing",
    "materials",
    "migrating",
    "people",
    "procedure",
    "reopening",
    "review",
    "supplement",
    "window",
]
