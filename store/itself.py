"""The centre as an author: of what the system does by itself."""

from __future__ import annotations

from uuid import uuid5

from domain.actors import Actor, Role
from domain.centre.centre import NAMESPACE

CENTRE_ID = uuid5(NAMESPACE, "the centre itself")
CENTRE_ACTOR = Actor(id=CENTRE_ID, roles=frozenset({Role.CENTRE}))
"""The author of what the system does by itself."""
