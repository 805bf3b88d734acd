"""What the app reads by HTTP: the catalogue, cases, their history and their files."""

from starlette.routing import BaseRoute

from web.api import cases, catalogue, files

ROUTES: tuple[BaseRoute, ...] = (*catalogue.ROUTES, *cases.ROUTES, *files.ROUTES)
