"""What the app reads by HTTP: the catalogue, cases, their history and their files."""

from starlette.routing import BaseRoute

from web.api import (
    audit_log,
    audit_proofs,
    audit_seen,
    audit_what_if,
    cases,
    catalogue,
    changes,
    desk,
    files,
    guides,
    looks,
    notices,
    training,
    training_exams,
    visits,
)

ROUTES: tuple[BaseRoute, ...] = (
    *catalogue.ROUTES,
    *cases.ROUTES,
    *desk.ROUTES,
    *files.ROUTES,
    *guides.ROUTES,
    *training.ROUTES,
    *training_exams.ROUTES,
    *changes.ROUTES,
    *visits.ROUTES,
    *looks.ROUTES,
    *notices.ROUTES,
    *audit_proofs.ROUTES,
    *audit_log.ROUTES,
    *audit_seen.ROUTES,
    *audit_what_if.ROUTES,
)
