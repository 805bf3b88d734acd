"""The parts of a letter: what the typesetter sets, and what each kind of letter fills in."""

from __future__ import annotations

from msgspec import Struct

from web.results.paper import Line


class Point(Struct, frozen=True):
    """One numbered point: what it is about, and what is said."""

    head: str
    text: str


class Letter(Struct, frozen=True, kw_only=True):
    """A letter on one or more sheets, ready to be set.

    Attributes:
        number: of the case or filing.
        issued_on: local day, in words.
        addressee: empty on a slip.
        opening: the sentence with the legal effect; `opening_en` the same, short.
        points: numbered, under `points_title`.
        notes: what the reader should know or do.
        is_sample: whether the centre is a demonstration.
        code: by which it can be checked, in groups.
        verify_url: where that is done; printed as QR code.
    """

    title: str
    subtitle: str
    number: str
    issued_on: str
    addressee: str
    opening: str
    opening_en: str
    lines: tuple[Line, ...]
    points_title: str = ""
    points: tuple[Point, ...] = ()
    notes: tuple[str, ...] = ()
    centre: str
    centre_en: str
    phone: str
    address: str
    hours: str
    is_sample: bool
    code: str = ""
    verify_url: str = ""
