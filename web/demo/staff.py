"""Who works at the demonstration centre, as `staff.yaml` has them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

import msgspec
import yaml
from msgspec import Struct

from domain.actors import Actor, Role, office_of
from domain.centre.centre import staff_stream
from web.demo.story import NAMESPACE

STAFF = Path(__file__).with_name("staff.yaml")


class Certificates(Struct, frozen=True):
    """Certificates of one person: `items` is `all` or names them; `days` from the making to the last valid day."""

    items: str | tuple[str, ...]
    days: int


class Colleague(Struct, frozen=True, kw_only=True):
    """A member of staff.

    Attributes:
        does_zh: what they can be seen doing, in a few words.
    """

    username: str
    name: str
    roles: tuple[Role, ...]
    does_zh: str
    does_en: str
    certificates: tuple[Certificates, ...] = ()

    def actor(self) -> Actor:
        """The person as the author of commands."""
        roles = frozenset(self.roles)
        office = office_of(self.roles[0])
        return Actor(id=staff_stream(self.username), roles=roles, office=office, device=device_of(self.username))


@cache
def colleagues() -> tuple[Colleague, ...]:
    """Everybody, in the order of the file."""
    content = yaml.load(STAFF.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return msgspec.convert(content["staff"], tuple[Colleague, ...])


def device_of(owner: str) -> UUID:
    """The device on which somebody is told to work."""
    return uuid5(NAMESPACE, f"device of {owner}")
