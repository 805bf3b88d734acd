"""The devices that come to the centre: those of the staff one by one, those of residents as counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from projections.device_bodies import DeviceBody
from projections.devices import EVERY_DEVICE, devices_of
from projections.reader import Reader
from web.operating.status_bodies import Residents

_OF_RESIDENTS = """
SELECT total(last >= :since), total(last >= :since AND unsent > 0), total(missing IS NOT NULL) FROM (
    SELECT json_extract(row, '$.body.last_contact') AS last, json_extract(row, '$.body.unsent') AS unsent,
        json_extract(row, '$.body.missing') AS missing
    FROM rows WHERE scope = :scope AND kind = 'device'
        AND json_extract(row, '$.body.person') NOT IN (SELECT value FROM json_each(:staff)))
"""
"""Counted by the engine, which lets every other thread go on meanwhile: a city has millions of them."""
_OF_STAFF = "SELECT row FROM rows WHERE kind = 'device' AND scope IN (SELECT value FROM json_each(:scopes))"


class Devices(Struct, frozen=True, kw_only=True):
    """The devices of a centre.

    Attributes:
        staff: those of the staff that were met lately, or with which something is not well.
        names: of the staff.
        residents: counts of all others.
    """

    staff: tuple[DeviceBody, ...]
    names: Mapping[UUID, str]
    residents: Residents


class _Row(Struct):
    body: DeviceBody


_rows = msgspec.json.Decoder(_Row)


def devices_in(reader: Reader, names: Mapping[UUID, str], *, since: datetime) -> Devices:
    """The devices that are known.

    Args:
        reader: of the read models.
        names: of the staff.
        since: of residents those are counted that were met since then, and work of any that is missing.
    """
    asked = {"scope": EVERY_DEVICE, "since": f"{since:%Y-%m-%dT%H:%M:%S}", "staff": _listed(map(str, names))}
    known, owing, missing = reader.database.execute(_OF_RESIDENTS, asked).fetchone()
    rows = reader.database.execute(_OF_STAFF, {"scopes": _listed(map(devices_of, names))})
    staff = [_rows.decode(row).body for (row,) in rows]
    return Devices(
        staff=tuple(one for one in staff if one.last_contact >= since or one.unsent or one.missing),
        names=names,
        residents=Residents(known=int(known), owing=int(owing), missing=int(missing)),
    )


def _listed(texts: Iterable[str]) -> str:
    return msgspec.json.encode(list(texts)).decode()
